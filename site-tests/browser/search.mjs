// Asks the search index of a built site several hundred questions made from its own places, and tells how often the first
// answer is the place that was meant, how many bytes and how many milliseconds a question costs.
//
//   PUBLIC=… node site-tests/browser/search.mjs [--seed N] [--index FOLDER] [--each N] [--weight]
//
// The questions of a kind are drawn with a seed: 1 is the one the engine was written with, the others are kept apart, and
// both are asked. A question that several places answer equally well is not asked. `--weight` measures what is typed letter
// by letter on an index too large for the rates (see `synthetic` in src/render/browser/search).
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import zlib from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({ options: { seed: { type: "string" }, index: { type: "string" }, each: { type: "string", default: "40" }, weight: { type: "boolean" } } });
const FOLDER = options.index ?? path.join(process.env.PUBLIC, "donnees/recherche");
const EACH = Number(options.each);
const VERBOSE = process.env.VERBOSE;
const { Search, cut, fold } = await import(path.join(here, "../../themes/atlas/static/moteur.js"));

const texts = new Map();
const sizes = new Map();
/** Reads a file of the index as the browser does, and keeps its compressed size. */
function read(name) {
  if (!texts.has(name)) {
    const bytes = fs.readFileSync(path.join(FOLDER, name));
    texts.set(name, bytes.toString());
    sizes.set(name, zlib.gzipSync(bytes).length);
  }
  return texts.get(name);
}
const index = JSON.parse(read("index.json"));
const places = [];
const files = Math.ceil(index.size[0] / index.records[0]);
// On a very large index, the places of every hundredth file are enough.
const every = files > 1000 ? 100 : 1;
for (let i = 0; i < files; i += every) {
  JSON.parse(read(`l-${i}.json`)).forEach(([rank, code, name, address = "", parent = "", landlord = ""], k) =>
    places.push({ record: i * index.records[0] + k, scale: index.scales[rank], label: index.labels[rank], code, name, address, parent, landlord }),
  );
}
if (every > 1) texts.clear();

/** Numbers from 0 to 1, the same for the same seed. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const plain = (text) => fold(text).replace(/'/g, " ");
const SHORT = [["saint", "st"], ["sainte", "ste"], ["avenue", "av."], ["boulevard", "bd"], ["rue", "r."], ["place", "pl."], ["résidence", "rés."], ["impasse", "imp."], ["allée", "all."], ["chemin", "ch."], ["grand", "gd"], ["grande", "gde"], ["vieux", "vx"], ["hameau", "ham."], ["général", "gal"], ["square", "sq."], ["quartier", "qt"], ["notre-dame", "n.-d."], ["sur", "s/"], ["docteur", "dr"], ["président", "pdt"], ["maréchal", "mal"]];
function shorten(text) {
  let out = text;
  for (const [long, short] of SHORT) out = out.replace(new RegExp(`(?<![\\p{L}])${long}(?![\\p{L}])`, "giu"), short);
  return out;
}
/** Changes one letter of one word of five letters or more. */
function typo(text, draw) {
  const words = [...text.matchAll(/\p{L}{5,}/gu)];
  if (!words.length) return undefined;
  const { 0: word, index: at } = words[Math.floor(draw() * words.length)];
  const i = 1 + Math.floor(draw() * (word.length - 2));
  const letter = "aeinorstlu"[Math.floor(draw() * 10)];
  const changed = [
    word.slice(0, i) + word.slice(i + 1),
    word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2),
    word.slice(0, i) + letter + word.slice(i + 1),
    word.slice(0, i) + letter + word.slice(i),
  ][Math.floor(draw() * 4)];
  return changed === word ? undefined : text.slice(0, at) + changed + text.slice(at + word.length);
}
/** Cuts a word of eight letters or more in two, three letters on each side at least. */
function split(text, draw) {
  const [word] = plain(text).match(/[a-z]{8,}/) ?? [];
  if (!word) return undefined;
  const at = 3 + Math.floor(draw() * (word.length - 5));
  return plain(text).replace(word, `${word.slice(0, at)} ${word.slice(at)}`);
}
/** A name that is being typed: up to one letter after a small word. */
function begun({ name }) {
  const text = plain(name).replace(/-/g, " ");
  return /^\S{3,} (?:les?|la|du|des?|sur|en) \S/.exec(text)?.[0];
}
/** « 92 à 100, rue du Lin, Commune » → its numbers, its street. */
function parts({ address, parent }) {
  const bare = address.endsWith(parent) ? address.slice(0, -parent.length).replace(/[\s,]+$/, "") : address;
  const found = /^(\d+)(?:\s*(?:à|-|\/)\s*(\d+))?\s*,?\s+(.*)$/.exec(bare);
  return found ? { first: Number(found[1]), last: found[2] ? Number(found[2]) : undefined, street: found[3], bare } : { street: bare, bare };
}
// Two places are told apart by their words, abbreviations in full.
const longer = new Map(index.short.map((short, i) => [short, index.long[i]]));
const words = (text) => cut(text).map((w) => longer.get(w) ?? w).filter((w) => !index.stop.includes(w)).join(" ");

