//! What the repository server of Argo CD makes of one source: its objects, and the files that it leaves out.

use std::collections::BTreeSet;

use super::objects::Source;
use crate::delivery::contents::{Content, contents_as, set_namespace};
use crate::delivery::files::{FileId, FolderId};
use crate::delivery::kustomize::UnknownKind;
use crate::delivery::object::Object;
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::{Dialect, reread_numbers};
use crate::delivery::repository::Repository;

/// What builds a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceType {
    Directory,
    Kustomize,
    Helm,
    Plugin,
}

impl SourceType {
    /// The name that Argo CD shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Directory => "Directory",
            Self::Kustomize => "Kustomize",
            Self::Helm => "Helm",
            Self::Plugin => "Plugin",
        }
    }
}

/// What the repository server makes of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceBuild {
    pub source_type: SourceType,
    /// `None`: the path is a symlink, which Argo CD does not walk, or a chart.
    pub folder: Option<FolderId>,
    /// Whether files of folders below count, in a directory.
    pub is_recursive: bool,
    /// The objects as they are handed to the controller.
    pub objects: Vec<BuiltObject>,
    pub dialect: Dialect,
    /// Every file that was read, whether it holds objects or not.
    pub files: BTreeSet<FileId>,
    /// The kustomization files among them.
    pub kustomizations: BTreeSet<FileId>,
    /// Files that kustomize reads as something else than manifests: patches, data of generators.
    pub other_files: BTreeSet<FileId>,
    /// Files that the walk meets and leaves out.
    pub skipped: Vec<Skipped>,
    /// Objects that are lost without an error, because a document before them is no object.
    pub lost: Vec<Place>,
    /// Patterns of `include` and `exclude` that cannot be read: they match nothing.
    pub bad_patterns: Vec<Text>,
    /// What cannot be known offline.
    pub unknowns: Vec<ArgoUnknown>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BuiltObject {
    pub object: Object,
    /// It has `metadata.generateName`, so that it is never the same as another one.
    pub has_generated_name: bool,
    /// It has no kind, which the controller refuses: the object as JSON.
    pub without_kind: Option<String>,
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
    Excluded,
    NotIncluded,
    /// It has the text `+argocd:skip-file-rendering`.
    Marker,
    /// It does not begin with an object, and does not look like a manifest.
    NoManifest,
    /// A symlink whose target does not exist, or is a folder.
    Symlink,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgoUnknown {
    pub kind: ArgoUnknownKind,
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgoUnknownKind {
    /// A chart: nothing of its objects is known.
    Helm,
    /// A plugin: nothing of its objects is known.
    Plugin,
    /// A Jsonnet file: its objects are missing here.
    Jsonnet(FileId),
    /// A label or annotation with a variable of the build.
    Variables,
    Kustomize(UnknownKind),
}

impl SourceBuild {
    pub(super) fn empty(source_type: SourceType, folder: Option<FolderId>, dialect: Dialect) -> Self {
        Self {
            source_type,
            folder,
            is_recursive: false,
            objects: Vec::new(),
            dialect,
            files: BTreeSet::new(),
            kustomizations: BTreeSet::new(),
            other_files: BTreeSet::new(),
            skipped: Vec::new(),
            lost: Vec::new(),
            bad_patterns: Vec::new(),
            unknowns: Vec::new(),
        }
    }

    /// A source of which nothing is known offline.
    pub(super) fn not_known(source_type: SourceType, folder: FolderId, kind: ArgoUnknownKind, source: &Source) -> Self {
        let unknowns = vec![ArgoUnknown { kind, place: Some(source.place()) }];
        Self { unknowns, ..Self::empty(source_type, Some(folder), Dialect::Kubectl) }
    }

    /// The objects as they are handed to the controller, in order.
    pub fn contents(&self, repository: &Repository<'_>) -> Vec<Content> {
        let objects: Vec<Object> = self.objects.iter().map(|built| built.object.clone()).collect();
        read_contents(repository, &objects, self.dialect)
    }
}

/// The contents of objects in the reading of a tool.
pub(super) fn read_contents(repository: &Repository<'_>, objects: &[Object], dialect: Dialect) -> Vec<Content> {
    let mut contents = contents_as(repository, objects, dialect);
    if dialect == Dialect::Kustomize {
        for (content, object) in contents.iter_mut().zip(objects) {
            if let Content::Known(content) = content {
                // The output of kustomize is read again.
                reread_numbers(content, false);
                set_namespace(content, object);
            }
        }
    }
    contents
}
