// The map page: chooses what is shown, keeps the address, the legend, the card and the list true to it.

import { Camera } from "./camera.js";
import { address, announcer, data, el, given, parameters, root, years, read } from "./commun.js";
import { limits, outlines } from "./contours.js";
import * as drawing from "./dessin.js";
import { above } from "./dessus.js";
import { Atlas } from "./donnees.js";
import { sheet } from "./feuille.js";
import * as library from "./fond.js";
import { controls } from "./reglages.js";
import { side } from "./volet.js";
import { view } from "./vue.js";

const tool = document.querySelector("[data-tool=carte]");
const ORDER = ["metropole", "commune", "iris", "qpv", "residence"];
/** Milliseconds after which legend and list come without the drawing. */
const PATIENCE = 700;
class MapTool {
  constructor(atlas) {
    this.atlas = atlas;
    this.families = letters(atlas.equipment);
    this.state = this.fromAddress();
    this.turn = 0;
    this.build();
    tool.append(this.tool);
    this.say = announcer(tool);
    this.show();
  }

  // ── State and address ─────────────────────────────────────────────────────────

  fromAddress() {
    const query = parameters();
    const { atlas } = this;
    const first = atlas.byId.get(atlas.first) ?? atlas.indicators[0];
    const x = atlas.byId.get(query.get("i")) ?? first;
    const category = x.split ? Math.max(0, x.categories.findIndex((c) => c.key === query.get("c"))) : 0;
    const all = this.vintages(x);
    const equipment = (query.get("eq") ?? "").split(",").filter((id) => atlas.equipment.some((f) => f.id === id));
    const view = ["x", "y", "z"].map((k) => Number.parseFloat(query.get(k)));
    return {
      indicator: x,
      category,
      vintage: all.includes(query.get("v")) ? query.get("v") : all.at(-1),
      lock: atlas.byScale.has(query.get("e")) ? query.get("e") : "",
      qpv: query.get("q") !== "0",
      equipment: new Set(equipment),
      grid: atlas.grids.find((g) => g.file === `carreaux/${query.get("g")}.json`)?.file ?? "",
      chosen: query.get("t") ?? "",
      view: view.every(Number.isFinite) ? { x: view[0], y: view[1], z: view[2] } : undefined,
    };
  }

  toAddress(step) {
    const { state, map } = this;
    const centre = map?.getCenter();
    const settled = centre && this.moved;
    address(
      {
        i: state.indicator.id,
        c: state.indicator.split ? state.indicator.categories[state.category].key : "",
        v: state.vintage,
        e: state.lock,
        q: state.qpv ? "" : "0",
        eq: [...state.equipment].join(","),
        g: state.grid.replace(/^carreaux\/|\.json$/g, ""),
        t: state.chosen,
        x: settled ? centre.lng.toFixed(4) : state.view?.x,
        y: settled ? centre.lat.toFixed(4) : state.view?.y,
        z: settled ? map.getZoom().toFixed(2) : state.view?.z,
      },
      step,
    );
  }

  /** Vintages of an indicator over all its scales, in order. */
  vintages(x) {
    return [...new Set(Object.values(x.scales).flat())].sort((a, b) => a.slice(-4) - b.slice(-4) || (a < b ? -1 : 1));
  }

  set(change, step) {
    Object.assign(this.state, change);
    this.show();
    this.toAddress(step);
    return this.refresh();
  }

  // ── Drawing ───────────────────────────────────────────────────────────────────

