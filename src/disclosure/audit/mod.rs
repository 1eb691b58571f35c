//! The attacker's side of a finished site: its bytes are read again, with no help from the generator.
//!
//! - Enters: the folder of a built site; optionally the private report of `prepare`, and editions that readers may have kept.
//! - Leaves: a [`Report`]: what any reader could recompute, with the equation, the files and the remedy.
//! - Stays out: the site's data and settings: only what is served counts.
//!
//! 1. Every HTML page, SVG, workbook and data file is read; each figure becomes a fact; channels must agree.
//! 2. The leak gate: numbers outside admitted figures, drawn hidden rows, sorted hidden rows, hidden sheets.
//! 3. The facts become equations over residences (their commune, IRIS and QPV are read from their own pages) and
//!    [`super::attack`] looks for hidden figures that can be pinned, virtual zones under the threshold, and single
//!    years inside windows.

mod against;
mod allowed;
mod book;
mod categories;
mod counted;
mod deduce;
mod drawn;
mod earlier;
mod envelope;
mod facts;
mod html;
mod json;
mod means;
mod order;
mod parts;
mod plain;
mod relations;
mod said;
mod scan;
mod sums;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use serde::Serialize;

use crate::config::Disclosure;
use crate::diag::{Diagnostic, Result};
use crate::fs;

pub use facts::Finding;
use facts::{Batch, Fact, Facts};

/// Site to audit.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Dossier de l’atlas construit.
    #[arg(default_value = "public", value_name = "DOSSIER")]
    pub dossier: PathBuf,
    /// Rapport privé de « atlas prepare » : cherche aussi les valeurs masquées elles-mêmes, dans tous les octets.
    #[arg(long, value_name = "RAPPORT")]
    pub against: Option<PathBuf>,
    /// Édition antérieure, que des lecteurs ont pu garder : ce qui s’en déduit avec celle-ci ; se répète.
    #[arg(long, value_name = "DOSSIER")]
    pub earlier: Vec<PathBuf>,
}

/// What the audit proves, and what it does not.
pub const LIMITS: [&str; 14] = [
    "Les effectifs, ceux des moyennes compris, et les numérateurs des parts publiées sont mis en équations par indicateur, catégorie et millésime ; les indices sont masqués aux mêmes lieux et ne sont pas mis en équations.",
    "Un total et ses catégories, une partie et l’effectif qui la divise, deux effectifs égaux ou dont l’un est la somme de deux autres se disent l’un à l’autre ce qu’ils savent de chaque lieu, de lieu en lieu par encadrement, quatre fois au plus ; ils ne sont pas résolus en un seul système. L’effectif par lequel une part divise, s’il n’est pas publié pour lui-même (logements proposés), est tenu entre ceux dont il est une partie et ses propres parties, et n’est une fuite que sous le seuil ; il n’est pas mis en somme avec deux autres : imprimé à côté d’un loyer ou d’une mobilité, il peut serrer de près une vacance masquée.",
    "Une relation entre effectifs que le dictionnaire ne dit pas est crue quand elle se vérifie dans trente lieux d’une même échelle ; de dix à vingt-neuf, ce qu’elle donne est un avertissement ; contredite par ce qui est démontré d’un lieu, elle est écartée.",
    "Le total d’une moyenne (moyenne fois effectif) est encadré de proche en proche, en ôtant les territoires les uns des autres ; une moyenne pondérée autrement que par son effectif ne s’additionne pas et n’est contrôlée que par lui.",
    "Les zones que nul n’imprime sont cherchées jusqu’à quatre morceaux réunis.",
    "Un zéro certain (aucun logement de la catégorie dans la commune) est un avertissement, non une erreur.",
    "Le lecteur est supposé ne rien savoir d’autre que l’atlas : ni la taille des résidences, ni les fichiers de son employeur.",
    "Les éditions antérieures ne comptent que si l’administrateur les donne au contrôle (option « --earlier ») ; une série corrigée de l’une à l’autre n’est pas mise en équations avec l’ancienne.",
    "Deux millésimes ne sont pas soustraits l’un de l’autre : un total de commune ou d’IRIS qui change de moins de onze logements, quand rien d’autre n’y a changé, dit la taille d’une résidence neuve ou disparue ; un taux de cadrage (part des logements HLM) n’est pas rapproché des logements masqués.",
    "La taille en octets d’un fichier n’est pas contrôlée, ni les images.",
    "Les textes des pages écrites à la main (méthode, formation, accueil) ne sont contrôlés que pour les effectifs de 1 à 10 ; sur les autres pages, une phrase chiffrée dite de trois lieux au moins passe pour une phrase du gabarit, et un nombre de 1900 à 2100 pour une année.",
    "Un nombre de lieux (résidences, communes) n’est comparé qu’au total du site ; une ligne de deux points, ou seule de son échelle, n’est comparée qu’aux autres dessins de la page.",
    "Les clés des cartes, les graisses et les couleurs des dessins, la largeur des colonnes des classeurs et l’ordre de listes sans chiffres ne sont pas contrôlés.",
    "Les contours et les places des lieux sont publics : leurs coordonnées ne sont pas contrôlées.",
];

