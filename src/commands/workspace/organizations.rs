//! The organisations that the snapshot records in `source.json`, by catalog: one line each, because Git merges this file by
//! lines, and several targets of a config share it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::commands::workspace::snapshot::{SOURCE, SnapshotSource};
use crate::sources::{self, ReadBuffer};

/// What each key begins with; the catalog's name follows.
const KEY: &str = "organization of ";

/// By the name of the catalog.
pub(crate) type Organizations = BTreeMap<String, String>;

/// Those of the snapshot on the disk.
pub(crate) fn recorded(root: &Path) -> Organizations {
    let mut buffer = ReadBuffer::default();
    let file = SnapshotSource::Disk.file(root, SOURCE);
    let text = file.and_then(|file| sources::read_large(&file, &mut buffer).ok().map(|text| text.text.to_owned()));
    let json = text.and_then(|text| serde_json::from_str(&text).ok());
    json.map(|json| of_source(&json)).unwrap_or_default()
}

/// Those of the content of `source.json`.
pub(crate) fn of_source(json: &Json) -> Organizations {
    let entries = json.as_object().into_iter().flatten();
    let organization = |(key, id): (&String, &Json)| Some((key.strip_prefix(KEY)?.to_owned(), id.as_str()?.to_owned()));
    entries.filter_map(organization).collect()
}

/// The entries for `source.json`.
pub(crate) fn entries(organizations: &Organizations) -> impl Iterator<Item = (String, Json)> {
    organizations.iter().map(|(catalog, id)| (format!("{KEY}{catalog}"), Json::from(id.as_str())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let organizations: Organizations = [("https://api.port.io", "org_1"), ("https://api.us.port.io", "org_2")]
            .map(|(a, b)| (a.into(), b.into()))
            .into();
        let source: serde_json::Map<String, Json> = entries(&organizations).collect();
        assert_eq!(of_source(&Json::Object(source)), organizations);
        for other in [json!({"catalog": "x", "organization of x": 3}), json!([]), json!(null)] {
            assert!(of_source(&other).is_empty());
        }
    }
}
