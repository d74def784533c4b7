//! Reads the config as a commit has it: what a branch changes in it must not decide about the branch itself.

use crate::settings::{CONFIG_NAMES, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::sources::{ReadBuffer, path_text, read};

/// The config of a commit.
pub(crate) enum ConfigAt {
    Absent,
    /// It is there, but not as a text.
    Unreadable,
    Text(String),
}

/// The config in use, as a commit has it. It may have been renamed from `portolan.yml` to `portolan.yaml` since then.
pub(crate) fn config_at(settings: &Settings, repository: &Repository, commit: CommitId) -> ConfigAt {
    let current = settings.config.as_ref().map(|config| path_text(&config.value));
    let paths = match &current {
        Some(path) if !CONFIG_NAMES.contains(&path.as_str()) => vec![path.as_str()],
        Some(_) | None => CONFIG_NAMES.to_vec(),
    };
    for path in paths {
        let file = match repository.linked_file_at(&settings.root.value, path, commit) {
            Ok(Some(file)) => file,
            // A folder, or a link out of the repository, which may lead to anything.
            Ok(None) if repository.has_at(&settings.root.value, path, commit).unwrap_or(true) => {
                return ConfigAt::Unreadable;
            }
            Ok(None) => continue,
            Err(_) => return ConfigAt::Unreadable,
        };
        let mut buffer = ReadBuffer::default();
        return match read(&file, &mut buffer) {
            Ok(text) => ConfigAt::Text(text.text.to_owned()),
            Err(_) => ConfigAt::Unreadable,
        };
    }
    ConfigAt::Absent
}
