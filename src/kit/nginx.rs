//! Kit for nginx, as Debian packages it.

use std::net::{Ipv4Addr, SocketAddr};

use super::headers::{ALWAYS, CACHE_ASSETS, CACHE_PAGES};
use super::public::{ASSETS, FILES, PAGES, style_pattern};
use super::settings::Settings;
use super::{File, fill};

/// How nginx asks who is there.
pub(super) struct Login<'a> {
    /// Name of the kit, for the first line.
    pub(super) kit: &'a str,
    /// Directives of the server.
    pub(super) auth: &'a str,
    /// Directive that opens a location to everyone.
    pub(super) open: &'a str,
    /// Variable of the log that holds the login.
    pub(super) user: &'a str,
    /// What answers a request without a password.
    pub(super) refused: &'a str,
    /// Whether HTTP/2 is asked for in the way nginx wants since 1.25.1; before, that line stops it.
    pub(super) http2: bool,
}

/// Addresses that fail2ban has it refuse, behind another server.
const REFUSED: &str = "/etc/nginx/atlas-refus.conf";

pub(super) fn files(settings: &Settings, http2: bool) -> Vec<File> {
    let auth = format!(
        "    auth_basic \"Atlas des logements locatifs sociaux\";\n    auth_basic_user_file {};",
        settings.accounts
    );
    let login = Login {
        kit: "nginx",
        auth: &auth,
        open: "auth_basic off;",
        user: "$remote_user",
        refused: &error_location(401, "Connexion nécessaire", LOGIN_HELP),
        http2,
    };
    with_login(settings, &login)
}

const LOGIN_HELP: &str =
    "L’atlas est réservé aux partenaires de la convention. <a href='/connexion/'>Aide à la connexion</a>";

pub(super) fn with_login(settings: &Settings, login: &Login<'_>) -> Vec<File> {
    let address = settings.listen;
    let name = settings.name.as_deref().unwrap_or("_");
    let encrypted = if settings.tls.is_some() { " ssl" } else { "" };
    let mut listen = listens(address, encrypted);
    let mut redirect = String::new();
    if let Some((certificate, key)) = &settings.tls {
        if login.http2 {
            listen.push_str("\n    http2 on;");
        }
        listen.push_str(&format!(
            "\n    ssl_certificate {certificate};\n    ssl_certificate_key {key};\n    ssl_protocols TLSv1.2 TLSv1.3;\n    ssl_session_cache shared:atlas:1m;\n    ssl_session_tickets off;"
        ));
        if address.port() == 443 {
            let plain = listens(SocketAddr::new(address.ip(), 80), "");
            redirect = format!(
                "server {{\n{plain}\n    server_name {name};\n    server_tokens off;\n    access_log off;\n    return 301 https://{name}$request_uri;\n}}\n\n"
            );
        }
    }
    let mut trusted: String = settings
        .trusted
        .iter()
        .map(|a| format!("    set_real_ip_from {a};\n"))
        .collect();
    if !trusted.is_empty() {
        trusted.push_str(
            "    real_ip_header X-Forwarded-For;\n    real_ip_recursive on;\n    # Les adresses que fail2ban ferme.\n",
        );
        trusted.push_str(&format!("    include {};\n", REFUSED.replace(".conf", "*.conf")));
    }
    let headers: Vec<String> = ALWAYS
        .iter()
        .map(|(n, v)| format!("    add_header {n} \"{v}\" always;"))
        .collect();
    let mut errors = vec![login.refused.to_owned()];
    for (status, title, text) in [
        (
            403,
            "Accès refusé",
            "Cette adresse ne se lit pas, ou n’est plus admise pour l’instant.",
        ),
        (
            404,
            "Page introuvable",
            "Cette page n’existe pas ou n’existe plus. <a href='/'>Accueil de l’atlas</a>",
        ),
        (405, "Demande refusée", "L’atlas se lit, il ne reçoit rien."),
        (429, "Trop de demandes", "Attendez une minute, puis recommencez."),
        (
            500,
            "Service interrompu",
            "L’atlas ne répond pas pour l’instant. Si cela dure, prévenez son administrateur.",
        ),
    ] {
        errors.push(error_location(status, title, text));
    }
    let style = style_pattern();
    let conf = fill(
        include_str!("files/nginx.conf"),
        &[
            ("kit", login.kit),
            ("assets", ASSETS),
            ("cache_assets", CACHE_ASSETS),
            ("cache_pages", CACHE_PAGES),
            ("user", login.user),
            ("redirect", &redirect),
            ("listen", &listen),
            ("name", name),
            ("root", &settings.root),
            ("log", &settings.log),
            ("trusted", &trusted),
            ("auth", login.auth),
            ("headers", &headers.join("\n")),
            ("public", &public_locations(login.open, &style)),
            ("errors", &errors.join("\n")),
        ],
    );
    let mut files = vec![
        ("etc/nginx/conf.d/atlas.conf", conf),
        (
            "etc/fail2ban/filter.d/atlas.conf",
            include_str!("files/nginx-filter.conf").to_owned(),
        ),
        ("etc/fail2ban/jail.d/atlas.conf", settings.jail()),
        (
            "etc/logrotate.d/atlas",
            fill(include_str!("files/nginx-logrotate"), &[("log", &settings.log)]),
        ),
        ("etc/cron.d/atlas", settings.cron()),
    ];
    files.extend(settings.refusal(REFUSED, "deny <ip>;", "nginx"));
    files
}

/// The addresses to listen on: `[::]` stands for both families, which nginx keeps apart.
fn listens(address: SocketAddr, encrypted: &str) -> String {
    let mut all = vec![address];
    if address.is_ipv6() && address.ip().is_unspecified() {
        all.push(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port()));
    }
    let lines: Vec<String> = all.iter().map(|a| format!("    listen {a}{encrypted};")).collect();
    lines.join("\n")
}

fn public_locations(open: &str, style: &str) -> String {
    let mut out = String::new();
    for page in PAGES {
        out.push_str(&format!(
            "    location = /{page} {{ {open} return 301 /{page}/; }}\n    location = /{page}/ {{ {open} try_files /{page}/index.html =404; }}\n    location = /{page}/index.html {{ {open} try_files $uri =404; }}\n"
        ));
    }
    for file in FILES {
        out.push_str(&format!("    location = /{file} {{ {open} try_files $uri =404; }}\n"));
    }
    out.push_str(&format!(
        "    location ~ \"{style}\" {{ {open} try_files $uri =404; }}\n"
    ));
    out
}

/// A short French answer, without a file to find: an error page never fails.
pub(super) fn error_location(status: u16, title: &str, text: &str) -> String {
    let body = format!(
        "<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    );
    format!(
        "    error_page {status} @atlas_{status};\n    location @atlas_{status} {{\n        internal;\n        default_type \"text/html\";\n        return {status} \"{body}\";\n    }}"
    )
}