const residences = places.filter((p) => p.scale === "residence");
const zones = places.filter((p) => p.scale === "iris" || p.scale === "qpv");
const communes = places.filter((p) => p.scale === "commune");
const named = [...residences, ...zones];
const streets = residences.filter((p) => parts(p).street && p.address);
const ranged = streets.filter((p) => parts(p).last > parts(p).first + 2);

const bare = (code) => code.replace(/[-_]/g, "").toLowerCase();
/** « Saint-Ouen-l’Aumône » as it is typed in haste: `saintouenlaumone`. */
const glued = (name) => plain(name).replace(/[^a-z0-9]/g, "");
// A kind: the places it draws from, its question, and the places that answer it as well as the one meant.
const byPlace = (p) => `${words(p.name)}|${words(p.parent)}`;
const byStreet = (p) => `${words(parts(p).street)}|${words(p.parent)}`;
const covers = (p, n) => {
  const { first, last } = parts(p);
  return n === first || n === last || (last && n > first && n < last && ((last - first) % 2 || (n - first) % 2 === 0));
};
const kinds = {
  "commune": [communes, (p) => p.name],
  "commune, sans accents ni traits": [communes, (p) => plain(p.name).replace(/-/g, " ")],
  "commune, abrégée": [communes, (p) => (shorten(p.name) === p.name ? undefined : shorten(p.name))],
  "commune, une faute": [communes, (p, draw) => typo(p.name, draw)],
  "commune qui se tape, petits mots compris": [communes, (p) => begun(p), undefined, (p) => communes.filter((q) => plain(q.name).replace(/-/g, " ").startsWith(begun(p))).length > 1],
  "commune, mot coupé en deux": [communes, (p, draw) => split(p.name, draw)],
  "commune coupée après une abréviation": [communes, (p) => {
    const text = plain(p.name);
    const short = index.short.find((w) => w.length >= 3 && text.startsWith(w) && /^[a-z]{6}/.test(text.slice(w.length)));
    return short && `${short} ${text.slice(short.length)}`;
  }],
  "« ville de » + commune": [communes, (p) => plain(/^[aeiouyhé]/i.test(fold(p.name)) ? `ville d’${p.name}` : `ville de ${p.name}`)],
  "« quartier prioritaire » + nom": [places.filter((p) => p.scale === "qpv"), (p) => plain(`quartier prioritaire ${p.name}`), (p) => words(p.name)],
  "rang en chiffre + commune": [named.filter((p) => /\bI{1,3}$/.test(p.name)), (p) => plain(`${p.name.replace(/\bI{1,3}$/, (r) => r.length)} ${p.parent}`), byPlace],
  "nom + commune": [named, (p) => `${p.name} ${p.parent}`, byPlace],
  "commune + nom": [named, (p) => `${p.parent} ${p.name}`, byPlace],
  "nom + commune, sans accents": [named, (p) => plain(`${p.name} ${p.parent}`), byPlace],
  "nom + commune, une faute": [named, (p, draw) => typo(`${plain(p.name)} ${plain(p.parent)}`, draw), byPlace],
  "nom + commune, élision collée": [named, (p) => (/[ld]['’]/i.test(p.name) ? plain(`${p.name.replace(/([ld])['’]/gi, "$1")} ${p.parent}`) : undefined), byPlace],
  "nom + début de la commune": [named, (p) => `${plain(p.name)} ${plain(p.parent).slice(0, 5)}`, byPlace, (p) => named.filter((q) => words(q.name) === words(p.name) && plain(q.parent).startsWith(plain(p.parent).slice(0, 5))).length > 1],
  "IRIS + commune": [places.filter((p) => p.scale === "iris"), (p) => plain(`${p.name} ${p.parent}`), (p) => `${p.scale}|${byPlace(p)}`],
  "échelle + nom": [places.filter((p) => p.scale === "commune" || p.scale === "iris" || p.scale === "qpv"), (p) => plain(`${p.label} ${p.name} ${p.scale === "commune" ? "" : p.parent}`), (p) => `${p.scale}|${byPlace(p)}`],
  "code": [places.filter((p) => p.scale !== "metropole"), (p) => p.code, (p) => p.code],
  "code, sans signe": [places.filter((p) => /[-_]/.test(p.code)), (p) => p.code.replace(/[-_]/g, "").toLowerCase(), (p) => p.code],
  "code, des espaces": [places.filter((p) => p.scale !== "residence" && p.scale !== "metropole" && bare(p.code).length >= 5), (p) => (p.scale === "commune" ? p.code.replace(/^(..)/, "$1 ") : bare(p.code).replace(/^(\D*)(\d{3}|\d{2})(\d{2})(.*)$/, "$1 $2 $3 $4").trim()), (p) => p.code],
  "commune, mots collés": [communes.filter((p) => /[- ]/.test(p.name)), (p) => glued(p.name)],
  "nom collé + commune": [named.filter((p) => words(p.name).length > 7 && / /.test(words(p.name)) && !/\d/.test(p.name) && words(p.name) !== words(p.parent)), (p) => `${glued(p.name)} ${plain(p.parent)}`, byPlace],
  "adresse + commune": [streets, (p) => `${parts(p).bare} ${p.parent}`, (p) => `${words(parts(p).bare)}|${words(p.parent)}`],
  "adresse abrégée + commune": [streets, (p) => plain(shorten(`${parts(p).bare}, ${p.parent}`)), (p) => `${words(parts(p).bare)}|${words(p.parent)}`],
  "adresse + commune, une faute": [streets, (p, draw) => typo(plain(`${parts(p).bare} ${p.parent}`), draw), (p) => `${words(parts(p).bare)}|${words(p.parent)}`],
  "numéro dans l’intervalle": [ranged, (p) => `${parts(p).first + 2} ${plain(parts(p).street)} ${plain(p.parent)}`, undefined, (p) => streets.filter((q) => byStreet(q) === byStreet(p) && covers(q, parts(p).first + 2)).length > 1],
  "numéro + rue, sans commune": [streets.filter((p) => parts(p).first), (p) => `${parts(p).first} ${plain(parts(p).street)}`, undefined, (p) => streets.filter((q) => words(parts(q).street) === words(parts(p).street) && covers(q, parts(p).first)).length > 1],
  "rue + commune": [streets, (p) => plain(`${parts(p).street} ${p.parent}`), byStreet],
  "bailleur + rue": [streets.filter((p) => p.landlord), (p) => plain(`${p.landlord.replace(/\s*\(.*/, "")} ${parts(p).street}`), (p) => `${words(p.landlord)}|${words(parts(p).street)}`],
  "nom + bailleur": [residences.filter((p) => p.landlord), (p) => plain(`${p.name} ${p.landlord.replace(/\s*\(.*/, "")}`), (p) => `${words(p.landlord)}|${words(p.name)}`],
};

const engine = () => {
  const asked = new Set();
  const search = new Search(async (name) => {
    asked.add(name);
    return JSON.parse(read(name));
  });
  search.asked = asked;
  return search;
};
const problems = [];
let passed = 0;
const expect = (truth, message) => (truth ? (passed += 1) : problems.push(message), truth);

/** An index that says which files mend typos is asked for no other; without it, those of the best places are known all the same. */
async function probes() {
  const there = new Set(fs.readdirSync(FOLDER));
  const edges = (end) => [...there].filter((n) => n.startsWith(`${end}-`)).map((n) => n.slice(2, 4));
  const asked = new Set();
  const search = new Search(async (name) => {
    asked.add(name);
    const file = JSON.parse(read(name));
    return name === "index.json" ? { ...file, starts: edges("d"), ends: edges("f") } : file;
  });
  for (const text of ["r", "12 r", "zzzzzz", "rezidense", "xkwqpt", "saintouenzz", "a", "les", "qq qq", ...communes.slice(0, 20).map((p) => `${plain(p.name)}x`)]) await search.find(text, 8);
  const missing = [...asked].filter((name) => !there.has(name));
  expect(asked.size > 3 && !missing.length, `search: asks for ${missing}, which are not there`);
  const best = new Set();
  const plainly = new Search(async (name) => {
    if (name[0] === "t") best.add(name);
    return JSON.parse(read(name));
  });
  for (const a of "abcdefghijklmnopqrstuvwxyz") for (const b of " aeiourlst") await plainly.find(`12 ${a}${b}`.trim(), 8);
  expect([...best].every((name) => there.has(name)), `search: asks for ${[...best].filter((name) => !there.has(name))}, which are not there`);
}

/** A word that a street has whole is not the start of another's: « rue des prés » is not « rue du Pressoir ». */
async function wholes() {
  // Streets by their first word and one other: « rue », « prés ».
  const known = new Map();
  for (const place of streets) {
    const [way, ...others] = words(parts(place).street).split(" ");
    if (!index.streets.includes(way)) continue;
    const seen = known.get(way) ?? known.set(way, new Set()).get(way);
    for (const word of others) if (/^[a-z]{3,}$/.test(word)) seen.add(word);
  }
  let asked = 0;
  let right = 0;
  const search = engine();
  for (const [way, seen] of known) {
    const sorted = [...seen].sort();
    for (const [i, word] of sorted.entries()) {
      if (!sorted[i + 1]?.startsWith(word) || index.short.includes(word)) continue;
      for (const text of [`${way} ${word}`, `${way} du ${word}`, `${way} des ${word} `]) {
        const [first] = await search.find(text, 5);
        asked += 1;
        const good = first && words(`${first.name} ${parts(first).street}`).split(" ").includes(word);
        if (good) right += 1;
        else if (VERBOSE) console.log(`  « ${text} » → ${first ? `${first.name} · ${first.address}` : "rien"}`);
      }
    }
  }
  console.log(`${right}/${asked} words that start another, in streets`);
  expect(right === asked, `search: a word begun before the whole one for ${asked - right} of ${asked} questions`);
}

async function rates(seed) {
  let right = 0;
  let all = 0;
  const lines = [];
  const search = engine();
  for (const [kind, [from, question, same, doubtful]] of Object.entries(kinds)) {
    const draw = random(seed * 1009 + kind.length);
    const twins = new Map();
    if (same) for (const p of from) twins.set(same(p), (twins.get(same(p)) ?? 0) + 1);
    const pool = [...from].map((p) => [draw(), p]).sort((a, b) => a[0] - b[0]).map(([, p]) => p);
    let n = 0;
    let good = 0;
    for (const place of pool) {
      if (n === EACH) break;
      const text = question(place, draw);
      if (!text || (same && twins.get(same(place)) > 1) || doubtful?.(place)) continue;
      const [first] = await search.find(text, 5);
      n += 1;
      if (first?.code === place.code && first.scale === place.scale) good += 1;
      else if (VERBOSE) console.log(`  ${kind} « ${text} » → ${first ? `${first.scale} ${first.name} · ${first.address} · ${first.parent}` : "rien"}, pour ${place.scale} ${place.name} · ${place.address} · ${place.parent}`);
    }
    if (!n) continue;
    all += n;
    right += good;
    lines.push([kind, good, n]);
  }
  for (const [kind, good, n] of lines) {
    console.log(`${((100 * good) / n).toFixed(1).padStart(6)} % ${String(good).padStart(4)}/${String(n).padEnd(4)} ${kind}`);
    // A name being typed is never lost on the way.
    expect(good / n >= (kind.startsWith("commune qui se tape") ? 1 : 0.9), `seed ${seed}, ${kind}: first answer right for ${good} of ${n}`);
  }
  console.log(`${((100 * right) / all).toFixed(1).padStart(6)} % ${right}/${all} in all, seed ${seed}`);
  expect(all >= 300, `seed ${seed}: only ${all} questions`);
  expect(right / all >= 0.95, `seed ${seed}: first answer right for ${right} of ${all}`);
}

/** Bytes of a question on a page just opened, and milliseconds once its files are there. */
async function weight() {
  const draw = random(7);
  const pick = (list) => list[Math.floor(draw() * list.length)];
  const questions = ["rue", "r", "saint", "les", "12 rue de la république", "avenue jean jaurès", "résidence les", "1", "a", "commune saint", "iris centre", "rue du général de gaulle saint denis", "place de la mairie", "mar", "les peupliers", "zzzzzz", "rezidense les lylas"];
  for (let i = 0; i < 60; i++) {
    const p = pick(residences);
    const { bare, street } = parts(p);
    questions.push(`${bare} ${p.parent}`, `${p.name} ${p.parent}`, `${street}`, typo(`${street} ${p.parent}`, draw) ?? p.code, p.code, plain(`${p.landlord} ${p.parent}`));
  }
  for (const p of communes.slice(0, 20)) questions.push(p.name, p.name.slice(0, 3));
  const costs = [];
  for (const text of questions) {
    const search = engine();
    await search.find(text, 8);
    const bytes = [...search.asked].reduce((n, name) => n + (sizes.get(name) ?? 0), 0);
    // Time of the processor, the best of three: other programs do not count.
    let ms = Infinity;
    for (let i = 0; i < 3; i++) {
      const began = process.cpuUsage();
      await search.find(text, 8);
      const { user, system } = process.cpuUsage(began);
      ms = Math.min(ms, (user + system) / 1000);
    }
    costs.push({ text, bytes, files: search.asked.size, ms });
  }
  // Typed letter by letter, on one page.
  for (const p of [pick(residences), pick(residences), pick(communes)]) {
    const search = engine();
    const text = `${p.name} ${p.parent}`.toLowerCase();
    for (let i = 2; i <= text.length; i++) await search.find(text.slice(0, i), 8);
    const bytes = [...search.asked].reduce((n, name) => n + (sizes.get(name) ?? 0), 0);
    console.log(`letter by letter « ${text} »: ${Math.round(bytes / 1000)} kB in ${search.asked.size} files for ${text.length - 1} questions`);
  }
  const by = (key) => [...costs].sort((a, b) => b[key] - a[key]);
  const [heavy] = by("bytes");
  const [slow] = by("ms");
  const middle = (key) => by(key)[Math.floor(costs.length / 2)][key];
  console.log(`${index.size[0]} places, ${costs.length} questions: ${Math.round(middle("bytes") / 1000)} kB in the middle, ${Math.round(heavy.bytes / 1000)} kB at most (« ${heavy.text} », ${heavy.files} files); ${middle("ms").toFixed(1)} ms in the middle`);
  // Told, not judged: milliseconds depend on the machine.
  console.log(`search: slowest ${slow.ms.toFixed(1)} ms (aim 50), « ${slow.text} »`);
  if (VERBOSE) for (const c of by("bytes").slice(0, 12)) console.log(`  ${Math.round(c.bytes / 1000)} kB ${c.files} files « ${c.text} »`);
  if (VERBOSE) for (const c of by("ms").slice(0, 8)) console.log(`  ${c.ms.toFixed(1)} ms « ${c.text} »`);
  for (const c of costs) {
    expect(c.bytes < 200_000, `« ${c.text} » costs ${c.bytes} bytes`);
  }
}

if (options.weight) await weight();
else {
  await probes();
  await wholes();
  for (const seed of options.seed ? [Number(options.seed)] : [1, 20261126]) await rates(seed);
  await weight();
}
for (const p of problems) console.log(p);
console.log(`${passed} checks passed, ${problems.length} findings`);
process.exit(problems.length ? 1 : 0);
