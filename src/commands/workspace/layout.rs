//! Detects which folders hold manifests and which platform they belong to, as defaults for a new config.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::platform::{PLATFORMS, Platform};
use crate::manifest::{self, Limits, Reader};
use crate::settings;
use crate::sources::{self, DiscoverError, Pattern, SourceFile, TextRef};

#[derive(Debug, Default)]
pub(crate) struct ManifestLayout {
    /// The number of files with manifests of each platform.
    platforms: BTreeMap<&'static str, usize>,
    /// Folders with resources.
    folders: BTreeSet<String>,
    /// Names of files with bare entities.
    bare: BTreeSet<String>,
    /// Folders with a config of their own; their files are not counted.
    nested: BTreeSet<String>,
    /// The number of files with manifests.
    pub files: usize,
    /// The YAML files, as they were read; sorted by path.
    pub read: Vec<SourceFile>,
}

struct Worker {
    reader: Reader,
    manifests: Vec<Manifest>,
}

impl ManifestLayout {
    /// Inspects all YAML files under `root`.
    pub fn of(root: &Path) -> Result<Self, DiscoverError> {
        let mut files = sources::discover(root, &Pattern::default())?.files;
        let nested = nested(files.iter().map(|file| file.path.as_str()));
        files.retain(|file| !nested.iter().any(|folder| is_below(&file.path, folder)));
        let make = || Worker { reader: Reader::new(Limits::default()), manifests: Vec::new() };
        let (found, texts) =
            sources::keep_each_text(&files, make, |hands, index, text| hands.file(&files[index].path, text));
        texts.into_iter().for_each(|(at, text)| files[at].keep(text));
        let mut homes = Self { nested, ..Self::default() };
        for (file, found) in files.iter().zip(found) {
            let Some((platform, is_bare)) = found else { continue };
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            homes.files += 1;
            *homes.platforms.entry(platform).or_default() += 1;
            if is_bare {
                homes.bare.insert(name.to_owned());
            } else {
                homes.folders.insert(folder.to_owned());
            }
        }
        Ok(Self { read: files, ..homes })
    }

    /// The platform of most files.
    pub fn platform(&self) -> Option<&'static Platform> {
        let count = |platform: &&'static Platform| self.platforms.get(platform.name).copied().unwrap_or_default();
        // Of equals, the first.
        PLATFORMS.into_iter().rev().max_by_key(count).filter(|platform| count(platform) > 0)
    }

    /// The deepest folder that contains all resources. A list of the current folders would omit a folder that is added
    /// later.
    fn common_folder(&self) -> Option<String> {
        let mut folders = self.folders.iter();
        let mut common: Vec<&str> = folders.next()?.split('/').collect();
        for folder in folders {
            let same = common.iter().zip(folder.split('/')).take_while(|(one, other)| **one == *other).count();
            common.truncate(same);
        }
        Some(common.join("/"))
    }

    /// Globs that match all manifests; `None` if only a pattern for every YAML file does.
    pub fn globs(&self) -> Option<Vec<String>> {
        let is_literal = |path: &String| !path.contains(['*', '?', '[', ']', '{', '}', '!', '\\']);
        if !self.folders.iter().chain(&self.bare).all(is_literal) {
            return None;
        }
        let bare = self.bare.iter().map(|name| format!("**/{name}"));
        let folder = match self.common_folder().as_deref() {
            None => None,
            // One folder does not contain all resources, so every YAML file is read and filtered by content.
            Some("") => return None,
            Some(folder) => Some(format!("{folder}/**/*.{{yaml,yml}}")),
        };
        Some(folder.into_iter().chain(bare).collect())
    }

    /// Globs that exclude folders with a config of their own, if `include` would reach them.
    pub fn excluded(&self, include: &[String]) -> Vec<String> {
        let reaches = |folder: &&String| {
            let start = |glob: &String| glob.split("**").next().unwrap_or_default().trim_end_matches('/').to_owned();
            let from = |start: &String| start.is_empty() || start == *folder || is_below(folder, start);
            include.is_empty() || include.iter().filter(|glob| glob.contains("**")).map(start).any(|it| from(&it))
        };
        // `?` matches characters that are special in a glob.
        let plain = |folder: &String| folder.replace(['*', '?', '[', ']', '{', '}', '!', '\\', ','], "?");
        self.nested.iter().filter(reaches).map(|folder| format!("{}/**", plain(folder))).collect()
    }
}

