//! Words → places, cut into small files.

use std::collections::BTreeMap;

use crate::model::{Scale, Site, Tid};

use super::words::{ABBREVIATIONS, STOP, words};
use crate::render::browser::json::{integer, integers, key, list, text, texts};

/// Places that a word may lead to; beyond, it says nothing (« rue »).
const COMMON: usize = 20_000;

/// Bytes of a shard, about.
const SHARD: usize = 24_000;

/// Records of a file.
const RECORDS: usize = 200;

/// Makes the files of the search index, by path under `donnees/`.
pub(in crate::render::browser) fn files(site: &Site) -> Vec<(String, String)> {
    let order = order(site);
    let mut out = records(site, &order);
    let mut postings: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (record, &tid) in (0u32..).zip(&order) {
        for (word, in_name) in words_of(site, tid) {
            let list = postings.entry(word).or_default();
            match list.last_mut() {
                // The same word in the name and elsewhere: the name is kept.
                Some(last) if *last / 2 == record => *last |= u32::from(in_name),
                _ => list.push(2 * record + u32::from(in_name)),
            }
        }
    }
    let mut common = Vec::new();
    let mut firsts: Vec<String> = Vec::new();
    let mut shard: Vec<(&str, &[u32])> = Vec::new();
    let mut size = 0;
    let mut starts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut ends: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let close = |shard: &mut Vec<(&str, &[u32])>, firsts: &mut Vec<String>, out: &mut Vec<(String, String)>| {
        if let Some((first, _)) = shard.first() {
            out.push((format!("recherche/m-{}.json", firsts.len()), write(shard)));
            firsts.push((*first).to_owned());
            shard.clear();
        }
    };
    for (word, places) in &postings {
        if word.chars().all(char::is_alphabetic) && word.chars().count() >= 4 {
            starts.entry(edge(word.chars())).or_default().push(word);
            ends.entry(edge(word.chars().rev())).or_default().push(word);
        }
        if places.len() > COMMON {
            common.push(word.as_str());
            continue;
        }
        // A step takes three bytes or so.
        let more = word.len() + 4 + places.len() * 3;
        if size + more > SHARD {
            close(&mut shard, &mut firsts, &mut out);
            size = 0;
        }
        size += more;
        shard.push((word, places));
    }
    close(&mut shard, &mut firsts, &mut out);
    for (prefix, vocabularies) in [("d", starts), ("f", ends)] {
        for (letters, list) in vocabularies {
            let mut file = String::new();
            super::super::json::list(&mut file, list, text);
            out.push((format!("recherche/{prefix}-{letters}.json"), file));
        }
    }
    let mut index = String::from("{");
    integers(&mut index, "size", [i64::try_from(order.len()).unwrap_or(i64::MAX)]);
    integers(&mut index, "records", [i64::try_from(RECORDS).unwrap_or(0)]);
    texts(&mut index, "first", firsts.iter().map(String::as_str));
    texts(&mut index, "common", common);
    texts(&mut index, "stop", STOP);
    texts(&mut index, "short", ABBREVIATIONS.iter().map(|a| a.0));
    texts(&mut index, "long", ABBREVIATIONS.iter().map(|a| a.1));
    texts(&mut index, "scales", Scale::ALL.iter().map(|s| s.key()));
    texts(
        &mut index,
        "labels",
        Scale::ALL.iter().map(|s| site.config.scale_label(*s)),
    );
    texts(&mut index, "segments", Scale::ALL.iter().map(|s| s.segment()));
    index.push('}');
    out.push(("recherche/index.json".to_owned(), index));
    out
}

/// The two letters that a vocabulary file is named after; those outside a–z and 0–9 are written `_`.
fn edge(letters: impl Iterator<Item = char>) -> String {
    letters
        .take(2)
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// Territories from the widest scale to the narrowest; QPV before IRIS, which have less telling names.
fn order(site: &Site) -> Vec<Tid> {
    [
        Scale::Metropole,
        Scale::Commune,
        Scale::Qpv,
        Scale::Iris,
        Scale::Residence,
    ]
    .into_iter()
    .flat_map(|s| site.territories.of(s))
    .collect()
}

/// Words that lead to a place, and whether they are in its name.
fn words_of(site: &Site, tid: Tid) -> Vec<(String, bool)> {
    let territories = &site.territories;
    let territory = territories.get(tid);
    let mut all: Vec<(String, bool)> = Vec::new();
    let name = words(&territory.name);
    if territory.scale != Scale::Residence && name.len() > 1 {
        // « Villeneuve » for « Ville-Neuve ».
        all.push((name.concat(), true));
    }
    all.extend(name.into_iter().map(|w| (w, true)));
    let code = territory.code.as_str().to_lowercase();
    all.extend(words(&code).into_iter().map(|w| (w, true)));
    all.push((code.replace(['-', '_'], ""), true));
    let mut outside: Vec<Tid> = Vec::new();
    outside.extend(territory.lineage.commune);
    outside.extend(territory.lineage.qpv);
    if territory.scale == Scale::Qpv {
        outside.extend(territories.communes_of_qpv(tid));
    }
    let around: Vec<String> = outside.iter().flat_map(|p| words(&territories.get(*p).name)).collect();
    // The address of a residence is as telling as its name, but for the commune that ends it.
    let address = territory.address.iter().flat_map(|a| words(a));
    all.extend(
        address
            .map(|w| (around.contains(&w), w))
            .map(|(outside, w)| (w, !outside)),
    );
    all.extend(around.into_iter().map(|w| (w, false)));
    if site.config.landlords.shown {
        all.extend(territory.landlord.iter().flat_map(|l| words(l)).map(|w| (w, false)));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

fn write(shard: &[(&str, &[u32])]) -> String {
    let mut out = String::with_capacity(SHARD * 2);
    out.push('{');
    texts(&mut out, "words", shard.iter().map(|(w, _)| *w));
    key(&mut out, "places");
    list(&mut out, shard, |out, (_, places)| {
        let mut at = 0;
        list(out, places.iter(), |out, place| {
            integer(out, i64::from(*place) - at);
            at = i64::from(*place);
        });
    });
    out.push('}');
    out
}

/// Writes the records, 200 by 200: `[scale, code, name, address, parent, landlord]`, empty ends left out.
fn records(site: &Site, order: &[Tid]) -> Vec<(String, String)> {
    order
        .chunks(RECORDS)
        .enumerate()
        .map(|(i, chunk)| {
            let mut out = String::new();
            list(&mut out, chunk, |out, &tid| {
                let territory = site.territories.get(tid);
                let name = |t: Option<Tid>| t.map_or("", |t| site.territories.get(t).name.as_str());
                let parent = match territory.scale {
                    Scale::Qpv => name(
                        site.territories
                            .communes_of_qpv(tid)
                            .first()
                            .copied()
                            .or(territory.lineage.commune),
                    ),
                    _ => name(territory.lineage.commune),
                };
                let address = territory.address.as_deref().filter(|a| *a != territory.name);
                let landlord = territory.landlord.as_deref().filter(|_| site.config.landlords.shown);
                let mut fields = vec![
                    territory.code.as_str(),
                    &territory.name,
                    address.unwrap_or(""),
                    parent,
                    landlord.unwrap_or(""),
                ];
                while fields.last().is_some_and(|f| f.is_empty()) {
                    fields.pop();
                }
                out.push('[');
                integer(out, i64::try_from(territory.scale.rank()).unwrap_or(0));
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
