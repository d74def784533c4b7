//! Replaces several files and folders in one transaction: all or none. One rename commits it: from then on the new
//! content is in `.pull-ready`, readers look there first, and the next process moves the rest. A process
//! that is killed before it leaves the old content, one that is killed after it the new.

#![expect(clippy::disallowed_methods, reason = "one of the few files that write")]

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::boundary::Boundary;
use super::open::read_whole;
use super::write::{WriteError, place_inside};

/// Written but not committed: useful only to the process that writes it.
const DRAFT: &str = ".pull-new";
/// Committed but not moved yet.
const READY: &str = ".pull-ready";
/// An older folder that is being removed.
const OLD: &str = ".old";
/// The files of a folder part; other files in the folder belong to the user and are kept.
const EXTENSION: &str = "json";

/// One file or folder of the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    File {
        name: &'static str,
        bytes: Vec<u8>,
    },
    /// All `*.json` files of a folder, by file name.
    Folder {
        name: &'static str,
        files: Vec<(String, Vec<u8>)>,
    },
}

impl Part {
    fn name(&self) -> &'static str {
        match self {
            Self::File { name, .. } | Self::Folder { name, .. } => name,
        }
    }
}

/// The path of a part relative to the root: its final path, or where a killed process left it.
pub fn part_path(root: &Path, folder: &str, name: &str) -> String {
    let ready = format!("{folder}/{READY}/{name}");
    let is_link = |path: &Path| path.is_symlink();
    let is_there = !is_link(&root.join(folder).join(READY)) && root.join(&ready).symlink_metadata().is_ok();
    if is_there && !is_link(&root.join(&ready)) { ready } else { format!("{folder}/{name}") }
}

/// Replaces `parts` in `folder` under `root`. `names`: all parts that any transaction on this folder may contain.
pub fn exchange(root: &Path, folder: &str, names: &[&str], parts: &[Part]) -> Result<(), WriteError> {
    let place = Place::find(root, folder)?;
    let result = place.exchange(names, parts);
    if result.is_err() && place.is_new {
        // The first error is the one to report; a folder that is not empty is kept.
        let _ = fs::remove_dir(&place.path);
    }
    result
}

/// The folder of the transaction, without links in its path, and locked against other processes.
struct Place {
    path: PathBuf,
    shown: PathBuf,
    is_new: bool,
    /// Released when the process ends, in whatever way.
    _lock: Option<File>,
}

