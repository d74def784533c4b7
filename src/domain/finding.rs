//! Findings of lint, independent of how they are reported.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::document::span::Span;

/// How bad. Ordered: `Error` is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The families of rules, from the text to the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Syntax,
    Shape,
    Entity,
    Relation,
    Repository,
    Secret,
    Suppression,
}

impl Family {
    pub fn word(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Shape => "shape",
            Self::Entity => "entity",
            Self::Relation => "relation",
            Self::Repository => "repository",
            Self::Secret => "secret",
            Self::Suppression => "suppression",
        }
    }
}

/// The metadata of a rule. Its examples are files in `testdata/rules/<name>/`.
#[derive(Debug)]
pub struct RuleInfo {
    /// `P` and three digits, by family; never reused.
    pub code: &'static str,
    pub name: &'static str,
    pub family: Family,
    /// `None`: off unless the config turns it on.
    pub severity: Option<Severity>,
    /// The problem, in half a line.
    pub what: &'static str,
    /// The harm that the problem causes.
    pub why: &'static str,
    /// The solution; starts with a verb.
    pub fix: &'static str,
}

/// A file of a run, by its index in the run's list of paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FileId(pub u32);

/// A position in a file of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub file: FileId,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static RuleInfo,
    pub severity: Severity,
    pub place: Place,
    /// A sentence that names the problem, with identifiers in backticks.
    pub message: String,
    /// A few words under the caret; may be empty.
    pub label: String,
    /// The entity of the finding, if any.
    pub entity: Option<EntityName>,
    /// Another entity involved: the target of a relation.
    pub target: Option<EntityName>,
    /// Other relevant positions, each with a few words.
    pub related: Vec<(Place, String)>,
    /// The entity at the first related position, if that position is equally a cause: a report may then exchange the
    /// two, to show the finding in the file that a change touches.
    pub counterpart: Option<EntityName>,
    /// What to do about this finding; starts with a verb.
    pub help: Option<String>,
    pub fix: Option<Fix>,
}

/// Blueprint and identifier as written, possibly invalid or incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityName {
    pub blueprint: String,
    pub identifier: String,
}

/// Edits of the finding's own file that fix it. Safe fixes are applied by `--fix`, others are only shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Starts with a verb: "quote it".
    pub title: String,
    pub safe: bool,
    pub edits: Vec<Edit>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

impl Finding {
    /// Exchanges the finding's position with the first related one.
    pub fn exchange_places(&mut self) {
        let Some((other, _)) = self.related.first_mut() else { return };
        std::mem::swap(&mut self.place, other);
        if self.counterpart.is_some() {
            std::mem::swap(&mut self.entity, &mut self.counterpart);
        }
    }

    /// Sorts findings independently of the order in which threads report them.
    pub fn sort_key(&self) -> (Place, &'static str, &str) {
        (self.place, self.rule.code, &self.message)
    }
}
