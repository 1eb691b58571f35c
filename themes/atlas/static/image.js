// The picture of the map: title, map, legend, vintage, mention of the source, drawn on one sheet.

import { number } from "./commun.js";
import { ACCENT, INK, INK_2, mark, plate, texture } from "./signes.js";

const SANS = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif';

/** Cuts a text into lines that fit. */
function wrap(ctx, text, width) {
  const out = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && ctx.measureText(longer).width > width) {
      out.push(line);
      line = word;
    } else line = longer;
  }
  if (line) out.push(line);
  return out;
}

/** Width that the signs of a legend ask for: its largest circle is as wide as on the map. */
export const wide = (rows) => Math.max(30, ...rows.map((row) => Math.ceil((row.radius ?? 0) * 2 + 4)));

/** Draws the swatch of a row of the legend. */
export function swatch(ctx, row, x, y, width, height) {
  if (row.blank) return;
  if (row.dot || row.cluster) {
    ctx.lineWidth = row.cluster ? 1.6 : 1;
    ctx.strokeStyle = INK;
    ctx.fillStyle = row.cluster ? "#fff" : row.colour;
    ctx.beginPath();
    ctx.arc(x + width / 2, y + height / 2, row.cluster ? 7.2 : 6.5, 0, 7);
    ctx.fill();
    ctx.stroke();
    if (!row.cluster) return;
    ctx.fillStyle = INK;
    ctx.font = `9px ${SANS}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText("n", x + width / 2, y + height / 2);
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    return;
  }
  if (row.point) {
    const image = document.createElement("canvas");
    image.width = image.height = 28;
    image.getContext("2d").putImageData(mark(row.state), 0, 0);
    ctx.drawImage(image, x + width / 2 - 7, y + height / 2 - 7, 14, 14);
    return;
  }
  if (row.plate) {
    const image = document.createElement("canvas");
    image.width = image.height = 36;
    image.getContext("2d").putImageData(plate(row.plate), 0, 0);
    ctx.drawImage(image, x + width / 2 - 9, y + height / 2 - 9, 18, 18);
    return;
  }
  if (row.state) texture(ctx, row.state, x, y, width, height, 1);
  else if (row.colour && !row.radius) {
    ctx.fillStyle = row.colour;
    ctx.fillRect(x, y, width, height);
  }
  ctx.strokeStyle = row.line ? INK : INK_2;
  if (row.line) {
    ctx.setLineDash([5, 3]);
    ctx.lineWidth = 1.6;
    ctx.beginPath();
    ctx.moveTo(x, y + height / 2);
    ctx.lineTo(x + width, y + height / 2);
    ctx.stroke();
    ctx.setLineDash([]);
  } else if (row.radius) {
    ctx.fillStyle = row.colour ?? "rgba(11,88,118,.28)";
    ctx.strokeStyle = row.colour ? INK : ACCENT;
    ctx.lineWidth = row.colour ? 1 : 1.4;
    ctx.beginPath();
    ctx.arc(x + width / 2, y + height / 2, row.radius, 0, 7);
    ctx.fill();
    ctx.stroke();
  } else {
    ctx.lineWidth = 1;
    ctx.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
}

/**
 * Makes a PNG of a map, from what is drawn of it.
 *
 * `rows` are those of the legend: `{ label, count, colour | state | radius | line }`; `foot` are lines of text.
 */
export async function picture(map, source, { title, subtitle, heading, rows, foot }) {
  const scale = Math.max(2, devicePixelRatio);
  const { clientWidth, clientHeight } = map.getCanvas();
  const side = 250;
  const width = clientWidth + side + 72;
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d");
  ctx.font = `13px ${SANS}`;
  const notes = foot.flatMap((text) => wrap(ctx, text, width - 48));
  ctx.font = `bold 22px ${SANS}`;
  const titles = wrap(ctx, title, width - 48);
  const top = 28 + titles.length * 28 + 30;
  // The legend may be taller than the map: the foot comes under both.
  ctx.font = `bold 13px ${SANS}`;
  const headings = wrap(ctx, heading, side - 8);
  ctx.font = `13px ${SANS}`;
  const sign = wide(rows);
  const labels = rows.map((row) => wrap(ctx, row.label, side - 60 - sign));
  const tall = (row) => (row.radius ? Math.max(22, row.radius * 2 + 4) : 22);
  const legend = rows.reduce((sum, row, i) => sum + tall(row) + (labels[i].length - 1) * 16, 18 + headings.length * 18);
  const body = Math.max(clientHeight, legend);
  const height = top + body + 24 + notes.length * 18 + 16;
  canvas.width = width * scale;
  canvas.height = height * scale;
  ctx.scale(scale, scale);
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, width, height);
  ctx.textBaseline = "alphabetic";
  ctx.fillStyle = INK;
  ctx.font = `bold 22px ${SANS}`;
  titles.forEach((line, i) => ctx.fillText(line, 24, 40 + i * 28));
  ctx.font = `15px ${SANS}`;
  ctx.fillStyle = INK_2;
  ctx.fillText(subtitle, 24, top - 18);
  ctx.drawImage(source, 24, top, clientWidth, clientHeight);
  ctx.strokeStyle = INK_2;
  ctx.lineWidth = 1;
  ctx.strokeRect(24.5, top + 0.5, clientWidth - 1, clientHeight - 1);
  bar(ctx, map, 40, top + clientHeight - 16);
  const x = 24 + clientWidth + 24;
  let y = top + 14;
  ctx.fillStyle = INK;
  ctx.font = `bold 13px ${SANS}`;
  for (const line of headings) {
    ctx.fillText(line, x, y);
    y += 18;
  }
  y += 4;
  for (const [i, row] of rows.entries()) {
    const room = tall(row);
    swatch(ctx, row, x + (sign - 30) / 2, y + room / 2 - 8, 30, 16);
    ctx.font = `13px ${SANS}`;
    ctx.fillStyle = INK;
    labels[i].forEach((line, n) => ctx.fillText(line, x + sign + 10, y + room / 2 + 5 + n * 16));
    if (row.count !== undefined) {
      ctx.textAlign = "right";
      ctx.fillText(number(row.count), x + side, y + room / 2 + 5);
      ctx.textAlign = "left";
    }
    y += room + (labels[i].length - 1) * 16;
  }
  ctx.font = `13px ${SANS}`;
  ctx.fillStyle = INK;
  notes.forEach((line, i) => ctx.fillText(line, 24, top + body + 30 + i * 18));
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

/** Draws a scale bar and the north. */
function bar(ctx, map, x, y) {
  const { lat } = map.getCenter();
  const metres = (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
  const room = 120 * metres;
  const power = 10 ** Math.floor(Math.log10(room));
  const length = [5, 2, 1].map((n) => n * power).find((n) => n <= room) ?? power;
  const pixels = length / metres;
  const label = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  ctx.fillStyle = "rgba(255,255,255,.85)";
  ctx.fillRect(x - 8, y - 20, pixels + 50, 28);
  ctx.strokeStyle = ctx.fillStyle = INK;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(x, y - 4);
  ctx.lineTo(x, y);
  ctx.lineTo(x + pixels, y);
  ctx.lineTo(x + pixels, y - 4);
  ctx.stroke();
  ctx.font = `12px ${SANS}`;
  ctx.fillText(label, x, y - 8);
  ctx.fillText("N ↑", x + pixels + 12, y);
}

/** Hands a file over to the reader. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
