use std::fs::File;
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Result};
use crate::fs;

/// File that says that a folder was made by the atlas, and which build it is.
pub const MARKER: &str = ".atlas-release";

/// Releases kept beside the live one.
const KEPT: usize = 3;

/// A release being written beside the live one. Dropped without [`Stage::publish`], it disappears.
#[derive(Debug)]
pub struct Stage {
    live: PathBuf,
    side: PathBuf,
    folder: PathBuf,
    published: bool,
    // Held for as long as the stage lives: one build at a time for one live folder.
    _lock: File,
}

/// Tells whether a folder is a release, live or kept, or the folder where releases are kept.
pub fn is_release(folder: &Path) -> bool {
    let kept = folder
        .file_name()
        .and_then(|n| n.to_str())
        .and_then(|n| n.strip_prefix('.'));
    folder.join(MARKER).exists()
        || kept.is_some_and(|n| {
            n.strip_suffix(".atlas")
                .is_some_and(|live| folder.with_file_name(live).join(MARKER).exists())
        })
}

/// Folder beside the live one where releases are staged and kept.
pub(super) fn side(live: &Path) -> PathBuf {
    let name = live
        .file_name()
        .map_or_else(|| "public".into(), |n| n.to_string_lossy().into_owned());
    live.parent().unwrap_or(Path::new("")).join(format!(".{name}.atlas"))
}

/// Refuses a folder that the atlas did not make: it could hold somebody's work.
pub(super) fn check_live(live: &Path) -> Result<()> {
    if live.is_symlink() || live.is_file() {
        return Err(
            Diagnostic::error("la sortie doit être un dossier, ni un fichier ni un lien")
                .at(live)
                .hint("choisir un autre dossier avec --out")
                .into(),
        );
    }
    if live.exists() && !live.join(MARKER).exists() && !fs::is_empty_dir(live)? {
        return Err(Diagnostic::error(
            "ce dossier n’est pas vide et n’a pas été fait par atlas : rien n’y a été écrit",
        )
        .at(live)
        .hint("choisir un dossier vide ou absent avec --out, ou vider celui-ci soi-même")
        .into());
    }
    Ok(())
}

impl Stage {
    /// Opens a stage for the live folder `live`.
    ///
    /// # Errors
    /// A live folder that the atlas did not make; another build under way for the same folder.
    pub fn open(live: &Path) -> Result<Self> {
        check_live(live)?;
        let side = side(live);
        fs::create_dir(&side)?;
        let lock = fs::lock(&side.join("verrou"))?.ok_or_else(|| {
            Diagnostic::error("une autre construction est en cours pour ce dossier")
                .at(live)
                .hint("attendre qu’elle finisse")
        })?;
        let folder = side.join("en-cours");
        // What a killed build left behind; the lock says that nobody is writing there.
        fs::remove_dir(&folder)?;
        fs::create_dir(&folder)?;
        Ok(Self {
            live: live.to_path_buf(),
            side,
            folder,
            published: false,
            _lock: lock,
        })
    }

    /// Folder where the release is being written.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes one file of the release.
    ///
    /// # Errors
    /// The path and the reason.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        fs::write(&self.folder.join(path), bytes)
    }

    /// Swaps the release in: flush to disk, mark, exchange in one step, keep the old one aside.
    ///
    /// # Errors
    /// The path and the reason; the live folder is then the old one, whole.
    pub fn publish(mut self, build_id: &str) -> Result<()> {
        self.write(MARKER, format!("{build_id}\n").as_bytes())?;
        fs::flush(&self.folder)?;
        check_live(&self.live)?;
        swap(&self.folder, &self.live, &self.side)?;
        self.published = true;
        prune(&self.side)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if !self.published {
            // Nothing to tell: the next build removes it anyway.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// Puts `new` in the place of `live`, and what was there among the kept releases.
pub(super) fn swap(new: &Path, live: &Path, side: &Path) -> Result<()> {
    if !live.exists() {
        return fs::rename(new, live);
    }
    let build = |release: &Path| {
        fs::read(&release.join(MARKER))
            .map(|b| String::from_utf8_lossy(&b).trim().to_owned())
            .unwrap_or_default()
    };
    let (old, same) = (build(live), build(new));
    fs::exchange(new, live)?;
    if old.is_empty() || old == same {
        // It was an empty folder, or the same edition: keeping it would push a different one out.
        return fs::remove_dir(new);
    }
    let rank = super::list_kept(side)?.last().map_or(0, |(rank, _)| rank + 1);
    fs::rename(new, &side.join(format!("{rank:06}-{old}")))
}

fn prune(side: &Path) -> Result<()> {
    let kept = super::list_kept(side)?;
    for (_, path) in kept.iter().rev().skip(KEPT) {
        fs::remove_dir(path)?;
    }
    Ok(())
}
