//! Words of a name: folded, cut, abbreviations written in full. The browser does the same with the same tables.

use crate::format::fold;

/// Abbreviations of addresses and names, and what they stand for: one word or several.
pub const ABBREVIATIONS: [(&str, &str); 77] = [
    ("all", "allee"),
    ("appt", "appartement"),
    ("av", "avenue"),
    ("ave", "avenue"),
    ("bat", "batiment"),
    ("bd", "boulevard"),
    ("bld", "boulevard"),
    ("blvd", "boulevard"),
    ("boul", "boulevard"),
    ("bvd", "boulevard"),
    ("car", "carrefour"),
    ("cdt", "commandant"),
    ("ch", "chemin"),
    ("che", "chemin"),
    ("chem", "chemin"),
    ("cial", "commercial"),
    ("col", "colonel"),
    ("cpt", "capitaine"),
    ("crs", "cours"),
    ("ctre", "centre"),
    ("dom", "domaine"),
    ("dr", "docteur"),
    ("esc", "escalier"),
    ("esp", "esplanade"),
    ("faub", "faubourg"),
    ("fbg", "faubourg"),
    ("fg", "faubourg"),
    ("gal", "general"),
    ("gd", "grand"),
    ("gde", "grande"),
    ("gdes", "grandes"),
    ("gds", "grands"),
    ("gen", "general"),
    ("gpe", "groupe"),
    ("ham", "hameau"),
    ("imm", "immeuble"),
    ("imp", "impasse"),
    ("ld", "lieu dit"),
    ("lieudit", "lieu dit"),
    ("lot", "lotissement"),
    ("lt", "lieutenant"),
    ("mal", "marechal"),
    ("mar", "marechal"),
    ("mgr", "monseigneur"),
    ("mte", "montee"),
    ("nd", "notre dame"),
    ("pass", "passage"),
    ("pdt", "president"),
    ("pl", "place"),
    ("pr", "professeur"),
    ("prof", "professeur"),
    ("prom", "promenade"),
    ("pt", "petit"),
    ("qrt", "quartier"),
    ("qt", "quartier"),
    ("qu", "quai"),
    ("quart", "quartier"),
    ("r", "rue"),
    ("res", "residence"),
    ("resid", "residence"),
    ("rle", "ruelle"),
    ("rpt", "rond point"),
    ("rte", "route"),
    ("sent", "sentier"),
    ("sq", "square"),
    ("ss", "sous"),
    ("st", "saint"),
    ("ste", "sainte"),
    ("stes", "saintes"),
    ("sts", "saints"),
    ("vla", "villa"),
    ("vlle", "ville"),
    ("vx", "vieux"),
    ("za", "zone"),
    ("zac", "zone amenagement concerte"),
    ("zi", "zone industrielle"),
    ("zup", "zone urbaniser priorite"),
];

/// Words that lead nowhere; « s » is what is left of « s/ ».
pub const STOP: [&str; 15] = [
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "s", "sur",
];

/// Kinds of street: two streets of one name are told apart by them.
pub(super) const STREETS: [&str; 26] = [
    "allee",
    "avenue",
    "boulevard",
    "carrefour",
    "chaussee",
    "chemin",
    "cite",
    "clos",
    "cour",
    "cours",
    "esplanade",
    "faubourg",
    "impasse",
    "mail",
    "montee",
    "passage",
    "place",
    "promenade",
    "quai",
    "route",
    "rue",
    "ruelle",
    "sente",
    "sentier",
    "square",
    "villa",
];

/// Ranks as names write them, from 1: « Les Verriers II » is also « Les Verriers 2 ».
pub(super) const ROMAN: [&str; 10] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];

/// The same rank in the other figures: `ii` for `2`, `2` for `ii`.
pub(super) fn other_figures(word: &str) -> Option<String> {
    match word.parse::<usize>() {
        Ok(n) => ROMAN.get(n.wrapping_sub(1)).map(|r| (*r).to_owned()),
        Err(_) => ROMAN.iter().position(|r| *r == word).map(|i| (i + 1).to_string()),
    }
}

/// Cuts a folded text at what is neither a letter nor a digit. Initials are one word: « P.L.M. » is `plm`, « N.-D. » `nd`.
fn pieces(folded: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    // What stands between the last word and the next; whether the last word is made of initials.
    let mut between = String::new();
    let mut initials = false;
    let mut rest = folded;
    while !rest.is_empty() {
        let ends = |alphanumeric: bool| {
            rest.find(|c: char| c.is_alphanumeric() != alphanumeric)
                .unwrap_or(rest.len())
        };
        let gap = ends(false);
        if gap > 0 {
            rest[..gap].clone_into(&mut between);
            rest = &rest[gap..];
            continue;
        }
        let (piece, after) = rest.split_at(ends(true));
        let one = piece.chars().count() == 1 && piece.chars().all(char::is_alphabetic);
        match out.last_mut() {
            Some(last) if one && initials && [".", ".-"].contains(&between.as_str()) => last.push_str(piece),
            _ => out.push(piece.to_owned()),
        }
        initials = one;
        rest = after;
    }
    out
}

