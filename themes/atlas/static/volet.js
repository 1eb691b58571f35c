// Beside the map and over it: legend, list, tips, card. Methods of the map tool of carte.js.

import { beyond, byName, el, keeping, number, quantity, root, years } from "./commun.js";
import { envelope } from "./contours.js";
import * as drawing from "./dessin.js";
import * as library from "./fond.js";
import { legend, rowsOf } from "./legende.js";

/** Territories written in the list beside the map. */
const LISTED = 150;
/** Share of the view under which the whole territory is lost in it. */
const SPOT = 0.2;

export const side = {
  /** What the legend says, for the page and for the picture. */
  rows() {
    const { atlas, state, shown } = this;
    if (state.grid) {
      return rowsOf.grid(this.gridClasses(), this.squares?.classes ?? []);
    }
    const all = shown.scale === "residence" ? this.inside(shown.places) : shown.places.codes.map((_, i) => i);
    const rows = rowsOf.figures(atlas, state.indicator, all.map((i) => this.figure(i)), {
      category: state.category,
      unit: this.unit,
      most: this.most,
      points: shown.scale === "residence" || state.indicator.counted,
      radius: shown.scale === "residence" ? this.radius : undefined,
      closed: !shown.figures,
      clustered: shown.scale === "residence" && this.ground !== drawing && this.map.getZoom() < library.CLUSTERED + 1,
    });
    if (state.qpv && shown.scale !== "qpv" && atlas.byScale.has("qpv")) rows.push({ label: "Contour d’un QPV", line: true });
    for (const f of this.equipment ?? []) {
      rows.push({ label: `${f.label} (${f.vintage})`, plate: this.families.find((x) => x.id === f.family)?.letters, count: f.names.length });
    }
    return rows;
  },

  /** Says that nothing of the atlas is in view, or that it is a mere spot, and offers the way back; else takes it back. */
  astray() {
    const { map, atlas } = this;
    const [west, south, east, north] = atlas.bounds;
    const [from, to] = [map.project([west, north]), map.project([east, south])];
    const { clientWidth: w, clientHeight: h } = map.getCanvas();
    const outside = to.x < 0 || from.x > w || to.y < 0 || from.y > h;
    const spot = to.x - from.x < w * SPOT && to.y - from.y < h * SPOT;
    const empty = outside || !this.seen().length;
    if (!empty && !spot) return this.tell();
    const { plural: what } = atlas.byScale.get(this.shown.scale);
    const text = outside ? "Rien de l’atlas dans cette vue." : spot ? "Le territoire n’est plus qu’un point de cette vue." : `Pas de territoire de cette échelle (${what}) dans cette vue.`;
    return this.tell(text, [el("button", { type: "button", onclick: () => this.whole() }, "Revenir à tout le territoire")]);
  },

  /** Shows the whole territory. */
  whole() {
    const [west, south, east, north] = this.atlas.bounds;
    this.map.getCanvas().focus({ preventScroll: true });
    this.map.fitBounds([[west, south], [east, north]], { padding: 24, duration: 0 });
  },

  /** Is some equipment left out of the map, where its signs would hide each other? */
  thinned() {
    return Boolean(this.equipment?.length) && this.ground !== drawing && this.map.getZoom() < library.CROWDED;
  },

  heading() {
    const { state, atlas } = this;
    const grid = this.grid();
    return grid ? `${grid.label}, ${grid.vintage}` : this.named();
  },

  /** Indicator, category, unit and vintage in words. */
  named() {
    const { state, atlas } = this;
    const x = state.indicator;
    const unit = x.unit ? ` (${x.unit})` : "";
    return `${x.label}${atlas.category(x, state.category)}${unit}, ${years(state.vintage)}`;
  },

  legend() {
    const { state, atlas, shown } = this;
    const grid = this.grid();
    const x = grid ?? state.indicator;
    const where = shown.scale === "residence" ? `${atlas.byScale.get("residence").plural} dans la vue` : atlas.byScale.get(shown.scale).plural;
    const about = grid ? `Carreaux en classes : aucun chiffre n’est diffusé · ${atlas.origin(grid, grid.vintage)}` : `${where} · ${atlas.origin(state.indicator, state.vintage)}`;
    const parts = [
      el("h2", {}, this.heading()),
      el("p", { class: "about" }, about),
      ...legend(this.rows(), grid ? "Carreaux" : atlas.byScale.get(shown.scale).plural),
      this.thinned() ? el("p", { class: "key-note" }, "À ce zoom, une partie des équipements seulement a la place d’être dessinée : la liste les donne tous, agrandir pour les voir.") : "",
      el(
        "details",
        { class: "key-note define", open: this.defining() },
        el("summary", { onclick: (e) => (this.defined = !e.currentTarget.parentNode.open) }, "Définition"),
        el("p", {}, x.definition, x.note ? ` ${x.note}` : "", " ", grid ? "" : this.link(x)),
      ),
    ];
    if (!same(this.key, parts)) keeping(this.key, () => this.key.replaceChildren(...parts), () => this.list);
  },

  /** Is the definition open? As the reader left it; else while no card asks for its room. */
  defining() {
    return this.defined ?? (this.card.hidden || !this.state.chosen);
  },

  /** Brings the definition in line with the card. */
  define() {
    const definition = this.key.querySelector(".define");
    if (definition) definition.open = this.defining();
  },

  link(x) {
    return el("a", { href: new URL(`indicateurs/${encodeURIComponent(x.id)}/`, root).href }, "Définition, cartes et tableaux");
  },

  /** The list of what is in view: the same figures as the map. */
  beside() {
    const { atlas, state, shown } = this;
    const { places, scale } = shown;
    const x = state.indicator;
    const seen = this.seen().sort((a, b) => byName(places.names[a], places.names[b]));
    const rows = seen.slice(0, LISTED).map((i) => {
      const figure = this.figure(i);
      const code = places.codes[i];
      const value = figure.state ? "" : x.words ? x.categories[figure.value].key : String(figure.value);
      const cell = el("data", { value: "", "data-cell": atlas.cell(scale, code, x, state.category, state.vintage) }, atlas.sign(x, figure));
      // An element's own property: an empty value must stay an attribute.
      cell.setAttribute("value", value);
      if (figure.state) cell.dataset.state = figure.state;
      const button = el("button", { type: "button", class: "pick", onclick: () => this.choosePlace(code, this.list), onfocus: () => this.point(i), onblur: () => this.point() }, places.names[i]);
      const where = scale === "residence" ? beyond(places.address[i], places.names[i]) || places.parents.commune?.[i]?.name : scale === "iris" ? places.parents.commune?.[i]?.name : "";
      const row = el("tr", { onmouseenter: () => this.point(i), onmouseleave: () => this.point() }, el("th", { scope: "row" }, button, where && where !== places.names[i] ? el("span", { class: "in" }, where) : ""), el("td", { class: `n d${figure.state ? x.decimals : atlas.decimals(x, figure)}` }, cell));
      row.dataset.code = code;
      return row;
    });
    const unit = x.unit ? ` (${x.unit})` : "";
    const label = atlas.byScale.get(scale);
    const more = seen.length > LISTED ? `${LISTED} premiers sur ${number(seen.length)} : zoomer pour voir les autres.` : "";
    const top = this.list.scrollTop;
    const parts = [
      el(
        "table",
        { class: `d${x.decimals}` },
        el("caption", { class: "vh" }, `${this.named()} : ${label.plural} dans la vue`),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, seen.length > LISTED ? `${label.plural} dans la vue : ${LISTED} sur ${number(seen.length)}` : `${label.plural} dans la vue (${number(seen.length)})`), el("th", { scope: "col", class: "n" }, `${this.grid() ? `${x.label}, ` : ""}${years(state.vintage)}${unit}`))),
        el("tbody", {}, rows),
      ),
      more ? el("p", { class: "key-note" }, more) : "",
      ...this.equipped(),
    ];
    // The rows know their places by rank: they stand as long as the places do.
    if (this.listed === places && same(this.list, parts)) return;
    this.listed = places;
    keeping(this.list, () => this.list.replaceChildren(...parts), () => this.list);
    this.list.scrollTop = top;
  },

  /** Equipment in view, for the list: all of it, even where the map has no room to draw it. */
  equipped() {
    const bounds = this.map.getBounds();
    const [w, e, s, n] = [bounds.getWest(), bounds.getEast(), bounds.getSouth(), bounds.getNorth()];
    const seen = (this.equipment ?? []).flatMap((f) =>
      f.names.flatMap((name, k) => {
        const [x, y] = [f.lon[k] * f.unit, f.lat[k] * f.unit];
        return x >= w && x <= e && y >= s && y <= n ? [{ name: name || f.label, label: f.label }] : [];
      }),
    );
    if (!this.equipment?.length) return [];
    seen.sort((a, b) => byName(a.label, b.label) || byName(a.name, b.name));
    const head = seen.length > LISTED ? `Équipements dans la vue : ${LISTED} sur ${number(seen.length)}` : `Équipements dans la vue (${number(seen.length)})`;
    return [
      el(
        "table",
        { class: "equipment" },
        el("caption", { class: "vh" }, "Équipements dans la vue"),
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, head), el("th", { scope: "col" }, "Famille"))),
        el("tbody", {}, seen.slice(0, LISTED).map(({ name, label }) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, label)))),
      ),
    ];
  },

  /** Words about a place: figure, base, vintage, comparison. */
  words(i, set = this.shown) {
    const { atlas, state } = this;
    const x = state.indicator;
    const { places, scale } = set;
    const figure = this.figure(i, set);
    const lines = [`${atlas.text(x, figure)} · ${years(state.vintage)}`];
    const base = figure.base !== undefined && !x.counted ? `sur ${number(figure.base)}\u00a0${x.of}` : "";
    if (base) lines.push(base);
    const compared = [];
    const commune = places.parents.commune?.[i];
    const add = (label, wider, rank) => {
      if (rank === undefined || !wider?.figures || x.counted || x.words) return;
      const other = wider.figures.at(rank, state.vintage, state.category);
      compared.push({ label, other, gap: gap(atlas, x, figure, other) });
    };
    if (scale === "iris" || scale === "residence") add(commune?.name ?? "", this.wider?.commune, this.wider?.commune?.places.rank.get(commune?.code));
    if (scale !== "metropole") add(this.atlas.byScale.get("metropole").label, this.wider?.metropole, 0);
    return { name: places.names[i], figure, lines, base, compared, commune, address: places.address[i], landlord: places.landlord[i] };
  },

  hover(feature, at) {
    const { map } = this;
    map.getCanvas().style.cursor = feature ? "pointer" : "";
    if (!feature) {
      this.tip.hidden = true;
      return this.point();
    }
    const p = feature.properties;
    let parts;
    if (feature.layer.id === "cluster") parts = [el("b", {}, `${number(p.point_count)} résidences`), el("span", {}, "regroupées : cliquer pour agrandir")];
    else if (feature.layer.id === "equipment") {
      const family = this.equipment[p.i];
      parts = [el("b", {}, family.names[p.k] || family.label), el("span", {}, `${family.label} · ${family.vintage}`)];
    } else if (feature.layer.id === "grid-class") {
      parts = [el("b", {}, this.gridClasses()[p.cls - 1] ?? ""), el("span", {}, `${this.grid()?.label ?? ""} · en classes seulement`)];
    } else if (feature.layer.id === "qpv-wash") {
      this.point();
      this.references();
      return this.place(at, () => this.tipOf(p.k, this.over));
    } else {
      this.point(p.k, false);
      return this.place(at, () => this.tipOf(p.k));
    }
    this.point();
    return this.place(at, () => parts);
  },

  tipOf(i, set = this.shown) {
    // The figures of the QPV drawn over the others come once a reader points at the map.
    if (set.waiting) return [el("b", {}, set.places?.names[i] ?? ""), el("span", {}, this.atlas.byScale.get(set.scale).label)];
    const { name, lines, compared } = this.words(i, set);
    return [
      el("b", {}, name),
      set === this.shown ? "" : el("span", {}, this.atlas.byScale.get(set.scale).label),
      ...lines.map((l) => el("span", {}, l)),
      ...compared.map(({ label, other }) => el("span", {}, `${label} : ${this.atlas.text(this.state.indicator, other)}`)),
    ];
  },

  /** Shows a tip near a point; `make` makes what it says, again when there is more to say. */
  place(at, make) {
    this.tipped = () => this.place(at, make);
    this.tip.replaceChildren(...make());
    this.tip.hidden = false;
    const { clientWidth, clientHeight } = this.box;
    const { offsetWidth, offsetHeight } = this.tip;
    const x = Math.min(Math.max(4, at.x + 14), clientWidth - offsetWidth - 4);
    const y = at.y + 14 + offsetHeight > clientHeight ? at.y - offsetHeight - 10 : at.y + 14;
    this.tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(Math.max(4, y))}px)`;
    this.tip.style.left = "0";
    this.tip.style.top = "0";
  },

  /** Shows a place on the map, without choosing it. */
  point(i, tip = true) {
    if (this.pointed === i) return;
    this.pointed = i;
    this.mark();
    if (i === undefined) {
      this.tip.hidden = true;
      return;
    }
    const { places } = this.shown;
    if (tip && places.lon[i] !== undefined) this.place(this.map.project([places.lon[i], places.lat[i]]), () => this.tipOf(i));
  },

  /** Outlines the pointed place, else the chosen one. */
  mark() {
    const { shown, state } = this;
    const { places, shapes, scale } = shown;
    const [chosen, code] = state.chosen.split(/:(.*)/s);
    const { set, i: rank } = this.chosen() ?? {};
    const marked = [...new Set([this.pointed, set === shown ? rank : undefined])];
    const over = set && set !== shown ? set.shapes.shapes[rank] : undefined;
    this.fill("here", [places, shapes, this.radius, over, ...marked], () => [...this.outlined(marked), ...(over ? [library.zone(over, {})] : [])]);
    for (const row of this.list.querySelectorAll("tr[data-code]")) row.classList.toggle("on", chosen === scale && row.dataset.code === code);
  },

  /** Outlines of some places of what is shown. */
  outlined(ranks) {
    const { places, shapes } = this.shown;
    const features = [];
    for (const i of ranks) {
      if (i === undefined || i >= places.codes.length) continue;
      if (shapes) features.push(shapes.outline ? library.lines(shapes.outline) : library.zone(shapes.shapes[i], {}));
      else if (places.lon[i] !== undefined) features.push(library.point(places.lon[i], places.lat[i], { r: this.radius(this.figure(i)) + 4 }));
    }
    return features;
  },

  async press(feature) {
    if (!feature) return this.close();
    const { id } = feature.layer;
    if (id === "cluster") {
      const source = this.map.getSource("places");
      source.getClusterExpansionZoom(feature.properties.cluster_id).then((zoom) => {
        this.map.easeTo({ center: feature.geometry.coordinates, zoom: Math.max(zoom, this.map.getZoom() + 1) });
      });
      return undefined;
    }
    if (id === "equipment" || id === "grid-class") return undefined;
    const set = id === "qpv-wash" ? this.over : this.shown;
    set.places ??= await this.atlas.places(set.scale, set.blocks);
    // Under a finger no tip follows: the card says the same, and more.
    if (this.finger) this.tip.hidden = true;
    return this.choosePlace(set.places.codes[feature.properties.k], this.map.getCanvas(), set.scale);
  },

  /** Chooses a place; closing its card gives the focus back to the list or the map, whichever opened it. */
  choosePlace(code, from, scale = this.shown.scale) {
    this.opener = from;
    this.state.chosen = `${scale}:${code}`;
    this.toAddress(true);
    this.mark();
    this.openCard();
  },

  close() {
    if (!this.state.chosen) return;
    const [, code] = this.state.chosen.split(/:(.*)/s);
    this.state.chosen = "";
    this.hideCard(code);
    this.toAddress(true);
    this.mark();
  },

  /** Hides the card; the focus that was in it goes back to what opened it. */
  hideCard(code) {
    const inside = this.card.contains(document.activeElement);
    this.card.hidden = true;
    this.define();
    if (!inside) return;
    const row = this.opener === this.list && code ? this.list.querySelector(`tr[data-code="${CSS.escape(code)}"] button`) : undefined;
    (row ?? this.opener ?? this.map.getCanvas()).focus({ preventScroll: true });
  },

  /** The place chosen: the set it is of, what is shown or the QPV over it, and its rank there. */
  chosen() {
    const [scale, code] = this.state.chosen.split(/:(.*)/s);
    const set = [this.shown, this.over].find((s) => s?.scale === scale);
    const i = set?.places?.rank.get(code);
    return i === undefined ? undefined : { set, i };
  },

  openCard() {
    const { atlas, state } = this;
    const [scale, code] = state.chosen.split(/:(.*)/s);
    const { set, i } = this.chosen() ?? {};
    if (i === undefined) return this.hideCard();
    this.references();
    if (set.waiting) return undefined; // its figures open it
    const { name, figure, lines, base, compared, commune, address: street, landlord } = this.words(i, set);
    const x = state.indicator;
    const kind = atlas.byScale.get(scale).label;
    const about = [`${x.label}${atlas.category(x, state.category)}`, years(state.vintage), base].filter(Boolean).join(", ");
    const pairs = [
      ...compared.map(({ label, other, gap: difference }) => [label, atlas.text(x, other) + (difference ? ` (${difference})` : "")]),
      commune && [atlas.byScale.get("commune").label, commune.name],
      street && ["Adresse", street],
      landlord && ["Bailleur", landlord],
    ].filter(Boolean);
    const parts = [
      el("header", {}, el("h2", {}, name), el("p", { class: "about" }, `${kind}${scale === "residence" ? "" : ` · ${code}`}`)),
      el(
        "div",
        { class: "told" },
        figure.state ? el("p", {}, el("data", { value: "", "data-state": figure.state }, atlas.states[figure.state])) : el("p", { class: "big" }, atlas.text(x, figure)),
        el("p", { class: "about" }, about),
      ),
      el("dl", {}, pairs.flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])),
      el("a", { href: atlas.fiche(scale, code) }, "Ouvrir la fiche"),
      el("button", { type: "button", class: "shut", "aria-label": "Fermer", onclick: () => this.close() }, "×"),
    ];
    keeping(this.card, () => this.card.replaceChildren(...parts), () => this.card.querySelector("a"));
    this.card.hidden = false;
    this.define();
    return this.say(`${name} : ${lines.join(", ")}`);
  },

  /** Goes to a place found by search, at its own scale. */
  async goTo(scale, code) {
    const { atlas, map, state } = this;
    if (!this.ground) return location.assign(atlas.fiche(scale, code));
    const places = await atlas.places(scale);
    const i = places.rank.get(code);
    if (i === undefined) return undefined;
    state.chosen = `${scale}:${code}`;
    state.lock = scale;
    if (scale === "residence") {
      map.jumpTo({ center: [places.lon[i], places.lat[i]], zoom: 15.5 });
    } else {
      const { shapes } = await this.shapes(scale, atlas.byScale.get(scale).blocks.map((_, b) => b));
      const [w, s, e, n] = envelope(shapes[i]);
      map.fitBounds([[w, s], [e, n]], { padding: 60, duration: 0 });
    }
    this.show();
    this.toAddress(true);
    return this.refresh();
  },

  tell(text, more = []) {
    keeping(
      this.notice,
      () => {
        this.notice.hidden = !text;
        this.notice.replaceChildren(...(text ? [el("p", {}, text), ...more] : []));
      },
      () => this.scales.find((radio) => radio.checked),
    );
  },
};

/** Does a part of the page say this already? To draw it again would cost the time of a drawing of the page. */
function same(part, parts) {
  const fresh = el("div", {}, ...parts).childNodes;
  return part.childNodes.length === fresh.length && [...fresh].every((node, i) => node.isEqualNode(part.childNodes[i]));
}

/** Gap to a reference, in points for a percentage; nothing when one of the two has no value. */
function gap(atlas, x, figure, other) {
  if (figure.state || other.state) return "";
  const decimals = Math.min(atlas.decimals(x, figure), atlas.decimals(x, other));
  const value = figure.value - other.value;
  const sign = value > 0 ? "+" : "";
  return `écart ${sign}${x.unit === "%" ? `${number(value, decimals)} ${Math.abs(value) < 2 ? "point" : "points"}` : quantity(value, decimals, x.unit)}`;
}
