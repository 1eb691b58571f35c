use std::path::Path;

use clap::Parser;

use super::command::{KitArgs, run};
use super::public::{FILES, PAGES};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: KitArgs,
}

/// Writes a kit in a folder of its own and gives its files, joined.
fn kit(name: &str, line: &[&str]) -> Result<String, String> {
    let out = std::env::temp_dir().join(format!("atlas-kit-{name}-{}", std::process::id()));
    let folder = out.display().to_string();
    let line = Line::try_parse_from(["kit"].iter().chain(line).chain(&["--out", folder.as_str()]))
        .map_err(|e| e.to_string())?;
    let files = run(&line.args).map_err(|e| e.to_string());
    let text = files.map(|list| {
        list.lines()
            .map(|f| std::fs::read_to_string(f).expect("a file of the kit"))
            .collect()
    });
    let _ = std::fs::remove_dir_all(&out);
    text
}

#[test]
fn every_public_page_and_no_other_is_open() {
    let conf = kit("open", &["nginx"]).expect("a kit");
    let opened: Vec<&str> = conf.lines().filter(|l| l.contains("auth_basic off")).collect();
    assert_eq!(opened.len(), 3 * PAGES.len() + FILES.len() + 1);
    assert!(
        opened
            .iter()
            .all(|l| l.trim_start().starts_with("location =") || l.contains("\\.css$")),
        "{opened:?}"
    );
    assert!(!conf.lines().any(|l| l.trim_start().starts_with("alias ")) && !conf.contains("autoindex on"));
    // One nested add_header would take all the others away.
    assert!(
        conf.lines()
            .filter(|l| l.contains("add_header ") && !l.contains('#'))
            .all(|l| l.starts_with("    add_header "))
    );
}

#[test]
fn nothing_is_left_to_fill_in() {
    for line in [
        ["nginx"].as_slice(),
        &["caddy"],
        &["caddy", "--since-2-8"],
        &["authelia", "--server-name", "atlas.example.org"],
    ] {
        let text = kit("filled", line).expect("a kit");
        let left = [
            "@root@",
            "@log@",
            "@logs@",
            "@accounts@",
            "@auth@",
            "@headers@",
            "@public@",
            "@name@",
            "@request@",
            "@ports@",
            "@ignored@",
            "@action@",
            "@refused@",
            "@address@",
            "@before@",
            "@line@",
            "@register@",
            "@user@",
        ];
        assert!(!left.iter().any(|l| text.contains(l)), "{line:?}");
        assert!(
            !text.contains("$2y$") && !text.to_lowercase().contains("password:  "),
            "no secret in a kit"
        );
    }
}

#[test]
fn a_password_never_travels_in_clear() {
    for listen in ["0.0.0.0:80", "192.0.2.1:8080", "[::]:80"] {
        let error = kit("clear", &["nginx", "--listen", listen]).expect_err("in clear");
        assert!(
            error.contains("passeraient en clair") && error.contains("--certificate"),
            "{error}"
        );
    }
    let tls = [
        "--listen",
        "0.0.0.0:443",
        "--server-name",
        "atlas.example.org",
        "--certificate",
        "/etc/ssl/a.pem",
        "--key",
        "/etc/ssl/a.key",
    ];
    let conf = kit("tls", &["nginx"].iter().chain(&tls).copied().collect::<Vec<_>>()).expect("a kit");
    assert!(
        conf.contains("listen 0.0.0.0:443 ssl") && conf.contains("return 301 https://atlas.example.org$request_uri;")
    );
    // Caddy encrypts by itself for a name, whatever the port.
    let conf = kit(
        "named",
        &[
            "caddy",
            "--listen",
            "0.0.0.0:8443",
            "--server-name",
            "atlas.example.org",
        ],
    )
    .expect("a kit");
    assert!(
        conf.contains("\nhttps://atlas.example.org:8443 {") && !conf.contains("http://:"),
        "{conf}"
    );
}

#[test]
fn behind_another_server_each_reader_keeps_an_address() {
    let front = ["--listen", "192.0.2.7:8080", "--behind-tls"];
    let error = kit(
        "front-alone",
        &["nginx"].iter().chain(&front).copied().collect::<Vec<_>>(),
    )
    .expect_err("no reader");
    assert!(
        error.contains("fermeraient l’atlas à tous") && error.contains("--trusted-proxy"),
        "{error}"
    );
    let trusted: Vec<&str> = front.into_iter().chain(["--trusted-proxy", "192.0.2.1"]).collect();
    let error = kit(
        "front-old",
        &["caddy"].iter().chain(&trusted).copied().collect::<Vec<_>>(),
    )
    .expect_err("Caddy 2.6");
    assert!(error.contains("--since-2-8"), "{error}");
    for server in [["nginx"].as_slice(), &["caddy", "--since-2-8"]] {
        let text = kit("front", &server.iter().chain(&trusted).copied().collect::<Vec<_>>()).expect("a kit");
        assert!(
            text.contains("ignoreip = 127.0.0.1/8 ::1 192.0.2.1\naction   = atlas\n"),
            "{text}"
        );
        assert!(
            text.contains("port     = 8080\n") && text.contains(" http://192.0.2.7:8080/robots.txt\n"),
            "{text}"
        );
    }
}

