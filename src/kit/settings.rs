//! What a kit must know of the server, checked: a path or a name never becomes a directive.

use std::net::SocketAddr;
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
    /// Adresse d’écoute, par exemple 0.0.0.0:443.
    #[arg(long, value_name = "ADRESSE:PORT", default_value = "127.0.0.1:8080")]
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
    /// Adresse ou réseau du serveur de devant, dont on croit l’adresse de lecteur qu’il transmet.
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
        let encrypted = tls.is_some() || (own_certificates && args.server_name.is_some());
        if !encrypted && !args.listen.ip().is_loopback() && !args.behind_tls {
            found.push(
                Diagnostic::error(format!(
                    "écoute sur {} sans chiffrement : les mots de passe passeraient en clair",
                    args.listen
                ))
                .hint("donner --certificate et --key, ou --behind-tls si un autre serveur chiffre devant celui-ci"),
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
            trusted: args.trusted_proxy.clone(),
            log,
            register,
        })
    }

    /// Address by which the server reaches itself.
    pub(super) fn own_url(&self) -> String {
        let host = match self.listen {
            SocketAddr::V4(_) => "127.0.0.1",
            SocketAddr::V6(_) => "[::1]",
        };
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{host}:{}", self.listen.port())
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
                ("url", &self.own_url()),
            ],
        )
    }

    /// Bans after repeated wrong passwords.
    pub(super) fn jail(&self) -> String {
        super::fill(include_str!("files/jail.conf"), &[("log", &self.log)])
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
