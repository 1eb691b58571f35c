//! `atlas accounts`: one command per gesture of the admin.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::dates;
use super::partner::{Annex, Kind};

mod add;
mod gestures;
mod lists;
mod opening;
mod partners;
mod proxy;
mod renewal;
mod secrets;
mod update;

pub use gestures::run;

/// Registre des partenaires et des comptes : qui peut lire l’atlas, depuis quand, jusqu’à quand.
#[derive(Debug, Args)]
pub struct AccountsArgs {
    /// Dossier privé du registre, hors du site publié ; créé à la première commande.
    #[arg(long, value_name = "DOSSIER", global = true)]
    pub register: Option<PathBuf>,
    /// Jour considéré comme aujourd’hui (par défaut, celui de l’horloge).
    #[arg(long, value_name = "DATE", value_parser = date, global = true)]
    pub today: Option<NaiveDate>,
    /// Geste à faire.
    #[command(subcommand)]
    pub gesture: Gesture,
}

/// What the admin may do.
#[derive(Debug, Subcommand)]
pub enum Gesture {
    /// Tenir les partenaires : convention, délibération, annexes, échéances.
    #[command(subcommand)]
    Partner(PartnerGesture),
    /// Comparer la liste d’un partenaire (.xlsx, .ods, .csv) au registre ; l’appliquer avec --apply.
    Import {
        /// Liste des utilisateurs annexée à la convention.
        list: PathBuf,
        /// Code du partenaire, quand aucune colonne ne le dit.
        #[arg(long)]
        partner: Option<String>,
        /// Date du courrier de demande, quand aucune colonne ne la dit.
        #[arg(long, value_parser = date)]
        letter_of: Option<NaiveDate>,
        /// Appliquer ce qui est recevable, au lieu de seulement le montrer.
        #[arg(long)]
        apply: bool,
    },
    /// Créer un compte et montrer, une seule fois, la lettre qui porte son mot de passe.
    Add(AddArgs),
    /// Corriger un compte : nom, fonction, adresse changée, fin d’une exception.
    Update(UpdateArgs),
    /// Fermer des comptes, dès la requête suivante.
    Disable {
        /// Identifiants.
        #[arg(required = true)]
        logins: Vec<String>,
        /// Motif, gardé dans l’historique.
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
    /// Rouvrir des comptes désactivés.
    Enable {
        /// Identifiants.
        #[arg(required = true)]
        logins: Vec<String>,
        /// Motif, gardé dans l’historique.
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
    /// Retirer des comptes du registre ; l’historique garde la trace du retrait.
    Remove {
        /// Identifiants.
        #[arg(required = true)]
        logins: Vec<String>,
        /// Motif, gardé dans l’historique.
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
    /// Lister les comptes.
    List {
        /// Ceux d’un partenaire seulement.
        #[arg(long)]
        partner: Option<String>,
        /// En tableau, à ouvrir dans un tableur.
        #[arg(long)]
        csv: bool,
    },
    /// Renouvellement annuel : la liste à confirmer puis, avec --apply, les nouveaux mots de passe.
    Renew {
        /// Code du partenaire.
        #[arg(long, required_unless_present = "all")]
        partner: Option<String>,
        /// Tous les partenaires.
        #[arg(long, conflicts_with = "partner")]
        all: bool,
        /// Changer les mots de passe et montrer, une seule fois, les lettres.
        #[arg(long)]
        apply: bool,
        /// Comment montrer les lettres.
        #[command(flatten)]
        letters: LettersArgs,
    },
    /// Revue des accès : comptes dormants, conventions, missions, adresses, exceptions.
    Review {
        /// En page HTML, à imprimer depuis le navigateur.
        #[arg(long)]
        html: bool,
        /// Désactiver les comptes non utilisés depuis un an.
        #[arg(long)]
        disable_dormant: bool,
    },
    /// Lire les journaux d’accès du serveur, archives .gz comprises, et n’en garder que la date de dernier usage.
    Use {
        /// Journaux, dans n’importe quel ordre.
        #[arg(required = true)]
        logs: Vec<PathBuf>,
        /// Silence, en jours, au-delà duquel une période est tenue pour inconnue.
        #[arg(long, default_value_t = 4)]
        silence_days: u16,
    },
    /// Donner un nouveau mot de passe et montrer, une seule fois, la lettre à imprimer.
    Welcome {
        /// Identifiants.
        #[arg(required_unless_present = "new")]
        logins: Vec<String>,
        /// Tous les comptes actifs qui n’ont pas encore de mot de passe.
        #[arg(long, conflicts_with = "logins")]
        new: bool,
        /// Comment montrer les lettres.
        #[command(flatten)]
        letters: LettersArgs,
    },
    /// Écrire les fichiers du serveur ; ils seront réécrits à chaque changement du registre.
    Export {
        /// Fichier pour nginx : une ligne « identifiant:empreinte » par compte ouvert.
        #[arg(long, value_name = "FICHIER")]
        htpasswd: Option<PathBuf>,
        /// Fichier à importer dans un Caddyfile.
        #[arg(long, value_name = "FICHIER")]
        caddy: Option<PathBuf>,
        /// users_database.yml d’Authelia.
        #[arg(long, value_name = "FICHIER")]
        authelia: Option<PathBuf>,
        /// Fichier à ne plus tenir à jour ; il n’est pas effacé. Répéter l’option.
        #[arg(long, value_name = "FICHIER")]
        forget: Vec<PathBuf>,
    },
    /// Lire l’historique, ou en effacer la partie ancienne.
    History {
        /// Effacer les lignes d’avant cette date (durée de conservation échue).
        #[arg(long, value_parser = date)]
        forget_before: Option<NaiveDate>,
    },
}

/// What the admin may do with partners.
#[derive(Debug, Subcommand)]
pub enum PartnerGesture {
    /// Inscrire un partenaire.
    Add {
        /// Code court, pour la ligne de commande : lille, bailleur-1.
        code: String,
        /// Nom écrit sur la convention.
        #[arg(long)]
        name: String,
        /// Genre de partenaire.
        #[arg(long, value_enum)]
        kind: Kind,
        /// Ce que l’on sait de la convention.
        #[command(flatten)]
        papers: PapersArgs,
    },
    /// Compléter ou corriger un partenaire.
    Update {
        /// Code du partenaire.
        code: String,
        /// Nouveau nom.
        #[arg(long)]
        name: Option<String>,
        /// Nouveau genre.
        #[arg(long, value_enum)]
        kind: Option<Kind>,
        /// Ce que l’on sait de la convention.
        #[command(flatten)]
        papers: PapersArgs,
        /// Ce qui est à effacer, une résiliation retirée par exemple ; répéter l’option.
        #[arg(long, value_enum)]
        clear: Vec<Paper>,
        /// Motif, gardé dans l’historique.
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
    /// Retirer un partenaire qui n’a plus de compte.
    Remove {
        /// Code du partenaire.
        code: String,
        /// Motif, gardé dans l’historique.
        #[arg(long, value_name = "MOTIF")]
        reason: String,
    },
    /// Lister les partenaires.
    List,
}

/// What may be taken back from a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Paper {
    /// Signature de la convention.
    Convention,
    /// Délibération.
    Deliberation,
    /// Annexes.
    Annexes,
    /// Dernier jour de la convention.
    ValidUntil,
    /// Dernier jour de la mission.
    MissionUntil,
    /// Résiliation.
    Notice,
}

/// What changes in an account.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// Identifiant.
    pub login: String,
    /// Nouvelle adresse, et nouvel identifiant ; le mot de passe ne change pas.
    #[arg(long, value_name = "ADRESSE")]
    pub address: Option<String>,
    /// Prénom.
    #[arg(long)]
    pub first_name: Option<String>,
    /// Nom.
    #[arg(long)]
    pub last_name: Option<String>,
    /// Fonction.
    #[arg(long)]
    pub function: Option<String>,
    /// Date du courrier de demande.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub letter_of: Option<NaiveDate>,
    /// Motif pour lequel une adresse partagée ou personnelle est acceptée.
    #[arg(long, value_name = "MOTIF", requires = "exception_until")]
    pub exception: Option<String>,
    /// Dernier jour de l’exception, celle de l’adresse actuelle par exemple.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub exception_until: Option<NaiveDate>,
    /// Mettre fin à l’exception : l’adresse est devenue nominative.
    #[arg(long, conflicts_with_all = ["exception", "exception_until"])]
    pub no_exception: bool,
    /// Motif, gardé dans l’historique.
    #[arg(long, value_name = "MOTIF")]
    pub reason: String,
}

/// Papers of a partner.
#[derive(Debug, Args)]
pub struct PapersArgs {
    /// Date de signature de la convention.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub convention: Option<NaiveDate>,
    /// Date de la délibération.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub deliberation: Option<NaiveDate>,
    /// Documents annexés à la convention ; répéter l’option.
    #[arg(long, value_enum)]
    pub annex: Vec<Annex>,
    /// Dernier jour de la convention.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub valid_until: Option<NaiveDate>,
    /// Dernier jour de la mission d’un tiers.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub mission_until: Option<NaiveDate>,
    /// Date de notification d’une résiliation ; l’accès cesse trois mois après.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub notice: Option<NaiveDate>,
}

/// One account to make.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// Adresse professionnelle nominative ; c’est aussi l’identifiant.
    pub address: String,
    /// Prénom.
    #[arg(long)]
    pub first_name: String,
    /// Nom.
    #[arg(long)]
    pub last_name: String,
    /// Fonction.
    #[arg(long, default_value = "")]
    pub function: String,
    /// Code du partenaire.
    #[arg(long)]
    pub partner: String,
    /// Date du courrier de demande.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub letter_of: Option<NaiveDate>,
    /// Motif pour lequel une adresse partagée ou personnelle est acceptée.
    #[arg(long, value_name = "MOTIF", requires = "exception_until")]
    pub exception: Option<String>,
    /// Dernier jour de l’exception.
    #[arg(long, value_name = "DATE", value_parser = date, requires = "exception")]
    pub exception_until: Option<NaiveDate>,
    /// Il s’agit bien d’une autre personne, du même nom.
    #[arg(long)]
    pub homonym: bool,
    /// Ne pas donner de mot de passe maintenant (voir welcome).
    #[arg(long)]
    pub no_password: bool,
    /// Comment montrer la lettre.
    #[command(flatten)]
    pub letters: LettersArgs,
}

/// How letters are shown.
#[derive(Debug, Args)]
pub struct LettersArgs {
    /// Adresse du site, imprimée sur la lettre ; donnée une fois, elle est retenue.
    #[arg(long, value_name = "URL", value_parser = site)]
    pub site: Option<String>,
    /// Servir les lettres une seule fois à un navigateur de ce poste, pour les imprimer.
    #[arg(long)]
    pub browser: bool,
}

fn date(text: &str) -> Result<NaiveDate, String> {
    dates::parse(text).ok_or_else(|| "une date comme 2026-03-12 ou 12/03/2026 est attendue".to_owned())
}

fn site(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | ';');
    match host {
        Some(host) if host.chars().all(plain) && host.starts_with(|c: char| c.is_ascii_alphanumeric()) => {
            Ok(text.to_owned())
        }
        _ => Err("une adresse comme https://atlas.example.org/ est attendue".to_owned()),
    }
}

/// Says something while a command runs, on the error output.
#[expect(
    clippy::print_stderr,
    reason = "the address of the page must be read before the command ends"
)]
fn announce(text: &str) {
    eprintln!("{text}");
}