/// Outcome of an audit.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Whether nothing stops the publication.
    pub safe: bool,
    /// Files read.
    pub files: usize,
    /// Distinct figures found.
    pub figures: usize,
    /// Systems of equations solved.
    pub systems: usize,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
    /// What the audit does not prove.
    pub limits: Vec<String>,
}

/// Findings told in words, of each kind; the others are counted.
const MOST: usize = 50;

impl Report {
    /// Errors as diagnostics.
    pub fn diagnostics(&self) -> crate::diag::Diagnostics {
        let mut all: Vec<Diagnostic> = self
            .findings
            .iter()
            .filter(|f| f.error)
            .take(MOST)
            .map(|f| {
                let d = Diagnostic::error(f.message.clone()).hint(f.remedy.clone());
                match f.files.first() {
                    Some(file) => d.at(file),
                    None => d,
                }
            })
            .collect();
        let more = self.findings.iter().filter(|f| f.error).count().saturating_sub(MOST);
        if more > 0 {
            all.push(
                Diagnostic::error(format!("et {more} autres fuites"))
                    .hint("« atlas audit --format json » les donne toutes"),
            );
        }
        all.into_iter().collect()
    }

    /// The report in words: the first findings of each kind, and the number of the others.
    pub fn text(&self) -> String {
        let n = |v: usize| crate::format::integer(v as u64);
        let errors = self.findings.iter().filter(|f| f.error).count();
        let mut out = vec![format!(
            "{} fichiers lus, {} chiffres, {} systèmes d’équations résolus : {}",
            n(self.files),
            n(self.figures),
            n(self.systems),
            if self.safe {
                "aucun chiffre masqué ne se recalcule".to_owned()
            } else {
                format!("{} fuites", n(errors))
            }
        )];
        let mut told: BTreeMap<(bool, &str), usize> = BTreeMap::new();
        for finding in &self.findings {
            let told = told.entry((finding.error, finding.kind)).or_default();
            *told += 1;
            if *told > MOST {
                continue;
            }
            let word = if finding.error { "erreur" } else { "avertissement" };
            out.push(format!(
                "{word} : {}\n  fichiers : {}\n  aide : {}",
                finding.message,
                finding.files.join(", "),
                finding.remedy
            ));
        }
        for ((error, kind), told) in told.into_iter().filter(|(_, told)| *told > MOST) {
            let word = if error { "erreurs" } else { "avertissements" };
            out.push(format!(
                "et {} autres {word} de la même sorte (« {kind} ») : « --format json » donne tout",
                n(told - MOST)
            ));
        }
        out.push("Limites de ce contrôle :".to_owned());
        out.extend(self.limits.iter().map(|l| format!("  - {l}")));
        out.join("\n")
    }
}

/// What one file gives besides facts.
#[derive(Default)]
struct Gathered {
    findings: Vec<Finding>,
    lineages: sums::Lineages,
    dictionary: BTreeMap<String, book::Described>,
    said: said::Said,
    /// Goals: the number of each, and the file where it was met first.
    goals: BTreeMap<String, (f64, u32)>,
    /// Files that print a goal otherwise than another.
    unlike_goals: Vec<u32>,
}

impl Gathered {
    fn join(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.lineages.extend(other.lineages);
        for (id, described) in other.dictionary {
            self.dictionary.entry(id).or_insert(described);
        }
        self.said.join(other.said);
        self.unlike_goals.extend(other.unlike_goals);
        for (name, (number, file)) in other.goals {
            self.goal(name, number, file);
        }
    }

