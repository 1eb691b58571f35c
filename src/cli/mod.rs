//! The command line; the doc comments below are its help text.

mod french;

use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use serde::Serialize;

use crate::accounts::command as accounts;
use crate::diag::{Diagnostics, Result};
use crate::disclosure::{audit, table};
use crate::progress::Progress;
use crate::{build, changes, demo, format, pdf, prepare, publish, serve, starter};

/// Atlas statique et protégé du logement social d’une métropole.
#[derive(Debug, Parser)]
#[command(
    name = "atlas",
    version,
    about,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Ne rien dire en cours de route : ni barre, ni bilan.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Forme du résultat : texte pour une personne, json pour un script.
    #[arg(long, global = true, value_name = "FORME", default_value = "texte")]
    pub format: Format,
    #[command(subcommand)]
    command: Command,
}

/// Form of what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Pour une personne.
    #[value(name = "texte", alias = "text")]
    Text,
    /// Pour un script.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Crée un site de départ dans un nouveau dossier.
    New {
        /// Dossier à créer.
        dossier: PathBuf,
    },
    /// Prépare les données d’un site : fichiers sources et enregistrements → agrégats protégés, et un rapport privé.
    Prepare(prepare::Args),
    /// Dit tout ce qui ne va pas dans un site, sans rien écrire.
    Check(build::SiteArgs),
    /// Compare le site à l’atlas publié : ce qu’une construction y changerait.
    Changes(build::Args),
    /// Construit l’atlas, le contrôle et le publie d’un seul coup.
    Build(build::Args),
    /// Prévisualise l’atlas sur cette machine et le reconstruit à chaque changement.
    Serve(serve::Args),
    /// Écrit une métropole fictive complète, de la taille voulue.
    Demo(demo::Args),
    /// Relit un atlas construit comme le ferait un attaquant et dit ce qui s’y recalcule.
    Audit(audit::Args),
    /// Attaque un tableau : ce qu’un lecteur peut déduire de chaque case masquée (résultat en JSON).
    AuditTable(table::AuditTable),
    /// Imprime une fiche ou un dossier de séance de l’atlas construit en PDF balisé.
    Pdf(pdf::Args),
    /// Liste les éditions conservées à côté de l’atlas publié, ou en efface.
    Releases {
        /// Dossier publié.
        #[arg(long, default_value = "public", value_name = "DOSSIER")]
        out: PathBuf,
        /// Efface du disque cette édition conservée (une fuite soupçonnée) ; se répète.
        #[arg(long, value_name = "ÉDITION")]
        purge: Vec<String>,
    },
    /// Remet en place l’édition précédente, ou celle que l’on nomme.
    Rollback {
        /// Dossier publié.
        #[arg(long, default_value = "public", value_name = "DOSSIER")]
        out: PathBuf,
        /// Identifiant de l’édition, donné par « atlas releases ».
        #[arg(long, value_name = "ÉDITION")]
        build: Option<String>,
    },
    /// Tient le registre des partenaires et des comptes.
    Accounts(accounts::AccountsArgs),
    /// Écrit les fichiers du serveur qui place l’atlas derrière un mot de passe.
    Kit(crate::kit::command::KitArgs),
    /// Écrit le complètement des commandes pour un interpréteur (bash, zsh, fish…).
    Completions {
        /// Interpréteur de commandes.
        #[arg(value_name = "INTERPRÉTEUR")]
        shell: clap_complete::Shell,
    },
}

/// What a command has to say: a result on stdout, warnings on stderr.
#[derive(Debug, Default)]
pub struct Answer {
    /// Result, for stdout.
    pub text: String,
    /// What the admin should look at; an error among them makes the command fail, what it did notwithstanding.
    pub warnings: Diagnostics,
}

impl Answer {
    /// An answer without warning.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Writes a value as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        Self::text(serde_json::to_string_pretty(value).unwrap_or_default())
    }
}

