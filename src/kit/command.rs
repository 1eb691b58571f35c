//! `atlas kit`: writes the files of a proxy.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::settings::{ServerArgs, Settings};
use super::{authelia, caddy, netlify, nginx};
use crate::diag::{Diagnostic, Result};
use crate::fs;

/// Fichiers de configuration qui placent l’atlas derrière un mot de passe.
#[derive(Debug, Args)]
pub struct KitArgs {
    /// Serveur.
    #[command(subcommand)]
    server: Server,
}

#[derive(Debug, Subcommand)]
enum Server {
    /// nginx, tel que Debian le fournit.
    Nginx {
        /// Ce que l’on sait du serveur.
        #[command(flatten)]
        server: ServerArgs,
        /// nginx 1.25.1 ou plus récent (Debian 13) : HTTP/2, dont le réglage a changé de forme.
        #[arg(long)]
        since_1_25: bool,
    },
    /// Caddy ; --htpasswd nomme le fichier écrit par « atlas accounts export --caddy ».
    Caddy {
        /// Ce que l’on sait du serveur.
        #[command(flatten)]
        server: ServerArgs,
        /// Caddy 2.8 ou plus récent (Debian 12 et 13 fournissent 2.6).
        #[arg(long)]
        since_2_8: bool,
    },
    /// Authelia devant nginx ; --htpasswd nomme le fichier écrit par « atlas accounts export --authelia ».
    Authelia {
        /// Ce que l’on sait du serveur.
        #[command(flatten)]
        server: ServerArgs,
        /// Adresse d’Authelia, vue de nginx.
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9091")]
        authelia: String,
        /// nginx 1.25.1 ou plus récent (Debian 13) : HTTP/2, dont le réglage a changé de forme.
        #[arg(long)]
        since_1_25: bool,
    },
    /// Netlify : netlify.toml et le programme qui demande le mot de passe, nommé, jamais écrit.
    Netlify {
        /// Dossier du projet, où écrire netlify.toml et netlify/edge-functions/acces.js.
        #[arg(long, value_name = "DOSSIER", default_value = ".")]
        out: PathBuf,
    },
}

/// Writes a kit and lists its files.
///
/// # Errors
/// Settings that would leave the site or a password open, and files that cannot be written.
pub fn run(args: &KitArgs) -> Result<String> {
    let (out, files) = match &args.server {
        Server::Nginx { server, since_1_25 } => {
            let settings = Settings::check(server, "/etc/nginx/atlas.htpasswd", "/var/log/nginx/atlas.json", false)?;
            (&server.out, nginx::files(&settings, *since_1_25))
        }
        Server::Caddy { server, since_2_8 } => {
            let settings = Settings::check(
                server,
                "/etc/caddy/atlas-comptes.caddy",
                "/var/log/caddy/atlas.json",
                true,
            )?;
            if !since_2_8 && !settings.trusted.is_empty() {
                return Err(Diagnostic::error(
                    "Caddy avant 2.7 ne croit pas l’adresse de lecteur transmise par un serveur placé devant : \
                     tous les lecteurs auraient celle de ce serveur",
                )
                .hint("installer Caddy 2.8 ou plus récent (--since-2-8), ou prendre nginx")
                .into());
            }
            (&server.out, caddy::files(&settings, *since_2_8))
        }
        Server::Authelia {
            server,
            authelia,
            since_1_25,
        } => {
            let settings = Settings::check(
                server,
                "/etc/authelia/users_database.yml",
                "/var/log/nginx/atlas.json",
                false,
            )?;
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '[' | ']');
            if !authelia.starts_with("http") || !authelia.chars().all(plain) {
                return Err(Diagnostic::error(format!(
                    "--authelia {authelia} : une adresse comme http://127.0.0.1:9091 est attendue"
                ))
                .into());
            }
            let Some(name) = &settings.name else {
                return Err(
                    Diagnostic::error("nom du site absent : Authelia ouvre ou ferme d’après ce nom")
                        .hint("donner --server-name atlas.example.org")
                        .into(),
                );
            };
            (
                &server.out,
                authelia::files(&settings, name, authelia.trim_end_matches('/'), *since_1_25),
            )
        }
        Server::Netlify { out } => (out, netlify::files()),
    };
    let mut text = String::new();
    for (path, content) in files {
        fs::write(&out.join(path), content.as_bytes())?;
        text.push_str(&format!("{}\n", out.join(path).display()));
    }
    Ok(text)
}
