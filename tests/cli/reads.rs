//! Counts how often each manifest is opened, with inotify of the real system: what is planned and pushed must be the text
//! that was linted, so that a file saved in between is not pushed without having been linted.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::MaybeUninit;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use crate::cli::run;
use crate::testkit::{Repo, files_below};

/// Runs a command, and returns how often it opened each file of a folder.
fn opens(repo: &Repo, folder: &str, line: &str) -> BTreeMap<PathBuf, usize> {
    let descriptor = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).expect("inotify is there");
    let root = repo.path().join(folder);
    let folders: BTreeSet<PathBuf> =
        files_below(&root).iter().map(|file| file.parent().unwrap_or(Path::new("")).to_owned()).collect();
    let mut watches = BTreeMap::new();
    for inner in folders {
        let watch = inotify::add_watch(&descriptor, root.join(&inner), WatchFlags::OPEN).expect("it is watched");
        watches.insert(watch, inner);
    }
    let run = run(repo, line);
    assert!(matches!(run.code, 0 | 2), "{line}: {}", run.talk);
    let mut found = BTreeMap::new();
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = inotify::Reader::new(&descriptor, &mut buffer);
    loop {
        let event = match reader.next() {
            Ok(event) => event,
            Err(Errno::AGAIN) => return found,
            Err(error) => panic!("{error}"),
        };
        assert!(!event.events().contains(ReadFlags::QUEUE_OVERFLOW));
        if event.events().contains(ReadFlags::ISDIR) {
            continue;
        }
        let Some(name) = event.file_name() else { continue };
        let path = watches[&event.wd()].join(name.to_str().expect("the names are UTF-8"));
        *found.entry(path).or_default() += 1;
    }
}

/// Entities that nothing changes in: no report has to show their source.
fn repo_with_unchanged_entities() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    assert_eq!(run(&repo, "push --catalog local --yes").code, 0);
    repo
}

#[test]
fn every_manifest_is_opened_once_by_every_verb_that_reads_them() {
    let repo = repo_with_unchanged_entities();
    let manifests = files_below(&repo.path().join("catalog"));
    assert!(manifests.len() > 3);
    for line in ["lint", "diff --catalog local", "push --catalog local --yes"] {
        let opens = opens(&repo, "catalog", line);
        let expected: BTreeMap<PathBuf, usize> = manifests.iter().map(|path| (path.clone(), 1)).collect();
        assert_eq!(opens, expected, "{line}");
    }
}

#[test]
fn a_change_makes_no_other_file_be_opened_again() {
    let repo = repo_with_unchanged_entities();
    let folder = repo.path().join("catalog");
    let changed = PathBuf::from("platform/identity/login.yaml");
    let text = repo.read("catalog/platform/identity/login.yaml");
    repo.write(
        "catalog/platform/identity/login.yaml",
        text.replacen("  properties:\n", "  title: New\n  properties:\n", 1),
    );
    let opens = opens(&repo, "catalog", "diff --catalog local --exit-code");
    for path in files_below(&folder).iter().filter(|path| **path != changed) {
        assert_eq!(opens.get(path), Some(&1), "{}", path.display());
    }
    // The report points into the changed one.
    assert_eq!(opens.get(&changed), Some(&2));
}
