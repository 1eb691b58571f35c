//! Words → places, cut into small files.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Scale, Site, Tid};

use super::words::{ABBREVIATIONS, ROMAN, STOP, STREETS, numbers, other_figures, words};
use crate::render::browser::json::{integer, integers, key, list, text, texts};

/// Bytes of a shard, about.
const SHARD: usize = 12_000;

/// Bytes of postings, and places, beyond which a word is common.
const LONG: (usize, usize) = (24_000, 30_000);

/// Places kept for a common word (« rue »), the widest first: it proposes them, and rules nothing out.
const COMMON: usize = 1_500;

/// Records of a file; a small site has them all in one.
const RECORDS: usize = 250;

/// Places under which all records are in one file.
const SMALL: usize = 1_000;

/// Shards that the browser reads at most for the start of a word; beyond, it reads its best places.
const SPAN: usize = 3;

/// Best places kept for two or three letters.
const HEADS: usize = 60;

/// What the index says of a place.
pub(super) struct Record<'a> {
    pub(super) scale: Scale,
    pub(super) code: &'a str,
    pub(super) name: &'a str,
    /// Address, unless it repeats the name; of a commune, the longer name that addresses give it.
    pub(super) address: &'a str,
    /// Name of the commune that holds it.
    pub(super) parent: &'a str,
    pub(super) landlord: &'a str,
    /// Names of what lies around, that also lead to it.
    pub(super) around: Vec<&'a str>,
}

/// Words of the settings that the browser needs.
pub(super) struct Labels {
    /// Label and plural of each scale.
    pub(super) scales: Vec<[String; 2]>,
}

/// Makes the files of the search index, by path under `donnees/`.
pub(in crate::render::browser) fn files(site: &Site) -> Vec<(String, String)> {
    let labels = Labels {
        scales: Scale::ALL
            .iter()
            .map(|s| {
                [
                    site.config.scale_label(*s).to_owned(),
                    site.config.scale_plural(*s).to_owned(),
                ]
            })
            .collect(),
    };
    let longer = longer_names(site);
    let records: Vec<Record<'_>> = order(site)
        .into_iter()
        .map(|tid| record(site, tid, longer.get(&tid).copied().unwrap_or("")))
        .collect();
    write(&records, &labels)
}

/// Names that the addresses of a commune give it when they are longer than its own: « Éragny-sur-Oise » for « Éragny ».
fn longer_names(site: &Site) -> BTreeMap<Tid, &str> {
    let territories = &site.territories;
    let mut out = BTreeMap::new();
    for tid in territories.of(Scale::Residence) {
        let residence = territories.get(tid);
        let (Some(commune), Some(address)) = (residence.lineage.commune, residence.address.as_deref()) else {
            continue;
        };
        let name = &territories.get(commune).name;
        let Some((_, end)) = address.rsplit_once(", ") else {
            continue;
        };
        if end
            .strip_prefix(name.as_str())
            .is_some_and(|more| more.starts_with('-'))
        {
            out.entry(commune).or_insert(end);
        }
    }
    out
}

/// Territories from the widest scale to the narrowest; QPV before IRIS, which have less telling names. Residences of a
/// commune follow each other, so that its name leads to a run of them.
fn order(site: &Site) -> Vec<Tid> {
    let mut out: Vec<Tid> = [Scale::Metropole, Scale::Commune, Scale::Qpv, Scale::Iris]
        .into_iter()
        .flat_map(|s| site.territories.of(s))
        .collect();
    let mut residences: Vec<Tid> = site.territories.of(Scale::Residence).collect();
    residences.sort_by_key(|t| (site.territories.get(*t).lineage.commune, *t));
    out.extend(residences);
    out
}

