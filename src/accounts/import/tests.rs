mod departures;

use std::path::PathBuf;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;
use crate::accounts::tests::{Folder, partner, register_with};
use crate::diag::Severity;

const TODAY: &str = "2026-01-05";

fn lists(changes: &Changes) -> (Vec<String>, Vec<String>) {
    let added = changes
        .added
        .iter()
        .map(|a| format!("{} | {} {} | {}", a.address, a.first_name, a.last_name, a.partner));
    let refused = changes.findings.iter().filter(|f| f.severity == Severity::Error);
    (added.collect(), refused.map(ToString::to_string).collect())
}

fn csv(folder: &Folder, text: &str) -> PathBuf {
    let path = folder.path("liste.csv");
    std::fs::write(&path, text).expect("a file");
    path
}

fn today() -> NaiveDate {
    TODAY.parse().expect("a date")
}

fn of(code: &str) -> Options {
    Options {
        partner: Some(code.to_owned()),
        letter: None,
    }
}

#[test]
fn a_list_as_people_type_them() {
    let folder = Folder::new("import-disorder");
    let mut register = register_with(&folder, "o");
    let mut lille = partner("lille");
    lille.name = "Ville de Lille".to_owned();
    register.partners.insert("lille".to_owned(), lille);
    let path = folder.path("liste.xlsx");
    let mut book = Workbook::new();
    let notice = book.add_worksheet().set_name("Notice").expect("a name");
    notice.write(0, 0, "À renvoyer avant le 31 janvier").expect("a cell");
    let sheet = book.add_worksheet().set_name("Agents 2026").expect("a name");
    let center = Format::new();
    sheet
        .merge_range(0, 1, 0, 5, "ANNEXE 2 – Liste des utilisateurs", &center)
        .expect("a title");
    for (column, title) in [
        "N°",
        "Organisme",
        "Fonction",
        "PRÉNOM(S)",
        "Nom de\nfamille",
        "Adresse e-mail professionnelle*",
        "Courrier du",
    ]
    .iter()
    .enumerate()
    {
        sheet.write(2, column as u16, *title).expect("a cell");
    }
    sheet
        .merge_range(3, 1, 4, 1, "VILLE DE LILLE", &center)
        .expect("two rows");
    let rows = [
        (
            3,
            "Chargée d’attribution",
            "MARIE",
            "DUPONT\u{a0}",
            " Marie.DUPONT@Ville-Lille.Example. ",
        ),
        (
            4,
            "=1+1",
            "Jean-Pierre",
            "LE GOFF",
            "mailto:jp.legoff@ville-lille.example",
        ),
        (7, "Directrice", "Zoé", "Ville", "z.ville@ville-lille.example"),
        (8, "", "Marie", "Dupont", "marie.dupont@ville-lille.example"),
        (9, "Accueil", "Anne", "Martin", "accueil.logement@ville-lille.example"),
        (10, "", "Paul", "Durand", "paul.durand@orange.fr"),
        (11, "", "Luc", "", "luc.petit@ville-lille.example"),
        (12, "", "Léa", "Moreau", "lea.moreau ville-lille.example"),
        (
            13,
            "",
            "Inès",
            "Faure",
            "a.faure@ville-lille.example ; ines@ville-lille.example",
        ),
    ];
    for (row, function, first, last, mail) in rows {
        for (column, text) in [(2, function), (3, first), (4, last), (5, mail)] {
            sheet.write_string(row, column, text).expect("a cell");
        }
    }
    let date = Format::new().set_num_format("dd/mm/yyyy");
    sheet
        .write_with_format(3, 6, ExcelDateTime::from_ymd(2025, 12, 1).expect("a date"), &date)
        .expect("a date");
    sheet.write(4, 6, 45_992).expect("a serial number");
    sheet.write(7, 6, "1er décembre 2025").expect("a text");
    sheet.write(6, 0, "Service habitat").expect("a section");
    book.save(&path).expect("a file");

    let changes = compare(&path, &Options::default(), &register, today()).expect("a list");
    let (added, refused) = lists(&changes);
    assert_eq!(
        added,
        [
            "marie.dupont@ville-lille.example | Marie Dupont | lille",
            "jp.legoff@ville-lille.example | Jean-Pierre Le Goff | lille",
            "z.ville@ville-lille.example | Zoé Ville | lille",
        ]
    );
    assert_eq!(changes.added[1].function, "1+1");
    let letters: Vec<_> = changes
        .added
        .iter()
        .map(|a| a.requested.map(|d| d.to_string()))
        .collect();
    assert_eq!(
        letters,
        [
            Some("2025-12-01".to_owned()),
            Some("2025-12-01".to_owned()),
            Some("2025-12-01".to_owned())
        ]
    );
    assert_eq!(refused.len(), 5, "{refused:#?}");
    for (found, (row, words)) in refused.iter().zip([
        (10, "adresse partagée"),
        (11, "messagerie personnelle"),
        (12, "nom ou prénom absent"),
        (13, "manque « @ »"),
        (14, "plusieurs adresses"),
    ]) {
        assert!(
            found.contains(&format!("liste.xlsx:{row}:")) && found.contains("feuille « Agents 2026 », colonne"),
            "{found}"
        );
        assert!(found.contains(words) && found.contains("aide : "), "{found}");
    }
    let notes: String = changes
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Warning)
        .map(ToString::to_string)
        .collect();
    assert!(
        notes.contains("déjà vu (feuille « Agents 2026 », ligne 4)") && notes.contains("« Service habitat »"),
        "{notes}"
    );
}

