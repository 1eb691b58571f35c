//! What the finished files say: one fact per figure and channel, and what disagrees.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::sync::Mutex;

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
#[derive(Debug)]
pub(super) struct Facts {
    shards: Vec<Mutex<HashMap<u64, Stored, BuildHasherDefault<DefaultHasher>>>>,
    conflicts: Mutex<BTreeMap<String, (Said, Said, u32, u32)>>,
}

/// Facts of one file, before they join the others.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    pub(super) facts: Vec<(std::borrow::Cow<'a, str>, Said)>,
}

impl Facts {
    pub(super) fn new() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            conflicts: Mutex::default(),
        }
    }

    /// Adds the facts of a file; a figure said otherwise elsewhere is kept as a conflict.
    pub(super) fn add(&self, batch: Batch<'_>, file: u32) {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let mut by_shard: Vec<Vec<(u64, std::borrow::Cow<'_, str>, Said)>> = vec![Vec::new(); SHARDS];
        for (name, said) in batch.facts {
            let hash = hasher.hash_one(name.as_ref());
            #[expect(clippy::cast_possible_truncation, reason = "a remainder under 64")]
            by_shard[(hash % SHARDS as u64) as usize].push((hash, name, said));
        }
        for (shard, list) in self.shards.iter().zip(by_shard) {
            if list.is_empty() {
                continue;
            }
            let mut shard = shard.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for (hash, name, said) in list {
                match shard.get_mut(&hash) {
                    None => {
                        shard.insert(
                            hash,
                            Stored {
                                name: name.into_owned().into_boxed_str(),
                                said,
                                file,
                            },
                        );
                    }
                    // The first file of the walk, whatever the order in which threads read them.
                    Some(known) if known.said.agrees(said) => known.file = known.file.min(file),
                    Some(known) => {
                        let conflict = (known.said, said, known.file, file);
                        let mut all = self.conflicts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        all.entry(name.into_owned()).or_insert(conflict);
                    }
                }
            }
        }
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