  async start(loaded) {
    const [west, south, east, north] = this.atlas.bounds;
    const options = { bounds: [[west, south], [east, north]], view: this.state.view };
    this.map = new Camera(this.box, options);
    const opening = this.open(loaded, { ...options, families: this.families });
    // Read while the library loads; legend and list wait for it no longer than that.
    const data = this.scale().then((scale) => this.refreshData(scale));
    data.catch(() => {});
    const come = await Promise.race([Promise.allSettled([loaded, data]), new Promise((done) => setTimeout(done, PATIENCE))]);
    if (!come) this.refresh().catch(() => {});
    Object.assign(this, await opening);
    tool.map = this.map; // for tests
    const { map } = this;
    map.getCanvas().setAttribute("aria-label", "Carte : flèches pour se déplacer, plus et moins pour le zoom, Entrée pour ouvrir ce qui est au centre");
    await this.refresh();
    // Only now: the map is idle, and empty, before its first sources come.
    map.once("idle", () => this.ready());
    map.triggerRepaint();
    const place = () => [map.getCenter().lng, map.getCenter().lat, map.getZoom()].join();
    const first = place();
    map.on("moveend", () => {
      // A window that changes its size moves nothing.
      this.moved ||= place() !== first;
      this.toAddress(false);
      this.refresh();
    });
    const layers = ["place", "place-state", "cluster", "circle", "circle-state", "equipment", "qpv-wash", "grid-class", "zone-class", "zone-state"];
    const under = (point) => this.ground.under(map, point, layers);
    map.on("mousemove", (event) => this.hover(under(event.point), event.point));
    map.on("mouseout", () => this.hover());
    map.on("click", (event) => this.press(under(event.point)));
    this.keys(under, layers);
    window.addEventListener("beforeprint", () => this.toPaper());
    window.addEventListener("afterprint", () => this.offPaper());
    window.addEventListener("popstate", () => {
      this.state = this.fromAddress();
      this.show();
      const { view } = this.state;
      if (view) map.jumpTo({ center: [view.x, view.y], zoom: view.z });
      else map.fitBounds([[west, south], [east, north]], { padding: 24, duration: 0 });
      this.refresh();
    });
    for (const event of ["pointerdown", "pointermove"]) this.box.addEventListener(event, (e) => (this.finger = e.pointerType === "touch"), { passive: true, capture: true });
    for (const part of [this.box, this.list]) {
      for (const event of ["pointerenter", "focusin"]) part.addEventListener(event, () => this.references(), { passive: true });
    }
  }

