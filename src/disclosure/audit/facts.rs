//! What the finished files say: one fact per figure and channel, and what disagrees.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;
use foldhash::fast::FixedState;
use rayon::prelude::*;

/// What a channel says of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    /// A number.
    Number(f64),
    /// A word of a list.
    Word,
    /// The sign of a state: `s`, `nd`, `so`, `no`, `cp`.
    State([u8; 2]),
}

impl Said {
    /// Reads the sign of a state.
    pub(super) fn state(sign: &str) -> Self {
        let bytes = sign.as_bytes();
        Self::State([bytes.first().copied().unwrap_or(0), bytes.get(1).copied().unwrap_or(0)])
    }

    /// Tells whether the figure is hidden.
    pub(super) fn is_secret(self) -> bool {
        self == Self::State([b's', 0])
    }

    fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
            // A word is written by its key, its label or its position.
            (Self::Word, Self::Number(_)) | (Self::Number(_), Self::Word) => true,
            (a, b) => a == b,
        }
    }

    /// Words for a message; a value is never printed.
    fn words(self) -> &'static str {
        match self {
            Self::Number(_) | Self::Word => "un chiffre",
            Self::State([b's', 0]) => "le secret (s)",
            Self::State(_) => "un autre état",
        }
    }
}

/// Something wrong in the finished files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// Whether it stops the publication.
    pub error: bool,
    /// Kind of leak: `canaux`, `fuite`, `recalcul`, `zone`, `fenetres`…
    pub kind: &'static str,
    /// What was found; for a recomputed figure, the equation in words.
    pub message: String,
    /// Files concerned.
    pub files: Vec<String>,
    /// How to mend it.
    pub remedy: String,
}

/// Head of the name of the number that a figure is about.
pub(super) const BASE: &str = "base:";

/// A figure as the audit keeps it: its name, what is said, the rank of the file where it was first met.
pub(super) type Fact<'a> = (&'a str, Said, u32);

#[derive(Debug, Clone, Copy)]
struct Stored {
    said: Said,
    /// Where its name starts among those of its zone, and its length.
    name: (u32, u32),
    file: u32,
}

const SHARDS: usize = 64;

/// The facts of a zone, their names one after the other.
#[derive(Debug, Default)]
struct Own {
    names: String,
    facts: HashMap<u64, Stored>,
}

impl Own {
    fn name(&self, fact: &Stored) -> &str {
        &self.names[fact.name.0 as usize..][..fact.name.1 as usize]
    }

    /// Its facts sorted by name, those of bases first, and how many of those there are.
    fn sorted(&self) -> (Vec<Fact<'_>>, usize) {
        let fact = |f: &Stored| (self.name(f), f.said, f.file);
        let mut list: Vec<Fact<'_>> = self.facts.values().map(fact).collect();
        list.sort_unstable_by_key(|f| f.0);
        let bases = list.partition_point(|f| f.0.starts_with(BASE));
        (list, bases)
    }
}

/// The zones of a shard, by the hash of their names.
type Shard = HashMap<u64, Own>;

/// All facts, by figure; filled from all threads at once.
///
/// Those of a zone stand together: a page speaks of one zone at length, and finds all of it at hand.
/// A figure is known by the 64 bits of its name's hash: its name is kept once, and met again without being compared.
#[derive(Debug)]
pub(super) struct Facts {
    shards: Vec<Mutex<Shard>>,
    conflicts: Mutex<BTreeMap<String, (Said, Said, u32, u32)>>,
}

/// A fact of a batch: hash of its zone, hash and place of its name, and what is said.
#[derive(Debug)]
struct Waiting {
    zone: u64,
    name: u64,
    place: (usize, usize),
    said: Said,
}

/// Facts of one file, before they join the others: their names one after the other, and where each one ends.
#[derive(Debug, Default)]
pub(super) struct Batch {
    names: String,
    facts: Vec<(usize, Said)>,
    /// Those of each shard when they join the others.
    sorted: Vec<Vec<Waiting>>,
}

impl Batch {
    /// Adds a figure.
    pub(super) fn push(&mut self, name: &str, said: Said) {
        self.names.push_str(name);
        self.facts.push((self.names.len(), said));
    }

    /// Adds the number of dwellings or allocations that a figure is about.
    pub(super) fn push_base(&mut self, name: &str, base: f64) {
        self.names.push_str(BASE);
        self.push(name, Said::Number(base));
    }

    /// Number of facts waiting.
    pub(super) fn len(&self) -> usize {
        self.facts.len()
    }

    /// The facts: name and what is said.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Said)> {
        let mut start = 0;
        self.facts.iter().map(move |&(end, said)| {
            let name = &self.names[start..end];
            start = end;
            (name, said)
        })
    }

    /// Sorts the facts by shard.
    fn sort(&mut self) {
        let hasher = FixedState::default();
        self.sorted.resize_with(SHARDS, Vec::new);
        // A page speaks of one zone at length.
        let mut last = ("", 0);
        let mut start = 0;
        for &(end, said) in &self.facts {
            let name = &self.names[start..end];
            let own = zone(name);
            if own != last.0 {
                last = (own, hasher.hash_one(own));
            }
            self.sorted[(last.1 % SHARDS as u64) as usize].push(Waiting {
                zone: last.1,
                name: hasher.hash_one(name),
                place: (start, end),
                said,
            });
            start = end;
        }
    }

    /// Empties the batch; its room serves again.
    fn clear(&mut self) {
        self.names.clear();
        self.facts.clear();
        self.sorted.iter_mut().for_each(Vec::clear);
    }
}

