//! A small site made in memory, for the tests of this room.

use geo::{Coord, LineString, MultiPolygon, Point, Polygon};

use crate::config::Config;
use crate::disclosure::{Published, admit};
use crate::model::{
    Base, Category, Cell, Code, Dictionary, Entry, Equipment, EquipmentPoint, Iid, Indicator, Kind, Lineage, Place,
    Scale, ScaleSet, Site, Source, State, Territories, Territory, Tid, Vintage,
};

/// Name that no channel may take for a formula or for markup.
pub(crate) const HOSTILE: &str = "=1+1 & <b>Saint-Œuf</b>";

const CONFIG: &str = r#"
title = "Atlas d’essai"
publisher = "Métropole d’essai"
source_mention = "Source : Portail d’essai & compagnie"
contact = "atlas@essai.example"
edition = 2026-10-15
fictitious = true
[metropole]
code = "990000001"
name = "Métropole d’essai"
[landlords]
shown = true
legal_basis = "essai"
[[themes]]
id = "parc"
label = "Parc"
[[themes]]
id = "occupation"
label = "Occupation"
[[equipment]]
id = "ecole"
label = "École"
source = "bpe"
"#;

fn square(x: f64, y: f64, size: f64) -> MultiPolygon<f64> {
    let ring = [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size), (0.0, 0.0)];
    let ring: Vec<Coord> = ring.iter().map(|(dx, dy)| Coord { x: x + dx, y: y + dy }).collect();
    MultiPolygon(vec![Polygon::new(LineString(ring), vec![])])
}

fn zone(scale: Scale, code: &str, name: &str, x: f64, y: f64, size: f64) -> Territory {
    Territory {
        scale,
        code: Code::parse(scale, code).expect("a good code"),
        name: name.to_owned(),
        lineage: Lineage::default(),
        geography: Some(2025),
        shape: Some(square(x, y, size)),
        point: Some(Point::new(x + size / 2.0, y + size / 2.0)),
        address: None,
        landlord: None,
    }
}

fn residence(code: &str, name: &str, address: &str, x: f64, y: f64) -> Territory {
    Territory {
        shape: None,
        point: Some(Point::new(x, y)),
        address: Some(address.to_owned()),
        landlord: Some("Habitat d’essai".to_owned()),
        ..zone(Scale::Residence, code, name, x, y, 0.0)
    }
}

fn indicator(id: &str, label: &str, kind: Kind, unit: &str, scales: &[Scale], exported: &[Scale]) -> Indicator {
    Indicator {
        id: id.to_owned(),
        theme: id.split('.').next().unwrap_or("").to_owned(),
        label: label.to_owned(),
        definition: format!("Définition de {id}."),
        unit: unit.to_owned(),
        kind,
        numerator: None,
        denominator: None,
        computed: None,
        base: Base::Logements,
        coverage: None,
        categories: Vec::new(),
        source: "rpls".to_owned(),
        view: scales.iter().copied().collect(),
        export: exported.iter().copied().collect::<ScaleSet>(),
        decimals: u8::from(kind == Kind::Share),
        direction: Default::default(),
        classes: None,
        thematic_only: false,
        note: String::new(),
    }
}

fn category(key: &str, label: &str) -> Category {
    Category {
        key: key.to_owned(),
        label: label.to_owned(),
    }
}

