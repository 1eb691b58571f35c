// What all scripts share: the way to the root, elements, French numbers, files of donnees/.

export const root = new URL(document.body.dataset.root || "./", location.href);
export const data = new URL("donnees/", root);

const files = new Map();

/** Reads a JSON file of donnees/, once per page. */
export function read(path) {
  if (!files.has(path)) {
    const file = fetch(new URL(path, data), { credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) throw new Error(`${path} : ${answer.status}`);
      return answer.json();
    });
    file.catch(() => files.delete(path));
    files.set(path, file);
  }
  return files.get(path);
}

/** Takes files that came together in one, by name. */
export function given(all) {
  for (const [path, value] of Object.entries(all)) {
    if (!files.has(path)) files.set(path, Promise.resolve(value));
  }
}

/** Makes an element: `el("p", { class: "x", onclick: f }, "text", child)`. Texts are never read as markup. */
export function el(name, attributes = {}, ...children) {
  const out = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) out.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected" || key === "disabled") out[key] = value;
    else out.setAttribute(key, value === true ? "" : value);
  }
  out.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return out;
}

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element. */
export function svg(name, attributes = {}, ...children) {
  const out = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
  out.append(...children.filter((c) => c !== undefined && c !== null));
  return out;
}

const THIN = "\u202f";
const NBSP = "\u00a0";

/** Writes a number as the pages do: comma, thin spaces between thousands, true minus sign. */
export function number(value, decimals = 0) {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
  const minus = value < 0 && Number(value.toFixed(decimals)) !== 0 ? "−" : "";
  return minus + grouped + (fraction ? `,${fraction}` : "");
}

/** Writes a number and its unit. */
export function quantity(value, decimals, unit) {
  return number(value, decimals) + (unit ? NBSP + unit : "");
}

/** Writes a vintage as people read it: « 2023–2025 ». */
export const years = (vintage) => vintage.replace("-", "–");

/** First and last year of a vintage: the same one, or the ends of a window. */
export const span = (vintage) => [Number(vintage.slice(0, 4)), Number(vintage.slice(-4))];

/** What an address adds to a name: all of it, or what comes after the name that it starts with. */
export const beyond = (address, name) => (address.startsWith(`${name}, `) ? address.slice(name.length + 2) : address);

/** Chooses the singular under two, as French does. */
export const plural = (count, one, many) => `${number(count)}${NBSP}${count < 2 ? one : many}`;

/** Compares two texts in French order. */
export const byName = new Intl.Collator("fr", { numeric: true, sensitivity: "base" }).compare;

/** Runs `f` once nothing has happened for `ms` milliseconds. */
export function later(f, ms) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...values), ms);
  };
}

/** What an element that takes the focus is known by, from one drawing of a list to the next. */
const known = (element) => `${element.localName} ${element.closest("[data-code]")?.dataset.code ?? element.getAttribute("aria-label") ?? element.textContent}`;

/**
 * Draws a part of the page again without losing the focus: what had it there has it again, else what `otherwise` gives.
 */
export function keeping(part, draw, otherwise) {
  const before = document.activeElement;
  const inside = part.contains(before) && before !== part;
  const rank = inside ? [...part.querySelectorAll(before.localName)].indexOf(before) : -1;
  const name = inside ? known(before) : "";
  draw();
  if (!inside || (before.isConnected && !before.closest("[hidden]"))) return;
  const again = part.closest("[hidden]") ? undefined : [...part.querySelectorAll(before.localName)].find((e) => known(e) === name);
  (again ?? otherwise?.(rank))?.focus({ preventScroll: true });
}

/** Live region that screen readers hear. */
export function announcer(parent) {
  const region = el("p", { class: "vh", role: "status", "aria-live": "polite" });
  parent.append(region);
  return later((text) => {
    region.textContent = text;
  }, 300);
}

/** Gives the parameters of the address. */
export const parameters = () => new URLSearchParams(location.search);

/** Writes parameters in the address: a new step back, or the same one. */
export function address(values, step) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") query.set(key, value);
  }
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  const url = location.pathname + (text ? `?${text}` : "");
  if (url === location.pathname + location.search) return;
  history[step ? "pushState" : "replaceState"](null, "", url);
}
