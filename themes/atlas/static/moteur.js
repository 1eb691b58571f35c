// Search engine: reads the sharded index of donnees/recherche/, a few small files per query. No DOM here.

const PLAIN = 3; // points for the word itself, for a word that starts so, for a mended typo
const PREFIX = 2;
const MENDED = 1;

/** Folds a text as the builder does: lower case, no accents, ligatures in full. */
export function fold(text) {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .replace(/’/g, "'");
}

/** Cuts a text into folded words. */
export function cut(text) {
  return fold(text).split(/[^\p{Alphabetic}\p{N}]+/u).filter(Boolean);
}

/** Distance of Damerau and Levenshtein (adjacent letters may swap), or more than `most` as soon as it is known. */
export function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const now = [i];
    let low = i;
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d = Math.min(d, before[j - 2] + 1);
      now.push(d);
      if (d < low) low = d;
    }
    if (low > most) return most + 1;
    before = last;
    last = now;
  }
  return last[b.length];
}

const letters = (word) => [...word].map((c) => (/[a-z0-9]/.test(c) ? c : "_"));

export class Search {
  /** `load(path)` gives the JSON of a file of the index, or rejects. */
  constructor(load) {
    this.files = new Map();
    this.load = (path) => {
      if (!this.files.has(path)) {
        const file = load(path);
        file.catch(() => this.files.delete(path));
        this.files.set(path, file);
      }
      return this.files.get(path);
    };
  }

  async open() {
    if (!this.index) {
      const index = await this.load("index.json");
      index.longer = new Map(index.short.map((short, i) => [short, index.long[i]]));
      index.stops = new Set(index.stop);
      index.commons = new Set(index.common);
      this.index = index;
    }
    return this.index;
  }

