// The drawing of the map with maplibre-gl: sources, layers, textures. It is told what to show and decides nothing.

import { ACCENT, INK, INK_2, LINE, STATES, colours, mark, oblique, plate, tile } from "./signes.js";

const FONT = ["Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans"];

/** French words of the library. */
const WORDS = {
  "NavigationControl.ZoomIn": "Agrandir",
  "NavigationControl.ZoomOut": "Réduire",
  "NavigationControl.ResetBearing": "Remettre le nord en haut",
  "Map.Title": "Carte",
  "ScaleControl.Meters": "m",
  "ScaleControl.Kilometers": "km",
};

/** Loads the library; its worker starts with it. */
export async function load() {
  const gl = await import("./maplibre-gl.js");
  gl.setWorkerUrl(new URL("./maplibre-gl-worker.js", import.meta.url).href);
  gl.prewarm?.();
  return gl;
}

/** Makes the map in an element and waits until it may be drawn upon; fails where the machine cannot draw. */
export async function open(gl, container, { bounds, view, families }) {
  const map = new gl.Map({
    container,
    locale: WORDS,
    // Sources and layers come with what they show: each costs time before the first view, even empty.
    // No ground either: the page is white.
    style: { version: 8, sources: {}, layers: [] },
    validateStyle: false,
    bounds: view ? undefined : bounds,
    center: view ? [view.x, view.y] : undefined,
    zoom: view?.z,
    fitBoundsOptions: { padding: 24 },
    maxZoom: 18,
    minZoom: 3,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    rollEnabled: false,
    fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new gl.ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
  for (const state of STATES) {
    map.addImage(`f-${state}`, tile(state), { pixelRatio: 2 });
    map.addImage(`p-${state}`, mark(state), { pixelRatio: 2 });
  }
  map.addImage("blank", nothing(BLANK, BLANK));
  map.addImage("across", nothing(EDGE, 1));
  map.addImage("down", nothing(1, EDGE));
  map.addImage("f-qpv", oblique(), { pixelRatio: 2 });
  for (const { id, letters } of families) map.addImage(`e-${id}`, plate(letters), { pixelRatio: 2 });
  map.on("error", (event) => console.warn(event.error));
  // The edges are elsewhere once the map has moved.
  map.on("movestart", () => fill(map, "frame", [], () => []));
  await new Promise((done) => map.once("style.load", done));
  return map;
}

/** Zoom from which all equipment is drawn, one sign over the other if need be. */
export const CROWDED = 13;

/** Zoom beyond which residences are never clustered. */
export const CLUSTERED = 12;

/** Zoom from which the QPV drawn over the other territories bear their names. */
export const QPV_NAMED = 12;

/** Radius of the largest group of residences: groups stand twice as far from each other, and leave their numbers legible. */
const GROUPED = 22;
const GROUP = ["interpolate", ["linear"], ["get", "point_count"], 2, 10, 50, 13, 500, 17, 5000, GROUPED];

/** Side of the sign without ink, in pixels, and length of those of the edges. */
const BLANK = 8;
const EDGE = 128;

/** An image without ink. */
const nothing = (width, height) => ({ width, height, data: new Uint8ClampedArray(4 * width * height) });

/** Options of the sources that have some. */
const SOURCES = { grid: { tolerance: 0.2 }, places: { cluster: true, clusterRadius: 2 * GROUPED, clusterMaxZoom: CLUSTERED } };

/** Colour of what is not seen. */
const NOTHING = "rgba(255, 255, 255, 0)";

/** All layers, from the lowest. */
const LAYERS = layers();

function layers() {
  const valued = ["==", ["get", "st"], ""];
  const hidden = ["!=", ["get", "st"], ""];
  const colour = ["match", ["get", "cls"], 0, "#fff", "#fff"];
  const text = { "text-font": FONT, "text-size": 12, "text-max-width": 9, "text-padding": 4 };
  const halo = { "text-color": INK, "text-halo-color": "#fff", "text-halo-width": 1.6 };
  return [
    // A zone without class has nothing to see, and can be pointed at all the same.
    { id: "zone-class", type: "fill", source: "zones", filter: valued, paint: { "fill-color": NOTHING, "fill-antialias": false } },
    { id: "zone-state", type: "fill", source: "zones", filter: hidden, paint: { "fill-pattern": ["concat", "f-", ["get", "st"]], "fill-antialias": false } },
    { id: "grid-class", type: "fill", source: "grid", paint: { "fill-color": colour, "fill-outline-color": "rgba(69,76,85,.35)" } },
    { id: "zone-line", type: "line", source: "zones", paint: { "line-color": INK_2, "line-width": 0.6 } },
    { id: "limit", type: "line", source: "limits", paint: { "line-color": INK, "line-width": 1.3 } },
    { id: "qpv-wash", type: "fill", source: "qpv", paint: { "fill-pattern": ["concat", "f-", ["get", "st"]], "fill-opacity": 0.55, "fill-antialias": false } },
    { id: "qpv-casing", type: "line", source: "qpv", paint: { "line-color": "#fff", "line-width": 4, "line-opacity": 0.85 } },
    { id: "qpv-line", type: "line", source: "qpv", paint: { "line-color": INK, "line-width": 1.7, "line-dasharray": [3, 1.6] } },
    { id: "zone-here-casing", type: "line", source: "here", paint: { "line-color": "#fff", "line-width": 6 } },
    { id: "zone-here", type: "line", source: "here", paint: { "line-color": ACCENT, "line-width": 3.2 } },
    { id: "equipment", type: "symbol", source: "equipment", layout: { "icon-image": ["concat", "e-", ["get", "family"]], "icon-allow-overlap": ["step", ["zoom"], false, CROWDED, true], "icon-padding": 0 } },
    {
      id: "circle", type: "circle", source: "circles", filter: valued,
      layout: { "circle-sort-key": ["-", 0, ["get", "r"]] },
      paint: { "circle-radius": ["get", "r"], "circle-color": ACCENT, "circle-opacity": 0.28, "circle-stroke-color": ACCENT, "circle-stroke-width": 1.4 },
    },
    { id: "circle-state", type: "symbol", source: "circles", filter: hidden, layout: { "icon-image": ["concat", "p-", ["get", "st"]], "icon-allow-overlap": true } },
    {
      // Names among the residences give way to their groups, their circles and their signs.
      id: "bearing", type: "symbol", source: "labels", filter: ["get", "around"],
      layout: { ...text, "text-field": ["get", "name"], "symbol-sort-key": ["get", "order"], "text-variable-anchor": ["center", "top", "bottom", "left", "right", "top-left", "top-right", "bottom-left", "bottom-right"], "text-radial-offset": 0.8 },
      paint: { ...halo, "text-color": INK_2 },
    },
    {
      // Nothing to see: it keeps the names off the circles, which do so only as signs.
      id: "place-room", type: "symbol", source: "places", filter: ["any", ["has", "point_count"], valued],
      layout: { "icon-image": "blank", "icon-size": ["/", ["case", ["has", "point_count"], GROUP, ["get", "r"]], BLANK / 2], "icon-allow-overlap": true, "icon-padding": 0 },
    },
    {
      id: "place", type: "circle", source: "places", filter: ["all", ["!", ["has", "point_count"]], valued],
      layout: { "circle-sort-key": ["-", 0, ["get", "r"]] },
      paint: { "circle-radius": ["get", "r"], "circle-color": colour, "circle-opacity": 0.92, "circle-stroke-color": INK, "circle-stroke-width": 1 },
    },
    {
      id: "place-state", type: "symbol", source: "places", filter: ["all", ["!", ["has", "point_count"]], hidden],
      layout: { "icon-image": ["concat", "p-", ["get", "st"]], "icon-allow-overlap": true, "icon-padding": 0 },
    },
    {
      id: "cluster", type: "circle", source: "places", filter: ["has", "point_count"],
      paint: { "circle-radius": GROUP, "circle-color": "#fff", "circle-stroke-color": INK, "circle-stroke-width": 1.6 },
    },
    { id: "cluster-count", type: "symbol", source: "places", filter: ["has", "point_count"], layout: { ...text, "text-field": ["number-format", ["get", "point_count"], { locale: "fr-FR" }], "text-allow-overlap": true }, paint: { "text-color": INK } },
    { id: "here-ring", type: "circle", source: "here", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": ["get", "r"], "circle-opacity": 0, "circle-color": "#fff", "circle-stroke-color": ACCENT, "circle-stroke-width": 3 } },
    {
      id: "qpv-label", type: "symbol", source: "qpv-names", minzoom: QPV_NAMED,
      layout: { ...text, "text-size": 11, "text-field": ["get", "name"], "text-anchor": "top", "text-radial-offset": 1 },
      paint: halo,
    },
    {
      // The name of a zone stands in its middle, or a little beside it where another name is.
      id: "label", type: "symbol", source: "labels", filter: ["all", ["!", ["get", "around"]], ["==", ["get", "away"], 0]],
      layout: { ...text, "text-padding": 2, "text-field": ["get", "name"], "symbol-sort-key": ["get", "order"], "text-variable-anchor": ["center", "top", "bottom"], "text-radial-offset": 1.1 },
      paint: halo,
    },
    {
      id: "label-under", type: "symbol", source: "labels", filter: ["all", ["!", ["get", "around"]], [">", ["get", "away"], 0]],
      // The name of a small quartier stands under it, and that of a place under its circle: `away` pixels from its point.
      layout: {
        ...text,
        "text-field": ["get", "name"],
        "symbol-sort-key": ["get", "order"],
        "text-anchor": "top",
        "text-radial-offset": ["/", ["get", "away"], 12],
      },
      paint: halo,
    },
    {
      // Nothing to see: it keeps the names off the edges of the view.
      id: "frame", type: "symbol", source: "frame",
      layout: { "icon-image": ["get", "way"], "icon-size": ["get", "size"], "icon-allow-overlap": true, "icon-padding": 0 },
    },
  ];
}

const point = (x, y, properties) => ({ type: "Feature", geometry: { type: "Point", coordinates: [x, y] }, properties });
const collection = (features) => ({ type: "FeatureCollection", features });

const filled = new WeakMap();

/**
 * Gives a source its features, unless it has them already.
 *
 * `from` lists all that the features are made of; `make()` makes them.
 */
export function fill(map, source, from, make) {
  if (!filled.has(map)) filled.set(map, new Map());
  const known = filled.get(map);
  const before = known.get(source) ?? [];
  if (before.length === from.length && before.every((v, i) => v === from[i])) return;
  known.set(source, from);
  const features = make();
  const there = map.getSource(source);
  if (there) there.setData(collection(features));
  else if (features.length) add(map, source, collection(features));
}

/** Adds a source, its first features and its layers, each under those that are above it. */
function add(map, source, data) {
  map.addSource(source, { type: "geojson", ...SOURCES[source], data });
  LAYERS.forEach((layer, i) => {
    if (layer.source !== source) return;
    map.addLayer(layer, LAYERS.slice(i + 1).find(({ id }) => map.getLayer(id))?.id);
    const colour = colouring.get(map)?.[layer.id];
    if (colour) map.setPaintProperty(layer.id, ...colour);
  });
}

/** Puts the edges of the view where they are: a name that would be cut there stands aside, or is left out. */
export function frame(map) {
  const { clientWidth: width, clientHeight: height } = map.getCanvas();
  const { lng, lat } = map.getCenter();
  fill(map, "frame", [lng, lat, map.getZoom(), width, height], () =>
    [["across", width / 2, 0], ["across", width / 2, height], ["down", 0, height / 2], ["down", width, height / 2]].map(([way, x, y]) => {
      const at = map.unproject([x, y]);
      return point(at.lng, at.lat, { way, size: (way === "down" ? height : width) / EDGE });
    }),
  );
}

/** Greys of the basemap: paler than every class, so that the figures stay the subject. */
const GREY = { "fill-color": "#eef0f2", "line-color": "#c9ced3" };

/** Draws a local PMTiles archive in grey, under everything; `url` is on our own origin. */
export async function basemap(map, url) {
  const [gl, { PMTiles, Protocol }] = await Promise.all([import("./maplibre-gl.js"), import("./pmtiles.js")]);
  const archive = new PMTiles(url);
  const { tileType, minZoom, maxZoom } = await archive.getHeader();
  const protocol = new Protocol();
  protocol.add(archive);
  gl.addProtocol("pmtiles", protocol.tile);
  const tiles = { tiles: [`pmtiles://${url}/{z}/{x}/{y}`], minzoom: minZoom, maxzoom: maxZoom };
  const lowest = () => LAYERS.find(({ id }) => map.getLayer(id))?.id;
  if (tileType !== 1) {
    map.addSource("basemap", { type: "raster", tileSize: 256, ...tiles });
    map.addLayer({ id: "basemap", type: "raster", source: "basemap", paint: { "raster-saturation": -1, "raster-opacity": 0.5, "raster-fade-duration": 0 } }, lowest());
    return;
  }
  map.addSource("basemap", { type: "vector", ...tiles });
  const { vector_layers: named } = await archive.getMetadata();
  for (const type of ["fill", "line"]) {
    const geometry = type === "fill" ? ["Polygon", "MultiPolygon"] : ["Polygon", "MultiPolygon", "LineString", "MultiLineString"];
    for (const { id } of named ?? []) {
      map.addLayer(
        {
          id: `basemap-${type}-${id}`,
          type,
          source: "basemap",
          "source-layer": id,
          filter: ["match", ["geometry-type"], geometry, true, false],
          paint: { [`${type}-color`]: GREY[`${type}-color`], ...(type === "line" ? { "line-width": 0.8 } : {}) },
        },
        lowest(),
      );
    }
  }
}

/** The map as it is, for the paper: drawn and copied at once, before the browser clears it. */
export function still(map) {
  const grain = map.getPixelRatio();
  if (grain < 2) map.setPixelRatio(2);
  map.redraw();
  const out = document.createElement("canvas");
  const drawn = map.getCanvas();
  [out.width, out.height] = [drawn.width, drawn.height];
  out.getContext("2d").drawImage(drawn, 0, 0);
  if (grain < 2) map.setPixelRatio(grain);
  return out;
}

/** The map drawn again at the finer grain of a picture. */
export async function snapshot(map) {
  const before = map.getPixelRatio();
  map.setPixelRatio(Math.max(2, before));
  await new Promise((done) => (map.once("idle", done), map.triggerRepaint()));
  const out = still(map);
  map.setPixelRatio(before);
  return out;
}

/** Topmost feature under a point of the screen, of the layers named. */
export function under(map, point, layers) {
  return map.queryRenderedFeatures(point, { layers: layers.filter((id) => map.getLayer(id)) })[0];
}

/** Paint property of some layers, for when they come. */
const colouring = new WeakMap();

function colour(map, layer, property, value) {
  if (!colouring.has(map)) colouring.set(map, {});
  colouring.get(map)[layer] = [property, value];
  if (map.getLayer(layer)) map.setPaintProperty(layer, property, value);
}

const painted = new WeakMap();

/** Colours the classes; without classes, one colour. */
export function paint(map, count) {
  const list = count ? colours(count) : [];
  if (painted.get(map) === count) return;
  painted.set(map, count);
  const match = (other) => (list.length ? ["match", ["get", "cls"], ...list.flatMap((c, i) => [i, c]), other] : other);
  colour(map, "zone-class", "fill-color", match(NOTHING));
  // The whole is made of its communes: nothing shows where they meet.
  colour(map, "zone-line", "line-color", ["case", ["has", "whole"], match("#fff"), INK_2]);
  colour(map, "place", "circle-color", match(ACCENT));
}

/** Colours the squares of a grid. */
export function paintGrid(map, count) {
  colour(map, "grid-class", "fill-color", ["match", ["get", "cls"], ...colours(count).flatMap((c, i) => [i + 1, c]), "#fff"]);
}

/** Makes the feature of a zone. */
export const zone = (shape, properties) => ({
  type: "Feature",
  geometry: { type: "MultiPolygon", coordinates: shape },
  properties,
});

/** Makes the feature of lines. */
export const lines = (list) => ({ type: "Feature", geometry: { type: "MultiLineString", coordinates: list }, properties: {} });

export { LINE, point };
