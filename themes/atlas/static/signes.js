// Colours of the classes and textures of the states, the same as on the pages.

export const INK = "#16191d";
export const INK_2 = "#454c55";
export const LINE = "#8a929b";
const SPARE = "#9aa2ab";
export const ACCENT = "#0b5876";
const FIVE = ["#eaf2f5", "#bdd7e1", "#77a8bd", "#37799a", "#0b4a66"];
/** Which of the five colours are used with fewer classes, as in the drawings of the pages. */
const SPREAD = { 1: [2], 2: [1, 3], 3: [0, 2, 4], 4: [0, 1, 2, 4], 5: [0, 1, 2, 3, 4] };

/** Colours of `count` classes, from the lightest. */
export const colours = (count) => (SPREAD[count] ?? SPREAD[5]).map((i) => FIVE[i]);

/** States in the order of a legend. */
export const STATES = ["s", "nd", "so", "no", "cp"];

/** Draws the texture of a state over a rectangle of a canvas. */
export function texture(ctx, state, x, y, width, height, scale = 1) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.fillStyle = "#fff";
  ctx.fillRect(x, y, width, height);
  ctx.strokeStyle = ctx.fillStyle = INK_2;
  ctx.lineWidth = 1.1 * scale;
  const step = 4 * scale;
  if (state === "s") {
    ctx.beginPath();
    for (let d = -height - step; d < width + step; d += step * 1.5) {
      ctx.moveTo(x + d, y + height);
      ctx.lineTo(x + d + height, y);
    }
    ctx.stroke();
  } else if (state === "nd") {
    for (let j = 0; j * step < height; j++) {
      for (let i = 0; i * step < width; i++) {
        ctx.beginPath();
        ctx.arc(x + (i + 0.5) * step, y + (j + 0.5) * step, 0.95 * scale, 0, 7);
        ctx.fill();
      }
    }
  } else if (state === "no") {
    ctx.beginPath();
    for (let j = 0.5; j * step < height; j++) {
      ctx.moveTo(x, y + j * step);
      ctx.lineTo(x + width, y + j * step);
    }
    ctx.stroke();
  } else if (state === "cp") {
    ctx.globalAlpha = 0.55;
    for (let j = 0; j * step < height; j++) {
      for (let i = j % 2; i * step < width; i += 2) ctx.fillRect(x + i * step, y + j * step, step, step);
    }
  } else if (state === "so") {
    // Nothing to say of a place weighs less than what is said of the others.
    ctx.strokeStyle = SPARE;
    ctx.lineWidth = 0.8 * scale;
    const [every, edge] = [12 * scale, 3 * scale];
    for (let j = 0; j * every < height; j++) {
      for (let i = 0; i * every < width; i++) ctx.strokeRect(x + i * every + 5.5 * scale, y + j * every + 5.5 * scale, edge, edge);
    }
  }
  ctx.restore();
}

function canvas(width, height = width) {
  const out = document.createElement("canvas");
  out.width = width;
  out.height = height;
  // Kept in memory: reading it back from the graphics card took longer than drawing it.
  return [out, out.getContext("2d", { willReadFrequently: true })];
}

/** Seamless tile of a state, for fills of the map. */
export function tile(state) {
  // Twice twelve: a whole number of steps of every texture.
  const [out, ctx] = canvas(48);
  texture(ctx, state, 0, 0, 48, 48, 2);
  return ctx.getImageData(0, 0, out.width, out.height);
}

/** Oblique lines of the QPV, over the classes. */
export function oblique() {
  const [out, ctx] = canvas(36);
  ctx.strokeStyle = INK_2;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  for (let d = -36; d < 72; d += 18) {
    ctx.moveTo(d, 0);
    ctx.lineTo(d + 36, 36);
  }
  ctx.stroke();
  return ctx.getImageData(0, 0, out.width, out.height);
}

/** Sign of a place without value: a diamond of fixed size for the secret, a small circle for the other states. */
export function mark(state) {
  const [out, ctx] = canvas(28);
  const shape = new Path2D(state === "s" ? "M14 2 26 14 14 26 2 14Z" : "M5 14a9 9 0 1 0 18 0a9 9 0 1 0 -18 0Z");
  ctx.save();
  ctx.clip(shape);
  texture(ctx, state, 0, 0, 28, 28, 2);
  ctx.restore();
  ctx.strokeStyle = INK;
  ctx.lineWidth = 2.4;
  ctx.stroke(shape);
  return ctx.getImageData(0, 0, out.width, out.height);
}

/** Sign of a family of equipment: two letters on a dark square. */
export function plate(letters) {
  const [out, ctx] = canvas(36);
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, 36, 36);
  ctx.fillStyle = INK;
  ctx.fillRect(3, 3, 30, 30);
  ctx.fillStyle = "#fff";
  ctx.font = "bold 17px Arial, Liberation Sans, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(letters, 18, 19);
  return ctx.getImageData(0, 0, out.width, out.height);
}