  /** Finds places; best first: `{scale, code, name, address, parent, landlord, path, label}`. */
  async find(text, limit = 10) {
    const index = await this.open();
    const typed = cut(text);
    const open = !/[\s,;-]$/.test(text); // the last word may go on
    const words = typed.filter((w) => !index.stops.has(w) || typed.length === 1).slice(0, 8);
    if (!words.length || text.trim().length < 2) return [];
    const maps = await Promise.all(
      words.map((word, i) => this.places(word, { last: open && i === words.length - 1 })),
    );
    await this.join(words, maps);
    const useful = maps.filter((m) => m !== null);
    if (!useful.length) return [];
    let scores = useful.every((m) => m.size) ? meet(useful) : new Map();
    if (!scores.size) {
      // Not every word is found together: keep the places that most words lead to.
      const wide = unite(useful);
      const most = Math.max(0, ...[...wide.values()].map((v) => v.words));
      const enough = Math.max(1, Math.ceil(useful.length / 2));
      scores = new Map(
        [...wide].filter(([, v]) => v.words === most && v.words >= enough).map(([k, v]) => [k, v.score]),
      );
    }
    const first = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, 150);
    const found = await this.records(first, index.records[0]);
    const asked = words.map((w) => index.longer.get(w) ?? w);
    for (const place of found) place.score += this.closeness(place, asked, typed);
    found.sort((a, b) => b.score - a.score || a.record - b.record);
    return found.slice(0, limit);
  }

  /** Places that a word leads to: record → points; null for a word that everything has. */
  async places(word, { last }) {
    const { longer, commons } = this.index;
    const whole = longer.get(word) ?? word;
    if (commons.has(whole)) return null;
    const out = new Map();
    const add = (list, points) => {
      let at = 0;
      for (const step of list) {
        at += step;
        const score = points + (at & 1 ? 1.5 : 0);
        const record = at >> 1;
        if (!(out.get(record) >= score)) out.set(record, score);
      }
    };
    // « st » is « saint », but also the start of « stade » while it is typed.
    const open = last || word.length >= 3;
    for (const start of open ? new Set([whole, word]) : [whole]) {
      const prefixed = open && start === word && !/^\d{1,4}$/.test(word);
      for (const shard of await this.shards(start, prefixed ? 3 : 1)) {
        for (let i = lower(shard.words, start); i < shard.words.length; i++) {
          const w = shard.words[i];
          if (w === start) add(shard.places[i], PLAIN);
          else if (prefixed && w.startsWith(start)) add(shard.places[i], PREFIX);
          else break;
        }
      }
    }
    if (!out.size && word.length >= 4 && !/\d/.test(word)) {
      for (const near of await this.mend(whole, last)) {
        for (const shard of await this.shards(near, 1)) {
          const i = lower(shard.words, near);
          if (shard.words[i] === near) add(shard.places[i], MENDED);
        }
      }
    }
    return out;
  }

  /** Tries « ville neuve » as « villeneuve » where one of the two words leads nowhere. */
  async join(words, maps) {
    for (let i = 0; i + 1 < words.length; i++) {
      if (maps[i] === null || maps[i + 1] === null) continue;
      if ((maps[i].size && maps[i + 1].size) || /^\d/.test(words[i])) continue;
      const places = await this.places(words[i] + words[i + 1], { last: true });
      if (places?.size) {
        maps[i] = places;
        maps[i + 1] = null;
      }
    }
  }

  /** Shards where words that start so may be, `most` of them. */
  async shards(start, most) {
    const { first } = this.index;
    const at = lower(first, start);
    const paths = [];
    for (let i = Math.max(0, first[at] === start ? at : at - 1); i < first.length && paths.length < most; i++) {
      if (paths.length && !first[i].startsWith(start)) break;
      paths.push(`m-${i}.json`);
    }
    return Promise.all(paths.map(this.load));
  }

  /** Known words at one typo, or two in a long word. */
  async mend(word, last) {
    const most = word.length >= 8 ? 2 : 1;
    const all = letters(word);
    const paths = [`d-${all.slice(0, 2).join("")}.json`, `f-${all.slice(-2).reverse().join("")}.json`];
    const lists = await Promise.all(paths.map((p) => this.load(p).catch(() => [])));
    const near = new Map();
    for (const known of new Set(lists.flat())) {
      let d = distance(word, known, most);
      if (d > most && last && known.length > word.length) d = distance(word, known.slice(0, word.length), 1) + 0.5;
      if (d <= most + 0.5) near.set(known, d);
    }
    const best = Math.min(...near.values());
    return [...near].filter(([, d]) => d <= best + 0.5).map(([w]) => w).slice(0, 12);
  }

  /** Reads the records of the best candidates, from at most twelve files. */
  async records(candidates, size) {
    const groups = new Map();
    for (const [record, score] of candidates) {
      const file = Math.floor(record / size);
      if (!groups.has(file)) {
        if (groups.size === 12) continue;
        groups.set(file, []);
      }
      groups.get(file).push([record, score]);
    }
    const { scales, segments, labels } = this.index;
    const found = [];
    await Promise.all(
      [...groups].map(async ([file, list]) => {
        const records = await this.load(`l-${file}.json`);
        for (const [record, score] of list) {
          const [rank, code, name, address = "", parent = "", landlord = ""] = records[record % size];
          const path = scales[rank] === "metropole" ? `${segments[rank]}/` : `${segments[rank]}/${encodeURIComponent(code)}/`;
          found.push({ record, score, scale: scales[rank], rank, code, name, address, parent, landlord, path, label: labels[rank] });
        }
      }),
    );
    return found;
  }

  /** Points for a name close to what was typed. */
  closeness(place, asked, typed) {
    const { longer, stops } = this.index;
    const tidy = (text) => cut(text).map((w) => longer.get(w) ?? w).filter((w) => !stops.has(w));
    const query = asked.join(" ");
    const name = tidy(place.name);
    const address = tidy(place.address);
    let points = 0;
    if (fold(place.code).replace(/[-_]/g, "") === typed.join("")) points += 20;
    if (name.join(" ") === query || address.join(" ") === query) points += 8;
    else if (name.join(" ").startsWith(query) || address.join(" ").startsWith(query)) points += 3;
    else if (` ${name.join(" ")} ${address.join(" ")} `.includes(` ${query} `)) points += 2;
    // Words of the name that were not asked for.
    const spare = name.filter((w) => !asked.some((a) => w.startsWith(a))).length;
    points -= Math.min(spare, 4) * 0.4;
    // A number that was asked for, within a range such as « 24 à 32 » or not there at all.
    const text = fold(`${place.name} ${place.address}`);
    const ranges = [...text.matchAll(/(\d+)\s*(?:a|-|\/)\s*(\d+)/g)].map((m) => [Number(m[1]), Number(m[2])]);
    const numbers = new Set([...name, ...address].filter((w) => /^\d/.test(w)));
    for (const n of asked.filter((w) => /^\d{1,4}[a-z]?$/.test(w))) {
      const between = ranges.some(([a, b]) => Number.parseInt(n, 10) >= a && Number.parseInt(n, 10) <= b);
      points += numbers.has(n) ? 2 : between ? 1.5 : -1;
    }
    // Wider territories first, all else equal.
    return points + [1.2, 1.2, 0.4, 0.8, 0][place.rank];
  }
}

/** Rank of the first word not before `word`. */
function lower(words, word) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle] < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Places that all words lead to. */
function meet(maps) {
  const [least, ...others] = [...maps].sort((a, b) => a.size - b.size);
  const out = new Map();
  for (const [record, score] of least) {
    const more = others.map((other) => other.get(record));
    if (!more.includes(undefined)) out.set(record, more.reduce((a, b) => a + b, score));
  }
  return out;
}

/** Places that any word leads to, with the number of words. */
function unite(maps) {
  const out = new Map();
  for (const map of maps) {
    for (const [record, score] of map) {
      const known = out.get(record) ?? { words: 0, score: 0 };
      known.words += 1;
      known.score += score;
      out.set(record, known);
    }
  }
  return out;
}
