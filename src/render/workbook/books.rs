//! All the workbooks of a site.

use std::sync::OnceLock;

use crate::diag::{Diagnostics, Result};
use crate::disclosure::Published;
use crate::model::{Scale, Site, Tid};

use super::mold::{Cast, Mold};
use super::{dictionary, rows};

/// Makes the workbooks of a site; molds are cast when first needed and shared by all threads.
pub struct Books<'a> {
    site: &'a Site,
    published: &'a Published,
    molds: [OnceLock<std::result::Result<Mold, Diagnostics>>; 5],
}

impl<'a> Books<'a> {
    /// Prepares the workbooks; nothing is made yet.
    pub fn new(site: &'a Site, published: &'a Published) -> Self {
        Self {
            site,
            published,
            molds: Default::default(),
        }
    }

    /// Makes the workbook of a territory: all its exported cells, all vintages; the last one only for a residence.
    ///
    /// # Errors
    /// A text of the dictionary too long for Excel.
    pub fn territory(&self, tid: Tid) -> Result<Vec<u8>> {
        let territory = self.site.territories.get(tid);
        let scale = territory.scale;
        let mold = self.molds[scale.rank()]
            .get_or_init(|| {
                let last = usize::from(scale == Scale::Residence);
                let contents = if last == 0 {
                    "Une ligne par chiffre : tous les indicateurs ouverts à l’export à cette échelle, tous les millésimes."
                } else {
                    "Une ligne par chiffre : tous les indicateurs ouverts à l’export à cette échelle, dernier millésime de \
                     chacun."
                };
                Mold::cast(Cast {
                    scale,
                    title: self.site.config.title.clone(),
                    contents: contents.to_owned(),
                    cells: rows::cells(self.site, self.published, scale, None, last),
                    site: self.site,
                    published: self.published,
                })
            })
            .as_ref()
            .map_err(Clone::clone)?;
        let mut subject = format!(
            "{} — {} ({})",
            territory.name,
            self.site.config.scale_label(scale),
            territory.code
        );
        if let Some(address) = &territory.address {
            subject.push_str(" — ");
            subject.push_str(address);
        }
        mold.pour(self.site, self.published, &subject, &[tid])
    }

    /// Makes the workbook of a theme at a scale: all its territories that have at least one figure.
    ///
    /// All vintages when they stay under 60,000 rows, the most recent ones otherwise; the notice says which.
    ///
    /// # Errors
    /// An unknown theme; more rows than a sheet of Excel holds.
    pub fn theme(&self, theme: &str, scale: Scale) -> Result<Vec<u8>> {
        let (site, published) = (self.site, self.published);
        let label = site.config.theme(theme).map_or(theme, |t| t.label.as_str());
        let all = rows::cells(site, published, scale, Some(theme), 0);
        let tids: Vec<Tid> = site
            .territories
            .of(scale)
            .filter(|t| rows::has_data(site, published, *t, &all))
            .collect();
        let deepest = rows::indicators(&all)
            .iter()
            .map(|i| published.vintages(*i, scale).len())
            .max()
            .unwrap_or(0);
        let mut kept = deepest;
        let mut cells = all;
        while kept > 1 && cells.len() * tids.len() > rows::COMFORT {
            kept -= 1;
            cells = rows::cells(site, published, scale, Some(theme), kept);
        }
        let room = rows::LIMIT / cells.len().max(1);
        let cut = tids.len().saturating_sub(room);
        let vintages = match (kept == deepest, kept) {
            (true, _) => "tous les millésimes".to_owned(),
            (false, 1) => "dernier millésime de chaque indicateur".to_owned(),
            (false, n) => format!("{n} derniers millésimes de chaque indicateur"),
        };
        let mut contents = format!(
            "Une ligne par chiffre : indicateurs du thème ouverts à l’export à cette échelle, {vintages}. Les territoires \
             sans aucun chiffre publié n’y figurent pas."
        );
        if cut > 0 {
            contents.push_str(&format!(
                " Une feuille d’Excel ne peut tout contenir : les {cut} derniers territoires, par code, n’y figurent pas ; \
                 leurs propres classeurs les donnent."
            ));
        }
        let mold = Mold::cast(Cast {
            scale,
            title: format!("{} — {label}", site.config.title),
            contents,
            cells,
            site,
            published,
        })?;
        let subject = format!("{label} — {}", site.config.scale_plural(scale));
        mold.pour(site, published, &subject, &tids[..tids.len() - cut])
    }

    /// Makes the workbook of the dictionary.
    ///
    /// # Errors
    /// A text of the dictionary too long for Excel.
    pub fn dictionary(&self) -> Result<Vec<u8>> {
        dictionary::workbook(self.site, self.published)
    }
}