/// A name of a zone, without the head of bases.
fn any<'a>(facts: &[Fact<'a>]) -> &'a str {
    facts.last().map_or("", |f| f.0.strip_prefix(BASE).unwrap_or(f.0))
}

/// Scale and code at the head of the name of a figure or of its base: `commune:59350`.
fn zone(name: &str) -> &str {
    let name = name.strip_prefix(BASE).unwrap_or(name);
    let mut colons = memchr::memchr_iter(b':', name.as_bytes());
    colons.nth(1).map_or(name, |end| &name[..end])
}

impl Facts {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            conflicts: Mutex::default(),
        }
    }

    /// Adds the facts of a file and empties the batch; a figure said otherwise elsewhere is kept as a conflict.
    pub(super) fn add(&self, batch: &mut Batch, file: u32) {
        batch.sort();
        for (shard, list) in self.shards.iter().zip(&batch.sorted) {
            if list.is_empty() {
                continue;
            }
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            for of_zone in list.chunk_by(|a, b| a.zone == b.zone) {
                let Own { names, facts } = shard.entry(of_zone[0].zone).or_default();
                for waiting in of_zone {
                    let (name, said) = (&batch.names[waiting.place.0..waiting.place.1], waiting.said);
                    match facts.entry(waiting.name) {
                        Entry::Vacant(free) => {
                            // Names of one zone stay far below four gigabytes.
                            let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                            let place = (narrow(names.len()), narrow(name.len()));
                            names.push_str(name);
                            free.insert(Stored {
                                said,
                                name: place,
                                file,
                            });
                        }
                        Entry::Occupied(mut known) => {
                            let known = known.get_mut();
                            if known.said.agrees(said) {
                                // The first file of the walk, whatever the order in which threads read them.
                                known.file = known.file.min(file);
                                // A class says less than the figure.
                                if known.said == Said::Word {
                                    known.said = said;
                                }
                            } else {
                                let conflict = (known.said, said, known.file, file);
                                let mut all = self.conflicts.lock().unwrap_or_else(PoisonError::into_inner);
                                all.entry(name.to_owned()).or_insert(conflict);
                            }
                        }
                    }
                }
            }
        }
        batch.clear();
    }

    /// Number of distinct figures.
    pub(super) fn len(&mut self) -> usize {
        self.shards().flat_map(Shard::values).map(|own| own.facts.len()).sum()
    }

    fn shards(&mut self) -> impl Iterator<Item = &Shard> {
        self.shards
            .iter_mut()
            .map(|s| &*s.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    /// Names of the figures that are hidden and whose base is printed, with the file that prints it.
    pub(super) fn hidden_bases(&self) -> Vec<(String, u32)> {
        let hasher = FixedState::default();
        let mut found: Vec<(String, u32)> = self
            .shards
            .par_iter()
            .flat_map_iter(|shard| {
                let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                let bases_of_hidden = |own: &Own| {
                    let hidden = |name: &str| {
                        let fact = own.facts.get(&hasher.hash_one(name));
                        fact.is_some_and(|f| f.said.is_secret())
                    };
                    let bases = own.facts.values();
                    let bases = bases.filter_map(|f| Some((own.name(f).strip_prefix(BASE)?, f.file)));
                    bases
                        .filter(|(name, _)| hidden(name))
                        .map(|(name, file)| (name.to_owned(), file))
                        .collect::<Vec<_>>()
                };
                shard.values().flat_map(bases_of_hidden).collect::<Vec<_>>()
            })
            .collect();
        found.sort();
        found
    }

    /// All figures in lists sorted by name, with the file where each was first met; those of a zone are in one list.
    pub(super) fn lists(&mut self) -> Vec<Vec<Fact<'_>>> {
        let shards: Vec<&Shard> = self.shards().collect();
        shards
            .into_par_iter()
            .with_max_len(1)
            .map(|shard| {
                let mut zones: Vec<(Vec<Fact<'_>>, usize)> = shard.values().map(Own::sorted).collect();
                // Zones part before their first figure does: any name of each puts it in its place.
                zones.sort_unstable_by(|(a, _), (b, _)| any(a).cmp(any(b)));
                let bases = zones.iter().flat_map(|(facts, bases)| &facts[..*bases]);
                let figures = zones.iter().flat_map(|(facts, bases)| &facts[*bases..]);
                bases.chain(figures).copied().collect::<Vec<_>>()
            })
            .collect()
    }

    /// Figures that two channels say differently.
    ///
    /// `is_word` tells the indicators whose figures are words: written by their key, label or position.
    pub(super) fn conflicts(&self, files: &[String], is_word: impl Fn(&str) -> bool) -> Vec<Finding> {
        let all = self.conflicts.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter()
            .filter(|(name, (a, b, ..))| a.words() != b.words() || !is_word(name))
            .map(|(name, (a, b, first, second))| Finding {
                error: true,
                kind: "canaux",
                message: if a.words() == b.words() {
                    format!("« {name} » : deux valeurs différentes selon le fichier")
                } else {
                    format!("« {name} » : {} ici, {} là", a.words(), b.words())
                },
                files: vec![files[*first as usize].clone(), files[*second as usize].clone()],
                remedy: "un chiffre vient d’un seul enregistrement : chercher ce qui a modifié l’un de ces fichiers"
                    .to_owned(),
            })
            .collect()
    }
}
