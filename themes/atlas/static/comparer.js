// Two to four territories side by side: all the indicators of a theme, gaps to the first one, one series for all.

import { address, announcer, el, keeping, number, parameters, quantity, root, years } from "./commun.js";
import { field } from "./champ.js";
import { Atlas } from "./donnees.js";
import { WIDE, lines, stroke } from "./graphique.js";

const tool = document.querySelector("[data-tool=comparer]");
const MOST = 4;

class Compare {
  constructor(atlas) {
    this.atlas = atlas;
    this.read();
    const seek = field({ label: "Ajouter un territoire à la comparaison", placeholder: "Ajouter une commune, un IRIS, un QPV, une résidence…", choose: (p) => this.add(`${p.scale}:${p.code}`) });
    this.input = seek.input;
    this.theme = el("select", { onchange: () => this.set({ theme: this.theme.value, id: "" }) }, atlas.themes.map((t) => el("option", { value: t.id }, t.label)));
    this.picked = el("ul", { class: "picked", "aria-label": "Territoires comparés" });
    this.body = el("div", {});
    tool.append(
      el(
        "form",
        { class: "controls", "aria-label": "Territoires et thème", onsubmit: (e) => e.preventDefault() },
        el("div", { class: "c" }, el("span", { "aria-hidden": "true" }, "Territoires (deux à quatre)"), seek.box),
        el("label", { class: "c" }, el("span", {}, "Thème"), this.theme),
        el("button", { type: "button", onclick: () => window.print() }, "Imprimer"),
      ),
      this.picked,
      this.body,
    );
    this.say = announcer(tool);
    document.documentElement.classList.add("has-tool");
    window.addEventListener("beforeprint", () => this.paper?.());
    window.addEventListener("afterprint", () => this.screen?.());
    window.addEventListener("popstate", () => {
      this.read();
      this.show();
    });
    this.show();
  }

  read() {
    const query = parameters();
    const { atlas } = this;
    const known = (t) => atlas.byScale.has(t.split(":")[0]) && t.includes(":");
    this.state = {
      picked: [...new Set((query.get("t") ?? "").split(",").filter(known))].slice(0, MOST),
      theme: atlas.themes.some((t) => t.id === query.get("theme")) ? query.get("theme") : atlas.themes[0].id,
      id: query.get("i") ?? "",
      category: query.get("c") ?? "",
    };
  }

  set(change) {
    Object.assign(this.state, change);
    const { picked, theme, id, category } = this.state;
    address({ t: picked.join(","), theme, i: id, c: category }, true);
    return this.show();
  }

  add(place) {
    const { picked } = this.state;
    if (picked.includes(place)) return this.say("Ce territoire est déjà là");
    if (picked.length === MOST) return this.say("Quatre territoires au plus : en retirer un d’abord");
    this.input.focus();
    return this.set({ picked: [...picked, place] });
  }

  async show() {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const { atlas, state } = this;
    this.theme.value = state.theme;
    const territories = [];
    const split = state.picked.map((key) => key.split(/:(.*)/s));
    const all = await Promise.all(split.map(([scale]) => atlas.places(scale)));
    for (const [n, key] of state.picked.entries()) {
      const [scale, code] = split[n];
      const places = all[n];
      const rank = places.rank.get(code);
      if (rank !== undefined) territories.push({ key, scale, code, rank, name: places.names[rank], parent: places.parents.commune?.[rank]?.name });
    }
    if (turn !== this.turn) return;
    const items = territories.map((t) =>
        el(
          "li",
          {},
          el("span", {}, `${t.name} · ${atlas.byScale.get(t.scale).label}`),
          el("button", { type: "button", "aria-label": `Retirer ${t.name}`, onclick: () => this.set({ picked: state.picked.filter((k) => k !== t.key) }) }, "×"),
        ),
    );
    // Once a territory is gone, the next one has the focus; after the last one, the field.
    const next = (rank) => this.picked.querySelectorAll("button")[Math.min(rank, items.length - 1)] ?? this.input;
    keeping(this.picked, () => this.picked.replaceChildren(...items), next);
    if (territories.length < 2) {
      document.documentElement.classList.remove("has-versus");
      keeping(this.body, () => this.body.replaceChildren(), () => this.input);
      this.body.append(el("p", { class: "note" }, territories.length ? "Ajouter au moins un autre territoire." : "Choisir deux à quatre territoires, de la même échelle ou non."));
      return;
    }
    const indicators = atlas.indicators.filter((x) => x.theme === state.theme && territories.some((t) => x.scales[t.scale]));
    const columns = await Promise.all(
      indicators.map((x) => Promise.all(territories.map((t) => atlas.figures(t.scale, x.id)))),
    );
    if (turn !== this.turn) return;
    this.draw(territories, indicators, columns);
    document.documentElement.classList.add("has-versus");
    document.title = `${territories.map((t) => t.name).join(", ")} — ${document.title.split(" — ").at(-1)}`;
    document.documentElement.dataset.place = territories.map((t) => t.name).join(", ");
    this.say(`${territories.length} territoires, ${indicators.length} indicateurs`);
  }

