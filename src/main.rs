//! Parses arguments, runs, prints diagnostics, sets the exit code; nothing else.

use std::process::ExitCode;

use atlas::cli::{Cli, Format};
use clap::Parser as _;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the only room that prints")]
fn main() -> ExitCode {
    let cli = Cli::parse();
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
