//! The sheets that tell how to read the others: « Notice », « Dictionnaire », « Sources »; and what all sheets share.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Table, TableColumn, TableStyle, Workbook,
    Worksheet, XlsxError,
};

use chrono::Datelike as _;

use crate::config::Config;
use crate::diag::{Diagnostics, foreign};
use crate::format;
use crate::model::{Base, Iid, Indicator, Operand, ScaleSet, Site, State};

/// Turns an error of the library, which no input should cause, into a diagnostic.
pub(super) fn failed(error: &XlsxError) -> Diagnostics {
    foreign::workbook(error).into()
}

/// Formats of all sheets.
pub(super) struct Look {
    /// First row: the mention of the source.
    pub(super) mention: Format,
    /// Heads of columns.
    pub(super) head: Format,
    /// Title of a notice.
    pub(super) title: Format,
    /// Name of a line of the notice.
    pub(super) key: Format,
    /// Text on several lines.
    pub(super) text: Format,
    /// Numbers with 0 to 3 decimals.
    pub(super) numbers: [Format; 4],
    /// Text on one line.
    pub(super) plain: Format,
    /// Centred sign.
    pub(super) sign: Format,
}

impl Look {
    pub(super) fn new() -> Self {
        let ink = Color::RGB(0x16_191d);
        let accent = Color::RGB(0x0b_5876);
        let plain = Format::new().set_font_color(ink);
        let number = |code: &str| plain.clone().set_num_format(code);
        Self {
            mention: plain.clone().set_italic().set_font_color(Color::RGB(0x45_4c55)),
            head: plain
                .clone()
                .set_bold()
                .set_border_bottom(FormatBorder::Thin)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            title: plain.clone().set_bold().set_font_size(16).set_font_color(accent),
            key: plain.clone().set_bold().set_align(FormatAlign::Top),
            text: plain.clone().set_text_wrap().set_align(FormatAlign::Top),
            numbers: [
                number("#,##0"),
                number("#,##0.0"),
                number("#,##0.00"),
                number("#,##0.000"),
            ],
            sign: plain.clone().set_align(FormatAlign::Center),
            plain,
        }
    }
}

/// Starts a workbook: fixed date, title and publisher among its properties, light compression.
pub(super) fn workbook(config: &Config, title: &str) -> Result<Workbook, XlsxError> {
    let edition = config.edition;
    let date = ExcelDateTime::from_ymd(
        u16::try_from(edition.year()).unwrap_or(2000),
        u8::try_from(edition.month()).unwrap_or(1),
        u8::try_from(edition.day()).unwrap_or(1),
    )?;
    let mut workbook = Workbook::new();
    workbook.set_zip_compression_level(3).set_properties(
        &DocProperties::new()
            .set_title(title)
            .set_author(&config.publisher)
            .set_company(&config.publisher)
            .set_comment(mention(config))
            .set_creation_datetime(&date),
    );
    Ok(workbook)
}

/// Mention of the source, with the warning of invented data.
pub(super) fn mention(config: &Config) -> String {
    if config.fictitious {
        format!("{} — {}", config.source_mention, FICTITIOUS)
    } else {
        config.source_mention.clone()
    }
}

const FICTITIOUS: &str = "Données fictives — démonstration";

/// Prepares a sheet: name, paper, mention at the head and the foot of each printed page, repeated heads.
///
/// `heads` is the number of rows above the figures, frozen and repeated; 0 for a notice.
pub(super) fn prepare(
    sheet: &mut Worksheet,
    config: &Config,
    name: &str,
    place: &str,
    heads: u32,
) -> Result<(), XlsxError> {
    sheet.set_name(name)?;
    sheet.set_paper_size(9).set_margins(0.5, 0.5, 0.75, 0.75, 0.3, 0.3);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_header(banner(&[("&L", &config.title), ("&R", place)]));
    let mention = mention(config);
    sheet.set_footer(banner(&[("&L", &mention), ("&R", "")]) + "&P/&N");
    if heads > 0 {
        sheet.set_landscape();
        sheet.set_freeze_panes(heads, 0)?;
        sheet.set_repeat_rows(0, heads - 1)?;
    }
    Ok(())
}

