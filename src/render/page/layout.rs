//! What a fiche of each scale is made of, worked out once from `atlas.toml` and the dictionary: no indicator is named here.

use std::collections::BTreeMap;

use super::column::Column;
use super::markup;
use crate::config::FicheBlock;
use crate::disclosure::Published;
use crate::model::{Base, Computed, Iid, Indicator, Kind, Operand, Scale, Site, Vintage};

/// A row of a table: a figure, and the count it comes from.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) column: Column<'a>,
    pub(super) count: Option<Column<'a>>,
    /// Standard deviation over the published figures of the scale; none where it would say little.
    pub(super) spread: Option<f64>,
}

/// How an indicator is shown.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// Categories, one row each under a group head; `stacked` draws a bar of the whole above.
    Group {
        label: String,
        rows: Vec<Row<'a>>,
        stacked: bool,
    },
    /// Energy labels A to G, in a strip.
    Strip { label: String, rows: Vec<Row<'a>> },
    /// Numbers without categories, one row each.
    Rows { rows: Vec<Row<'a>> },
    /// Ordered words, in steps.
    Steps { column: Column<'a> },
    /// A word.
    Word { column: Column<'a> },
    /// Nearest equipment and number within 500 m.
    Equipment {
        nearest: Vec<Column<'a>>,
        within: Vec<Column<'a>>,
        families: Vec<usize>,
    },
}

/// Whose figures a block shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The territory's own.
    Own,
    /// Those of the quartier (IRIS or QPV) of a residence.
    Quartier(Scale),
    /// None: the scale is not open.
    Closed,
}

/// A block of a fiche.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) id: String,
    pub(super) title: String,
    /// Its indicators that the scale shows.
    pub(super) indicators: Vec<Iid>,
    pub(super) summary: &'a str,
    pub(super) mode: Mode,
    /// First count of the block, shown large in its head.
    pub(super) headline: Option<Column<'a>>,
    pub(super) pieces: Vec<Piece<'a>>,
    /// Response rates of its declarative sources.
    pub(super) coverage: Vec<Column<'a>>,
    /// Names of the sources with their vintages, escaped.
    pub(super) sources: String,
    /// Last vintage of the block.
    pub(super) vintage: Option<Vintage>,
    /// Figures followed over the vintages, oldest first.
    pub(super) series: Vec<Vec<Column<'a>>>,
    /// Whether the settings choose what is followed.
    pub(super) followed: bool,
    /// Scales where a closed block may be read.
    pub(super) open_at: Vec<Scale>,
    /// Caveats of its indicators, each with the names of those that it concerns, escaped.
    pub(super) notes: Vec<(Vec<String>, String)>,
}

/// Fiches of a scale.
#[derive(Debug, Default)]
pub(super) struct Layout<'a> {
    pub(super) blocks: Vec<Block<'a>>,
}

