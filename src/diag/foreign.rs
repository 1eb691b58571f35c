//! Faults told by libraries, in French and with what to do: none of their English reaches the reader.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Diagnostic;

static CONTAINED: AtomicUsize = AtomicUsize::new(0);

/// Runs a library on input that may break it; none when it broke.
///
/// What is caught says nothing on the terminal, provided that the program's hook asks [`is_contained`].
pub fn contained<T>(run: impl FnOnce() -> T) -> Option<T> {
    CONTAINED.fetch_add(1, Ordering::SeqCst);
    let out = catch_unwind(AssertUnwindSafe(run)).ok();
    CONTAINED.fetch_sub(1, Ordering::SeqCst);
    out
}

/// Tells whether a library is being run by [`contained`].
pub fn is_contained() -> bool {
    CONTAINED.load(Ordering::SeqCst) > 0
}

/// What went wrong with a file, and the remedy.
pub fn io(error: &io::Error) -> (String, &'static str) {
    let (why, hint) = match error.kind() {
        io::ErrorKind::NotFound => (
            "le fichier ou le dossier n’existe pas",
            "vérifier le chemin, ou le dossier depuis lequel la commande est lancée",
        ),
        io::ErrorKind::PermissionDenied => (
            "accès refusé",
            "vérifier les droits de ce chemin et le compte qui lance la commande",
        ),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ("le disque est plein", "libérer de la place, puis relancer")
        }
        io::ErrorKind::ReadOnlyFilesystem => ("le disque est en lecture seule", "choisir un autre dossier"),
        io::ErrorKind::IsADirectory => ("c’est un dossier", "donner le chemin d’un fichier"),
        io::ErrorKind::NotADirectory => ("une partie du chemin n’est pas un dossier", "vérifier le chemin"),
        io::ErrorKind::AlreadyExists => ("il existe déjà", "choisir un autre nom"),
        io::ErrorKind::DirectoryNotEmpty => ("le dossier n’est pas vide", "choisir un dossier vide"),
        io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput => {
            ("ce nom de fichier n’est pas permis", "le renommer")
        }
        io::ErrorKind::FileTooLarge => ("le fichier est trop gros pour ce disque", "choisir un autre disque"),
        io::ErrorKind::InvalidData => ("le contenu est abîmé", "copier de nouveau le fichier d’origine"),
        io::ErrorKind::UnexpectedEof => (
            "le fichier est coupé avant sa fin",
            "copier de nouveau le fichier d’origine",
        ),
        io::ErrorKind::BrokenPipe => ("la lecture de la sortie s’est interrompue", "relancer la commande"),
        io::ErrorKind::ResourceBusy | io::ErrorKind::WouldBlock => (
            "le fichier est employé par un autre programme",
            "le fermer, puis relancer",
        ),
        io::ErrorKind::AddrInUse => ("l’adresse est déjà employée", "en choisir une autre"),
        _ => {
            let code = error
                .raw_os_error()
                .map_or_else(String::new, |code| format!(" (code {code})"));
            return (format!("le système la refuse{code}"), "vérifier le disque et le chemin");
        }
    };
    (why.to_owned(), hint)
}

/// A fault of JSON, with its line and column.
pub fn json(error: &serde_json::Error) -> Diagnostic {
    let d = match error.classify() {
        serde_json::error::Category::Eof => {
            Diagnostic::error("JSON coupé avant sa fin").hint("copier de nouveau le fichier d’origine : sa fin manque")
        }
        serde_json::error::Category::Data => {
            Diagnostic::error("JSON bien écrit, mais ce n’est pas ce qui est attendu ici")
                .hint("vérifier qu’il s’agit du bon fichier")
        }
        _ => Diagnostic::error("JSON mal écrit")
            .hint("vérifier à cet endroit les guillemets, les virgules et les crochets"),
    };
    if error.line() > 0 {
        d.line(error.line()).column(error.column())
    } else {
        d
    }
}

