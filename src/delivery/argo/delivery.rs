//! What an Application delivers: from the folders of its sources to the objects that are applied.

use std::collections::BTreeSet;

use super::failure::{ArgoFailure, ArgoFailureKind};
use super::objects::{Application, Source};
use crate::delivery::contents::Content;
use crate::delivery::files::{FileId, Files};
use crate::delivery::kustomize::Unknown;
use crate::delivery::object::Object;
use crate::delivery::place::Place;
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

/// Options of Argo CD, and what it knows of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The limit for the combined size of the files of a folder in bytes; 0 is none.
    pub max_combined_size: u64,
    /// Groups and kinds without a namespace, besides the built-in ones.
    pub cluster_scoped: Vec<(String, String)>,
    /// Patterns of git file generators are matched as the controller's flag for new globbing says.
    pub has_new_file_globbing: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_combined_size: 10_000_000,
            cluster_scoped: vec![("getport.io".to_owned(), "ClusterEntity".to_owned())],
            has_new_file_globbing: false,
        }
    }
}

/// A repository as Argo CD checks it out, for all applications.
#[derive(Debug)]
pub struct Checkout<'a> {
    pub tree: Tree<'a>,
    /// The first symlink that leaves the repository.
    pub out_of_bounds: Option<FileId>,
}

impl<'a> Checkout<'a> {
    pub fn of(files: &'a Files) -> Self {
        Self { tree: Tree::checkout(files), out_of_bounds: None }
    }
}

/// What builds a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    Directory,
    Kustomize,
    Helm,
    Plugin,
}

/// What is delivered of an Application.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delivery {
    /// What is applied, in the order of the repository server.
    pub objects: Vec<Delivered>,
    /// Objects that another one with the same identity replaces.
    pub replaced: Vec<Replaced>,
    /// What each source is, in the order of the sources.
    pub sources: Vec<SourceBuild>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
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

/// What the repository server makes of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceBuild {
    pub source_type: SourceType,
    /// The objects as they are handed to the controller.
    pub objects: Vec<Object>,
    pub dialect: Dialect,
    /// Every file that was read as a manifest, whether it holds objects or not.
    pub files: BTreeSet<FileId>,
    /// Files in reach that are left out.
    pub skipped: Vec<Skipped>,
    /// Documents that are lost because the file has one before them that is no object.
    pub lost: Vec<Place>,
    /// What cannot be known offline.
    pub unknowns: Vec<ArgoUnknown>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    pub file: FileId,
    pub reason: SkipReason,
    /// Where that is decided.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// It is in a sub folder, and `directory.recurse` is not set.
    NotRecursive,
    Excluded,
    NotIncluded,
    /// It has the text `+argocd:skip-file-rendering`.
    Marker,
    /// It holds no object, and does not look like a manifest.
    NoManifest,
    /// A symlink whose target does not exist, or is a folder.
    Symlink,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgoUnknown {
    pub kind: ArgoUnknownKind,
    pub place: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgoUnknownKind {
    /// A chart: nothing of its objects is known.
    Helm,
    /// A plugin: nothing of its objects is known.
    Plugin,
    /// A Jsonnet file: its objects are missing here.
    Jsonnet(FileId),
    Kustomize(Unknown),
}

/// What Argo CD delivers of some sources of an application, those that are folders of this repository.
pub fn deliver(
    _repository: &Repository<'_>,
    checkout: &Checkout<'_>,
    _application: &Application,
    sources: &[&Source],
    _settings: &Settings,
) -> Result<Delivery, ArgoFailure> {
    if let Some(file) = checkout.out_of_bounds {
        let path = checkout.tree.files().path(file);
        let text = format!("repository contains out-of-bounds symlinks. file: {path}");
        return Err(ArgoFailure::new(ArgoFailureKind::Symlink, text).at(sources.first().map(|source| source.place())));
    }
    Ok(Delivery::default())
}

impl Delivery {
    /// The objects as they go to the API server, in order.
    pub fn contents(&self, _repository: &Repository<'_>) -> Vec<Content> {
        Vec::new()
    }
}