#[test]
fn headers_in_other_words_and_orders() {
    let folder = Folder::new("import-headers");
    let register = register_with(&folder, "o");
    for text in [
        "Courriel;Nom Prénom\nmarie.dupont@o.example;DUPONT Marie\n",
        "Nom et prénom de l’agent,Mél\n\"Dupont, Marie\",marie.dupont@o.example\n",
        "Prénom NOM\tE-mail\nMme Marie DUPONT\tMarie Dupont <marie.dupont@o.example>\n",
        "NOM;prenom;adresse électronique;téléphone;adresse postale\nDUPONT;MARIE;marie.dupont@o.example;0320;1 rue\n",
        "Utilisateur;Adresse de messagerie professionnelle nominative\nDupont Marie;marie.dupont@o.example\n",
        "nom;adresse mail\nMarie Dupont;m.dupont@o.example\n",
        "liste;;\n;;\nPRENOM;NOM;MAIL\nmarie;dupont;marie.dupont@o.example\nPRENOM;NOM;MAIL\n",
    ] {
        let changes = compare(&csv(&folder, text), &of("o"), &register, today()).expect("a list");
        assert_eq!(changes.added.len(), 1, "{text} {:?}", changes.findings);
        assert_eq!(changes.added[0].person(), "Marie Dupont", "{text}");
        assert!(!changes.findings.has_error(), "{text} {:?}", changes.findings);
    }
    let error = compare(&csv(&folder, "a;b\n1;2\n"), &of("o"), &register, today())
        .expect_err("no header")
        .to_string();
    assert!(error.contains("en-tête") && error.contains("aide"), "{error}");
}

#[test]
fn a_second_list_changes_only_what_changed() {
    let folder = Folder::new("import-twice");
    let mut register = register_with(&folder, "o");
    let first = "nom;prenom;mail;fonction\nDupont;Marie;marie.dupont@o.example;Agent\nMartin;Jean;jean.martin@o.example;Agent\nPetit;Luc;luc.petit@o.example;Chef\n";
    let changes = compare(&csv(&folder, first), &of("o"), &register, today()).expect("a list");
    assert!(register.accounts.is_empty(), "a comparison changes nothing");
    apply(&changes, &mut register, today(), "liste");
    let again = compare(&csv(&folder, first), &of("o"), &register, today()).expect("a list");
    assert_eq!(
        (
            again.added.len(),
            again.changed.len(),
            again.same.len(),
            again.absent.len()
        ),
        (0, 0, 3, 0)
    );

    let login = Address::parse("luc.petit@o.example").expect("an address");
    register.accounts.get_mut(&login).expect("Luc").state = State::Disabled("départ".to_owned());
    let second = "nom;prenom;mail;fonction\nDUPONT;Marie;marie.dupont@o.example;Directrice\nPETIT;Luc;luc.petit@o.example;Chef\nDupont;Marie;m.dupont@o.example;Directrice\n";
    let changes = compare(&csv(&folder, second), &of("o"), &register, today()).expect("a list");
    assert_eq!(changes.changed.len(), 1);
    assert_eq!(changes.changed[0].1, "fonction « Agent » → « Directrice »");
    assert_eq!(
        changes.absent.iter().map(Address::as_str).collect::<Vec<_>>(),
        ["jean.martin@o.example"]
    );
    let words = changes.findings.to_string();
    assert!(
        words.contains("reste désactivé (départ)") && words.contains("un seul compte par personne"),
        "{words}"
    );
    assert!(changes.added.is_empty());
}

