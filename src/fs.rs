//! The only room that touches the disk; every error names its path.

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::diag::{Diagnostic, Result, foreign};

fn failed(path: &Path, what: &str, error: &io::Error) -> Diagnostic {
    let (why, hint) = foreign::io(error);
    Diagnostic::error(format!("{what} impossible : {why}"))
        .at(path)
        .hint(hint)
}

/// Reads a file.
///
/// # Errors
/// The path and the reason.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| failed(path, "lecture", &e).into())
}

/// Reads a file in place of what `bytes` held: its room serves again.
///
/// # Errors
/// The path and the reason.
pub fn read_into(path: &Path, bytes: &mut Vec<u8>) -> Result<()> {
    bytes.clear();
    open(path)?
        .read_to_end(bytes)
        .map_err(|e| failed(path, "lecture", &e))?;
    Ok(())
}

/// Reads at most the first `most` bytes of a file.
///
/// # Errors
/// The path and the reason.
pub fn read_start(path: &Path, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most);
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    open(path)?
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| failed(path, "lecture", &e))?;
    Ok(bytes)
}

/// Gives the size of a file, in bytes.
///
/// # Errors
/// The path and the reason.
pub fn size(path: &Path) -> Result<u64> {
    fs::metadata(path)
        .map(|m| m.len())
        .map_err(|e| failed(path, "lecture", &e).into())
}

/// Opens a file that is read piece by piece.
///
/// # Errors
/// The path and the reason.
pub fn open(path: &Path) -> Result<fs::File> {
    fs::File::open(path).map_err(|e| failed(path, "lecture", &e).into())
}

/// A text and the encoding it was found in.
#[derive(Debug, Clone)]
pub struct Text {
    /// Content, without byte order mark.
    pub text: String,
    /// `UTF-8`, `UTF-16` or `windows-1252` (which contains latin-1).
    pub encoding: &'static str,
}

/// Reads a text in UTF-8 (with or without mark), in UTF-16 with its mark or, failing that, in cp1252, of which latin-1 is a part.
///
/// # Errors
/// The path and the reason.
pub fn read_text(path: &Path) -> Result<Text> {
    Ok(decode(read(path)?))
}

/// Decodes bytes as [`read_text`] does.
pub fn decode(bytes: Vec<u8>) -> Text {
    // The « Unicode text » of spreadsheets, known by its mark.
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(&bytes).filter(|(e, _)| *e != encoding_rs::UTF_8) {
        return Text {
            text: encoding.decode(&bytes).0.into_owned(),
            encoding: "UTF-16",
        };
    }
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    match String::from_utf8(bytes) {
        Ok(text) => Text {
            text,
            encoding: "UTF-8",
        },
        Err(error) => {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(error.as_bytes());
            Text {
                text: text.into_owned(),
                encoding: "windows-1252",
            }
        }
    }
}

/// Writes a file, making its folders.
///
/// # Errors
/// The path and the reason.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        create_dir(folder)?;
    }
    fs::write(path, bytes).map_err(|e| failed(path, "écriture", &e).into())
}

/// Writes a file part after part, making its folders.
///
/// # Errors
/// The path and the reason.
pub fn write_parts(path: &Path, parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<()> {
    if let Some(folder) = path.parent() {
        create_dir(folder)?;
    }
    let write = || {
        let mut file = fs::File::create(path)?;
        parts.into_iter().try_for_each(|part| file.write_all(part.as_ref()))
    };
    write().map_err(|e: io::Error| failed(path, "écriture", &e).into())
}

/// Makes a folder and those above it.
///
/// # Errors
/// The path and the reason.
pub fn create_dir(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|e| failed(path, "création du dossier", &e).into())
}

/// Writes a file so that a reader sees the old or the new one, whole: temporary file beside it, `fsync`, rename.
///
/// `mode` is the Unix permission of the new file, such as `0o600`.
///
/// # Errors
/// The path and the reason; the old file is left untouched.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    write_atomic_parts(path, [bytes], mode)
}