  /** The keyboard points at what is under the cross in the middle, as the mouse does. */
  keys(under, layers) {
    const { map } = this;
    const canvas = map.getCanvas();
    const middle = () => ({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
    // What opens nothing does not hide what opens.
    const opening = layers.filter((id) => id !== "equipment" && id !== "grid-class");
    const aim = () => {
      if (!canvas.matches(":focus-visible")) return;
      const at = middle();
      const feature = under([at.x, at.y]);
      this.hover(feature, at);
      if (feature) this.say(this.tip.innerText.replaceAll("\n", ", "));
    };
    canvas.addEventListener("focus", aim);
    canvas.addEventListener("blur", () => this.hover());
    canvas.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        const { x, y } = middle();
        this.press(this.ground.under(map, [x, y], opening));
      }
      if (event.key === "Escape") this.close();
    });
    // Once what has come into view is drawn.
    map.on("idle", aim);
  }

  /** Opens the map and tells what draws it; where the machine or the edition has none, a plain drawing takes its place and nothing else changes. */
  async open(loaded, options) {
    try {
      const gl = await loaded;
      // The page first: opening the graphics card before keeps both waiting, and the worker starts meanwhile.
      await painted();
      return { map: await library.open(gl, this.canvas, options), ground: library };
    } catch (error) {
      console.warn(error);
      const why = /webgl/i.test(error.message) ? "Cette machine n’a pas de quoi dessiner la carte animée (WebGL absent)" : "La carte animée n’est pas dans cette édition";
      this.tool.before(el("p", { class: "warn", role: "status" }, `${why} : un dessin simple la remplace. Réglages, légende, liste, chiffres et lien sont les mêmes.`));
      const canvas = el("div", {});
      this.canvas.replaceWith(canvas);
      this.canvas = canvas;
      return { map: drawing.open(canvas, options), ground: drawing };
    }
  }

  /** Gives the drawing its features, once there is one. */
  fill(source, from, make) {
    this.ground?.fill(this.map, source, from, make);
  }

  /**
   * Shows the map once its figures are drawn: each frame shown before would have cost the time of a drawing of the page.
   * Names and QPV come over them next.
   */
  ready() {
    this.box.classList.add("ready");
    this.waiting.remove();
    this.drawn = true;
    this.account();
    const { basemap } = this.atlas;
    // After the figures, which do not wait for it.
    if (basemap) this.ground.basemap(this.map, new URL(basemap.file, data).href).catch((error) => console.warn(error));
    requestAnimationFrame(() =>
      setTimeout(async () => {
        performance.mark("carte-prete");
        await this.above(this.turn);
        this.map.once("idle", () => performance.mark("carte-entiere"));
        this.map.triggerRepaint();
      }),
    );
  }

  /** Reads what a scale needs: territories, outlines, figures of the indicator. */
  async refreshData(scale) {
    const { atlas, state } = this;
    const blocks = this.blocks(scale);
    const [places, shapes, figures] = await Promise.all([
      atlas.places(scale, blocks),
      this.shapes(scale, blocks),
      atlas.figures(scale, state.indicator.id, blocks),
    ]);
    return { scale, blocks, places, shapes, figures };
  }

  /** Outlines of a scale; the metropolis takes those of its communes. */
  shapes(scale, blocks) {
    if (scale === "residence") return undefined;
    return this.atlas.keep(`o ${scale} ${blocks}`, async () => {
      if (scale !== "metropole") return outlines(scale, blocks);
      const all = await outlines("commune", this.atlas.byScale.get("commune").blocks.map((_, i) => i));
      return { shapes: [all.shapes.flat()], borders: [], outline: limits(all, () => 0) };
    });
  }

  async refresh() {
    if (!this.map) return;
    const turn = ++this.turn;
    let shown;
    try {
      const scale = await this.scale();
      shown = await this.refreshData(scale);
    } catch (error) {
      this.tell("Les données n’ont pas pu être lues. Vérifier la connexion, puis recharger la page.");
      throw error;
    }
    if (turn !== this.turn) return;
    // The same blocks come with the same objects: nothing to draw again.
    const same = this.shown?.places === shown.places && this.shown?.figures === shown.figures;
    this.shown = same ? this.shown : shown;
    if (!same) this.point();
    this.draw();
    await this.above(turn);
  }

  figure(i, { figures } = this.shown) {
    if (!figures) return { state: "no" };
    return figures.at(i, this.state.vintage, this.state.category);
  }

  draw() {
    const { map, atlas, state, shown } = this;
    const x = state.indicator;
    const { scale, places, shapes, figures } = shown;
    const flat = x.counted && scale !== "residence";
    const classes = x.counted || x.kind === "text" ? 0 : x.kind === "class" ? Math.min(x.categories.length, 5) : atlas.classes(x, state.category).breaks.length + 1;
    this.ground?.paint(map, classes);
    this.radius = this.sizes();
    let made;
    const data = () => {
      made ??= places.codes.map((code, k) => {
        const figure = this.figure(k);
        return { k, cls: atlas.class(x, figure, state.category) ?? -1, st: figure.state ?? "", r: this.radius(figure) };
      });
      return made;
    };
    const gridded = Boolean(state.grid);
    const bare = flat || gridded;
    const from = [places, figures, x.id, state.vintage, state.category];
    const seen = (list) => list.filter((p) => places.lon[p.k] !== undefined);
    const points = () => seen(data()).map((p) => library.point(places.lon[p.k], places.lat[p.k], p));
    if (shapes) this.fill("zones", [...from, shapes, bare], () => data().map((p, i) => library.zone(shapes.shapes[i], { ...p, ...(bare ? { cls: -1, st: "" } : {}), ...(scale === "metropole" ? { whole: true } : {}) })));
    else this.fill("zones", [], () => []);
    if (flat && figures) this.fill("circles", [...from, this.unit], points);
    else this.fill("circles", [], () => []);
    if (scale === "residence") this.fill("places", from, points);
    else this.fill("places", [], () => []);
    this.borders();
    // While the first drawing is made, words wait for it: to draw the page twice would cost its time twice.
    if (!this.ground || this.drawn) this.account();
  }

  /** What is said of the map: badge, notice, legend, list, card. */
  account() {
    const { atlas, state, shown } = this;
    const x = state.indicator;
    const { scale, figures } = shown;
    const { plural: label } = atlas.byScale.get(scale);
    this.badge.replaceChildren(el("b", {}, label), state.lock ? " · échelle fixée" : " · selon le zoom");
    const missing = !figures;
    const open = ORDER.filter((s) => x.scales[s]).map((s) => atlas.byScale.get(s));
    if (missing) {
      this.tell(
        `« ${x.label} » n’est pas ouvert à l’échelle ${atlas.byScale.get(scale).label}. Échelles ouvertes :`,
        open.map((s) => el("button", { type: "button", onclick: () => this.set({ lock: s.id }, true) }, s.plural)),
      );
    } else if (!figures.vintages.includes(state.vintage)) {
      this.tell(`Pas de millésime ${years(state.vintage)} à cette échelle. Millésimes : ${figures.vintages.map(years).join(", ")}.`);
    } else this.astray();
    const book = x.books[scale];
    this.book.hidden = !book;
    if (book) this.book.href = new URL(book, root).href;
    this.rank.hidden = !figures || scale === "metropole" || x.words;
    const ranked = { e: scale, i: x.id, c: x.split ? x.categories[state.category].key : "", v: state.vintage };
    this.rank.href = new URL(`classement/?${new URLSearchParams(Object.entries(ranked).filter(([, v]) => v))}`, root).href;
    this.legend();
    this.beside();
    this.mark();
    if (state.chosen) this.openCard();
    else this.hideCard();
    this.say(`${label}, ${x.label}${atlas.category(x, state.category)}, ${years(state.vintage)}`);
  }

  /** Limits drawn over the zones: communes over IRIS, the whole over the metropolis. */
  async borders() {
    const { scale, shapes, places } = this.shown;
    let base = scale === "iris" || scale === "metropole" ? shapes : undefined;
    if (scale === "residence" || scale === "qpv") {
      base = this.atlas.byScale.has("commune") ? await this.shapes("commune", this.blocks("commune")) : undefined;
      if (this.shown.scale !== scale) return;
    }
    this.fill("limits", [scale, base], () => {
      let list = [];
      if (scale === "iris") list = limits(base, (i) => places.parents.commune[i]?.code);
      else if (scale === "metropole") list = base.outline;
      else if (base) list = limits(base, (i) => i);
      // An empty source too keeps the first view waiting.
      return list.length ? [library.lines(list)] : [];
    });
  }

  /** Radius of a circle: its area in proportion to the count, or to the base of a rate. */
  sizes() {
    const { scale, figures, places } = this.shown;
    const x = this.state.indicator;
    if (x.counted) {
      // The largest published count of any vintage: a size means the same on every map.
      let most = 1;
      for (const v of figures?.values ?? []) for (const n of v[this.state.category] ?? []) if (typeof n === "number" && n > most) most = n;
      // On a narrow screen, circles leave room to each other.
      const largest = 30 * Math.min(1, Math.max(0.5, this.map.getCanvas().clientWidth / 640));
      this.unit = (scale === "residence" ? 16 : largest) / Math.sqrt(most);
      this.most = most;
      return (figure) => (figure.value > 0 ? Math.max(2, this.unit * Math.sqrt(figure.value)) : 2);
    }
    this.unit = undefined;
    return (figure) => (scale === "residence" ? (figure.base ? Math.max(3.5, Math.min(16, 0.75 * Math.sqrt(figure.base))) : 6) : 6);
  }

  /** Figures to compare with, the commune's and the metropolis's, read once a reader points at the map or the list. */
  async references() {
    const { atlas, state, shown } = this;
    if (!shown) return;
    const x = state.indicator;
    const blocks = this.blocks("commune");
    const key = `${x.id} ${shown.scale} ${blocks}`;
    if (this.wider?.key === key) return;
    this.wider = { key };
    const open = (scale) => x.scales[scale] && atlas.byScale.has(scale);
    const inside = shown.scale === "iris" || shown.scale === "residence";
    const over = this.over;
    const [places, commune, metropole, figures, quartiers] = await Promise.all([
      inside && open("commune") ? atlas.places("commune", blocks) : undefined,
      inside && open("commune") ? atlas.figures("commune", x.id, blocks) : undefined,
      open("metropole") ? atlas.figures("metropole", x.id) : undefined,
      over && atlas.figures("qpv", x.id, over.blocks),
      over && atlas.places("qpv", over.blocks),
    ]);
    if (this.wider?.key !== key) return;
    this.wider = { key, commune: places && { places, figures: commune }, metropole: { figures: metropole } };
    if (over) Object.assign(over, { figures, places: quartiers, waiting: false });
    if (!this.tip.hidden) this.tipped();
    if (!this.card.hidden || state.chosen.startsWith("qpv:")) this.openCard();
  }
}

