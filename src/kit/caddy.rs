//! Kit for Caddy, before and since 2.8.

use std::net::IpAddr;

use super::headers::{ALWAYS, CACHE_ASSETS, CACHE_PAGES};
use super::public::{ASSETS, FILES, PAGES, style_pattern};
use super::settings::Settings;
use super::{File, fill};

/// Where Caddy is driven from: a socket of its own folder, rather than a port open to all users of the machine.
const ADMIN: &str = "/var/lib/caddy/admin.socket";

/// Addresses that fail2ban has it refuse, behind another server.
const REFUSED: &str = "/etc/caddy/atlas-refus.caddy";

pub(super) fn files(settings: &Settings, since_2_8: bool) -> Vec<File> {
    let port = settings.listen.port();
    let site = match &settings.name {
        Some(name) if settings.encrypted => format!("https://{name}:{port}"),
        _ => format!("http://:{port}"),
    };
    // Without « bind », Caddy listens on every address, of both families.
    let mut bind = match settings.listen.ip() {
        IpAddr::V6(ip) if ip.is_unspecified() => String::new(),
        ip => format!("\tbind {ip}\n"),
    };
    if let Some((certificate, key)) = &settings.tls {
        bind.push_str(&format!("\ttls {certificate} {key}\n"));
    }
    let trusted = match settings.trusted.as_slice() {
        [] => String::new(),
        list => format!("\t\ttrusted_proxies static {}\n", list.join(" ")),
    };
    // A set of matchers without any would match everyone: its first address is nobody's.
    let (refused, refuse) = if settings.trusted.is_empty() {
        (String::new(), "")
    } else {
        (
            format!(
                "\t@refuses {{\n\t\tclient_ip 0.0.0.0/32\n\t\timport {}\n\t}}\n",
                REFUSED.replace(".caddy", "*.caddy")
            ),
            "\t\terror @refuses \"Adresse refusée\" 403\n",
        )
    };
    let mut public: Vec<String> = PAGES
        .iter()
        .flat_map(|p| [format!("/{p}"), format!("/{p}/"), format!("/{p}/index.html")])
        .collect();
    public.extend(FILES.iter().map(|f| format!("/{f}")));
    let headers: Vec<String> = ALWAYS.iter().map(|(n, v)| format!("\t\t\t{n} \"{v}\"")).collect();
    let caddyfile = fill(
        include_str!("files/Caddyfile"),
        &[
            ("admin", ADMIN),
            ("site", &site),
            ("bind", &bind),
            ("trusted", &trusted),
            ("refused", &refused),
            ("refuse", refuse),
            ("root", &settings.root),
            ("log", &settings.log),
            ("public", &public.join(" ")),
            ("style", &style_pattern()),
            ("assets", ASSETS),
            ("headers", &headers.join("\n")),
            ("cache_pages", CACHE_PAGES),
            ("cache_assets", CACHE_ASSETS),
            ("directive", if since_2_8 { "basic_auth" } else { "basicauth" }),
            ("accounts", &settings.accounts),
            (
                "body_401",
                &body(
                    "Connexion nécessaire",
                    "L’atlas est réservé aux partenaires de la convention. <a href='/connexion/'>Aide à la connexion</a>",
                ),
            ),
            (
                "body_403",
                &body(
                    "Accès refusé",
                    "Cette adresse ne se lit pas, ou n’est plus admise pour l’instant.",
                ),
            ),
            (
                "body_404",
                &body(
                    "Page introuvable",
                    "Cette page n’existe pas ou n’existe plus. <a href='/'>Accueil de l’atlas</a>",
                ),
            ),
            (
                "body_other",
                &body("Demande refusée", "L’atlas se lit, il ne reçoit rien."),
            ),
        ],
    );
    let watch = fill(include_str!("files/caddy.path"), &[("accounts", &settings.accounts)]);
    // Since 2.7, the log names the reader even behind a trusted proxy.
    let (before, address) = if since_2_8 {
        ("[^{}]*?", "client_ip")
    } else {
        ("", "remote_ip")
    };
    let mut files = vec![
        ("etc/caddy/Caddyfile", caddyfile),
        ("etc/systemd/system/atlas-caddy.path", watch),
        (
            "etc/systemd/system/atlas-caddy.service",
            include_str!("files/caddy.service").to_owned(),
        ),
        (
            "etc/fail2ban/filter.d/atlas.conf",
            fill(
                include_str!("files/caddy-filter.conf"),
                &[("before", before), ("address", address)],
            ),
        ),
        ("etc/fail2ban/jail.d/atlas.conf", settings.jail()),
        (
            "etc/logrotate.d/atlas",
            fill(include_str!("files/caddy-logrotate"), &[("log", &settings.log)]),
        ),
        ("etc/cron.d/atlas", settings.cron()),
    ];
    files.extend(settings.refusal(REFUSED, "client_ip <ip>", "caddy"));
    files
}

fn body(title: &str, text: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    )
}