/// Writes a file as [`write_atomic`] does, part after part, so that a long one never stands whole in memory.
///
/// # Errors
/// The path and the reason; the old file is left untouched.
pub fn write_atomic_parts(path: &Path, parts: impl IntoIterator<Item = impl AsRef<[u8]>>, mode: u32) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    create_dir(folder)?;
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let write = || -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&temporary)?;
        for part in parts {
            file.write_all(part.as_ref())?;
        }
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(|e| {
        // The temporary file may not exist; the error that matters is the first one.
        let _ = fs::remove_file(&temporary);
        failed(path, "écriture", &e).into()
    })
}

/// Removes what a [`write_atomic`] cut short left in a folder no other process writes in.
///
/// # Errors
/// The path and the reason.
pub fn sweep(folder: &Path) -> Result<()> {
    for path in list(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let parts: Vec<&str> = name.split('.').collect();
        let numbered = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        if let ["", .., number, "tmp"] = parts.as_slice()
            && numbered(number)
        {
            fs::remove_file(&path).map_err(|e| failed(&path, "effacement", &e))?;
        }
    }
    Ok(())
}

/// Tells whether something is there.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Gives the Unix permissions of a file or folder (`0o600`), or nothing when it does not exist.
///
/// # Errors
/// The path and the reason.
pub fn mode(path: &Path) -> Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.permissions().mode() & 0o7777)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(path, "lecture", &e).into()),
    }
}

/// Gives the absolute path, links left as they are.
///
/// # Errors
/// The path and the reason.
pub fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|e| failed(path, "lecture", &e).into())
}

/// Where a path leads once every link is followed, the part that does not exist yet included.
///
/// # Errors
/// The path and the reason.
pub fn real(path: &Path) -> Result<PathBuf> {
    let whole = absolute(path)?;
    let found = whole.ancestors().find_map(|a| {
        a.canonicalize()
            .ok()
            .map(|real| (real, whole.strip_prefix(a).unwrap_or(Path::new(""))))
    });
    Ok(match found {
        Some((real, rest)) if rest.as_os_str().is_empty() => real,
        Some((real, rest)) => real.join(rest),
        None => whole,
    })
}

/// Makes a folder only its owner may enter; one that exists is left as it is.
///
/// # Errors
/// The path and the reason.
pub fn create_private_dir(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| failed(path, "création du dossier", &e).into())
}

/// A file held by this process alone, until dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its lock")] fs::File);

impl Lock {
    /// Waits until no other process holds the file, then holds it. The file is made, private, if need be.
    ///
    /// # Errors
    /// The path and the reason.
    pub fn exclusive(path: &Path) -> Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let lock = || -> io::Result<fs::File> {
            let file = fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map(Self).map_err(|e| failed(path, "verrouillage", &e).into())
    }
}

/// Replaces a file others read, such as a proxy's: owner, group and mode stay those of the file replaced.
///
/// A new file is readable by its owner only. What everybody may read or write is taken away.
///
/// # Errors
/// The path and the reason; the old file is left untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".nouveau");
    let temporary = path.with_file_name(name);
    let write = || -> io::Result<()> {
        let old = match fs::metadata(path) {
            Ok(metadata) => Some(metadata),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(e),
        };
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)?;
        if let Some(old) = old {
            let own = file.metadata()?;
            if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
                fchown(&file, Some(old.uid()), Some(old.gid()))?;
            }
            file.set_permissions(fs::Permissions::from_mode(old.mode() & 0o660))?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|e| {
        // The temporary file may not exist; the error that matters is the first one.
        let _ = fs::remove_file(&temporary);
        failed(path, "écriture", &e).into()
    })
}

/// Opens a file to read it as it comes, `.gz` files inflated.
///
/// # Errors
/// The path and the reason.
pub fn stream(path: &Path) -> Result<Box<dyn io::BufRead>> {
    let file = fs::File::open(path).map_err(|e| failed(path, "lecture", &e))?;
    Ok(if path.extension().is_some_and(|e| e == "gz") {
        Box::new(io::BufReader::new(flate2::read::MultiGzDecoder::new(file)))
    } else {
        Box::new(io::BufReader::new(file))
    })
}