/// A fault of GeoJSON, with its line and column when the text itself is at fault.
pub fn geojson(error: &geojson::Error) -> Diagnostic {
    match error {
        geojson::Error::MalformedGeoJson(error) => json(error),
        _ => Diagnostic::error("GeoJSON inattendu : une « FeatureCollection » de polygones ou de points est attendue")
            .hint("exporter de nouveau la couche en GeoJSON"),
    }
}

/// A fault of a table with separators, with its line.
pub fn csv(error: &csv::Error) -> Diagnostic {
    let d = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let what = if *len == 1 { "cellule" } else { "cellules" };
            Diagnostic::error(format!("{len} {what}, {expected_len} attendues"))
                .hint("un séparateur ou un guillemet manque ou est de trop sur cette ligne, ou juste avant")
        }
        csv::ErrorKind::Utf8 { .. } => {
            Diagnostic::error("texte dans un codage inconnu").hint("enregistrer la table en « CSV UTF-8 »")
        }
        csv::ErrorKind::Io(error) => {
            let (why, hint) = io(error);
            Diagnostic::error(format!("table illisible : {why}")).hint(hint)
        }
        _ => Diagnostic::error("table illisible").hint("vérifier le séparateur et les guillemets"),
    };
    match error
        .position()
        .map(csv::Position::line)
        .and_then(|l| usize::try_from(l).ok())
    {
        Some(line) if line > 0 => d.line(line),
        _ => d,
    }
}

/// A fault of a template of a theme, with its file under `themes/<theme>/templates/`, its line and its column.
///
/// The innermost fault is told: an included or inherited template is the one to mend.
pub fn template(error: &minijinja::Error, theme: &str) -> Diagnostic {
    use minijinja::ErrorKind as Kind;
    let mut inner = error;
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        inner = next.downcast_ref().unwrap_or(inner);
        cause = next.source();
    }
    let detail = inner.detail().unwrap_or("");
    let named = |words: &[&str]| {
        let name = detail
            .split(|c: char| c.is_whitespace() || c == '"')
            .find(|w| !w.is_empty() && !words.contains(w));
        name.map_or_else(String::new, |name| format!(" « {name} »"))
    };
    let (why, hint) = match inner.kind() {
        Kind::SyntaxError => {
            let start = |text: &str| detail.starts_with(text);
            if start("unexpected end of") {
                (
                    "bloc ou texte finis trop tôt".to_owned(),
                    "fermer ce qui est ouvert : « %} », « }} », guillemets, {% endif %}, {% endfor %}",
                )
            } else if start("unknown statement") {
                (
                    format!("instruction{} inconnue", named(&["unknown", "statement"])),
                    "vérifier l’orthographe, et que chaque {% endif %} ou {% endfor %} ferme un bloc ouvert",
                )
            } else {
                (
                    "écriture fautive".to_owned(),
                    "vérifier à cet endroit les accolades, les guillemets et les noms",
                )
            }
        }
        Kind::TemplateNotFound => (
            format!("gabarit{} introuvable", named(&["template", "does", "not", "exist"])),
            "écrire le nom d’un fichier de themes/atlas/templates",
        ),
        Kind::UnknownFilter => (format!("filtre{} inconnu", named(&["filter", "is", "unknown"])), SAME),
        Kind::UnknownTest => (format!("condition{} inconnue", named(&["test", "is", "unknown"])), SAME),
        Kind::UnknownFunction => (format!("fonction{} inconnue", named(&["is", "unknown"])), SAME),
        Kind::UnknownMethod => ("fonction inconnue de cette valeur".to_owned(), SAME),
        Kind::UndefinedError => (
            "valeur absente de cette page".to_owned(),
            "l’entourer de {% if … %}, ou en vérifier le nom",
        ),
        Kind::MissingArgument | Kind::TooManyArguments => {
            ("il manque un argument, ou il y en a un de trop".to_owned(), SAME)
        }
        Kind::WriteFailure => (
            "la page n’a pas pu être écrite".to_owned(),
            "vérifier la place du disque",
        ),
        _ => ("opération impossible sur cette valeur".to_owned(), SAME),
    };
    let mut d = Diagnostic::error(format!("gabarit : {why}")).hint(hint);
    if let Some(name) = inner.name() {
        d = d.at(format!("themes/{theme}/templates/{name}"));
    }
    if let Some(line) = inner.line() {
        d = d.line(line);
    }
    let start = inner
        .template_source()
        .zip(inner.range())
        .and_then(|(text, range)| text.get(..range.start));
    match start {
        Some(before) => d.column(before.chars().rev().take_while(|c| *c != '\n').count() + 1),
        None => d,
    }
}

