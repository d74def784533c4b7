//! Defines lint rules and their inputs. A rule is a value; its check is a plain function that reports findings. The
//! selection, not the rule, decides the severity.

use crate::analysis::engine::entity_check::EntityCheck;
use crate::analysis::engine::facts::TargetRef;
use crate::analysis::engine::facts::repository::Repository;
use crate::analysis::engine::selection::FileLevels;
use crate::analysis::engine::snapshot::{IndexedBlueprint, Snapshot};
use crate::domain::cluster::AssumedMapping;
use crate::domain::delivery_facts::DeliveryFacts;
use crate::domain::document::fault::Fault;
use crate::domain::document::manifest::Manifest;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Style, Value, View};
use crate::domain::finding::{Detail, Edit, EntityName, EntityPart, FileId, Finding, Fix, Help, Place, RuleInfo};
use crate::domain::git_host::GitHost;
use crate::domain::mapping_facts::MappingFacts;
use crate::domain::value::day::Day;

pub struct Rule {
    pub info: RuleInfo,
    pub(crate) check: Check,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.info.name)
    }
}

/// The check of a rule, by its scope.
pub(crate) enum Check {
    /// Checks one document that contains manifests, or would if it could be read.
    Document(fn(&DocumentContext<'_>, &Snapshot, &mut Sink<'_>)),
    /// Checks one entity as written.
    Entity(fn(&EntityContext<'_>, &mut Sink<'_>)),
    /// Reports what `EntityCheck` collected about one entity. It is skipped if that is empty, which is nearly always the
    /// case.
    EntityProblems(fn(&EntityContext<'_>, &mut Sink<'_>)),
    /// Checks all entities of the repository.
    Repository(fn(&RepositoryContext<'_>, &mut Sink<'_>)),
    /// Checks the exporters' mappings, where clusters have one.
    Mapping(fn(&MappingContext<'_>, &mut Sink<'_>)),
    /// The same, and checks what clusters without a mapping get by the one that is assumed.
    MappingOrAssumed(fn(&MappingContext<'_>, &mut Sink<'_>), Assumed),
    /// Checks what the deliverers of the repository make of it, where it holds any.
    Delivery(fn(&DeliveryContext<'_>, &mut Sink<'_>)),
    /// Created where the ignore comments are applied, after all other rules.
    Suppression,
}

/// The check of a rule about mappings in a repository whose clusters have none.
pub(crate) enum Assumed {
    Entity(fn(&EntityContext<'_>, &mut Sink<'_>)),
    Repository(fn(&RepositoryContext<'_>, &mut Sink<'_>)),
    Delivery(fn(&DeliveryContext<'_>, &mut Sink<'_>)),
}

/// Options of the whole run.
#[derive(Debug)]
pub struct Options {
    pub today: Day,
    pub snapshot_max_age_days: u32,
    /// Whose app reads bare entity files.
    pub git_host: GitHost,
    /// The clusters of the config, if none of them has a mapping: each is assumed to have the one that `cluster mapping`
    /// writes, which sends every entity as it is declared.
    pub assumed_mappings: Vec<AssumedMapping>,
}

#[derive(Debug, Clone, Copy)]
pub struct DocumentContext<'a> {
    pub view: View<'a>,
    pub faults: &'a [Fault],
    pub manifests: &'a [Manifest],
    /// A mapping decides what arrives of the manifests: they are checked as resources, and not as entities.
    pub is_mapped: bool,
}

#[derive(Debug)]
pub(crate) struct EntityContext<'a> {
    pub view: View<'a>,
    pub manifest: &'a Manifest,
    /// The blueprint, if it is known and the document is certainly a manifest.
    pub indexed: Option<&'a IndexedBlueprint>,
    pub entity_check: &'a EntityCheck<'a>,
    pub options: &'a Options,
}

/// Chooses the place of a finding about many.
pub(crate) struct PlaceChoice<'a> {
    /// Whether findings of a file are requested.
    pub in_sight: &'a dyn Fn(FileId) -> bool,
    /// The severity of the rule in each file.
    pub levels: FileLevels<'a>,
}

impl PlaceChoice<'_> {
    /// Whether the rule is on in a file, so that a finding counts what is there.
    pub fn is_on(&self, file: FileId) -> bool {
        self.levels.is_uniform() || self.levels.of(file).is_some()
    }

    /// The first of the requested places, otherwise the first of all. Where levels depend on the path, the first of those
    /// with the highest severity, so that a file in which the rule is off or only warns hides no error.
    pub fn choose<'i, T>(&self, places: &'i [T], file_of: impl Fn(&T) -> FileId) -> Option<&'i T> {
        let is_in_sight = |place: &T| (self.in_sight)(file_of(place));
        if self.levels.is_uniform() {
            return places.iter().find(|place| is_in_sight(place)).or(places.first());
        }
        // Of several maximums, `max_by_key` takes the last.
        places.iter().rev().max_by_key(|place| (is_in_sight(place), self.levels.of(file_of(place))))
    }
}

pub(crate) struct RepositoryContext<'a> {
    pub repository: &'a Repository<'a>,
    /// The targets that the repository does not declare.
    pub absent_targets: &'a [TargetRef<'a>],
    /// Whether an unknown target certainly does not exist: all files were read, and the catalog's entities are known.
    pub knows_all_targets: bool,
    pub places: PlaceChoice<'a>,
    pub snapshot: &'a Snapshot,
    pub options: &'a Options,
    /// Mappings decide what the entities are, so the rules about mappings report what clusters get wrong.
    pub has_mapping: bool,
}