#[test]
fn the_machine_asks_where_its_server_listens() {
    let name = ["--server-name", "atlas.example.org"];
    let tls = ["--certificate", "/etc/ssl/a.pem", "--key", "/etc/ssl/a.key"];
    for (line, request) in [
        (vec!["nginx"], "http://127.0.0.1:8080/robots.txt"),
        (
            [["nginx", "--listen", "0.0.0.0:443"].as_slice(), &name, &tls].concat(),
            "--resolve atlas.example.org:443:127.0.0.1 https://atlas.example.org:443/robots.txt",
        ),
        (
            [["nginx", "--listen", "192.0.2.7:443"].as_slice(), &name, &tls].concat(),
            "--resolve atlas.example.org:443:192.0.2.7 https://atlas.example.org:443/robots.txt",
        ),
        (
            [["caddy", "--listen", "[::]:443"].as_slice(), &name].concat(),
            "--resolve atlas.example.org:443:[::1] https://atlas.example.org:443/robots.txt",
        ),
        (
            [["caddy", "--listen", "127.0.0.1:8080"].as_slice(), &name].concat(),
            "--resolve atlas.example.org:8080:127.0.0.1 http://atlas.example.org:8080/robots.txt",
        ),
    ] {
        let text = kit("own", &line).expect("a kit");
        assert!(
            text.contains(&format!("--output /dev/null {request}\n")),
            "{line:?}: {text}"
        );
    }
}

#[test]
fn both_families_and_no_directive_a_version_refuses() {
    let tls = |listen: &'static str, more: &[&'static str]| {
        let line = [
            "nginx",
            "--listen",
            listen,
            "--server-name",
            "atlas.example.org",
            "--certificate",
            "/etc/ssl/a.pem",
            "--key",
            "/etc/ssl/a.key",
        ];
        kit("listen", &[line.as_slice(), more].concat()).expect("a kit")
    };
    let conf = tls("[::]:443", &[]);
    assert!(
        conf.contains("    listen [::]:443 ssl;\n    listen 0.0.0.0:443 ssl;\n"),
        "{conf}"
    );
    assert!(conf.contains("    listen [::]:80;\n    listen 0.0.0.0:80;\n"), "{conf}");
    assert!(!conf.contains("http2"), "{conf}");
    let conf = tls("192.0.2.7:443", &["--since-1-25"]);
    assert!(
        conf.contains("    listen 192.0.2.7:443 ssl;\n    http2 on;\n") && !conf.contains("0.0.0.0"),
        "{conf}"
    );
    assert!(conf.contains("port     = 80,443\n"), "{conf}");
}

#[test]
fn a_path_never_becomes_a_directive() {
    for (option, value) in [
        ("--root", "/srv/a;b"),
        ("--root", "/srv/a b"),
        ("--htpasswd", "/srv/a$b"),
        ("--log", "/srv/{a}"),
        ("--server-name", "a;b.example"),
        ("--trusted-proxy", "0.0.0.0/0; allow all"),
    ] {
        assert!(kit("inject", &["nginx", option, value]).is_err(), "{option} {value}");
    }
    let inside = kit(
        "inside",
        &["nginx", "--root", "/srv/atlas", "--htpasswd", "/srv/atlas/htpasswd"],
    )
    .expect_err("inside the site");
    assert!(inside.contains("dans le site publié"), "{inside}");
}

#[test]
fn the_project_carries_the_netlify_file_of_the_kit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join(file)).expect(file);
    let settings = read("netlify.toml");
    let files = kit("netlify", &["netlify"]).expect("a kit");
    let access = files.strip_prefix(&settings).expect("atlas kit netlify --out .");
    settings.parse::<toml::Table>().expect("TOML");
    assert!(!access.contains('@'), "{access}");
    for page in PAGES {
        for address in [
            format!("\"/{page}\","),
            format!("\"/{page}/\","),
            format!("\"/{page}/index.html\","),
        ] {
            assert!(access.contains(&address), "{address}");
        }
    }
}

#[test]
fn authelia_is_asked_of_the_name_of_the_kit() {
    let error = kit("authelia-name", &["authelia"]).expect_err("no name");
    assert!(error.contains("--server-name"), "{error}");
    let text = kit("authelia-named", &["authelia", "--server-name", "atlas.example.org"]).expect("a kit");
    assert!(
        text.contains("X-Original-URL https://atlas.example.org$request_uri;"),
        "{text}"
    );
    assert!(
        !text.contains("$http_host") && !text.contains("X-Original-URL $"),
        "{text}"
    );
}

#[test]
fn the_pages_that_call_themselves_public_are_the_open_ones() {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut public: Vec<String> = crate::fs::walk(&content)
        .expect("pages")
        .into_iter()
        .filter(|p| std::fs::read_to_string(p).is_ok_and(|t| t.contains("audience = \"public\"")))
        .filter_map(|p| Some(p.file_stem()?.to_str()?.to_owned()))
        .collect();
    public.sort();
    assert_eq!(public, PAGES);
}