/// The folders below the root that hold a config.
fn nested<'p>(paths: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let folder = |path: &'p str| {
        path.rsplit_once('/').filter(|(_, name)| settings::is_config_name(name)).map(|(folder, _)| folder.to_owned())
    };
    paths.filter_map(folder).collect()
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

impl Worker {
    /// The platform of the file's first manifest, and whether that is a bare entity.
    fn file(&mut self, path: &str, text: Result<TextRef<'_>, sources::ReadProblem>) -> Option<(&'static str, bool)> {
        let Self { reader, manifests, .. } = self;
        let text = text.ok()?;
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut found = None;
        reader.read(text.text, &mut |document| {
            manifests.clear();
            if !document.broken && found.is_none() {
                manifest::decode(document.view, name, manifests);
                let first = manifests.iter().find(|manifest| manifest.blueprint.is_some());
                found = first.map(|manifest| (manifest.platform.name, manifest.form == Form::Bare));
            }
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn homes(folders: &[&str], bare: &[&str]) -> Option<Vec<String>> {
        let set = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
        ManifestLayout { folders: set(folders), bare: set(bare), ..ManifestLayout::default() }.globs()
    }

    #[test]
    fn the_common_folder_is_included_and_not_those_of_today() {
        let globs = homes(&["deploy/catalog", "deploy/catalog/a/b", "deploy/catalogs"], &["port.yml"]);
        assert_eq!(globs.expect("a common folder"), ["deploy/**/*.{yaml,yml}", "**/port.yml"]);
        assert_eq!(homes(&["catalog/a", "catalog/b"], &[]).expect("a common folder"), ["catalog/**/*.{yaml,yml}"]);
        assert_eq!(homes(&["catalog/a"], &[]).expect("a common folder"), ["catalog/a/**/*.{yaml,yml}"]);
        assert_eq!(homes(&[], &["port.yml"]).expect("a name"), ["**/port.yml"]);
        assert_eq!(homes(&[], &[]).expect("nothing to include"), [] as [&str; 0]);
        // Only the root contains all folders, so no glob can narrow the files down.
        for folders in [&["", "x"][..], &["catalog", "catalogs"], &["a", "b", "c", "d", "e", "f", "g"]] {
            assert_eq!(homes(folders, &[]), None, "{folders:?}");
        }
    }

    #[test]
    fn a_folder_with_a_config_of_its_own_is_left_out_where_it_would_be_taken_in() {
        let nested = nested(["portolan.yaml", "teams/pay/portolan.yaml", "x[1]/portolan.yml", "a/b.yaml"].into_iter());
        let homes = ManifestLayout { nested, ..ManifestLayout::default() };
        let excluded =
            |include: &[&str]| homes.excluded(&include.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>());
        let both = ["teams/pay/**", "x?1?/**"];
        assert_eq!(excluded(&[]), both);
        assert_eq!(excluded(&["**/port.yml"]), both);
        assert_eq!(excluded(&["teams/**/*.{yaml,yml}"]), ["teams/pay/**"]);
        assert_eq!(excluded(&["catalog/**/*.{yaml,yml}", "*.{yaml,yml}", "team/**"]), [] as [&str; 0]);
    }

    #[test]
    fn where_no_short_list_would_do_there_is_none() {
        assert_eq!(homes(&["a[1]"], &[]), None);
    }
}
