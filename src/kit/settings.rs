//! What a kit must know of the server, checked: a path or a name never becomes a directive.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::diag::{Diagnostic, Diagnostics, Result};
use crate::fs;

/// What the admin says of the server.
#[derive(Debug, Clone, Args)]
pub(super) struct ServerArgs {
    /// Dossier publié (celui d’« atlas build --out »).
    #[arg(long, value_name = "DOSSIER", default_value = "/srv/atlas/public")]
    pub(super) root: PathBuf,
    /// Fichier des empreintes écrit par « atlas accounts export ».
    #[arg(long, value_name = "FICHIER")]
    pub(super) htpasswd: Option<PathBuf>,
    /// Where the server listens.
    #[arg(
        long,
        value_name = "ADRESSE:PORT",
        default_value = "127.0.0.1:8080",
        help = "Adresse d’écoute : 0.0.0.0:443 (IPv4), [::]:443 (IPv6 et IPv4) ou une adresse de cette machine"
    )]
    pub(super) listen: SocketAddr,
    /// Nom du site, par exemple atlas.example.org.
    #[arg(long, value_name = "NOM")]
    pub(super) server_name: Option<String>,
    /// Certificat du site (chaîne complète).
    #[arg(long, value_name = "FICHIER", requires = "key")]
    pub(super) certificate: Option<PathBuf>,
    /// Clé du certificat.
    #[arg(long, value_name = "FICHIER", requires = "certificate")]
    pub(super) key: Option<PathBuf>,
    /// Le chiffrement est assuré par un autre serveur, devant celui-ci.
    #[arg(long)]
    pub(super) behind_tls: bool,
    /// Adresse ou réseau du serveur de devant, dont on croit l’adresse de lecteur qu’il transmet (X-Forwarded-For).
    #[arg(long, value_name = "ADRESSE")]
    pub(super) trusted_proxy: Vec<String>,
    /// Journal d’accès.
    #[arg(long, value_name = "FICHIER")]
    pub(super) log: Option<PathBuf>,
    /// Registre des comptes, pour la lecture quotidienne du journal.
    #[arg(long, value_name = "DOSSIER", default_value = "/var/lib/atlas/registre")]
    pub(super) register: PathBuf,
    /// Dossier où écrire le kit.
    #[arg(long, value_name = "DOSSIER", default_value = "kit")]
    pub(super) out: PathBuf,
}

/// The same, checked, with absolute paths as text.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) root: String,
    pub(super) accounts: String,
    pub(super) listen: SocketAddr,
    pub(super) name: Option<String>,
    pub(super) tls: Option<(String, String)>,
    /// Whether the server itself encrypts, with the certificate given or one that it obtains.
    pub(super) encrypted: bool,
    pub(super) trusted: Vec<String>,
    pub(super) log: String,
    pub(super) register: String,
}

