//! The kustomizations that list the file of a renamed entity, wherever they are in the repository: as a resource, as a
//! patch, or in any other field that holds paths of files.

use std::path::Path;

use crate::commands::context::Context;
use crate::commands::rename::error::RenameError;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::Value;
use crate::domain::finding::Edit;
use crate::manifest::{Limits, Reader};
use crate::sources::{self, Listings, ReadBuffer, RepositoryFile, SourceFile};

const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Lists of paths.
const PATHS: [&str; 9] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "patchesStrategicMerge",
];
/// Lists of objects, and the keys whose value is a path or a list of paths.
const OBJECTS: [(&str, &[&str]); 6] = [
    ("patches", &["path"]),
    ("patchesJson6902", &["path"]),
    ("replacements", &["path"]),
    ("configMapGenerator", &["files", "envs", "env"]),
    ("secretGenerator", &["files", "envs", "env"]),
    ("helmCharts", &["valuesFile", "additionalValuesFiles"]),
];
/// `KEY=PATH`; without a key, the name of the file is the key in the ConfigMap.
const KEYED: &str = "files";

/// Each kustomization that lists the file `old`, with the edits that list it as `new`, which is in the same folder. Both are
/// relative to the folder of the config.
pub(super) fn listing_kustomizations(
    old: &Path,
    new: &Path,
    context: &Context<'_>,
) -> Result<Vec<(SourceFile, Vec<Edit>)>, RenameError> {
    let (top, root) = (context.settings.boundary.root(), &context.settings.root.value);
    let root = sources::real_path(root).unwrap_or_else(|| root.clone());
    let (Some(old_name), Some(new_name)) = (name_of(old), name_of(new)) else { return Ok(Vec::new()) };
    let target = root.join(old);
    let mut found = Vec::new();
    let mut buffer = ReadBuffer::default();
    let files = sources::work_tree_files(top, &Listings::new());
    let is_one = |path: &&str| KUSTOMIZATIONS.contains(&path.rsplit('/').next().unwrap_or(path));
    for path in files.iter().map(RepositoryFile::path).filter(is_one) {
        let Some(file) = sources::find_file(top, path) else { continue };
        let Ok(text) = sources::read(&file, &mut buffer) else { continue };
        if !text.text.contains(old_name) {
            continue;
        }
        let folder = top.join(path).parent().map(Path::to_owned).unwrap_or_default();
        let listed = Listed { folder: &folder, target: &target, old_name, new_name };
        let edits = listed.edits(text.text).map_err(|(line, reason)| RenameError::Obstacle {
            path: path.to_owned(),
            line,
            reason,
        })?;
        if edits.is_empty() {
            continue;
        }
        let Ok(relative) = top.join(path).strip_prefix(&root).map(sources::path_text) else {
            let reason = format!("`{path}` lists it, and is outside of the folder of portolan.yaml");
            return Err(RenameError::File { reason });
        };
        found.extend(sources::find_file(&root, &relative).map(|file| (file, edits)));
    }
    Ok(found)
}

fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

struct Listed<'a> {
    /// That of the kustomization.
    folder: &'a Path,
    /// The file that is renamed.
    target: &'a Path,
    old_name: &'a str,
    new_name: &'a str,
}

impl Listed<'_> {
    /// The edits, or the line that a person has to change, and why.
    fn edits(&self, text: &str) -> Result<Vec<Edit>, (usize, String)> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut obstacle = None;
        Reader::new(Limits::default()).read_all(text, &mut |document| {
            for (value, is_keyed) in document.view.root().map(paths_in).unwrap_or_default() {
                // An alias repeats the value of its anchor, which is edited where it is written.
                if value.is_copied() || !self.is_target(value, is_keyed) {
                    continue;
                }
                match self.edit(value, is_keyed) {
                    Some(edit) => edits.push(edit),
                    None => obstacle = obstacle.or(Some(value.span())),
                }
            }
        });
        match obstacle {
            Some(span) => {
                let line = LineIndex::new(text).line_of(span.start as usize);
                Err((line, "it lists the file in another spelling".to_owned()))
            }
            None => Ok(edits),
        }
    }

    fn is_target(&self, value: Value<'_>, is_keyed: bool) -> bool {
        let Some(text) = value.as_str() else { return false };
        let path = if is_keyed { text.split_once('=').map_or(text, |(_, path)| path) } else { text };
        path.ends_with(self.old_name) && sources::tidy(self.folder.join(path)) == self.target
    }

    /// The name is in the text as it is, so the rest of the scalar keeps its style.
    fn edit(&self, value: Value<'_>, is_keyed: bool) -> Option<Edit> {
        let mut raw = value.raw().to_owned();
        let at = raw.rfind(self.old_name)?;
        raw.replace_range(at..at + self.old_name.len(), self.new_name);
        let has_key = value.as_str().is_some_and(|text| text.contains('='));
        if is_keyed && !has_key {
            let start = usize::from(raw.starts_with(['"', '\'']));
            raw.insert_str(start, &format!("{}=", self.old_name));
        }
        Some(Edit { span: value.span(), replacement: raw })
    }
}

/// The values that are paths of files, and whether they may begin with a key.
fn paths_in(root: Value<'_>) -> Vec<(Value<'_>, bool)> {
    let mut found = Vec::new();
    for name in PATHS {
        found.extend(root.get(name).into_iter().flat_map(|list| list.items()).map(|item| (item, false)));
    }
    for (name, keys) in OBJECTS {
        for object in root.get(name).into_iter().flat_map(|list| list.items()) {
            for key in keys {
                let Some(value) = object.get(key) else { continue };
                found.push((value, *key == KEYED));
                found.extend(value.items().map(|item| (item, *key == KEYED)));
            }
        }
    }
    let openapi = root.get("openapi").and_then(|openapi| openapi.get("path"));
    found.extend(openapi.map(|path| (path, false)));
    found
}