#[test]
fn a_partner_out_of_order_gets_nobody() {
    let folder = Folder::new("import-partner");
    let mut register = register_with(&folder, "o");
    register.partners.get_mut("o").expect("o").deliberation = None;
    let text = "nom;prenom;mail;organisme\nDupont;Marie;marie.dupont@o.example;Organisme o\nMartin;Jean;jean.martin@x.example;Organisme x\n";
    let changes = compare(&csv(&folder, text), &Options::default(), &register, today()).expect("a list");
    assert!(changes.added.is_empty());
    let words = changes.findings.to_string();
    assert!(
        words.contains("délibération absente") && words.contains("partenaire inconnu"),
        "{words}"
    );
}

/// Reads a list of the partner `o` and gives what it adds, what it closes and all it says.
fn read(folder: &Folder, register: &Register, text: &str) -> (Vec<String>, Vec<String>, String) {
    let changes = compare(&csv(folder, text), &of("o"), register, today()).expect("a list");
    let (added, _) = lists(&changes);
    let added = added.iter().map(|a| a.replace(" | o", "")).collect();
    let closed = changes.departures.iter().map(|(a, why)| format!("{a} {why}")).collect();
    (added, closed, changes.findings.to_string())
}

const MARIE: &str = "marie.dupont@o.example | Marie Dupont";

#[test]
fn the_column_taken_is_the_right_one() {
    let folder = Folder::new("import-columns");
    let register = register_with(&folder, "o");
    for text in [
        "Nom de l'agent;Prénom de l'agent;Courriel\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom de l'utilisateur;Prénom de l'utilisateur;Courriel\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom du bénéficiaire;Prénom du bénéficiaire;Courriel\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom;Prénom;Courriel (prenom.nom@commune.fr)\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom;Prénom;@\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom;Prénom;Coordonnées\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom;Prénom;Login\nDUPONT;Marie;marie.dupont@o.example\n",
        "Nom;Prénom;Adresse;Contact\nDUPONT;Marie;1 rue du Port;marie.dupont@o.example\n",
        "Nom;Prénom;tel / mail\nDUPONT;Marie;03 20 00 00 00 / marie.dupont@o.example\n",
        "Identité;;Courriel\nNom;Prénom;professionnel\nDUPONT;Marie;marie.dupont@o.example\n",
        "Agent;;Adresse;\nNom;Prénom;postale;électronique\nDUPONT;Marie;1 rue;marie.dupont@o.example\n",
        "Adresse professionnelle;Nom;Prénom;Courriel\n1 rue du Port;DUPONT;Marie;marie.dupont@o.example\n",
        "Adresse postale professionnelle;Nom;Prénom;Courriel\n1 rue;DUPONT;Marie;marie.dupont@o.example\n",
        "Mail de la structure;Nom;Prénom;Mail\nmairie@o.example;DUPONT;Marie;marie.dupont@o.example\n",
        "Nom du service;Nom;Prénom;Mail\nHabitat;DUPONT;Marie;marie.dupont@o.example\n",
        "Nom de naissance;Nom d'usage;Prénom;Mail\nPETIT;DUPONT;Marie;marie.dupont@o.example\n",
        "Titre;Nom;Prénom;Mail\nMme;DUPONT;Marie;marie.dupont@o.example\n",
        "Civilité;Nom;Prénom;Mail\nMme;DUPONT Marie;;marie.dupont@o.example\n",
        "Nom;Prénom;Mail\nMelle Dupont;Marie;marie.dupont@o.example ; accueil@o.example\n",
        "Nom;Prénom;Mail\nDUPONT*;Marie;marie.dupont@o.example ; Marie.Dupont@o.example\n",
        "Nom;Prénom;Mail\nDUPONT (née PETIT);Marie;marie.dupont@o.example\n",
        "Nom;Prénom;Mail\nDUPONT;Marie;marie.dupont@o.example\nFait à Lille;le 1er mars;signature\nSignature;et cachet;\n",
        "Nom;Prénom;Mail\nExemple : PETIT;Luc;luc.petit@o.example\nDUPONT;Marie;marie.dupont@o.example\n",
    ] {
        let (added, _, said) = read(&folder, &register, text);
        assert_eq!(added, [MARIE], "{text}{said}");
        assert!(!said.contains("erreur"), "{text}{said}");
    }
    let born = "Nom;Prénom;Mail\nDUPONT (née PETIT);Marie;marie.petit@o.example\n";
    let (added, _, said) = read(&folder, &register, born);
    assert_eq!(added, ["marie.petit@o.example | Marie Dupont"]);
    assert!(said.is_empty(), "{said}");
    // A person without an address is not a second row of titles.
    let (_, _, said) = read(
        &folder,
        &register,
        "Nom;Prénom;Mail;\nDUPONT;Marie;;Mairie\nPetit;Luc;luc.petit@o.example;\n",
    );
    assert!(
        said.contains("liste.csv:2") && said.contains("adresse absente"),
        "{said}"
    );
    // « LE GOFF » alone is not Goff Le.
    let (added, _, said) = read(&folder, &register, "Nom;Prénom;Mail\nLE GOFF;;j.legoff@o.example\n");
    assert!(added.is_empty() && said.contains("nom ou prénom absent"), "{said}");
}

