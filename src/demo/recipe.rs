//! The recipe that turns the records of the demonstration into the values of its site.

use std::fmt::Write as _;

use super::life::Calendar;

/// First vintage with energy labels of the method of July 2021.
const LABELS: u16 = 2022;

const HEAD: &str = "\
# Recette de la démonstration : les enregistrements inventés deviennent les valeurs du site.
#   atlas prepare --recipe prepare.toml --from . --site SITE
# Les contours, les résidences, les équipements et le carroyage sont déjà dans le site.
";

/// What a series needs, at all scales.
const SERIES: [(&str, &str); 7] = [
    ("parc.logements", "logements"),
    ("parc.loyer", "loyer"),
    ("parc.proposes", "proposes"),
    ("parc.vacants", "vacants"),
    ("parc.vacants3", "vacants3"),
    ("parc.offre_continue", "offre_continue"),
    ("parc.emmenagements", "emmenagements"),
];
/// What is told of the stock besides.
const STOCK: [(&str, &str); 5] = [
    ("parc.typologie", "typologie"),
    ("parc.type", "type"),
    ("parc.periode", "periode"),
    ("parc.financement", "financement"),
    ("parc.surface", "surface"),
];
const DPE: [(&str, &str); 2] = [("parc.dpe_renseignes", "dpe_renseignes"), ("parc.dpe", "dpe")];
const ANSWERS: [(&str, &str); 2] = [("occ.menages", "menages"), ("occ.repondants", "repondants")];
/// What the answers say, on the households that answered.
const HOUSEHOLDS: [(&str, &str); 7] = [
    (
        "occ.composition",
        "{ sum = 1, where = \"repondant\", category = \"composition\", base = \"repondant\" }",
    ),
    (
        "occ.enfants3",
        "{ sum = \"enfants3\", where = \"repondant\", base = \"repondant\" }",
    ),
    (
        "occ.age",
        "{ sum = 1, where = \"repondant\", category = \"age\", base = \"repondant\" }",
    ),
    (
        "occ.anciennete",
        "{ sum = 1, where = \"repondant\", category = \"anciennete\", base = \"repondant\" }",
    ),
    (
        "occ.ressources",
        "{ sum = 1, where = \"repondant\", category = \"ressources\", base = \"repondant\" }",
    ),
    (
        "occ.activite",
        "{ sum = 1, where = \"repondant\", category = \"activite\", base = \"repondant\" }",
    ),
    (
        "occ.aides",
        "{ sum = \"aide\", where = \"repondant\", base = \"repondant\" }",
    ),
];
const ALL: &[&str] = &["metropole", "commune", "iris", "qpv"];
const EVERY: &[&str] = &["metropole", "commune", "iris", "qpv", "residence"];
const WIDE: &[&str] = &["metropole", "commune", "qpv"];