  draw(territories, indicators, columns) {
    const { atlas, state } = this;
    const head = el(
      "tr",
      {},
      el("th", { scope: "col" }, "Indicateur"),
      territories.map((t, i) =>
        el("th", { scope: "col", class: i ? "n" : "n me" }, el("a", { href: atlas.fiche(t.scale, t.code) }, t.name), el("span", { class: "gap" }, [atlas.byScale.get(t.scale).label, t.parent].filter(Boolean).join(" · "))),
      ),
    );
    const bodies = indicators.map((x, i) => this.rows(x, columns[i], territories));
    // Three places or four have no room beside a name on a narrow screen: it stands above its figures there.
    const table = el(
      "table",
      { class: territories.length > 2 ? "versus stacked" : "versus" },
      el("caption", {}, `${atlas.themes.find((t) => t.id === state.theme).label} : ${territories.map((t) => t.name).join(", ")}. Écarts au premier territoire.`),
      el("thead", {}, head),
      bodies,
    );
    if (territories.length > 2) sayRoles(table);
    const charted = indicators.filter((x) => !x.words);
    const at = Math.max(0, charted.findIndex((x) => x.id === state.id));
    const chart = charted.length ? this.chart(charted, charted[at], columns[indicators.indexOf(charted[at])], territories) : "";
    const parts = [
      el("section", { class: "scroll", tabindex: "0", "aria-label": "Comparaison" }, table),
      el("p", { class: "note" }, "Chaque ligne donne le dernier millésime commun aux échelles comparées. L’écart au premier territoire est donné pour les parts, les taux et les moyennes, si les deux chiffres sont publiés."),
      chart,
    ];
    keeping(this.body, () => this.body.replaceChildren(...parts.filter(Boolean)), () => this.body.querySelector("section"));
    // Where the years of a series are not all in view, the last ones are.
    const long = this.body.querySelector(".scroll:has(> .series)");
    if (long) long.scrollLeft = long.scrollWidth;
  }

  /** Last vintage that all scales have; the last one of all when none is common. */
  vintage(figures) {
    const open = figures.filter(Boolean);
    const common = open[0].vintages.filter((v) => open.every((f) => f.vintages.includes(v)));
    return common.at(-1) ?? open[0].vintages.at(-1);
  }

  rows(x, figures, territories) {
    const { atlas } = this;
    const vintage = this.vintage(figures);
    const unit = x.unit ? ` (${x.unit})` : "";
    const name = el("a", { href: new URL(`indicateurs/${encodeURIComponent(x.id)}/`, root).href }, x.label);
    const row = (label, category) => {
      const all = territories.map((t, i) => (figures[i] ? figures[i].at(t.rank, vintage, category) : { state: "no" }));
      return el(
        "tr",
        {},
        el("th", { scope: "row" }, label),
        all.map((figure, i) => this.cell(x, figure, all[0], territories[i], category, vintage, i)),
      );
    };
    const about = el("span", { class: "gap" }, `${years(vintage)}${unit}`);
    if (!x.split) return el("tbody", {}, row([name, about], 0));
    return el(
      "tbody",
      { class: "of" },
      el("tr", {}, el("th", { scope: "rowgroup", colspan: territories.length + 1 }, name, about)),
      x.categories.map((c, k) => row(c.label, k)),
    );
  }

  cell(x, figure, first, territory, category, vintage, i) {
    const { atlas } = this;
    const data = el("data", { "data-cell": atlas.cell(territory.scale, territory.code, x, category, vintage) }, atlas.sign(x, figure));
    data.setAttribute("value", figure.state ? "" : x.words ? x.categories[figure.value].key : String(figure.value));
    if (figure.state) data.dataset.state = figure.state;
    const notes = [];
    if (!figure.state && !x.counted && figure.base !== undefined && figure.base < atlas.small_base) notes.push(`n = ${number(figure.base)}`);
    // The gap of two counts tells the size of the places, nothing else.
    if (i && !figure.state && !first.state && !x.words && !x.counted) {
      const decimals = Math.min(atlas.decimals(x, figure), atlas.decimals(x, first));
      const gap = figure.value - first.value;
      const sign = Number(gap.toFixed(decimals)) > 0 ? "+" : "";
      notes.push(sign + (x.unit === "%" ? `${number(gap, decimals)} pt` : quantity(gap, decimals, x.unit)));
    }
    return el("td", { class: i ? "n" : "n me" }, data, notes.length ? el("span", { class: "gap" }, notes.join(" · ")) : "");
  }

