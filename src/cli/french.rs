//! The argument parser's own words, in French: headings, defaults, possible values, errors of usage.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error};

const TEMPLATE: &str = "{about-with-newline}\nEmploi : {usage}\n\n{all-args}{after-help}";

/// Puts a command and all its sub-commands in French.
pub(super) fn french(command: Command) -> Command {
    let has_version = command.get_version().is_some();
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("Commandes\u{a0}")
        .subcommand_value_name("COMMANDE")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .mut_args(arg)
        .arg(
            Arg::new("aide")
                .short('h')
                .long("help")
                .alias("aide")
                .help("Affiche cette aide")
                .action(ArgAction::Help)
                .help_heading("Options\u{a0}"),
        );
    if has_version {
        command = command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .help("Affiche la version")
                .action(ArgAction::Version)
                .help_heading("Options\u{a0}"),
        );
    }
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, french);
    }
    command
}

fn arg(arg: Arg) -> Arg {
    let heading = if arg.is_positional() {
        "Arguments\u{a0}"
    } else {
        "Options\u{a0}"
    };
    let arg = arg.help_heading(heading);
    if !matches!(arg.get_action(), ArgAction::Set | ArgAction::Append) {
        return arg;
    }
    let mut more = Vec::new();
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|v| !v.is_hide_set())
        .map(|v| v.get_name().to_owned())
        .collect();
    if !values.is_empty() {
        more.push(format!("valeurs : {}", values.join(", ")));
    }
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|v| v.to_string_lossy().into_owned())
        .collect();
    if !defaults.is_empty() {
        more.push(format!("par défaut : {}", defaults.join(" ")));
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let arg = arg.hide_default_value(true).hide_possible_values(true);
    if more.is_empty() {
        arg
    } else {
        arg.help(format!("{help} [{}]", more.join(" ; ")))
    }
}

/// Says an error of usage in French; help and version pass as they are.
pub(super) fn usage(error: &Error) -> String {
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(s)) => s.clone(),
        Some(ContextValue::Strings(all)) => all.join(" "),
        Some(ContextValue::StyledStr(s)) => s.to_string(),
        Some(ContextValue::StyledStrs(all)) => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let arg = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("commande inconnue « {} »", text(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("argument inconnu « {arg} »"),
        ErrorKind::MissingRequiredArgument => format!("argument manquant : {arg}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "commande manquante".to_owned()
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("valeur manquante pour {arg}"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => format!("valeur « {value} » impossible pour {arg}"),
        ErrorKind::ArgumentConflict => format!("argument incompatible ou répété : {arg}"),
        ErrorKind::TooManyValues => format!("valeur de trop « {value} » pour {arg}"),
        ErrorKind::NoEquals => format!("« = » attendu après {arg}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("nombre de valeurs inattendu pour {arg}"),
        _ => "commande mal écrite".to_owned(),
    };
    let near = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .map(text)
    .into_iter()
    .find(|t| !t.is_empty());
    let known = text(ContextKind::ValidValue);
    let hint = match near {
        Some(near) => format!("vouliez-vous dire « {near} » ?"),
        None if !known.is_empty() => format!("valeurs possibles : {known}"),
        None => "« atlas --help » et « atlas COMMANDE --help » disent tout ce qui est possible".to_owned(),
    };
    format!("erreur : {message}\n  aide : {hint}")
}
