use std::path::{Path, PathBuf};

use super::partner::{Annex, Kind, Partner};
use super::register::Register;

/// A folder of the test, removed at its end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("atlas-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn partner(code: &str) -> Partner {
    Partner {
        code: code.to_owned(),
        name: format!("Organisme {code}"),
        kind: Kind::Commune,
        convention: "2025-01-10".parse().ok(),
        deliberation: "2024-12-12".parse().ok(),
        annexes: Annex::ALL.into(),
        valid_until: "2040-12-31".parse().ok(),
        mission_until: None,
        notice: None,
    }
}

/// A register with one partner in order.
pub(super) fn register_with(folder: &Folder, code: &str) -> Register {
    let mut register = Register::open(&folder.path("registre")).expect("a new register");
    register.partners.insert(code.to_owned(), partner(code));
    register
}

mod gestures {
    use clap::Parser;

    use super::*;
    use crate::accounts::command::{AccountsArgs, run};
    use crate::cli::Answer;
    use crate::diag::Result;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: AccountsArgs,
    }

    fn atlas(folder: &Folder, today: &str, line: &[&str]) -> Result<Answer> {
        let register = folder.path("registre").display().to_string();
        let fixed = ["accounts", "--register", &register, "--today", today];
        let line = Line::try_parse_from(fixed.iter().chain(line)).expect("a command line");
        run(&line.args, false)
    }

    fn read(path: &Path) -> String {
        std::fs::read_to_string(path).expect("a file")
    }

    fn with_partner(folder: &Folder) {
        let line = [
            "partner",
            "add",
            "lille",
            "--name",
            "Ville de Lille",
            "--kind",
            "commune",
            "--convention",
            "2025-01-10",
            "--deliberation",
            "12/12/2024",
            "--annex",
            "deliberation",
            "--annex",
            "utilisateurs",
            "--valid-until",
            "2030-12-31",
        ];
        atlas(folder, "2026-01-05", &line).expect("a partner");
    }

    const SITE: &str = "https://atlas.example/";
    const MARIE: &str = "marie.dupont@ville-lille.example";

    fn add(folder: &Folder) -> String {
        let line = [
            "add",
            MARIE,
            "--first-name",
            "Marie",
            "--last-name",
            "DUPONT",
            "--partner",
            "lille",
            "--site",
            SITE,
        ];
        let answer = atlas(folder, "2026-01-05", &line).expect("an account");
        let shown = answer
            .text
            .lines()
            .find(|l| l.starts_with("Mot de passe"))
            .expect("a password");
        shown.rsplit(' ').next().expect("a word").to_owned()
    }

    #[test]
    fn no_account_without_convention_and_deliberation() {
        let folder = Folder::new("papers");
        let add_to = |code: &str| {
            let line = [
                "add",
                MARIE,
                "--first-name",
                "Marie",
                "--last-name",
                "Dupont",
                "--partner",
                code,
                "--site",
                SITE,
            ];
            atlas(&folder, "2026-01-05", &line)
                .map(|_| ())
                .map_err(|e| e.to_string())
        };
        let partner = |code: &str, papers: &[&str]| {
            let line: Vec<&str> = ["partner", "add", code, "--name", code, "--kind", "commune"]
                .iter()
                .chain(papers)
                .copied()
                .collect();
            atlas(&folder, "2026-01-05", &line).expect("a partner");
        };
        partner("rien", &[]);
        partner("signee", &["--convention", "2025-01-01"]);
        partner("votee", &["--deliberation", "2025-01-01", "--annex", "deliberation"]);
        partner(
            "avenir",
            &[
                "--convention",
                "2026-02-01",
                "--deliberation",
                "2025-01-01",
                "--annex",
                "deliberation",
            ],
        );
        partner(
            "finie",
            &[
                "--convention",
                "2020-01-01",
                "--deliberation",
                "2020-01-01",
                "--annex",
                "deliberation",
                "--valid-until",
                "2025-12-31",
            ],
        );
        partner(
            "resiliee",
            &[
                "--convention",
                "2020-01-01",
                "--deliberation",
                "2020-01-01",
                "--annex",
                "deliberation",
                "--notice",
                "2025-10-01",
            ],
        );
        for code in ["rien", "signee", "votee", "avenir", "finie", "resiliee", "inconnu"] {
            assert!(add_to(code).is_err(), "{code}");
        }
        partner(
            "ordre",
            &[
                "--convention",
                "2020-01-01",
                "--deliberation",
                "2020-01-01",
                "--annex",
                "deliberation",
                "--notice",
                "2025-10-06",
            ],
        );
        assert_eq!(add_to("ordre"), Ok(()));
    }

    #[test]
    fn a_password_is_shown_once_and_only_its_hash_is_kept() {
        let folder = Folder::new("password");
        with_partner(&folder);
        let password = add(&folder);
        assert_eq!(password.len(), 20);
        let htpasswd = folder.path("htpasswd");
        atlas(
            &folder,
            "2026-01-05",
            &["export", "--htpasswd", &htpasswd.display().to_string()],
        )
        .expect("a file");
        let hash = read(&htpasswd)
            .lines()
            .find_map(|l| l.strip_prefix(&format!("{MARIE}:")).map(str::to_owned))
            .expect("a line");
        assert!(hash.starts_with("$2y$08$") && bcrypt::verify(&password, &hash).expect("bcrypt"));
        let mut files = 0;
        for file in std::fs::read_dir(folder.path("registre")).expect("a folder") {
            let path = file.expect("a file").path();
            assert!(!read(&path).contains(&password), "{}", path.display());
            assert_eq!(
                crate::fs::mode(&path).expect("a mode"),
                Some(0o600),
                "{}",
                path.display()
            );
            files += 1;
        }
        assert!(files >= 6);
        assert_eq!(crate::fs::mode(&folder.path("registre")).expect("a mode"), Some(0o700));
        assert_eq!(crate::fs::mode(&htpasswd).expect("a mode"), Some(0o600));
    }

    #[test]
    fn closing_is_written_at_once_for_the_proxy() {
        let folder = Folder::new("closing");
        with_partner(&folder);
        add(&folder);
        let paths = ["htpasswd", "caddy", "authelia.yml"].map(|n| folder.path(n));
        let [htpasswd, caddy, authelia] = paths.clone().map(|p| p.display().to_string());
        atlas(
            &folder,
            "2026-01-05",
            &[
                "export",
                "--htpasswd",
                &htpasswd,
                "--caddy",
                &caddy,
                "--authelia",
                &authelia,
            ],
        )
        .expect("files");
        let inside = || {
            [
                read(&paths[0]).contains(MARIE),
                read(&paths[1]).contains(&format!("{MARIE} $2y$08$"))
                    && !read(&paths[1]).contains(&format!("{MARIE} $2y$08$....")),
                read(&paths[2]).contains("disabled: false"),
            ]
        };
        assert_eq!(inside(), [true; 3]);
        atlas(&folder, "2026-01-06", &["disable", MARIE, "--reason", "départ ;\n=1+1"]).expect("disabled");
        assert_eq!(inside(), [false; 3]);
        assert!(
            atlas(&folder, "2026-01-06", &["welcome", MARIE]).is_err(),
            "a disabled account gets no password"
        );
        atlas(&folder, "2026-01-07", &["enable", MARIE, "--reason", "retour"]).expect("enabled");
        assert_eq!(inside(), [true; 3]);
        // The convention ends: the daily export closes the account.
        atlas(&folder, "2031-01-01", &["export"]).expect("files");
        assert_eq!(inside(), [false; 3]);
        atlas(&folder, "2026-01-08", &["remove", MARIE, "--reason", "retraite"]).expect("removed");
        assert_eq!(inside(), [false; 3]);
        let history = read(&folder.path("registre/historique.csv"));
        for action in ["création", "mot de passe", "désactivation", "réouverture", "retrait"] {
            assert!(history.contains(&format!(";{action};{MARIE};")), "{action} : {history}");
        }
        assert!(history.contains("\"départ ; =1+1\""), "{history}");
        assert!(!read(&folder.path("registre/empreintes.csv")).contains(MARIE));
    }

    #[test]
    fn a_proxy_file_keeps_its_readers() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("readers");
        with_partner(&folder);
        let path = folder.path("htpasswd");
        std::fs::write(&path, "").expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
        atlas(
            &folder,
            "2026-01-05",
            &["export", "--htpasswd", &path.display().to_string()],
        )
        .expect("a file");
        // Its group may still read it; everybody no longer may.
        assert_eq!(crate::fs::mode(&path).expect("a mode"), Some(0o640));
    }

    #[test]
    fn exceptions_have_a_reason_and_an_end() {
        let folder = Folder::new("exceptions");
        with_partner(&folder);
        let desk = "accueil.logement@ville-lille.example";
        let line = [
            "add",
            desk,
            "--first-name",
            "Marie",
            "--last-name",
            "Dupont",
            "--partner",
            "lille",
            "--no-password",
        ];
        let error = atlas(&folder, "2026-01-05", &line).expect_err("a desk").to_string();
        assert!(error.contains("--exception"), "{error}");
        let line: Vec<&str> = line
            .iter()
            .copied()
            .chain(["--exception", "guichet unique", "--exception-until", "2026-06-30"])
            .collect();
        atlas(&folder, "2026-01-05", &line).expect("an exception");
        let error = atlas(&folder, "2026-01-05", &["welcome", desk])
            .expect_err("no site")
            .to_string();
        assert!(error.contains("--site"), "{error}");
        let letter = |line: &[&str]| atlas(&folder, "2026-01-05", line).expect("a letter").text;
        assert!(letter(&["welcome", desk, "--site", SITE]).contains(&format!("Adresse      : {SITE}")));
        // Given once, it is known.
        let written = letter(&["welcome", desk]);
        for page in ["conditions/", "dictionnaire/", "connexion/", "protection-donnees/"] {
            assert!(written.contains(&format!("{SITE}{page}")), "{written}");
        }
        assert!(written.contains("douze mois au plus"), "{written}");
        let ends = atlas(&folder, "2026-05-01", &["review"]).expect("a review").text;
        assert!(ends.contains("guichet unique"), "{ends}");
        let list = atlas(&folder, "2026-07-01", &["list"]).expect("a list").text;
        assert!(list.contains("exception d’adresse terminée"), "{list}");
    }

    #[test]
    fn renewal_confirms_then_changes_every_password() {
        let folder = Folder::new("renewal");
        with_partner(&folder);
        let old = add(&folder);
        let list = atlas(&folder, "2027-01-05", &["renew", "--partner", "lille"])
            .expect("a list")
            .text;
        assert!(
            list.contains("[ ] DUPONT Marie") && !list.contains("Mot de passe"),
            "{list}"
        );
        let review = atlas(&folder, "2027-01-05", &["review"]).expect("a review").text;
        assert!(review.contains("mot de passe du 05/01/2026"), "{review}");
        let letters = atlas(&folder, "2027-01-05", &["renew", "--partner", "lille", "--apply"])
            .expect("letters")
            .text;
        assert!(
            letters.contains("Mot de passe : ") && !letters.contains(&old),
            "{letters}"
        );
        assert!(read(&folder.path("registre/comptes.csv")).contains(";2027-01-05;"));
    }

    #[test]
    fn a_new_account_is_said_never_used_only_after_a_month_of_logs() {
        let folder = Folder::new("never-used");
        with_partner(&folder);
        add(&folder);
        let review = |today: &str| atlas(&folder, today, &["review"]).expect("a review").text;
        let young = review("2026-01-20");
        assert!(
            !young.contains("jamais utilisés") && !young.contains("Usage inconnu"),
            "{young}"
        );
        // No log was read: nobody knows.
        let unread = review("2026-03-01");
        assert!(
            unread.contains("Usage inconnu") && unread.contains("du 05/01/2026 au 01/03/2026"),
            "{unread}"
        );
        assert!(!unread.contains("jamais utilisés"), "{unread}");
        let log = folder.path("atlas.json");
        let lines: String = (0..56)
            .map(|n| {
                let day = "2026-01-05".parse::<chrono::NaiveDate>().expect("a date") + chrono::Duration::days(n);
                format!("{{\"time\":\"{day}T09:00:00+01:00\",\"user\":\"\",\"method\":\"GET\",\"status\":200,\"path\":\"/\"}}\n")
            })
            .collect();
        crate::fs::write(&log, lines.as_bytes()).expect("a log");
        let log = log.to_string_lossy().into_owned();
        atlas(&folder, "2026-03-01", &["use", &log]).expect("logs");
        let read = review("2026-03-01");
        assert!(
            read.contains("jamais utilisés") && !read.contains("Usage inconnu"),
            "{read}"
        );
    }

    #[test]
    fn one_command_at_a_time() {
        let folder = Folder::new("lock");
        with_partner(&folder);
        std::thread::scope(|scope| {
            for name in ["lea", "zoe", "paul", "ines", "hugo", "nora", "yann", "anna"] {
                let folder = &folder;
                scope.spawn(move || {
                    let login = format!("{name}.martin@ville-lille.example");
                    let line = [
                        "add",
                        &login,
                        "--first-name",
                        name,
                        "--last-name",
                        "Martin",
                        "--partner",
                        "lille",
                        "--no-password",
                    ];
                    atlas(folder, "2026-01-05", &line).expect("an account");
                });
            }
        });
        assert_eq!(read(&folder.path("registre/comptes.csv")).lines().count(), 9);
        assert_eq!(read(&folder.path("registre/historique.csv")).lines().count(), 10);
    }

    #[test]
    fn a_register_inside_the_site_or_open_to_all_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("place");
        std::fs::write(folder.path("index.html"), "").expect("a file");
        assert!(atlas(&folder, "2026-01-05", &["list"]).is_err());
        std::fs::remove_file(folder.path("index.html")).expect("a file");
        atlas(&folder, "2026-01-05", &["list"]).expect("a register");
        std::fs::set_permissions(folder.path("registre"), std::fs::Permissions::from_mode(0o755)).expect("a mode");
        let error = atlas(&folder, "2026-01-05", &["list"])
            .expect_err("open to all")
            .to_string();
        assert!(error.contains("chmod 700"), "{error}");
    }

    #[test]
    fn broken_lines_of_the_register_are_all_named() {
        let folder = Folder::new("broken");
        with_partner(&folder);
        add(&folder);
        let path = folder.path("registre/comptes.csv");
        let text = read(&path)
            .replace(";actif;", ";ouvert;")
            .replace(";2026-01-05;", ";hier;");
        std::fs::write(&path, text).expect("a file");
        let error = atlas(&folder, "2026-01-05", &["list"]).expect_err("broken").to_string();
        assert!(error.contains("comptes.csv:2"), "{error}");
    }

    #[test]
    fn an_account_is_corrected_with_its_history() {
        let folder = Folder::new("update");
        with_partner(&folder);
        let password = add(&folder);
        let htpasswd = folder.path("htpasswd");
        atlas(
            &folder,
            "2026-01-05",
            &["export", "--htpasswd", &htpasswd.display().to_string()],
        )
        .expect("a file");
        let update = |line: &[&str]| {
            let line: Vec<&str> = ["update"]
                .iter()
                .chain(line)
                .chain(&["--reason", "courrier reçu"])
                .copied()
                .collect();
            atlas(&folder, "2026-02-01", &line)
                .map(|a| a.text)
                .map_err(|e| e.to_string())
        };
        let married = "marie.martin@ville-lille.example";
        let unknown = update(&["paul.petit@ville-lille.example", "--function", "Chef"]).expect_err("nobody");
        assert!(unknown.contains("aucun compte"), "{unknown}");
        let desk = update(&[MARIE, "--address", "accueil@ville-lille.example"]).expect_err("a desk");
        assert!(desk.contains("--exception"), "{desk}");
        update(&[MARIE, "--function", "Cheffe de projet"]).expect("a function");
        let said = update(&[MARIE, "--address", married, "--last-name", "MARTIN"]).expect("an address");
        assert!(said.contains("même mot de passe"), "{said}");
        let lines = read(&htpasswd);
        assert!(!lines.contains(MARIE), "{lines}");
        let hash = lines
            .lines()
            .find_map(|l| l.strip_prefix(&format!("{married}:")))
            .expect("a line");
        assert!(bcrypt::verify(&password, hash).expect("bcrypt"));
        let accounts = read(&folder.path("registre/comptes.csv"));
        assert!(accounts.contains("Martin;Marie;Cheffe de projet;lille;"), "{accounts}");
        let history = read(&folder.path("registre/historique.csv"));
        for words in [
            "fonction «  » → « Cheffe de projet »",
            &format!("« {MARIE} » → « {married} »"),
            &format!("devient {married}"),
        ] {
            assert!(history.contains(words), "{words} : {history}");
        }
        // An exception starts, lasts longer, ends.
        let box_ = "accueil@ville-lille.example";
        update(&[
            married,
            "--address",
            box_,
            "--exception",
            "guichet",
            "--exception-until",
            "2026-06-30",
        ])
        .expect("an exception");
        update(&[box_, "--exception-until", "2026-12-31"]).expect("longer");
        assert!(read(&folder.path("registre/comptes.csv")).contains("guichet;2026-12-31"));
        assert!(update(&[box_, "--no-exception"]).is_err(), "still a desk");
        update(&[box_, "--address", married]).expect("its own address again");
        assert!(!read(&folder.path("registre/comptes.csv")).contains("guichet"));
        assert!(
            update(&[married, "--exception-until", "2026-12-31"]).is_err(),
            "no exception to extend"
        );
        assert!(
            update(&[married, "--function", "Cheffe de projet"])
                .expect("nothing")
                .contains("rien à changer")
        );
    }

    #[test]
    fn a_paper_may_be_taken_back() {
        let folder = Folder::new("clear");
        with_partner(&folder);
        add(&folder);
        let update = |line: &[&str]| {
            let line: Vec<&str> = ["partner", "update", "lille"]
                .iter()
                .chain(line)
                .chain(&["--reason", "erreur de saisie"])
                .copied()
                .collect();
            atlas(&folder, "2026-06-01", &line).expect("an update").text
        };
        assert!(update(&["--notice", "2026-01-05"]).contains("aucun compte actif possible"));
        assert!(update(&["--clear", "notice"]).contains("peut avoir des comptes actifs"));
        assert!(update(&["--clear", "annexes"]).contains("non annexée"));
        assert!(update(&["--annex", "deliberation"]).contains("peut avoir des comptes actifs"));
        assert!(update(&["--clear", "deliberation"]).contains("délibération absente"));
        assert!(update(&["--clear", "deliberation", "--deliberation", "2024-12-12"]).contains("peut avoir"));
        let history = read(&folder.path("registre/historique.csv"));
        for words in [
            "résiliation effacée (05/01/2026)",
            "annexes retirées (deliberation, utilisateurs)",
            "délibération effacée (12/12/2024)",
        ] {
            assert!(history.contains(words), "{words} : {history}");
        }
    }

    #[test]
    fn a_command_cut_short_is_made_good_by_the_next() {
        let folder = Folder::new("gestures-cut");
        with_partner(&folder);
        let proxy = folder.path("atlas.htpasswd");
        let output = proxy.display().to_string();
        atlas(&folder, "2026-01-05", &["export", "--htpasswd", &output]).expect("a file");
        add(&folder);
        let open = read(&proxy);
        assert!(open.contains(MARIE));
        atlas(&folder, "2026-01-06", &["disable", MARIE, "--reason", "départ"]).expect("closed");
        // Killed once the register was written, before the file of the proxy; and while it wrote.
        std::fs::write(&proxy, &open).expect("the old file");
        let left = folder.path("registre/.comptes.csv.123.tmp");
        std::fs::write(&left, "x").expect("a file");
        let kept = folder.path("registre/.notes.tmp");
        std::fs::write(&kept, "x").expect("a file");
        // Reading changes nothing for the proxy.
        atlas(&folder, "2026-01-06", &["list"]).expect("a list");
        assert_eq!(read(&proxy), open);
        assert!(!left.exists() && kept.exists());
        let again = atlas(&folder, "2026-01-06", &["disable", MARIE, "--reason", "départ"]).expect("closed already");
        assert!(again.text.contains("déjà désactivé"), "{}", again.text);
        assert!(!read(&proxy).contains(MARIE));
        // A removal too, which then knows the account no more.
        atlas(&folder, "2026-01-06", &["remove", MARIE, "--reason", "départ"]).expect("removed");
        std::fs::write(&proxy, &open).expect("the old file");
        atlas(&folder, "2026-01-06", &["remove", MARIE, "--reason", "départ"]).expect_err("unknown by now");
        assert!(!read(&proxy).contains(MARIE));
    }

    #[test]
    fn a_file_that_cannot_be_written_holds_nothing_else_back() {
        let folder = Folder::new("gestures-outputs");
        with_partner(&folder);
        let (wrong, away) = (folder.path("absent/ht"), folder.path("ailleurs"));
        std::fs::create_dir(&away).expect("a folder");
        let (first, last) = (folder.path("ailleurs/ht"), folder.path("atlas.htpasswd"));
        let text = |path: &Path| path.display().to_string();
        for path in [&first, &last] {
            atlas(&folder, "2026-01-05", &["export", "--htpasswd", &text(path)]).expect("a file");
        }
        atlas(&folder, "2026-01-05", &["export", "--htpasswd", &text(&wrong)]).expect_err("no such folder");
        // The path mistyped was not kept.
        add(&folder);
        assert!(read(&first).contains(MARIE) && read(&last).contains(MARIE));
        std::fs::remove_dir_all(&away).expect("a folder");
        let error = atlas(&folder, "2026-01-06", &["disable", MARIE, "--reason", "départ"]).expect_err("one lacks");
        let error = error.to_string();
        assert!(
            error.contains("ailleurs/ht") && error.contains("export --forget"),
            "{error}"
        );
        assert!(!read(&last).contains(MARIE), "the other file is up to date");
        atlas(&folder, "2026-01-06", &["export", "--forget", &text(&wrong)]).expect_err("never kept");
        atlas(&folder, "2026-01-06", &["export", "--forget", &text(&first)]).expect("forgotten");
        atlas(&folder, "2026-01-06", &["enable", MARIE, "--reason", "retour"]).expect("open again");
        assert!(read(&last).contains(MARIE));
    }

    #[test]
    fn one_account_out_of_order_does_not_keep_the_others_waiting() {
        let folder = Folder::new("gestures-waiting");
        with_partner(&folder);
        let person = |first: &'static str, last: &'static str, login: &'static str, more: &[&'static str]| {
            let line = [
                "add",
                login,
                "--first-name",
                first,
                "--last-name",
                last,
                "--partner",
                "lille",
                "--no-password",
            ];
            atlas(&folder, "2026-01-05", &[&line[..], more].concat()).expect("an account");
        };
        person("Luc", "Petit", "luc.petit@ville-lille.example", &[]);
        let shared = ["--exception", "guichet", "--exception-until", "2026-02-01"];
        person("Anne", "Martin", "accueil@ville-lille.example", &shared);
        let letters = atlas(&folder, "2026-03-01", &["welcome", "--new", "--site", SITE]).expect("letters");
        assert!(
            letters.text.contains("luc.petit@") && !letters.text.contains("accueil@"),
            "{}",
            letters.text
        );
        let left = letters.warnings.to_string();
        assert!(
            left.contains("accueil@") && left.contains("exception d’adresse terminée"),
            "{left}"
        );
        let renewed = atlas(&folder, "2026-03-01", &["renew", "--all", "--apply"]).expect("letters");
        assert!(
            renewed.text.contains("luc.petit@") && !renewed.text.contains("accueil@"),
            "{}",
            renewed.text
        );
        // Each change has its reason; what changes nothing leaves no trace.
        let before = read(&folder.path("registre/historique.csv"));
        atlas(
            &folder,
            "2026-03-01",
            &["enable", "luc.petit@ville-lille.example", "--reason", "x"],
        )
        .expect("open already");
        assert_eq!(read(&folder.path("registre/historique.csv")), before);
        atlas(&folder, "2026-03-01", &["partner", "update", "lille", "--reason", " "]).expect_err("no reason");
        atlas(
            &folder,
            "2026-03-01",
            &["partner", "add", "x", "--name", "X", "--kind", "commune"],
        )
        .expect("a partner");
        let history = read(&folder.path("registre/historique.csv"));
        assert!(history.lines().all(|l| !l.ends_with(';')), "{history}");
    }
}