    /// A goal has one number, wherever it is printed.
    fn goal(&mut self, name: String, number: f64, file: u32) {
        let known = *self.goals.entry(name).or_insert((number, file));
        if known.0 != number {
            self.unlike_goals.push(known.1.max(file));
        }
    }
}

/// What the files of a folder say.
struct Folder {
    paths: Vec<PathBuf>,
    /// Their names in the folder.
    files: Vec<String>,
    gathered: Gathered,
    facts: Facts,
}

/// Reads all the files of a built site.
fn read(dir: &Path) -> Result<Folder> {
    let paths = fs::walk(dir)?;
    if !dir.join("index.html").is_file() {
        return Err(Diagnostic::error("ce dossier n’est pas un atlas construit")
            .at(dir)
            .hint("lancer « atlas build » d’abord")
            .into());
    }
    let files: Vec<String> = paths
        .iter()
        .map(|p| p.strip_prefix(dir).unwrap_or(p).to_string_lossy().into_owned())
        .collect();
    let manifest = dir.join("donnees/atlas.json");
    let manifest = if manifest.is_file() {
        fs::read_text(&manifest)?.text
    } else {
        String::new()
    };
    let (places, names) = places(dir, &files)?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (file, codes) in &places {
        let scale = file.trim_start_matches("lieux/").split(['-', '.']).next().unwrap_or("");
        *counts.entry(scale.to_owned()).or_default() += codes.len();
    }
    let reader = Reader {
        scales: json::scale_labels(&manifest),
        known: html::Known {
            labels: json::number_labels(&manifest),
            classes: json::class_labels(&manifest),
            small_base: json::small_base(&manifest),
            ends: places
                .values()
                .flatten()
                .flat_map(|c| [2, 3, 4].map(|n| c.get(c.len().saturating_sub(n)..).unwrap_or("").to_owned()))
                .collect(),
            codes: places.values().flatten().cloned().collect(),
            names,
            counts,
        },
        places,
        facts: Facts::new(),
        memory: book::Memory::default(),
        pages: parts::Memory::new(),
    };
    let mut gathered = reader.read_all(&paths, &files)?;
    let mut known = reader.known;
    known.labels.extend(book::number_labels(&gathered.dictionary));
    known
        .labels
        .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let goals: Vec<f64> = gathered.goals.values().map(|goal| goal.0).collect();
    let told = gathered.said.tell(&files, &known, &goals);
    gathered.findings.extend(told);
    for (file, message) in plain::scripts(dir, &files)? {
        gathered.findings.push(Finding {
            error: true,
            kind: "fuite",
            message,
            files: vec![file],
            remedy: "reconstruire l’atlas : rien d’autre que ses propres fichiers n’y est servi".to_owned(),
        });
    }
    for file in gathered.unlike_goals.drain(..) {
        gathered.findings.push(Finding {
            error: true,
            kind: "fuite",
            message: "un objectif porte un autre nombre qu’ailleurs".to_owned(),
            files: vec![files[file as usize].clone()],
            remedy: "reconstruire l’atlas : un objectif vient d’un seul réglage".to_owned(),
        });
    }
    Ok(Folder {
        paths,
        files,
        gathered,
        facts: reader.facts,
    })
}

