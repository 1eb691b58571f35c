//! Parses arguments, runs, prints diagnostics, sets the exit code; nothing else.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::process::ExitCode;

use atlas::cli::{Cli, Format};
use atlas::diag::foreign;

/// Pages and workbooks are made and dropped by the thousand on every core: the system's allocator costs a tenth of a build.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints an answer; false when it could not be written whole. A reader that has gone, such as `head`, has had enough.
#[expect(clippy::print_stderr, reason = "the only room that prints")]
fn answer(text: impl Display) -> bool {
    match writeln!(std::io::stdout(), "{text}").and_then(|()| std::io::stdout().flush()) {
        Ok(()) => true,
        Err(e) if e.kind() == ErrorKind::BrokenPipe => true,
        Err(e) => {
            let (why, hint) = foreign::io(&e);
            eprintln!("erreur : réponse non écrite : {why}\n  aide : {hint}");
            false
        }
    }
}

#[expect(clippy::print_stderr, reason = "the only room that prints")]
fn main() -> ExitCode {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |defect| {
        if !foreign::is_contained() {
            eprintln!(
                "défaut de l’atlas : rien n’a été publié. Le signaler avec les données qui le causent et ces lignes :"
            );
            told(defect);
        }
    }));
    let cli = match Cli::parse_args() {
        Ok(cli) => cli,
        Err((text, 0)) => {
            return ExitCode::from(u8::from(!answer(text.trim_end())));
        }
        Err((text, code)) => {
            eprintln!("{}", text.trim_end());
            return ExitCode::from(code);
        }
    };
    match cli.run() {
        Ok(outcome) => {
            for warning in outcome.warnings.iter() {
                eprintln!("{warning}");
            }
            let written = outcome.text.is_empty() || answer(outcome.text.trim_end());
            ExitCode::from(u8::from(outcome.warnings.has_error() || !written))
        }
        Err(found) => {
            if cli.format == Format::Json {
                answer(serde_json::json!({ "diagnostics": found }));
            } else {
                eprintln!("{found}");
            }
            ExitCode::from(1)
        }
    }
}
