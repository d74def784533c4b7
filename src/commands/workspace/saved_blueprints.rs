//! Reads the saved blueprints of `.portolan/blueprints` for the embedded catalog. Only usable ones count; lint reports
//! the others.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::commands::workspace::snapshot::SnapshotSource;
use crate::domain::blueprint::Blueprint;
use crate::domain::file_name::identifier_of;
use crate::sources::{self, ReadBuffer, SourceFile};
use crate::text::merge_conflict::merge_conflicts;

#[derive(Debug, Default)]
pub(crate) struct SavedBlueprints {
    /// Blueprints as returned by a catalog, by identifier.
    pub blueprints: BTreeMap<String, Value>,
    /// Files without a usable blueprint, with the reason.
    pub unusable: Vec<Unusable>,
}

/// A file without a usable blueprint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unusable {
    pub path: String,
    /// The identifier that the file name stands for.
    pub identifier: String,
    /// A clause.
    pub reason: String,
}

pub(crate) fn read_saved_blueprints(root: &Path, snapshot_source: &SnapshotSource) -> SavedBlueprints {
    let mut saved = SavedBlueprints::default();
    let mut buffer = ReadBuffer::default();
    for file in snapshot_source.blueprints(root) {
        let reason = match blueprint(&file, &mut buffer) {
            Ok(blueprint) if saved.blueprints.contains_key(&blueprint.identifier) => {
                format!("blueprint `{}` is in another file too", blueprint.identifier)
            }
            Ok(blueprint) => {
                saved.blueprints.insert(blueprint.identifier, blueprint.raw);
                continue;
            }
            Err(reason) => reason,
        };
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let identifier = identifier_of(name.trim_end_matches(".json"));
        saved.unusable.push(Unusable { path: file.path, identifier, reason });
    }
    saved
}

fn blueprint(file: &SourceFile, buffer: &mut ReadBuffer) -> Result<Blueprint, String> {
    let text = sources::read(file, buffer).map_err(|problem| problem.to_string())?;
    if let Some(conflict) = merge_conflicts(text.text).first() {
        return Err(conflict.message());
    }
    let json: Value = serde_json::from_str(text.text).map_err(|error| format!("it is not JSON: {error}"))?;
    Blueprint::from_json(json).map(|(blueprint, _)| blueprint).map_err(|flaw| flaw.message)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out a folder")]
mod tests {
    use super::*;

    const FOLDER: &str = ".portolan/blueprints";

    #[test]
    fn what_can_be_used_is_used_and_the_rest_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(read_saved_blueprints(folder.path(), &SnapshotSource::Disk).blueprints.is_empty());
        let blueprints = folder.path().join(FOLDER);
        std::fs::create_dir_all(&blueprints).expect("a folder");
        for (name, text) in [
            ("service.json", r#"{"identifier":"service","title":"Service","schema":{"properties":{}},"kept":1}"#),
            ("t.json", r#"{"identifier":"service"}"#),
            ("broken.json", "{"),
            ("none.json", "[]"),
            ("notes.txt", "not looked at"),
        ] {
            std::fs::write(blueprints.join(name), text).expect("a file");
        }
        let SavedBlueprints { blueprints, unusable } = read_saved_blueprints(folder.path(), &SnapshotSource::Disk);
        assert_eq!(blueprints.keys().collect::<Vec<_>>(), ["service"]);
        assert_eq!(blueprints["service"]["kept"], 1);
        let named: Vec<&str> = unusable.iter().map(|file| file.identifier.as_str()).collect();
        assert_eq!(named, ["broken", "none", "t"]);
        assert!(unusable.iter().all(|file| file.path.starts_with(FOLDER) && !file.reason.is_empty()), "{unusable:?}");
    }
}
