//! Invented names: places, streets, residences, organisations. No person, no real organisation.

use std::collections::BTreeSet;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Names of communes; the first is the central one.
const COMMUNES: [&str; 24] = [
    "Rivemont",
    "Saint-Aubin-sur-Rive",
    "Montigny-les-Forges",
    "Courcelles-Gare",
    "La Tuilerie",
    "Pont-l’Évesque-la-Rive",
    "Les Hautes-Bornes",
    "Vaubrun",
    "Longpré-le-Moulin",
    "Trois-Fontaines",
    "Aubiers-sur-Rive",
    "Fresnoy-la-Gare",
    "Noirval",
    "Grandchamp-les-Prés",
    "Orval-le-Sec",
    "Bellefontaine-en-Rive",
    "Châtelard",
    "Corbény-sous-Bois",
    "Étanches",
    "La Ferté-Basse",
    "Marchais-la-Haie",
    "Mesnil-Haut",
    "Saulnes-aux-Joncs",
    "Vézelles",
];
const COMMUNE_STEMS: [&str; 24] = [
    "Ormes",
    "Aulnay",
    "Bréval",
    "Cernoy",
    "Dampval",
    "Écaux",
    "Fontenay",
    "Genêts",
    "Haudricourt",
    "Jonchères",
    "Landrecy",
    "Mareuil",
    "Neuvillers",
    "Orbeval",
    "Plessis",
    "Quesnoy",
    "Roncières",
    "Sauvigny",
    "Thiérval",
    "Urvillers",
    "Vernoy",
    "Warlincy",
    "Ablaincy",
    "Bruyères",
];
const COMMUNE_TAILS: [&str; 8] = [
    "-sur-Rive",
    "-le-Haut",
    "-le-Bas",
    "-les-Prés",
    "-sous-Bois",
    "-la-Forêt",
    "-aux-Joncs",
    "-les-Moulins",
];
const DISTRICTS: [&str; 72] = [
    "Centre-Bourg",
    "Gare",
    "Les Verriers",
    "La Corderie",
    "Port-Fluvial",
    "Les Peupliers",
    "Beauregard",
    "Haute-Rive",
    "Le Moulin",
    "Bois-l’Abbé",
    "Les Prés-Bas",
    "Grand-Marais",
    "Faubourg-d’Amont",
    "Les Tisserands",
    "La Citadelle",
    "Belle-Étoile",
    "Les Épinettes",
    "Le Halage",
    "La Fonderie",
    "Les Coteaux",
    "Champ-de-Foire",
    "La Croix-Haute",
    "Les Jardins",
    "Mont-Plaisant",
    "La Justice",
    "Les Glacis",
    "Vieux-Port",
    "L’Arsenal",
    "Les Remparts",
    "La Chartreuse",
    "Petit-Bois",
    "Les Acacias",
    "La Plaine",
    "Le Vallon",
    "Clos-Fleuri",
    "Les Granges",
    "La Briqueterie",
    "Bas-Jardins",
    "Les Ateliers",
    "La Passerelle",
    "Le Canal",
    "Les Tilleuls",
    "La Prairie",
    "Grande-Île",
    "Les Charmilles",
    "Bel-Air",
    "La Garenne",
    "Les Vignes",
    "Quai-Nord",
    "La Roseraie",
    "Les Sorbiers",
    "La Minoterie",
    "Le Lavoir",
    "Les Sablons",
    "La Filature",
    "Hôtel-de-Ville",
    "Les Quatre-Vents",
    "La Mare-aux-Joncs",
    "Le Beffroi",
    "Les Bleuets",
    "La Cerisaie",
    "Porte-Neuve",
    "Les Aubépines",
    "La Grande-Haie",
    "Le Pré-Clos",
    "Les Carrières",
    "La Sucrerie",
    "Les Muguets",
    "Fort-Carré",
    "La Houblonnière",
    "Les Marronniers",
    "Le Grand-Large",
];
const PRIORITY: [&str; 20] = [
    "Les Verriers",
    "La Fonderie – Halage",
    "Les Tisserands",
    "Beauregard – Les Épinettes",
    "La Plaine",
    "Bel-Air",
    "La Briqueterie",
    "Les Sablons",
    "Le Grand-Large",
    "Les Quatre-Vents",
    "La Filature",
    "Champ-de-Foire – Gare",
    "Les Carrières",
    "La Garenne",
    "La Sucrerie",
    "Les Hauts-de-Rive",
    "Le Canal",
    "Les Ateliers",
    "La Prairie",
    "Mont-Plaisant",
];
const FLATS: [&str; 12] = [
    "Résidence",
    "Résidence",
    "Le Parc",
    "Les Terrasses",
    "Le Square",
    "Le Patio",
    "La Cour",
    "Les Allées",
    "Le Domaine",
    "Cité",
    "Les Balcons",
    "Le Carré",
];
const HOUSES: [&str; 6] = [
    "Le Clos",
    "Le Hameau",
    "Les Maisons",
    "Les Jardins",
    "Les Cottages",
    "L’Allée",
];
const RESIDENCE_TAILS: [&str; 48] = [
    "des Tanneurs",
    "du Halage",
    "des Glaneuses",
    "des Rubaniers",
    "du Lin",
    "des Filatures",
    "de la Navette",
    "du Beffroi",
    "des Bateliers",
    "de l’Écluse",
    "des Potiers",
    "des Tilleuls",
    "du Moulin",
    "des Bleuets",
    "de la Corderie",
    "des Cordiers",
    "du Lavoir",
    "des Brasseurs",
    "du Houblon",
    "des Forges",
    "de la Passerelle",
    "des Maraîchers",
    "du Vieux-Port",
    "des Charmilles",
    "des Sorbiers",
    "de la Cerisaie",
    "des Aubépines",
    "du Petit-Bois",
    "des Remparts",
    "de la Citadelle",
    "des Glacis",
    "de la Roseraie",
    "du Pré-Clos",
    "des Vignes",
    "de la Minoterie",
    "du Canal",
    "des Passeurs",
    "de la Garenne",
    "des Coteaux",
    "du Grand-Marais",
    "des Acacias",
    "de l’Orangerie",
    "des Carriers",
    "des Fauvettes",
    "des Hirondelles",
    "du Verger",
    "de la Source",
    "des Peupliers",
];
const RESIDENCE_PLAIN: [&str; 40] = [
    "Les Tanneurs",
    "Les Canuts",
    "Grand-Place",
    "Les Filatures",
    "Quai du Port",
    "Beauregard-Parc",
    "Les Verriers I",
    "Les Verriers II",
    "La Corderie",
    "Les Peupliers",
    "Les Bleuets",
    "Le Beffroi",
    "Les Bateliers",
    "L’Écluse",
    "La Navette",
    "Les Fauvettes",
    "Les Hirondelles",
    "L’Orée",
    "Le Belvédère",
    "Les Érables",
    "Les Ormes",
    "Le Verger",
    "La Source",
    "Les Potiers",
    "La Brasserie",
    "Les Forges",
    "Les Rubaniers",
    "La Charpente",
    "Les Ardoises",
    "La Halle",
    "Les Moissons",
    "La Meunière",
    "Les Roseaux",
    "Le Phare",
    "Le Grand-Mât",
    "La Voilerie",
    "Les Oseraies",
    "Le Colombier",
    "La Bergerie",
    "Les Quais",
];
const WAYS: [&str; 10] = [
    "rue",
    "rue",
    "rue",
    "rue",
    "avenue",
    "boulevard",
    "allée",
    "place",
    "impasse",
    "chemin",
];
/// Organisations, all invented.
const LANDLORDS: [&str; 14] = [
    "Habitat Rivemontais (OPH)",
    "Logis du Val-de-Rive (ESH)",
    "Le Foyer des Tisserands (coopérative)",
    "Rive Habitat (ESH)",
    "Maisons du Halage (ESH)",
    "Nord-Rivemont Logement (SEM)",
    "L’Abri des Forges (ESH)",
    "Toits et Jardins (coopérative)",
    "Canal Résidences (ESH)",
    "Solidarité Beffroi (association agréée)",
    "Habitat des Trois Rivières (OPH)",
    "Les Charpentes (ESH)",
    "Logement du Vieux-Port (SEM)",
    "Entre-Rives Habitat (ESH)",
];

