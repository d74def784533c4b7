//! "Did you mean" for paths: the path that a misspelled one was probably meant to be.

use std::path::{Path, PathBuf};

use super::inspect::{PathKind, entries_of, path_kind};
use crate::text::suggest::closest;

/// The existing path that is closest to `given`, spelled as the user spells: relative to `folder`, and with a slash at the
/// end if `given` has one. Every part that does not exist is replaced by the closest name beside it. `kind`: what must be
/// there; `None`: a file or a folder.
pub(super) fn near_path(folder: &Path, given: &Path, kind: Option<PathKind>) -> Option<PathBuf> {
    let mut spelled = PathBuf::new();
    for part in given.components() {
        if path_kind(&folder.join(&spelled).join(part)).is_some() {
            spelled.push(part);
            continue;
        }
        let here = folder.join(&spelled);
        let entries = entries_of(&here).ok()?;
        let mut names: Vec<&str> = entries.iter().filter_map(|entry| entry.name.to_str()).collect();
        names.sort_unstable();
        let meant = closest(part.as_os_str().to_str()?, names)?;
        spelled.push(meant);
    }
    let found = path_kind(&folder.join(&spelled))?;
    if spelled.as_os_str().is_empty() || spelled == given || kind.is_some_and(|kind| kind != found) {
        return None;
    }
    if found == PathKind::Folder && given.to_string_lossy().ends_with('/') {
        spelled.push("");
    }
    Some(spelled)
}

/// The question with which a message ends; `None`: nothing is near.
pub fn did_you_mean(folder: &Path, given: &Path, kind: Option<PathKind>) -> Option<String> {
    near_path(folder, given, kind).map(|near| format!("did you mean `{}`?", near.display()))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out folders")]
mod tests {
    use super::*;

    #[test]
    fn each_part_that_does_not_exist_is_replaced_by_the_closest_name() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("entities/teams")).expect("folders");
        std::fs::write(folder.path().join("entities/teams/payments.yaml"), "").expect("a file");
        std::fs::write(folder.path().join("plan.json"), "").expect("a file");
        let near = |given: &str, kind| {
            near_path(folder.path(), Path::new(given), kind).map(|near| near.to_string_lossy().into_owned())
        };
        for (given, meant) in [
            ("entites", Some("entities")),
            ("entites/", Some("entities/")),
            ("./entites", Some("./entities")),
            ("Entities", Some("entities")),
            ("entites/team/payment.yaml", Some("entities/teams/payments.yaml")),
            ("entities/../entites", Some("entities/../entities")),
            ("entities/teams", None),
            ("entities/teams/orders.yaml", None),
            ("docs", None),
            ("", None),
        ] {
            assert_eq!(near(given, None).as_deref(), meant, "{given}");
        }
        assert_eq!(near("plann.json", Some(PathKind::File)).as_deref(), Some("plan.json"));
        assert_eq!(near("plann.json", Some(PathKind::Folder)), None);
        let absolute = folder.path().join("entites");
        assert_eq!(near_path(Path::new("/"), &absolute, None), Some(folder.path().join("entities")));
    }
}