/// The remedy when a template asks for what the theme has not.
const SAME: &str = "comparer avec le même fichier du thème fourni (themes/atlas/templates)";

/// A workbook that could not be written.
pub fn workbook(error: &rust_xlsxwriter::XlsxError) -> Diagnostic {
    use rust_xlsxwriter::XlsxError as Kind;
    match error {
        Kind::IoError(error) => {
            let (why, hint) = io(error);
            Diagnostic::error(format!("classeur non écrit : {why}")).hint(hint)
        }
        Kind::RowColumnLimitError | Kind::MaxStringLengthExceeded => {
            Diagnostic::error("classeur : plus de lignes, de colonnes ou de caractères qu’Excel n’en accepte")
                .hint("écourter le texte du dictionnaire ou des sources, ou fermer l’export de cette échelle")
        }
        _ => Diagnostic::error("classeur : la bibliothèque a refusé une feuille")
            .hint("signaler ce défaut avec les données qui le causent"),
    }
}

/// Starts of the messages of the TOML parser: what each one means, and the remedy.
const TOML: [(&str, &str, &str); 33] = [
    ("duplicate key", "clé écrite deux fois", "n’en garder qu’une"),
    (
        "string values must be quoted",
        "texte sans guillemets",
        "mettre le texte entre guillemets : clé = \"texte\"",
    ),
    (
        "missing value",
        "valeur manquante après le signe « = »",
        "écrire une valeur : clé = \"texte\", clé = 3, clé = true",
    ),
    (
        "key with no value",
        "clé sans valeur",
        "écrire « clé = valeur » sur cette ligne, ou la retirer",
    ),
    (
        "invalid key-value pair",
        "ligne qui n’est pas de la forme « clé = valeur »",
        "écrire « clé = valeur », ou mettre « # » devant un commentaire",
    ),
    (
        "missing assignment",
        "signe « = » manquant entre une clé et sa valeur",
        "écrire « clé = valeur »",
    ),
    ("extra assignment", "signe « = » de trop", "n’en garder qu’un"),
    ("extra `=`", "signe « = » de trop", "n’en garder qu’un"),
    (
        "unexpected `=` in array",
        "signe « = » dans une liste",
        "séparer les valeurs de la liste par des virgules",
    ),
    (
        "missing comma between array",
        "virgule manquante entre deux valeurs d’une liste",
        "séparer les valeurs par des virgules",
    ),
    (
        "missing comma",
        "virgule manquante entre deux réglages",
        "séparer les réglages de { … } par des virgules",
    ),
    ("extra comma", "virgule de trop", "la retirer"),
    (
        "unclosed array table",
        "titre de table qui n’est pas refermé",
        "écrire « [[nom]] »",
    ),
    (
        "unclosed array",
        "liste qui n’est pas refermée",
        "ajouter « ] » à la fin de la liste",
    ),
    (
        "unclosed inline table",
        "accolade qui n’est pas refermée",
        "ajouter « } »",
    ),
    (
        "unclosed table",
        "titre de table qui n’est pas refermé",
        "écrire « [nom] »",
    ),
    (
        "invalid table",
        "titre de table mal écrit",
        "écrire « [nom] » ou « [[nom]] », seul sur sa ligne",
    ),
    ("missing table open", "titre de table mal écrit", "écrire « [nom] »"),
    (
        "cannot extend value",
        "une clé pointée ajoute à une valeur qui n’est pas une table",
        "renommer l’une des deux",
    ),
    (
        "invalid unquoted key",
        "clé mal écrite",
        "une clé s’écrit sans accent ni espace, ou entre guillemets",
    ),
    (
        "unquoted keys cannot be empty",
        "clé vide",
        "écrire le nom de la clé avant le signe « = »",
    ),
    (
        "keys cannot be",
        "clé sur plusieurs lignes",
        "écrire la clé sur une seule ligne",
    ),
    (
        "missing opening quote",
        "guillemet ouvrant manquant",
        "mettre le texte entre deux guillemets droits",
    ),
    (
        "invalid basic string",
        "texte dont le guillemet fermant manque",
        "fermer le texte par un guillemet droit, sur la même ligne",
    ),
    (
        "invalid literal string",
        "texte dont l’apostrophe fermante manque",
        "fermer le texte, ou employer des guillemets droits",
    ),
    (
        "invalid multi-line",
        "texte sur plusieurs lignes qui n’est pas refermé",
        "le fermer par trois guillemets droits",
    ),
    (
        "missing escaped value",
        "barre oblique inverse sans suite",
        "écrire « \\\\ » pour une barre oblique inverse",
    ),
    (
        "too few unicode",
        "caractère écrit par son code, incomplet",
        "écrire le caractère lui-même",
    ),
    (
        "carriage return",
        "retour chariot isolé",
        "enregistrer le fichier avec des fins de ligne ordinaires",
    ),
    (
        "invalid comment character",
        "caractère interdit dans un commentaire",
        "le retirer",
    ),
    (
        "invalid date-time",
        "date mal écrite",
        "écrire la date sous la forme aaaa-mm-jj, sans guillemets",
    ),
    (
        "cannot recurse",
        "listes ou tables imbriquées trop profondément",
        "les mettre à plat",
    ),
    (
        "recursion limit",
        "listes ou tables imbriquées trop profondément",
        "les mettre à plat",
    ),
];

