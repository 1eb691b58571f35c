use std::path::{Path, PathBuf};

use serde::Serialize;

use super::stage::{self, MARKER, Stage};
use crate::diag::{Diagnostic, Diagnostics, Result};
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

/// Erases the kept releases of these builds from the disk, and gives how many folders went.
///
/// # Errors
/// A build that is live, or that no kept release has: nothing is erased then. Another build under way; a folder that
/// cannot be removed.
pub fn purge(live: &Path, builds: &[String]) -> Result<usize> {
    let stage = Stage::open(live)?;
    let releases = list(live)?;
    let mut found = Diagnostics::new();
    for build in builds {
        let mut same = releases.iter().filter(|r| r.build == *build).peekable();
        if same.peek().is_none() {
            found.push(
                Diagnostic::error(format!("aucune édition « {build} » conservée"))
                    .at(live)
                    .hint("« atlas releases » en donne la liste"),
            );
        } else if same.any(|r| r.live) {
            found.push(
                Diagnostic::error(format!("l’édition « {build} » est publiée : elle n’a pas été effacée"))
                    .at(live)
                    .hint(
                        "la remplacer d’abord : « atlas rollback », ou « atlas build » une fois les données corrigées",
                    ),
            );
        }
    }
    if found.has_error() {
        return Err(found);
    }
    let chosen: Vec<&Release> = releases.iter().filter(|r| builds.contains(&r.build)).collect();
    for release in &chosen {
        fs::remove_dir(&release.path)?;
    }
    drop(stage);
    Ok(chosen.len())
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
        for build in ["a", "b", "c", "c"] {
            publish(&live, build); // the same edition again takes the place of itself
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
    fn a_faulty_release_leaves_the_disk() {
        let root = folder("purge");
        let live = root.join("public");
        for build in ["a", "fault", "b"] {
            publish(&live, build);
        }
        let fault = list(&live).expect("listed").remove(1).path.join("index.html");
        let on_disk = || fs::read(&fault).is_ok_and(|bytes| bytes == b"fault");
        let purge = |builds: &[&str]| purge(&live, &builds.iter().map(|b| (*b).to_owned()).collect::<Vec<_>>());
        assert!(on_disk());
        let error = purge(&["fault", "b"]).expect_err("live").to_string();
        assert!(error.contains("« b » est publiée") && on_disk(), "{error}");
        let error = purge(&["fault", "z"]).expect_err("unknown").to_string();
        assert!(error.contains("aucune édition « z »") && on_disk(), "{error}");
        assert_eq!(purge(&["fault"]).expect("purged"), 1);
        assert!(!on_disk());
        let left: Vec<String> = list(&live).expect("listed").into_iter().map(|r| r.build).collect();
        assert_eq!(left, ["b", "a"]);
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
