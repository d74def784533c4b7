//! What an Application delivers: from the folders of its sources to the objects that are applied.

use foldhash::{HashMap, HashMapExt};

use super::failure::{ArgoFailure, ArgoFailureKind};
use super::objects::{Application, Source};
use super::overrides::overlay;
use super::settings::Settings;
use super::source_build::{ArgoUnknownKind, SourceBuild, SourceType, read_contents};
use super::{directory, kustomization};
use crate::delivery::contents::Content;
use crate::delivery::files::{Entry, FileId, FileKind, Files, FolderId, Joined, join};
use crate::delivery::kustomize::FILE_NAMES;
use crate::delivery::manifests::Header;
use crate::delivery::object::{Object, split_version};
use crate::delivery::place::Place;
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

/// A repository as Argo CD checks it out, for all applications.
#[derive(Debug)]
pub struct Checkout<'a> {
    pub tree: Tree<'a>,
    /// The first symlink that leaves the repository.
    pub out_of_bounds: Option<FileId>,
}

impl<'a> Checkout<'a> {
    pub fn of(files: &'a Files) -> Self {
        let leaves = |file: &FileId| match files.kind(*file) {
            FileKind::Symlink(target) => leaves_repository(files.path(*file), target),
            FileKind::Text | FileKind::Bytes => false,
        };
        // In the order of a walk: folders where their names are.
        let names = |file: &FileId| files.path(*file).split('/').collect::<Vec<_>>();
        let out_of_bounds = files.ids().filter(leaves).min_by(|a, b| names(a).cmp(&names(b)));
        Self { tree: Tree::checkout(files), out_of_bounds }
    }
}

/// Whether a target is absolute, or a part of it leads out on the way.
fn leaves_repository(path: &str, target: &str) -> bool {
    if target.starts_with('/') {
        return true;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    matches!(join(folder, target), Joined::Outside(_))
}

/// What is delivered of an Application.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivery {
    /// What is applied, in the order of the repository server.
    pub objects: Vec<Delivered>,
    /// Objects that a later one with the same identity replaces.
    pub replaced: Vec<Replaced>,
    /// What each source is, in the order of the sources.
    pub sources: Vec<SourceBuild>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// With the namespace that it gets.
    pub object: Object,
    /// The index of its source among those that were asked for.
    pub source: usize,
    pub dialect: Dialect,
}

/// An object that a later one replaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    pub object: Object,
    /// The index of the one that stays among the objects.
    pub by: usize,
    pub reason: ReplaceReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceReason {
    /// Both have the same group, kind, namespace and name.
    Duplicate,
    /// Neither has a name that is a string, so that they count as the same.
    Nameless,
}

/// What Argo CD delivers of some sources of an application, those that are folders of this repository.
pub fn deliver(
    repository: &Repository<'_>,
    checkout: &Checkout<'_>,
    application: &Application,
    sources: &[&Source],
    settings: &Settings,
) -> Result<Delivery, ArgoFailure> {
    let builds = sources.iter().map(|source| build(repository, checkout, application, source, settings));
    let sources = builds.collect::<Result<Vec<_>, _>>()?;
    let namespace = application.destination.namespace.as_ref().map_or("", |namespace| &namespace.text);
    let mut delivery = Delivery { sources, ..Delivery::default() };
    delivery.take_targets(namespace, settings)?;
    Ok(delivery)
}

/// What the repository server makes of one source.
pub fn build(
    repository: &Repository<'_>,
    checkout: &Checkout<'_>,
    application: &Application,
    source: &Source,
    settings: &Settings,
) -> Result<SourceBuild, ArgoFailure> {
    let tree = &checkout.tree;
    let path = source.path.as_ref().map_or("", |path| path.text.as_str());
    let path_place = source.path.as_ref().and_then(|path| path.file.map(|file| Place { file, span: path.span }));
    let (folder, is_link) = find_folder(tree, path)
        .map_err(|text| ArgoFailure::new(ArgoFailureKind::Path, text).at(path_place).at(Some(source.place())))?;
    if let Some(file) = checkout.out_of_bounds {
        let text = format!("repository contains out-of-bounds symlinks. file: {}", tree.files().path(file));
        let place = Place { file, span: Default::default() };
        return Err(ArgoFailure::new(ArgoFailureKind::Symlink, text).at(Some(place)));
    }
    let source = &overlay(repository, tree, folder, application.name(), source)?;
    let walked = (!is_link).then_some(folder);
    match source_type(tree, walked, source)? {
        SourceType::Directory => directory::build(repository, tree, walked, source, settings),
        SourceType::Kustomize => kustomization::build(repository, tree, folder, application, source),
        SourceType::Helm => Ok(SourceBuild::not_known(SourceType::Helm, folder, ArgoUnknownKind::Helm, source)),
        SourceType::Plugin => Ok(SourceBuild::not_known(SourceType::Plugin, folder, ArgoUnknownKind::Plugin, source)),
    }
}

/// The folder of a path, and whether the path is a symlink itself.
fn find_folder(tree: &Tree<'_>, path: &str) -> Result<(FolderId, bool), String> {
    if path.starts_with('/') {
        return Err(format!("{path}: app path is absolute"));
    }
    let Joined::Inside(inside) = join("", path) else {
        return Err(format!("{path}: app path outside root"));
    };
    let (above, name) = inside.rsplit_once('/').unwrap_or(("", &inside));
    let is_link = match tree.find(above) {
        Some(Entry::Folder(above)) => match tree.files().entry(above, name) {
            Some(Entry::File(file)) => matches!(tree.files().kind(file), FileKind::Symlink(_)),
            Some(Entry::Folder(_)) | None => false,
        },
        Some(Entry::File(_)) | None => false,
    };
    match tree.find(&inside) {
        Some(Entry::Folder(folder)) => Ok((folder, is_link)),
        Some(Entry::File(_)) => Err(format!("{path}: app path is not a directory")),
        None => Err(format!("{path}: app path does not exist")),
    }
}

