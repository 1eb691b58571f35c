// A search field with its list of places: the combobox of the header, of the comparison and of the map.

import { beyond, data, el, later, plural, root } from "./commun.js";
import { Search } from "./moteur.js";

let engine;

/** The one search engine of the page. */
export function search() {
  engine ??= new Search((path) =>
    fetch(new URL(`recherche/${path}`, data), { credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) throw new Error(path);
      return answer.json();
    }),
  );
  return engine;
}

/** Second line of a place: its kind, its code, where it is. */
export function about(place) {
  const parent = place.parent && place.parent !== place.name && !place.address.includes(place.parent) ? place.parent : "";
  const code = place.scale === "residence" ? "" : place.code;
  return [place.label, code, beyond(place.address, place.name), parent, place.landlord].filter(Boolean).join(" · ");
}

let count = 0;

/**
 * Makes a field that proposes places as one types.
 *
 * `choose(place)` is called with the place that was chosen, with Enter the first one; `submit(text)` with the text when all
 * the places are asked for, or when there is none.
 */
export function field({ label, placeholder, choose, submit, keep }) {
  const id = `lieux-${++count}`;
  const list = el("ul", { id, role: "listbox", "aria-label": "Lieux trouvés", class: "found", hidden: true });
  const input = el("input", {
    type: "search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "aria-label": label,
    placeholder: placeholder || undefined,
    autocomplete: "off",
    spellcheck: "false",
    name: "q",
  });
  const said = el("span", { class: "vh", role: "status", "aria-live": "polite" });
  const box = el("div", { class: "field" }, input, list, said);
  let places = [];
  let active = -1;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (rank) => {
    active = rank;
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", i === rank ? "true" : "false"));
    if (rank < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `${id}-${rank}`);
    list.children[rank].scrollIntoView({ block: "nearest" });
  };
  const take = (place) => {
    close();
    input.value = keep ? place.name : "";
    choose(place);
  };
  const show = async () => {
    const turn = ++asked;
    const text = input.value;
    let found = [];
    const began = performance.now();
    try {
      found = await search().find(text, 8);
    } catch {
      said.textContent = "La recherche n’a pas pu être chargée.";
    }
    if (turn !== asked) return;
    performance.measure("recherche", { start: began });
    places = found;
    list.replaceChildren(
      ...found.map((place, i) =>
        el(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            "aria-selected": "false",
            // The pointer goes down before the field loses the focus.
            onmousedown: (event) => {
              event.preventDefault();
              take(place);
            },
          },
          el("b", {}, place.name),
          el("span", {}, about(place)),
        ),
      ),
    );
    const open = text.trim().length >= 2;
    if (submit && found.length) {
      const all = (event) => {
        event.preventDefault();
        submit(input.value);
      };
      list.append(el("li", { id: `${id}-${found.length}`, role: "option", "aria-selected": "false", class: "all", onmousedown: all }, "Tous les lieux trouvés"));
    }
    if (open && !found.length) {
      list.replaceChildren(el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, "Aucun lieu trouvé"));
    }
    list.hidden = !open;
    // Where the field is near the right edge, the list hangs from its right end.
    list.classList.remove("from-right");
    if (open) list.classList.toggle("from-right", box.getBoundingClientRect().left + list.offsetWidth > document.documentElement.clientWidth - 4);
    active = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(open));
    said.textContent = open ? (found.length ? `${plural(found.length, "lieu proposé", "lieux proposés")}` : "Aucun lieu trouvé") : "";
  };
  const soon = later(show, 40);
  input.addEventListener("input", soon);
  input.addEventListener("focus", () => search().open().catch(() => {}), { once: true });
  input.addEventListener("blur", () => setTimeout(close, 120));
  input.addEventListener("keydown", async (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move && places.length && !list.hidden) {
      event.preventDefault();
      const rows = list.children.length;
      mark((active + move + rows + (active < 0 && move < 0 ? 1 : 0)) % rows);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (active === places.length && active > 0) return submit(input.value);
      if (active >= 0) return take(places[active]);
      // What is typed, not what was two letters ago.
      await show();
      if (places.length) take(places[0]);
      else if (submit && input.value.trim()) submit(input.value);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  return { box, input };
}

/** Address of a place's fiche. */
export const href = (place) => new URL(place.path, root).href;