/// Audits a built site; `earlier` are editions that readers may have kept.
///
/// # Errors
/// A folder that is not a built site. Leaks are not errors of the audit: they are in its report.
pub fn audit(dir: &Path, numbers: Disclosure, against: Option<&Path>, earlier: &[PathBuf]) -> Result<Report> {
    let Folder {
        paths,
        mut files,
        gathered:
            Gathered {
                mut findings,
                mut lineages,
                dictionary,
                ..
            },
        mut facts,
    } = read(dir)?;
    let is_word = |name: &str| {
        let described = name
            .trim_start_matches("base:")
            .split(':')
            .nth(2)
            .and_then(|id| dictionary.get(id));
        described.is_some_and(|d| matches!(d.kind.as_str(), "classe" | "mot"))
    };
    findings.extend(facts.conflicts(&files, is_word));
    findings.extend(facts.hidden_bases().into_iter().map(|(name, file)| Finding {
        error: true,
        kind: "fuite",
        message: format!("« {name} » est secret et son effectif est imprimé"),
        files: vec![files[file as usize].clone()],
        remedy: "l’effectif d’un chiffre secret est masqué".to_owned(),
    }));
    let figures = facts.len();
    let count = files.len();
    let mut editions = Vec::new();
    for folder in earlier {
        let old = read(folder)?;
        for (id, lineage) in old.gathered.lineages {
            lineages.entry(id).or_insert(lineage);
        }
        let first = u32::try_from(files.len()).unwrap_or(u32::MAX);
        files.extend(old.files.iter().map(|f| folder.join(f).to_string_lossy().into_owned()));
        editions.push((old.facts, first, folder));
    }
    let mut lists = facts.lists();
    for (old, first, folder) in &mut editions {
        let mut now = whole(lists);
        findings.extend(earlier::join(&mut now, whole(old.lists()), *first, folder));
        lists = vec![now];
    }
    let limits = deduce::Limits {
        min_width: i128::from(numbers.min_width),
        warn_width: i128::from(numbers.warn_width),
        virtual_zone: i128::from(numbers.virtual_zone),
        percent: i128::from(numbers.p_percent),
    };
    let (deduced, systems) = deduce::deduce(&lists, &files, &dictionary, &lineages, limits);
    findings.extend(deduced);
    if let Some(report) = against {
        findings.extend(against::search(dir, &paths, &files[..count], report, &lists)?);
    }
    findings.sort_by(|a, b| b.error.cmp(&a.error).then_with(|| a.cmp(b)));
    findings.dedup();
    drop(lists);
    // Hundreds of megabytes, which nothing waits for.
    rayon::spawn(move || drop(facts));
    Ok(Report {
        safe: !findings.iter().any(|f| f.error),
        files: count,
        figures,
        systems,
        findings,
        limits: LIMITS.map(str::to_owned).to_vec(),
    })
}

