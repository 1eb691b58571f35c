// The legend: classes with their counts, circles, states; the same rows for the page and for the picture.

import { el, number, quantity } from "./commun.js";
import { swatch, wide } from "./image.js";
import { ACCENT, STATES, colours } from "./signes.js";

/** Up to three round counts that tell the sizes of circles. */
function round(most) {
  const nice = (n) => {
    const power = 10 ** Math.floor(Math.log10(Math.max(1, n)));
    return [5, 2, 1].map((k) => k * power).find((k) => k <= n) ?? 1;
  };
  return [...new Set([nice(most), nice(most / 4), nice(most / 20)])];
}

/** Counts that tell the sizes of the circles of a rate: those that no two circles share. */
const BASES = [25, 100, 400];

export const rowsOf = {
  /**
   * Rows for the figures of an indicator.
   *
   * `points` when places are points; `radius(figure)` when their size tells a base; `clustered` when the map joins them;
   * `closed` where nothing is published at this scale: the classes have nothing to tell.
   */
  figures(atlas, x, figures, { category, unit, most, points, radius, clustered, closed }) {
    const rows = [];
    const circles = Boolean(radius);
    if (x.counted && !closed) {
      const shown = figures.filter((f) => !f.state).length;
      for (const n of round(most ?? 1)) rows.push({ label: quantity(n, 0, x.unit), radius: unit * Math.sqrt(n), colour: circles ? ACCENT : undefined });
      rows.push({ label: "chiffre publié", count: shown, blank: true });
    } else if (x.kind === "text" && !closed) {
      // A word never has a colour of its own: no place is coloured as one to avoid.
      rows.push({ label: "le mot se lit au survol et dans la liste", radius: 6, colour: ACCENT });
      for (const [i, c] of x.categories.entries()) rows.push({ label: c.label, count: figures.filter((f) => !f.state && f.value === i).length, blank: true });
    } else if (!closed) {
      const { breaks, labels } = atlas.classes(x, category);
      const count = x.kind === "class" ? Math.min(x.categories.length, 5) : breaks.length + 1;
      const list = colours(count);
      const tally = new Array(count).fill(0);
      for (const f of figures) {
        const c = atlas.class(x, f, category);
        if (c !== undefined) tally[c] += 1;
      }
      labels.slice(0, count).forEach((label, i) => rows.push({ label, colour: list[i], dot: circles, count: tally[i] }));
      if (circles && figures.some((f) => f.base !== undefined)) {
        for (const base of BASES) rows.push({ label: `${base === BASES.at(-1) ? "environ " : ""}${quantity(base, 0, x.of)}${base === BASES.at(-1) ? " ou plus" : ""}`, radius: radius({ value: 0, base }), colour: "#fff" });
      }
    }
    if (clustered) rows.push({ label: "résidences proches, regroupées : leur nombre", cluster: true });
    for (const state of STATES) {
      // The secret of a place that is a point is a diamond, on the map and here.
      const count = figures.filter((f) => f.state === state).length;
      if (count || (circles && !closed && (state === "s" || state === "nd"))) rows.push({ label: atlas.states[state], state, count, point: points });
    }
    return rows;
  },

  /** Rows for a grid: classes and nothing else. */
  grid(labels, classes) {
    const list = colours(labels.length);
    return labels.map((label, i) => ({ label, colour: list[i], count: classes.filter((c) => c === i + 1).length }));
  },
};

function drawn(row, width) {
  const canvas = document.createElement("canvas");
  const tall = row.radius ? Math.max(16, Math.ceil(row.radius * 2 + 4)) : 16;
  canvas.width = width * 2;
  canvas.height = tall * 2;
  canvas.setAttribute("aria-hidden", "true");
  // The size is set by the object model: the page allows no style in its markup.
  canvas.style.width = `${width}px`;
  canvas.style.height = `${tall}px`;
  const ctx = canvas.getContext("2d");
  ctx.scale(2, 2);
  swatch(ctx, row, (width - 30) / 2, tall / 2 - 8, 30, 16);
  return canvas;
}

/** Makes the list of a legend, under the name of what it counts. */
export function legend(rows, counted = "") {
  const head = el("p", { class: "key-head", "aria-hidden": "true" }, el("span", {}, "Classe"), el("span", {}, counted));
  const width = wide(rows);
  const list = el(
    "ul",
    { class: "key" },
    rows.map((row) => el("li", {}, drawn(row, width), el("span", {}, row.label), el("span", { class: "n" }, row.count === undefined ? "" : number(row.count)))),
  );
  return counted && rows.some((row) => row.count !== undefined) ? [head, list] : [list];
}
