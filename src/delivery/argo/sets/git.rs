//! Git generators: rows of the folders and files of this repository.

use std::collections::BTreeSet;

use super::git_patterns::{FilePattern, matches_folder};
use super::row_objects::objects_of;
use super::rows::{Row, RowOrigin};
use super::selector::flatten;
use super::set::{Git, Part};
use super::template::value::GoMap;
use super::template::{GoValue, Stop, print_value};
use super::world::{MAX_ROWS, Rows, SetUnknown, SetUnknownKind, sanitize};
use crate::delivery::files::{Entry, FileId, Files, FolderId};
use crate::delivery::place::Place;

impl Rows<'_> {
    pub(super) fn git(&mut self, part: &Part, git: &Git) -> Result<Vec<Row>, Stop> {
        if git.directories.is_empty() && git.files.is_empty() {
            return Err(Stop::fault("ApplicationSet is empty"));
        }
        if !(self.world.is_own_repository)(git) {
            let kind = SetUnknownKind::OtherRepository;
            self.unknowns.push(SetUnknown { kind, place: self.place(part.span) });
            return Ok(Vec::new());
        }
        let rows = if git.directories.is_empty() { self.git_files(git) } else { self.git_folders(git) };
        rows.map_err(|stop| stop.within("error generating params from git: "))
    }

    fn git_folders(&mut self, git: &Git) -> Result<Vec<Row>, Stop> {
        let files = self.world.tree.files();
        let mut folders = Vec::new();
        visible_folders(files, Files::ROOT, &mut folders);
        let mut rows = Vec::new();
        for folder in folders {
            let path = files.folder_path(folder);
            self.renderer.budget.spend(git.directories.len())?;
            let matching = || git.directories.iter().filter(|pattern| matches_folder(&pattern.path.text, path));
            let Some(pattern) = matching().find(|pattern| !pattern.excludes) else { continue };
            if matching().any(|pattern| pattern.excludes) {
                continue;
            }
            let mut parameters = GoMap::default();
            self.add_path(&mut parameters, &git.prefix, path, None)?;
            self.add_values(&git.values, &mut parameters).map_err(|stop| {
                stop.within("error generating params from apps: failed to append templated values: ")
            })?;
            let pattern = Place { file: pattern.path.file.unwrap_or(self.file), span: pattern.path.span };
            rows.push(Row { parameters, origin: RowOrigin::Folder { path: path.to_owned(), pattern } });
        }
        Ok(rows)
    }

    /// The parameters of a path; `file`: the name of a file in it.
    fn add_path(&self, parameters: &mut GoMap, prefix: &str, path: &str, file: Option<&str>) -> Result<(), Stop> {
        let shown = if path.is_empty() { "." } else { path };
        let base = shown.rsplit('/').next().unwrap_or(shown);
        let mut parts =
            vec![("", shown.to_owned()), ("basename", base.to_owned()), ("basenameNormalized", sanitize(base)?)];
        if let Some(file) = file {
            parts.push(("filename", file.to_owned()));
            parts.push(("filenameNormalized", sanitize(file)?));
        }
        let segments: Vec<&str> = shown.split('/').collect();
        if self.renderer.has_go_templates {
            let key = |key: &str| if key.is_empty() { "path".to_owned() } else { key.to_owned() };
            let mut map = GoMap::of(parts.into_iter().map(|(name, text)| (key(name), GoValue::Text(text))));
            let segments = GoValue::List(segments.into_iter().map(GoValue::text).collect());
            map.entries.insert("segments".to_owned(), segments);
            let value = GoValue::Map(map);
            match prefix {
                "" => parameters.entries.insert("path".to_owned(), value),
                prefix => {
                    let inner = GoMap::of([("path".to_owned(), value)]);
                    parameters.entries.insert(prefix.to_owned(), GoValue::Map(inner))
                }
            };
            return Ok(());
        }
        let name = if prefix.is_empty() { "path".to_owned() } else { format!("{prefix}.path") };
        for (part, text) in parts {
            let key = if part.is_empty() { name.clone() } else { format!("{name}.{part}") };
            parameters.entries.insert(key, GoValue::Text(text));
        }
        for (at, segment) in segments.into_iter().enumerate().filter(|(_, segment)| !segment.is_empty()) {
            parameters.entries.insert(format!("{name}[{at}]"), GoValue::text(segment));
        }
        Ok(())
    }

    fn git_files(&mut self, git: &Git) -> Result<Vec<Row>, Stop> {
        let files = self.world.tree.files();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        for excludes in [false, true] {
            for pattern in git.files.iter().filter(|pattern| pattern.excludes == excludes) {
                let text = &pattern.path.text;
                let found = FilePattern::of(text, self.world.settings.has_new_file_globbing)
                    .ok_or_else(|| Stop::NotKnown(format!("the pattern `{text}` of files")))?;
                self.renderer.budget.spend(files.len() / 8)?;
                let matching = files.ids().map(|file| files.path(file)).filter(|path| found.matches(path));
                if excludes {
                    matching.for_each(|path| {
                        taken.remove(path);
                    });
                } else {
                    taken.extend(matching);
                }
            }
        }
        let mut rows = Vec::new();
        for path in taken {
            let Some(Entry::File(file)) = self.world.tree.find(path) else {
                return Err(Stop::NotKnown(format!("the file `{path}`, which is a link")));
            };
            rows.extend(
                self.file_rows(git, path, file)
                    .map_err(|stop| stop.within(&format!("unable to process file '{path}': ")))?,
            );
            if rows.len() > MAX_ROWS {
                return Err(Stop::NotKnown("an ApplicationSet with so many rows".to_owned()));
            }
        }
        Ok(rows)
    }

    fn file_rows(&mut self, git: &Git, path: &str, file: FileId) -> Result<Vec<Row>, Stop> {
        let text = self
            .world
            .repository
            .text(file)
            .ok_or_else(|| Stop::NotKnown(format!("the file `{path}`, which is no text")))?;
        self.renderer.budget.spend(text.len() / 16)?;
        let objects =
            objects_of(self.world.repository, &text, true).map_err(|stop| stop.within("unable to parse file: "))?;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut rows = Vec::new();
        for object in objects {
            let mut parameters = object;
            if !self.renderer.has_go_templates {
                let flat = flatten(&parameters).into_iter();
                parameters = GoMap::of(flat.map(|(key, value)| (key, GoValue::Text(print_value(&value)))));
            }
            self.add_path(&mut parameters, &git.prefix, folder, Some(name))?;
            self.add_values(&git.values, &mut parameters)
                .map_err(|stop| stop.within("failed to append templated values: "))?;
            rows.push(Row { parameters, origin: RowOrigin::Place(Place { file, span: Default::default() }) });
        }
        Ok(rows)
    }
}

/// The folders below, in the order of a walk, without hidden ones.
fn visible_folders(files: &Files, folder: FolderId, found: &mut Vec<FolderId>) {
    for (name, entry) in files.entries(folder) {
        if let Entry::Folder(below) = entry
            && !name.starts_with('.')
        {
            found.push(below);
            visible_folders(files, below, found);
        }
    }
}