/// Names of `n` communes, distinct; the first is the central one.
pub(super) fn communes(n: usize) -> Vec<String> {
    let more = COMMUNE_TAILS
        .iter()
        .flat_map(|tail| COMMUNE_STEMS.iter().map(move |stem| format!("{stem}{tail}")));
    let mut names: Vec<String> = COMMUNES.iter().map(|s| (*s).to_owned()).chain(more).take(n).collect();
    while names.len() < n {
        names.push(format!("Rive-Neuve {}", names.len()));
    }
    names
}

/// Names of the `n` districts of a commune, distinct within it.
pub(super) fn districts(n: usize, rng: &mut ChaCha8Rng) -> Vec<String> {
    let mut used = BTreeSet::new();
    (0..n)
        .map(|i| {
            if i == 0 {
                used.insert(0);
                return DISTRICTS[0].to_owned();
            }
            let start = rng.random_range(0..DISTRICTS.len());
            match (0..DISTRICTS.len())
                .map(|k| (start + k) % DISTRICTS.len())
                .find(|k| used.insert(*k))
            {
                Some(k) => DISTRICTS[k].to_owned(),
                None => format!("{} {}", DISTRICTS[i % DISTRICTS.len()], i / DISTRICTS.len() + 1),
            }
        })
        .collect()
}

