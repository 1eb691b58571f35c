// Where a map looks: its middle, its zoom, and what they make of degrees and pixels, as maplibre-gl has it.

export const WORLD = 512;
const [NEAREST, FARTHEST] = [18, 3];

/** Degrees to the square of Mercator, 0 to 1. */
export const flat = (lng, lat) => [(lng + 180) / 360, (1 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / Math.PI) / 2];
const degrees = (x, y) => ({ lng: x * 360 - 180, lat: (Math.atan(Math.exp((1 - 2 * y) * Math.PI)) * 360) / Math.PI - 90 });

export const within = (zoom) => Math.min(NEAREST, Math.max(FARTHEST, zoom));

/** Looks at bounds, or at a view `{x, y, z}`, through an element of the page. */
export class Camera {
  constructor(sheet, { bounds, view }) {
    this.sheet = sheet;
    if (view) Object.assign(this, { centre: flat(view.x, view.y), zoom: within(view.z) });
    else this.fit(bounds, 24);
  }

  getCanvas() {
    return this.sheet;
  }

  getZoom() {
    return this.zoom;
  }

  getCenter() {
    return degrees(...this.centre);
  }

  getBounds() {
    const [x, y] = this.corner();
    const [w, h] = this.size().map((n) => n / this.world());
    const [north, south] = [degrees(x, y), degrees(x + w, y + h)];
    return { getWest: () => north.lng, getNorth: () => north.lat, getEast: () => south.lng, getSouth: () => south.lat };
  }

  project(place) {
    const [x, y] = this.at(place);
    return { x, y };
  }

  size() {
    return [this.sheet.clientWidth || 600, this.sheet.clientHeight || 400];
  }

  world() {
    return WORLD * 2 ** this.zoom;
  }

  corner() {
    const [w, h] = this.size();
    return [this.centre[0] - w / 2 / this.world(), this.centre[1] - h / 2 / this.world()];
  }

  at([lng, lat]) {
    const [x, y] = flat(lng, lat);
    const [left, top] = this.corner();
    return [(x - left) * this.world(), (y - top) * this.world()];
  }

  fit([[west, south], [east, north]], padding) {
    const [x0, y0] = flat(west, north);
    const [x1, y1] = flat(east, south);
    const [w, h] = this.size();
    this.centre = [(x0 + x1) / 2, (y0 + y1) / 2];
    const room = Math.min((w - 2 * padding) / (x1 - x0), (h - 2 * padding) / (y1 - y0));
    this.zoom = within(Math.log2(Math.max(1, room) / WORLD));
  }
}