Object.assign(MapTool.prototype, view, above, controls, side, sheet);

/** Two letters for each family of equipment, all different. */
function letters(families) {
  const used = new Set();
  return families.map(({ id, label }) => {
    const plain = label.normalize("NFD").replace(/[^\p{L}]/gu, "");
    let pair = plain.slice(0, 2);
    for (let i = 2; used.has(pair.toLowerCase()) && i < plain.length; i++) pair = plain[0] + plain[i];
    used.add(pair.toLowerCase());
    return { id, letters: pair[0].toUpperCase() + (pair[1] ?? "").toLowerCase() };
  });
}

/** Waits until the page is on the screen; not for ever, as a page in the background is not painted. */
const painted = () =>
  new Promise((done) => {
    setTimeout(done, 1000);
    new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").length && done()).observe({ type: "paint", buffered: true });
  });

async function main() {
  document.documentElement.classList.add("has-map");
  // The library, the names and the outlines come at the same time.
  const loaded = library.load();
  loaded.catch(() => {});
  let map;
  try {
    const [atlas, view] = await Promise.all([Atlas.open(), read("contours/vue.json")]);
    given(view);
    map = new MapTool(atlas);
    await map.start(loaded);
  } catch (error) {
    map?.tool.remove();
    document.documentElement.classList.remove("has-map");
    tool.append(el("p", { class: "warn", role: "status" }, "Les données de la carte n’ont pas pu être lues. Recharger la page ; les liens ci-dessous mènent à chaque carte."));
    console.warn(error);
  }
}

main();
