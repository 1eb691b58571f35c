// The drawing of the map in SVG, where the machine has no WebGL: it answers as fond.js and its library do, and decides
// nothing either. Moves are steps, residences are not clustered; all else is the same.

import { WORLD, Camera, flat, within } from "./camera.js";
import { el, svg } from "./commun.js";
import { ACCENT, INK, INK_2, colours } from "./signes.js";

/** Zoom from which the QPV bear their names, as in fond.js. */
const QPV_NAMED = 12;
/** Pixels of a step of the arrows. */
const STEP = 100;

/** How each source is drawn, from the lowest: `(map, feature) → [layer, element]…`. */
const SOURCES = [
  ["zones", (map, f) => {
    const { cls, st, whole } = f.properties;
    const fill = st ? `url(#h-${st})` : map.colours.zones?.[cls];
    return [["zone-class", svg("path", { d: map.path(f), fill: fill ?? "#fff", stroke: whole ? (fill ?? "#fff") : INK_2, "stroke-width": 0.6 })]];
  }],
  ["grid", (map, f) => [["grid-class", svg("path", { d: map.path(f), fill: map.colours.grid?.[f.properties.cls - 1] ?? "#fff", stroke: INK_2, "stroke-opacity": 0.35 })]]],
  ["limits", (map, f) => [[undefined, svg("path", { d: map.path(f), fill: "none", stroke: INK, "stroke-width": 1.3 })]]],
  ["qpv", (map, f) => {
    const d = map.path(f);
    const line = (colour, width, more) => [undefined, svg("path", { d, fill: "none", stroke: colour, "stroke-width": width, ...more })];
    return [
      ["qpv-wash", svg("path", { d, fill: "url(#h-quartier)", "fill-opacity": 0.55 })],
      line("#fff", 4, { "stroke-opacity": 0.85 }),
      line(INK, 1.7, { "stroke-dasharray": "5 2.7" }),
    ];
  }],
  ["here", (map, f) => {
    if (f.geometry.type === "Point") return [];
    const d = map.path(f);
    return [[undefined, svg("path", { d, fill: "none", stroke: "#fff", "stroke-width": 6 })], [undefined, svg("path", { d, fill: "none", stroke: ACCENT, "stroke-width": 3.2 })]];
  }],
  ["equipment", (map, f) => {
    const [x, y] = map.at(f.geometry.coordinates);
    const text = svg("text", { x, y: y + 4, fill: "#fff", "font-size": 10, "font-weight": 700, "text-anchor": "middle" });
    text.textContent = map.letters.get(f.properties.family) ?? "";
    return [["equipment", svg("g", {}, svg("path", { d: `M${x - 8} ${y - 8}h16v16h-16z`, fill: INK, stroke: "#fff" }), text)]];
  }],
  ["circles", (map, f) => signed(map, f, "circle", { fill: ACCENT, "fill-opacity": 0.28, stroke: ACCENT, "stroke-width": 1.4 })],
  ["places", (map, f) => signed(map, f, "place", { fill: map.colours.zones?.[f.properties.cls] ?? ACCENT, "fill-opacity": 0.92, stroke: INK })],
  ["here", (map, f) => {
    if (f.geometry.type !== "Point") return [];
    const [x, y] = map.at(f.geometry.coordinates);
    return [[undefined, svg("circle", { cx: x, cy: y, r: f.properties.r, fill: "none", stroke: ACCENT, "stroke-width": 3 })]];
  }],
];

/** Circle of a value; diamond of the secret and small circle of the other states, of one size. */
function signed(map, f, layer, paint) {
  const [x, y] = map.at(f.geometry.coordinates);
  const { st, r } = f.properties;
  if (!st) return [[layer, svg("circle", { cx: x, cy: y, r, ...paint })]];
  const shape = st === "s" ? `M${x} ${y - 6}l6 6-6 6-6-6z` : `M${x - 4.5} ${y}a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z`;
  return [[`${layer}-state`, svg("path", { d: shape, fill: `url(#h-${st})`, stroke: INK, "stroke-width": 1.2 })]];
}

/** Sources whose circles come with the largest first, so that none hides another. */
const SORTED = new Set(["circles", "places"]);