impl<'a> Layout<'a> {
    /// First class of the scale, with its words: the fragility of a quartier.
    pub(super) fn class(&self) -> Option<&Column<'a>> {
        self.blocks.iter().flat_map(|b| &b.pieces).find_map(|p| match p {
            Piece::Steps { column } => Some(column),
            _ => None,
        })
    }

    pub(super) fn new(site: &'a Site, published: &'a Published, scale: Scale) -> Self {
        let mut blocks = Vec::new();
        let mut stacked = false;
        if site.config.fiche.is_empty() {
            for theme in &site.config.themes {
                let ids: Vec<Iid> = site.dictionary.of_theme(&theme.id).map(|(iid, _)| iid).collect();
                let b = Builder { site, published, scale };
                blocks.extend(b.block(&theme.id, &theme.label, &theme.id, &ids, None, &mut stacked));
            }
        } else {
            for block in site
                .config
                .fiche
                .iter()
                .filter(|b| b.scales.is_empty() || b.scales.contains(&scale))
            {
                let b = Builder { site, published, scale };
                blocks.extend(b.block(
                    &block.id,
                    &block.title,
                    &block.theme,
                    &indicators(site, block),
                    Some(&block.series),
                    &mut stacked,
                ));
            }
        }
        Self { blocks }
    }

    /// Tells whether an indicator is the response rate of others.
    pub(super) fn is_coverage(&self, iid: Iid) -> bool {
        self.blocks.iter().any(|b| b.coverage.iter().any(|c| c.iid == iid))
    }

    /// Numbers that stand for the territory, in lists and at the head of the fiche.
    pub(super) fn key_rows(&self, most: usize) -> Vec<&Row<'a>> {
        let first = self.blocks.iter().find(|b| b.mode == Mode::Own && b.headline.is_some());
        let rows = first.into_iter().flat_map(|b| &b.pieces).flat_map(|p| match p {
            Piece::Rows { rows } => rows.as_slice(),
            _ => &[],
        });
        varied(rows, most).collect()
    }

    /// Numbers without categories of its own blocks.
    pub(super) fn own_rows(&self) -> impl Iterator<Item = &Row<'a>> {
        self.blocks
            .iter()
            .filter(|b| b.mode == Mode::Own)
            .flat_map(|b| &b.pieces)
            .flat_map(|p| match p {
                Piece::Rows { rows } => rows.as_slice(),
                _ => &[],
            })
    }
}

fn indicators(site: &Site, block: &FicheBlock) -> Vec<Iid> {
    if block.indicators.is_empty() {
        site.dictionary.of_theme(&block.theme).map(|(iid, _)| iid).collect()
    } else {
        block
            .indicators
            .iter()
            .filter_map(|id| site.dictionary.find(id))
            .collect()
    }
}

struct Builder<'a> {
    site: &'a Site,
    published: &'a Published,
    scale: Scale,
}

