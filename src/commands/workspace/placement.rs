//! Chooses the path and resource name of a new manifest: a folder that lint reads, and an unused name and path. A name
//! counts as used in any namespace, because equal names confuse readers.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::commands::workspace::index::ManifestIndex;
use crate::domain::entity::EntityKey;
use crate::domain::entity::identifier::to_resource_name;
use crate::domain::file_name;
use crate::sources::{self, Pattern};

/// The folder for new manifests of a blueprint.
pub(crate) struct Folder {
    path: String,
    extension: &'static str,
}

impl Folder {
    /// Chooses the folder that already has manifests of the blueprint, or a new one below the folder where the includes
    /// begin. `None` if the globs of the config match no path that could be created.
    pub fn of(blueprint: &str, declared: &ManifestIndex, pattern: &Pattern, include: &[String]) -> Option<Self> {
        let own = file_name::stem(blueprint);
        let bases = include.iter().map(|glob| literal_start(glob));
        let bases: BTreeSet<String> = bases.filter(|base| !base.is_empty()).collect();
        let mut folders: Vec<String> = declared.folder(blueprint).map(str::to_owned).into_iter().collect();
        for base in bases.into_iter().chain(["catalog".to_owned()]) {
            folders.extend([format!("{base}/{own}"), base]);
        }
        folders.extend([own, String::new()]);
        folders.iter().find_map(|path| Self::at(path, pattern))
    }

    /// The folder at this path; `None` if the globs of the config match no new file in it.
    pub fn at(path: &str, pattern: &Pattern) -> Option<Self> {
        for extension in ["yaml", "yml"] {
            let folder = Self { path: path.to_owned(), extension };
            // A name that no glob is likely to mention.
            if pattern.matches(Path::new(&folder.file("portolan-entity"))) {
                return Some(folder);
            }
        }
        None
    }

    fn file(&self, name: &str) -> String {
        let slash = if self.path.is_empty() { "" } else { "/" };
        format!("{}{slash}{name}.{}", self.path, self.extension)
    }
}

/// The leading folders of a glob without wildcards.
fn literal_start(glob: &str) -> String {
    let is_literal = |part: &&str| !part.contains(['*', '?', '[', '{', '!', '\\']) && *part != "..";
    let parts: Vec<&str> = glob.split('/').filter(|part| *part != ".").collect();
    let folders = parts.split_last().map(|(_, folders)| folders).unwrap_or_default();
    folders.iter().copied().take_while(is_literal).collect::<Vec<_>>().join("/")
}

/// Resource names, each handed out once.
pub(crate) struct Names {
    taken: HashSet<String>,
    /// By prefix of a name, the number to try next.
    next: HashMap<String, usize>,
}

/// The resource name becomes a file name, and some file systems limit its length.
const MAX_NAME: usize = 200;

impl Names {
    pub fn of(declared: &ManifestIndex) -> Self {
        Self { taken: declared.names.clone(), next: HashMap::new() }
    }

    /// An unused name, and an unused path for its file.
    pub fn find(&mut self, key: &EntityKey, folder: &Folder, root: &Path) -> (String, String) {
        self.first_of(key, |name| {
            let path = folder.file(name);
            (!sources::is_taken(&root.join(&path))).then_some(path)
        })
    }

    /// The unused path of the next bare entity, if the bare entities of the blueprint each have a folder of their own.
    /// `None` if there are none, or the pattern does not match the path.
    pub fn beside(&self, key: &EntityKey, declared: &ManifestIndex, pattern: &Pattern, root: &Path) -> Option<PathBuf> {
        let (above, file) = declared.bare_home(&key.blueprint)?;
        let path = Path::new(above).join(shortened(to_resource_name(&key.identifier))).join(file);
        (pattern.matches(&path) && !sources::is_taken(&root.join(&path))).then_some(path)
    }

    /// An unused name for a file whose path is already chosen.
    pub fn name(&mut self, key: &EntityKey) -> String {
        self.first_of(key, |_| Some(())).0
    }

    fn first_of<T>(&mut self, key: &EntityKey, place: impl Fn(&str) -> Option<T>) -> (String, T) {
        let plain = shortened(to_resource_name(&key.identifier));
        let with_blueprint = shortened(format!("{plain}-{}", to_resource_name(&key.blueprint)));
        let plain = if file_name::is_device(&plain) { with_blueprint.clone() } else { plain };
        for name in [plain, with_blueprint.clone()] {
            if let Some(found) = self.take(&name, &place) {
                return (name, found);
            }
        }
        loop {
            let number = self.next.entry(with_blueprint.clone()).or_insert(1);
            *number += 1;
            let name = format!("{with_blueprint}-{number}");
            if let Some(found) = self.take(&name, &place) {
                return (name, found);
            }
        }
    }

    fn take<T>(&mut self, name: &str, place: impl Fn(&str) -> Option<T>) -> Option<T> {
        let found = if self.taken.contains(name) { None } else { place(name) };
        if found.is_some() {
            self.taken.insert(name.to_owned());
        }
        found
    }
}

fn shortened(mut name: String) -> String {
    // The name is ASCII, so the cut is at a character boundary.
    name.truncate(MAX_NAME);
    let length = name.trim_end_matches(['-', '.']).len();
    name.truncate(length);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_one_that_lint_looks_at() {
        let path = |include: &[&str]| {
            let include: Vec<String> = include.iter().map(|glob| (*glob).to_owned()).collect();
            let pattern = Pattern::new(&include, &["catalog/service/**".to_owned()]).expect("these are globs");
            let folder = Folder::of("service", &ManifestIndex::default(), &pattern, &include);
            folder.map(|folder| folder.file("x"))
        };
        assert_eq!(path(&["entities/**/*.yml"]).as_deref(), Some("entities/service/x.yml"));
        assert_eq!(path(&["./deep/er/*.yaml", "**/port.yml"]).as_deref(), Some("deep/er/x.yaml"));
        assert_eq!(path(&["**/*.yaml"]).as_deref(), Some("catalog/x.yaml"));
        assert_eq!(path(&["**/port.yml"]), None);
    }
}