/// Starts of messages about numbers.
const NUMBERS: [&str; 11] = [
    "unexpected leading zero",
    "unexpected sign",
    "redundant",
    "`_` may only",
    "radix must",
    "integers with a radix",
    "invalid integer",
    "invalid float",
    "invalid mantissa",
    "invalid fraction",
    "invalid exponent",
];

/// What the library says that it found (« string "x" », « integer `3` ») in French, with its value.
fn found(words: &str) -> String {
    let all = [
        ("string", "texte"),
        ("integer", "nombre entier"),
        ("floating point", "nombre à virgule"),
        ("boolean", "réglage"),
        ("sequence", "liste"),
        ("map", "table"),
        ("datetime", "date"),
    ];
    let Some((name, french)) = all.iter().find(|(name, _)| words.starts_with(name)) else {
        return "valeur d’une forme inattendue".to_owned();
    };
    let value = words[name.len()..].trim().trim_matches(['`', '"']);
    if value.is_empty() {
        (*french).to_owned()
    } else {
        format!("{french} « {value} »")
    }
}

/// What the library says that it expected, in French.
fn expected(words: &str) -> &'static str {
    let numbers = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64"];
    if numbers.contains(&words) {
        "un nombre entier est attendu"
    } else if words.starts_with('f') || words.contains("number") {
        "un nombre est attendu"
    } else if words.contains("string") {
        "un texte est attendu"
    } else if words.contains("boolean") {
        "true ou false est attendu"
    } else if ["sequence", "tuple", "array"].iter().any(|w| words.contains(w)) {
        "une liste est attendue"
    } else if ["struct", "map", "table"].iter().any(|w| words.contains(w)) {
        "une table est attendue"
    } else {
        "autre chose est attendu"
    }
}