impl Place {
    fn find(root: &Path, folder: &str) -> Result<Self, WriteError> {
        let shown = PathBuf::from(folder);
        let fail = |source| WriteError::Io { path: shown.clone(), source };
        fs::metadata(root).map_err(fail)?;
        let path = place_inside(&Boundary::new(root), Path::new(folder))?;
        let is_new = match fs::create_dir(&path) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(fail(error)),
        };
        if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(WriteError::NotAFile { path: shown, what: "it must be a folder" });
        }
        if path.metadata().is_ok_and(|metadata| metadata.permissions().readonly()) {
            return Err(WriteError::ReadOnly { path: shown });
        }
        let lock = lock(&path);
        Ok(Self { path, shown, is_new, _lock: lock })
    }

    fn exchange(&self, names: &[&str], parts: &[Part]) -> Result<(), WriteError> {
        let fail = |source| WriteError::Io { path: self.shown.clone(), source };
        self.finish(names).map_err(fail)?;
        remove(&self.path.join(DRAFT)).map_err(fail)?;
        parts.iter().try_for_each(|part| self.check(part))?;
        // Checked after locking: another process may have replaced the files before.
        let parts: Vec<&Part> = parts.iter().filter(|part| !self.holds(part)).collect();
        let written = self.draft(&parts).and_then(|()| fs::rename(self.path.join(DRAFT), self.path.join(READY)));
        if let Err(error) = written {
            let _ = remove(&self.path.join(DRAFT));
            return Err(fail(error));
        }
        self.finish(names).map_err(fail)
    }

    /// Detects in advance what would fail in the last step.
    fn check(&self, part: &Part) -> Result<(), WriteError> {
        let path = self.shown.join(part.name());
        let metadata = match self.path.join(part.name()).symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(WriteError::Io { path, source }),
        };
        let what = match part {
            _ if metadata.is_symlink() => "it is a link",
            Part::File { .. } if !metadata.is_file() => "it is not a regular file",
            Part::Folder { .. } if !metadata.is_dir() => "it must be a folder",
            Part::File { .. } | Part::Folder { .. } if metadata.permissions().readonly() => {
                return Err(WriteError::ReadOnly { path });
            }
            Part::File { .. } | Part::Folder { .. } => return Ok(()),
        };
        Err(WriteError::NotAFile { path, what })
    }

    /// Whether the part already has this content.
    fn holds(&self, part: &Part) -> bool {
        let path = self.path.join(part.name());
        let within = Boundary::new(&self.path);
        let holds =
            |path: &Path, bytes: &[u8]| read_whole(&within, path, bytes.len() as u64).is_ok_and(|found| found == bytes);
        match part {
            Part::File { bytes, .. } => holds(&path, bytes),
            Part::Folder { files, .. } => {
                let is_ours = |entry: &fs::DirEntry| is_ours(Path::new(&entry.file_name()));
                let entries = fs::read_dir(&path).map(|entries| entries.flatten().filter(is_ours).count());
                let is_same = |(name, bytes): &(String, Vec<u8>)| holds(&path.join(name), bytes);
                entries.is_ok_and(|count| count == files.len()) && files.iter().all(is_same)
            }
        }
    }

    fn draft(&self, parts: &[&Part]) -> io::Result<()> {
        let draft = self.path.join(DRAFT);
        fs::create_dir(&draft)?;
        for part in parts {
            match part {
                Part::File { name, bytes } => fs::write(draft.join(name), bytes)?,
                Part::Folder { name, files } => {
                    fs::create_dir(draft.join(name))?;
                    for (file, bytes) in files {
                        fs::write(draft.join(name).join(file), bytes)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Moves committed content to its final place, also after another process was killed.
    fn finish(&self, names: &[&str]) -> io::Result<()> {
        let ready = self.path.join(READY);
        if !ready.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return remove(&ready);
        }
        for name in names {
            let (new, target, old) = (ready.join(name), self.path.join(name), ready.join(format!("{name}{OLD}")));
            match new.symlink_metadata() {
                Ok(metadata) if metadata.is_dir() => {
                    if target.symlink_metadata().is_ok() && old.symlink_metadata().is_err() {
                        fs::rename(&target, &old)?;
                    }
                    fs::rename(&new, &target)?;
                }
                Ok(metadata) if metadata.is_file() => fs::rename(&new, &target)?,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            if old.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                carry_over(&old, &target)?;
            }
        }
        remove(&ready)
    }
}

fn is_ours(name: &Path) -> bool {
    name.extension().is_some_and(|extension| extension == EXTENSION)
}

/// Keeps the files of the old folder that portolan did not write.
fn carry_over(old: &Path, new: &Path) -> io::Result<()> {
    for entry in fs::read_dir(old)? {
        let entry = entry?;
        let target = new.join(entry.file_name());
        if !is_ours(Path::new(&entry.file_name())) && target.symlink_metadata().is_err() {
            fs::rename(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Removes a file, a link or a folder with its content. It succeeds if nothing is there, and does not follow links.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Locks the folder against other transactions. The folder itself is locked, so that no lock file remains; where the
/// system cannot do that, there is no lock.
fn lock(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    file.lock().ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const NAMES: [&str; 3] = ["blueprints", "known.txt", "source.json"];

    fn parts(version: &str, blueprints: &[&str]) -> Vec<Part> {
        let files = blueprints.iter().map(|name| (format!("{name}.json"), version.into())).collect();
        vec![
            Part::Folder { name: "blueprints", files },
            Part::File { name: "known.txt", bytes: version.into() },
            Part::File { name: "source.json", bytes: version.into() },
        ]
    }

    fn all(folder: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut left = vec![folder.to_owned()];
        while let Some(at) = left.pop() {
            for entry in fs::read_dir(&at).expect("it can be listed") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    left.push(path);
                } else {
                    let name = path.strip_prefix(folder).expect("inside").to_string_lossy().into_owned();
                    found.insert(name, fs::read_to_string(&path).unwrap_or_default());
                }
            }
        }
        found
    }

    /// What a reader sees.
    fn seen(root: &Path) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for name in NAMES {
            let path = root.join(part_path(root, "snap", name));
            if path.is_dir() {
                found.extend(all(&path).into_iter().map(|(file, text)| (format!("{name}/{file}"), text)));
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.insert(name.to_owned(), text);
            }
        }
        found
    }

    fn root() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn what_is_exchanged_is_there_and_what_is_not_ours_stays() {
        let root = root();
        exchange(root.path(), "snap", &NAMES, &parts("1", &["a", "b"])).expect("it is exchanged");
        let folder = root.path().join("snap");
        fs::write(folder.join("local.db"), "db").expect("a file");
        fs::write(folder.join("blueprints/README.md"), "ours").expect("a file");
        fs::create_dir(folder.join("blueprints/notes")).expect("a folder");
        fs::write(folder.join("blueprints/notes/x.json"), "kept").expect("a file");
        exchange(root.path(), "snap", &NAMES, &parts("2", &["b", "c"])).expect("it is exchanged");
        let found = all(&folder);
        let expected = [
            ("blueprints/README.md", "ours"),
            ("blueprints/b.json", "2"),
            ("blueprints/c.json", "2"),
            ("blueprints/notes/x.json", "kept"),
            ("known.txt", "2"),
            ("local.db", "db"),
            ("source.json", "2"),
        ];
        assert_eq!(found, expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    }

    /// Simulates every state that a killed process can leave: a reader sees one snapshot, old or new, and the next
    /// transaction cleans up.
    #[test]
    fn wherever_it_stops_there_is_one_snapshot() {
        let all_steps = 7;
        for stop in 0..=all_steps {
            let root = root();
            exchange(root.path(), "snap", &NAMES, &parts("1", &["a", "b"])).expect("it is exchanged");
            let (old, folder) = (seen(root.path()), root.path().join("snap"));
            fs::write(folder.join("blueprints/README.md"), "ours").expect("a file");
            let place = Place::find(root.path(), "snap").expect("it is there");
            let steps: [&dyn Fn() -> io::Result<()>; 7] = [
                &|| {
                    fs::create_dir(folder.join(DRAFT))
                        .and_then(|()| fs::write(folder.join(DRAFT).join("known.txt"), "2"))
                },
                &|| {
                    remove(&folder.join(DRAFT))
                        .and_then(|()| place.draft(&parts("2", &["b", "c"]).iter().collect::<Vec<_>>()))
                },
                &|| fs::rename(folder.join(DRAFT), folder.join(READY)),
                &|| fs::rename(folder.join("blueprints"), folder.join(READY).join("blueprints.old")),
                &|| fs::rename(folder.join(READY).join("blueprints"), folder.join("blueprints")),
                &|| carry_over(&folder.join(READY).join("blueprints.old"), &folder.join("blueprints")),
                &|| fs::rename(folder.join(READY).join("known.txt"), folder.join("known.txt")),
            ];
            for step in &steps[..stop] {
                step().expect("the step can be taken");
            }
            drop(place);
            let mut found = seen(root.path());
            found.remove("blueprints/README.md");
            let new = BTreeMap::from(
                [("blueprints/b.json", "2"), ("blueprints/c.json", "2"), ("known.txt", "2"), ("source.json", "2")]
                    .map(|(name, text)| (name.to_owned(), text.to_owned())),
            );
            assert_eq!(found, if stop < 3 { old } else { new }, "stopped after {stop}");
            let third = [Part::File { name: "source.json", bytes: b"3".into() }];
            exchange(root.path(), "snap", &NAMES, &third).expect("the next one goes on");
            let names: Vec<String> = all(&folder).into_keys().collect();
            let second = if stop < 3 { ["a", "b"] } else { ["b", "c"] };
            let mut expected = vec!["blueprints/README.md".to_owned()];
            expected.extend(second.map(|name| format!("blueprints/{name}.json")));
            expected.extend(["known.txt".to_owned(), "source.json".to_owned()]);
            assert_eq!(names, expected, "stopped after {stop}");
            assert_eq!(fs::read_to_string(folder.join("source.json")).expect("it is there"), "3");
        }
    }

    #[test]
    fn what_is_in_the_way_is_told_and_nothing_is_left() {
        let root = root();
        fs::write(root.path().join("snap"), "a file").expect("a file");
        assert!(matches!(exchange(root.path(), "snap", &NAMES, &parts("1", &["a"])), Err(WriteError::NotAFile { .. })));
        fs::remove_file(root.path().join("snap")).expect("it is there");
        fs::create_dir_all(root.path().join("snap/known.txt")).expect("a folder");
        assert!(matches!(exchange(root.path(), "snap", &NAMES, &parts("1", &["a"])), Err(WriteError::NotAFile { .. })));
        assert!(all(root.path()).is_empty());
        assert!(!root.path().join("snap").join(DRAFT).exists());
    }

    #[test]
    fn a_read_only_folder_stays_as_it_is() {
        for sealed in ["snap", "snap/blueprints"] {
            let root = root();
            exchange(root.path(), "snap", &NAMES, &parts("1", &["a"])).expect("it is exchanged");
            let before = all(root.path());
            let folder = root.path().join(sealed);
            let open = fs::metadata(&folder).expect("it is there").permissions();
            let mut permissions = open.clone();
            permissions.set_readonly(true);
            fs::set_permissions(&folder, permissions).expect("it is ours");
            let refused = exchange(root.path(), "snap", &NAMES, &parts("2", &["b"]));
            assert!(matches!(refused, Err(WriteError::ReadOnly { .. })), "{refused:?}");
            assert_eq!(all(root.path()), before);
            fs::set_permissions(&folder, open).expect("it is ours");
        }
    }

    #[cfg(unix)] // makes symbolic links
    #[test]
    fn links_are_not_followed_out_of_the_root() {
        use std::os::unix::fs::symlink;
        let (root, outside) = (root(), root());
        symlink(outside.path(), root.path().join("snap")).expect("a link");
        assert!(matches!(exchange(root.path(), "snap", &NAMES, &parts("1", &["a"])), Err(WriteError::Outside { .. })));
        fs::remove_file(root.path().join("snap")).expect("it is there");
        fs::create_dir(root.path().join("snap")).expect("a folder");
        for name in ["blueprints", "source.json", READY, DRAFT] {
            let link = root.path().join("snap").join(name);
            symlink(outside.path(), &link).expect("a link");
            let refused = exchange(root.path(), "snap", &NAMES, &parts("1", &["a"])).is_err();
            assert_eq!(refused, !name.starts_with('.'), "{name}");
            assert!(all(outside.path()).is_empty(), "{name}");
            let _ = fs::remove_file(&link);
        }
    }

    #[test]
    fn what_is_the_same_is_not_touched() {
        use std::time::SystemTime;
        let root = root();
        exchange(root.path(), "snap", &NAMES, &parts("1", &["a", "b"])).expect("it is exchanged");
        let file = root.path().join("snap/blueprints/a.json");
        let set = File::options().write(true).open(&file).and_then(|it| it.set_modified(SystemTime::UNIX_EPOCH));
        set.expect("it is ours");
        let modified = || fs::metadata(&file).and_then(|it| it.modified()).expect("it is there");
        let mut same = parts("1", &["b", "a"]);
        same[2] = Part::File { name: "source.json", bytes: b"2".into() };
        exchange(root.path(), "snap", &NAMES, &same).expect("it is exchanged");
        assert_eq!(modified(), SystemTime::UNIX_EPOCH);
        assert_eq!(fs::read_to_string(root.path().join("snap/source.json")).expect("it is there"), "2");
        exchange(root.path(), "snap", &NAMES, &parts("1", &["a"])).expect("it is exchanged");
        assert!(modified() > SystemTime::UNIX_EPOCH && !root.path().join("snap/blueprints/b.json").exists());
    }

    #[test]
    fn those_who_come_together_do_not_mix() {
        let root = root();
        let versions: Vec<String> = (0..8).map(|version| version.to_string()).collect();
        rayon::scope(|scope| {
            for version in &versions {
                let root = root.path();
                scope.spawn(move |_| {
                    let names: Vec<String> = (0..20).map(|at| format!("{version}-{at}")).collect();
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    exchange(root, "snap", &NAMES, &parts(version, &names)).expect("each gets its turn");
                });
            }
        });
        let found = seen(root.path());
        let winner = found["source.json"].clone();
        assert_eq!(found.len(), 22);
        assert!(found.values().all(|text| *text == winner), "{found:?}");
    }
}
