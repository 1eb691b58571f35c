//! The sheet of paper: what goes to its back, and how tight its rows are.

use super::section::Section;
use crate::model::{Site, Territory, Tid};

/// What a side of an A4 sheet holds between its margins, in millimetres.
const SIDE: f64 = 258.0;

/// Height of a row of a table on paper, in millimetres, from the roomiest setting to the tightest.
const ROW: [f64; 3] = [4.4, 4.05, 3.7];

/// Sends to the back of the sheet the first section that the front cannot hold, and tightens the rows where needed.
///
/// `top` is the height of the head of the fiche in millimetres. Heights are estimates, checked on printed fiches.
pub(super) fn fold(sections: &mut [Section], top: f64) -> &'static str {
    // Notes and source at the end of the last side.
    const END: f64 = 26.0;
    let mut choice = 2;
    let mut turn = sections.len();
    for (density, row) in ROW.iter().enumerate() {
        let mut used = top;
        turn = sections.len();
        for (i, section) in sections.iter().enumerate() {
            used += section.height * row;
            if i > 0 && used > SIDE {
                turn = i;
                break;
            }
        }
        let front = top + sections[..turn].iter().map(|s| s.height * row).sum::<f64>();
        let back = END + sections[turn..].iter().map(|s| s.height * row).sum::<f64>();
        if front <= SIDE && back <= SIDE {
            choice = density;
            break;
        }
    }
    if let Some(section) = sections.get_mut(turn) {
        section.class = "verso";
    }
    ["", " dense", " dense-2"][choice]
}

/// Number of lines that a text takes, `width` characters at most on each; words are cut at spaces and hyphens.
pub(super) fn lines(text: &str, width: usize) -> f64 {
    let (mut lines, mut used) = (1, 0);
    for word in text.split_inclusive([' ', '-']) {
        let long = word.chars().count();
        let seen = word.trim_end().chars().count();
        if used > 0 && used + seen > width {
            lines += 1;
            used = 0;
        }
        used += long;
        lines += used.saturating_sub(1) / width;
        used = if used > width { used % width } else { used };
    }
    f64::from(u32::try_from(lines).unwrap_or(u32::MAX))
}

/// Height of the head of a residence's fiche on paper, in millimetres.
pub(super) fn head_height(site: &Site, territory: &Territory, vintage: &str, keep: &str, goals: usize) -> f64 {
    let name = lines(&territory.name, 28) * 7.6;
    // The identity is set two by two: each row has the height of its longer text.
    let place = |tid: Option<Tid>| {
        tid.map_or(1.0, |t| {
            let place = site.territories.get(t);
            lines(&format!("{} {}", place.name, place.code), 22)
        })
    };
    let lineage = territory.lineage;
    let landlord = territory.landlord.as_ref().filter(|_| site.config.landlords.shown);
    let landlord = landlord.map_or(0.0, |l| lines(l, 22) + lines(&site.config.landlords.legal_basis, 26));
    let identity = place(lineage.commune).max(place(lineage.iris))
        + (place(lineage.qpv) + 1.0).max(landlord)
        + lines(vintage, 22).max(2.0);
    let identity = (identity * 3.3 + 2.0).max(34.0);
    let address = territory.address.as_deref().map_or(0.0, |a| lines(a, 62) * 5.2);
    // Words of the sentences, tags left out.
    let mut words = String::new();
    let mut inside = false;
    let mut sentences = 0.0;
    for c in keep.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            '\n' => {
                sentences += lines(&words, 72) * 4.1 + 1.6;
                words.clear();
            }
            c if !inside => words.push(c),
            _ => {}
        }
    }
    let left = 5.0 + name + address + identity + 7.0 + sentences;
    let right = 80.0;
    let goals = if goals == 0 { 0.0 } else { 12.0 + goals as f64 * 5.2 };
    left.max(right) + goals + 6.0
}
