// Tables that sort by a click on a head and filter by a few letters. The page's own order comes back on the third click.

import { byName, el, plural } from "./commun.js";
import { fold } from "./moteur.js";

/** Number of rows from which a table gets a filter. */
const MANY = 12;

/** Value to sort a cell by: a number, or a text; undefined for a state, which is never placed. */
function key(cell) {
  const figure = cell?.querySelector("data");
  if (figure) {
    if (figure.dataset.state) return undefined;
    const value = Number(figure.value);
    return figure.value === "" ? undefined : Number.isNaN(value) ? figure.textContent.trim() : value;
  }
  const text = cell?.textContent.trim() ?? "";
  if (text === "" || text === "–" || text === "—") return undefined;
  const plain = text.replace(/[\s\u202f\u00a0]/g, "").replace("−", "-").replace(",", ".");
  return /^[-+]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return byName(String(a), String(b));
}

/** Rows that the others are compared with, the whole territory first: they stay on top, whatever the order or the filter. */
const pinned = (row) => row.classList.contains("total");

/** Makes tables sortable, and filterable when they are long. */
export function tables(all) {
  for (const table of all) sortable(table);
}

function sortable(table) {
  const head = table.tHead?.rows[table.tHead.rows.length - 1];
  const bodies = [...table.tBodies];
  const rows = bodies.flatMap((b) => [...b.rows]);
  // Spanned cells would put values under the wrong head.
  if (!head || rows.length < 3 || [...head.cells].some((c) => c.colSpan > 1 || c.querySelector("button"))) return;
  const said = el("span", { class: "vh", role: "status", "aria-live": "polite" });
  const places = bodies.map((body) => ({ body, rows: [...body.rows] }));
  const restore = () => places.forEach(({ body, rows }) => body.append(...rows));
  const simple = places.every(({ rows }) => rows.every((r) => r.cells.length === head.cells.length));
  if (simple) {
    [...head.cells].forEach((cell, column) => {
      if (!cell.textContent.trim()) return;
      const button = el("button", { type: "button", class: "by" });
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const order = { none: "descending", descending: "ascending", ascending: "none" };
        const textual = places.some(({ rows }) => rows.some((r) => !pinned(r) && typeof key(r.cells[column]) === "string"));
        if (textual) Object.assign(order, { none: "ascending", ascending: "descending", descending: "none" });
        const next = order[cell.getAttribute("aria-sort") ?? "none"];
        for (const other of head.cells) other.removeAttribute("aria-sort");
        if (next === "none") restore();
        else {
          cell.setAttribute("aria-sort", next);
          const way = next === "ascending" ? 1 : -1;
          for (const { body, rows } of places) {
            const keyed = rows.filter((row) => !pinned(row)).map((row, i) => ({ row, i, key: key(row.cells[column]) }));
            const placed = keyed.filter((r) => r.key !== undefined).sort((a, b) => way * compare(a.key, b.key) || a.i - b.i);
            const apart = keyed.filter((r) => r.key === undefined);
            body.append(...rows.filter(pinned), ...placed.map((r) => r.row), ...apart.map((r) => r.row));
          }
        }
        const words = { ascending: "tri croissant", descending: "tri décroissant", none: "ordre de la page" };
        said.textContent = `${button.textContent.trim()} : ${words[next]}`;
      });
    });
  }
  const scroll = table.closest("section.scroll") ?? table;
  if (rows.length >= MANY) {
    const input = el("input", { type: "search", "aria-label": `Filtrer : ${table.caption?.textContent.trim() ?? "le tableau"}`, placeholder: "Filtrer ce tableau" });
    const count = el("output", {}, "");
    input.addEventListener("input", () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        if (pinned(row)) continue;
        const text = fold(row.textContent);
        row.hidden = !words.every((w) => text.includes(w));
        if (!row.hidden) shown++;
      }
      count.textContent = words.length ? `${plural(shown, "ligne", "lignes")} sur ${rows.filter((row) => !pinned(row)).length}` : "";
    });
    scroll.before(el("p", { class: "filter" }, input, count));
  }
  scroll.after(said);
}