/// Makes the site: two communes, two IRIS, one QPV, four residences of which one is hidden, two vintages.
///
/// `parc.loyer` is shown and never exported; residence `R4` is under the threshold.
pub(crate) fn site() -> Site {
    let config: Config =
        crate::config::from_toml(CONFIG, std::path::Path::new("atlas.toml")).expect("a good configuration");
    let mut territories = Territories::new(vec![
        zone(Scale::Metropole, "990000001", "Métropole d’essai", 3.0, 50.0, 0.2),
        zone(Scale::Commune, "59001", HOSTILE, 3.0, 50.0, 0.1),
        zone(Scale::Commune, "59002", "Rive-sur-Lys", 3.1, 50.0, 0.1),
        zone(Scale::Iris, "590010101", "Centre", 3.0, 50.0, 0.1),
        zone(Scale::Iris, "590020101", "Bourg", 3.1, 50.0, 0.1),
        zone(Scale::Qpv, "QN05901M", "Les Hauts", 3.05, 50.02, 0.03),
        residence("R1", "Résidence des Lilas", "12 avenue du Général-Foy", 3.06, 50.03),
        residence("R2", "Les Érables", "3 rue de l’Église", 3.02, 50.08),
        residence("R3", "+33 Clos", "5 place Saint-Jean", 3.15, 50.05),
        residence("R4", "Petit Clos", "7 place Saint-Jean", 3.16, 50.05),
    ]);
    let find = |t: &Territories, scale, code: &str| t.find(scale, code).expect("it is there");
    for (code, commune, iris, qpv) in [
        ("R1", "59001", "590010101", Some("QN05901M")),
        ("R2", "59001", "590010101", None),
        ("R3", "59002", "590020101", None),
        ("R4", "59002", "590020101", None),
    ] {
        let lineage = Lineage {
            commune: Some(find(&territories, Scale::Commune, commune)),
            iris: Some(find(&territories, Scale::Iris, iris)),
            qpv: qpv.map(|q| find(&territories, Scale::Qpv, q)),
        };
        territories.set_lineage(find(&territories, Scale::Residence, code), lineage);
    }
    for (code, commune) in [("590010101", "59001"), ("590020101", "59002")] {
        let lineage = Lineage {
            commune: Some(find(&territories, Scale::Commune, commune)),
            ..Lineage::default()
        };
        territories.set_lineage(find(&territories, Scale::Iris, code), lineage);
    }
    territories.link(Vec::new(), Vec::new());

    let all = Scale::ALL;
    let mut typology = indicator("parc.typologie", "Typologie", Kind::Count, "logements", &all, &all);
    typology.categories = vec![category("t1", "T1"), category("t2", "T2 et plus")];
    let mut class = indicator("occupation.urh", "Qualification", Kind::Class, "", &all, &all);
    class.categories = vec![category("a", "favorable"), category("b", "à surveiller")];
    let dictionary = Dictionary::new(vec![
        indicator("parc.logements", "Logements", Kind::Count, "logements", &all, &all),
        typology,
        indicator("parc.vacance", "Vacance", Kind::Share, "%", &all, &all[..4]),
        indicator("parc.loyer", "Loyer", Kind::Mean, "€/m²", &all, &[]),
        class,
    ]);

    let mut values = crate::model::Values::default();
    let mut put = |tid: Tid, indicator: u16, category: Option<u16>, year: u16, entry: Entry| {
        let cell = Cell {
            indicator: Iid(indicator),
            category,
            vintage: Vintage::Year(year),
        };
        assert!(values.put(&territories, tid, cell, entry, Place::default()).is_none());
    };
    for (i, (tid, territory)) in territories.iter().enumerate() {
        for year in [2024, 2025] {
            if territory.code.as_str() == "R4" {
                for (indicator, category) in [(0, None), (1, Some(0)), (1, Some(1)), (2, None), (3, None)] {
                    put(tid, indicator, category, year, Entry::State(State::Secret));
                }
                continue;
            }
            let n = 200 + 10 * u32::try_from(i).expect("small") + u32::from(year - 2024);
            let value = |v: f64| Entry::Value {
                value: v,
                base: Some(n),
            };
            put(tid, 0, None, year, value(f64::from(n)));
            put(tid, 1, Some(0), year, value(0.0));
            put(tid, 1, Some(1), year, value(f64::from(n)));
            put(tid, 2, None, year, value(2.34 + f64::from(n) / 100.0));
            put(tid, 3, None, year, value(6.0));
            put(
                tid,
                4,
                None,
                year,
                Entry::Value {
                    value: 1.0,
                    base: Some(n),
                },
            );
        }
    }
    Site {
        root: "essai".into(),
        config,
        dictionary,
        sources: vec![Source {
            id: "rpls".to_owned(),
            producer: "Ministère".to_owned(),
            dataset: "Répertoire d’essai".to_owned(),
            licence: "essai".to_owned(),
            cadence_years: Some(1),
            last_vintage: Some(Vintage::Year(2025)),
            next_vintage: Some((2026, 12)),
            note: String::new(),
            breaks: Default::default(),
            break_scopes: Default::default(),
        }],
        territories,
        values,
        equipment: Equipment {
            points: vec![EquipmentPoint {
                family: 0,
                name: "École Jules-Verne".to_owned(),
                point: Point::new(3.061, 50.031),
            }],
            vintage: Some(Vintage::Year(2024)),
        },
        surroundings: Default::default(),
        grids: Vec::new(),
        contents: Vec::new(),
        build_id: "0123abc".to_owned(),
    }
}

/// Admits the figures of the site.
pub(crate) fn published(site: &Site) -> Published {
    admit(site).expect("the fixture obeys the law").0
}
