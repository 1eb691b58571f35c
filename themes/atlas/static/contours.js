// Outlines: TopoJSON to polygons, borders, limits between communes.

import { read } from "./commun.js";

/** Decodes the arcs of a topology into degrees. */
function arcs(topology) {
  const { scale, translate } = topology.transform;
  return topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
}

function ring(lines, refs) {
  const out = [];
  for (const ref of refs) {
    const line = ref < 0 ? [...lines[~ref]].reverse() : lines[ref];
    out.push(...(out.length ? line.slice(1) : line));
  }
  return out;
}

/** Outlines of a scale: `shapes[place]` is a MultiPolygon's coordinates; `uses` tells which places each line separates. */
export async function outlines(scale, blocks) {
  const files = await Promise.all(blocks.map((b) => read(`contours/${scale}-${b}.json`)));
  const shapes = [];
  const borders = [];
  for (const topology of files) {
    const lines = arcs(topology);
    const first = shapes.length;
    const uses = lines.map(() => []);
    for (const geometry of topology.objects[scale].geometries) {
      const place = shapes.length;
      shapes.push(geometry.arcs.map((polygon) => polygon.map((refs) => ring(lines, refs))));
      for (const ref of geometry.arcs.flat(2)) uses[ref < 0 ? ~ref : ref].push(place);
    }
    lines.forEach((line, i) => borders.push({ line, places: uses[i], first }));
  }
  return { shapes, borders };
}

/** Lines between places of different groups, such as the communes of IRIS; the outer limit too. */
export function limits({ borders }, group) {
  return borders
    .filter(({ places }) => places.length !== 2 || group(places[0]) !== group(places[1]))
    .map(({ line }) => line);
}

/** Does a MultiPolygon show in a box `[west, south, east, north]`? */
export function meets(shape, [w, s, e, n]) {
  const [west, south, east, north] = envelope(shape);
  if (west > e || east < w || south > n || north < s) return false;
  if (west >= w && east <= e && south >= s && north <= n) return true;
  // A line of the outline crosses the box…
  const crosses = ([ax, ay], [bx, by]) => {
    let [from, to] = [0, 1];
    for (const [a, d, low, high] of [[ax, bx - ax, w, e], [ay, by - ay, s, n]]) {
      if (d === 0) {
        if (a < low || a > high) return false;
        continue;
      }
      const [first, last] = [(low - a) / d, (high - a) / d].sort((p, q) => p - q);
      from = Math.max(from, first);
      to = Math.min(to, last);
    }
    return from <= to;
  };
  if (shape.flat().some((ring) => ring.some((p, i) => i && crosses(ring[i - 1], p)))) return true;
  // … or the box is inside it: its corner is, and not in a hole.
  let inside = false;
  for (const ring of shape.flat()) {
    for (let i = 1; i < ring.length; i++) {
      const [[ax, ay], [bx, by]] = [ring[i - 1], ring[i]];
      if (ay > s !== by > s && w < ax + ((s - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    }
  }
  return inside;
}

/** Envelope of a MultiPolygon's coordinates: west, south, east, north. */
export function envelope(shape) {
  const out = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of shape.flat(2)) {
    out[0] = Math.min(out[0], x);
    out[1] = Math.min(out[1], y);
    out[2] = Math.max(out[2], x);
    out[3] = Math.max(out[3], y);
  }
  return out;
}
