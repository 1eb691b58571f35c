//! Progress of long work: on stderr, only before a terminal, never under `--quiet`.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where progress is told, and how long each stage took.
#[derive(Debug)]
pub struct Progress {
    shown: bool,
    stages: Vec<(String, Duration)>,
}

impl Progress {
    /// Tells progress on stderr when it is a terminal and `quiet` is not asked.
    pub fn new(quiet: bool) -> Self {
        use std::io::IsTerminal as _;
        Self {
            shown: !quiet && std::io::stderr().is_terminal(),
            stages: Vec::new(),
        }
    }

    /// Tells nothing; for tests and scripts.
    pub const fn silent() -> Self {
        Self {
            shown: false,
            stages: Vec::new(),
        }
    }

    /// Runs a stage of unknown length and keeps its time.
    pub fn stage<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        self.counted(name, 0, |_| work())
    }

    /// Runs a stage of `length` steps; the work ticks the bar, which shows a count and a rate.
    pub fn counted<T>(&mut self, name: &str, length: u64, work: impl FnOnce(&ProgressBar) -> T) -> T {
        let target = if self.shown {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let template = if length == 0 {
            "{msg:24} {elapsed_precise}"
        } else {
            "{msg:24} {bar:30} {human_pos}/{human_len} ({per_sec})"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        let start = Instant::now();
        let result = work(&bar);
        bar.finish_and_clear();
        self.stages.push((name.to_owned(), start.elapsed()));
        result
    }

    /// Stages run so far, with their times.
    pub fn stages(&self) -> &[(String, Duration)] {
        &self.stages
    }
}
