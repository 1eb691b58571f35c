//! Which partner a list names: « Mairie de Lille » is « Ville de Lille ».

use crate::accounts::names;
use crate::accounts::partner::{Kind, Partner};
use crate::accounts::words::{LINKS, is_generic};

const COMMUNE: &[&str] = &["mairie", "ville", "commune", "municipalite"];
const ARTICLES: &[&str] = &["de", "d", "du", "des", "la", "le", "les", "l"];
const LABELS: &[&str] = &[
    "partenaire",
    "organisme",
    "structure",
    "collectivite",
    "commune",
    "bailleur",
];

/// Finds the partner a text names, by its name, its code, or another name of the same commune.
pub(super) fn find<'a>(partners: impl Iterator<Item = &'a Partner>, named: &str) -> Option<&'a Partner> {
    let key = names::key(named);
    let place = commune(named);
    let mut same_place = None;
    for partner in partners {
        if names::key(&partner.name) == key || names::key(&partner.code) == key {
            return Some(partner);
        }
        let own = commune(&partner.name);
        // « Lille » alone is the commune, when it is one.
        let bare = |a: &Option<String>, name: &str| {
            a.clone()
                .or_else(|| (partner.kind == Kind::Commune).then(|| names::key(name)))
        };
        let same = match (&place, &own) {
            (None, None) => false,
            _ => bare(&place, named) == bare(&own, &partner.name),
        };
        if same && same_place.is_none() {
            same_place = Some(partner);
        }
    }
    same_place
}

/// Tells whether a text names a commune as such: « Mairie de Lille ».
pub(super) fn is_commune(named: &str) -> bool {
    commune(named).is_some()
}

/// « Mairie d’Ascq » → « ascq ».
fn commune(named: &str) -> Option<String> {
    let key = names::key(named);
    let key = key
        .strip_prefix("hotel de ville ")
        .map_or(key.clone(), |rest| format!("mairie {rest}"));
    let words: Vec<&str> = key.split(' ').collect();
    let (head, rest) = words.split_first()?;
    let after = rest
        .iter()
        .skip_while(|w| ARTICLES.contains(w))
        .copied()
        .collect::<Vec<_>>();
    let of = rest.first().is_some_and(|w| matches!(*w, "de" | "d" | "du" | "des"));
    if COMMUNE.contains(head) && of && !after.is_empty() {
        return Some(after.join(" "));
    }
    // « Lille (mairie) », « Lille mairie ».
    let (last, before) = words.split_last()?;
    (COMMUNE.contains(last) && !before.is_empty() && !before.iter().any(|w| is_generic(w))).then(|| before.join(" "))
}

/// Takes « Partenaire : » off.
pub(super) fn without_label(text: &str) -> &str {
    match text.split_once(':') {
        Some((label, name)) if LABELS.contains(&names::key(label).as_str()) && !name.trim().is_empty() => name.trim(),
        _ => text,
    }
}

/// Tells whether a text names but a service: « Direction de l’habitat ».
pub(super) fn is_a_service(named: &str) -> bool {
    let key = names::key(named);
    key.split(' ')
        .all(|w| is_generic(w) || LINKS.contains(&w) || ARTICLES.contains(&w))
}

/// Tells whether a text may be a part of a partner: one of its services, or a name that carries its own.
pub(super) fn is_part_of(named: &str, partner: &Partner) -> bool {
    let own = commune(&partner.name).unwrap_or_else(|| names::key(&partner.name));
    let key = names::key(named);
    let words: Vec<&str> = key.split(' ').collect();
    // « Mairie de Lille et de Lomme » is not Lille, « Lille, direction de l’habitat » is.
    is_a_service(named)
        || own.split(' ').all(|w| words.contains(&w))
            && words
                .iter()
                .all(|w| own.split(' ').any(|o| o == *w) || is_generic(w) || LINKS.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Partner {
        let mut partner = crate::accounts::tests::partner("x");
        partner.name = name.to_owned();
        partner
    }

    #[test]
    fn a_commune_has_several_names() {
        let lille = named("Ville de Lille");
        let ascq = named("Mairie d’Ascq");
        let all = [lille.clone(), ascq];
        for text in [
            "Mairie de Lille",
            "COMMUNE DE LILLE",
            "ville de lille",
            "Lille",
            "Lille (mairie)",
            "Hôtel de ville de Lille",
        ] {
            assert_eq!(
                find(all.iter(), text).map(|p| p.name.as_str()),
                Some("Ville de Lille"),
                "{text}"
            );
        }
        assert!(find(all.iter(), "Ascq").is_some() && find(all.iter(), "Commune d'Ascq").is_some());
        for text in [
            "Ville de Roubaix",
            "CCAS de Lille",
            "Lille Habitat",
            "Ville",
            "Ville et Habitat",
        ] {
            assert!(find(all.iter(), text).is_none(), "{text}");
        }
        assert!(is_part_of("Direction de l’habitat", &lille) && is_part_of("Lille – service logement", &lille));
        assert!(!is_part_of("Ville de Roubaix", &lille) && !is_part_of("Lille Nord Développement SA", &lille));
    }
}