#[test]
fn the_title_of_a_list_is_no_title_of_a_column() {
    let folder = Folder::new("import-title");
    let register = register_with(&folder, "o");
    let list = "Liste des agents;;;;\nSociété : O;;;;\n;;;;\nNom d'usage;Prénom usuel;Nom de naissance;E-mail;Entrée\nGARÇON;Noëlle;LEROY;noelle.garcon@o.example;01/02/2019\n";
    let (added, _, said) = read(&folder, &register, list);
    assert_eq!(added.len(), 1, "{said}");
    // Names in the wrong columns are put right, and told.
    let list = "Prénom;Nom;Mail\nMARTIN;Paul;paul.martin@o.example\n";
    let (added, _, said) = read(&folder, &register, list);
    assert!(
        added[0].contains("Paul Martin") && said.contains("inversés"),
        "{added:?} {said}"
    );
}

#[test]
fn hidden_sheets_and_examples_are_told() {
    let folder = Folder::new("import-hidden");
    let register = register_with(&folder, "o");
    let path = folder.path("liste.xlsx");
    let list = |sheets: &[(&str, &str, bool)]| {
        let mut book = Workbook::new();
        for (name, person, hidden) in sheets {
            let sheet = book
                .add_worksheet()
                .set_name(*name)
                .expect("a name")
                .set_hidden(*hidden);
            for (column, title) in ["Nom", "Prénom", "Courriel"].iter().enumerate() {
                sheet.write(0, column as u16, *title).expect("a cell");
            }
            sheet.write(1, 0, "Dupont").expect("a cell");
            sheet.write(1, 1, *person).expect("a cell");
            sheet
                .write(1, 2, format!("{}.dupont@o.example", person.to_lowercase()))
                .expect("a cell");
        }
        book.save(&path).expect("a file");
        let changes = compare(&path, &of("o"), &register, today()).expect("a list");
        (lists(&changes).0, changes.findings.to_string())
    };
    let (added, said) = list(&[
        ("Agents", "Marie", false),
        ("Anciens", "Luc", true),
        ("Exemple", "Paul", false),
    ]);
    assert_eq!(added, ["marie.dupont@o.example | Marie Dupont | o"]);
    assert!(
        said.contains("feuille masquée « Anciens »") && said.contains("feuille d’exemple « Exemple »"),
        "{said}"
    );
    let (added, said) = list(&[("Modèle", "Marie", false)]);
    assert_eq!(added.len(), 1);
    assert!(said.contains("c’est la seule liste"), "{said}");
}

