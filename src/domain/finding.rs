//! What lint says: a finding is data, and knows nothing of how it is shown.

use crate::domain::span::Span;

/// How bad. Ordered: `Error` is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
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

/// The families of `product` order: from the text towards the repository.
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

/// What a rule says of itself. Its examples are files in `testdata/rules/<name>/`.
#[derive(Debug)]
pub struct RuleInfo {
    /// `P` and three digits, by family; never used again.
    pub code: &'static str,
    pub name: &'static str,
    pub family: Family,
    /// `None`: off until the config turns it on.
    pub severity: Option<Severity>,
    /// What is wrong, in half a line.
    pub what: &'static str,
    /// The harm.
    pub why: &'static str,
    /// The cure; starts with a verb.
    pub fix: &'static str,
}

/// Which file of a run; the run's list of files says its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A place in a file of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: FileId,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static RuleInfo,
    pub severity: Severity,
    pub place: Place,
    /// A sentence: names the thing, in backticks.
    pub message: String,
    /// A few words under the caret; may be empty.
    pub label: String,
    /// The entity it is about, where there is one.
    pub entity: Option<EntityName>,
    /// Another entity that it hangs on: the target of a relation.
    pub target: Option<EntityName>,
    /// Other places that matter, each with a few words.
    pub related: Vec<(Place, String)>,
    /// The entity at the first related place, where that place is as much the cause as this one: then a report may
    /// exchange the two, to show the finding in the file that a change touches.
    pub counterpart: Option<EntityName>,
    /// What to do about this one; starts with a verb.
    pub help: Option<String>,
    pub fix: Option<Fix>,
}

/// (blueprint, identifier) as written, which may be neither legal nor complete.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityName {
    pub blueprint: String,
    pub identifier: String,
}

/// A repair: edits of the finding's own file. Safe ones are applied by `--fix`, the rest only shown.
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
    /// Makes the first related place the finding's own, and the other way round.
    pub fn exchange_places(&mut self) {
        let Some((other, _)) = self.related.first_mut() else { return };
        std::mem::swap(&mut self.place, other);
        if self.counterpart.is_some() {
            std::mem::swap(&mut self.entity, &mut self.counterpart);
        }
    }

    /// Same findings, same order, whatever the threads did.
    pub fn sort_key(&self) -> (Place, &'static str, &str) {
        (self.place, self.rule.code, &self.message)
    }
}
