// Ranking of any indicator at any scale, and what changed most between two vintages. Hidden figures are never placed.

import { address, announcer, beyond, byName, el, keeping, number, parameters, plural, quantity, root, years } from "./commun.js";
import { Atlas } from "./donnees.js";

const tool = document.querySelector("[data-tool=classement]");
/** Rows written at first. */
const FIRST = 200;

/** Orders of changes: key of the address, words, rank of a change and its direction. */
const ORDERS = [
  ["", "Écarts les plus forts d’abord", Math.abs, -1],
  ["hausses", "Plus fortes hausses d’abord", (gap) => gap, -1],
  ["baisses", "Plus fortes baisses d’abord", (gap) => gap, 1],
  ["croissant", "Écarts les plus faibles d’abord", Math.abs, 1],
];

class Ranking {
  constructor(atlas) {
    this.atlas = atlas;
    const options = (list) => list.map(([value, label]) => el("option", { value }, label));
    const scales = atlas.scales.filter((s) => s.id !== "metropole" && atlas.indicators.some((x) => x.scales[s.id]));
    this.scale = el("select", { onchange: () => this.set({ scale: this.scale.value, within: "" }) }, options(scales.map((s) => [s.id, s.plural])));
    this.indicator = el("select", { onchange: () => this.set({ id: this.indicator.value, category: 0, vintage: "" }) });
    this.category = el("select", { onchange: () => this.set({ category: this.category.selectedIndex }) });
    this.vintage = el("select", { onchange: () => this.set({ vintage: this.vintage.value }) });
    this.since = el("select", { onchange: () => this.set({ since: this.since.value }) });
    this.modes = ["un millésime", "une évolution"].map((label, i) => ({
      label,
      radio: el("input", { type: "radio", name: "montre", onchange: () => this.set({ since: i ? this.latest() : "", order: "" }) }),
    }));
    this.gaps = el("select", { onchange: () => this.set({ order: this.gaps.value }) }, options(ORDERS.map(([key, label]) => [key, label])));
    this.within = el("select", { onchange: () => this.set({ within: this.within.value }) });
    this.order = el("button", { type: "button", onclick: () => this.set({ order: this.state.order === "croissant" ? "" : "croissant" }) }, "Du plus grand au plus petit");
    const labelled = (text, control) => el("label", { class: "c" }, el("span", {}, text), control);
    this.categoryBox = labelled("Modalité", this.category);
    this.withinBox = labelled("Dans", this.within);
    this.sinceBox = labelled("Évolution depuis", this.since);
    this.gapsBox = labelled("Ordre", this.gaps);
    this.book = el("a", { hidden: true }, "Télécharger ces chiffres (classeur)");
    this.drawn = el("a", { hidden: true }, "Voir sur la carte");
    this.body = el("div", {});
    tool.append(
      el(
        "form",
        { class: "controls", "aria-label": "Réglages du classement", onsubmit: (e) => e.preventDefault() },
        el("fieldset", {}, el("legend", {}, "Classer selon"), el("div", { class: "seg" }, this.modes.map(({ label, radio }) => el("label", {}, radio, label)))),
        labelled("Échelle", this.scale),
        labelled("Indicateur", this.indicator),
        this.categoryBox,
        labelled("Millésime", this.vintage),
        this.sinceBox,
        this.withinBox,
        this.gapsBox,
        this.order,
        el("button", { type: "button", onclick: () => window.print() }, "Imprimer"),
        this.book,
        this.drawn,
      ),
      this.body,
    );
    this.say = announcer(tool);
    document.documentElement.classList.add("has-tool");
    this.scales = scales;
    this.read();
    window.addEventListener("popstate", () => {
      this.read();
      this.show();
    });
    this.show();
  }

  read() {
    const query = parameters();
    const scale = this.scales.some((s) => s.id === query.get("e")) ? query.get("e") : this.scales[0].id;
    const x = this.atlas.byId.get(query.get("i"));
    this.state = {
      scale,
      id: x?.id ?? "",
      category: Math.max(0, x?.split ? x.categories.findIndex((c) => c.key === query.get("c")) : 0),
      vintage: query.get("v") ?? "",
      since: query.get("depuis") ?? "",
      within: query.get("dans") ?? "",
      order: query.get("ordre") ?? "",
      all: false,
    };
  }

  set(change) {
    Object.assign(this.state, change, { all: Boolean(change.all) });
    const { state } = this;
    const x = this.atlas.byId.get(state.id);
    address(
      { e: state.scale, i: state.id, c: x?.split ? x.categories[state.category].key : "", v: state.vintage, depuis: state.since, dans: state.within, ordre: state.order },
      true,
    );
    return this.show();
  }

