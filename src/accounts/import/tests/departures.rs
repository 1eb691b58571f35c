//! Departures, told in words or struck through, and rows left aside.

use super::*;

#[test]
fn a_departure_never_makes_an_account() {
    let folder = Folder::new("import-departure");
    let mut register = register_with(&folder, "o");
    let first = "nom;prenom;mail\nDupont;Marie;marie.dupont@o.example\nPetit;Luc;luc.petit@o.example\n";
    let changes = compare(&csv(&folder, first), &of("o"), &register, today()).expect("a list");
    apply(&changes, &mut register, today(), "liste");
    for (header, marie, luc) in [
        ("Action", "création", "suppression"),
        ("Création / suppression", "Création", "Suppression"),
        ("Statut", "actif", "A quitté la commune : à supprimer"),
        ("Actif", "oui", "non"),
        ("Date de départ", "", "31/12/2025"),
        ("Type de demande", "Maintien", "Retrait"),
        ("À supprimer", "", "X"),
        ("Situation", "en poste", "Fin de contrat"),
    ] {
        let list = format!(
            "nom;prenom;mail;{header}\nDupont;Marie;marie.dupont@o.example;{marie}\nPetit;Luc;luc.petit@o.example;{luc}\nRoux;Zoé;zoe.roux@o.example;{luc}\n"
        );
        let (added, closed, said) = read(&folder, &register, &list);
        assert!(added.is_empty(), "{header} {added:?}");
        assert_eq!(closed.len(), 1, "{header} {said}");
        assert!(closed[0].starts_with("luc.petit@o.example "), "{closed:?}");
        assert!(
            said.contains("à fermer") && said.contains("Zoé Roux n’a pas de compte"),
            "{said}"
        );
    }
    // A remark says it too; that of another person, or of a later day, is told and closes nothing.
    for remark in [
        "À SUPPRIMER",
        "a quitté la commune le 12/12/2025, merci de retirer son accès",
        "Partie",
    ] {
        for title in ["Observations", ""] {
            let list = format!(
                "nom;prenom;mail;{title}\nDupont;Marie;marie.dupont@o.example;\nPetit;Luc;luc.petit@o.example;{remark}\nRoux;Zoé;zoe.roux@o.example;{remark}\n"
            );
            let (added, closed, said) = read(&folder, &register, &list);
            assert!(added.is_empty() && closed.len() == 1, "{title} {remark} {said}");
            assert!(said.contains("Zoé Roux n’a pas de compte"), "{said}");
        }
    }
    for remark in [
        "Remplace Mme Roux, partie en retraite",
        "départ en retraite prévu",
        "départ le 31/12/2026",
        "retraite en 2031",
    ] {
        let list = format!("nom;prenom;mail;Observations\nPetit;Luc;luc.petit@o.example;{remark}\n");
        let (added, closed, said) = read(&folder, &register, &list);
        assert!(added.is_empty() && closed.is_empty(), "{remark} {said}");
        assert!(said.contains("remarque à lire"), "{remark} {said}");
    }
    // In anyone's words.
    for remark in [
        "mutation à la région",
        "fin de CDD",
        "n'est plus en poste",
        "ancien agent",
        "retraite au 1er décembre 2025",
        "parti le 15 décembre",
        "départ le 15 décembre 2025 (59350 Lille)",
    ] {
        for title in ["Observations", "Statut"] {
            let list = format!(
                "nom;prenom;mail;{title}\nPetit;Luc;luc.petit@o.example;{remark}\nRoux;Zoé;zoe.roux@o.example;{remark}\n"
            );
            let (added, closed, said) = read(&folder, &register, &list);
            assert!(added.is_empty() && closed.len() == 1, "{title} {remark} {said}");
        }
    }
    // A day to come, in whichever column and form.
    for later in [
        "retraite au 1er mars 2026",
        "retraite au 1er mars",
        "départ le 31/12/2026",
        "fin de contrat en juin 2026",
        "fin de CDD (février 2026)",
        "départ prévu",
    ] {
        for title in ["Observations", "Statut", "Date de départ"] {
            let list = format!("nom;prenom;mail;{title}\nPetit;Luc;luc.petit@o.example;{later}\n");
            let (added, closed, said) = read(&folder, &register, &list);
            assert!(added.is_empty() && closed.is_empty(), "{title} {later} {said}");
            assert!(
                ["remarque à lire", "départ à venir", "départ prévu"]
                    .iter()
                    .any(|w| said.contains(w)),
                "{title} {later} {said}"
            );
        }
    }
    // What may be one is told, whatever the column; an unknown state too.
    for (title, text) in [
        ("Observations", "en disponibilité"),
        ("Observations", "a changé de service"),
        ("Observations", "remplacée par Mme Roux"),
        ("Statut", "à voir"),
        ("Statut", "plus actif"),
    ] {
        let list = format!("nom;prenom;mail;{title}\nPetit;Luc;luc.petit@o.example;{text}\n");
        let (_, closed, said) = read(&folder, &register, &list);
        assert!(closed.is_empty() && said.contains("à lire"), "{title} {text} {said}");
    }
    for state in [
        "actif",
        "en poste",
        "sans changement",
        "OK",
        "titulaire",
        "déjà inscrit",
    ] {
        let list = format!("nom;prenom;mail;Statut\nPetit;Luc;luc.petit@o.example;{state}\n");
        let (_, closed, said) = read(&folder, &register, &list);
        assert!(closed.is_empty() && said.is_empty(), "{state} {said}");
    }
    // Neither an arrival nor another name is a departure.
    for remark in [
        "arrivée par mutation",
        "ancien nom : Roux",
        "ancienne adresse : l.petit@o.example",
        "demande de mutation en cours",
    ] {
        let list = format!("nom;prenom;mail;Observations\nPetit;Luc;luc.petit@o.example;{remark}\n");
        let (_, closed, said) = read(&folder, &register, &list);
        assert!(closed.is_empty(), "{remark} {said}");
    }
    // In the future, for another person, or asked both ways, nothing is closed.
    for row in [
        "Petit;Luc;luc.petit@o.example;31/12/2026;",
        "Roux;Zoé;luc.petit@o.example;31/12/2025;",
        "Petit;Luc;luc.petit@o.example;;création ou suppression",
    ] {
        let list = format!("nom;prenom;mail;Date de départ;Action\n{row}\n");
        let (added, closed, said) = read(&folder, &register, &list);
        assert!(
            added.is_empty() && closed.is_empty() && !said.is_empty(),
            "{row} {said}"
        );
    }
    let by_name = "nom;prenom;mail;action\nPetit;Luc;;suppression\n";
    let changes = compare(&csv(&folder, by_name), &of("o"), &register, today()).expect("a list");
    apply(&changes, &mut register, today(), "liste");
    let login = Address::parse("luc.petit@o.example").expect("an address");
    assert!(matches!(&register.accounts[&login].state, State::Disabled(why) if why.contains("suppression")));
    assert_eq!(
        register.history.last().map(|e| e.action.as_str()),
        Some("désactivation")
    );
}

