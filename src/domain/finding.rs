//! Findings of lint, independent of how they are reported.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::document::fault::Reading;
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
    Mapping,
    Delivery,
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
            Self::Mapping => "mapping",
            Self::Delivery => "delivery",
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

impl FileId {
    pub fn of(index: usize) -> Self {
        Self(Span::empty(index).start)
    }
}

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
    pub help: Option<Help>,
    pub fix: Option<Fix>,
    pub detail: Option<Box<Detail>>,
}

/// What a finding is about, apart from its words: what it is worded with again as soon as it is known which tools read the
/// file, or the parts of the entity.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// How editors and Kubernetes read a scalar.
    Scalar { raw: String, editor: Reading, read_as: Reading },
    /// A field that the published CRD of a kind does not have: `spec.title`.
    ForeignField { kind: &'static str, field: String },
    /// The parts of the entity that the finding is about, for reports about changed blueprints.
    Parts(Vec<EntityPart>),
}

/// A part of an entity, by its name in the blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityPart {
    Property(String),
    Relation(String),
    Team,
}

/// What to do about a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    /// Starts with a verb; empty if the only help is a command.
    pub text: String,
    /// A command, appended to the text: `; if it is new in the catalog, run `portolan pull``.
    pub command: &'static str,
    /// The code that the text suggests, if the text says nothing else.
    pub snippet: Option<String>,
}

impl Help {
    pub fn write(snippet: &str) -> Self {
        Self { snippet: Some(snippet.to_owned()), ..format!("write `{snippet}`").into() }
    }

    pub fn did_you_mean(snippet: &str) -> Self {
        Self { snippet: Some(snippet.to_owned()), ..format!("did you mean `{snippet}`?").into() }
    }

    /// `quote it: `"on"``.
    pub fn shown(what: &str, snippet: &str) -> Self {
        Self { snippet: Some(snippet.to_owned()), ..format!("{what}: `{snippet}`").into() }
    }

    pub fn command(self, command: &'static str) -> Self {
        Self { command, ..self }
    }

    /// `None`: the command was all of it.
    pub fn without_command(self) -> Option<Self> {
        (!self.text.is_empty()).then_some(Self { command: "", ..self })
    }

    /// Whether it says no more than the fix.
    pub fn repeats(&self, fix: &Fix) -> bool {
        let writes = |snippet: &String| fix.edits.iter().any(|edit| edit.replacement.contains(snippet));
        self.command.is_empty() && (self.text == fix.title || self.snippet.as_ref().is_some_and(writes))
    }
}

impl<T: Into<String>> From<T> for Help {
    fn from(text: T) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.text, self.command)
    }
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
    /// The parts of the entity that it is about, as far as its rule names them.
    pub fn parts(&self) -> &[EntityPart] {
        match self.detail.as_deref() {
            Some(Detail::Parts(parts)) => parts,
            Some(Detail::Scalar { .. } | Detail::ForeignField { .. }) | None => &[],
        }
    }

    /// The second of two places that are equally responsible, to which a run may move the finding.
    pub fn other_place(&self) -> Option<Place> {
        let (other, _) = self.related.first().filter(|_| self.counterpart.is_some())?;
        Some(*other)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_help_stands_without_its_command() {
        let help = Help::did_you_mean("a").command(" If it is new, run `portolan pull`");
        assert_eq!(help.to_string(), "did you mean `a`? If it is new, run `portolan pull`");
        assert_eq!(help.without_command(), Some(Help::did_you_mean("a")));
        assert_eq!(Help::default().command("run `portolan pull`").without_command(), None);
    }
}
