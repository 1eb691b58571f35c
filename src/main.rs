//! Parses arguments, runs, prints diagnostics, sets the exit code; nothing else.

use std::process::ExitCode;

use atlas::cli::{Cli, Format};
use atlas::diag::foreign;

/// Pages and workbooks are made and dropped by the thousand on every core: the system's allocator costs a tenth of a build.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the only room that prints")]
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
            println!("{}", text.trim_end());
            return ExitCode::SUCCESS;
        }
        Err((text, code)) => {
            eprintln!("{}", text.trim_end());
            return ExitCode::from(code);
        }
    };
    match cli.run() {
        Ok(answer) => {
            for warning in answer.warnings.iter() {
                eprintln!("{warning}");
            }
            if !answer.text.is_empty() {
                println!("{}", answer.text.trim_end());
            }
            ExitCode::from(u8::from(answer.warnings.has_error()))
        }
        Err(found) => {
            if cli.format == Format::Json {
                println!("{}", serde_json::json!({ "diagnostics": found }));
            } else {
                eprintln!("{found}");
            }
            ExitCode::from(1)
        }
    }
}
