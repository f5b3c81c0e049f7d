//! A file replaced as a whole, or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Result};

/// Bytes gathered before the system is asked to write.
const BUFFER: usize = 1 << 18;
/// Bytes that take the system longer to give back than a thread takes to start.
const LARGE: u64 = 1 << 24;
/// Symbolic links followed before a circle is assumed.
const MOST_LINKS: usize = 40;

/// Writes a file so that a crash leaves the old content or the new, never a part of it.
///
/// The content goes to a new file beside the target, is flushed and synced, and takes the target's
/// name in one step; then the folder is synced. The target keeps its permissions, and a symbolic
/// link stays a link: the file that it points to is replaced. After a failure the old file is
/// untouched (or, if only the folder couldn't be synced, the new one complete) and nothing else is
/// left behind.
///
/// # Errors
/// If `write` fails, or the system refuses a step; the error names the step and the file.
///
/// # Examples
///
/// ```
/// use brand_nn_tensor::io::write_atomically;
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("note.txt");
/// write_atomically(&path, |out| out.write_all(b"saved"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "saved");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_atomically(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    replace(path.as_ref(), &mut |_| Ok(()), write)
}

/// Is asked before each step, so that tests can make any of them fail.
type Permit<'a> = &'a mut dyn FnMut(&'static str) -> io::Result<()>;

fn replace(
    path: &Path,
    permit: Permit<'_>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let at = |op| move |source| Error::Io { op, path: path.to_path_buf(), source };
    let target = behind_links(path).map_err(at("follow link"))?;
    let folder = folder_of(&target);
    let (mut spare, file) = Spare::create(folder, &target, permit).map_err(at("create"))?;
    let mut out = BufWriter::with_capacity(BUFFER, Permitted { file, permit });
    write(&mut out).map_err(at("write"))?;
    let Permitted { mut file, permit } =
        out.into_inner().map_err(|error| at("write")(error.into_error()))?;
    permit("flush").and_then(|()| file.flush()).map_err(at("flush"))?;
    permit("keep mode").and_then(|()| keep_mode(&target, &file)).map_err(at("keep mode"))?;
    permit("sync").and_then(|()| file.sync_all()).map_err(at("sync"))?;
    drop(file);
    let old = large(&target);
    permit("rename").and_then(|()| fs::rename(&spare.path, &target)).map_err(at("rename"))?;
    spare.renamed = true;
    give_back(old);
    permit("sync folder").and_then(|()| sync_folder(folder)).map_err(at("sync folder"))
}

/// The file that is to be replaced, if the system will need some time to give its blocks back.
///
/// While it is open it keeps them, so that the rename does not wait for that.
#[cfg(unix)]
fn large(target: &Path) -> Option<File> {
    let is_large = fs::metadata(target).is_ok_and(|old| old.is_file() && old.len() >= LARGE);
    is_large.then(|| File::open(target).ok()).flatten()
}

/// Other systems refuse to replace a file that is open.
#[cfg(not(unix))]
fn large(_: &Path) -> Option<File> {
    None
}

/// Closes a replaced file where nobody waits; here, if the system has no thread for that.
fn give_back(old: Option<File>) {
    if let Some(old) = old {
        let _ = std::thread::Builder::new().spawn(|| drop(old));
    }
}

/// The new file until it has its name; removed if it never gets it, also by a panic.
struct Spare {
    path: PathBuf,
    renamed: bool,
}

impl Spare {
    fn create(folder: &Path, target: &Path, permit: Permit<'_>) -> io::Result<(Self, File)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        permit("create")?;
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let mut spare = std::ffi::OsString::from(".");
            spare.push(name);
            spare.push(format!(".{}-{count}.tmp", std::process::id()));
            let path = folder.join(spare);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                file => return file.map(|file| (Self { path, renamed: false }, file)),
            }
        }
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if !self.renamed {
            // Nothing better can be done if even this fails; the first error is on its way.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file that asks before every write.
struct Permitted<'a> {
    file: File,
    permit: Permit<'a>,
}

impl Write for Permitted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.permit)("write")?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The file that a chain of symbolic links ends at, whether or not it exists.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(entry) if entry.is_symlink() => path = folder_of(&path).join(fs::read_link(&path)?),
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn keep_mode(target: &Path, file: &File) -> io::Result<()> {
    match fs::metadata(target) {
        Ok(old) => file.set_permissions(old.permissions()),
        Err(_) => Ok(()),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Other systems keep a rename without being asked.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &[u8] = b"the old content";

    /// Writes `size` bytes in four parts while step number `broken` fails.
    fn attempt(path: &Path, size: usize, broken: usize) -> (Result<()>, Vec<&'static str>) {
        let mut steps = Vec::new();
        let mut permit = |step| {
            steps.push(step);
            let fails = steps.len() == broken;
            if fails { Err(io::Error::other("no")) } else { Ok(()) }
        };
        let content = vec![7u8; size / 4];
        let result =
            replace(path, &mut permit, |out| (0..4).try_for_each(|_| out.write_all(&content)));
        (result, steps)
    }

    fn files(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[track_caller]
    fn check_every_failure(size: usize, least_steps: usize) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        File::create(&path).unwrap().write_all(OLD).unwrap();
        for broken in 1.. {
            let (result, steps) = attempt(&path, size, broken);
            assert_eq!(files(folder.path()), 1, "a stray file after {steps:?}");
            let Err(error) = result else {
                assert!(steps.len() >= least_steps, "{steps:?}");
                assert_eq!(fs::read(&path).unwrap(), vec![7u8; size]);
                break;
            };
            let step = steps[broken - 1];
            let text = format!("{}: {step} failed: no; help:", path.display());
            assert!(error.to_string().starts_with(&text), "{error}");
            let expected = if step == "sync folder" { vec![7u8; size] } else { OLD.to_vec() };
            assert_eq!(fs::read(&path).unwrap(), expected, "{step}");
            File::create(&path).unwrap().write_all(OLD).unwrap();
        }
    }

    #[test]
    fn every_failing_step_leaves_the_old_file_or_the_new() {
        check_every_failure(64, 7);
        check_every_failure(4 * BUFFER, 10);
    }

    #[test]
    fn a_failing_or_panicking_writer_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.bin");
        write_atomically(&path, |out| out.write_all(OLD)).unwrap();
        let result = write_atomically(&path, |_| Err(io::Error::other("full")));
        assert!(result.unwrap_err().to_string().contains("write failed: full"));
        let broken = || write_atomically(&path, |_| panic!("in the middle"));
        assert!(std::panic::catch_unwind(broken).is_err());
        assert_eq!((files(folder.path()), fs::read(&path).unwrap()), (1, OLD.to_vec()));
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = write_atomically("/no/such/folder/x", |_| Ok(())).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/folder/x: create failed: "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_link_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        symlink("real", &link).unwrap();
        write_atomically(&link, |out| out.write_all(b"through a dangling link")).unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        write_atomically(&link, |out| out.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(files(folder.path()), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_circle_of_links_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("round");
        std::os::unix::fs::symlink("round", &link).unwrap();
        let error = write_atomically(&link, |_| Ok(())).unwrap_err().to_string();
        assert!(error.contains("follow link failed: too many symbolic links"), "{error}");
    }
}