/// Joins parts of a header; « & » commands there, so that it is doubled, and Excel refuses more than 255 characters.
fn banner(parts: &[(&str, &str)]) -> String {
    let room = 230 / parts.len();
    parts
        .iter()
        .map(|(place, text)| {
            // Brackets open the library's own names, such as « &[Page] »: harmless once « & » is doubled.
            let mut out = (*place).to_owned();
            let mut length = 0;
            for c in text.chars() {
                length += if c == '&' { 2 } else { c.len_utf16() };
                if length > room {
                    out.push('…');
                    break;
                }
                if c == '&' {
                    out.push('&');
                }
                out.push(c);
            }
            out
        })
        .collect()
}

/// Writes the mention and the heads of a table, from the top of the sheet.
pub(super) fn heads(
    sheet: &mut Worksheet,
    config: &Config,
    look: &Look,
    columns: &[(&str, f64)],
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(0, 0, mention(config), &look.mention)?;
    for (i, (_, width)) in (0u16..).zip(columns) {
        sheet.set_column_width(i, *width)?;
    }
    Ok(())
}

/// Declares the named table that covers `rows` rows under the heads; a table without row gets an empty one.
pub(super) fn table(
    sheet: &mut Worksheet,
    look: &Look,
    name: &str,
    columns: &[(&str, f64)],
    rows: usize,
) -> Result<(), XlsxError> {
    let described: Vec<TableColumn> = columns
        .iter()
        .map(|(head, _)| TableColumn::new().set_header(*head).set_header_format(&look.head))
        .collect();
    let table = Table::new()
        .set_name(name)
        .set_style(TableStyle::Light1)
        .set_banded_rows(false)
        .set_columns(&described);
    let last = u32::try_from(rows.max(1)).unwrap_or(u32::MAX) + 1;
    let width = u16::try_from(columns.len()).unwrap_or(1) - 1;
    sheet.add_table(1, 0, last, width, &table)?;
    Ok(())
}

/// What a notice says; lines left empty are to be filled when the mold is poured.
pub(super) struct Notice<'a> {
    /// Title of the workbook.
    pub(super) title: &'a str,
    /// Name and code of the place, or what the workbook is about; empty in a mold.
    pub(super) subject: &'a str,
    /// Vintages by source, in words.
    pub(super) vintages: &'a str,
    /// What a row is.
    pub(super) contents: &'a str,
    /// Columns of « Données » and their meaning.
    pub(super) columns: &'a [(&'a str, &'a str)],
}

/// Row of the notice that holds [`Notice::subject`], from 0; its text is in the second column.
pub(super) const SUBJECT_ROW: u32 = 3;

