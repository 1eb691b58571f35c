use super::*;

const FIRST: &[&str] = &[
    "Marie",
    "Jean",
    "Jean-Pierre",
    "Anne-Sophie",
    "Zoé",
    "François",
    "Noëlle",
    "Mehdi",
    "Fatima-Zahra",
    "Loïc",
    "Élodie",
    "Inès",
    "Thi Minh",
    "Ngoc",
    "Ève",
    "Jo",
    "Gaël",
    "Maëlle",
    "Ahmed",
    "Chloé",
    "Marie-Noëlle",
    "Raphaël",
    "Sia",
    "Mel",
];
const LAST: &[&str] = &[
    "Dupont",
    "Le Goff",
    "De Smet",
    "D'Hondt",
    "Vandenbroucke",
    "Van den Berghe",
    "Ville",
    "Service",
    "Mairie",
    "Lemaire",
    "Marche",
    "Maison",
    "Parc",
    "Cour",
    "Bureau",
    "Logement",
    "Leblanc-Moreau",
    "Œuvrard",
    "Saint-Léger",
    "Li",
    "Ô",
    "Ben Youssef",
    "N'Diaye",
    "El Amrani",
    "Müller",
    "Garçon",
    "Président",
    "Directeur",
    "Contact",
    "Poste",
];

/// The usual ways an organisation makes an address from a name.
fn addresses(first: &str, last: &str) -> Vec<String> {
    let (first, last) = (names::key(first), names::key(last));
    let initial = &first[..1];
    let initials: String = first.split(' ').filter_map(|w| w.chars().next()).collect();
    let hyphen = |name: &str| name.replace(' ', "-");
    let glued = |name: &str| name.replace(' ', "");
    vec![
        format!("{}.{}", hyphen(&first), hyphen(&last)),
        format!("{}.{}", glued(&first), glued(&last)),
        format!("{}.{}", hyphen(&first), glued(&last)),
        format!("{initial}.{}", hyphen(&last)),
        format!("{initial}{}", glued(&last)),
        format!("{initials}.{}", glued(&last)),
        format!("{initials}{}", glued(&last)),
        glued(&last),
        hyphen(&last),
        format!("{}.{}", hyphen(&last), hyphen(&first)),
        format!("{}.{initial}", glued(&last)),
        format!("{}-{initial}", glued(&last)),
        format!("{}_{}", glued(&first), glued(&last)),
        format!("{}{}2", glued(&first), glued(&last)),
        format!("{}.{}.ext", glued(&first), glued(&last)),
    ]
}

#[test]
fn people_get_in_whatever_their_name() {
    let mut refused = Vec::new();
    let mut count = 0;
    for first in FIRST {
        for last in LAST {
            for local in addresses(first, last) {
                count += 1;
                let address = Address::parse(&format!("{local}@organisme.example")).expect("an address");
                if judge(&address, first, last) != Verdict::Nominative {
                    refused.push(format!("{first} {last} {address}"));
                }
            }
        }
    }
    assert!(count > 10_000);
    assert!(
        refused.is_empty(),
        "{} : {:?}",
        refused.len(),
        &refused[..refused.len().min(20)]
    );
}