  /** A chart at the width there is, drawn again when that changes; on paper, at its full width. */
  plot(what) {
    const box = el("div", { class: "plot" });
    let drawn = 0;
    const draw = (room) => {
      if (room === drawn) return;
      drawn = room;
      box.replaceChildren(lines({ ...what, room }));
    };
    draw(Math.min(WIDE, tool.clientWidth));
    this.watch?.disconnect();
    this.watch = new ResizeObserver(() => box.clientWidth && draw(Math.min(WIDE, tool.clientWidth)));
    this.watch.observe(tool);
    this.paper = () => draw(WIDE);
    this.screen = () => draw(Math.min(WIDE, tool.clientWidth));
    return box;
  }

  chart(charted, x, figures, territories) {
    const { atlas, state } = this;
    const category = x.split ? Math.max(0, x.categories.findIndex((c) => c.key === state.category)) : 0;
    const choose = el("select", { "aria-label": "Indicateur de la série", onchange: (e) => this.set({ id: e.target.value, category: "" }) }, charted.map((i) => el("option", { value: i.id, selected: i === x }, i.label)));
    const modality = x.split
      ? el("select", { "aria-label": "Modalité de la série", onchange: (e) => this.set({ id: x.id, category: e.target.value }) }, x.categories.map((c, k) => el("option", { value: c.key, selected: k === category }, c.label)))
      : "";
    const vintages = [...new Set(figures.filter(Boolean).flatMap((f) => f.vintages))].sort((a, b) => a.slice(-4) - b.slice(-4));
    const series = territories.map((t, i) => ({ name: t.name, points: vintages.map((v) => (figures[i] ? figures[i].at(t.rank, v, category) : { state: "no" })) }));
    const breaks = [...new Set(vintages.slice(1).map((v, i) => atlas.gap(x, vintages[i], v)).filter(Boolean))];
    const any = series.some((s) => s.points.some((f) => !f.state));
    const drawn = any && vintages.length > 1;
    const title = `${x.label}${atlas.category(x, category)}${x.unit ? ` (${x.unit})` : ""}`;
    const table = el(
      "table",
      { class: "series" },
      el("caption", {}, `${title}, valeurs par millésime`),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Territoire"), vintages.map((v) => el("th", { scope: "col", class: "n" }, years(v))))),
      el(
        "tbody",
        {},
        series.map((s, i) =>
          el(
            "tr",
            {},
            el("th", { scope: "row" }, s.name),
            s.points.map((f, k) => {
              const cell = el("data", { "data-cell": atlas.cell(territories[i].scale, territories[i].code, x, category, vintages[k]) }, atlas.sign(x, f));
              cell.setAttribute("value", f.state ? "" : String(f.value));
              if (f.state) cell.dataset.state = f.state;
              return el("td", { class: "n" }, cell);
            }),
          ),
        ),
      ),
    );
    return el(
      "section",
      { "aria-label": "Séries" },
      el("h2", {}, "Évolution"),
      el("p", { class: "map-acts" }, choose, modality),
      drawn ? el("ul", { class: "key line" }, territories.map((t, i) => el("li", {}, stroke(i), el("span", {}, t.name)))) : "",
      drawn
        ? this.plot({ title, description: `${territories.map((t) => t.name).join(", ")}. Les mêmes valeurs sont dans le tableau qui suit.`, vintages, series, write: (v) => number(v, Number.isInteger(v) ? 0 : 1), broken: (a, b) => atlas.gap(x, a, b) })
        : el("p", { class: "note" }, any ? `Un seul millésime, ${years(vintages[0])} : pas encore d’évolution à tracer.` : "Aucun chiffre publié pour cette série."),
      breaks.length ? el("p", { class: "note" }, `Rupture de série, ${breaks.join(" ; ")}. Les valeurs ne se comparent pas de part et d’autre.`) : "",
      el("section", { class: "scroll", tabindex: "0", "aria-label": "Valeurs de la série" }, table),
      el("p", { class: "note" }, `${atlas.sources[x.source]?.dataset ?? x.source}. ${atlas.source}${atlas.fictitious ? " — Données fictives — démonstration" : ""}`),
      // On paper the foot of the page is said here, beside the chart: it took a last sheet for itself.
      el("p", { class: "note only-print" }, document.querySelector("footer.site .legal")?.textContent.trim() ?? ""),
    );
  }
}

/** Says the roles of the parts of a table that is laid out otherwise: a browser may forget them. */
function sayRoles(table) {
  const role = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
    part.setAttribute("role", role[part.tagName] ?? (part.scope === "col" ? "columnheader" : "rowheader"));
  }
}

Atlas.open()
  .then((atlas) => new Compare(atlas))
  .catch((error) => {
    tool.append(el("p", { class: "warn" }, "Les données n’ont pas pu être lues ; le tableau ci-dessous compare les communes."));
    console.warn(error);
  });