/// Name of the priority district of a rank.
pub(super) fn priority(rank: usize) -> String {
    match (PRIORITY.get(rank), rank % PRIORITY.len()) {
        (Some(name), _) => (*name).to_owned(),
        (None, k) => format!("{} {}", PRIORITY[k], rank / PRIORITY.len() + 1),
    }
}

/// Name of a residence of flats or houses.
pub(super) fn residence(collective: bool, rng: &mut ChaCha8Rng) -> String {
    if rng.random_bool(0.25) {
        pick(&RESIDENCE_PLAIN, rng).to_owned()
    } else {
        let head = if collective {
            pick(&FLATS, rng)
        } else {
            pick(&HOUSES, rng)
        };
        format!("{head} {}", pick(&RESIDENCE_TAILS, rng))
    }
}

/// A way and its name: `rue des Tanneurs`.
pub(super) fn street(rng: &mut ChaCha8Rng) -> String {
    format!("{} {}", pick(&WAYS, rng), pick(&RESIDENCE_TAILS, rng))
}

/// Name of an equipment of a family.
pub(super) fn equipment(family: &str, rng: &mut ChaCha8Rng) -> String {
    let tail = pick(&RESIDENCE_TAILS, rng);
    match family {
        "creche" => format!("Crèche {tail}"),
        "ecole" => format!("École {tail}"),
        "college" => format!("Collège {tail}"),
        "medecin" => format!("Cabinet médical {tail}"),
        "pharmacie" => format!("Pharmacie {tail}"),
        "alimentation" => format!(
            "{} {tail}",
            pick(&["Supérette", "Épicerie", "Boulangerie", "Supermarché"], rng)
        ),
        "metro" => format!("Station {}", pick(&DISTRICTS, rng)),
        _ => format!("{} – {}", pick(&DISTRICTS, rng), street(rng)),
    }
}

/// Organisations that own the residences.
pub(super) const fn landlords() -> &'static [&'static str] {
    &LANDLORDS
}

/// Takes one of a list.
fn pick<'a>(list: &[&'a str], rng: &mut ChaCha8Rng) -> &'a str {
    list[rng.random_range(0..list.len())]
}