#[test]
fn desks_do_not_whoever_holds_them() {
    let desks = [
        "contact",
        "accueil",
        "accueil-logement",
        "ccas.lille",
        "ccas",
        "pole.habitat",
        "service.logement",
        "dgs",
        "no-reply",
        "noreply",
        "mairie",
        "ville",
        "secretariat",
        "logement",
        "habitat",
        "urbanisme",
        "cabinet",
        "elus",
        "attribution",
        "attributions",
        "gestion",
        "location",
        "agence",
        "agence.nord",
        "standard",
        "dsi",
        "sig",
        "observatoire",
        "peuplement",
        "rgpd",
        "dpo",
        "commission.attribution",
        "mairie.lomme",
        "ville-de-seclin",
        "polelogement",
        "service_habitat",
        "info",
        "courrier",
        "s.logement",
        "demande-logement",
        "relogement.anru",
        "gestion.locative",
        "bureau12",
        "urba59",
        "antenne-est",
        "equipe",
        "maire",
        "cab.maire",
        "direction.generale",
        "h.accueil",
        "slog",
        "svc-hab",
        "hab",
        "logt",
        "dir",
        "residence.les-lilas",
        "gardien.lilas",
        "plh",
        "dhp",
        "obs",
        "xyz",
        "a",
        "1234",
        "agent1",
        "stagiaire.habitat",
        "marie.logement",
        "accueil.marie",
        "dupont.service",
        "conseil",
        "syndicat-mixte",
        "epci",
        "maisondelhabitat",
        "adil59",
    ];
    let holders = [
        ("Marie", "Dupont"),
        ("Jean", "Service-Martin"),
        ("Paul", "Leville"),
        ("Accueil", "Logement"),
        ("Service", "Habitat"),
    ];
    for desk in desks {
        let address = Address::parse(&format!("{desk}@organisme.example")).expect("an address");
        for (first, last) in holders {
            let verdict = judge(&address, first, last);
            assert!(
                matches!(verdict, Verdict::Refused(_)),
                "{address} pour {first} {last} : {verdict:?}"
            );
        }
    }
    // The name of a desk and of its place are not those of a person.
    let address = Address::parse("ccas.lille@ville-lille.example").expect("an address");
    assert!(matches!(judge(&address, "Lille", "CCAS"), Verdict::Refused(_)));
}

#[test]
fn personal_mailboxes_do_not() {
    for domain in [
        "gmail.com",
        "orange.fr",
        "wanadoo.fr",
        "yahoo.co.uk",
        "hotmail.fr",
        "laposte.net",
        "live.fr",
        "proton.me",
    ] {
        let address = Address::parse(&format!("marie.dupont@{domain}")).expect("an address");
        assert!(
            matches!(judge(&address, "Marie", "Dupont"), Verdict::Refused(_)),
            "{domain}"
        );
    }
    for domain in [
        "orange.com.example",
        "mairie-live.fr",
        "free-habitat.fr",
        "yahoo.mairie.example",
        "alice-habitat.fr",
    ] {
        assert!(!is_free_domain(domain), "{domain}");
    }
}

#[test]
fn in_doubt_it_says_so() {
    let judge = |local: &str| {
        judge(
            &Address::parse(&format!("{local}@o.example")).expect("an address"),
            "Marie",
            "Dupont",
        )
    };
    for local in ["marie.martin", "paul.dupont", "mdupond", "marie.dupontt"] {
        assert!(
            matches!(judge(local), Verdict::Doubtful(_)),
            "{local}: {:?}",
            judge(local)
        );
    }
}

#[test]
fn reads_addresses_as_lists_write_them() {
    for text in [
        " Marie.Dupont@Ville.Example. ",
        "mailto:marie.dupont@ville.example",
        "Marie Dupont <marie.dupont@ville.example>",
        "marie.dupont\u{a0}@ville.example",
        "marie.dupont@ville.example;",
        "MARIE.DUPONT@VILLE.EXAMPLE",
        "marie.dupont[at]ville.example",
        "\u{200b}marie.dupont@ville.example",
    ] {
        assert_eq!(
            Address::parse(text).map(|a| a.to_string()),
            Ok("marie.dupont@ville.example".to_owned()),
            "{text}"
        );
    }
    for text in [
        "",
        "néant",
        "marie.dupont",
        "marie@",
        "@ville.example",
        "a@b",
        "é@ville.example",
        "a@b.c.d@e.fr",
        "a..b@ville.example",
        "a:b@ville.example",
        "a@ville.example/../",
        "a@127.0.0.1",
        "a\n:x@ville.example\\",
    ] {
        assert!(Address::parse(text).is_err(), "{text}");
    }
}