/// Cuts a text into words: no accents, lower case, letters and digits only, abbreviations in full, small words left out.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let pieces = pieces(&folded);
    let mut pieces = pieces.iter().map(String::as_str).peekable();
    let mut out = Vec::new();
    while let Some(piece) = pieces.next() {
        // « N D » is « Notre-Dame », as « N.-D. ».
        let piece = if piece == "n" && pieces.next_if_eq(&"d").is_some() {
            "nd"
        } else {
            piece
        };
        if STOP.contains(&piece) {
            continue;
        }
        let long = ABBREVIATIONS
            .binary_search_by(|(short, _)| (*short).cmp(piece))
            .map_or(piece, |i| ABBREVIATIONS[i].1);
        out.extend(long.split(' ').map(str::to_owned));
    }
    out
}

/// Numbers that an address covers: those written, and those inside « 92 à 100 », of one side of the street when both
/// ends are.
pub(super) fn numbers(address: &str) -> Vec<u32> {
    /// Numbers that a range may hold; beyond, it is not one.
    const WIDEST: u32 = 120;
    let folded = fold(address);
    let pieces: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    // More than four digits is a postcode.
    let number = |w: &str| {
        let digits = w.trim_end_matches(char::is_alphabetic);
        let after = &w[digits.len()..];
        let repeated = after.len() < 2 || ["bis", "ter", "quater"].contains(&after);
        (digits.len() <= 4 && repeated)
            .then(|| digits.parse::<u32>().ok())
            .flatten()
    };
    let mut out = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        let Some(first) = number(piece) else { continue };
        out.push(first);
        // « 92 à 100 », « 92-100 », « 92/100 ».
        let last = match pieces.get(i + 1) {
            Some(&"a" | &"au") => pieces.get(i + 2),
            next => next,
        };
        if let Some(last) = last
            .and_then(|w| number(w))
            .filter(|n| *n > first && n - first <= WIDEST)
        {
            let step = if (last - first) % 2 == 0 { 2 } else { 1 };
            out.extend((first..last).step_by(step).skip(1));
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(ABBREVIATIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(STOP.is_sorted());
        assert!(STREETS.is_sorted());
        // What stands for something is not itself an abbreviation, and every street is a whole word.
        for word in ABBREVIATIONS.iter().flat_map(|a| a.1.split(' ')).chain(STREETS) {
            assert_eq!(words(word), [word]);
        }
    }

    #[test]
    fn cuts_and_unfolds() {
        assert_eq!(words("12, av. du Gal-Foy"), ["12", "avenue", "general", "foy"]);
        assert_eq!(words("Rés. St-Œuf"), ["residence", "saint", "oeuf"]);
        assert_eq!(words("L’Haÿ-les-Roses"), ["hay", "roses"]);
        assert_eq!(
            words("Gde r. N.-D. s/ Vx-Port"),
            ["grande", "rue", "notre", "dame", "vieux", "port"]
        );
        assert_eq!(words("ham. ss Bois, lieu-dit"), words("hameau sous bois, ld"));
        // « Les Prés » are meadows.
        assert_eq!(words("av. des Prés"), ["avenue", "pres"]);
        assert_eq!(words("P.L.M. Est"), ["plm", "est"]);
        assert_eq!(words("Plants-I.U.F.M., n d"), ["plants", "iufm", "notre", "dame"]);
        assert_eq!(
            words("Allée P.Brossolette, bât. A-B"),
            ["allee", "p", "brossolette", "batiment", "b"]
        );
    }

    #[test]
    fn ranks_have_two_figures() {
        assert_eq!(other_figures("ii").as_deref(), Some("2"));
        assert_eq!(other_figures("10").as_deref(), Some("x"));
        assert_eq!(other_figures("0"), None);
        assert_eq!(other_figures("mix"), None);
    }

    #[test]
    fn ranges_cover_their_numbers() {
        assert_eq!(numbers("92 à 100, rue du Lin"), [92, 94, 96, 98, 100]);
        assert_eq!(numbers("1-4 rue du 8 Mai 1945"), [1, 2, 3, 4, 8, 1945]);
        assert_eq!(numbers("12bis rue X, 95000 Cergy"), [12]);
        assert_eq!(numbers("12b rue du 1er Mai"), [12]);
        assert_eq!(numbers("2 à 1998 rue X"), [2, 1998]);
    }
}
