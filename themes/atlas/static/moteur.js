// Search engine: reads the sharded index of donnees/recherche/, a few small files per query. No DOM here.

/** How well a word answers what was typed: the word itself, its start, a mended typo. */
const PLAIN = 3;
const PREFIX = 2;
const MENDED = 1.6;
/** Points of a name that starts as the question is written. */
const STARTED = 1.5;
const STARTED_SMALL = 6;
/** Candidates that are looked at closely, and files of records read for them. */
const LOOKED = 200;
const FILES = 5;
/** Files of words read for typos, at most, by one question. */
const MENDS = 8;

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

/** Initials: « P.L.M. », « N.-D. ». */
const INITIALS = /(?<![\p{Alphabetic}\p{N}])\p{Alphabetic}(?:\.-?\p{Alphabetic}(?![\p{Alphabetic}\p{N}]))+/gu;

/** Cuts a text into folded words; initials are one. */
export function cut(text) {
  const out = [];
  const joined = fold(text).replace(INITIALS, (initials) => initials.replace(/[.-]/g, ""));
  for (const word of joined.split(/[^\p{Alphabetic}\p{N}]+/u)) {
    if (word === "d" && out.at(-1) === "n") out[out.length - 1] = "nd";
    else if (word) out.push(word);
  }
  return out;
}

/** Ways to say a scale, or nothing at all, and the scale that is meant. */
const PHRASES = [
  [/^(?:ville|mairie|commune) (?:de (?:la |l )?|d |du |des )(?=.)/, "commune "],
  [/\bquartiers? (?:prioritaires?(?: de la (?:politique de la )?ville)?|(?:de la )?politique de la ville)\b/, "qpv"],
  [/\b(?:logements? sociaux|logement social|parc social|habitat social) (?:(?:de la|de l|a la|a l|de|d|du|des|a|au|aux) )?(?=.)/, ""],
];