/// Lists of facts as one, sorted by name.
fn whole(lists: Vec<Vec<Fact<'_>>>) -> Vec<Fact<'_>> {
    let mut all = lists.concat();
    all.sort_unstable_by_key(|f| f.0);
    all
}

/// Codes of each file of places, by its path under `donnees/`.
type Places = BTreeMap<String, Vec<String>>;

/// Codes of the places, and all their names and addresses.
fn places(dir: &Path, files: &[String]) -> Result<(Places, HashSet<String>)> {
    let (mut all, mut names) = (BTreeMap::new(), HashSet::new());
    for file in files.iter().filter(|f| f.starts_with("donnees/lieux/")) {
        let text = fs::read_text(&dir.join(file))?.text;
        all.insert(
            file.trim_start_matches("donnees/").to_owned(),
            json::places(&text, file).0,
        );
        json::names(&text, &mut names);
    }
    for file in files.iter().filter(|f| f.starts_with("donnees/equipements/")) {
        json::names(&fs::read_text(&dir.join(file))?.text, &mut names);
    }
    Ok((all, names))
}

/// Room that a thread uses again for each of its files: fresh memory would be cleared a gigabyte over.
#[derive(Default)]
struct Room {
    batch: Batch,
    /// What is inflated of a sheet and waits to be read.
    sheet: Vec<u8>,
}

/// What is known of the site before its files are read, and what they give.
struct Reader {
    /// Key of a scale by its label.
    scales: BTreeMap<String, String>,
    /// What pages are read with.
    known: html::Known,
    /// Codes of each file of places.
    places: BTreeMap<String, Vec<String>>,
    facts: Facts,
    memory: book::Memory,
    pages: parts::Memory,
}

impl Reader {
    /// Reads all files: packets after the fiches that they repeat.
    fn read_all(&self, paths: &[PathBuf], files: &[String]) -> Result<Gathered> {
        let sizes: Vec<u64> = crate::diag::collect(paths.par_iter().map(|p| fs::size(p)).collect::<Vec<_>>())?;
        let (packets, others): (Vec<usize>, Vec<usize>) = (0..paths.len()).partition(|i| is_packet(&files[*i]));
        let mut all = Gathered::default();
        for mut ranks in [others, packets] {
            // The longest first, so that no thread is left alone with one at the end.
            ranks.sort_by_key(|i| std::cmp::Reverse(sizes[*i]));
            let next = AtomicUsize::new(0);
            let each = rayon::broadcast(|_| {
                let mut own = Gathered::default();
                let (mut bytes, mut room) = (Vec::new(), Room::default());
                while let Some(&i) = ranks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let rank = u32::try_from(i).unwrap_or(u32::MAX);
                    fs::read_into(&paths[i], &mut bytes)?;
                    own.join(self.one(&bytes, &files[i], rank, &mut room));
                }
                Ok(own)
            });
            for own in crate::diag::collect(each)? {
                all.join(own);
            }
        }
        Ok(all)
    }

    fn one(&self, bytes: &[u8], file: &str, rank: u32, room: &mut Room) -> Gathered {
        let mut out = Gathered::default();
        let spaced = file.replace(['-', '_', '/', '.'], " ");
        if let Some(found) = counted::counted(&spaced) {
            out.findings.push(Finding {
                error: true,
                kind: "fuite",
                message: format!("nombre dans le nom du fichier : « {found} »"),
                files: vec![file.to_owned()],
                remedy: "un nom de fichier ne porte que des noms, des codes et des millésimes".to_owned(),
            });
        }
        let text = || match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        };
        let batch = &mut room.batch;
        if (file.ends_with(".html") || file.ends_with(".svg")) && !file.starts_with("actifs/") {
            let reading = if is_packet(file) {
                parts::Reading::Again
            } else {
                parts::Reading::First
            };
            let mut page = html::read(&text(), file, &self.known, (&self.pages, reading), batch);
            out.findings.extend(page.findings);
            out.said.add(&mut page.said, said::Voice::of(file), rank);
            for (name, number) in page.goals {
                out.goal(name, number, rank);
            }
            let mut parts = file.split('/');
            if let (Some("residences"), Some(id), Some("index.html")) = (parts.next(), parts.next(), parts.next()) {
                out.lineages.insert(id.to_owned(), page.lineage);
            }
        } else if file.ends_with(".xlsx") {
            let mut texts = Vec::new();
            let read = book::read(bytes, (file, rank), self, (&mut out.dictionary, &mut texts), room);
            out.findings.extend(read);
            out.said.add(&mut texts, said::Voice::of(file), rank);
        } else if file.starts_with("donnees/valeurs/") {
            out.findings.extend(json::values(&text(), file, &self.places, batch));
        } else if file.starts_with("donnees/lieux/") {
            out.findings.extend(json::places(&text(), file).1);
        } else if file.starts_with("donnees/recherche/") {
            out.findings.extend(json::search(&text(), file, &self.known.labels));
        } else if is_layer(file) {
            out.findings.extend(json::layer(&text(), file, &self.known.counts));
        } else if let Some(message) = plain::wrong(file, bytes, &self.known.codes) {
            out.findings.push(Finding {
                error: true,
                kind: "fuite",
                message,
                files: vec![file.to_owned()],
                remedy: "reconstruire l’atlas : rien d’autre que ses propres fichiers n’y est servi".to_owned(),
            });
        } else if !known(file) {
            out.findings.push(Finding {
                error: true,
                kind: "fuite",
                message: format!("fichier inattendu « {file} »"),
                files: vec![file.to_owned()],
                remedy: "reconstruire l’atlas : rien d’autre que ses propres fichiers n’y est servi".to_owned(),
            });
        }
        self.facts.add(&mut room.batch, rank);
        out
    }
}

/// Packets repeat fiches; their name is after those of the fiches.
fn is_packet(file: &str) -> bool {
    file.starts_with("seances/")
}

/// Files without figures that the atlas serves.
fn known(file: &str) -> bool {
    file == "robots.txt"
        || file.starts_with("actifs/")
        || (file.starts_with("seances/") && file.ends_with("/marges.css"))
        // Of the producer that the settings name; tiles, which nobody reads as text.
        || file == "donnees/fond.pmtiles"
}

/// Data for the map, without figures.
fn is_layer(file: &str) -> bool {
    let data = file.strip_prefix("donnees/").filter(|f| f.ends_with(".json"));
    data.is_some_and(|f| {
        f == "atlas.json"
            || ["contours/", "equipements/", "carreaux/"]
                .iter()
                .any(|p| f.starts_with(p))
    })
}
