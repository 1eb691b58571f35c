use std::collections::BTreeMap;

use serde_json::Value;

use super::{files, first_figures};
use crate::render::fixture;

fn all() -> BTreeMap<String, Value> {
    let site = fixture::site();
    let published = fixture::published(&site);
    files(&site, &published)
        .into_iter()
        .map(|(path, bytes)| {
            let value = serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{path}: {e}"));
            (path, value)
        })
        .collect()
}

#[test]
fn every_figure_is_in_its_place() {
    let files = all();
    let places = &files["lieux/residence-0.json"];
    assert_eq!(places["codes"], serde_json::json!(["R1", "R2", "R3", "R4"]));
    assert_eq!(places["commune_codes"], serde_json::json!(["59001", "59002"]));
    assert_eq!(places["commune"], serde_json::json!([0, 0, 1, 1]));
    let values = &files["valeurs/residence/parc.typologie-0.json"];
    assert_eq!(values["vintages"], serde_json::json!(["2024", "2025"]));
    assert_eq!(values["values"][0][0], serde_json::json!([0, 0, 0, "s"]));
    assert_eq!(values["values"][0][1], serde_json::json!([260, 270, 280, "s"]));
    assert_eq!(values["bases"][1][0], serde_json::json!([261, 271, 281, ""]));
    assert_eq!(values["bases"][1][1], "=");
    let words = &files["valeurs/commune/occupation.urh-0.json"];
    assert_eq!(words["values"][1][0], serde_json::json!([1, 1]));
}

#[test]
fn nothing_is_null() {
    for (path, value) in all() {
        if path == "atlas.json" {
            continue;
        }
        assert!(!value.to_string().contains("null"), "{path}");
    }
}

#[test]
fn a_closed_scale_has_no_file() {
    let mut site = fixture::site();
    let published = {
        let all: Vec<_> = site.dictionary.iter().map(|(_, x)| x.clone()).collect();
        let mut all = all;
        // The rent is no longer shown for residences, and is exported nowhere.
        all[3].view = [crate::model::Scale::Commune].into_iter().collect();
        site.dictionary = crate::model::Dictionary::new(all);
        // Values of closed scales are refused at admission: keep those of the communes only.
        let mut values = crate::model::Values::default();
        for cell in site.values.cells() {
            for (tid, territory) in site.territories.iter() {
                let entry = site.values.get(&site.territories, tid, cell);
                let closed = cell.indicator.0 == 3 && territory.scale != crate::model::Scale::Commune;
                if !closed && entry != crate::model::Entry::Absent {
                    assert!(
                        values
                            .put(&site.territories, tid, *cell, entry, Default::default())
                            .is_none()
                    );
                }
            }
        }
        site.values = values;
        fixture::published(&site)
    };
    let files = files(&site, &published);
    assert!(files.contains_key("valeurs/commune/parc.loyer-0.json"));
    assert!(!files.contains_key("valeurs/residence/parc.loyer-0.json"));
    let manifest: Value = serde_json::from_slice(&files["atlas.json"]).expect("JSON");
    let rent = manifest["indicators"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|i| i["id"] == "parc.loyer");
    let scales = rent.expect("the rent")["scales"].as_object().expect("scales");
    assert_eq!(scales.keys().collect::<Vec<_>>(), ["commune"]);
}

#[test]
fn borders_are_shared() {
    let files = all();
    let topology = &files["contours/commune-0.json"];
    let zones = topology["objects"]["commune"]["geometries"].as_array().expect("a list");
    let arcs = |i: usize| -> Vec<i64> {
        zones[i]["arcs"].as_array().expect("polygons")[0]
            .as_array()
            .expect("rings")[0]
            .as_array()
            .expect("arcs")
            .iter()
            .filter_map(Value::as_i64)
            .collect()
    };
    let backwards: Vec<i64> = arcs(1).iter().map(|a| !a).collect();
    assert!(
        arcs(0).iter().any(|a| backwards.contains(a)),
        "one border drawn once, run both ways"
    );
}

#[test]
fn a_break_concerns_the_indicators_it_names() {
    let mut site = fixture::site();
    site.sources[0].breaks = [(2025, "nouveau calcul".to_owned())].into();
    site.sources[0].break_scopes = [(2025, vec!["parc.vac".to_owned()])].into();
    let published = fixture::published(&site);
    let manifest: Value = serde_json::from_slice(&files(&site, &published)["atlas.json"]).expect("JSON");
    let ruptures = |id: &str| {
        let all = manifest["indicators"].as_array().expect("a list");
        all.iter().find(|x| x["id"] == id).expect("it is there")["ruptures"].clone()
    };
    assert_eq!(
        ruptures("parc.vacance"),
        serde_json::json!({ "2025": "nouveau calcul" })
    );
    assert_eq!(ruptures("parc.logements"), serde_json::json!({}));
    assert_eq!(manifest["first"], "parc.vacance");
    let path = first_figures(&site, &published).expect("communes in one block");
    let announced = files(&site, &published).contains_key(&path);
    assert!(announced, "{path} is announced and not there");
}

#[test]
fn a_first_view_has_no_figure() {
    let files = all();
    let view = files["contours/vue.json"].as_object().expect("files by name");
    let mut names: Vec<&String> = view.keys().collect();
    names.sort();
    assert_eq!(
        names,
        ["contours/commune-0.json", "contours/qpv-0.json", "lieux/commune-0.json"]
    );
    for (path, value) in view {
        assert_eq!(*value, files[path]);
    }
}

#[test]
fn every_word_leads_to_its_place() {
    let files = all();
    let index = &files["recherche/index.json"];
    assert_eq!(index["size"][0], 10);
    let shard = &files["recherche/m-0.json"];
    let words = shard["words"].as_array().expect("words");
    let at = words.iter().position(|w| w == "general").expect("the word « general »");
    // Records: metropole, two communes, QPV, two IRIS, then residences: R1 is the seventh.
    assert_eq!(shard["places"][at], serde_json::json!([2 * 6]));
    // In its name, then in the names of R2, R3 and R4: three that follow.
    let saint = words.iter().position(|w| w == "essai").expect("the word « essai »");
    assert_eq!(shard["places"][saint], serde_json::json!([1, 11, -3]));
    assert_eq!(files["recherche/l-0.json"][6][2], "Résidence des Lilas");
    assert!(files["recherche/d-li.json"].to_string().contains("lilas"));
    assert!(files["recherche/f-sa.json"].to_string().contains("lilas"));
}
