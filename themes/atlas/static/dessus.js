// What stands over the figures: names, QPV, equipment, squares. Methods of the map tool of carte.js.

import { read } from "./commun.js";
import * as library from "./fond.js";

/** Zoom from which the names among residences are those of quartiers. */
const NEAR = 13.5;

export const above = {
  /** What stands over the figures: not before they are drawn, unless it is what was asked for. */
  async above(turn) {
    const { state } = this;
    if (!this.ground || !(this.drawn || state.grid || state.equipment.size)) return;
    await Promise.all([this.names(turn), this.layers(turn)]);
    await this.readStock(turn);
  },

  /**
   * Names on the map, each under its circle or sign where there is one; among residences, those of the communes or the
   * quartiers around them.
   */
  async names(turn) {
    const { map, state, shown, atlas } = this;
    const own = shown.scale === "commune" || shown.scale === "iris" || shown.scale === "qpv";
    const around = map.getZoom() >= NEAR && atlas.byScale.has("iris") ? "iris" : "commune";
    const scale = own ? shown.scale : shown.scale === "residence" && atlas.byScale.has(around) ? around : undefined;
    if (!scale) return this.fill("labels", [], () => []);
    const places = own ? shown.places : await atlas.places(scale, this.blocks(scale));
    if (turn !== this.turn) return undefined;
    const circles = own && state.indicator.counted && shown.figures;
    const away = (k) => {
      if (shown.scale === "qpv" && !circles) return 12;
      if (!circles) return 0;
      const figure = this.figure(k);
      return 2 + (figure.state ? 7 : this.radius(figure));
    };
    const stock = this.stock?.scale === scale ? this.stock.figures : undefined;
    this.ground.frame(map);
    const from = [places, scale, stock, own, ...(circles ? [shown.figures, state.vintage, state.category] : [])];
    return this.fill("labels", from, () => {
      const order = importance(places, stock);
      return places.codes.flatMap((_, k) => (places.lon[k] === undefined ? [] : [library.point(places.lon[k], places.lat[k], { name: places.names[k], order: order[k], away: away(k), around: !own })]));
    });
  },

  /** Dwellings of the places whose names are on the map, read once a reader moves it: they say which names come first. */
  async readStock(turn) {
    const { atlas, shown } = this;
    const scale = shown.scale === "residence" ? "commune" : shown.scale;
    const x = atlas.indicators.find((i) => i.counted && !i.split && i.base === "logements" && i.scales[scale]);
    if (!x || !this.moved || scale === "metropole") return;
    const figures = await atlas.figures(scale, x.id, this.blocks(scale));
    if (turn !== this.turn) return;
    this.stock = { scale, figures };
    await this.names(turn);
  },

  async layers(turn) {
    const { map, atlas, state } = this;
    const qpv = state.qpv && atlas.byScale.has("qpv") && this.shown.scale !== "qpv";
    const blocks = qpv ? this.blocks("qpv") : [];
    // The names of the QPV come when they are written, or once a reader points at the map.
    const named = qpv && (map.getZoom() >= library.QPV_NAMED || state.chosen.startsWith("qpv:"));
    const [shapes, quartiers] = await Promise.all([qpv ? this.shapes("qpv", blocks) : undefined, named ? atlas.places("qpv", blocks) : undefined]);
    const families = await Promise.all(
      atlas.equipment.filter((f) => state.equipment.has(f.id)).map((f) => read(`equipements/${f.id}.json`)),
    );
    const grid = state.grid ? await read(state.grid) : undefined;
    if (turn !== this.turn) return;
    if (!qpv) this.over = undefined;
    else if (this.over?.shapes !== shapes || this.over.of !== state.indicator) {
      this.over = { scale: "qpv", blocks, places: quartiers, shapes, of: state.indicator, waiting: true };
      this.wider = undefined;
      // What a card is compared with is asked for again.
      if (state.chosen) this.openCard();
    } else this.over.places ??= quartiers;
    this.fill("qpv-names", [quartiers], () =>
      (quartiers?.codes ?? []).flatMap((_, k) => (quartiers.lon[k] === undefined ? [] : [library.point(quartiers.lon[k], quartiers.lat[k], { name: quartiers.names[k], away: 12 })])),
    );
    this.fill("qpv", [shapes], () => (shapes?.shapes ?? []).map((s, k) => library.zone(s, { k, st: "qpv" })));
    const before = this.equipment?.length;
    this.equipment = families;
    if (families.length || before) this.beside();
    this.fill("equipment", families, () =>
      families.flatMap((f, i) => f.names.map((_, k) => library.point(f.lon[k] * f.unit, f.lat[k] * f.unit, { family: f.family, i, k }))),
    );
    if (grid) this.ground.paintGrid(map, this.gridClasses().length);
    this.fill("grid", [grid], () =>
      (grid?.squares ?? []).map((steps, k) => {
        const ring = [];
        let [px, py] = [0, 0];
        for (let i = 0; i < steps.length; i += 2) {
          px += steps[i];
          py += steps[i + 1];
          ring.push([px * grid.unit, py * grid.unit]);
        }
        ring.push(ring[0]);
        return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties: { cls: grid.classes[k] } };
      }),
    );
    this.squares = grid;
    this.legend();
  },

  grid() {
    return this.atlas.grids.find((g) => g.file === this.state.grid);
  },

  gridClasses() {
    const known = this.grid()?.classes ?? [];
    const most = Math.max(1, known.length, ...new Set(this.squares?.classes ?? []));
    return Array.from({ length: Math.min(most, 5) }, (_, i) => known[i] ?? `classe ${i + 1}`);
  },
};

/**
 * Ranks of places, those with the most dwellings first.
 *
 * A stock that is not published counts for nothing here: such a place comes after all others, in the order of the number
 * of its residences, which the map shows.
 */
function importance(places, stock) {
  const last = stock?.vintages.at(-1);
  const sizes = places.codes.map((_, k) => {
    const figure = stock?.at(k, last);
    return [figure && !figure.state ? figure.value : -1, places.residences[k] ?? 0];
  });
  const order = [...sizes.keys()].sort((a, b) => sizes[b][0] - sizes[a][0] || sizes[b][1] - sizes[a][1] || a - b);
  const ranks = [];
  order.forEach((k, rank) => (ranks[k] = rank));
  return ranks;
}