#[test]
fn another_body_is_never_put_under_the_partner() {
    let folder = Folder::new("import-bodies");
    let mut register = register_with(&folder, "o");
    for (code, name) in [("lille", "Ville de Lille"), ("lomme", "Ville de Lomme")] {
        let mut partner = partner(code);
        partner.name = name.to_owned();
        register.partners.insert(code.to_owned(), partner);
    }
    let list = |text: &str, options: &Options| {
        let changes = compare(&csv(&folder, text), options, &register, today()).expect("a list");
        (lists(&changes).0, changes.findings.to_string())
    };
    let marie = "Dupont;Marie;marie.dupont@x.example";
    for name in ["Mairie de Lille", "Commune de Lille", "VILLE DE LILLE", "Lille"] {
        let (added, said) = list(
            &format!("nom;prenom;mail;organisme\n{marie};{name}\n"),
            &Options::default(),
        );
        assert_eq!(
            added,
            ["marie.dupont@x.example | Marie Dupont | lille"],
            "{name} {said}"
        );
    }
    for name in ["Ville de Roubaix", "Mairie de Lomme", "Bailleur du Nord SA"] {
        let (added, said) = list(&format!("nom;prenom;mail;organisme\n{marie};{name}\n"), &of("lille"));
        assert!(added.is_empty() && said.contains("n’est"), "{name} {said}");
    }
    let (added, said) = list(
        &format!("nom;prenom;mail;structure\n{marie};Direction de l'habitat\n"),
        &of("lille"),
    );
    assert_eq!((added.len(), said.as_str()), (1, ""));
    let (added, said) = list(
        &format!("nom;prenom;mail;structure\n{marie};CCAS de Lille\n"),
        &of("lille"),
    );
    assert!(added.len() == 1 && said.contains("lu comme le partenaire"), "{said}");
    // A line of its own names the partner of those below.
    let sections =
        format!("nom;prenom;mail\nMairie de Lille;;\n{marie}\nMairie de Lomme;;\nPetit;Luc;luc.petit@x.example\n");
    let (added, said) = list(&sections, &Options::default());
    assert_eq!(
        added,
        [
            "marie.dupont@x.example | Marie Dupont | lille",
            "luc.petit@x.example | Luc Petit | lomme"
        ],
        "{said}"
    );
    let (added, said) = list(&format!("nom;prenom;mail\nVille de Roubaix;;\n{marie}\n"), &of("lille"));
    assert!(added.is_empty() && said.contains("« Ville de Roubaix »"), "{said}");
}

#[test]
fn two_people_do_not_share_an_address() {
    let folder = Folder::new("import-shared");
    let mut register = register_with(&folder, "o");
    let list = "nom;prenom;mail\nDupont;Marie;marie.dupont@o.example\nDupont;Marius;marie.dupont@o.example\n";
    let (added, _, said) = read(&folder, &register, list);
    assert_eq!(added, [MARIE]);
    assert!(
        said.contains("erreur") && said.contains("déjà l’adresse de Marie Dupont (ligne 2)"),
        "{said}"
    );
    let changes = compare(&csv(&folder, list), &of("o"), &register, today()).expect("a list");
    apply(&changes, &mut register, today(), "liste");
    let (added, _, said) = read(
        &folder,
        &register,
        "nom;prenom;mail\nMarien;Dupond;marie.dupont@o.example\n",
    );
    assert!(
        added.is_empty() && said.contains("est le compte de Marie Dupont"),
        "{said}"
    );
    let (_, _, said) = read(&folder, &register, "nom;prenom;mail\nPetit;Zoé;zoé.petit@o.example\n");
    assert!(said.contains("« zoe.petit@o.example »"), "{said}");
}

