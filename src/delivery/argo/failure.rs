//! Why Argo CD delivers nothing of an Application: the class of the failure, and its own text.

use crate::delivery::kustomize::failure::{Failure, FailureKind};
use crate::delivery::place::Place;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgoFailure {
    pub kind: ArgoFailureKind,
    /// What Argo CD reports; paths begin with `ROOT` of kustomize's failures.
    pub text: String,
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgoFailureKind {
    /// `path` does not exist, is a file, is absolute, or leads out of the repository.
    Path,
    /// A symlink anywhere in the repository that leaves it.
    Symlink,
    /// `.argocd-source.yaml` cannot be read.
    SourceOverride,
    /// Several of `directory`, `kustomize`, `helm` and `plugin`.
    SeveralTypes,
    /// The files of a folder are larger than the limit.
    TooLarge,
    /// A YAML file that looks like a manifest, and has a document that is none.
    Malformed,
    /// A JSON file that is no JSON, or no object.
    Json,
    /// A JSON file with more than one object.
    SeveralJson,
    /// A list whose items are no objects.
    List,
    /// An object without a kind, which the repository server hands on and the controller refuses.
    NoKind,
    /// kustomize fails.
    Build(FailureKind),
}

impl ArgoFailure {
    pub fn new(kind: ArgoFailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), place: None }
    }

    /// The same with a position, unless it has a more exact one.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = self.place.or(place);
        self
    }
}

impl From<Failure> for ArgoFailure {
    fn from(failure: Failure) -> Self {
        Self { kind: ArgoFailureKind::Build(failure.kind), text: failure.text, place: failure.place }
    }
}
