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
