//! An edition that readers may have kept: what it published stays known.

use std::collections::BTreeSet;
use std::path::Path;

use super::facts::{Fact, Finding, Said};
use crate::format::plural;

/// Indicator and vintage of a figure, from its name `scale:code:indicator[:category]:vintage`.
fn series(name: &str) -> (&str, &str) {
    let mut parts = name.trim_start_matches("base:").split(':').skip(2);
    (parts.next().unwrap_or(""), parts.last().unwrap_or(""))
}

fn number(said: Said) -> Option<f64> {
    match said {
        Said::Number(value) => Some(value),
        Said::Word | Said::State(_) => None,
    }
}

/// Adds to the facts of an edition what an earlier one, whose files start at `first`, published and this one does not.
///
/// Both lists are sorted by name, and the result is. A series of which a figure was corrected is left out: its old
/// figures and its new ones are not about the same dwellings.
pub(super) fn join<'a>(now: &mut Vec<Fact<'a>>, old: Vec<Fact<'a>>, first: u32, folder: &Path) -> Vec<Finding> {
    let mut known: Vec<Fact<'a>> = Vec::new();
    let mut corrected: BTreeSet<(String, String)> = BTreeSet::new();
    let mut ours = now.iter().peekable();
    for (name, said, file) in old {
        let Some(value) = number(said) else { continue };
        while ours.next_if(|f| f.0 < name).is_some() {}
        let same = ours.peek().filter(|f| f.0 == name);
        match same.map(|f| f.1) {
            Some(Said::Number(new)) => {
                if (new - value).abs() > 1e-9 * value.abs().max(1.0) {
                    let (indicator, vintage) = series(name);
                    corrected.insert((indicator.to_owned(), vintage.to_owned()));
                }
            }
            Some(Said::Word) => {}
            Some(Said::State(_)) | None => known.push((name, said, first.saturating_add(file))),
        }
    }
    known.retain(|(name, ..)| {
        let (indicator, vintage) = series(name);
        !corrected.contains(&(indicator.to_owned(), vintage.to_owned()))
    });
    let mut findings = Vec::new();
    let place = folder.to_string_lossy();
    if !corrected.is_empty() {
        let named: Vec<String> = corrected.iter().take(6).map(|(i, v)| format!("{i} {v}")).collect();
        findings.push(warning(
            format!(
                "{} {} depuis {place} ({}…) : pas mises en équations avec l’ancienne édition",
                corrected.len(),
                plural(corrected.len() as u64, "série corrigée", "séries corrigées"),
                named.join(", ")
            ),
            &place,
            "vérifier à la main qu’aucune correction ne porte sur moins de onze logements",
        ));
    }
    let secret: BTreeSet<&str> = now.iter().filter(|f| f.1.is_secret()).map(|f| f.0).collect();
    let told: Vec<&str> = known.iter().map(|f| f.0).filter(|n| secret.contains(n)).collect();
    if !told.is_empty() {
        findings.push(warning(
            format!(
                "{} dans {place} (« {} »…) : ce qui a été publié reste connu",
                match told.len() {
                    1 => "un chiffre masqué ici était publié".to_owned(),
                    n => format!("{n} chiffres masqués ici étaient publiés"),
                },
                told.iter().take(3).copied().collect::<Vec<_>>().join(" », « ")
            ),
            &place,
            "les donner à « prepare » comme déjà publiés : masquer ce qui est connu ne protège rien",
        ));
    }
    // What was published takes the place of what is hidden now.
    let replaced: BTreeSet<&'a str> = known.iter().map(|f| f.0).collect();
    now.retain(|f| !replaced.contains(f.0));
    now.append(&mut known);
    now.sort_by_key(|f| f.0);
    findings
}

fn warning(message: String, folder: &str, remedy: &str) -> Finding {
    Finding {
        error: false,
        kind: "éditions",
        message,
        files: vec![folder.to_owned()],
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>(list: &[(&'a str, Said)]) -> Vec<Fact<'a>> {
        list.iter().map(|(n, s)| (*n, *s, 0)).collect()
    }

    #[test]
    fn what_was_published_stays_known_unless_its_series_was_corrected() {
        let s = Said::state("s");
        let n = Said::Number;
        let mut now = facts(&[
            ("commune:1:parc.logements:2024", s),
            ("commune:1:parc.logements:2025", n(50.0)),
            ("commune:1:parc.vacants:2024", s),
            ("commune:2:parc.vacants:2024", n(8.0)),
        ]);
        let old = facts(&[
            ("commune:1:parc.logements:2023", n(39.0)),
            ("commune:1:parc.logements:2024", n(40.0)),
            ("commune:1:parc.logements:2025", s),
            ("commune:1:parc.vacants:2024", n(3.0)),
            ("commune:2:parc.vacants:2024", n(9.0)),
        ]);
        let told = join(&mut now, old, 10, Path::new("ancien"));
        let names: Vec<(&str, Said, u32)> = now.iter().map(|f| (f.0, f.1, f.2)).collect();
        assert_eq!(
            names,
            [
                ("commune:1:parc.logements:2023", n(39.0), 10),
                ("commune:1:parc.logements:2024", n(40.0), 10),
                ("commune:1:parc.logements:2025", n(50.0), 0),
                ("commune:1:parc.vacants:2024", s, 0),
                ("commune:2:parc.vacants:2024", n(8.0), 0),
            ]
        );
        assert_eq!(told.len(), 2);
        assert!(
            told[0].message.contains("parc.vacants 2024")
                && told[1].message.contains("un chiffre masqué ici était publié")
        );
        assert!(told.iter().all(|f| !f.error));
    }
}
