//! Detects which folders hold manifests and which platform they belong to, as defaults for a new config.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::commands::workspace::composites::{CompositeObjects, defined_groups};
use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::platform::{PLATFORMS, Platform};
use crate::manifest::{self, Document, Limits, Reader};
use crate::settings;
use crate::sources::{self, DiscoverError, Pattern, SourceFile, TextRef};

#[derive(Debug, Default)]
pub(crate) struct ManifestLayout {
    /// The number of files with entities of each platform.
    platforms: BTreeMap<&'static str, usize>,
    /// Folders with entities that are resources.
    entities: BTreeSet<String>,
    /// Folders with claims and composite resources of Crossplane.
    claims: BTreeSet<String>,
    /// Folders with definitions of Crossplane.
    definitions: BTreeSet<String>,
    /// Names of files with bare entities.
    bare: BTreeSet<String>,
    /// Folders with a config of their own; their files are not counted.
    nested: BTreeSet<String>,
    /// The number of files with entities.
    pub files: usize,
    /// The YAML files, as they were read; sorted by path.
    pub read: Vec<SourceFile>,
}

/// What a file has.
#[derive(Debug, Default)]
struct FoundFile {
    /// The platform of its first entity, and whether that is a bare one.
    entity: Option<(&'static str, bool)>,
    composites: CompositeObjects,
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
        let groups = defined_groups(found.iter().map(|found| &found.composites));
        let mut homes = Self { nested, ..Self::default() };
        for (file, found) in files.iter().zip(&found) {
            homes.add(&file.path, found, &groups);
        }
        Ok(Self { read: files, ..homes })
    }

