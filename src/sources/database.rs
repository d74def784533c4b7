//! Checks the path of a database. SQLite opens its files itself, follows links and blocks on pipes, so the path is
//! checked before.

use std::path::{Path, PathBuf};

use super::boundary::Boundary;
use super::inspect::{EntryKind, entry_kind};
use super::write::{WriteError, place_named};

/// The suffixes of the files that SQLite creates next to a database.
const COMPANIONS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The path of the database without links. Refused if a link in the repository leads out of it, or if the database or a
/// companion file exists and is not a regular file.
pub fn database_place(within: &Boundary, path: &Path) -> Result<PathBuf, WriteError> {
    let place = place_named(within, path)?;
    for companion in COMPANIONS {
        let file = with_suffix(&place, companion);
        let what = match entry_kind(&file) {
            Ok(None | Some(EntryKind::File)) => continue,
            // The store reports this itself.
            Ok(Some(EntryKind::Folder)) if companion.is_empty() => continue,
            Ok(Some(EntryKind::Link)) => "it is a link, and the database keeps its own files there",
            Ok(Some(EntryKind::Folder)) => "it is a folder, not a database",
            Ok(Some(EntryKind::Pipe)) => "it is a named pipe, not a database",
            Ok(Some(EntryKind::Socket)) => "it is a socket, not a database",
            Ok(Some(EntryKind::Device)) => "it is a device, not a database",
            Err(source) => return Err(WriteError::Io { path: with_suffix(path, companion), source }),
        };
        return Err(WriteError::NotAFile { path: with_suffix(path, companion), what });
    }
    Ok(place)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut whole = path.as_os_str().to_owned();
    whole.push(suffix);
    whole.into()
}

#[cfg(all(test, unix))] // makes symbolic links
#[expect(clippy::disallowed_methods, reason = "lays out folders")]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_database_and_what_is_beside_it_stay_inside() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
        for folder in [root.join(".portolan"), outside.clone()] {
            fs::create_dir_all(folder).expect("a folder");
        }
        let within = Boundary::new(&root);
        let place = || database_place(&within, Path::new(".portolan/local.db"));
        assert!(place().is_ok());
        for name in ["local.db", "local.db-wal", "local.db-shm", "local.db-journal"] {
            let link = root.join(".portolan").join(name);
            symlink(outside.join("x"), &link).expect("a link");
            assert!(matches!(place(), Err(WriteError::Outside { .. } | WriteError::NotAFile { .. })), "{name}");
            fs::remove_file(link).expect("it is there");
        }
        fs::remove_dir(root.join(".portolan")).expect("it is empty");
        symlink(&outside, root.join(".portolan")).expect("a link");
        assert!(matches!(place(), Err(WriteError::Outside { .. })));
        // The user may name a path outside.
        assert!(database_place(&within, &outside.join("x.db")).is_ok());
    }
}
