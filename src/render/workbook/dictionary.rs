//! The workbook of the dictionary, given with each account.

use crate::diag::Result;
use crate::disclosure::Published;
use crate::model::{Iid, Scale, Site};

use super::sheets::{self, Look, Notice};

/// Makes the workbook of the whole dictionary: « Notice », « Dictionnaire », « Sources ».
///
/// # Errors
/// A text longer than a cell of Excel can hold (32,767 characters).
pub(super) fn workbook(site: &Site, published: &Published) -> Result<Vec<u8>> {
    let look = Look::new();
    let all: Vec<Iid> = site.dictionary.iter().map(|(iid, _)| iid).collect();
    let make = || {
        let mut book = sheets::workbook(&site.config, "Dictionnaire des données")?;
        sheets::notice(
            book.add_worksheet(),
            site,
            &look,
            &Notice {
                title: "Dictionnaire des données",
                subject: &site.config.title,
                vintages: "voir la dernière colonne du dictionnaire",
                contents: "Une ligne par indicateur. Ce qui n’est pas décrit ici n’est pas publié ; un indicateur n’est \
                           consulté ou exporté qu’aux échelles indiquées.",
                columns: &[],
            },
        )?;
        sheets::dictionary(book.add_worksheet(), site, &look, &all, |iid| vintages(published, iid))?;
        sheets::sources(book.add_worksheet(), site, &look, &all)?;
        book.save_to_buffer()
    };
    make().map_err(|e| sheets::failed(&e))
}

/// First and last vintages of an indicator, all scales together.
pub(super) fn vintages(published: &Published, iid: Iid) -> String {
    let mut all: Vec<_> = Scale::ALL
        .into_iter()
        .flat_map(|s| published.vintages(iid, s).iter().copied())
        .collect();
    all.sort_unstable();
    match (all.first(), all.last()) {
        (Some(first), Some(last)) if first != last => format!("de {} à {}", first.label(), last.label()),
        (Some(only), _) => only.label(),
        (None, _) => String::new(),
    }
}