impl Settings {
    /// Checks everything at once; `accounts` and `log` are used when the admin names none.
    pub(super) fn check(args: &ServerArgs, accounts: &str, log: &str, own_certificates: bool) -> Result<Self> {
        let mut found = Diagnostics::new();
        let mut path = |what: &str, path: &Path| found.absorb(plain(what, path)).unwrap_or_default();
        let root = path("--root", &args.root);
        let accounts = path("--htpasswd", args.htpasswd.as_deref().unwrap_or(Path::new(accounts)));
        let log = path("--log", args.log.as_deref().unwrap_or(Path::new(log)));
        let register = path("--register", &args.register);
        let tls = match (&args.certificate, &args.key) {
            (Some(certificate), Some(key)) => Some((path("--certificate", certificate), path("--key", key))),
            _ => None,
        };
        for (what, file) in [
            ("le fichier des empreintes", &accounts),
            ("le registre", &register),
            ("le journal", &log),
        ] {
            if Path::new(file).starts_with(&root) && !root.is_empty() {
                found.push(
                    Diagnostic::error(format!("{what} ({file}) serait dans le site publié"))
                        .hint("le placer hors du dossier publié"),
                );
            }
        }
        if let Some(name) = &args.server_name
            && (!name.contains('.')
                || !name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
        {
            found.push(Diagnostic::error(format!(
                "--server-name {name} : un nom comme atlas.example.org est attendu"
            )));
        }
        for proxy in &args.trusted_proxy {
            let (address, mask) = proxy.split_once('/').unwrap_or((proxy, "0"));
            if address.parse::<std::net::IpAddr>().is_err() || mask.parse::<u8>().is_err() {
                found.push(Diagnostic::error(format!(
                    "--trusted-proxy {proxy} : une adresse ou un réseau est attendu"
                )));
            }
        }
        // A server that obtains its certificate does so for a name, unless another encrypts or nobody else can reach it.
        let obtains = own_certificates
            && args.server_name.is_some()
            && !args.behind_tls
            && (!args.listen.ip().is_loopback() || args.listen.port() == 443);
        let encrypted = tls.is_some() || obtains;
        if !encrypted && !args.listen.ip().is_loopback() && !args.behind_tls {
            found.push(
                Diagnostic::error(format!(
                    "écoute sur {} sans chiffrement : les mots de passe passeraient en clair",
                    args.listen
                ))
                .hint("donner --certificate et --key, ou --behind-tls si un autre serveur chiffre devant celui-ci"),
            );
        }
        if args.behind_tls && args.trusted_proxy.is_empty() {
            found.push(
                Diagnostic::error(
                    "--behind-tls sans --trusted-proxy : tous les lecteurs auraient l’adresse du serveur de devant, \
                     et les essais d’un seul fermeraient l’atlas à tous",
                )
                .hint("donner --trusted-proxy suivi de l’adresse du serveur de devant, vue d’ici"),
            );
        }
        if tls.is_some() && args.server_name.is_none() {
            found.push(Diagnostic::error("certificat sans nom de site").hint("donner --server-name"));
        }
        if found.has_error() {
            return Err(found);
        }
        Ok(Self {
            root,
            accounts,
            listen: args.listen,
            name: args.server_name.clone(),
            tls,
            encrypted,
            trusted: args.trusted_proxy.clone(),
            log,
            register,
        })
    }

    /// How the machine asks its own server for a page: the address it listens on, under the name it answers to.
    pub(super) fn own_request(&self) -> String {
        let port = self.listen.port();
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        let scheme = if self.encrypted { "https" } else { "http" };
        let at = SocketAddr::new(ip, port);
        match &self.name {
            Some(name) => {
                let ip = at.to_string().trim_end_matches(&format!(":{port}")).to_owned();
                format!("--resolve {name}:{port}:{ip} {scheme}://{name}:{port}/robots.txt")
            }
            None => format!("{scheme}://{at}/robots.txt"),
        }
    }

    /// Pattern of the log and of those rotated from it.
    fn logs(&self) -> String {
        let stem = self.log.rsplit_once('.').map_or(self.log.as_str(), |(stem, _)| stem);
        format!("{stem}*")
    }

    /// Tasks of the day: one line an hour in the log, the last uses read, the accounts that ended closed.
    pub(super) fn cron(&self) -> String {
        super::fill(
            include_str!("files/cron"),
            &[
                ("register", &self.register),
                ("logs", &self.logs()),
                ("request", &self.own_request()),
            ],
        )
    }

    /// Bans after repeated wrong passwords: the firewall closes the ports, or behind another server, whose address the
    /// firewall sees alone, the server itself refuses the reader named by the log.
    pub(super) fn jail(&self) -> String {
        let port = self.listen.port();
        let ports = if port == 443 {
            "80,443".to_owned()
        } else {
            port.to_string()
        };
        let mut ignored = vec!["127.0.0.1/8".to_owned(), "::1".to_owned()];
        ignored.extend(self.trusted.iter().cloned());
        let action = if self.trusted.is_empty() {
            ""
        } else {
            "action   = atlas\n"
        };
        super::fill(
            include_str!("files/jail.conf"),
            &[
                ("log", &self.log),
                ("ports", &ports),
                ("ignored", &ignored.join(" ")),
                ("action", action),
            ],
        )
    }

    /// The action that has the server refuse an address, for a jail behind another server.
    ///
    /// `list` is the file the server reads, `line` what says it in its language, `server` its service.
    pub(super) fn refusal(&self, list: &str, line: &str, server: &str) -> Option<super::File> {
        (!self.trusted.is_empty()).then(|| {
            (
                "etc/fail2ban/action.d/atlas.conf",
                super::fill(
                    include_str!("files/action.conf"),
                    &[("list", list), ("line", line), ("server", server)],
                ),
            )
        })
    }
}

/// Gives an absolute path that no configuration file could read as anything else.
fn plain(what: &str, path: &Path) -> Result<String> {
    let absolute = fs::absolute(path)?;
    let text = absolute.to_string_lossy().into_owned();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    match text.chars().find(|c| !fits(*c)) {
        None => Ok(text.trim_end_matches('/').to_owned()),
        Some(c) => Err(
            Diagnostic::error(format!("{what} {text} : le caractère « {c} » n’est pas accepté"))
                .hint("choisir un chemin en lettres sans accent, chiffres, points, tirets et soulignés")
                .into(),
        ),
    }
}
