//! Why a build of kustomize fails: the class of the failure, and the text that kustomize prints.

use crate::delivery::place::Place;
use crate::delivery::reading::EncodingFaultKind;

/// Stands for the folder of the repository in the texts of failures.
pub const ROOT: &str = "<root>";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// What the tool prints; paths begin with `ROOT`.
    pub text: String,
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// A file or folder that is named does not exist.
    Missing,
    /// A file where a folder is needed.
    NotAFolder,
    /// A folder without a kustomization file.
    NoKustomization,
    /// A folder with several kustomization files.
    SeveralKustomizations,
    EmptyKustomization,
    UnknownField,
    WrongType,
    WrongVersion,
    /// A folder includes itself, or one above.
    Cycle,
    /// A file outside of the folder of its kustomization.
    Restricted,
    /// A path that leads out of the repository.
    Outside,
    AbsolutePath,
    /// A component among the resources, or the reverse.
    Component,
    Malformed,
    /// A text behind `---`.
    BadSeparator,
    /// A document that is no Kubernetes object at all.
    NoObject,
    MissingKind,
    MissingName,
    MissingVersion,
    BadList,
    Encoding(EncodingFaultKind),
    DuplicateId,
    NamespaceConflict,
    PatchTarget,
    BadPatch,
    /// `crds` with something else than definitions of OpenAPI.
    Crds,
    Helm,
    Plugin,
    Generator,
    Replacement,
    Sort,
    /// More than is looked at here.
    TooLarge,
    /// A variable of a substitution has a bad name.
    VariableName,
    /// A substitution that cannot be parsed.
    Substitution,
    /// A variable without a value, where that is an error.
    VariableNotSet,
    /// The text after a substitution is no YAML.
    SubstitutedText,
}

impl Failure {
    pub fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), place: None }
    }

    /// The same with a position, unless it has a more exact one.
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = self.place.or(place);
        self
    }

    /// The same below a heading, as Go's errors are wrapped.
    pub fn within(mut self, heading: &str) -> Self {
        self.text = format!("{heading}: {}", self.text);
        self
    }
}

/// What a tool prints, with paths of the repository.
pub fn with_paths_of_repository(text: &str) -> String {
    text.replace(&format!("{ROOT}/"), "").replace(ROOT, ".")
}

/// A path of the repository as the texts show it.
pub fn shown(path: &str) -> String {
    if path.is_empty() { ROOT.to_owned() } else { format!("{ROOT}/{path}") }
}