/// Writes the notice.
pub(super) fn notice(sheet: &mut Worksheet, site: &Site, look: &Look, notice: &Notice) -> Result<(), XlsxError> {
    let config = &site.config;
    prepare(sheet, config, "Notice", "Notice", 0)?;
    sheet.set_column_width(0, 26)?.set_column_width(1, 92)?;
    sheet.write_string_with_format(0, 0, notice.title, &look.title)?;
    sheet.write_string_with_format(1, 0, mention(config), &look.mention)?;
    let thresholds = config.thresholds;
    let secrecy = format!(
        "Rien n’est publié en deçà de {} logements, ni en deçà de {} attributions cumulées sur {} ans ; d’autres chiffres \
         sont masqués pour qu’on ne puisse pas retrouver les premiers. Un chiffre masqué porte le signe « s » et n’a ni \
         valeur ni base. Les attributions ne sont pas ouvertes à l’échelle de la résidence.",
        thresholds.dwellings, thresholds.allocations, thresholds.window_years
    );
    let lines: [(&str, &str); 8] = [
        ("Objet", notice.subject),
        ("Édition", &format::date(config.edition)),
        ("Identifiant d’édition", &site.build_id),
        ("Millésimes", notice.vintages),
        ("Contenu", notice.contents),
        ("Confidentialité", &secrecy),
        (
            "Conditions d’utilisation",
            "Données confidentielles, réservées aux signataires de la convention et soumises au secret professionnel. Ni \
             usage commercial, ni transmission brute à des tiers. La mention de source figure sur tout document qui en \
             reprend un chiffre.",
        ),
        ("Contact", &format!("{} — {}", config.publisher, config.contact)),
    ];
    let mut row = SUBJECT_ROW;
    for (key, text) in lines {
        sheet.write_string_with_format(row, 0, key, &look.key)?;
        if text.is_empty() {
            sheet.write_blank(row, 1, &look.text)?;
        } else {
            sheet.write_string_with_format(row, 1, text, &look.text)?;
        }
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, "États", &look.head)?;
    sheet.write_string_with_format(row, 1, "Lecture", &look.head)?;
    row += 1;
    sheet.write_string_with_format(row, 0, "(vide)", &look.key)?;
    sheet.write_string_with_format(row, 1, "chiffre publié ; un zéro est un vrai zéro", &look.text)?;
    for state in State::ALL {
        row += 1;
        sheet.write_string_with_format(row, 0, state.sign(), &look.key)?;
        sheet.write_string_with_format(row, 1, state.word(), &look.text)?;
    }
    row += 2;
    sheet.write_string_with_format(row, 0, "Colonnes", &look.head)?;
    sheet.write_string_with_format(row, 1, "Lecture", &look.head)?;
    for (head, meaning) in notice.columns {
        row += 1;
        sheet.write_string_with_format(row, 0, *head, &look.key)?;
        sheet.write_string_with_format(row, 1, *meaning, &look.text)?;
    }
    Ok(())
}

const DICTIONARY: [(&str, f64); 19] = [
    ("Indicateur", 28.0),
    ("Thème", 14.0),
    ("Libellé", 34.0),
    ("Définition", 60.0),
    ("Unité", 10.0),
    ("Nature", 10.0),
    ("Numérateur", 24.0),
    ("Dénominateur", 24.0),
    ("Seuil porté sur", 16.0),
    ("Taux de couverture", 20.0),
    ("Catégories", 40.0),
    ("Source", 12.0),
    ("Échelles consultées", 24.0),
    ("Échelles exportées", 24.0),
    ("Décimales", 10.0),
    ("Thématique seulement", 12.0),
    ("Lecture", 30.0),
    ("Mise en garde", 40.0),
    ("Millésimes publiés", 20.0),
];

/// Writes the sheet « Dictionnaire »; `vintages` says, for each indicator, which ones are published.
pub(super) fn dictionary(
    sheet: &mut Worksheet,
    site: &Site,
    look: &Look,
    indicators: &[Iid],
    vintages: impl Fn(Iid) -> String,
) -> Result<(), XlsxError> {
    prepare(sheet, &site.config, "Dictionnaire", "Dictionnaire", 2)?;
    heads(sheet, &site.config, look, &DICTIONARY)?;
    for (row, &iid) in (2u32..).zip(indicators) {
        let x = site.dictionary.get(iid);
        let theme = site
            .config
            .theme(&x.theme)
            .map_or(x.theme.as_str(), |t| t.label.as_str());
        let coverage = x.coverage.map_or("", |c| site.dictionary.get(c).id.as_str());
        let texts: [&str; 19] = [
            &x.id,
            theme,
            &x.label,
            &x.definition,
            &x.unit,
            x.kind.label(),
            &operand(site, x.numerator.as_ref()),
            &operand(site, x.denominator.as_ref()),
            base(x.base),
            coverage,
            &categories(x),
            &x.source,
            &scales(&site.config, x.view),
            &scales(&site.config, x.export),
            "",
            if x.thematic_only { "oui" } else { "non" },
            x.direction.words(),
            &x.note,
            &vintages(iid),
        ];
        for (column, text) in (0u16..).zip(texts) {
            if !text.is_empty() {
                sheet.write_string_with_format(row, column, text, &look.text)?;
            }
        }
        sheet.write_number_with_format(row, 14, f64::from(x.decimals), &look.numbers[0])?;
    }
    table(sheet, look, "dictionnaire", &DICTIONARY, indicators.len())
}