impl Cli {
    /// Reads the arguments of the process.
    ///
    /// # Errors
    /// What to print and the exit code: 0 for help and version (on stdout), 2 for a wrong usage (on stderr).
    pub fn parse_args() -> std::result::Result<Self, (String, u8)> {
        let matches = french::french(Self::command())
            .try_get_matches()
            .and_then(|m| Self::from_arg_matches(&m));
        matches.map_err(|error| {
            use clap::error::ErrorKind;
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => (error.render().to_string(), 0),
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (error.render().to_string(), 2),
                _ => (french::usage(&error), 2),
            }
        })
    }

    /// Runs the command.
    ///
    /// # Errors
    /// Everything found wrong.
    pub fn run(&self) -> Result<Answer> {
        let mut progress = Progress::new(self.quiet || self.format == Format::Json);
        match &self.command {
            Command::Build(args) => {
                let (report, warnings) = build::build(args, &mut progress)?;
                let text = match self.format {
                    Format::Json => Answer::json(&report).text,
                    Format::Text if self.quiet => String::new(),
                    Format::Text => report.summary(),
                };
                Ok(Answer { text, warnings })
            }
            Command::Check(args) => {
                let (report, warnings) = build::check(args, &mut progress)?;
                let text = match self.format {
                    Format::Json => {
                        Answer::json(&serde_json::json!({ "report": report, "diagnostics": &warnings })).text
                    }
                    Format::Text => report.summary(),
                };
                Ok(Answer {
                    text,
                    warnings: if self.format == Format::Json {
                        Diagnostics::new()
                    } else {
                        warnings
                    },
                })
            }
            Command::Changes(args) => {
                let (changes, warnings) = changes::run(args, &mut progress)?;
                let text = match self.format {
                    Format::Json => Answer::json(&changes).text,
                    Format::Text => changes.summary(),
                };
                Ok(Answer { text, warnings })
            }
            Command::Prepare(args) => {
                let report = prepare::run(args)?;
                let text = match self.format {
                    Format::Json => Answer::json(&report).text,
                    Format::Text if self.quiet => String::new(),
                    Format::Text => report.summary(),
                };
                Ok(Answer {
                    text,
                    warnings: report.warnings,
                })
            }
            Command::Serve(args) => serve::run(args, &mut progress).map(Answer::text),
            Command::AuditTable(args) => table::run(args).map(Answer::text),
            Command::New { dossier } => starter::create(dossier).map(Answer::text),
            Command::Pdf(args) => pdf::run(args).map(Answer::text),
            Command::Demo(args) => {
                let report = demo::run(args)?;
                Ok(match self.format {
                    Format::Json => Answer::json(&report),
                    Format::Text if self.quiet => Answer::default(),
                    Format::Text => Answer::text(report.summary(&args.site)),
                })
            }
            Command::Audit(args) => {
                let numbers = crate::config::Disclosure::default();
                let report = progress.stage("Contrôle", || {
                    audit::audit(&args.dossier, numbers, args.against.as_deref(), &args.earlier)
                })?;
                let text = match self.format {
                    Format::Json => Answer::json(&report).text,
                    Format::Text => report.text(),
                };
                let errors = report.findings.iter().filter(|f| f.error).count();
                let warnings = (!report.safe)
                    .then(|| {
                        crate::diag::Diagnostic::error(format!("{errors} fuites : cet atlas ne doit pas être publié"))
                    })
                    .into_iter()
                    .collect();
                Ok(Answer { text, warnings })
            }
            Command::Releases { out, purge } if !purge.is_empty() => {
                let count = publish::purge(out, purge)?;
                Ok(match self.format {
                    Format::Json => Answer::json(&serde_json::json!({ "purged": purge, "folders": count })),
                    Format::Text => Answer::text(format!("effacé : {}", purge.join(", "))),
                })
            }
            Command::Releases { out, .. } => {
                let releases = publish::list(out)?;
                Ok(match self.format {
                    Format::Json => Answer::json(&releases),
                    Format::Text if releases.is_empty() => Answer::text("aucune édition"),
                    Format::Text => Answer::text(
                        releases
                            .iter()
                            .map(|r| {
                                format!("{} {}", r.build, if r.live { "(publiée)" } else { "" })
                                    .trim_end()
                                    .to_owned()
                            })
                            .collect::<Vec<_>>()
                            .join("\n"),
                    ),
                })
            }
            Command::Rollback { out, build } => {
                let release = publish::roll_back(out, build.as_deref())?;
                Ok(match self.format {
                    Format::Json => Answer::json(&release),
                    Format::Text => Answer::text(format!("édition {} remise en place", release.build)),
                })
            }
            Command::Accounts(args) => accounts::run(args, self.format == Format::Json),
            Command::Kit(args) => crate::kit::command::run(args).map(Answer::text),
            Command::Completions { shell } => {
                let mut bytes = Vec::new();
                clap_complete::generate(*shell, &mut french::french(Self::command()), "atlas", &mut bytes);
                Ok(Answer::text(String::from_utf8_lossy(&bytes).into_owned()))
            }
        }
    }
}

/// Writes a duration: `0,8 s`, `2 min 5 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        return format::quantity(seconds, if seconds < 10.0 { 2 } else { 1 }, "s");
    }
    format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn every_command_has_its_place_in_the_guide() {
        let guide = include_str!("../../content/administration/commandes.md");
        for command in Cli::command().get_subcommands() {
            let title = format!("\n### atlas {}\n", command.get_name());
            assert!(guide.contains(&title), "{title}");
        }
    }
}