impl<'a> Builder<'a> {
    fn block(
        &self,
        id: &str,
        title: &str,
        theme: &'a str,
        ids: &[Iid],
        series: Option<&[String]>,
        stacked: &mut bool,
    ) -> Option<Block<'a>> {
        let open = |scale: Scale| -> Vec<Iid> {
            ids.iter()
                .copied()
                .filter(|i| self.published.is_open(*i, scale) && self.published.latest(*i, scale).is_some())
                .collect()
        };
        let mut at = self.scale;
        let mut mode = Mode::Own;
        let mut visible = open(self.scale);
        let open_at: Vec<Scale> = [Scale::Iris, Scale::Qpv, Scale::Commune, Scale::Metropole]
            .into_iter()
            .filter(|s| !open(*s).is_empty())
            .collect();
        if visible.is_empty() {
            if self.scale != Scale::Residence || open_at.is_empty() {
                return None;
            }
            let closed = ids
                .iter()
                .any(|i| self.site.dictionary.get(*i).base == Base::Attributions);
            let quartier = [Scale::Iris, Scale::Qpv].into_iter().find(|s| open_at.contains(s));
            match quartier {
                Some(scale) if !closed => {
                    at = scale;
                    mode = Mode::Quartier(scale);
                    visible = open(scale);
                }
                _ => mode = Mode::Closed,
            }
        }
        let described = if mode == Mode::Closed {
            ids.to_vec()
        } else {
            visible.clone()
        };
        let mut block = Block {
            id: crate::format::slug(id),
            title: title.to_owned(),
            indicators: visible.clone(),
            summary: self.site.config.theme(theme).map_or("", |t| t.summary.as_str()),
            mode,
            headline: None,
            pieces: Vec::new(),
            coverage: Vec::new(),
            sources: self.sources(&described, at, mode),
            vintage: described.iter().filter_map(|i| self.latest(*i, at, mode)).max(),
            series: Vec::new(),
            followed: series.is_some_and(|s| !s.is_empty()),
            open_at,
            notes: Vec::new(),
        };
        if mode != Mode::Closed {
            self.fill(&mut block, &visible, at, stacked);
            if mode == Mode::Own && self.scale != Scale::Residence {
                block.series = self.series(&block, series);
            }
        }
        Some(block)
    }

    fn latest(&self, iid: Iid, at: Scale, mode: Mode) -> Option<Vintage> {
        if mode == Mode::Closed {
            return [Scale::Iris, Scale::Qpv, Scale::Commune, Scale::Metropole]
                .into_iter()
                .find_map(|s| self.published.latest(iid, s));
        }
        self.published.latest(iid, at)
    }

    fn column(&self, iid: Iid, category: Option<u16>, at: Scale) -> Option<Column<'a>> {
        let vintage = self.published.latest(iid, at)?;
        Some(Column::new(self.site, self.published, iid, category, vintage))
    }

    fn rows(&self, iid: Iid, at: Scale) -> Vec<Row<'a>> {
        let indicator = self.site.dictionary.get(iid);
        indicator
            .cells()
            .filter_map(|category| {
                let column = self.column(iid, category, at)?;
                Some(Row {
                    count: self.count(indicator, category, at),
                    spread: spread(column.all(at)),
                    column,
                })
            })
            .collect()
    }

    /// The open count a share comes from, category by category.
    fn count(&self, share: &Indicator, category: Option<u16>, at: Scale) -> Option<Column<'a>> {
        let (iid, own) = self.numerator(share)?;
        if !self.published.is_open(iid, at) {
            return None;
        }
        let counted = self.site.dictionary.get(iid);
        let category = match (own, category) {
            (Some(c), None) => Some(c),
            (None, Some(c)) => Some(counted.category(&share.categories[usize::from(c)].key)?),
            (None, None) if !counted.is_split() => None,
            _ => return None,
        };
        let vintage = self.published.latest(iid, at)?;
        Some(Column::new(self.site, self.published, iid, category, vintage))
    }

    fn numerator(&self, share: &Indicator) -> Option<(Iid, Option<u16>)> {
        match (share.kind.is_ratio(), &share.numerator) {
            (true, Some(Operand(terms))) if terms.len() == 1 => Some((terms[0].indicator, terms[0].category)),
            _ => None,
        }
    }

    fn fill(&self, block: &mut Block<'a>, visible: &[Iid], at: Scale, stacked: &mut bool) {
        let dictionary = &self.site.dictionary;
        // Counts that a visible share divides are shown beside it, not a second time.
        let mut consumed: Vec<Iid> = Vec::new();
        for iid in visible {
            let x = dictionary.get(*iid);
            for operand in [&x.numerator, &x.denominator].into_iter().flatten() {
                consumed.extend(operand.0.iter().map(|t| t.indicator).filter(|i| i != iid));
            }
            consumed.extend(x.coverage);
        }
        for iid in visible {
            let x = dictionary.get(*iid);
            let note = markup::escaped(&x.note);
            // A word has its own beside it.
            if !note.is_empty() && x.kind != Kind::Text {
                let label = markup::escaped(&x.label);
                match block.notes.iter_mut().find(|(_, n)| *n == note) {
                    Some((labels, _)) => labels.push(label),
                    None => block.notes.push((vec![label], note)),
                }
            }
            if let Some(coverage) = x.coverage
                && !block.coverage.iter().any(|c| c.iid == coverage)
            {
                block.coverage.extend(self.column(coverage, None, at));
            }
        }
        block.headline = visible
            .iter()
            .find(|i| {
                let x = dictionary.get(**i);
                x.kind == Kind::Count && !x.is_split() && x.computed.is_none()
            })
            .and_then(|i| self.column(*i, None, at));
        let headline = block.headline.as_ref().map(|c| c.iid);
        let equipment: BTreeMap<Iid, Computed> = visible
            .iter()
            .filter_map(|i| Some((*i, dictionary.get(*i).computed?)))
            .collect();
        let nearest = equipment
            .iter()
            .find(|(_, c)| **c == Computed::Nearest)
            .map(|(i, _)| *i);
        let within = equipment
            .iter()
            .find(|(_, c)| **c == Computed::Within500)
            .map(|(i, _)| *i);
        let mut plain: Vec<Row<'a>> = Vec::new();
        for iid in visible.iter().copied() {
            let x = dictionary.get(iid);
            let is_count = x.kind == Kind::Count;
            // Response rates are in the head of the block.
            let is_coverage = block.coverage.iter().any(|c| c.iid == iid);
            // Goals have their own table, with the same figures.
            let is_goal = self
                .site
                .config
                .goals
                .iter()
                .any(|g| g.indicator == x.id && g.category.is_none() && g.scales.contains(&at));
            if Some(iid) == headline
                || is_coverage
                || is_goal
                || (is_count && consumed.contains(&iid))
                || Some(iid) == within && nearest.is_some()
            {
                continue;
            }
            if Some(iid) == nearest {
                block.pieces.push(self.equipment(iid, within, at));
                continue;
            }
            match x.kind {
                Kind::Class => block
                    .pieces
                    .extend(self.column(iid, None, at).map(|column| Piece::Steps { column })),
                Kind::Text => block
                    .pieces
                    .extend(self.column(iid, None, at).map(|column| Piece::Word { column })),
                _ if x.is_split() => {
                    let rows = self.rows(iid, at);
                    let label = self.group_label(x);
                    if is_energy(x) {
                        block.pieces.push(Piece::Strip { label, rows });
                    } else {
                        let draw = !*stacked && x.kind == Kind::Share && (3..=5).contains(&rows.len());
                        *stacked |= draw;
                        block.pieces.push(Piece::Group {
                            label,
                            rows,
                            stacked: draw,
                        });
                    }
                }
                _ => plain.extend(self.rows(iid, at)),
            }
        }
        if !plain.is_empty() {
            // Numbers come after the groups of categories, before the words.
            let position = block
                .pieces
                .iter()
                .position(|p| matches!(p, Piece::Word { .. }))
                .unwrap_or(block.pieces.len());
            block.pieces.insert(position, Piece::Rows { rows: plain });
        }
    }

    fn equipment(&self, nearest: Iid, within: Option<Iid>, at: Scale) -> Piece<'a> {
        let config = &self.site.config;
        let x = self.site.dictionary.get(nearest);
        let mut piece = (Vec::new(), Vec::new(), Vec::new());
        for (position, family) in config.equipment.iter().enumerate().filter(|(_, f)| f.essential) {
            let Some(column) = x.category(&family.id).and_then(|c| self.column(nearest, Some(c), at)) else {
                continue;
            };
            piece.0.push(column);
            piece.1.extend(within.and_then(|w| {
                let c = self.site.dictionary.get(w).category(&family.id)?;
                self.column(w, Some(c), at)
            }));
            piece.2.push(position);
        }
        Piece::Equipment {
            nearest: piece.0,
            within: piece.1,
            families: piece.2,
        }
    }

    /// Name of a group: « Typologie » for « Typologie, en part ».
    fn group_label(&self, x: &Indicator) -> String {
        let label = x.label.strip_suffix(", en part").unwrap_or(&x.label);
        markup::escaped(label)
    }

    /// Figures followed over the vintages: those of the settings, or the headline and the numbers of the block.
    fn series(&self, block: &Block<'a>, chosen: Option<&[String]>) -> Vec<Vec<Column<'a>>> {
        let chosen: Vec<Iid> = match chosen {
            Some(ids) if !ids.is_empty() => ids.iter().filter_map(|id| self.site.dictionary.find(id)).collect(),
            _ => {
                let rows = block.pieces.iter().flat_map(|p| match p {
                    Piece::Rows { rows } => rows.as_slice(),
                    _ => &[],
                });
                block
                    .headline
                    .iter()
                    .map(|c| c.iid)
                    .chain(varied(rows, 5).map(|r| r.column.iid))
                    .collect()
            }
        };
        chosen
            .into_iter()
            .filter_map(|iid| {
                let vintages = self.published.vintages(iid, self.scale);
                (vintages.len() >= 3).then(|| {
                    vintages
                        .iter()
                        .map(|v| Column::new(self.site, self.published, iid, None, *v))
                        .collect()
                })
            })
            .collect()
    }

    fn sources(&self, ids: &[Iid], at: Scale, mode: Mode) -> String {
        let mut seen: Vec<(String, Option<Vintage>)> = Vec::new();
        for iid in ids {
            let x = self.site.dictionary.get(*iid);
            let Some(vintage) = self.latest(*iid, at, mode) else {
                continue;
            };
            let name = self
                .site
                .source(&x.source)
                .map_or(x.source.as_str(), |s| short_name(&s.dataset));
            match seen.iter_mut().find(|(n, _)| n == name) {
                Some((_, v)) => *v = (*v).max(Some(vintage)),
                None => seen.push((name.to_owned(), Some(vintage))),
            }
        }
        let mut out = String::new();
        for (name, vintage) in &seen {
            if !out.is_empty() {
                out.push_str(" · ");
            }
            markup::esc(&mut out, name);
            if let Some(vintage) = vintage {
                out.push(' ');
                out.push_str(&vintage.label());
            }
        }
        out
    }
}

