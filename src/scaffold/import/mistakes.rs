//! Finds the mistakes in a mapping file of the repository that only the blueprints and the imported files show: a name that
//! nothing has, a value that no blueprint accepts. What another entity may make right is not reported as wrong.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::convert::fit;
use super::mapping::{FieldTarget, ImportKind, ImportMapping, MappingFault, Mention, Mentioned};
use super::source::SourceEntity;
use crate::domain::blueprint::property_validator::JsonValidator;
use crate::domain::blueprint::{Blueprint, Property};
use crate::text::plural::list;
use crate::text::suggest::{closest, single_slip};

/// Kinds of Backstage that the built-in mapping leaves out.
const UNMAPPED_KINDS: [&str; 2] = ["Location", "Template"];

/// What the names in a mapping file are compared with.
pub struct MappingCheck<'a> {
    pub import: ImportKind,
    pub built_in: &'a ImportMapping,
    pub mapping: &'a ImportMapping,
    pub blueprints: &'a [Blueprint],
    pub sources: &'a [SourceEntity],
}

/// What is wrong for certain, and what probably is; in the order of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct MappingMistakes {
    pub faults: Vec<MappingFault>,
    pub warnings: Vec<MappingFault>,
}

/// The blueprints that entities of a kind may get.
struct Candidates<'a> {
    blueprints: Vec<&'a Blueprint>,
    /// As the subject of a sentence: "`service`".
    subject: String,
}