#[test]
fn a_second_table_of_a_sheet_has_its_own_columns() {
    let folder = Folder::new("import-tables");
    let register = register_with(&folder, "o");
    let list = "Service Habitat;;;\nNom;Prénom;Mail;\nGILLET;Rémi;remi.gillet@o.example;\n;;;\nService Urbanisme;;;\nPrénom;Nom;Fonction;Mail\nSofia;PEREZ;Instructrice;sofia.perez@o.example\nEnzo;LOPEZ;;\n";
    let (added, _, said) = read(&folder, &register, list);
    assert_eq!(
        added,
        [
            "remi.gillet@o.example | Rémi Gillet",
            "sofia.perez@o.example | Sofia Perez"
        ],
        "{said}"
    );
    assert_eq!(said.matches("erreur").count(), 1, "{said}");
    assert!(
        said.contains("liste.csv:8:4: erreur : colonne 4 : adresse absente"),
        "{said}"
    );
    // The second has better titles: the first is read all the same. A person above any title is told.
    let list = "Nom;Prénom;Mail;\nGILLET;Rémi;remi.gillet@o.example;\n;;;\nNom;Prénom;Mail;Fonction\nPEREZ;Sofia;sofia.perez@o.example;Instructrice\n";
    let (added, _, said) = read(&folder, &register, list);
    assert_eq!(added.len(), 2, "{added:?} {said}");
    let list = "HAMON;Ambre;ambre.hamon@o.example\nNom;Prénom;Mail\nGILLET;Rémi;remi.gillet@o.example\n";
    let (added, _, said) = read(&folder, &register, list);
    assert_eq!(added, ["remi.gillet@o.example | Rémi Gillet"]);
    assert!(
        said.contains("liste.csv:1:3") && said.contains("au-dessus des titres"),
        "{said}"
    );
    let list = "Nom;Prénom;Mail;Observations\nMAIL;Li;Li Mail <l.mail@o.example>;référente\n";
    let (added, _, said) = read(&folder, &register, list);
    assert_eq!(added, ["l.mail@o.example | Li Mail"], "{said}");
    let exported = "Last name,First name,Email,Job title\nDupont,Marie,marie.dupont@o.example,Cheffe\n";
    let (added, _, said) = read(&folder, &register, exported);
    assert_eq!(added, [MARIE], "{said}");
}

#[test]
fn one_row_is_one_person() {
    let folder = Folder::new("import-person");
    let register = register_with(&folder, "o");
    for (list, why) in [
        (
            "Agent;Mail\nBERTIN Odile ET RENARD Luc;odile.bertin@o.example\n",
            "plusieurs personnes",
        ),
        (
            "Nom;Prénom;Mail\nCOLLET et FLEURY;Anne et Lise;anne.collet@o.example\n",
            "plusieurs personnes",
        ),
        (
            "Nom;Prénom;Mail\nVASSEUR;Mme VASSEUR;vasseur@o.example\n",
            "prénom absent",
        ),
        (
            "Nom;Prénom;Mail\nEx. : DUPONT;Marie;marie.dupont@o.example\n",
            "ligne d’exemple",
        ),
    ] {
        let (added, _, said) = read(&folder, &register, list);
        assert!(added.is_empty() && said.contains(why), "{list} {added:?} {said}");
    }
    for (list, person) in [
        (
            "Nom;Prénom;Mail\nTHOMAS;Thomas;thomas.thomas@o.example\n",
            "Thomas Thomas",
        ),
        ("Nom;Prénom;Mail\nOU YANG;Li;li.ouyang@o.example\n", "Li Ou Yang"),
        (
            "Nom;Prénom;Mail\nDUPONT;Bienvenue;b.dupont@o.example\n",
            "Bienvenue Dupont",
        ),
    ] {
        let (added, _, said) = read(&folder, &register, list);
        assert!(
            added.len() == 1 && added[0].ends_with(person),
            "{list} {added:?} {said}"
        );
        assert!(!said.contains("erreur"), "{said}");
    }
}

#[test]
fn a_hostile_list_ends_soon() {
    let folder = Folder::new("import-hostile");
    let mut register = register_with(&folder, "o");
    let account = |i: usize| format!("Dupont;Marie{i};marie{i}.dupont@o.example\n");
    let list: String = (0..2_000).map(account).collect();
    let changes = compare(
        &csv(&folder, &format!("nom;prenom;mail\n{list}")),
        &of("o"),
        &register,
        today(),
    )
    .expect("a list");
    apply(&changes, &mut register, today(), "liste");
    let start = std::time::Instant::now();
    let long = "a b".repeat(5_000);
    let rows: String = (0..100_000)
        .map(|i| format!("Petit;Luc{i};luc{i}.petit@o.example\n"))
        .collect();
    let text = format!("nom;prenom;mail\n{long};{long};a.b@o.example\n{long};;{long}@{long}\n{rows}");
    compare(&csv(&folder, &text), &of("o"), &register, today()).expect("a list");
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
