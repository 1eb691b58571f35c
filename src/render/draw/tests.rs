//! Samples of what is drawn, for the eye; what is certain is asserted.

mod charts;
mod maps;

use std::time::Duration;

use super::legend;
use crate::geometry::real::measured;

/// A page of samples, written where `ATLAS_SAMPLES` says, to be looked at.
struct Sheet {
    out: String,
}

impl Sheet {
    fn new() -> Self {
        Self {
            out: format!(
                "<!DOCTYPE html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Échantillons</title><link rel=\"stylesheet\" href=\"atlas.css\"><body><main class=\"wrap\">{}",
                legend::PATTERNS
            ),
        }
    }

    fn add(&mut self, name: &str, width: u32, body: &str, elapsed: Duration) {
        use std::fmt::Write as _;
        let packed = {
            use std::io::Write as _;
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gz.write_all(body.as_bytes())
                .and_then(|()| gz.finish())
                .map(|b| b.len())
                .unwrap_or(0)
        };
        measured(&format!(
            "{name} : {elapsed:?}, {} octets, {packed} compressés",
            body.len()
        ));
        let _ = write!(
            self.out,
            "<h3>{name} · {} o · {packed} o gz</h3><div style=\"width:{width}px\">{body}</div>",
            body.len()
        );
    }
}

fn samples() -> Option<std::path::PathBuf> {
    std::env::var_os("ATLAS_SAMPLES").map(Into::into)
}