/// Makes an empty file, for another program to write in.
///
/// # Errors
/// The path and the reason.
pub fn create(path: &Path) -> Result<fs::File> {
    fs::File::create(path).map_err(|e| failed(path, "écriture", &e).into())
}

/// Opens a file to write it as it comes, making its folders; the old content is lost.
///
/// # Errors
/// The path and the reason.
pub fn writer(path: &Path) -> Result<Box<dyn Write>> {
    if let Some(folder) = path.parent() {
        create_dir(folder)?;
    }
    let file = fs::File::create(path).map_err(|e| failed(path, "écriture", &e))?;
    Ok(Box::new(io::BufWriter::with_capacity(1 << 16, file)))
}

/// Tells whether the standard output is a file on the disk, where what is shown once would stay.
pub fn stdout_is_file() -> bool {
    use std::os::fd::AsFd as _;
    let own = io::stdout().as_fd().try_clone_to_owned();
    own.and_then(|fd| fs::File::from(fd).metadata())
        .is_ok_and(|m| m.is_file())
}

/// Lists the files under a folder, sorted by path; hidden files are left out.
///
/// # Errors
/// The path and the reason.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    /// Folders at this depth are walked side by side.
    const DEPTH: usize = 2;
    let heads: Vec<walkdir::DirEntry> = entries(folder, DEPTH).collect::<Result<_>>()?;
    let each = heads.into_par_iter().map(|head| {
        if head.file_type().is_file() {
            Ok(vec![head.into_path()])
        } else if head.file_type().is_dir() && head.depth() == DEPTH {
            let below = entries(head.path(), usize::MAX).filter_map(|entry| match entry {
                Ok(entry) => entry.file_type().is_file().then(|| Ok(entry.into_path())),
                Err(error) => Some(Err(error)),
            });
            below.collect()
        } else {
            Ok(Vec::new())
        }
    });
    Ok(crate::diag::collect(each.collect::<Vec<_>>())?.concat())
}

/// What lies under a folder down to a depth, sorted by path, without hidden files.
fn entries(folder: &Path, depth: usize) -> impl Iterator<Item = Result<walkdir::DirEntry>> {
    let seen = |e: &walkdir::DirEntry| e.depth() == 0 || !e.file_name().to_string_lossy().starts_with('.');
    let walk = walkdir::WalkDir::new(folder).max_depth(depth).sort_by_file_name();
    walk.into_iter().filter_entry(seen).map(|entry| {
        entry.map_err(|e| {
            let path = e.path().unwrap_or(folder).to_path_buf();
            let error = e.into_io_error().unwrap_or_else(|| io::Error::other("boucle de liens"));
            failed(&path, "lecture", &error).into()
        })
    })
}

/// A folder of its own under the system's temporary folder, removed when dropped; readable by its owner only.
#[derive(Debug)]
pub struct TemporaryDir(PathBuf);

