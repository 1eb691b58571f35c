// The map taken away: on paper, as a link, as a picture. Methods of the map tool of carte.js.

import { el, number, years } from "./commun.js";
import { picture, save } from "./image.js";
import { legend } from "./legende.js";

export const sheet = {
  // ── Paper ─────────────────────────────────────────────────────────────────────

  /** Puts the map as it is on the paper, with its title, legend, vintage and mention of the source, in place of the page's own. */
  toPaper() {
    const { atlas, shown } = this;
    if (!this.ground || !shown) return;
    this.offPaper();
    const grid = this.grid();
    const label = atlas.byScale.get(shown.scale).plural;
    const [chosen, i] = [this.chosen(), this.chosen()?.i];
    const drawn = this.ground.still(this.map);
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", `Carte : ${this.heading()}, ${label}`);
    drawn.removeAttribute("aria-hidden");
    this.paper = el(
      "section",
      { class: "paper-map" },
      el("h2", {}, this.heading()),
      el("p", { class: "about" }, grid ? "Carreaux, en classes seulement" : `${label} · ${this.view()}`),
      el("div", { class: "map-tool" }, el("figure", {}, drawn), el("div", {}, ...legend(this.rows(), grid ? "Carreaux" : label))),
      chosen ? el("p", {}, el("b", {}, chosen.set.places.names[i]), ` : ${this.words(i, chosen.set).lines.join(", ")}`) : "",
      ...this.foot().map((text) => el("p", { class: "key-note" }, text)),
    );
    this.tool.parentNode.after(this.paper);
    const { dataset } = document.documentElement;
    this.margins = { place: dataset.place, vintage: dataset.vintage };
    Object.assign(dataset, { place: this.heading(), vintage: years(grid?.vintage ?? this.state.vintage) });
    document.documentElement.classList.add("has-paper-map");
  },

  offPaper() {
    this.paper?.remove();
    if (this.margins) Object.assign(document.documentElement.dataset, this.margins);
    this.paper = this.margins = undefined;
    document.documentElement.classList.remove("has-paper-map");
  },

  /** What of the territory is in view, in words. */
  view() {
    const seen = this.seen().length;
    const all = this.shown.places.codes.length;
    return seen === all ? "tout le territoire" : `${number(seen)} dans la vue`;
  },

  /** Mentions under a map: source, definition, edition. */
  foot() {
    const { atlas, state } = this;
    const grid = this.grid();
    const x = grid ?? state.indicator;
    return [
      atlas.source + (atlas.fictitious ? " — Données fictives — démonstration" : ""),
      `${x.definition} Origine : ${atlas.origin(x, grid ? grid.vintage : state.vintage)}.${atlas.basemap ? ` Fond de carte : ${atlas.basemap.attribution}.` : ""}`,
      `Édition du ${atlas.edition} (${atlas.build}). Données confidentielles, réservées aux signataires de la convention.`,
    ];
  },

  // ── Link and picture ──────────────────────────────────────────────────────────

  async copy() {
    this.moved = true;
    this.toAddress(false);
    try {
      await navigator.clipboard.writeText(location.href);
      this.tellDone("Lien copié");
    } catch {
      this.tellDone("Copie impossible : le lien est dans la barre d’adresse");
    }
  },

  /** Says beside the buttons, to the eye and to the ear, what has been done. */
  tellDone(text) {
    clearTimeout(this.doneFor);
    this.done.textContent = text;
    this.doneFor = setTimeout(() => (this.done.textContent = ""), 8000);
  },

  async export() {
    if (!this.ground) return this.tellDone("La carte n’est pas encore dessinée");
    this.tellDone("Image en préparation…");
    const { atlas, state, shown } = this;
    const grid = this.grid();
    const x = grid ?? state.indicator;
    const scale = atlas.byScale.get(shown.scale);
    const blob = await picture(this.map, await this.ground.snapshot(this.map), {
      title: this.heading(),
      subtitle: `${grid ? "Carreaux, en classes seulement" : scale.plural} · ${atlas.title}`,
      heading: grid ? "Carreaux" : shown.scale === "residence" ? `${scale.plural} dans la vue` : scale.plural,
      rows: this.rows(),
      foot: this.foot(),
    });
    save(blob, grid ? `carte_${grid.id}_${grid.vintage}.png` : `carte_${x.id}_${shown.scale}_${state.vintage}.png`);
    return this.tellDone("Image enregistrée");
  },
};