/// What a source is: what its only block says, or else what is in its folder.
fn source_type(tree: &Tree<'_>, folder: Option<FolderId>, source: &Source) -> Result<SourceType, ArgoFailure> {
    let blocks = [
        (source.kustomize.is_some(), SourceType::Kustomize),
        (source.helm.is_some(), SourceType::Helm),
        (source.directory.is_some(), SourceType::Directory),
        (source.plugin.is_some(), SourceType::Plugin),
    ];
    let given: Vec<SourceType> = blocks.into_iter().filter(|(is_given, _)| *is_given).map(|(_, kind)| kind).collect();
    match given.as_slice() {
        [] => {}
        [only] => return Ok(*only),
        several => {
            let names: Vec<_> = several.iter().map(|kind| kind.name()).collect();
            let text =
                format!("error getting app source type: multiple application sources defined: {}", names.join(","));
            return Err(ArgoFailure::new(ArgoFailureKind::SeveralTypes, text).at(Some(source.place())));
        }
    }
    let mut found = SourceType::Directory;
    for (name, entry) in folder.into_iter().flat_map(|folder| tree.files().entries(folder)) {
        if matches!(entry, Entry::Folder(_)) {
            continue;
        }
        // The last name counts.
        if name.ends_with("Chart.yaml") {
            found = SourceType::Helm;
        } else if FILE_NAMES.contains(&name) {
            found = SourceType::Kustomize;
        }
    }
    Ok(found)
}

/// An object on its way to the controller.
struct Target {
    delivered: Delivered,
    is_nameless: bool,
    /// It is never the same as another one.
    is_unique: bool,
}

impl Target {
    /// What two equal objects share.
    fn key(&self) -> [&str; 4] {
        let header = &self.delivered.object.header;
        let (group, _) = split_version(&header.api_version);
        [group, &header.kind, &header.namespace, target_name(header)]
    }
}

/// The name, if it is a string.
fn target_name(header: &Header) -> &str {
    if header.has_string_name { &header.name } else { "" }
}

impl Delivery {
    /// The controller's part: namespaces are filled in, and of equal objects the last one stays.
    fn take_targets(&mut self, namespace: &str, settings: &Settings) -> Result<(), ArgoFailure> {
        let mut targets = Vec::new();
        for (at, build) in self.sources.iter().enumerate() {
            for built in &build.objects {
                if let Some(json) = &built.without_kind {
                    let text = format!("Object 'Kind' is missing in '{json}'");
                    let failure = ArgoFailure::new(ArgoFailureKind::NoKind, text);
                    return Err(failure.at(Some(built.object.place())));
                }
                let mut object = built.object.clone();
                fill_namespace(&mut object, namespace, settings);
                let is_nameless = target_name(&object.header).is_empty();
                let is_unique = is_nameless && built.has_generated_name;
                let delivered = Delivered { object, source: at, dialect: build.dialect };
                targets.push(Target { delivered, is_nameless, is_unique });
            }
        }
        let mut last = HashMap::with_capacity(targets.len());
        for (at, target) in targets.iter().enumerate().filter(|(_, target)| !target.is_unique) {
            last.insert(target.key(), at);
        }
        let winner = |(at, target): (usize, &Target)| {
            let last = last.get(&target.key()).copied().filter(|_| !target.is_unique);
            last.filter(|last| *last != at)
        };
        let winners: Vec<Option<usize>> = targets.iter().enumerate().map(winner).collect();
        let mut place = 0;
        let places: Vec<usize> = winners
            .iter()
            .map(|winner| {
                let this = place;
                place += usize::from(winner.is_none());
                this
            })
            .collect();
        for (target, winner) in targets.into_iter().zip(winners) {
            let Target { delivered, is_nameless, .. } = target;
            match winner {
                None => self.objects.push(delivered),
                Some(winner) => {
                    let reason = if is_nameless { ReplaceReason::Nameless } else { ReplaceReason::Duplicate };
                    self.replaced.push(Replaced { object: delivered.object, by: places[winner], reason });
                }
            }
        }
        Ok(())
    }

    /// The objects as they go to the API server, in order.
    pub fn contents(&self, repository: &Repository<'_>) -> Vec<Content> {
        let mut contents = vec![Content::Rewritten; self.objects.len()];
        for dialect in [Dialect::Kubectl, Dialect::Kustomize] {
            let of_dialect = || self.objects.iter().enumerate().filter(|(_, object)| object.dialect == dialect);
            let objects: Vec<Object> = of_dialect().map(|(_, delivered)| delivered.object.clone()).collect();
            for ((at, _), content) in of_dialect().zip(read_contents(repository, &objects, dialect)) {
                contents[at] = content;
            }
        }
        contents
    }
}

/// An object of a kind with namespaces gets that of the destination if it has none; one without loses it.
fn fill_namespace(object: &mut Object, namespace: &str, settings: &Settings) {
    let header = &object.header;
    let is_cluster_scoped = settings.is_cluster_scoped(&header.api_version, &header.kind);
    if is_cluster_scoped && !header.namespace.is_empty() {
        object.set_namespace("");
    } else if !is_cluster_scoped && header.namespace.is_empty() && !namespace.is_empty() {
        object.set_namespace(namespace);
    }
}
