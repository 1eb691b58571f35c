// Above the map: its controls, and what moves them. Methods of the map tool of carte.js.

import { field } from "./champ.js";
import { el, number, years } from "./commun.js";

export const controls = {
  build() {
    const { atlas, state } = this;
    this.indicator = el("select", { onchange: () => this.choose(this.indicator.value) });
    for (const theme of atlas.themes) {
      const group = el("optgroup", { label: theme.label });
      for (const x of atlas.indicators.filter((i) => i.theme === theme.id)) group.append(el("option", { value: x.id }, x.label));
      if (group.children.length) this.indicator.append(group);
    }
    this.category = el("select", { onchange: () => this.set({ category: this.category.selectedIndex }, true) });
    this.categoryBox = el("label", { class: "c" }, el("span", {}, "Modalité"), this.category);
    this.slider = el("input", { type: "range", min: "0", step: "1", "aria-label": "Millésime", oninput: () => this.slide(), onchange: () => (this.sliding = false) });
    this.year = el("output", {});
    this.play = el("button", { type: "button", "aria-pressed": "false", "aria-label": "Faire défiler les millésimes", onclick: () => this.toggle() }, "▶");
    const scales = [{ id: "", plural: "Selon le zoom" }, ...atlas.scales];
    this.scales = scales.map((s) =>
      el("input", { type: "radio", name: "echelle", value: s.id, onchange: () => this.set({ lock: s.id }, true) }),
    );
    const seek = field({ label: "Aller à un lieu sur la carte", placeholder: "Aller à un lieu…", choose: (place) => this.goTo(place.scale, place.code) });
    this.checks = el("div", { class: "checks" });
    const check = (label, on, change) =>
      el("label", {}, el("input", { type: "checkbox", checked: on, onchange: (e) => change(e.target.checked) }), label);
    this.qpv = check("Contours des QPV", state.qpv, (on) => this.set({ qpv: on }, true));
    if (atlas.byScale.has("qpv")) this.checks.append(this.qpv);
    this.boxes = new Map();
    for (const family of atlas.equipment) {
      const box = check(`${family.label} (${number(family.count)})`, state.equipment.has(family.id), (on) => {
        const equipment = new Set(this.state.equipment);
        if (on) equipment.add(family.id);
        else equipment.delete(family.id);
        this.set({ equipment }, true);
      });
      this.boxes.set(family.id, box.firstChild);
      this.checks.append(box);
    }
    this.grids = el("select", { "aria-label": "Carroyage", onchange: () => this.set({ grid: this.grids.value }, true) });
    this.grids.append(el("option", { value: "" }, "aucun"), ...atlas.grids.map((g) => el("option", { value: g.file }, `${g.label}, ${g.vintage}`)));
    const layers = el("details", {}, el("summary", {}, "Autres couches"), this.checks);
    if (atlas.grids.length) layers.append(el("label", { class: "c" }, el("span", {}, "Carroyage, en classes seulement"), this.grids));
    this.controls = el(
      "form",
      { class: "controls", "aria-label": "Réglages de la carte", onsubmit: (e) => e.preventDefault() },
      el(
        "div",
        { class: "what" },
        el("label", { class: "c" }, el("span", {}, "Indicateur"), this.indicator),
        this.categoryBox,
        el("div", { class: "c" }, el("span", { "aria-hidden": "true" }, "Millésime"), el("div", { class: "time" }, this.play, this.slider, this.year)),
      ),
      el(
        "div",
        { class: "where" },
        el(
          "fieldset",
          {},
          el("legend", {}, "Échelle"),
          el("div", { class: "seg" }, scales.map((s, i) => el("label", {}, this.scales[i], s.plural))),
        ),
        el("div", { class: "c" }, el("span", { "aria-hidden": "true" }, "Lieu"), seek.box),
        layers,
      ),
    );
    this.canvas = el("div", {});
    this.badge = el("p", { class: "badge" });
    this.tip = el("div", { class: "tip", hidden: true });
    this.notice = el("div", { class: "say", role: "status", hidden: true });
    const cross = el("div", { class: "cross", "aria-hidden": "true" });
    cross.textContent = "✛";
    // Words only: a drawing in place of the map took the graphics card longer than it made the reader wait less.
    this.waiting = el("p", { class: "waiting" }, "La carte se dessine…");
    const credit = atlas.basemap && el("p", { class: "credit" }, `Fond : ${atlas.basemap.attribution}`);
    this.box = el("div", { class: "map-box" }, this.waiting, this.canvas, this.badge, credit, cross, this.tip, this.notice);
    this.card = el("section", { class: "card", "aria-label": "Territoire choisi", hidden: true });
    this.key = el("section", { "aria-label": "Légende" });
    this.list = el("section", { class: "beside", "aria-label": "Liste de ce que montre la carte", tabindex: "0" });
    this.book = el("a", { hidden: true }, "Télécharger ces chiffres (classeur)");
    this.rank = el("a", { hidden: true }, "Classer ces territoires");
    const acts = el(
      "div",
      { class: "map-acts" },
      el("button", { type: "button", onclick: () => this.export() }, "Image (PNG)"),
      el("button", { type: "button", onclick: () => this.copy() }, "Copier le lien"),
      this.book,
      this.rank,
      (this.done = el("p", { class: "done", role: "status" })),
    );
    for (const part of [this.card, this.list]) part.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.side = el("div", { class: "map-side" }, this.card, this.key, this.list, acts);
    this.tool = el("div", { class: "map-tool" }, this.controls, this.box, this.side);
  },

  /** Brings the controls in line with the state. */
  show() {
    const { state } = this;
    const x = state.indicator;
    this.indicator.value = x.id;
    this.categoryBox.hidden = !x.split;
    // With one more control, what is shown and where it is shown have a line each.
    this.controls.classList.toggle("two", x.split);
    this.category.replaceChildren(...x.categories.map((c) => el("option", {}, c.label)));
    this.category.selectedIndex = state.category;
    const all = this.vintages(x);
    this.slider.max = all.length - 1;
    this.slider.value = all.indexOf(state.vintage);
    this.slider.setAttribute("aria-valuetext", years(state.vintage));
    this.slider.disabled = this.play.disabled = all.length < 2;
    this.year.textContent = years(state.vintage);
    for (const radio of this.scales) radio.checked = radio.value === state.lock;
    this.qpv.firstChild.checked = state.qpv;
    for (const [id, box] of this.boxes) box.checked = state.equipment.has(id);
    this.grids.value = state.grid;
  },

  choose(id) {
    if (this.playing) this.stop(); // the vintages that play are those of the indicator before
    const indicator = this.atlas.byId.get(id);
    const all = this.vintages(indicator);
    const vintage = all.includes(this.state.vintage) ? this.state.vintage : all.at(-1);
    this.set({ indicator, category: 0, vintage }, true);
  },

  /** One move of the slider, from grip to release, is one step back. */
  slide() {
    const all = this.vintages(this.state.indicator);
    const first = !this.sliding;
    this.sliding = true;
    this.set({ vintage: all[Number(this.slider.value)] }, first);
  },

  /** Plays the vintages once, from the first if the last one is shown. */
  toggle() {
    if (this.playing) return this.stop();
    const all = this.vintages(this.state.indicator);
    let at = all.indexOf(this.state.vintage);
    if (at === all.length - 1) at = -1;
    const step = (first) => {
      at += 1;
      this.set({ vintage: all[at] }, first === true);
      if (at === all.length - 1) this.stop();
    };
    this.play.setAttribute("aria-pressed", "true");
    this.play.textContent = "❚❚";
    this.playing = setInterval(step, 900);
    step(true);
  },

  stop() {
    clearInterval(this.playing);
    this.playing = undefined;
    this.play.setAttribute("aria-pressed", "false");
    this.play.textContent = "▶";
  },
};
