// The reader's own choice of residences: kept in this browser only, never sent.

import { root } from "./commun.js";

/** Residences of a packet at most. */
export const MOST = 60;

const KEY = `dossier:${root.pathname}`;
const CODE = /^[A-Za-z0-9_-]{1,64}$/;

let memory;

/** Keeps what may be the code of a residence, once each. */
export const clean = (codes) => [...new Set(codes.filter((code) => typeof code === "string" && CODE.test(code)))];

/** Gives the chosen codes, in the order of their choice. */
export function chosen() {
  if (memory) return memory;
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? clean(kept).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Keeps a choice; tells how many did not fit, and whether the browser keeps it once the page is closed. */
export function choose(codes) {
  const all = clean(codes);
  const kept = all.slice(0, MOST);
  let lasting = true;
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    memory = undefined;
  } catch {
    memory = kept;
    lasting = false;
  }
  return { kept, left: all.length - kept.length, lasting };
}

const NAMES = `noms:${root.pathname}`;
let names;

/** Names of residences that this browser has seen, by code. */
function known() {
  if (names) return names;
  names = new Map();
  try {
    const kept = JSON.parse(localStorage.getItem(NAMES) ?? "{}");
    for (const [code, name] of Object.entries(kept)) if (CODE.test(code) && typeof name === "string") names.set(code, name);
  } catch {
    // Codes alone are shown.
  }
  return names;
}

/** Gives the name of a residence seen before, or nothing. */
export const nameOf = (code) => known().get(code);

/** Keeps names for the lists of the choice; those of residences no longer chosen go first. */
export function remember(pairs) {
  const all = known();
  for (const [code, name] of pairs) if (CODE.test(code) && name) all.set(code, name);
  const kept = new Set(chosen());
  for (const code of all.keys()) {
    if (all.size <= 4 * MOST) break;
    if (!kept.has(code)) all.delete(code);
  }
  try {
    localStorage.setItem(NAMES, JSON.stringify(Object.fromEntries(all)));
  } catch {
    // Known until the page is closed.
  }
}

/** Calls `f` when another tab changes the choice. */
export function watch(f) {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) f();
  });
}

/** Address of the packet of a choice, for a colleague or for later. */
export const permalink = (codes) => new URL(`seances/#${codes.join(",")}`, root).href;

/** Codes that an address asks for. */
export const asked = (hash) => {
  try {
    return clean(decodeURIComponent(hash.replace(/^#/, "")).split(","));
  } catch {
    return [];
  }
};
