//! One figure of every territory: an indicator, a category, a vintage, with its ready-made names.

use super::markup;
use crate::disclosure::{Figure, Published};
use crate::model::{Cell, Iid, Indicator, Scale, Site, Tid, Vintage};

/// The figures of a [`Cell`] at all scales, and the words that go with them.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) iid: Iid,
    pub(super) indicator: &'a Indicator,
    pub(super) cell: Cell,
    /// End of the cell's name: `:parc.typologie:t1:2025`.
    pub(super) suffix: String,
    /// Name of the row, escaped: that of the category, or of the indicator.
    pub(super) label: String,
    figures: [Option<&'a [Figure]>; 5],
    otherwise: [Option<Figure>; 5],
}

impl<'a> Column<'a> {
    pub(super) fn new(
        site: &'a Site,
        published: &'a Published,
        iid: Iid,
        category: Option<u16>,
        vintage: Vintage,
    ) -> Self {
        let indicator = site.dictionary.get(iid);
        let cell = Cell {
            indicator: iid,
            category,
            vintage,
        };
        let name = category.map(|c| &indicator.categories[usize::from(c)]);
        let mut suffix = format!(":{}", indicator.id);
        if let Some(category) = name {
            suffix.push(':');
            suffix.push_str(&category.key);
        }
        suffix.push(':');
        suffix.push_str(&vintage.to_string());
        Self {
            iid,
            indicator,
            cell,
            suffix: markup::escaped(&suffix),
            label: markup::escaped(name.map_or(&indicator.label, |c| &c.label)),
            figures: Scale::ALL.map(|s| published.column(s, &cell)),
            otherwise: Scale::ALL.map(|s| {
                (site.territories.count(s) > 0)
                    .then(|| published.figure(&site.territories, site.territories.at(s, 0), &cell))
            }),
        }
    }

    /// The figure of the territory of a rank within a scale.
    pub(super) fn get(&self, scale: Scale, rank: usize) -> Option<Figure> {
        match self.figures[scale.rank()] {
            Some(figures) => figures.get(rank).copied(),
            None => self.otherwise[scale.rank()],
        }
    }

    /// All figures of a scale, in the order of its territories; none where it is closed.
    pub(super) fn all(&self, scale: Scale) -> &'a [Figure] {
        self.figures[scale.rank()].unwrap_or(&[])
    }

    /// Appends the `<data>` element of a territory's figure.
    pub(super) fn data(&self, out: &mut String, at: &At<'_>) {
        if let Some(figure) = self.get(at.scale, at.rank) {
            markup::data(out, (at.scale.key(), at.code, &self.suffix), figure, self.indicator);
        }
    }

    /// Unit in brackets for a row or column head; nothing when there is none.
    pub(super) fn unit(&self) -> String {
        match self.indicator.unit.as_str() {
            "" if self.indicator.kind.is_ratio() => " (%)".to_owned(),
            "" => String::new(),
            unit => format!(" ({})", markup::escaped(unit)),
        }
    }
}

/// A territory as the cells of a page need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) tid: Tid,
    pub(super) scale: Scale,
    pub(super) rank: usize,
    pub(super) code: &'a str,
}

impl<'a> At<'a> {
    pub(super) fn new(site: &'a Site, tid: Tid) -> Self {
        let territory = site.territories.get(tid);
        Self {
            tid,
            scale: territory.scale,
            rank: site.territories.rank(tid),
            code: territory.code.as_str(),
        }
    }
}
