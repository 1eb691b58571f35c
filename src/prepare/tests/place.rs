//! A site without data and its sources: two communes of the Ain side by side, four IRIS, one QPV across them.

use std::fmt::Write as _;
use std::path::Path;

use super::{folder, prepared, rows};
use crate::fs::TemporaryDir;

const SETTINGS: &str = r#"
title = "Atlas"
publisher = "Métropole"
source_mention = "Source : Atlas"
contact = "atlas@exemple.fr"
edition = 2026-10-15
[metropole]
code = "990000001"
name = "Métropole"
[[themes]]
id = "parc"
label = "Parc"
[[equipment]]
id = "pharmacie"
label = "Pharmacie"
source = "bpe"
"#;

const DICTIONARY: &str = "id;theme;label;definition;unit;kind;numerator;denominator;base;coverage;categories;source;view_scales;export_scales;decimals;direction;classes;thematic_only;note
parc.logements;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.financement;parc;L;D;;count;;;logements;;plai=PLAI|plus=PLUS|autre=Autre;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.proposes;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.vacants;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.vacants3;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.emmenagements;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.offre_continue;parc;L;D;;count;;;logements;;;rpls;metropole commune iris qpv residence;commune;0;;;non;
parc.vacance;parc;L;D;%;rate;parc.vacants;parc.proposes;logements;;;rpls;metropole commune iris qpv residence;commune;1;;;non;
parc.loyer;parc;L;D;€/m²;mean;;;logements;;;rpls;metropole commune iris qpv residence;commune;2;;;non;
attr.total;parc;L;D;;count;;;attributions;;;sne;metropole commune iris qpv;commune;0;;;non;
attr.q1;parc;L;D;;count;;;attributions;;;sne;metropole commune iris qpv;commune;0;;;non;
rev.median;parc;L;D;€;mean;;;source;;;filo;commune iris;commune;0;;;non;
rev.carreaux;parc;L;D;;class;;;source;;1=a|2=b;filo;;;0;;;oui;
urh.classe;parc;L;D;;text;;;source;;ok=Bien|non=Moins bien;filo;commune;commune;0;;;non;
";

const SOURCES: &str = "id;producer;dataset;licence;cadence_years;last_vintage;next_vintage;note;breaks
rpls;P;D;;1;2025;;;
sne;P;D;;1;2025;;;
filo;P;D;;1;2021;;;
bpe;P;D;;1;2024;;;
";

/// A folder with a site without data and a folder of sources.
pub(super) struct Place {
    folder: TemporaryDir,
}

impl Place {
    pub(super) fn new(name: &str) -> Self {
        let folder = folder(name);
        let work = folder.path();
        let put = |path: &str, text: &str| crate::fs::write(&work.join(path), text.as_bytes()).expect("writable");
        put("site/atlas.toml", SETTINGS);
        put("site/data/dictionary.csv", DICTIONARY);
        put("site/data/sources.csv", SOURCES);
        put(
            "from/communes.geojson",
            &squares(&[("1001", 4.0, 46.0, 0.2), ("1002", 4.2, 46.0, 0.2)]),
        );
        put(
            "from/iris.geojson",
            &squares(&[
                ("010010101", 4.0, 46.0, 0.1),
                ("010010102", 4.1, 46.0, 0.1),
                ("010020101", 4.2, 46.0, 0.1),
                ("010020102", 4.3, 46.0, 0.1),
                ("690010101", 5.0, 46.0, 0.1),
            ]),
        );
        put("from/qpv.geojson", &squares(&[("QN00101M", 4.15, 46.0, 0.1)]));
        Self { folder }
    }

    pub(super) fn work(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        crate::fs::write(&self.work().join("from").join(name), bytes.as_ref()).expect("writable");
    }

    pub(super) fn run(&self, recipe: &str) -> std::result::Result<crate::prepare::Report, String> {
        let path = self.work().join("prepare.toml");
        let text = format!("{ZONES}\n{recipe}");
        crate::fs::write(&path, text.as_bytes()).expect("writable");
        prepared(
            &path,
            &self.work().join("from"),
            &self.work().join("site"),
            &self.work().join("rapport"),
        )
        .map_err(|e| e.to_string())
    }

    pub(super) fn values(&self, file: &str) -> std::collections::BTreeMap<String, String> {
        rows(&self.work().join("site/data/values").join(file))
    }
}

pub(super) const ZONES: &str = r#"
[[territories]]
scale = "commune"
file = "communes.geojson"
code = "CODE"
name = "nom"
[[territories]]
scale = "iris"
file = "iris.geojson"
code = "code"
name = "nom"
[[territories]]
scale = "qpv"
file = "qpv.geojson"
code = "code"
name = "nom"
"#;

pub(super) fn squares(list: &[(&str, f64, f64, f64)]) -> String {
    let features: Vec<String> = list
        .iter()
        .map(|(code, x, y, side)| {
            let (a, b) = (x + side, y + 0.2);
            format!(
                r#"{{"type":"Feature","properties":{{"code":"{code}","nom":"Lieu {code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{x},{y}],[{a},{y}],[{a},{b}],[{x},{b}],[{x},{y}]]]}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

/// Dwellings with the columns of the restricted RPLS, in another order and case, commune without its zero.
pub(super) fn dwellings() -> String {
    let mut out = String::from(
        "numvoie;TYPVOIE;NOMVOIE;depcom;Finan_Code;MODE;LOYERPRINC;SURFHAB;LOCAT;BAIL;DATE_DEP_DERLOCAT;X;Y;LIEUDIT\n",
    );
    // A: 12 dwellings in 010010101; B: 10 in 010010102, in the QPV; C: 30 in 010020101, in the QPV; D: elsewhere.
    for (number, count, commune, x) in [
        (1, 12, "1001", 4.05),
        (2, 10, "1001", 4.16),
        (3, 30, "1002", 4.22),
        (4, 5, "69001", 5.05),
    ] {
        for i in 0..count {
            let (mode, bail, left) = match i {
                0 => ("2", "", "08/2024"),
                1 => ("2", "", "11/2024"),
                2 => ("1", "05/2024", ""),
                3 => ("3", "", ""),
                _ => ("1", "05/2019", ""),
            };
            let rent = if i == 4 { "9999".to_owned() } else { "400,5".to_owned() };
            let finan = ["10", "13", "12", "99"][i % 4];
            let _ = writeln!(
                out,
                "{number}:00:00;RUE;\"RUE DES\nLILAS\";{commune};{finan};{mode};{rent};50;2010;{bail};{left};{x};46,1;NA"
            );
        }
    }
    out
}

/// What is made of [`dwellings`].
pub(super) const RPLS: &str = r#"
[tables.rpls]
layout = "rpls"
file = "rpls.csv"
vintage = "2025"
[tables.rpls.categories.financement]
of = "FINAN"
other = "autre"
[tables.rpls.categories.financement.map]
plai = ["10", "11"]
plus = ["12", "13"]
[[residences]]
table = "rpls"
key = ["DEPCOM", "adresse"]
name = "adresse"
lon = "X"
lat = "Y"
commune = "DEPCOM"
[[values]]
source = "rpls"
table = "rpls"
scales = ["metropole", "commune", "iris", "qpv", "residence"]
[values.measures]
"parc.logements" = "logements"
"parc.financement" = "financement"
"parc.proposes" = "proposes"
"parc.vacants" = "vacants"
"parc.vacants3" = "vacants3"
"parc.emmenagements" = "emmenagements"
"parc.offre_continue" = "offre_continue"
"parc.loyer" = "loyer"
[protection]
secondary = false
"#;
