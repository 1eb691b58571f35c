// Territories and published figures, read from donnees/ when they are needed.

import { number, quantity, read, root, span, years } from "./commun.js";

/** Figures of an indicator at a scale, all blocks: `at(place, vintage, category)`. */
class Figures {
  constructor(indicator, files) {
    this.indicator = indicator;
    this.vintages = files[0].vintages;
    this.values = this.vintages.map((_, v) =>
      files[0].categories.map((_, c) => files.flatMap((f) => f.values[v][c])),
    );
    const bases = (f, v, c) => {
      const list = f.bases?.[v][c] ?? [];
      return list === "=" ? f.bases[v][0] : list;
    };
    this.bases = files.every((f) => f.bases)
      ? this.vintages.map((_, v) => files[0].categories.map((_, c) => files.flatMap((f) => bases(f, v, c))))
      : null;
  }

  /** The figure of a place: `{value}` or `{state}`, `{word}`, and its base. */
  at(place, vintage, category = 0) {
    const v = this.vintages.indexOf(vintage);
    if (v < 0) return { state: "nd" };
    const raw = this.values[v][category]?.[place];
    if (typeof raw === "string") return { state: raw };
    if (raw === undefined) return { state: "nd" };
    const base = this.bases?.[v][category][place];
    const figure = { value: raw, base: base === "" ? undefined : base };
    if (this.indicator.words) figure.word = this.indicator.categories[raw]?.label;
    return figure;
  }
}

export class Atlas {
  static async open() {
    const atlas = new Atlas();
    Object.assign(atlas, await read("atlas.json"));
    for (const x of atlas.indicators) {
      x.words = x.kind === "class" || x.kind === "text";
      x.split = !x.words && x.categories.length > 0;
      // Counts are circles, never classes.
      x.counted = x.kind === "count";
    }
    atlas.byId = new Map(atlas.indicators.map((x) => [x.id, x]));
    atlas.byScale = new Map(atlas.scales.map((s) => [s.id, s]));
    atlas.cache = new Map();
    return atlas;
  }

  keep(key, make) {
    if (!this.cache.has(key)) {
      const value = make();
      value.catch(() => this.cache.delete(key));
      this.cache.set(key, value);
    }
    return this.cache.get(key);
  }

  /** Territories of a scale: codes, names, points… as in donnees/lieux/, all blocks together or some of them. */
  places(scale, blocks) {
    const all = blocks ?? this.byScale.get(scale).blocks.map((_, i) => i);
    return this.keep(`p ${scale} ${all}`, async () => {
      const files = await Promise.all(all.map((b) => read(`lieux/${scale}-${b}.json`)));
      const out = { scale, codes: [], names: [], lon: [], lat: [], address: [], landlord: [], residences: [], parents: {} };
      for (const f of files) {
        out.codes.push(...f.codes);
        out.names.push(...f.names);
        out.lon.push(...f.lon.map((v) => (v === "" ? undefined : v * f.unit)));
        out.lat.push(...f.lat.map((v) => (v === "" ? undefined : v * f.unit)));
        out.address.push(...(f.addresses ?? f.codes.map(() => "")));
        out.residences.push(...(f.residences ?? []));
        out.landlord.push(...(f.landlord ?? []).map((l) => f.landlords[l] ?? ""));
        for (const parent of ["commune", "iris", "qpv"]) {
          if (!f[parent]) continue;
          const list = (out.parents[parent] ??= []);
          list.push(...f[parent].map((i) => (i < 0 ? undefined : { code: f[`${parent}_codes`][i], name: f[`${parent}_names`][i] })));
        }
      }
      // The whole has no point of its own: the middle of the atlas is where its circle stands.
      if (scale === "metropole" && out.lon[0] === undefined) {
        const [west, south, east, north] = this.bounds;
        [out.lon[0], out.lat[0]] = [(west + east) / 2, (south + north) / 2];
      }
      out.rank = new Map(out.codes.map((code, i) => [code, i]));
      return out;
    });
  }

  /** Figures of an indicator at a scale; undefined where the dictionary does not open it. */
  figures(scale, id, blocks) {
    const indicator = this.byId.get(id);
    if (!indicator?.scales[scale]) return Promise.resolve(undefined);
    const all = blocks ?? this.byScale.get(scale).blocks.map((_, i) => i);
    return this.keep(`f ${scale} ${id} ${all}`, async () => {
      const files = await Promise.all(all.map((b) => read(`valeurs/${scale}/${id}-${b}.json`)));
      return new Figures(indicator, files);
    });
  }

  /** Address of a fiche. */
  fiche(scale, code) {
    const { segment } = this.byScale.get(scale);
    return new URL(scale === "metropole" ? `${segment}/` : `${segment}/${encodeURIComponent(code)}/`, root).href;
  }

  /** Decimals of a figure: none for a share on a small base, as on the pages. */
  decimals(indicator, figure) {
    const ratio = indicator.kind === "share" || indicator.kind === "rate";
    return ratio && figure.base !== undefined && figure.base < this.small_base ? 0 : indicator.decimals;
  }

  /** Writes a figure with its unit, or the word of its state. */
  text(indicator, figure) {
    if (figure.state) return this.states[figure.state];
    if (figure.word !== undefined) return figure.word;
    return quantity(figure.value, this.decimals(indicator, figure), indicator.unit);
  }

  /** Writes a figure without its unit, or the sign of its state. */
  sign(indicator, figure) {
    if (figure.state) return figure.state;
    if (figure.word !== undefined) return figure.word;
    return number(figure.value, this.decimals(indicator, figure));
  }

  /** Limits and labels of the classes of an indicator: those of the category, where it has its own. */
  classes(indicator, category) {
    const own = indicator.split ? indicator.categories[category] : undefined;
    return own?.breaks ? own : indicator;
  }

  /** Class of a value, from 0; undefined for a state or a count. */
  class(indicator, figure, category) {
    if (figure.state || indicator.counted || indicator.kind === "text") return undefined;
    if (indicator.kind === "class") return Math.min(figure.value, 4);
    let rank = 0;
    const { breaks } = this.classes(indicator, category);
    while (rank < breaks.length && breaks[rank] <= figure.value) rank++;
    return rank;
  }

  /** Name of a category of an indicator, after a colon; empty for one that is not split. */
  category(indicator, category) {
    return indicator.split ? ` : ${indicator.categories[category].label}` : "";
  }

  /** Reason why two vintages may not be compared, if a break of this indicator stands between them. */
  gap(indicator, from, to) {
    const [low, high] = [span(from)[1], span(to)[1]].sort((a, b) => a - b);
    for (const [broken, why] of Object.entries(indicator.ruptures)) {
      if (Number(broken) > low && Number(broken) <= high) return `${broken} : ${why}`;
    }
    return undefined;
  }

  /** Reason why no change is given from a vintage to another: a break, or windows that count the same years twice. */
  refusal(indicator, from, to) {
    const broken = this.gap(indicator, from, to);
    if (broken) return `la série est rompue (${broken})`;
    const [first, last] = [span(from), span(to)].sort((a, b) => a[1] - b[1]);
    return last[0] <= first[1] ? "les deux périodes ont des années en commun" : undefined;
  }

  /** Name of a figure, the same in every channel. */
  cell(scale, code, indicator, category, vintage) {
    const key = indicator.split ? `:${indicator.categories[category].key}` : "";
    return `${scale}:${code}:${indicator.id}${key}:${vintage}`;
  }

  /** Source and vintage in words. */
  origin(indicator, vintage) {
    return `${this.sources[indicator.source]?.dataset ?? indicator.source}, ${years(vintage)}`;
  }
}