/// A fault of TOML, from the message of the parser or of a type it fills.
pub fn toml(message: &str) -> Diagnostic {
    let mut names = message.split('`').skip(1).step_by(2);
    if message.starts_with("missing field") {
        let key = names.next().unwrap_or_default();
        return Diagnostic::error(format!("clé manquante « {key} »")).hint(format!("ajouter « {key} = … »"));
    }
    if message.starts_with("unknown variant") {
        let word = names.next().unwrap_or_default().to_owned();
        let known: Vec<&str> = names.collect();
        return Diagnostic::error(format!("valeur inconnue « {word} »")).suggest(&word, known);
    }
    let parts = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split_once(", expected "));
    if let Some((what, wanted)) = parts {
        return Diagnostic::error(format!("{} : {}", found(what), expected(wanted)))
            .hint("un texte se met entre guillemets ; un nombre, true ou false s’écrivent sans");
    }
    if message.starts_with("invalid length") {
        return Diagnostic::error("liste d’une autre longueur que celle attendue")
            .hint("compter les valeurs de la liste");
    }
    if message.contains("did not match any variant") {
        return Diagnostic::error("valeur d’une forme inattendue")
            .hint("voir la page des réglages ou de la recette pour les formes permises");
    }
    if let Some((_, words, hint)) = TOML.iter().find(|(start, ..)| message.starts_with(start)) {
        return Diagnostic::error(*words).hint(*hint);
    }
    if NUMBERS.iter().any(|start| message.starts_with(start)) || message.contains("number") {
        return Diagnostic::error("nombre mal écrit").hint("un nombre s’écrit sans espace, avec un point : 1234.5");
    }
    // A message of the product's own, told through the library.
    if message.contains('«') || !message.is_ascii() {
        return Diagnostic::error(message.to_owned());
    }
    Diagnostic::error("ligne qui n’est pas du TOML")
        .hint("vérifier les guillemets, les crochets et le signe « = » de cette ligne")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that only the libraries say.
    const ENGLISH: [&str; 9] = [
        "expected",
        "missing",
        "invalid",
        "unexpected",
        "unclosed",
        "found",
        "key ",
        "value",
        "string",
    ];

    #[test]
    fn every_fault_of_toml_is_told_in_french() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only read")]
        struct Small {
            name: String,
            count: u8,
            yes: bool,
            list: Vec<String>,
            table: std::collections::BTreeMap<String, f64>,
        }
        let whole = "name = \"a\"\ncount = 1\nyes = true\nlist = []\ntable = {}\n";
        assert!(toml::from_str::<Small>(whole).is_ok());
        let broken = [
            "name = \"a",
            "name = a",
            "name",
            "name =",
            "= 3",
            "name = \"a\" \"b\"",
            "[name",
            "[[name]",
            "[]",
            "name = [1, 2",
            "name = [1 2]",
            "name = {a = 1",
            "name = {a = 1, }}",
            "count = 01",
            "count = 1_",
            "count = 0x",
            "count = 1e",
            "count = 2026-13-40",
            "name = 'a",
            "name = \"\"\"a",
            "name = \"\\q\"",
            "name = \"\\u12\"",
            "é = 3",
            "name = \"a\"\nname = \"b\"",
            "name.a = 1\nname = 2",
            "name == 3",
            "name = \"a\u{7}\"",
            "name = 3",
            "count = 300",
            "count = \"3\"",
            "yes = \"oui\"",
            "list = \"a\"",
            "table = 3",
            "\0",
            "name = \"a\"\r",
        ];
        for text in broken {
            let error = toml::from_str::<Small>(text).expect_err(text);
            let told = super::toml(error.message()).to_string();
            assert!(told.contains("aide"), "{text}: {told}");
            let left = ENGLISH.iter().find(|w| told.contains(**w));
            assert!(left.is_none(), "{text}: {told} ({})", error.message());
        }
    }

    #[test]
    fn faults_of_json_tables_and_disk_are_told_in_french() {
        for text in ["{\"a\": ", "{a}", "[1,]", "3", "{\"a\": 1} x"] {
            let error = serde_json::from_str::<std::collections::BTreeMap<String, u8>>(text).expect_err(text);
            assert!(json(&error).to_string().contains("JSON"), "{text}");
        }
        let rows = csv::Reader::from_reader(&b"a;b\n1,2\n"[..]).records().last();
        let error = rows.expect("a row").expect_err("two cells");
        assert_eq!(csv(&error).line, Some(2));
        assert!(csv(&error).message.starts_with("2 cellules, 1 attendue"));
        for kind in [
            io::ErrorKind::NotFound,
            io::ErrorKind::StorageFull,
            io::ErrorKind::Other,
        ] {
            let (why, hint) = super::io(&kind.into());
            assert!(!why.is_empty() && !hint.is_empty());
        }
    }
}
