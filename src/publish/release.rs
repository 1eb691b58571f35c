use std::path::{Path, PathBuf};

use serde::Serialize;

use super::stage::{self, MARKER, Stage};
use crate::diag::{Diagnostic, Result};
use crate::fs;

/// A release, live or kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Release {
    /// Identifier of its build.
    pub build: String,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is the live one.
    pub live: bool,
}

/// Kept releases by rank, oldest first.
pub(super) fn list_kept(side: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let mut all: Vec<(u64, PathBuf)> = fs::list(side)?
        .into_iter()
        .filter_map(|path| {
            let rank = path.file_name()?.to_str()?.split_once('-')?.0.parse().ok()?;
            Some((rank, path))
        })
        .collect();
    all.sort();
    Ok(all)
}

/// Lists the releases of a live folder, newest first, the live one at the head.
///
/// # Errors
/// An unreadable folder.
pub fn list(live: &Path) -> Result<Vec<Release>> {
    let build = |path: &Path| fs::read(&path.join(MARKER)).map(|b| String::from_utf8_lossy(&b).trim().to_owned());
    let mut all = Vec::new();
    if live.join(MARKER).exists() {
        all.push(Release {
            build: build(live)?,
            path: live.to_path_buf(),
            live: true,
        });
    }
    let side = stage::side(live);
    if side.exists() {
        for (_, path) in list_kept(&side)?.into_iter().rev() {
            all.push(Release {
                build: build(&path)?,
                path,
                live: false,
            });
        }
    }
    Ok(all)
}

/// Puts a kept release back: the newest one, or that of `build`. The release it replaces is kept in its turn.
///
/// # Errors
/// No such release; another build under way.
pub fn roll_back(live: &Path, build: Option<&str>) -> Result<Release> {
    let stage = Stage::open(live)?;
    let chosen = list(live)?
        .into_iter()
        .find(|r| !r.live && build.is_none_or(|b| r.build == b));
    let Some(release) = chosen else {
        return Err(Diagnostic::error(match build {
            Some(build) => format!("aucune édition « {build} » conservée"),
            None => "aucune édition antérieure conservée".to_owned(),
        })
        .at(live)
        .hint("« atlas releases » en donne la liste")
        .into());
    };
    stage::swap(&release.path, live, &stage::side(live))?;
    drop(stage);
    Ok(Release {
        path: live.to_path_buf(),
        live: true,
        ..release
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("atlas-publish-{name}-{}", std::process::id()));
        fs::remove_dir(&path).expect("temporary folder");
        fs::create_dir(&path).expect("temporary folder");
        path
    }

    fn publish(live: &Path, build: &str) {
        let stage = Stage::open(live).expect("free folder");
        stage.write("index.html", build.as_bytes()).expect("written");
        stage.publish(build).expect("published");
    }

    #[test]
    fn releases_follow_one_another_and_come_back() {
        let root = folder("releases");
        let live = root.join("public");
        for build in ["a", "b", "c"] {
            publish(&live, build);
        }
        let builds = |live: &Path| {
            list(live)
                .expect("listed")
                .into_iter()
                .map(|r| r.build)
                .collect::<Vec<_>>()
        };
        assert_eq!(builds(&live), ["c", "b", "a"]);
        roll_back(&live, None).expect("rolled back");
        assert_eq!(fs::read(&live.join("index.html")).expect("live page"), b"b");
        assert_eq!(builds(&live), ["b", "c", "a"]);
        assert!(roll_back(&live, Some("z")).is_err());
        fs::remove_dir(&root).expect("cleaned");
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let root = folder("refused");
        fs::write(&root.join("public/precious.txt"), b"x").expect("written");
        let error = Stage::open(&root.join("public")).expect_err("not ours");
        assert!(error.to_string().contains("n’a pas été fait par atlas"));
        assert!(root.join("public/precious.txt").exists());
        fs::remove_dir(&root).expect("cleaned");
    }

    #[test]
    fn an_abandoned_stage_leaves_the_live_folder_alone() {
        let root = folder("abandoned");
        let live = root.join("public");
        publish(&live, "a");
        let stage = Stage::open(&live).expect("free folder");
        stage.write("index.html", b"half").expect("written");
        assert!(Stage::open(&live).is_err(), "two builds at once");
        drop(stage);
        assert_eq!(fs::read(&live.join("index.html")).expect("live page"), b"a");
        fs::remove_dir(&root).expect("cleaned");
    }
}
