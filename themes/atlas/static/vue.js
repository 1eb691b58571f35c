// What is in view: the scale that its density asks for, its territories, the blocks that hold them. Methods of the map tool of
// carte.js.

import { meets } from "./contours.js";

/** Area of the screen, in px², that a territory needs on average for its scale to be legible. */
const ROOM = { residence: 3500, iris: 6000, commune: 200 };

export const view = {
  /** Scale that the zoom asks for. */
  async scale() {
    const { state, atlas, map } = this;
    if (state.lock) return state.lock;
    const zoom = map.getZoom();
    const { clientWidth, clientHeight } = map.getCanvas();
    // The part of the view that the territory takes: seen from afar, its communes are specks too.
    const [west, south, east, north] = atlas.bounds;
    const [from, to] = [map.project([west, north]), map.project([east, south])];
    const side = (low, high, most) => Math.max(0, Math.min(most, high) - Math.max(0, low));
    const area = side(from.x, to.x, clientWidth) * side(from.y, to.y, clientHeight);
    let counts;
    for (const s of ["residence", "iris", "commune"]) {
      if (!atlas.byScale.has(s)) continue;
      const from = atlas.byScale.get(s).zoom;
      if (typeof from === "number") {
        if (zoom >= from) return s;
      } else {
        counts ??= await this.density(zoom);
        if (area / Math.max(1, counts[s]) >= ROOM[s]) return s;
      }
    }
    return "metropole";
  },

  /** Territories in view, by scale, from the blocks that meet it: IRIS when close, else communes. */
  async density(zoom) {
    const { atlas } = this;
    const scale = atlas.byScale.has("iris") && zoom > 9 ? "iris" : "commune";
    // All of it: what is there is known without a file.
    const [b, [west, south, east, north]] = [this.map.getBounds(), atlas.bounds];
    if (b.getWest() <= west && b.getEast() >= east && b.getSouth() <= south && b.getNorth() >= north) {
      const count = (id) => atlas.byScale.get(id)?.count ?? Infinity;
      return { residence: count("residence"), iris: count("iris"), commune: count("commune") };
    }
    const places = await atlas.places(scale, this.blocks(scale));
    const seen = this.inside(places);
    return {
      residence: seen.reduce((n, i) => n + (places.residences[i] ?? 0), 0),
      iris: scale === "iris" ? seen.length : Infinity,
      commune: scale === "commune" ? seen.length : 1,
    };
  },

  /** Places whose point is in view. */
  inside(places) {
    const bounds = this.map.getBounds();
    const [w, e, s, n] = [bounds.getWest(), bounds.getEast(), bounds.getSouth(), bounds.getNorth()];
    const out = [];
    for (let i = 0; i < places.codes.length; i++) {
      if (places.lon[i] >= w && places.lon[i] <= e && places.lat[i] >= s && places.lat[i] <= n) out.push(i);
    }
    return out;
  },

  /** What the map shows: the zones that meet the view, the points inside it. */
  seen() {
    const { places, shapes } = this.shown;
    if (!shapes) return this.inside(places);
    const bounds = this.map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    return places.codes.map((_, i) => i).filter((i) => meets(shapes.shapes[i], box));
  },

  /** Blocks of a scale that meet the view. */
  blocks(scale) {
    const { blocks } = this.atlas.byScale.get(scale);
    if (!this.map || blocks.length === 1) return blocks.map((_, i) => i);
    const b = this.map.getBounds();
    return blocks.flatMap(({ bounds: [w, s, e, n] }, i) =>
      w <= b.getEast() && e >= b.getWest() && s <= b.getNorth() && n >= b.getSouth() ? [i] : [],
    );
  },
};
