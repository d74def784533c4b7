//! What a rule is, and what it is given to look at. A rule is a value; its check is a plain function that
//! looks and reports, and never decides how bad its finding is: the selection does.

use crate::analysis::facts::{Repository, TargetRef};
use crate::analysis::snapshot::{Shape, Snapshot};
use crate::analysis::survey::Survey;
use crate::domain::day::Day;
use crate::domain::fault::Fault;
use crate::domain::finding::{Edit, EntityName, FileId, Finding, Fix, Place, RuleInfo, Severity};
use crate::domain::manifest::Manifest;
use crate::domain::span::Span;
use crate::domain::tree::{Style, Value, View};

pub struct Rule {
    pub info: RuleInfo,
    pub(crate) check: Check,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.info.name)
    }
}

/// How much of the world a rule looks at.
pub(crate) enum Check {
    /// One document that is ours, or would be if it could be read.
    Document(fn(&DocumentContext<'_>, &Snapshot, &mut Sink<'_>)),
    /// One entity as written.
    Entity(fn(&EntityContext<'_>, &mut Sink<'_>)),
    /// What the survey of one entity collected; nearly always that is nothing, and then nobody is asked.
    Survey(fn(&EntityContext<'_>, &mut Sink<'_>)),
    /// All entities of the repository.
    Repository(fn(&RepositoryContext<'_>, &mut Sink<'_>)),
    /// Made where the comments are applied, after all others have spoken.
    Suppression,
}

/// What the whole run shares.
#[derive(Debug)]
pub struct Options {
    /// The manifests go through a cluster, whose CRD drops what it does not know.
    pub delivery_is_cluster: bool,
    pub today: Day,
    pub snapshot_max_age_days: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct DocumentContext<'a> {
    pub view: View<'a>,
    pub faults: &'a [Fault],
    pub manifests: &'a [Manifest],
}

#[derive(Debug)]
pub(crate) struct EntityContext<'a> {
    pub view: View<'a>,
    pub manifest: &'a Manifest,
    /// The blueprint, where it is known and the entity is ours without doubt.
    pub shape: Option<&'a Shape>,
    pub survey: &'a Survey<'a>,
}

pub(crate) struct RepositoryContext<'a> {
    pub repository: &'a Repository<'a>,
    /// The names of entities that the repository does not declare.
    pub absent_targets: &'a [TargetRef<'a>],
    /// Whether a target that is nowhere is nowhere: all files were read, and it is known what the catalog holds.
    pub knows_all_targets: bool,
    /// The files whose findings are asked for: where one finding stands for many places, it stands in one of these.
    pub in_sight: &'a dyn Fn(FileId) -> bool,
    pub snapshot: &'a Snapshot,
    pub options: &'a Options,
}

/// Where findings go. It knows the file, the entity and the rule at work, so that a check says only what it saw.
#[derive(Debug)]
pub(crate) struct Sink<'a> {
    pub(super) findings: &'a mut Vec<Finding>,
    pub(super) file: FileId,
    pub(super) rule: &'static RuleInfo,
    pub(super) severity: Severity,
    pub(super) entity: Option<EntityName>,
}

impl Sink<'_> {
    /// What follows is about this entity, where its name can be read.
    pub fn about(&mut self, manifest: &Manifest, view: View<'_>) {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let blueprint = text(manifest.blueprint_text(view));
        self.entity = Some(EntityName { blueprint, identifier: text(manifest.identifier_text(view)) });
    }

    pub fn report(&mut self, draft: Draft) {
        let place = Place { file: draft.file.unwrap_or(self.file), span: draft.span };
        let related = draft
            .related
            .into_iter()
            .map(|(file, span, label)| (Place { file: file.unwrap_or(place.file), span }, label))
            .collect();
        self.findings.push(Finding {
            rule: self.rule,
            severity: self.severity,
            place,
            message: draft.message,
            label: draft.label,
            entity: draft.entity.or_else(|| self.entity.clone()),
            target: draft.target,
            related,
            counterpart: draft.counterpart,
            help: draft.help,
            fix: draft.fix,
        });
    }
}

/// A finding in the making.
#[derive(Debug)]
pub(crate) struct Draft {
    file: Option<FileId>,
    span: Span,
    message: String,
    label: String,
    entity: Option<EntityName>,
    target: Option<EntityName>,
    related: Vec<(Option<FileId>, Span, String)>,
    counterpart: Option<EntityName>,
    help: Option<String>,
    fix: Option<Fix>,
}

impl Draft {
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            file: None,
            span,
            message: message.into(),
            label: String::new(),
            entity: None,
            target: None,
            related: Vec::new(),
            counterpart: None,
            help: None,
            fix: None,
        }
    }

    /// In a file other than the one at hand; for rules that see the whole repository.
    pub fn file(mut self, file: FileId) -> Self {
        self.file = Some(file);
        self
    }

    pub fn entity(mut self, entity: Option<EntityName>) -> Self {
        self.entity = entity;
        self
    }

    /// The other entity it hangs on.
    pub fn target(mut self, blueprint: &str, identifier: &str) -> Self {
        self.target = Some(EntityName { blueprint: blueprint.to_owned(), identifier: identifier.to_owned() });
        self
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((None, span, label.into()));
        self
    }

    pub fn related_in(mut self, file: FileId, span: Span, label: impl Into<String>) -> Self {
        self.related.push((Some(file), span, label.into()));
        self
    }

    /// The first related place, which is that of `entity`, is as much the cause as the finding's own.
    pub fn counterpart(mut self, entity: Option<EntityName>) -> Self {
        self.counterpart = entity;
        self
    }

    /// A repair that `--fix` may make on its own.
    pub fn fix(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.repair(title, edits, true)
    }

    /// A repair that is only shown.
    pub fn suggestion(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.repair(title, edits, false)
    }

    fn repair(mut self, title: impl Into<String>, edits: Vec<Edit>, safe: bool) -> Self {
        self.fix = Some(Fix { title: title.into(), safe, edits });
        self
    }
}

/// Puts `text` in the place of a scalar, in the quotes that the scalar has: in flow style a bare word in place of a
/// quoted key would swallow its colon.
pub(crate) fn put(value: Value<'_>, text: &str) -> Edit {
    let is_simple = !text.contains(['"', '\\', '\'']);
    let replacement = match value.style() {
        Style::DoubleQuoted if is_simple => format!("\"{text}\""),
        Style::SingleQuoted if is_simple => format!("'{text}'"),
        Style::Plain
        | Style::SingleQuoted
        | Style::DoubleQuoted
        | Style::Literal
        | Style::Folded
        | Style::Flow
        | Style::Block => spelled(text),
    };
    Edit { span: value.span(), replacement }
}

/// `text` as a scalar that every reader takes for this text.
pub(crate) fn spelled(text: &str) -> String {
    let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_word = text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && !special.contains(&text.to_ascii_lowercase().as_str());
    match text {
        _ if is_word => text.to_owned(),
        _ if text.contains(['"', '\\']) => format!("'{}'", text.replace('\'', "''")),
        _ => format!("\"{text}\""),
    }
}

/// "a number", "an integer": for the words of blueprints.
pub(crate) fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}