impl TemporaryDir {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDir {
    fn drop(&mut self) {
        // Left to the system's own cleaning when it cannot be removed.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes a temporary folder whose name starts with `prefix`.
///
/// # Errors
/// The path and the reason.
pub fn temporary_dir(prefix: &str) -> Result<TemporaryDir> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| Diagnostic::error("le système ne donne pas de hasard"))?;
    let path = std::env::temp_dir().join(format!("{prefix}-{:016x}", u64::from_le_bytes(bytes)));
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .map_err(|e| failed(&path, "création du dossier", &e))?;
    Ok(TemporaryDir(path))
}

/// Time of the last change of a file; none when it cannot be known.
pub fn modified(path: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

/// Lists what a folder holds, sorted; hidden entries too.
///
/// # Errors
/// The path and the reason.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = || -> io::Result<Vec<PathBuf>> { fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect() };
    let mut all = entries().map_err(|e| failed(folder, "lecture", &e))?;
    all.sort();
    Ok(all)
}

/// Tells whether a folder holds nothing.
///
/// # Errors
/// The path and the reason.
pub fn is_empty_dir(folder: &Path) -> Result<bool> {
    Ok(list(folder)?.is_empty())
}

/// Removes a folder and all it holds, on every core; does nothing when there is none. Links are removed, not followed.
///
/// # Errors
/// The path and the reason.
pub fn remove_dir(folder: &Path) -> Result<()> {
    fn tree(folder: &Path) -> io::Result<()> {
        let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.par_iter().try_for_each(|entry| {
            if entry.file_type()?.is_dir() {
                tree(&entry.path())
            } else {
                fs::remove_file(entry.path())
            }
        })?;
        fs::remove_dir(folder)
    }
    let removed = match fs::symlink_metadata(folder) {
        Ok(entry) if entry.is_symlink() => fs::remove_file(folder),
        _ => tree(folder),
    };
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(folder, "suppression", &e).into()),
        _ => Ok(()),
    }
}

/// Renames a file or a folder, replacing a file of that name.
///
/// # Errors
/// The path and the reason.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| failed(to, "renommage", &e).into())
}

/// Exchanges two folders in one step: whoever opens `live` sees the old or the new one, never neither.
///
/// On a file system without that operation, renames twice: the live folder is then absent for an instant.
///
/// # Errors
/// The path and the reason.
pub fn exchange(new: &Path, live: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, new, CWD, live, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
            let aside = new.with_extension("echange");
            rename(live, &aside)?;
            rename(new, live)?;
            rename(&aside, new)
        }
        Err(e) => Err(failed(live, "échange de dossiers", &e.into()).into()),
    }
}

/// Asks the system to write to disk everything of the file system that holds `folder`.
///
/// # Errors
/// The path and the reason.
pub fn flush(folder: &Path) -> Result<()> {
    let sync = || -> io::Result<()> { Ok(rustix::fs::syncfs(fs::File::open(folder)?)?) };
    sync().map_err(|e| failed(folder, "écriture sur le disque", &e).into())
}

/// Takes a lock file, until the handle is dropped; none when another process holds it.
///
/// # Errors
/// The path and the reason.
pub fn lock(path: &Path) -> Result<Option<fs::File>> {
    let file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| failed(path, "ouverture", &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(e)) => Err(failed(path, "verrouillage", &e).into()),
    }
}

/// Wraps an input or output error with its path, for the few callers that need a raw file handle.
pub fn io_error(path: &Path, what: &str, error: &io::Error) -> Diagnostic {
    failed(path, what, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_spreadsheets_write() {
        assert_eq!(decode(b"\xEF\xBB\xBFcl\xC3\xA9".to_vec()).text, "clé");
        let latin = decode(b"Val-d'Oise \xE9 \x80".to_vec());
        assert_eq!(
            (latin.text.as_str(), latin.encoding),
            ("Val-d'Oise é €", "windows-1252")
        );
    }

    #[test]
    fn an_error_names_its_path() {
        let error = read(Path::new("/nulle/part.csv")).expect_err("no such file");
        assert!(
            error
                .to_string()
                .starts_with("/nulle/part.csv: erreur : lecture impossible")
        );
    }

    #[test]
    fn a_link_is_removed_and_what_it_leads_to_stays() {
        let home = temporary_dir("atlas-fs").expect("a folder");
        let kept = home.path().join("kept");
        write(&kept.join("file"), b"1").expect("written");
        let folder = home.path().join("folder");
        create_dir(&folder).expect("made");
        for link in [folder.join("inside"), home.path().join("outside")] {
            std::os::unix::fs::symlink(&kept, link).expect("linked");
        }
        remove_dir(&home.path().join("outside")).expect("removed");
        remove_dir(&folder).expect("removed");
        assert!(!folder.exists() && !home.path().join("outside").is_symlink());
        assert!(kept.join("file").exists());
    }
}