const SOURCES: [(&str, f64); 9] = [
    ("Source", 14.0),
    ("Producteur", 26.0),
    ("Jeu de données", 40.0),
    ("Licence ou base légale", 30.0),
    ("Cadence (ans)", 10.0),
    ("Dernier millésime", 14.0),
    ("Prochain millésime", 14.0),
    ("Note", 50.0),
    ("Ruptures de série", 50.0),
];

/// Writes the sheet « Sources », those of the indicators given.
pub(super) fn sources(sheet: &mut Worksheet, site: &Site, look: &Look, indicators: &[Iid]) -> Result<(), XlsxError> {
    prepare(sheet, &site.config, "Sources", "Sources", 2)?;
    heads(sheet, &site.config, look, &SOURCES)?;
    let used: Vec<_> = site
        .sources
        .iter()
        .filter(|s| indicators.iter().any(|i| site.dictionary.get(*i).source == s.id))
        .collect();
    for (row, source) in (2u32..).zip(&used) {
        let next = source.next_vintage.map(|(y, m)| format!("{y}-{m:02}"));
        let last = source.last_vintage.map(|v| v.label());
        let breaks: Vec<String> = source
            .breaks
            .iter()
            .map(|(y, why)| match source.scope_of(*y) {
                Some(scope) => format!("{y} ({scope}) : {why}"),
                None => format!("{y} : {why}"),
            })
            .collect();
        let texts: [&str; 9] = [
            &source.id,
            &source.producer,
            &source.dataset,
            &source.licence,
            "",
            last.as_deref().unwrap_or(""),
            next.as_deref().unwrap_or(""),
            &source.note,
            &breaks.join(" ; "),
        ];
        for (column, text) in (0u16..).zip(texts) {
            if !text.is_empty() {
                sheet.write_string_with_format(row, column, text, &look.text)?;
            }
        }
        if let Some(years) = source.cadence_years {
            sheet.write_number_with_format(row, 4, f64::from(years), &look.numbers[0])?;
        }
    }
    table(sheet, look, "sources", &SOURCES, used.len())
}

fn operand(site: &Site, operand: Option<&Operand>) -> String {
    let Some(operand) = operand else {
        return String::new();
    };
    let terms: Vec<String> = operand
        .0
        .iter()
        .map(|term| {
            let x = site.dictionary.get(term.indicator);
            match term.category.and_then(|c| x.categories.get(usize::from(c))) {
                Some(category) => format!("{}:{}", x.id, category.key),
                None => x.id.clone(),
            }
        })
        .collect();
    terms.join(" + ")
}

const fn base(base: Base) -> &'static str {
    match base {
        Base::Logements => "logements",
        Base::Attributions => "attributions",
        Base::Source => "secret du producteur",
        Base::Public => "sans seuil",
    }
}

fn categories(indicator: &Indicator) -> String {
    let all: Vec<String> = indicator
        .categories
        .iter()
        .map(|c| format!("{} = {}", c.key, c.label))
        .collect();
    all.join(" ; ")
}

fn scales(config: &Config, set: ScaleSet) -> String {
    let all: Vec<&str> = set.iter().map(|s| config.scale_label(s)).collect();
    if all.is_empty() {
        "aucune".to_owned()
    } else {
        all.join(", ")
    }
}