    fn add(&mut self, path: &str, found: &FoundFile, groups: &BTreeSet<String>) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some((platform, is_bare)) = found.entity {
            self.files += 1;
            *self.platforms.entry(platform).or_default() += 1;
            if is_bare {
                self.bare.insert(name.to_owned());
            } else {
                self.entities.insert(folder.to_owned());
            }
        }
        if found.composites.has_objects_of(groups) {
            self.claims.insert(folder.to_owned());
        }
        if found.composites.has_definitions() {
            self.definitions.insert(folder.to_owned());
        }
    }

    /// Whether there are claims or composite resources of Crossplane.
    pub fn has_claims(&self) -> bool {
        !self.claims.is_empty()
    }

    /// Whether there are definitions of Crossplane, and nothing else.
    pub fn has_only_definitions(&self) -> bool {
        let is_other = self.files > 0 || self.has_claims();
        !self.definitions.is_empty() && !is_other
    }

    /// The platform of most files.
    pub fn platform(&self) -> Option<&'static Platform> {
        let count = |platform: &&'static Platform| self.platforms.get(platform.name).copied().unwrap_or_default();
        // Of equals, the first.
        PLATFORMS.into_iter().rev().max_by_key(count).filter(|platform| count(platform) > 0)
    }

    /// Globs that match all manifests; `None` if only a pattern for every YAML file does.
    pub fn globs(&self) -> Option<Vec<String>> {
        let is_literal = |path: &String| !path.contains(['*', '?', '[', ']', '{', '}', '!', '\\']);
        let sets = [&self.entities, &self.definitions, &self.claims];
        if !sets.into_iter().flatten().chain(&self.bare).all(is_literal) {
            return None;
        }
        let folders: Vec<String> = sets.into_iter().filter_map(common_folder).collect();
        // The root contains what is no manifest too, so every YAML file is read and filtered by content.
        if folders.iter().any(String::is_empty) {
            return None;
        }
        let is_first = |at: usize| {
            let (folder, mut others) = (&folders[at], folders.iter().enumerate());
            !others.any(|(other, known)| is_below(folder, known) || other < at && known == folder)
        };
        let wanted = (0..folders.len()).filter(|at| is_first(*at)).map(|at| glob_of(&folders[at]));
        Some(wanted.chain(self.bare.iter().map(|name| format!("**/{name}"))).collect())
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

/// The glob of the manifests of a folder.
pub(crate) fn glob_of(folder: &str) -> String {
    format!("{folder}/**/*.{{yaml,yml}}")
}

/// The deepest folder that contains all of them. A list of the current folders would omit a folder that is added later.
fn common_folder(folders: &BTreeSet<String>) -> Option<String> {
    let mut folders = folders.iter();
    let mut common: Vec<&str> = folders.next()?.split('/').collect();
    for folder in folders {
        let same = common.iter().zip(folder.split('/')).take_while(|(one, other)| **one == *other).count();
        common.truncate(same);
    }
    Some(common.join("/"))
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
    fn file(&mut self, path: &str, text: Result<TextRef<'_>, sources::ReadProblem>) -> FoundFile {
        let Self { reader, manifests, .. } = self;
        let mut found = FoundFile::default();
        let Ok(text) = text else { return found };
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut add = |document: &Document<'_>| {
            let Some(root) = document.view.root().filter(|_| !document.broken) else { return };
            found.composites.add(root);
            if found.entity.is_none() {
                manifests.clear();
                manifest::decode(document.view, name, manifests);
                let first = manifests.iter().find(|manifest| manifest.blueprint.is_some());
                found.entity = first.map(|manifest| (manifest.platform.name, manifest.form == Form::Bare));
            }
        };
        if text.text.contains("apiVersion") {
            reader.read_all(text.text, &mut add);
        } else {
            reader.read(text.text, &mut add);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Encoding;

    fn homes(folders: &[&str], bare: &[&str]) -> Option<Vec<String>> {
        let set = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
        ManifestLayout { entities: set(folders), bare: set(bare), ..ManifestLayout::default() }.globs()
    }

    /// The layout of a repository with these files.
    fn layout(files: &[(&str, &str)]) -> ManifestLayout {
        let mut worker = Worker { reader: Reader::new(Limits::default()), manifests: Vec::new() };
        let mut read = |(path, text): &(&str, &str)| {
            let encoding = Encoding::Utf8 { bom: false };
            worker.file(path, Ok(TextRef { text, encoding }))
        };
        let found: Vec<FoundFile> = files.iter().map(&mut read).collect();
        let groups = defined_groups(found.iter().map(|found| &found.composites));
        let mut layout = ManifestLayout::default();
        files.iter().zip(&found).for_each(|((path, _), found)| layout.add(path, found, &groups));
        layout
    }

    const XRD: &str = "apiVersion: apiextensions.crossplane.io/v1\nkind: CompositeResourceDefinition\nmetadata: \
                       {name: xdatabases.acme.example.com}\n";
    const CLAIM: &str = "apiVersion: acme.example.com/v1\nkind: Database\nmetadata: {name: orders}\n";
    const ENTITY: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: cart}\nspec: {blueprint: \
                          service, identifier: cart}\n";

    #[test]
    fn claims_and_definitions_are_manifests_with_a_folder_of_their_own() {
        let globs = |files: &[(&str, &str)]| layout(files).globs().expect("folders");
        let (apis, claims) = ("apis/**/*.{yaml,yml}", "claims/**/*.{yaml,yml}");
        assert_eq!(
            globs(&[("apis/db.yaml", XRD), ("claims/eu/a.yaml", CLAIM), ("claims/us/a.yaml", CLAIM)]),
            [apis, claims]
        );
        let catalog = "catalog/**/*.{yaml,yml}";
        assert_eq!(
            globs(&[("catalog/a.yaml", ENTITY), ("apis/db.yaml", XRD), ("claims/a.yaml", CLAIM)]),
            [catalog, apis, claims]
        );
        // One folder is listed once, and a folder below another is not listed.
        assert_eq!(globs(&[("apis/db.yaml", XRD), ("apis/examples/a.yaml", CLAIM)]), [apis]);
        assert_eq!(globs(&[("apis/db.yaml", XRD), ("apis/a.yaml", CLAIM)]), [apis]);
        let list = format!("apiVersion: v1\nkind: List\nitems:\n- {}", CLAIM.trim_end().replace('\n', "\n  "));
        assert_eq!(globs(&[("apis/db.yaml", XRD), ("claims/a.yaml", &list)]), [apis, claims]);
        assert_eq!(layout(&[("db.yaml", XRD), ("claims/a.yaml", CLAIM)]).globs(), None);
        // Nobody knows whether an object without its definition is a claim.
        assert_eq!(globs(&[("claims/a.yaml", CLAIM)]), [] as [&str; 0]);
        assert!(layout(&[("apis/db.yaml", XRD)]).has_only_definitions());
        assert!(!layout(&[("apis/db.yaml", XRD), ("a/a.yaml", CLAIM)]).has_only_definitions());
        assert!(!layout(&[("apis/db.yaml", XRD), ("a/a.yaml", ENTITY)]).has_only_definitions());
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