impl MappingCheck<'_> {
    pub fn mistakes(&self, mentions: &[Mention]) -> MappingMistakes {
        let mut found = MappingMistakes::default();
        for mention in mentions {
            let (fault, warning) = match &mention.what {
                Mentioned::Kind(kind) => self.kind(kind),
                Mentioned::Field(field) => (None, self.field(field)),
                Mentioned::Blueprints(names) => (self.blueprint(names), None),
                Mentioned::Targets(targets) => (self.targets(mention, targets), None),
                Mentioned::Constant { name, value } => (self.constant(mention, name, value), None),
                Mentioned::Translation { field, from, to } => (self.translation(mention, field, from, to), None),
            };
            let with_place = |message: String| MappingFault { message, span: mention.span };
            found.faults.extend(fault.map(with_place));
            found.warnings.extend(warning.map(with_place));
        }
        found.faults.sort_by_key(|fault| fault.span.start);
        found.warnings.sort_by_key(|warning| warning.span.start);
        found
    }

    /// Backstage may have kinds of its own, which only files show; a CODEOWNERS file has no others.
    fn kind(&self, kind: &str) -> (Option<String>, Option<String>) {
        let mut known: Vec<&str> = self.built_in.kinds().collect();
        if self.import == ImportKind::Backstage {
            known.extend(UNMAPPED_KINDS);
        }
        let in_files = self.sources.iter().map(|source| source.kind.as_str());
        if known.iter().copied().chain(in_files.clone()).any(|other| other.eq_ignore_ascii_case(kind)) {
            return (None, None);
        }
        let meant = closest(kind, known.iter().copied().chain(in_files));
        match (self.import, meant) {
            (ImportKind::Backstage, Some(meant)) => {
                (None, Some(format!("no imported file has the kind `{kind}`; did you mean `{meant}`?")))
            }
            (ImportKind::Backstage, None) => (None, Some(format!("no imported file has the kind `{kind}`"))),
            (ImportKind::Codeowners, Some(meant)) => {
                (Some(format!("unknown kind `{kind}`; did you mean `{meant}`?")), None)
            }
            (ImportKind::Codeowners, None) => {
                (Some(format!("unknown kind `{kind}`; the kinds are {}", quoted(&known))), None)
            }
        }
    }

    /// Only a slip is reported, because the next file may have any annotation.
    fn field(&self, field: &str) -> Option<String> {
        let in_files = self.sources.iter().flat_map(SourceEntity::all_fields).map(|field| field.path.as_str());
        let known: BTreeSet<&str> = self.built_in.fields().chain(in_files).collect();
        if known.contains(field) {
            return None;
        }
        let meant = single_slip(field, known)?;
        Some(format!("no imported file has the field `{field}`; did you mean `{meant}`?"))
    }

    fn blueprint(&self, names: &[String]) -> Option<String> {
        let is_known = |name: &String| name == "$type" || self.named(name).is_some();
        let first = names.first().filter(|_| !names.iter().any(is_known))?;
        let known = || self.blueprints.iter().map(|blueprint| blueprint.identifier.as_str());
        let hint = match names.iter().find_map(|name| closest(name, known())) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => String::new(),
        };
        match names {
            [_] => Some(format!("the snapshot has no blueprint `{first}`{hint}")),
            _ => Some(format!("the snapshot has none of the blueprints {}{hint}", quoted(names))),
        }
    }

    fn named(&self, name: &str) -> Option<&Blueprint> {
        self.blueprints.iter().find(|blueprint| blueprint.identifier == name)
    }

    /// The blueprints of the mention's kind. With `$type`, it may be any.
    fn candidates(&self, mention: &Mention) -> Candidates<'_> {
        let all = || self.blueprints.iter().collect();
        let anything = "no blueprint of the snapshot".to_owned();
        let Some(kind) = &mention.kind else { return Candidates { blueprints: all(), subject: anything } };
        let Some(mapping) = self.mapping.kind(kind) else {
            return Candidates { blueprints: Vec::new(), subject: anything };
        };
        if mapping.takes_types() {
            return Candidates { blueprints: all(), subject: anything };
        }
        let names: BTreeSet<&str> = mapping.all_blueprints().collect();
        let blueprints: Vec<&Blueprint> = names.into_iter().filter_map(|name| self.named(name)).collect();
        let names: Vec<&str> = blueprints.iter().map(|blueprint| blueprint.identifier.as_str()).collect();
        let subject = if names.len() == 1 { "blueprint" } else { "none of the blueprints" };
        Candidates { subject: format!("{subject} {}", quoted(&names)), blueprints }
    }

    fn targets(&self, mention: &Mention, targets: &[FieldTarget]) -> Option<String> {
        let candidates = self.candidates(mention);
        let everywhere = || self.blueprints.iter().flat_map(|blueprint| &blueprint.relations);
        let is_known = |target: &FieldTarget| match target {
            FieldTarget::Team | FieldTarget::Text(_) => true,
            FieldTarget::Name(name) => candidates.has(name),
            FieldTarget::Inverse(name) => everywhere().any(|relation| relation.name == *name),
        };
        if targets.is_empty() || candidates.blueprints.is_empty() || targets.iter().any(is_known) {
            return None;
        }
        let names: Vec<String> = targets.iter().map(FieldTarget::name).collect();
        let suggestion = |target: &FieldTarget| match target {
            FieldTarget::Name(name) => closest(name, candidates.names()).map(str::to_owned),
            FieldTarget::Inverse(name) => {
                let meant = closest(name, everywhere().map(|relation| relation.name.as_str()));
                meant.map(|meant| format!("<-{meant}"))
            }
            FieldTarget::Team | FieldTarget::Text(_) => None,
        };
        Some(candidates.lacks(&names, targets.iter().find_map(suggestion)))
    }

    fn constant(&self, mention: &Mention, name: &str, value: &Json) -> Option<String> {
        let candidates = self.candidates(mention);
        if candidates.blueprints.is_empty() {
            return None;
        }
        if !candidates.has(name) {
            let meant = closest(name, candidates.names()).map(str::to_owned);
            return Some(candidates.lacks(&[name.to_owned()], meant));
        }
        candidates.refusal(&[name], &format!("set.{name}"), value)
    }

    fn translation(&self, mention: &Mention, field: &str, from: &str, to: &Json) -> Option<String> {
        let kind = self.mapping.kind(mention.kind.as_deref()?)?;
        let targets = self.mapping.targets(kind, field)?;
        let name = |target: &FieldTarget| match target {
            FieldTarget::Name(name) => Some(name.clone()),
            FieldTarget::Team | FieldTarget::Text(_) | FieldTarget::Inverse(_) => None,
        };
        // A title or a team takes other values than a property.
        let names: Vec<String> = targets.iter().map(name).collect::<Option<_>>()?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let reason = self.candidates(mention).refusal(&names, field, to)?;
        Some(format!("the value for `{from}`: {reason}"))
    }
}

impl<'a> Candidates<'a> {
    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.blueprints.iter().flat_map(|blueprint| {
            let properties = blueprint.properties.iter().map(|property| property.name.as_str());
            properties.chain(blueprint.relations.iter().map(|relation| relation.name.as_str()))
        })
    }

    fn has(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }

    fn lacks(&self, names: &[String], meant: Option<String>) -> String {
        let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        let verb = if self.subject.starts_with("blueprint") { "does not have" } else { "has" };
        let any = if names.len() > 1 { "any of " } else { "" };
        format!("{} {verb} {any}{}{hint}", self.subject, quoted(names))
    }

    /// Why each property with one of these names refuses the value; `None`: one takes it, or a relation may.
    fn refusal(&self, names: &[&str], field: &str, value: &Json) -> Option<String> {
        let is_named = |name: &String| names.contains(&name.as_str());
        let relations = self.blueprints.iter().flat_map(|blueprint| &blueprint.relations);
        if relations.into_iter().any(|relation| is_named(&relation.name)) {
            return None;
        }
        let properties = self.blueprints.iter().flat_map(|blueprint| &blueprint.properties);
        let reason = |property: &Property| fit(property, &JsonValidator::new(property), field, value).err();
        let reasons: Option<Vec<String>> = properties.filter(|property| is_named(&property.name)).map(reason).collect();
        reasons?.into_iter().next()
    }
}

fn quoted<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    list(&names)
}