pub(crate) struct DeliveryContext<'a> {
    pub facts: &'a DeliveryFacts,
    pub places: PlaceChoice<'a>,
}

pub(crate) struct MappingContext<'a> {
    pub facts: &'a MappingFacts,
    pub snapshot: &'a Snapshot,
    /// The deliverers, where the repository holds any.
    pub delivery: Option<&'a DeliveryFacts>,
}

/// Collects findings. It knows the file, the entity and the current rule, so that a check only passes what it saw.
#[derive(Debug)]
pub(crate) struct Sink<'a> {
    pub(super) findings: &'a mut Vec<Finding>,
    pub(super) file: FileId,
    pub(super) rule: &'static RuleInfo,
    pub(super) levels: FileLevels<'a>,
    pub(super) entity: Option<EntityName>,
}

impl Sink<'_> {
    /// Sets the entity of the following findings, if its name can be read.
    pub fn about(&mut self, manifest: &Manifest, view: View<'_>) {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let blueprint = text(manifest.blueprint_text(view));
        self.entity = Some(EntityName { blueprint, identifier: text(manifest.identifier_text(view)) });
    }

    /// Adds a finding, unless the rule is off in its file. If two places are equally a cause, the higher severity counts,
    /// and the finding is in the file that has it.
    pub fn report(&mut self, draft: FindingBuilder) {
        let place = Place { file: draft.file.unwrap_or(self.file), span: draft.span };
        let own = self.levels.of(place.file);
        let other_file = draft.counterpart.as_ref().and_then(|_| draft.related.first()?.0);
        let other = other_file.and_then(|file| self.levels.of(file));
        let Some(severity) = own.max(other) else { return };
        let related = draft
            .related
            .into_iter()
            .map(|(file, span, label)| (Place { file: file.unwrap_or(place.file), span }, label))
            .collect();
        let mut finding = Finding {
            rule: self.rule,
            severity,
            place,
            message: draft.message,
            label: draft.label,
            entity: draft.entity.or_else(|| self.entity.clone()),
            target: draft.target,
            related,
            counterpart: draft.counterpart,
            help: draft.help,
            fix: draft.fix,
            detail: draft.detail.map(Box::new),
        };
        if other > own {
            finding.exchange_places();
        }
        self.findings.push(finding);
    }
}

/// A finding under construction.
#[derive(Debug)]
pub(crate) struct FindingBuilder {
    file: Option<FileId>,
    span: Span,
    message: String,
    label: String,
    entity: Option<EntityName>,
    target: Option<EntityName>,
    related: Vec<(Option<FileId>, Span, String)>,
    counterpart: Option<EntityName>,
    help: Option<Help>,
    fix: Option<Fix>,
    detail: Option<Detail>,
}

impl FindingBuilder {
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
            detail: None,
        }
    }

    /// Sets another file than the current one, for rules over the whole repository.
    pub fn file(mut self, file: FileId) -> Self {
        self.file = Some(file);
        self
    }

    pub fn entity(mut self, entity: Option<EntityName>) -> Self {
        self.entity = entity;
        self
    }

    /// Sets the other entity that the finding depends on.
    pub fn target(mut self, blueprint: &str, identifier: &str) -> Self {
        self.target = Some(EntityName { blueprint: blueprint.to_owned(), identifier: identifier.to_owned() });
        self
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub fn help(mut self, help: impl Into<Help>) -> Self {
        let help = help.into();
        // `pull` leaves the command out.
        debug_assert!(!help.text.contains("run `portolan pull`"), "this is the command of the help: {help}");
        self.help = Some(help);
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

    /// Adds a place, if it is in a file of the run.
    pub fn related_at(mut self, place: Option<Place>, label: &str) -> Self {
        self.related.extend(place.map(|place| (Some(place.file), place.span, label.to_owned())));
        self
    }

    /// Marks the first related place, which belongs to `entity`, as equally responsible.
    pub fn counterpart(mut self, entity: Option<EntityName>) -> Self {
        self.counterpart = entity;
        self
    }

    /// Keeps what the finding is worded with again when it is known which tools read the file.
    pub fn detail(mut self, detail: Detail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Names the part of the entity that the finding is about.
    pub fn part(self, part: EntityPart) -> Self {
        self.parts(vec![part])
    }

    pub fn parts(self, parts: Vec<EntityPart>) -> Self {
        self.detail(Detail::Parts(parts))
    }

    /// Adds a fix that `--fix` may apply.
    pub fn fix(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.repair(title, edits, true)
    }

    /// Adds a fix that is only shown.
    pub fn suggestion(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.repair(title, edits, false)
    }

    fn repair(mut self, title: impl Into<String>, edits: Vec<Edit>, safe: bool) -> Self {
        self.fix = Some(Fix { title: title.into(), safe, edits });
        self
    }
}

/// Replaces a scalar by `text` and keeps its quotes: in flow style, an unquoted word instead of a quoted key would
/// include the colon.
pub(crate) fn replace_scalar(value: Value<'_>, text: &str) -> Edit {
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
        | Style::Block => yaml_scalar(text),
    };
    Edit { span: value.span(), replacement }
}

/// `text` as a scalar that every YAML reader reads as this text.
pub(crate) fn yaml_scalar(text: &str) -> String {
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

/// "a number", "an integer": a type with its article.
pub(crate) fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}
