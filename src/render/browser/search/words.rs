//! Words of a name: folded, cut, abbreviations written in full. The browser does the same with the same tables.

use crate::format::fold;

/// Abbreviations of addresses and names, and what they stand for.
pub const ABBREVIATIONS: [(&str, &str); 44] = [
    ("all", "allee"),
    ("appt", "appartement"),
    ("av", "avenue"),
    ("ave", "avenue"),
    ("bat", "batiment"),
    ("bd", "boulevard"),
    ("bld", "boulevard"),
    ("blvd", "boulevard"),
    ("boul", "boulevard"),
    ("car", "carrefour"),
    ("cdt", "commandant"),
    ("ch", "chemin"),
    ("che", "chemin"),
    ("chem", "chemin"),
    ("cite", "cite"),
    ("col", "colonel"),
    ("crs", "cours"),
    ("dom", "domaine"),
    ("dr", "docteur"),
    ("esp", "esplanade"),
    ("fbg", "faubourg"),
    ("fg", "faubourg"),
    ("gal", "general"),
    ("gen", "general"),
    ("hlm", "hlm"),
    ("imp", "impasse"),
    ("lot", "lotissement"),
    ("mal", "marechal"),
    ("mar", "marechal"),
    ("pass", "passage"),
    ("pdt", "president"),
    ("pl", "place"),
    ("pr", "professeur"),
    ("qu", "quai"),
    ("r", "rue"),
    ("res", "residence"),
    ("rte", "route"),
    ("sq", "square"),
    ("st", "saint"),
    ("ste", "sainte"),
    ("stes", "saintes"),
    ("sts", "saints"),
    ("vla", "villa"),
    ("za", "zone"),
];

/// Words that lead nowhere.
pub const STOP: [&str; 14] = [
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sur",
];

/// Cuts a text into words: no accents, lower case, letters and digits only, abbreviations in full, small words left out.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty() && !STOP.contains(w))
        .map(|w| {
            ABBREVIATIONS
                .binary_search_by(|(short, _)| (*short).cmp(w))
                .map_or(w, |i| ABBREVIATIONS[i].1)
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(ABBREVIATIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(STOP.is_sorted());
    }

    #[test]
    fn cuts_and_unfolds() {
        assert_eq!(words("12, av. du Gal-Foy"), ["12", "avenue", "general", "foy"]);
        assert_eq!(words("Rés. St-Œuf"), ["residence", "saint", "oeuf"]);
        assert_eq!(words("L’Haÿ-les-Roses"), ["hay", "roses"]);
    }
}