class Drawing extends Camera {
  constructor(container, { bounds, view, families }) {
    const sheet = el("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": "Carte" });
    const zoom = (label, sign, by) => el("button", { type: "button", "aria-label": label, onclick: () => this.zoomBy(by) }, sign);
    container.append(sheet, el("div", { class: "zooms" }, zoom("Agrandir", "+", 1), zoom("Réduire", "−", -1)));
    super(sheet, { bounds, view });
    this.container = container;
    this.heard = new Map();
    this.sources = new Map();
    this.colours = {};
    this.letters = new Map(families.map(({ id, letters }) => [id, letters]));
    this.picture = svg("svg", { class: "drawn", "aria-hidden": "true" });
    sheet.append(this.picture);
    this.listen();
    new ResizeObserver(() => this.redraw()).observe(this.sheet);
  }

  // ── What the library would answer ─────────────────────────────────────────────

  on(name, f) {
    this.heard.set(name, [...(this.heard.get(name) ?? []), f]);
  }

  once(name, f) {
    const once = (event) => {
      this.heard.set(name, this.heard.get(name).filter((g) => g !== once));
      f(event);
    };
    this.on(name, once);
  }

  tell(name, event) {
    for (const f of this.heard.get(name) ?? []) f(event);
  }

  loaded() {
    return !this.waiting;
  }

  isMoving() {
    return false;
  }

  triggerRepaint() {
    this.redraw();
  }

  jumpTo({ center, zoom }) {
    this.centre = flat(...center);
    this.moved(zoom);
  }

  easeTo(to) {
    this.jumpTo(to);
  }

  fitBounds(bounds, { padding = 0 } = {}) {
    this.fit(bounds, padding);
    this.moved(this.zoom);
  }

  zoomIn() {
    this.zoomBy(1);
  }

  zoomOut() {
    this.zoomBy(-1);
  }

  // ── Geometry ──────────────────────────────────────────────────────────────────

  path({ geometry: { type, coordinates } }) {
    const closed = type !== "MultiLineString";
    const lines = type === "MultiPolygon" ? coordinates.flat() : coordinates;
    const [left, top] = this.corner();
    const world = this.world();
    let d = "";
    for (const line of lines) {
      line.forEach(([lng, lat], i) => {
        const [x, y] = flat(lng, lat);
        d += `${i ? "L" : "M"}${((x - left) * world).toFixed(1)} ${((y - top) * world).toFixed(1)}`;
      });
      if (closed) d += "Z";
    }
    return d;
  }

  zoomBy(by, around) {
    const before = this.world();
    const zoom = within(this.zoom + by);
    if (around) {
      const [w, h] = this.size();
      const [dx, dy] = [around[0] - w / 2, around[1] - h / 2];
      const after = WORLD * 2 ** zoom;
      this.centre = [this.centre[0] + dx / before - dx / after, this.centre[1] + dy / before - dy / after];
    }
    this.moved(zoom);
  }

  panBy([dx, dy]) {
    this.centre = [this.centre[0] + dx / this.world(), this.centre[1] + dy / this.world()];
    this.moved(this.zoom);
  }

  moved(zoom) {
    this.zoom = within(zoom);
    this.redraw();
    this.tell("moveend", {});
  }

  // ── Pointer and keys ──────────────────────────────────────────────────────────

  listen() {
    const { sheet } = this;
    const spot = (event) => {
      const box = sheet.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    let from;
    sheet.addEventListener("pointerdown", (event) => {
      if (event.button === 0) from = { ...spot(event), id: event.pointerId, far: false };
    });
    sheet.addEventListener("pointermove", (event) => {
      const point = spot(event);
      if (!from) return this.tell("mousemove", { point });
      const [dx, dy] = [point.x - from.x, point.y - from.y];
      if (!from.far && Math.hypot(dx, dy) < 5) return undefined;
      if (!from.far) sheet.setPointerCapture(from.id);
      from.far = true;
      this.picture.setAttribute("transform", `translate(${dx} ${dy})`);
      return undefined;
    });
    sheet.addEventListener("pointerup", (event) => {
      const point = spot(event);
      const began = from;
      from = undefined;
      this.picture.removeAttribute("transform");
      if (!began) return;
      if (began.far) this.panBy([began.x - point.x, began.y - point.y]);
      else this.tell("click", { point });
    });
    sheet.addEventListener("pointercancel", () => {
      from = undefined;
      this.picture.removeAttribute("transform");
    });
    sheet.addEventListener("pointerleave", () => from || this.tell("mouseout", {}));
    sheet.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { x, y } = spot(event);
      this.zoomBy(-Math.sign(event.deltaY) / 2, [x, y]);
    }, { passive: false });
    sheet.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const pan = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
      const zoom = { "+": 1, "=": 1, "-": -1 }[event.key];
      if (!pan && !zoom) return;
      event.preventDefault();
      if (pan) this.panBy(pan);
      else this.zoomBy(zoom);
    });
  }

  // ── Drawing ───────────────────────────────────────────────────────────────────

  redraw() {
    if (this.waiting) return;
    this.waiting = setTimeout(() => {
      this.draw();
      this.waiting = undefined;
      this.tell("idle", {});
    });
  }

  draw() {
    const [w, h] = this.size();
    for (const [name, value] of [["viewBox", `0 0 ${w} ${h}`], ["width", w], ["height", h]]) this.picture.setAttribute(name, value);
    const groups = SOURCES.map(([source, make]) => {
      const group = svg("g", { "stroke-linejoin": "round" });
      let features = this.sources.get(source) ?? [];
      if (SORTED.has(source)) features = [...features].sort((a, b) => b.properties.r - a.properties.r);
      for (const f of features) {
        if (f.geometry.type === "Point") {
          const [x, y] = this.at(f.geometry.coordinates);
          if (x < -40 || y < -40 || x > w + 40 || y > h + 40) continue;
        }
        for (const [layer, element] of make(this, f)) {
          if (layer) element.feature = { layer: { id: layer }, properties: f.properties, geometry: f.geometry };
          else element.setAttribute("pointer-events", "none");
          group.append(element);
        }
      }
      return group;
    });
    this.picture.replaceChildren(...groups, this.names(w, h));
  }

  /** Names in their order, each where no name before it is. */
  names(width, height) {
    const group = svg("g", { "pointer-events": "none", "font-size": 12, "text-anchor": "middle", fill: INK, stroke: "#fff", "stroke-width": 3, "paint-order": "stroke", "stroke-linejoin": "round" });
    const taken = [];
    const of = (source) => this.sources.get(source) ?? [];
    const all = [...of("labels")].sort((a, b) => a.properties.order - b.properties.order);
    if (this.zoom >= QPV_NAMED) all.push(...of("qpv-names"));
    for (const { geometry, properties } of all) {
      const [x, middle] = this.at(geometry.coordinates);
      const y = middle + (properties.away ? properties.away + 11 : 4);
      const [w, h] = [properties.name.length * 6.6, 15];
      const box = [x - w / 2, y - h, x + w / 2, y + 3];
      if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) continue;
      if (taken.some((o) => o[0] < box[2] && o[2] > box[0] && o[1] < box[3] && o[3] > box[1])) continue;
      taken.push(box);
      const text = svg("text", { x, y });
      text.textContent = properties.name;
      group.append(text);
    }
    return group;
  }
}