fn record<'a>(site: &'a Site, tid: Tid, longer: &'a str) -> Record<'a> {
    let territories = &site.territories;
    let territory = territories.get(tid);
    let mut outside: Vec<Tid> = Vec::new();
    if territory.scale == Scale::Qpv {
        outside.extend(territories.communes_of_qpv(tid));
    }
    outside.extend(territory.lineage.commune);
    let parent = outside.first().map_or("", |t| territories.get(*t).name.as_str());
    outside.extend(territory.lineage.qpv);
    Record {
        scale: territory.scale,
        code: territory.code.as_str(),
        name: &territory.name,
        address: territory
            .address
            .as_deref()
            .filter(|a| *a != territory.name)
            .unwrap_or(longer),
        parent,
        landlord: territory
            .landlord
            .as_deref()
            .filter(|_| site.config.landlords.shown)
            .unwrap_or(""),
        around: outside.iter().map(|t| territories.get(*t).name.as_str()).collect(),
    }
}

/// Writes the index of places that come from the widest to the narrowest.
pub(super) fn write(records: &[Record<'_>], labels: &Labels) -> Vec<(String, String)> {
    let room = if records.len() <= SMALL { SMALL } else { RECORDS };
    let mut out = write_records(records, room);
    let mut postings: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (rank, record) in (0u32..).zip(records) {
        for (word, in_name) in words_of(record) {
            postings.entry(word).or_default().push(2 * rank + u32::from(in_name));
        }
    }
    let mut common = Vec::new();
    let mut firsts: Vec<&str> = Vec::new();
    let mut shard: Vec<(&str, String)> = Vec::new();
    let mut size = 0;
    let close = |shard: &mut Vec<(&'_ str, String)>, out: &mut Vec<(String, String)>, rank: usize| {
        if !shard.is_empty() {
            out.push((format!("recherche/m-{rank}.json"), write_shard(shard)));
            shard.clear();
        }
    };
    for (word, places) in &postings {
        let mut steps = runs(places);
        if steps.len() > LONG.0 || places.len() > LONG.1 {
            common.push(word.as_str());
            steps = runs(&places[..places.len().min(COMMON)]);
        }
        let more = word.len() + steps.len() + 4;
        if size + more > SHARD || firsts.is_empty() {
            close(&mut shard, &mut out, firsts.len().saturating_sub(1));
            firsts.push(word);
            size = 0;
        }
        size += more;
        shard.push((word, steps));
    }
    close(&mut shard, &mut out, firsts.len().saturating_sub(1));
    let [starts, ends] = vocabularies(&postings, &mut out);
    heads(&postings, &firsts, &mut out);
    let mut index = String::from("{");
    let whole = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    integers(&mut index, "size", [whole(records.len())]);
    integers(&mut index, "records", [whole(room)]);
    integers(&mut index, "span", [whole(SPAN)]);
    texts(&mut index, "first", firsts.iter().copied());
    texts(&mut index, "common", common);
    // Which vocabularies there are: the browser asks for no other.
    texts(&mut index, "starts", starts.iter().map(String::as_str));
    texts(&mut index, "ends", ends.iter().map(String::as_str));
    texts(&mut index, "stop", STOP);
    texts(&mut index, "streets", STREETS);
    texts(&mut index, "roman", ROMAN);
    texts(&mut index, "short", ABBREVIATIONS.iter().map(|a| a.0));
    texts(&mut index, "long", ABBREVIATIONS.iter().map(|a| a.1));
    texts(&mut index, "scales", Scale::ALL.iter().map(|s| s.key()));
    texts(&mut index, "labels", labels.scales.iter().map(|l| l[0].as_str()));
    texts(&mut index, "plurals", labels.scales.iter().map(|l| l[1].as_str()));
    texts(&mut index, "segments", Scale::ALL.iter().map(|s| s.segment()));
    // Records of each scale: the first one and the one after the last.
    let span = |scale: Scale| {
        let at = |r: &Record<'_>| r.scale == scale;
        let first = records.iter().position(at).unwrap_or(0);
        [whole(first), whole(first + records.iter().filter(|r| at(r)).count())]
    };
    integers(&mut index, "spans", Scale::ALL.into_iter().flat_map(span));
    index.push('}');
    out.push(("recherche/index.json".to_owned(), index));
    out
}

/// Writes the words that start, or end, with the same two letters: where a typo is mended. Gives these letters.
fn vocabularies(postings: &BTreeMap<String, Vec<u32>>, out: &mut Vec<(String, String)>) -> [Vec<String>; 2] {
    let mut names: [Vec<String>; 2] = Default::default();
    let mut all: BTreeMap<(char, String), Vec<&str>> = BTreeMap::new();
    for word in postings.keys() {
        if word.chars().all(char::is_alphabetic) && word.chars().count() >= 4 {
            all.entry(('d', edge(word.chars()))).or_default().push(word);
            all.entry(('f', edge(word.chars().rev()))).or_default().push(word);
        }
    }
    for ((end, letters), words) in all {
        let mut file = String::new();
        list(&mut file, words, text);
        out.push((format!("recherche/{end}-{letters}.json"), file));
        names[usize::from(end == 'f')].push(letters);
    }
    names
}

/// Writes the best places of the starts of words that more shards hold than the browser reads.
fn heads(postings: &BTreeMap<String, Vec<u32>>, firsts: &[&str], out: &mut Vec<(String, String)>) {
    let mut best: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for (word, places) in postings {
        for letters in [2, 3] {
            let Some(start) = word
                .get(..letters)
                .filter(|s| s.bytes().all(|b| b.is_ascii_alphanumeric()))
            else {
                continue;
            };
            let from = firsts.partition_point(|f| *f < start);
            if firsts[from..].iter().take_while(|f| f.starts_with(start)).count() < SPAN {
                continue;
            }
            let heads = best.entry(start).or_default();
            heads.extend(places.iter().filter(|p| *p % 2 == 1).take(HEADS));
            while heads.len() > HEADS {
                heads.pop_last();
            }
        }
    }
    for (start, places) in best {
        let mut file = String::from("[");
        file.push_str(&runs(&places.into_iter().collect::<Vec<_>>()));
        file.push(']');
        out.push((format!("recherche/t-{start}.json"), file));
    }
}

/// The two letters that a vocabulary file is named after; those outside a–z and 0–9 are written `_`.
fn edge(letters: impl Iterator<Item = char>) -> String {
    letters
        .take(2)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// Words that lead to a place, each once, and whether they are in its name or its code.
fn words_of(record: &Record<'_>) -> Vec<(String, bool)> {
    let mut all: Vec<(String, bool)> = Vec::new();
    let name = words(record.name);
    if record.scale != Scale::Residence && name.len() > 1 {
        // « Villeneuve » for « Ville-Neuve ».
        all.push((name.concat(), true));
    }
    all.extend(name.iter().skip(1).filter_map(|w| other_figures(w)).map(|w| (w, true)));
    all.extend(name.into_iter().map(|w| (w, true)));
    let code = record.code.to_lowercase();
    all.extend(
        code.split(|c: char| !c.is_alphanumeric())
            .filter(|w| w.len() > 2)
            .map(|w| (w.to_owned(), true)),
    );
    all.push((code.replace(['-', '_'], ""), true));
    let outside = record
        .around
        .iter()
        .copied()
        .chain([record.parent, record.landlord, record.address]);
    all.extend(outside.flat_map(words).map(|w| (w, false)));
    all.extend(numbers(record.address).into_iter().map(|n| (n.to_string(), false)));
    all.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// Writes places as steps; `-n` stands for « the n records that follow, the same way ».
fn runs(places: &[u32]) -> String {
    let mut steps: Vec<i64> = Vec::new();
    let mut at = 0;
    for place in places {
        let step = i64::from(*place) - at;
        at = i64::from(*place);
        match steps.last_mut() {
            Some(run) if step == 2 && *run < 0 => *run -= 1,
            Some(_) if step == 2 => steps.push(-1),
            _ => steps.push(step),
        }
    }
    let mut out = String::new();
    for (i, step) in steps.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        integer(&mut out, *step);
    }
    out
}

fn write_shard(shard: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(SHARD * 2);
    out.push('{');
    texts(&mut out, "words", shard.iter().map(|(w, _)| *w));
    key(&mut out, "places");
    list(&mut out, shard, |out, (_, steps)| {
        out.push('[');
        out.push_str(steps);
        out.push(']');
    });
    out.push('}');
    out
}

/// Writes the records, file by file: `[scale, code, name, address, parent, landlord]`, empty ends left out.
fn write_records(records: &[Record<'_>], room: usize) -> Vec<(String, String)> {
    records
        .chunks(room)
        .enumerate()
        .map(|(i, chunk)| {
            let mut out = String::new();
            list(&mut out, chunk, |out, record| {
                let mut fields = vec![record.code, record.name, record.address, record.parent, record.landlord];
                while fields.last().is_some_and(|f| f.is_empty()) {
                    fields.pop();
                }
                out.push('[');
                integer(out, i64::try_from(record.scale.rank()).unwrap_or(0));
                for field in fields {
                    out.push(',');
                    text(out, field);
                }
                out.push(']');
            });
            (format!("recherche/l-{i}.json"), out)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_a_run() {
        assert_eq!(runs(&[13, 15, 17, 18, 40]), "13,-2,1,22");
        assert_eq!(runs(&[2, 4]), "2,-1");
        assert_eq!(runs(&[]), "");
    }

    /// Names of places drawn so that a few are very common, as those of streets are.
    struct Draw(u64);

    impl Draw {
        fn next(&mut self) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            self.0 >> 33
        }

        fn below(&mut self, n: usize) -> usize {
            usize::try_from(self.next()).unwrap_or(0) % n.max(1)
        }

        /// A rank under `n`: the first ones far more often than the last ones.
        fn common(&mut self, n: usize) -> usize {
            let (a, b, c) = (self.below(n), self.below(n), self.below(n));
            a * b / n.max(1) * c / n.max(1)
        }

        fn word(&mut self) -> String {
            const START: [&str; 20] = [
                "Ba", "Cha", "Mon", "Vil", "Cour", "Ro", "Lan", "Ber", "Gui", "Mar", "Sau", "Fon", "Tou", "Dam", "Es",
                "Pra", "Or", "Val", "Be", "Ar",
            ];
            const MIDDLE: [&str; 20] = [
                "ti", "le", "ron", "ma", "vi", "gne", "ce", "la", "bou", "ri", "ne", "so", "ta", "lé", "mi", "cha",
                "do", "ver", "ni", "quin",
            ];
            const END: [&str; 14] = [
                "court", "ville", "gny", "mont", "ac", "y", "ières", "eau", "on", "ette", "ard", "ois", "ans", "elle",
            ];
            let middle = if self.below(3) == 0 { "" } else { MIDDLE[self.below(20)] };
            format!(
                "{}{}{middle}{}",
                START[self.below(20)],
                MIDDLE[self.below(20)],
                END[self.below(14)]
            )
        }
    }

    /// Writes the index of 480,000 invented places for the browser's engine to be measured on:
    /// `ATLAS_SEARCH=folder cargo test synthetic -- --ignored`, then `node site-tests/browser/search.mjs --index …`.
    #[test]
    #[ignore = "writes the index of 480,000 places into the folder that ATLAS_SEARCH names"]
    fn synthetic() {
        const COMMUNES: usize = 12_000;
        const IRIS: usize = 38_000;
        const RESIDENCES: usize = 428_500;
        let folder = std::path::PathBuf::from(std::env::var_os("ATLAS_SEARCH").expect("ATLAS_SEARCH names a folder"));
        let mut draw = Draw(20_261_126);
        let words: Vec<String> = (0..14_000).map(|_| draw.word()).collect();
        let known = [
            "de la République",
            "Jean Jaurès",
            "du Général de Gaulle",
            "Victor Hugo",
            "de la Mairie",
            "des Lilas",
            "Pasteur",
            "du 8 Mai 1945",
            "de l’Église",
            "Saint Denis",
            "Saint Jean",
            "Notre Dame",
            "des Peupliers",
        ];
        let streets: Vec<String> = known
            .iter()
            .map(|s| (*s).to_owned())
            .chain((0..40_000).map(|i| {
                let join = ["", "de ", "du ", "des ", "de la ", "Saint ", "Jean ", "Pierre "][i % 8];
                let more = if i % 3 == 0 {
                    format!(" {}", words[draw.common(words.len())])
                } else {
                    String::new()
                };
                format!("{join}{}{more}", words[draw.common(words.len())])
            }))
            .collect();
        let kinds = [
            "rue",
            "rue",
            "rue",
            "avenue",
            "allée",
            "place",
            "boulevard",
            "impasse",
            "chemin",
            "square",
        ];
        let communes: Vec<(String, String)> = (0..COMMUNES)
            .map(|i| {
                let mut name = words[draw.below(words.len())].clone();
                match i % 7 {
                    0 => name = format!("Saint-{name}"),
                    1 => name = format!("{name}-sur-{}", words[draw.below(words.len())]),
                    2 => name = format!("La {name}"),
                    _ => {}
                }
                (format!("{:05}", 1_000 + i * 8), name)
            })
            .collect();
        let mut owned: Vec<(Scale, String, String, String, usize, String)> = Vec::new();
        for (i, (code, name)) in communes.iter().enumerate() {
            owned.push((
                Scale::Commune,
                code.clone(),
                name.clone(),
                String::new(),
                i,
                String::new(),
            ));
        }
        let mut homes: Vec<usize> = (0..1_500).map(|_| draw.common(COMMUNES)).collect();
        homes.sort_unstable();
        for (i, home) in homes.iter().enumerate() {
            owned.push((
                Scale::Qpv,
                format!("QN{i:05}M"),
                format!("Les {}", words[draw.below(words.len())]),
                String::new(),
                *home,
                String::new(),
            ));
        }
        let mut homes: Vec<usize> = (0..IRIS).map(|_| draw.common(COMMUNES)).collect();
        homes.sort_unstable();
        for (i, home) in homes.iter().enumerate() {
            let name = if i % 4 == 0 {
                "Centre".to_owned()
            } else {
                words[draw.common(words.len())].clone()
            };
            owned.push((
                Scale::Iris,
                format!("{}{:04}", communes[*home].0, i % 10_000),
                name,
                String::new(),
                *home,
                String::new(),
            ));
        }
        let mut homes: Vec<usize> = (0..RESIDENCES).map(|_| draw.common(COMMUNES)).collect();
        homes.sort_unstable();
        for (i, home) in homes.iter().enumerate() {
            let first = 1 + draw.below(120);
            let number = if i % 3 == 0 {
                format!("{first} à {}", first + 2 * (1 + draw.below(6)))
            } else {
                first.to_string()
            };
            let address = format!(
                "{number}, {} {}, {}",
                kinds[draw.below(10)],
                streets[draw.common(streets.len())],
                communes[*home].1
            );
            let name = match i % 3 {
                0 => format!("Résidence {}", streets[draw.common(streets.len())]),
                1 => format!("Les {}", words[draw.common(words.len())]),
                _ => address.split(',').take(2).collect::<String>(),
            };
            let landlord = format!("{} Habitat", words[draw.common(400)]);
            owned.push((Scale::Residence, format!("R-{i:06}"), name, address, *home, landlord));
        }
        let records: Vec<Record<'_>> = owned
            .iter()
            .map(|(scale, code, name, address, home, landlord)| Record {
                scale: *scale,
                code,
                name,
                address,
                parent: if *scale == Scale::Commune {
                    ""
                } else {
                    &communes[*home].1
                },
                landlord,
                around: Vec::new(),
            })
            .collect();
        assert_eq!(records.len(), 480_000);
        let labels = Labels {
            scales: ["Métropole", "Commune", "IRIS", "QPV", "Résidence"]
                .map(|l| [l.to_owned(), format!("{l}s")])
                .to_vec(),
        };
        for (path, text) in write(&records, &labels) {
            let path = folder.join(path.trim_start_matches("recherche/"));
            crate::fs::write(&path, text.as_bytes()).expect("a folder that can be written");
        }
    }
}