#[test]
fn a_struck_row_is_a_departure_and_a_hidden_one_is_left_aside() {
    let folder = Folder::new("import-marks");
    let register = register_with(&folder, "lille");
    let people = [
        ("DURAND", "Paul", "paul.durand@lille.example"),
        ("PETIT", "Léa", "lea.petit@lille.example"),
        ("GRAND", "Luc", "luc.grand@lille.example"),
    ];
    let workbook = folder.path("liste.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(["Nom", "Prénom", "Courriel"]) {
        sheet.write(0, column, title).expect("a cell");
    }
    let (plain, struck) = (Format::new(), Format::new().set_font_strikethrough());
    for (row, (last, first, email)) in (1..).zip(people) {
        let format = if row == 2 { &struck } else { &plain };
        for (column, text) in (0..).zip([last, first, email]) {
            sheet.write_with_format(row, column, text, format).expect("a cell");
        }
    }
    sheet.set_row_hidden(3).expect("a row");
    book.save(&workbook).expect("a workbook");

    let cell = |style: &str, text: &str| {
        format!("<t:table-cell t:style-name=\"{style}\" o:value-type=\"string\"><x:p>{text}</x:p></t:table-cell>")
    };
    let row = |visibility: &str, style: &str, texts: [&str; 3]| {
        let cells: String = texts.iter().map(|t| cell(style, t)).collect();
        format!("<t:table-row t:visibility=\"{visibility}\">{cells}</t:table-row>")
    };
    let texts = |i: usize| [people[i].0, people[i].1, people[i].2];
    let content = [
        "<o:document-content xmlns:o=\"o\" xmlns:t=\"t\" xmlns:x=\"x\" xmlns:s=\"s\"><o:automatic-styles>".to_owned(),
        "<s:style s:name=\"ce1\" s:family=\"table-cell\"><s:text-properties s:text-line-through-style=\"solid\"/></s:style>".to_owned(),
        "</o:automatic-styles><t:table t:name=\"Agents\">".to_owned(),
        row("visible", "ce0", ["Nom", "Prénom", "Courriel"]),
        row("visible", "ce0", texts(0)),
        row("visible", "ce1", texts(1)),
        row("filter", "ce0", texts(2)),
        "</t:table></o:document-content>".to_owned(),
    ];
    let opendocument = folder.path("liste.ods");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&opendocument).expect("a file"));
    archive
        .start_file("content.xml", zip::write::SimpleFileOptions::default())
        .expect("a part");
    std::io::Write::write_all(&mut archive, content.concat().as_bytes()).expect("a text");
    archive.finish().expect("an archive");

    for list in [workbook, opendocument] {
        let changes = compare(&list, &of("lille"), &register, today()).expect("a list");
        let (added, refused) = lists(&changes);
        assert_eq!(
            added,
            ["paul.durand@lille.example | Paul Durand | lille"],
            "{}",
            list.display()
        );
        assert!(refused.is_empty(), "{refused:?}");
        let said = changes.findings.to_string();
        assert!(said.contains("ligne barrée dans le classeur"), "{said}");
        assert!(said.contains("luc.grand@lille.example » : ligne masquée"), "{said}");
    }
}
