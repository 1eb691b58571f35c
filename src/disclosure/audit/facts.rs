//! What the finished files say: one fact per figure and channel, and what disagrees.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher as _;
use std::sync::Mutex;

use foldhash::HashMap;
use foldhash::fast::FixedState;

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

#[derive(Debug, Clone)]
struct Stored {
    name: Box<str>,
    said: Said,
    file: u32,
}

const SHARDS: usize = 64;

/// All facts, by figure; filled from all threads at once.
///
/// A figure is known by the 64 bits of its name's hash: its name is kept once, and met again without being compared.
#[derive(Debug)]
pub(super) struct Facts {
    shards: Vec<Mutex<HashMap<u64, Stored>>>,
    conflicts: Mutex<BTreeMap<String, (Said, Said, u32, u32)>>,
}

/// Facts of one file, before they join the others: their names one after the other, and where each one ends.
#[derive(Debug, Default)]
pub(super) struct Batch {
    names: String,
    facts: Vec<(usize, Said)>,
}

impl Batch {
    /// Adds a figure.
    pub(super) fn push(&mut self, name: &str, said: Said) {
        self.names.push_str(name);
        self.facts.push((self.names.len(), said));
    }

    /// Adds the number of dwellings or allocations that a figure is about.
    pub(super) fn push_base(&mut self, name: &str, base: f64) {
        self.names.push_str("base:");
        self.push(name, Said::Number(base));
    }

    /// Number of facts waiting.
    pub(super) fn len(&self) -> usize {
        self.facts.len()
    }

    /// The facts: name and what is said.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Said)> {
        let mut start = 0;
        self.facts.iter().map(move |&(end, said)| {
            let name = &self.names[start..end];
            start = end;
            (name, said)
        })
    }

    fn clear(&mut self) {
        self.names.clear();
        self.facts.clear();
    }
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
        let hasher = FixedState::default();
        let mut by_shard: Vec<Vec<(u64, &str, Said)>> = vec![Vec::new(); SHARDS];
        for (name, said) in batch.iter() {
            let hash = hasher.hash_one(name);
            by_shard[(hash % SHARDS as u64) as usize].push((hash, name, said));
        }
        for (shard, list) in self.shards.iter().zip(by_shard) {
            if list.is_empty() {
                continue;
            }
            let mut shard = shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (hash, name, said) in list {
                match shard.entry(hash) {
                    Entry::Vacant(free) => {
                        free.insert(Stored {
                            name: name.into(),
                            said,
                            file,
                        });
                    }
                    Entry::Occupied(mut known) => {
                        let known = known.get_mut();
                        if known.said.agrees(said) {
                            // The first file of the walk, whatever the order in which threads read them.
                            known.file = known.file.min(file);
                        } else {
                            let conflict = (known.said, said, known.file, file);
                            let mut all = self.conflicts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                            all.entry(name.to_owned()).or_insert(conflict);
                        }
                    }
                }
            }
        }
        batch.clear();
    }

    /// Number of distinct figures.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|s| s.lock().map_or(0, |s| s.len())).sum()
    }

    /// All figures sorted by name, with the file where each was first met.
    pub(super) fn sorted(self) -> Vec<(Box<str>, Said, u32)> {
        let mut all: Vec<_> = self
            .shards
            .into_iter()
            .flat_map(|s| {
                s.into_inner()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .into_values()
            })
            .map(|f| (f.name, f.said, f.file))
            .collect();
        rayon::slice::ParallelSliceMut::par_sort_unstable_by(all.as_mut_slice(), |a, b| a.0.cmp(&b.0));
        all
    }

    /// Figures that two channels say differently.
    ///
    /// `is_word` tells the indicators whose figures are words: written by their key, label or position.
    pub(super) fn conflicts(&self, files: &[String], is_word: impl Fn(&str) -> bool) -> Vec<Finding> {
        let all = self.conflicts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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