/** Words of a question, the ways to say a scale said in one word. */
function meant(text, scales) {
  let out = cut(text).join(" ");
  for (const [way, scale] of PHRASES) if (!scale || scales.includes(scale.trim())) out = out.replace(way, scale);
  return out.split(" ").filter(Boolean);
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
const isNumber = (word) => /^\d{1,4}(bis|ter|quater|[a-z])?$/.test(word);

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
    this.known = new Map();
  }

  async open() {
    if (!this.index) {
      const index = await this.load("index.json");
      index.longer = new Map(index.short.map((short, i) => [short, index.long[i].split(" ")]));
      index.stops = new Set(index.stop);
      index.commons = new Set(index.common);
      index.ways = new Set(index.streets);
      if (index.starts) index.heads = new Set(index.starts);
      if (index.ends) index.tails = new Set(index.ends);
      // « 2 » for « ii », « ii » for « 2 ».
      index.figures = new Map(index.roman.flatMap((r, i) => [[r, String(i + 1)], [String(i + 1), r]]));
      // « commune », « communes », « iris »… say the scale that is meant.
      index.named = new Map();
      for (const texts of [index.labels, index.plurals, index.scales]) {
        texts.forEach((label, rank) => {
          const words = cut(label);
          if (words.length === 1 && !index.named.has(words[0])) index.named.set(words[0], rank);
        });
      }
      this.index = index;
    }
    return this.index;
  }

  /** Finds places; best first: `{scale, code, name, address, parent, landlord, path, label}`. */
  async find(text, limit = 10) {
    const index = await this.open();
    const typed = meant(text, index.scales);
    if (!typed.length || text.trim().length < 2) return [];
    const open = !/[\s,;-]$/.test(text); // the last word may go on
    let words = this.words(typed, open);
    const question = { mends: MENDS };
    let scores;
    const code = coded(typed.filter((word) => !index.named.has(word)));
    if (code) scores = scored(await this.places({ text: code, raw: code, open: true, forms: [] }));
    if (!scores?.size) {
      words = this.words(await this.unglued(typed, open), open);
      for (const word of words) word.question = question;
      scores = await this.candidates(words);
    }
    const found = await this.records(best(scores, LOOKED), index.records[0]);
    // What is being typed, small words and all, is the start of a name: « villiers le s ».
    // Small words are left out of what is sought: a name that has them too is worth more than one that is only the rest.
    const asked = cut(text);
    const start = asked.join(" ");
    const started = asked.length > words.length ? STARTED_SMALL : STARTED;
    this.written(found, words);
    for (const place of found) {
      place.score = this.closeness(place, words, code ?? typed.join(""));
      if (open && cut(place.name).join(" ").startsWith(start)) place.score += started;
    }
    found.sort((a, b) => b.score - a.score || a.record - b.record);
    return found.slice(0, limit);
  }

  /** A question where each word that leads nowhere, but is two or three glued together, is cut: « saintouen », « saint ouen ». */
  async unglued(typed, open) {
    const { longer, named } = this.index;
    const out = await Promise.all(
      typed.map(async (word, i) => {
        const last = open && i === typed.length - 1;
        if (!/^\p{Alphabetic}{6,30}$/u.test(word) || longer.has(word) || named.has(word) || (await this.starts(word))) return [word];
        // A word that a typo explains is no two words.
        if ((await this.mend(word, last)).length) return [word];
        return (await this.together(word, last)) ?? this.mistyped(word);
      }),
    );
    return out.flat();
  }

  /** Known words that make a word together and lead to one place at least; else the first ones that make it. */
  async together(word, open) {
    let first;
    let tried = 0;
    for await (const parts of this.parts(word, open, 3)) {
      if (parts.length === 1 && parts[0] === word) continue;
      first ??= parts;
      const whole = parts.flatMap((text) => this.index.longer.get(text) ?? [text]);
      const last = (i) => open && i === whole.length - 1;
      const maps = await Promise.all(whole.map((text, i) => this.places({ text, raw: text, open: last(i), forms: [] }, true)));
      if (meet(maps.filter(Boolean)).size) return parts;
      if (++tried === 8) break;
    }
    return first;
  }

  /** Ways to cut a word into known ones, small ones between them left out; the last one may go on. */
  async *parts(word, open, cuts) {
    const { longer, stops } = this.index;
    if (longer.has(word) || (await (open ? this.starts(word) : this.exact(word)))) yield [word];
    for (let i = word.length - 3; i >= 1; i--) {
      const [left, right] = [word.slice(0, i), word.slice(i)];
      const small = stops.has(left);
      if (!small && (!cuts || !(longer.has(left) || (i >= 3 && (await this.exact(left)))))) continue;
      for await (const rest of this.parts(right, open, small ? cuts : cuts - 1)) yield small ? rest : [left, ...rest];
    }
  }

  /** Two words glued together, one of which is mistyped: « clergypontoise ». */
  async mistyped(word) {
    for (let i = 4; i <= word.length - 4; i++) {
      const [left, right] = [word.slice(0, i), word.slice(i)];
      const [first, second] = await Promise.all([left.length >= 5 && this.exact(left), right.length >= 5 && this.exact(right)]);
      if ((first && (await this.mend(right, false)).length) || (second && (await this.mend(left, false)).length)) return [left, right];
    }
    return [word];
  }

  /** Is there this word? */
  async exact(word) {
    const [shard] = await this.shards(word, false);
    return shard?.words?.[lower(shard.words, word)] === word;
  }

  /** Is there a word that starts so? */
  async starts(word) {
    const shards = await this.shards(word, true);
    return shards.some((shard) => Array.isArray(shard) || shard.words[lower(shard.words, word)]?.startsWith(word));
  }

  /** Words to look for: abbreviations in full, small words left out, eight at most. */
  words(typed, open) {
    const { longer, stops, named, figures: roman } = this.index;
    const out = [];
    typed.forEach((word, i) => {
      const last = open && i === typed.length - 1;
      if (stops.has(word) && typed.length > 1 && !(last && word.length > 1)) return;
      for (const text of longer.get(word) ?? [word]) {
        // « st » is « saint », but also the start of « stade » while it is typed.
        out.push({ text, typed: word, raw: last && text !== word ? word : text, at: i, open: last, scale: named.get(text), forms: [], rank: roman.get(text) });
      }
    });
    // The last word may be a small one, or the start of another: it rules nothing out.
    for (const word of out) word.small = stops.has(word.text);
    return out.slice(0, 8);
  }

  /** Records that may answer, and the points of their words. */
  async candidates(words) {
    const { ways } = this.index;
    const maps = await Promise.all(words.map((word) => this.places(word)));
    await this.join(words, maps);
    const sharp = maps.filter((m) => m && !m.soft);
    const found = (lists) => lists.filter((m) => m.size);
    if (!sharp.length) return scored(unite(maps.filter(Boolean)));
    const within = maps.filter((m) => m?.within).map((m) => m.within);
    /** Those of the scale that was named come first. */
    const preferred = (scores) => {
      for (const [from, to] of within) {
        for (const [record, score] of scores) if (record >= from && record < to) scores.set(record, score + 2);
      }
      return scores;
    };
    let all = sharp.every((m) => m.size) ? meet(sharp) : new Map();
    if (!all.size) {
      // A number that no address has: the street is the answer.
      const others = maps.filter((m, i) => m && !m.soft && !isNumber(words[i].text));
      if (others.length && others.length < sharp.length && others.every((m) => m.size)) all = meet(others);
    }
    if (!all.size) {
      // One word may be another one, mistyped: « pont » for « port ».
      await Promise.all(
        words.map(async (word, i) => {
          if (!maps[i] || maps[i].soft || word.mended || !mendable(word.text) || ways.has(word.text)) return;
          const more = await this.mended(word);
          for (const [record, points] of more) if (!maps[i].has(record)) maps[i].set(record, points);
        }),
      );
      const again = found(maps.filter((m) => m && !m.soft));
      all = again.length === sharp.length ? meet(again) : new Map();
    }
    if (!all.size) {
      // Not every word is found together: keep the places that most words lead to.
      const wide = unite(found(maps.filter((m) => m && !m.soft)));
      const most = Math.max(0, ...[...wide.values()].map((v) => v.words));
      const enough = Math.max(1, most - 1, Math.ceil(sharp.length / 2));
      return preferred(new Map([...wide].filter(([, v]) => v.words >= enough).map(([k, v]) => [k, v.score + 3 * v.words])));
    }
    return preferred(all);
  }

  /**
   * Places that a word leads to: record → points. `soft` if the word is too common, or so short of meaning, that it rules
   * nothing out; null for a small word. With `known`, no typo is mended.
   */
  async places(word, known) {
    const { commons, spans } = this.index;
    if (word.small) return null;
    const out = new Map();
    const gather = async (start, open) => {
      const prefixed = open && !isNumber(start);
      for (const shard of await this.shards(start, prefixed)) {
        if (Array.isArray(shard)) add(out, shard, PREFIX);
        else {
          for (let i = lower(shard.words, start); i < shard.words.length; i++) {
            const w = shard.words[i];
            if (w === start) add(out, shard.places[i], PLAIN);
            else if (prefixed && w.startsWith(start)) add(out, shard.places[i], PREFIX);
            else break;
          }
        }
      }
    };
    const open = word.open || word.text.length >= 3;
    await gather(word.text, open && word.raw === word.text);
    if (word.raw !== word.text) await gather(word.raw, true);
    if (out.size) word.forms.push(word.text);
    if (word.scale !== undefined) {
      const [from, to] = spans.slice(2 * word.scale);
      // The word chooses among what the others lead to; alone, it proposes the first ones of the scale.
      for (let record = from; record < Math.min(to, from + LOOKED); record++) if (!out.has(record)) out.set(record, 1);
      out.soft = true;
      out.within = [from, to];
      return out;
    }
    if (!out.size && /^[ld][aeiouyh]./.test(word.text)) {
      // « lorangerie » for « l’orangerie ».
      const bare = word.text.slice(1);
      await gather(bare, true);
      if (out.size) word.forms.push(bare);
    }
    if (!out.size && !known && mendable(word.text)) {
      for (const [record, points] of await this.mended(word)) out.set(record, points);
    }
    out.soft = commons.has(word.text);
    return out;
  }

  /** Places of the words that a typo may have changed into this one. */
  async mended(word) {
    const out = new Map();
    let near = await this.mend(word.text, word.open);
    if (!near.length && /^[ld][aeiouyh]..../.test(word.text)) near = await this.mend(word.text.slice(1), word.open);
    near = near.slice(0, Math.max(0, Math.min(4, word.question?.mends ?? 0)));
    if (word.question) word.question.mends -= near.length;
    const shards = await Promise.all(near.map(([known]) => this.shards(known, false)));
    near.forEach(([known], k) => {
      if (this.index.commons.has(known)) return;
      const [shard] = shards[k];
      const i = lower(shard.words, known);
      if (shard.words[i] === known) add(out, shard.places[i], MENDED);
    });
    word.mended = new Map(near);
    return out;
  }

  /** Tries « ville neuve » as « villeneuve »: where one of the two words leads nowhere, or in a short question. */
  async join(words, maps) {
    const { ways } = this.index;
    const before = maps.map((map) => map?.size);
    for (let i = 0; i + 1 < words.length; i++) {
      const [first, second] = [words[i], words[i + 1]];
      if (!maps[i] || !maps[i + 1] || first.scale !== undefined || /^\d/.test(first.text)) continue;
      const led = before[i] && before[i + 1];
      if (led && (words.length > 3 || second.at !== first.at + 1 || ways.has(first.text) || /^\d/.test(second.text))) continue;
      // « mar chais » is « marchais » too, not only « maréchal chais ».
      let places;
      let both;
      for (const text of new Set([first.text + second.text, first.typed + second.typed])) {
        both = { text, raw: text, open: true, forms: [], question: first.question };
        places = await this.places(both, before[i] || before[i + 1]);
        if (places?.size) break;
      }
      if (!places?.size) continue;
      const { text } = both;
      for (const word of [first, second]) {
        word.forms.push(text);
        if (both.mended) word.mended = new Map([...(word.mended ?? []), ...both.mended]);
      }
      if (led) {
        for (const map of [maps[i], maps[i + 1]]) for (const [record, points] of places) if (!(map.get(record) >= points)) map.set(record, points);
      } else {
        maps[i] = places;
        maps[i + 1] = null;
      }
    }
  }

  /** Shards where a word, or the words that start so, may be; beyond a few, the best places of this start. */
  async shards(start, prefixed) {
    const { first, span } = this.index;
    const at = lower(first, start);
    const from = Math.max(0, first[at] === start ? at : at - 1);
    let to = from + 1;
    while (prefixed && to < first.length && first[to].startsWith(start)) to++;
    const names = Array.from({ length: Math.min(to - from, span[0]) }, (_, i) => `m-${from + i}.json`);
    // The builder writes the best places of the two or three first letters where as many shards start so.
    if (to - from > span[0] && /^[a-z0-9]{2}(?:[a-z0-9]|$)/.test(start)) names.push(`t-${start.slice(0, 3)}.json`);
    return Promise.all(names.map((path) => this.load(path)));
  }

  /** Known words at one typo, or two in a long word, with their distance. */
  async mend(word, last) {
    const most = word.length >= 8 ? 2 : 1;
    const all = letters(word);
    const { heads, tails } = this.index;
    const [head, tail] = [all.slice(0, 2).join(""), all.slice(-2).reverse().join("")];
    // An index that does not say which of these files it has is asked for them, and may not have them.
    const paths = [(!heads || heads.has(head)) && `d-${head}.json`, (!tails || tails.has(tail)) && `f-${tail}.json`];
    const lists = await Promise.all(paths.filter(Boolean).map((p) => this.load(p).catch(() => [])));
    const near = new Map();
    for (const known of new Set(lists.flat())) {
      if (known === word) continue;
      let d = distance(word, known, most);
      if (d > most && last && known.length > word.length) {
        const start = distance(word, known.slice(0, word.length), 1);
        if (start <= 1) d = start + 0.5;
      }
      if (d <= most + 0.5) near.set(known, d);
    }
    const best = Math.min(...near.values());
    return [...near].filter(([, d]) => d <= best + 0.5).sort((a, b) => a[1] - b[1]);
  }

  /** Reads the records of the best candidates, from a few files. */
  async records(candidates, size) {
    const groups = new Map();
    for (const [record, score] of candidates) {
      const file = Math.floor(record / size);
      if (!groups.has(file)) {
        if (groups.size === FILES) continue;
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

  /**
   * Tells the words that a place has as they were typed, beside all the others: « rue des prés » is then no start of « rue
   * du Pressoir ». A word alone may still go on, and so may the place where something is.
   */
  written(found, words) {
    const sought = words.filter((word) => !word.small && word.scale === undefined && !isNumber(word.text));
    if (sought.length < 2) return;
    for (const place of found) {
      const { name, address, parent, landlord } = this.fields(place);
      const all = [...name, ...address, ...parent, ...landlord];
      if (!sought.every((word) => all.some((known) => quality(word, known) >= 0.5))) continue;
      for (const word of sought) word.written ||= name.includes(word.text) || address.includes(word.text);
    }
  }

  /** Words of the fields of a place, cut once. */
  fields(place) {
    if (!this.known.has(place.record)) {
      const { longer, stops } = this.index;
      const tidy = (text) => cut(text).filter((w) => !stops.has(w)).flatMap((w) => longer.get(w) ?? [w]);
      const text = fold(place.address);
      const parent = tidy(place.parent);
      // An address ends with its commune, which is the parent's word, not the street's.
      const all = tidy(place.address);
      const end = parent.length && all.slice(-parent.length).join() === parent.join() ? -parent.length : undefined;
      this.known.set(place.record, {
        name: tidy(place.name),
        address: all.slice(0, end),
        parent,
        landlord: tidy(place.landlord),
        ranges: [...text.matchAll(/(\d{1,4})\s*(?:à|a|-|\/)\s*(\d{1,4})(?!\d)/g)].map((m) => [Number(m[1]), Number(m[2])]),
      });
    }
    return this.known.get(place.record);
  }

  /** Points of a place: where each word that was asked for stands in it, and what it has beside. */
  closeness(place, words, code) {
    const { ways } = this.index;
    const fields = this.fields(place);
    const { name, address, parent, landlord, ranges } = fields;
    let points = 0;
    const hit = new Map(); // words of the name that were asked for, and how well
    const street = new Map();
    const spare = []; // how well what is outside the name answers
    const past = []; // and what is outside the street
    let missing = 0;
    for (const word of words) {
      const match = (list, seen) => {
        let best = 0;
        let at = -1;
        list.forEach((known, i) => {
          // A word that was asked for twice stands in two places; « belle fontaine » is one.
          const twice = seen?.has(i) && (known === word.text || !word.forms.includes(known));
          const begun = seen && word.written && !word.forms.includes(known) && known.startsWith(word.text);
          const q = quality(word, known) * (twice || begun ? 0.45 : 1);
          if (q > best) [best, at] = [q, i];
        });
        if (at >= 0 && !seen?.has(at)) seen?.set(at, best);
        return best;
      };
      if (word.small) continue;
      if (isNumber(word.text)) {
        const n = Number.parseInt(word.text, 10);
        const range = ranges.find(([a, b]) => n >= a && n <= b);
        if (match(name, hit) >= 0.9) points += 2;
        else if (address.includes(word.text)) points += 2.2;
        else if (range) points += (range[1] - range[0]) % 2 || (n - range[0]) % 2 === 0 ? 2 : 0.5;
        else points -= 1;
        continue;
      }
      const inName = match(name, hit);
      const inStreet = match(address, street);
      const [inParent, inLandlord] = [match(parent), match(landlord)];
      const scale = word.scale === place.rank ? 1 : 0;
      if (inName < 0.5) spare.push(Math.max(inParent, inLandlord, scale));
      if (inStreet < 0.5) past.push(Math.max(inParent, inLandlord, scale, inName));
      const best = Math.max(3 * inName, 2 * inStreet, 1.2 * inParent, inLandlord, scale);
      points += best;
      const written = inName >= 0.9 || inStreet >= 0.9;
      // Another scale, another kind of street: not what was asked for.
      if (word.scale !== undefined && !scale && !written) points -= 8;
      else if (ways.has(word.text) && !written) points -= [...name, ...address].some((w) => ways.has(w)) ? 3 : 1;
      else if (best === 0) missing += 1;
    }
    points -= 2 * missing;
    if (fold(place.code).replace(/[-_]/g, "") === code) points += 20;
    // The whole name, or the whole street, was asked for, and what is left says where it is, whose it is or what it is.
    const whole = (list, seen, others) => {
      const core = list.map((w, i) => (/^\d/.test(w) ? undefined : (seen.get(i) ?? 0))).filter((q) => q !== undefined);
      const least = core.length ? Math.min(...core, ...others) : 0;
      return least >= 0.5 ? 1 + 4 * least : 0;
    };
    const asked = ` ${words.map((w) => w.text).join(" ")} `;
    // Words that follow each other in the question as in the place.
    const phrase = (list) => {
      const core = list.filter((w) => !/^\d/.test(w));
      return core.length > 1 && asked.includes(` ${core.join(" ")} `) ? 1 : 0;
    };
    const byName = whole(name, hit, spare) + phrase(name);
    const byStreet = address.length > 1 ? whole(address, street, past) + phrase(address) : 0;
    points += Math.max(byName, byStreet);
    // Words of the name that were not asked for, unless the address was.
    if (byStreet < 4) points -= Math.min(name.length - hit.size, 4) * 0.4;
    if (words.length > 1 && [name, address].some((list) => ` ${list.join(" ")} `.includes(asked))) points += 1;
    // Wider territories first, all else equal.
    return points + [1.2, 1.2, 0.4, 0.8, 0][place.rank];
  }
}

/** How well a known word answers a word that was asked for: from 0 to 1. */
function quality(word, known) {
  if (known === word.text) return 1;
  if (word.forms.includes(known) || word.rank === known) return 0.95;
  if (word.open || word.text.length >= 3) {
    if (known.startsWith(word.text) || known.startsWith(word.raw)) return word.open ? 0.85 : 0.7;
    if (word.forms.some((form) => known.startsWith(form))) return 0.65;
  }
  return word.mended?.has(known) ? 0.8 - 0.1 * word.mended.get(known) : 0;
}

/** A code written with signs or spaces, without them: « QN-099-01Z », « 95 127 »; undefined for other words. */
function coded(words) {
  const text = words.join("");
  const pieces = words.every((word) => /^(?:[a-z]{1,2}|(?=.*\d)[a-z0-9]{1,9})$/.test(word));
  return words.length > 1 && text.length >= 4 && pieces && /\d/.test(text) ? text : undefined;
}

const mendable = (word) => word.length >= 4 && !/\d/.test(word);

/** Adds places written as steps: `-n` is a run of n more. */
function add(out, steps, points) {
  let at = 0;
  const put = () => {
    const record = at >> 1;
    const score = points + (at & 1 ? 1.5 : 0);
    if (!(out.get(record) >= score)) out.set(record, score);
  };
  for (const step of steps) {
    if (step >= 0) {
      at += step;
      put();
    } else {
      for (let n = step; n < 0; n++) {
        at += 2;
        put();
      }
    }
  }
}

/** The `most` records of the best points, then of the lowest ranks. Points take few values: they are counted, not sorted. */
function best(scores, most) {
  const tally = new Map();
  for (const score of scores.values()) tally.set(score, (tally.get(score) ?? 0) + 1);
  const values = [...tally.keys()].sort((a, b) => b - a);
  let room = most;
  const out = [];
  for (const value of values) {
    if (room <= 0) break;
    const level = [];
    for (const [record, score] of scores) if (score === value) level.push(record);
    const kept = Int32Array.from(level).sort().subarray(0, room);
    for (const record of kept) out.push([record, value]);
    room -= kept.length;
  }
  return out;
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

/** Points alone. */
const scored = (map) => new Map([...(map ?? [])].map(([record, v]) => [record, v.score ?? v]));

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
