//! Manifests that are not applied as they are written: templates of charts, patches and what they change, and objects that
//! tests compare with.

use std::collections::HashSet;

use super::files::{Entry, FileId, Files, Joined, join};
use super::kustomize::FILE_NAMES;
use super::kustomize::kustomization::{Kustomization, Patch, Strictness};
use super::place::Text;
use super::reach::is_template;
use super::repository::Repository;
use super::tree::Tree;

/// Files of tools that compare objects of a cluster with parts of objects.
const TESTS: [&str; 4] = ["chainsaw-test.yaml", "chainsaw-test.yml", "kuttl-test.yaml", "kuttl-test.yml"];
/// Words in the names of files that say the same.
const COMPARED: [&str; 4] = ["assert", "error", "expected", "golden"];
/// Folders with what tests compare with, or give to programs.
const FIXTURES: [&str; 7] = ["__snapshots__", "e2e", "fixtures", "golden", "test", "testdata", "tests"];

/// What kustomizations of a repository patch.
#[derive(Debug, Default)]
pub struct Unfinished {
    /// The files that are read as patches.
    patches: HashSet<FileId>,
    kinds: HashSet<String>,
    /// A patch may be one of any kind.
    has_any_kind: bool,
}

impl Unfinished {
    pub fn of(repository: &Repository<'_>) -> Self {
        let mut found = Self::default();
        let files = repository.files;
        let tree = Tree::checkout(files);
        for file in files.ids() {
            let path = files.path(file);
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if !FILE_NAMES.contains(&name) {
                continue;
            }
            let Ok(kustomization) = Kustomization::read(repository, file, Strictness::Lenient) else { continue };
            let merges = kustomization.merge_patches.into_iter().map(|text| Patch {
                // It is a path or a patch.
                path: (!text.text.contains('\n')).then(|| text.clone()),
                patch: text.text.contains('\n').then_some(text),
                ..Patch::default()
            });
            for patch in kustomization.patches.into_iter().chain(kustomization.json_patches).chain(merges) {
                found.add(repository, &tree, folder, &patch);
            }
            for target in kustomization.replacements.iter().flat_map(|replacement| &replacement.targets) {
                found.add_kind(&target.kind);
            }
            // Their targets are in files of their own.
            let has_files = kustomization.replacements.iter().any(|replacement| replacement.path.is_some());
            found.has_any_kind |= has_files || !kustomization.transformers.is_empty();
        }
        found
    }

    fn add(&mut self, repository: &Repository<'_>, tree: &Tree<'_>, folder: &str, patch: &Patch) {
        let file = patch.path.as_ref().and_then(|path| find(tree, folder, path));
        self.patches.extend(file);
        if let Some(target) = &patch.target {
            self.add_kind(&target.kind);
            return;
        }
        let inline = patch.patch.as_ref().map(|text| repository.manifests_of(&text.text).objects);
        let objects = inline.or_else(|| file.map(|file| repository.manifests(file).objects.clone()));
        let objects = objects.unwrap_or_default();
        self.has_any_kind |= objects.is_empty();
        self.kinds.extend(objects.into_iter().map(|manifest| manifest.header.kind.to_string()));
    }

    /// The kind of a selector, which may be a pattern.
    fn add_kind(&mut self, kind: &str) {
        let is_plain = !kind.is_empty() && kind.chars().all(char::is_alphanumeric);
        self.has_any_kind |= !is_plain;
        self.kinds.insert(kind.to_owned());
    }

    /// Whether a patch may change objects of a kind.
    pub fn patches(&self, kind: &str) -> bool {
        self.has_any_kind || self.kinds.contains(kind)
    }

    /// Whether nobody applies what is in a file.
    pub fn holds(&self, files: &Files, file: FileId) -> bool {
        self.patches.contains(&file) || is_template(files, file) || is_compared(files, file)
    }
}

fn find(tree: &Tree<'_>, folder: &str, path: &Text) -> Option<FileId> {
    let Joined::Inside(path) = join(folder, &path.text) else { return None };
    match tree.find(&path)? {
        Entry::File(file) => Some(file),
        Entry::Folder(_) => None,
    }
}

/// Whether tests compare it with something, by its name or by the tests in its folder or in one above.
fn is_compared(files: &Files, file: FileId) -> bool {
    let path = files.path(file);
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    if COMPARED.iter().any(|word| name.contains(word)) {
        return true;
    }
    let mut folder = Files::ROOT;
    for name in path.split('/') {
        if FIXTURES.contains(&name)
            || TESTS.iter().any(|test| matches!(files.entry(folder, test), Some(Entry::File(_))))
        {
            return true;
        }
        match files.entry(folder, name) {
            Some(Entry::Folder(below)) => folder = below,
            Some(Entry::File(_)) | None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::delivery::doubles::Texts;

    #[test]
    fn patches_templates_and_tests_are_found() {
        let texts = Texts(BTreeMap::from(
            [
                ("base/kustomization.yaml", "resources: [a.yaml]\n"),
                ("base/a.yaml", "kind: A\n"),
                (
                    "over/kustomization.yaml",
                    "resources: [../base]\npatches:\n- path: p.yaml\n- patch: |-\n    apiVersion: v1\n    kind: B\n    metadata: {name: b}\n\
                     - target: {kind: C}\n  path: ops.yaml\npatchesStrategicMerge: [q.yaml]\n",
                ),
                ("over/p.yaml", "apiVersion: v1\nkind: A\nmetadata: {name: a}\n"),
                ("over/q.yaml", "apiVersion: v1\nkind: D\nmetadata: {name: a}\n"),
                ("over/ops.yaml", "- {op: remove, path: /a}\n"),
                ("chart/Chart.yaml", "name: c\n"),
                ("chart/templates/x.yaml", "kind: A\n"),
                ("chainsaw/chainsaw-test.yaml", "kind: Test\n"),
                ("chainsaw/one/xr.yaml", "kind: A\n"),
                ("tests/one.yaml", "kind: A\n"),
                ("kuttl/00-assert.yaml", "kind: A\n"),
            ]
            .map(|(path, text)| (path.to_owned(), text.to_owned())),
        ));
        let files = texts.files(&BTreeMap::new());
        let repository = Repository::new(&files, &texts);
        let found = Unfinished::of(&repository);
        let held: Vec<&str> =
            files.ids().filter(|file| found.holds(&files, *file)).map(|file| files.path(file)).collect();
        let mut sorted = held.clone();
        sorted.sort_unstable();
        assert_eq!(
            sorted,
            [
                "chainsaw/chainsaw-test.yaml",
                "chainsaw/one/xr.yaml",
                "chart/templates/x.yaml",
                "kuttl/00-assert.yaml",
                "over/ops.yaml",
                "over/p.yaml",
                "over/q.yaml",
                "tests/one.yaml"
            ]
        );
        assert_eq!(["A", "B", "C", "D", "E"].map(|kind| found.patches(kind)), [true, true, true, true, false]);
    }
}