/** Makes the drawing in an element. */
export const open = (container, options) => new Drawing(container, options);

const filled = new WeakMap();

/** Gives a source its features, unless it has them already, as in fond.js. */
export function fill(map, source, from, make) {
  if (!filled.has(map)) filled.set(map, new Map());
  const before = filled.get(map).get(source) ?? [];
  if (before.length === from.length && before.every((v, i) => v === from[i])) return;
  filled.get(map).set(source, from);
  map.sources.set(source, make());
  map.redraw();
}

/** Colours the classes; without classes, one colour. */
export function paint(map, count) {
  map.colours.zones = count ? colours(count) : undefined;
  map.redraw();
}

/** Colours the squares of a grid. */
export function paintGrid(map, count) {
  map.colours.grid = colours(count);
  map.redraw();
}

/** Names never cross the edges of a drawing. */
export function frame() {}

/** No ground under a drawing. */
export const basemap = async () => {};

/** Topmost feature under a point of the screen, of the layers named. */
export function under(map, point, layers) {
  const [x, y] = Array.isArray(point) ? point : [point.x, point.y];
  const box = map.sheet.getBoundingClientRect();
  const stack = document.elementsFromPoint(box.left + x, box.top + y);
  for (const element of stack) {
    const feature = element.feature ?? element.parentNode?.feature;
    if (feature && layers.includes(feature.layer.id)) return feature;
  }
  return undefined;
}

/** The drawing as it is, for the paper. */
export function still(map) {
  clearTimeout(map.waiting);
  map.waiting = undefined;
  map.draw();
  return map.picture.cloneNode(true);
}

/** The drawing as an image, for a picture. */
export async function snapshot(map) {
  const out = still(map);
  out.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  out.setAttribute("font-family", "Segoe UI, Helvetica Neue, Arial, Liberation Sans, sans-serif");
  const patterns = document.querySelector("svg.defs > defs");
  if (patterns) out.prepend(patterns.cloneNode(true));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(out))}`;
  await image.decode();
  return image;
}