/// Writes the recipe for the vintages of a calendar.
///
/// `silent` is the commune whose landlords gave nothing to the survey.
pub(super) fn text(calendar: &Calendar, silent: Option<&str>) -> String {
    let years = || calendar.first..=calendar.last;
    let mut out = HEAD.to_owned();
    let surveys: Vec<u16> = years().filter(|y| calendar.has_survey(*y)).collect();
    let tables: [(&str, &str, Vec<u16>); 7] = [
        (
            "rpls_avant",
            "rpls",
            years().filter(|y| *y < LABELS && *y < calendar.last).collect(),
        ),
        (
            "rpls_dpe",
            "rpls",
            years().filter(|y| *y >= LABELS && *y < calendar.last).collect(),
        ),
        ("rpls_dernier", "rpls", vec![calendar.last]),
        (
            "occupation",
            "occupation",
            surveys.iter().rev().skip(1).rev().copied().collect(),
        ),
        (
            "occupation_derniere",
            "occupation",
            surveys.last().copied().into_iter().collect(),
        ),
        (
            "charges",
            "",
            years()
                .filter(|y| calendar.has_charges(*y) && *y < calendar.last)
                .collect(),
        ),
        ("charges_dernieres", "", vec![calendar.last]),
    ];
    let has = |table: &str| {
        tables
            .iter()
            .any(|(name, _, years)| *name == table && !years.is_empty())
    };
    for (name, layout, years) in &tables {
        if years.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n[tables.{name}]");
        if !layout.is_empty() {
            let _ = writeln!(out, "layout = \"{layout}\"");
        }
        let _ = writeln!(out, "[tables.{name}.files]");
        let file = name.split('_').next().unwrap_or(name);
        for year in years {
            let _ = writeln!(out, "{year} = \"{file}_{year}.csv\"");
        }
    }
    let _ = write!(
        out,
        "\n[tables.attributions]\nlayout = \"attributions\"\nfile = \"attributions.csv\"\n\n[tables.qualification]\nfile = \"qualification_{0}.csv\"\nvintage = \"{0}\"\n",
        calendar.last - 1
    );

    let mut block = |source: &str, table: &str, scales: &[&str], more: &str, measures: &[&[(&str, &str)]]| {
        if !has(table) && !matches!(table, "attributions" | "qualification") {
            return;
        }
        let list: Vec<String> = scales.iter().map(|s| format!("\"{s}\"")).collect();
        let _ = write!(
            out,
            "\n[[values]]\nsource = \"{source}\"\ntable = \"{table}\"\nscales = [{}]\nresidence = \"RESIDENCE\"\n{more}\n[values.measures]\n",
            list.join(", ")
        );
        for (indicator, measure) in measures.iter().copied().flatten() {
            let quoted = if measure.starts_with('{') {
                (*measure).to_owned()
            } else {
                format!("\"{measure}\"")
            };
            let _ = writeln!(out, "\"{indicator}\" = {quoted}");
        }
    };
    // All scales of a vintage in one block: what is hidden at one scale is protected against the others.
    let before: &[(&str, &str)] = &[(
        "parc.dpe_ac",
        "{ share = \"DPE in ('A', 'B', 'C')\", of = \"not empty(DPE)\" }",
    )];
    block("rpls", "rpls_avant", ALL, "", &[&SERIES, &STOCK]);
    // No label of the new method before it: the share has no whole, hence « sans objet ».
    block("rpls", "rpls_avant", WIDE, "", &[before]);
    block("rpls", "rpls_dpe", ALL, "", &[&SERIES, &STOCK, &DPE]);
    block("rpls", "rpls_dernier", EVERY, "", &[&SERIES, &STOCK, &DPE]);
    for table in ["rpls_avant", "rpls_dpe", "rpls_dernier"] {
        block(
            "rpls",
            table,
            &["metropole", "commune"],
            "",
            &[&[("parc.logements_qpv", "qpv")]],
        );
    }

    let without = silent.map_or_else(String::new, |code| format!("without = [\"{code}\"]\n"));
    block("ops", "occupation", ALL, &without, &[&ANSWERS, &HOUSEHOLDS]);
    block("ops", "occupation_derniere", EVERY, &without, &[&ANSWERS, &HOUSEHOLDS]);

    let charges: &[(&str, &str)] = &[
        ("parc.charges", "{ sum = \"CHARGES\", per = \"SURFACE\" }"),
        ("parc.loyer_charges", "{ sum = \"LOYER + CHARGES\", per = \"SURFACE\" }"),
    ];
    let dwellings = "base = \"LOGEMENTS\"\n";
    block("charges", "charges", ALL, dwellings, &[charges]);
    block("charges", "charges_dernieres", EVERY, dwellings, &[charges]);

    // A window of three years asks for as many.
    if calendar.last >= calendar.first + 2 {
        let window = "year = \"year(DATE)\"\nwindow = 3\nwindows = \"disjoint\"\n";
        let all: &[(&str, &str)] = &[
            ("attr.total", "total"),
            ("attr.prioritaires_n", "prioritaires"),
            ("attr.mutations_n", "mutations"),
            ("attr.typologie", "typologie"),
        ];
        block("sne", "attributions", ALL, window, &[all]);
        let outside: &[(&str, &str)] = &[("attr.hors_qpv_n", "hors_qpv"), ("attr.q1_hors_qpv_n", "q1_hors_qpv")];
        block(
            "sne",
            "attributions",
            &["metropole", "commune", "iris"],
            &format!("{window}base = \"hors_qpv\"\n"),
            &[outside],
        );
        let inside = format!("{window}base = \"not hors_qpv\"\n");
        block("sne", "attributions", ALL, &inside, &[&[("attr.en_qpv_n", "en_qpv")]]);
        block(
            "sne",
            "attributions",
            WIDE,
            &inside,
            &[&[("attr.q234_qpv_n", "q234_en_qpv")]],
        );
    }
    if calendar.last > calendar.first {
        block(
            "urh",
            "qualification",
            &["residence"],
            "scale = \"residence\"\ncode = \"RESIDENCE\"\nbase = \"LOGEMENTS\"\n",
            &[&[("occ.qualification", "{ word = \"QUALIFICATION\" }")]],
        );
    }
    out
}
