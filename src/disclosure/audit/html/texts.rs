//! The texts of a page: what is said beside its figures, and of them.

use super::super::allowed;
use super::super::counted::{counted, number_words, small_count, without};
use super::super::drawn::Kind;
use super::super::facts::Said;
use super::super::order::Row;
use super::super::said::{Number, Voice, derived, is_bare, numbered, numbers};
use super::super::scan::decode;
use super::{List, Page, State, is_round, leak};

impl<'a> State<'a> {
    pub(super) fn text(&mut self, text: &'a str, page: &mut Page) {
        // The ends of lines between tags.
        if self.in_script || text.trim_ascii().is_empty() {
            return;
        }
        if let Some(tooltip) = &mut self.tooltip {
            tooltip.push_str(&decode(text));
            return;
        }
        if let Some((_, _, shown)) = &mut self.shown {
            shown.push_str(&decode(text));
        }
        if let (true, 0, 0, Some(row)) = (self.in_cell, self.in_data, self.in_svg, &mut self.row) {
            row.words.push_str(&decode(text));
        }
        if let Some(label) = &mut self.label {
            label.push_str(&decode(text));
        }
        if self.item.1.is_empty() && !self.lists.is_empty() {
            self.item.1 = text.trim();
        }
        if self.in_data == 0 {
            self.words(text, page);
        }
    }

    /// Words outside any figure: their numbers are public, or explained by the figures beside, or told.
    pub(super) fn words(&mut self, text: &str, page: &mut Page) {
        if !allowed::has_digit(text) {
            // « trois logements » is not shorter.
            if text.len() >= 13 && number_words(&decode(text)) {
                page.said.push(decode(text).trim().to_owned());
            }
            return;
        }
        let text = decode(text);
        let text = text.trim();
        if self.in_sample && matches!(text, "0" | "12") {
            return;
        }
        if is_bare(text) {
            self.bare(text, page);
            return;
        }
        if self.voice == Voice::Written
            && let Some(found) = small_count(text)
        {
            page.findings.push(leak(
                self.file,
                format!("nombre en toutes lettres hors d’un chiffre publié : « {found} »"),
                "écrire ce nombre dans un élément <data>, par la porte des chiffres publiés",
            ));
            return;
        }
        if self.in_svg > 0 {
            // Names and vintages; the bar of a scale and the ring of a walk are round.
            let metres = text.strip_suffix("m").map(|t| t.trim_end_matches('k').trim());
            let round = metres.is_some_and(|t| {
                let digits = t.replace('\u{202F}', "");
                digits.trim_end_matches('0').len() == 1 || matches!(t, "0,1" | "0,2" | "0,5")
            });
            if !round && numbered(text) {
                page.said.push(text.to_owned());
            }
            return;
        }
        if !numbered(&without(text, &self.known.labels)) {
            return;
        }
        let told: Vec<Number> = numbers(text).filter(|n| !n.is_plain(text)).collect();
        if told.is_empty() || number_words(text) {
            page.said.push(text.to_owned());
            return;
        }
        self.claims.extend(told.into_iter().map(|n| (n, text.to_owned())));
    }

    /// A number alone: a year, a code, the rank of an item or of a row, the gap of two figures of the row, or a leak.
    pub(super) fn bare(&mut self, text: &str, page: &mut Page) {
        let mut all = numbers(text);
        let Some(first) = all.next() else { return };
        let year = |n: &Number| n.decimals == 0 && (1900.0..=2100.0).contains(&n.value);
        if year(&first) && all.all(|n| year(&n)) || self.known.codes.contains(text) || self.known.names.contains(text) {
            return;
        }
        if self.in_svg > 0 {
            let key = self.drawings.kind == Kind::Map && self.known.ends.contains(text);
            if !key && !self.drawings.label(first.value) {
                self.refuse(page, format!("un dessin porte le nombre « {text} »"));
            }
            return;
        }
        if self.voice == Voice::Written {
            return;
        }
        if let (true, Some(row)) = (self.in_cell, &mut self.row) {
            row.strays.push((first, row.column));
            return;
        }
        let list = self.lists.last().map(|l| l.1);
        // Sizes of the circles of a key: 1, 2 or 5 and zeros.
        if list == Some(List::Key) && numbers(text).all(|n| is_round(n.value)) {
            return;
        }
        // The next parts of a packet, and where else a place is.
        let part = self.link.trim_end_matches('/').rsplit('/').next();
        let link = u32::try_from(self.links).is_ok_and(|n| f64::from(n) == first.value);
        if list.is_some() && (part == Some(text) || link && self.voice == Voice::Packet) {
            return;
        }
        if list == Some(List::Ranked) && self.ranks.last().is_some_and(|r| f64::from(*r) == first.value) {
            return;
        }
        if self.block.is_empty() && self.row.is_none() && self.label.is_none() {
            self.refuse(page, format!("nombre hors d’un chiffre publié : « {text} »"));
            return;
        }
        self.claims.push((first, text.to_owned()));
    }

    /// Numbers of a table outside its figures: ranks of its rows, and gaps between the figures of a row or of two rows.
    pub(super) fn strays(&self, table: &[Row<'_>], page: &mut Page) {
        let mut rank = (0, 0.0);
        for row in table {
            for (number, column) in &row.strays {
                if *column == 1 && number.decimals == 0 {
                    rank.0 += 1;
                    if number.value == f64::from(rank.0) || number.value == rank.1 {
                        rank.1 = number.value;
                        continue;
                    }
                }
                let figures: Vec<f64> = if row.cells.is_empty() {
                    let same = table.iter().flat_map(|r| &r.cells).filter(|c| c.2 == *column);
                    same.filter_map(|c| if let Said::Number(v) = c.1 { Some(v) } else { None })
                        .collect()
                } else {
                    let own = row
                        .cells
                        .iter()
                        .filter_map(|c| if let Said::Number(v) = c.1 { Some(v) } else { None });
                    own.chain(row.goals.iter().copied()).collect()
                };
                if !derived(number, &figures) {
                    page.findings.push(leak(
                        self.file,
                        format!(
                            "nombre hors d’un chiffre publié, dans la ligne « {} » d’un tableau",
                            row.label.trim()
                        ),
                        "écrire ce nombre dans un élément <data>, par la porte des chiffres publiés",
                    ));
                }
            }
        }
    }

    /// A tooltip says the figure of its own mark, or no figure.
    pub(super) fn refuse_pending(&mut self, page: &mut Page) {
        if let Some(found) = self.pending.take() {
            page.findings.push(leak(
                self.file,
                format!("nombre dans une infobulle qui n’est pas celui de son dessin : « {found} »"),
                "une infobulle dit le chiffre publié de son dessin, ou compare en mots",
            ));
        }
    }

    /// An attribute describes in words; its only numbers are those of names, codes and years.
    pub(super) fn check_tooltip(&self, text: &str, page: &mut Page) {
        let words = || (self.voice != Voice::Written && number_words(text)).then(|| text.to_owned());
        if let Some(found) = counted(&without(text, &self.known.labels)).or_else(words) {
            page.findings.push(leak(
                self.file,
                format!("nombre dans une infobulle ou un texte de remplacement : « {found} »"),
                "une infobulle compare en mots ; le chiffre est dans la table",
            ));
        }
    }
}
