//! What a landlord who reads the atlas knows: its own dwellings, which it takes away from what is published.

use std::collections::{BTreeMap, HashMap};

use super::super::ground::Ground;
use super::super::records::Spot;
use crate::format::plural;
use crate::model::{Scale, Tid};

/// A published territory: its name in words, and its dwellings by landlord (empty: not known).
pub(super) struct Zone<'a> {
    pub(super) name: String,
    pub(super) dwellings: BTreeMap<&'a str, i64>,
}

/// Gives the published communes, IRIS and QPV among `names`, with the `dwellings` of each landlord in them.
pub(super) fn zones<'a, 'b>(
    ground: &'a Ground,
    names: BTreeMap<Tid, String>,
    dwellings: impl Iterator<Item = (&'b Spot, i64)>,
) -> Vec<Zone<'a>> {
    let owners: HashMap<&str, &str> = (ground.buildings.iter())
        .map(|b| (b.id.as_str(), b.landlord.as_str()))
        .collect();
    let mut zones: BTreeMap<Tid, Zone<'a>> = names
        .into_iter()
        .filter(|(tid, _)| !matches!(ground.territories.get(*tid).scale, Scale::Metropole | Scale::Residence))
        .map(|(tid, name)| {
            let dwellings = BTreeMap::new();
            (tid, Zone { name, dwellings })
        })
        .collect();
    for (spot, count) in dwellings {
        let residence = spot.residence.map(|tid| ground.territories.get(tid).code.as_str());
        let owner = residence.and_then(|code| owners.get(code)).copied().unwrap_or("");
        for tid in [spot.commune, spot.iris, spot.qpv].into_iter().flatten() {
            if let Some(zone) = zones.get_mut(&tid) {
                *zone.dwellings.entry(owner).or_default() += count;
            }
        }
    }
    zones.into_values().collect()
}

/// Tells where a landlord reads fewer than `threshold` dwellings of the others, and where it holds `dominance` percent or
/// more (0: not counted); none when there is nothing to tell.
pub(super) fn tell(source: &str, zones: &[Zone<'_>], threshold: i64, dominance: u32) -> Option<String> {
    let mut exposed: Vec<String> = Vec::new();
    let mut dominated = 0;
    for zone in zones {
        let total: i64 = zone.dwellings.values().sum();
        let own = |(landlord, count): (&&str, &i64)| (!landlord.is_empty() && *count > 0).then_some(*count);
        let Some(most) = zone.dwellings.iter().filter_map(own).max() else {
            continue;
        };
        dominated += usize::from(dominance > 0 && most * 100 >= total * i64::from(dominance));
        if (1..threshold).contains(&(total - most)) {
            exposed.push(zone.name.clone());
        }
    }
    if exposed.is_empty() && dominated == 0 {
        return None;
    }
    let mut text = format!("{source} : ");
    if !exposed.is_empty() {
        const SHOWN: usize = 12;
        let more = exposed.len().saturating_sub(SHOWN);
        let more = if more > 0 {
            format!(" et {more} {}", plural(more as u64, "autre", "autres"))
        } else {
            String::new()
        };
        text.push_str(&format!(
            "{} {} où un bailleur, ses propres logements retirés, lit moins de {threshold} logements des autres ({}{more})",
            exposed.len(),
            plural(exposed.len() as u64, "territoire publié", "territoires publiés"),
            exposed[..exposed.len().min(SHOWN)].join(", ")
        ));
    }
    if dominated > 0 {
        if !exposed.is_empty() {
            text.push_str(" ; ");
        }
        text.push_str(&format!(
            "{dominated} {} dont un bailleur détient {dominance} % ou plus des logements",
            plural(dominated as u64, "territoire", "territoires")
        ));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str, dwellings: &[(&'static str, i64)]) -> Zone<'static> {
        Zone {
            name: name.to_owned(),
            dwellings: dwellings.iter().copied().collect(),
        }
    }

    #[test]
    fn a_landlord_takes_its_own_away() {
        let zones = [
            zone("iris A", &[("Nord", 90), ("Sud", 10)]),
            zone("iris B", &[("Nord", 89), ("Sud", 11)]),
            zone("iris C", &[("Nord", 40)]),
            zone("iris D", &[("Nord", 30), ("", 4)]),
            zone("iris E", &[("", 50)]),
        ];
        let told = tell("rpls", &zones, 11, 85).expect("told");
        assert!(
            told.contains("2 territoires publiés") && told.contains("(iris A, iris D)"),
            "{told}"
        );
        assert!(told.contains("4 territoires dont un bailleur détient 85 %"), "{told}");
        assert_eq!(tell("rpls", &zones[1..3], 11, 0), None);
    }
}