/// Picks rows that differ: one of each kind and unit first, then the others, in order of the dictionary.
pub(super) fn varied<'b, 'a: 'b>(
    rows: impl Iterator<Item = &'b Row<'a>>,
    most: usize,
) -> impl Iterator<Item = &'b Row<'a>> {
    let rows: Vec<&Row<'a>> = rows.collect();
    let mut seen = Vec::new();
    let mut ranked: Vec<(bool, usize)> = rows
        .iter()
        .enumerate()
        .map(|(i, row)| {
            let nature = (row.column.indicator.kind, row.column.indicator.unit.as_str());
            let again = seen.contains(&nature);
            seen.push(nature);
            (again, i)
        })
        .collect();
    ranked.sort_unstable();
    let mut kept: Vec<usize> = ranked.into_iter().take(most).map(|(_, i)| i).collect();
    kept.sort_unstable();
    kept.into_iter().map(move |i| rows[i])
}

/// Standard deviation of the published values; none under eight of them, or when all are equal.
fn spread(figures: &[crate::disclosure::Figure]) -> Option<f64> {
    let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in figures.iter().filter_map(crate::disclosure::Figure::value) {
        n += 1.0;
        sum += value;
        squares += value * value;
    }
    let variance = squares / n - (sum / n) * (sum / n);
    (n >= 8.0 && variance > 1e-9).then(|| variance.sqrt())
}

/// The acronym in brackets of a data set's name when there is one, else its name up to the first comma or colon.
pub(super) fn short_name(dataset: &str) -> &str {
    if let Some((_, rest)) = dataset.split_once('(')
        && let Some((acronym, _)) = rest.split_once(')')
        && acronym.len() <= 12
    {
        return acronym;
    }
    dataset.split([',', ':', '(']).next().unwrap_or(dataset).trim()
}

/// Energy labels are drawn as a strip: categories A to G, in this order.
fn is_energy(x: &Indicator) -> bool {
    x.kind.is_ratio()
        && x.categories.len() == 7
        && x.categories
            .iter()
            .map(|c| c.label.as_str())
            .eq(["A", "B", "C", "D", "E", "F", "G"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_has_a_short_name() {
        assert_eq!(
            short_name("Répertoire des logements locatifs sociaux (RPLS), au 1er janvier"),
            "RPLS"
        );
        assert_eq!(
            short_name("Base permanente des équipements et arrêts"),
            "Base permanente des équipements et arrêts"
        );
    }
}