  async show() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const { atlas, state } = this;
    const open = atlas.indicators.filter((x) => x.scales[state.scale] && !x.words);
    const x = open.find((i) => i.id === state.id) ?? open.find((i) => i.kind === "share" || i.kind === "rate") ?? open[0];
    if (x.id !== state.id) Object.assign(state, { id: x.id, category: 0 });
    const [places, figures, wide] = await Promise.all([
      atlas.places(state.scale),
      atlas.figures(state.scale, x.id),
      atlas.figures("metropole", x.id),
    ]);
    if (turn !== this.turn) return;
    const { vintages } = figures;
    const vintage = vintages.includes(state.vintage) ? state.vintage : vintages.at(-1);
    this.ranked = { x, vintages, vintage };
    // The change that is shown goes on with another indicator, from a vintage that it has.
    const since = !state.since || (vintages.includes(state.since) && state.since !== vintage) ? state.since : this.latest();
    this.controls(open, x, places, vintages, vintage, since);
    const reason = since ? atlas.refusal(x, since, vintage) : undefined;
    if (reason) {
      this.body.replaceChildren(
        el("p", { class: "warn" }, `De ${years(since)} à ${years(vintage)}, ${reason} : l’évolution n’est pas calculée, pour aucun territoire. Choisir deux autres millésimes.`),
      );
      this.say(`Évolution refusée : ${reason}`);
      return;
    }
    const [kind, key] = state.within.split(/:(.*)/s);
    const kept = places.codes.map((_, i) => i).filter((i) => {
      if (!key) return true;
      if (kind === "bailleur") return places.landlord[i] === key;
      return places.parents[kind]?.[i]?.code === key;
    });
    const items = kept.map((i) => this.item(x, figures, places, i, vintage, since));
    const [, , gap, direction] = ORDERS.find(([key]) => key === state.order) ?? ORDERS[0];
    const way = since ? direction : state.order === "croissant" ? 1 : -1;
    const size = (r) => (since ? gap(r.key) : r.key);
    const placed = items.filter((r) => r.key !== undefined).sort((a, b) => way * (size(a) - size(b)) || byName(a.name, b.name));
    const apart = items.filter((r) => r.key === undefined).sort((a, b) => byName(a.name, b.name));
    // Equal figures share a rank.
    placed.forEach((r, n) => {
      r.rank = n && size(placed[n - 1]) === size(r) ? placed[n - 1].rank : n + 1;
    });
    this.draw({ x, places, vintage, since, placed, apart, wide, refused: this.refused(x, vintages, vintage) });
  }

  /** Latest vintage that changes may be counted from; where none may be compared, the latest before, whose refusal is said. */
  latest() {
    const { x, vintages, vintage } = this.ranked;
    const earlier = until(vintages, vintage);
    return earlier.filter((v) => !this.atlas.refusal(x, v, vintage)).at(-1) ?? earlier.at(-1) ?? "";
  }

  item(x, figures, places, i, vintage, since) {
    const { atlas, state } = this;
    const figure = figures.at(i, vintage, state.category);
    const out = { i, name: places.names[i], figure, key: figure.state ? undefined : figure.value };
    if (since) {
      out.before = figures.at(i, since, state.category);
      const both = !figure.state && !out.before.state;
      out.key = both ? Number((figure.value - out.before.value).toFixed(Math.min(atlas.decimals(x, figure), atlas.decimals(x, out.before)))) : undefined;
    }
    return out;
  }

  controls(open, x, places, vintages, vintage, since) {
    const { atlas, state } = this;
    this.scale.value = state.scale;
    this.indicator.replaceChildren(
      ...atlas.themes
        .map((t) => el("optgroup", { label: t.label }, open.filter((i) => i.theme === t.id).map((i) => el("option", { value: i.id }, i.label))))
        .filter((g) => g.children.length),
    );
    this.indicator.value = x.id;
    this.categoryBox.hidden = !x.split;
    this.category.replaceChildren(...x.categories.map((c) => el("option", {}, c.label)));
    this.category.selectedIndex = state.category;
    this.vintage.replaceChildren(...vintages.map((v) => el("option", { value: v }, years(v))));
    this.vintage.value = vintage;
    // A vintage that is not compared stays in the list, and says so.
    const earlier = until(vintages, vintage);
    this.modes.forEach(({ radio }, i) => (radio.checked = Boolean(i) === Boolean(since)));
    this.modes[1].radio.disabled = !since && !earlier.length;
    this.sinceBox.hidden = this.gapsBox.hidden = !since;
    this.order.hidden = Boolean(since);
    this.gaps.value = ORDERS.some(([key]) => key === state.order) ? state.order : "";
    this.since.replaceChildren(
      ...earlier.map((v) => {
        const refused = atlas.refusal(x, v, vintage);
        return el("option", { value: v, disabled: Boolean(refused) && v !== since }, refused ? `${years(v)} (non comparable)` : years(v));
      }),
    );
    this.since.value = since;
    const groups = [];
    const known = (list) => [...new Map(list.filter(Boolean).map((p) => [p.code, p])).values()].sort((a, b) => byName(a.name, b.name));
    for (const scale of ["commune", "qpv"]) {
      if (!places.parents[scale] || state.scale === scale) continue;
      groups.push(el("optgroup", { label: atlas.byScale.get(scale).plural }, known(places.parents[scale]).map((p) => el("option", { value: `${scale}:${p.code}` }, p.name))));
    }
    if (places.landlord.length) {
      const names = [...new Set(places.landlord.filter(Boolean))].sort(byName);
      groups.push(el("optgroup", { label: "Bailleurs" }, names.map((n) => el("option", { value: `bailleur:${n}` }, n))));
    }
    this.withinBox.hidden = !groups.length;
    this.within.replaceChildren(el("option", { value: "" }, "tout le territoire"), ...groups);
    this.within.value = state.within;
    this.order.textContent = state.order === "croissant" ? "Du plus petit au plus grand" : "Du plus grand au plus petit";
    // The same figures on the map: its scale, its indicator, its vintage.
    const shown = { i: x.id, c: x.split ? x.categories[state.category].key : "", v: vintage, e: state.scale };
    this.drawn.href = new URL(`carte/?${new URLSearchParams(Object.entries(shown).filter(([, v]) => v))}`, root).href;
    this.drawn.hidden = false;
    const book = x.books[state.scale];
    this.book.hidden = !book;
    if (book) this.book.href = new URL(book, root).href;
  }

  /** Vintages from which no change is given, each with its reason, in one sentence; nothing when all are compared. */
  refused(x, vintages, vintage) {
    const reasons = new Map();
    for (const v of vintages) {
      if (v.slice(-4) >= vintage.slice(-4)) continue;
      const why = this.atlas.refusal(x, v, vintage);
      if (why) reasons.set(why, [...(reasons.get(why) ?? []), years(v)]);
    }
    if (!reasons.size) return "";
    const parts = [...reasons].map(([why, list]) => `${list.length === 1 ? `depuis ${list[0]}` : `depuis ${list.slice(0, -1).join(", ")} ou ${list.at(-1)}`}, ${why}`);
    return `Évolution jusqu’à ${years(vintage)} non calculée ${parts.join(" ; ")}.`;
  }

  draw({ x, places, vintage, since, placed, apart, wide, refused }) {
    const { atlas, state } = this;
    const scale = atlas.byScale.get(state.scale);
    const unit = x.unit ? ` (${x.unit})` : "";
    const title = `${x.label}${atlas.category(x, state.category)}${unit}`;
    const data = (figure, code, v) => {
      const out = el("data", { "data-cell": atlas.cell(state.scale, code, x, state.category, v) }, atlas.sign(x, figure));
      out.setAttribute("value", figure.state ? "" : String(figure.value));
      if (figure.state) out.dataset.state = figure.state;
      return out;
    };
    const row = (r) => {
      const code = places.codes[r.i];
      const parent = places.parents.commune?.[r.i]?.name;
      const where = [beyond(places.address[r.i], r.name) || parent, places.landlord[r.i]].filter(Boolean).join(" · ");
      const cells = [el("td", { class: "n" }, r.rank ? number(r.rank) : "–"), el("th", { scope: "row" }, el("a", { href: atlas.fiche(state.scale, code) }, r.name), where ? el("span", { class: "gap" }, where) : "")];
      const aligned = (figure) => `n d${figure.state ? x.decimals : atlas.decimals(x, figure)}`;
      if (since) cells.push(el("td", { class: aligned(r.before) }, data(r.before, code, since)));
      cells.push(el("td", { class: `${aligned(r.figure)} me` }, data(r.figure, code, vintage)));
      if (since) {
        const decimals = r.key === undefined ? 0 : Math.min(atlas.decimals(x, r.figure), atlas.decimals(x, r.before));
        const text = r.key === undefined ? "–" : (r.key > 0 ? "+" : "") + (x.unit === "%" ? number(r.key, decimals) : quantity(r.key, decimals, ""));
        cells.push(el("td", { class: `n d${r.key === undefined ? x.decimals : decimals}` }, text));
      } else if (!x.counted) cells.push(el("td", { class: "n" }, r.figure.base === undefined ? "" : number(r.figure.base)));
      return el("tr", {}, cells);
    };
    const shown = state.all ? placed : placed.slice(0, FIRST);
    const width = since ? 5 : x.counted ? 3 : 4;
    const heads = [
      el("th", { scope: "col", class: "n" }, "Rang"),
      el("th", { scope: "col" }, scale.label),
      since ? el("th", { scope: "col", class: "n" }, years(since)) : "",
      el("th", { scope: "col", class: "n me" }, years(vintage)),
      since ? el("th", { scope: "col", class: "n" }, x.unit === "%" ? "Écart, en points" : "Écart") : x.counted ? "" : el("th", { scope: "col", class: "n" }, "n"),
    ].filter(Boolean);
    const table = el(
      "table",
      { class: `rank versus d${x.decimals}` },
      el("caption", {}, since ? `${title} : ce qui a changé de ${years(since)} à ${years(vintage)}, ${scale.plural}` : `${title}, ${years(vintage)}, ${scale.plural}`),
      el("thead", {}, el("tr", {}, heads)),
      el("tbody", {}, shown.map(row)),
    );
    if (apart.length) {
      const words = "Non classés : chiffre masqué ou absent, par ordre alphabétique";
      table.append(el("tbody", {}, el("tr", {}, el("th", { scope: "rowgroup", colspan: width }, `${words} (${number(apart.length)})`)), (state.all ? apart : apart.slice(0, FIRST)).map(row)));
    }
    const reference = this.reference(x, wide, vintage, since);
    const hidden = placed.length + apart.length - shown.length - Math.min(apart.length, state.all ? apart.length : FIRST);
    const parts = [
      el("p", { class: "note" }, `${plural(placed.length, "territoire classé", "territoires classés")}, ${number(apart.length)} non ${apart.length < 2 ? "classé" : "classés"}. ${since ? this.tally(placed) : ""}${reference}${atlas.origin(x, vintage)}.${since || x.counted || placed.every((r) => r.figure.base === undefined) ? "" : ` n : ${x.of}.`}`),
      refused ? el("p", { class: "note" }, refused) : "",
      el("section", { class: "scroll", tabindex: "0", "aria-label": "Classement" }, table),
      hidden > 0 ? el("p", {}, el("button", { type: "button", onclick: () => this.set({ all: true }) }, `Afficher les ${number(placed.length + apart.length)} territoires`)) : "",
    ];
    keeping(this.body, () => this.body.replaceChildren(...parts), () => this.body.querySelector("section.scroll"));
    document.documentElement.dataset.place = `${since ? "Évolution" : "Classement"} : ${x.label}`;
    this.say(`${placed.length} territoires classés${since ? `, ${this.tally(placed)}` : ""}`);
  }

  /** How many went up and down, in words. */
  tally(placed) {
    const count = (sign) => placed.filter((r) => Math.sign(r.key) === sign).length;
    return `${plural(count(1), "hausse", "hausses")}, ${plural(count(-1), "baisse", "baisses")}, ${number(count(0))} sans changement. `;
  }

  /** The whole in words: its figure, and the one it had; nothing for a count, which is no reference. */
  reference(x, wide, vintage, since) {
    const { atlas, state } = this;
    if (x.counted || !wide?.vintages.includes(vintage)) return "";
    const now = wide.at(0, vintage, state.category);
    const label = atlas.byScale.get("metropole").label;
    if (!since || !wide.vintages.includes(since)) return `${label} : ${atlas.text(x, now)}. `;
    const before = wide.at(0, since, state.category);
    if (now.state || before.state) return `${label} : ${atlas.text(x, before)} en ${years(since)}, ${atlas.text(x, now)} en ${years(vintage)}. `;
    const decimals = Math.min(atlas.decimals(x, now), atlas.decimals(x, before));
    const change = number(now.value - before.value, decimals);
    const unit = x.unit === "%" ? (Math.abs(now.value - before.value) < 2 ? "point" : "points") : x.unit;
    return `${label} : ${atlas.text(x, before)} en ${years(since)}, ${atlas.text(x, now)} en ${years(vintage)} (${now.value > before.value ? "+" : ""}${change}${unit ? `\u00a0${unit}` : ""}). `;
  }
}

/** Vintages that end before another. */
const until = (vintages, vintage) => vintages.filter((v) => v.slice(-4) < vintage.slice(-4));

Atlas.open()
  .then((atlas) => new Ranking(atlas))
  .catch((error) => {
    tool.append(el("p", { class: "warn" }, "Les données n’ont pas pu être lues ; les tableaux ci-dessous classent les communes."));
    console.warn(error);
  });
