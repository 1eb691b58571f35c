// Lines over the vintages, one per territory, told apart by their dashes and by their names at the end.

import { svg, years } from "./commun.js";

export const STROKES = [
  { colour: "#0b5876", width: 2.6, dash: "" },
  { colour: "#16191d", width: 1.8, dash: "7 4" },
  { colour: "#5f6771", width: 2, dash: "2 3" },
  { colour: "#37799a", width: 1.8, dash: "10 3 2 3" },
];

/** Width of a chart that has all the room it needs. */
export const WIDE = 720;

/** Swatch of a line. */
export function stroke(i) {
  const { colour, width, dash } = STROKES[i];
  return svg(
    "svg",
    { width: 40, height: 12, viewBox: "0 0 40 12", "aria-hidden": "true" },
    svg("path", { d: "M0 6h40", stroke: colour, "stroke-width": width, "stroke-dasharray": dash, fill: "none" }),
  );
}

function nice(low, high) {
  if (low === high) return [low - 1, high + 1, 1];
  const step = 10 ** Math.floor(Math.log10((high - low) / 3));
  const by = [1, 2, 5, 10].map((n) => n * step).find((s) => (high - low) / s <= 5);
  return [Math.floor(low / by) * by, Math.ceil(high / by) * by, by];
}

/**
 * Draws series: `{ name, points: [figure…] }`, one figure per vintage; `write(value)` writes a value, `broken(a, b)` gives
 * the reason why two vintages are not compared. `room` is the width there is, in pixels: a narrow chart is drawn to its
 * own measure, so that its texts keep their size, and leaves the names to the key above it.
 */
export function lines({ title, description, vintages, series, write, broken, room = WIDE }) {
  const narrow = room < WIDE * 0.8;
  const [width, height, left, right, top, bottom] = narrow ? [Math.max(260, room), 240, 46, 14, 16, 30] : [WIDE, 300, 56, 176, 16, 30];
  const values = series.flatMap((s) => s.points.filter((f) => !f.state).map((f) => f.value));
  const [low, high, by] = nice(Math.min(...values), Math.max(...values));
  const span = Math.max(1, vintages.length - 1);
  const x = (i) => left + (vintages.length === 1 ? 0.5 : i / span) * (width - left - right);
  const y = (v) => height - bottom - ((v - low) / (high - low)) * (height - top - bottom);
  const out = svg("svg", { class: "lines", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": "g-t g-d" });
  const label = (name, id, text) => {
    const node = svg(name, { id });
    node.textContent = text;
    return node;
  };
  const write_at = (tx, ty, text, more = {}) => {
    const node = svg("text", { x: tx, y: ty, ...more });
    node.textContent = text;
    return node;
  };
  out.append(label("title", "g-t", title), label("desc", "g-d", description));
  for (let v = low; v <= high + by / 2; v += by) {
    out.append(svg("path", { d: `M${left} ${y(v)}H${width - right}`, stroke: "#d8dce0" }), write_at(left - 8, y(v) + 4, write(v), { "text-anchor": "end" }));
  }
  // As many years as have room, counted from the last one.
  const wide = Math.max(...vintages.map((v) => v.length)) * 7 + 12;
  const every = Math.ceil(vintages.length / Math.max(2, Math.min(7, Math.floor((width - left - right) / wide))));
  vintages.forEach((v, i) => {
    if ((vintages.length - 1 - i) % every === 0) out.append(write_at(x(i), height - 8, years(v), { "text-anchor": "middle" }));
    if (i > 0 && broken(vintages[i - 1], v)) {
      const middle = (x(i - 1) + x(i)) / 2;
      out.append(svg("path", { d: `M${middle} ${top}V${height - bottom}`, stroke: "#16191d", "stroke-dasharray": "1 3" }), write_at(middle + 4, top + 10, "rupture"));
    }
  });
  const ends = [];
  series.forEach((s, k) => {
    const { colour, width: w, dash } = STROKES[k];
    let path = "";
    let drawing = false;
    s.points.forEach((f, i) => {
      const cut = i > 0 && broken(vintages[i - 1], vintages[i]);
      if (f.state) {
        drawing = false;
        return;
      }
      path += `${drawing && !cut ? "L" : "M"}${x(i).toFixed(1)} ${y(f.value).toFixed(1)}`;
      drawing = true;
      out.append(svg("circle", { cx: x(i), cy: y(f.value), r: 2.6, fill: colour }));
    });
    out.append(svg("path", { d: path || "M0 0", fill: "none", stroke: colour, "stroke-width": w, "stroke-dasharray": dash, "stroke-linejoin": "round" }));
    const last = s.points.findLastIndex((f) => !f.state);
    if (last >= 0 && !narrow) ends.push({ y: y(s.points[last].value), text: `${s.name.length > 25 ? s.name.slice(0, 24) : s.name}${s.name.length > 25 ? "…" : ""}`, colour });
  });
  // Names at the ends, pushed apart.
  ends.sort((a, b) => a.y - b.y);
  for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + 15);
  for (const e of ends) out.append(write_at(width - right + 8, e.y + 4, e.text, { fill: e.colour }));
  return out;
}
