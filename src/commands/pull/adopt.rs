//! Builds manifests for entities that only the catalog has: content, path and resource name. It writes nothing, and
//! never chooses a path or name that is already used.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::commands::pull::error::PullError;
use crate::commands::pull::merge::{MergeResult, MergedFile};
use crate::commands::workspace::index::{Declaration, FileContent, ManifestIndex};
use crate::commands::workspace::placement::{Folder, Names};
use crate::domain::blueprint::{Blueprint, Ownership};
use crate::domain::document::manifest::ResourceKind;
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::platform::Platform;
use crate::domain::value::Value;
use crate::domain::value::masked::holds_credential;
use crate::manifest::{self, Limits, Reader, Wrapper, encode};
use crate::sources::{self, Pattern, Place, ReadBuffer, SourceFile};
use crate::text::mask::Mask;
use crate::text::plural::{as_sentence, count, list};

/// The options of an adoption.
pub(crate) struct AdoptOptions<'a> {
    pub root: &'a Path,
    /// The manifests that the repository has; sorted by path.
    pub files: &'a [SourceFile],
    pub platform: &'static Platform,
    pub pattern: &'a Pattern,
    /// The globs of the config; if empty, every YAML file is a manifest.
    pub include: &'a [String],
    /// The cluster's CRD has no text fields and no team, so these are not written.
    pub delivery_is_cluster: bool,
    /// Blueprints whose entities are written with `replace`: a property that the manifest does not name would be unset.
    pub replaces: &'a dyn Fn(&str) -> bool,
    pub overwrites: bool,
    /// The declared entities that differ from their manifests.
    pub merged: &'a BTreeMap<EntityKey, MergeResult>,
    /// A value that this mask takes for a credential is not written to a file.
    pub mask: &'a Mask,
}

/// The result for one entity.
#[derive(Debug, Clone)]
pub(crate) struct Adopted {
    pub key: EntityKey,
    /// The path of its manifest, whether or not the file exists yet.
    pub path: String,
    pub deed: Deed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// The text of a new file.
    New(String),
    /// The new text of an existing file that holds only this entity.
    Rewritten(String),
    /// These fields of its manifest got the catalog's values.
    Merged(Vec<String>),
    /// The file already has these values.
    Unchanged,
    /// The repository declares the entity, and its manifest is kept; the reason if it differs.
    Kept(Option<&'static str>),
}

impl Adopted {
    pub fn text(&self) -> Option<&str> {
        match &self.deed {
            Deed::New(text) | Deed::Rewritten(text) => Some(text),
            Deed::Merged(_) | Deed::Unchanged | Deed::Kept(_) => None,
        }
    }

    /// The manifest as a file, so that it can be linted before it is written.
    pub fn file(&self) -> Option<SourceFile> {
        let text = self.text()?;
        Some(SourceFile { path: self.path.clone(), place: Place::Given(Arc::from(text.as_bytes())) })
    }
}

/// The results for all entities, and notes for the user.
#[derive(Default)]
pub(crate) struct Adoption {
    pub adopted: Vec<Adopted>,
    /// The files in which manifests were merged.
    pub merged: Vec<MergedFile>,
    pub notes: Vec<String>,
}

/// Adopts `entities`, in any order. Their blueprints must be in `blueprints`.
pub(crate) fn adopt(
    entities: &[&Entity],
    blueprints: &BTreeMap<&str, &Blueprint>,
    declared: &ManifestIndex,
    wishes: &AdoptOptions<'_>,
) -> Result<Adoption, PullError> {
    let mut names = Names::of(declared);
    let mut folders: BTreeMap<&str, Folder> = BTreeMap::new();
    let mut left_out = LeftOut::default();
    let mut adopted = Vec::new();
    let mut entities = entities.to_vec();
    entities.sort_by(|a, b| a.key.cmp(&b.key));
    for entity in entities {
        let blueprint = entity.key.blueprint.as_ref();
        let Some(shape) = blueprints.get(blueprint) else { continue };
        let declarations = declared.declarations(&entity.key);
        if !declarations.is_empty() {
            adopted.push(of_declared(entity, shape, declarations, wishes, &mut left_out));
            continue;
        }
        let secrets = secret_fields(entity, shape, wishes.mask);
        if !secrets.is_empty() && !may_leave_out(&secrets, shape, wishes) {
            left_out.unwritten.push((&entity.key, secrets));
            continue;
        }
        let trimmed = without_secrets(trimmed(entity, shape, wishes, &mut left_out), &secrets);
        if lacks(&trimmed, shape) {
            left_out.lacking.push(&entity.key);
            continue;
        }
        let is_secret = !secrets.is_empty();
        let folder = match folders.get(blueprint) {
            Some(folder) => folder,
            None => {
                let found = Folder::of(blueprint, declared, wishes.pattern, wishes.include);
                let none = || PullError::NoFolder { blueprint: blueprint.to_owned() };
                folders.entry(blueprint).or_insert(found.ok_or_else(none)?)
            }
        };
        let (name, path) = names.find(&entity.key, folder, wishes.root);
        let wrapper = Wrapper { platform: wishes.platform, kind: ResourceKind::Entity, name: &name, namespace: None };
        let text = encode(&trimmed, &wrapper);
        if is_secret {
            left_out.secrets.push((path.clone(), &entity.key, secrets));
        }
        adopted.push(Adopted { key: entity.key.clone(), path, deed: Deed::New(text) });
    }
    Ok(Adoption { adopted, merged: Vec::new(), notes: left_out.notes() })
}

fn of_declared(
    entity: &Entity,
    shape: &Blueprint,
    declarations: &[Declaration],
    wishes: &AdoptOptions<'_>,
    left_out: &mut LeftOut<'_>,
) -> Adopted {
    let path = declarations.first().map(|standing| standing.path.clone()).unwrap_or_default();
    let deed = match declarations {
        _ if !wishes.overwrites => match wishes.merged.get(&entity.key) {
            None if declarations.len() > 1 => Deed::Kept(Some(SEVERAL)),
            None => Deed::Kept(None),
            Some(MergeResult { kept: Some(why), .. }) => Deed::Kept(Some(why)),
            Some(MergeResult { fields, kept: None, .. }) => Deed::Merged(fields.clone()),
        },
        // A rewrite would drop the value from the manifest, and the next push would clear it in the catalog.
        _ if !secret_fields(entity, shape, wishes.mask).is_empty() => {
            Deed::Kept(Some("the catalog's has a value that looks like a credential"))
        }
        [Declaration { wrapping: FileContent::Sole { kind, name, namespace }, path }] => {
            let wrapper = Wrapper { platform: wishes.platform, kind: *kind, name, namespace: namespace.as_deref() };
            let trimmed = trimmed(entity, shape, wishes, left_out);
            let text = encode(&trimmed, &wrapper);
            if lacks(&trimmed, shape) {
                Deed::Kept(Some("the catalog's lacks what the blueprint requires"))
            } else if says_the_same(wishes.files, path, &text) {
                Deed::Unchanged
            } else {
                Deed::Rewritten(text)
            }
        }
        [Declaration { wrapping: FileContent::Mixed(why), .. }] => Deed::Kept(Some(why)),
        _ => Deed::Kept(Some(SEVERAL)),
    };
    Adopted { key: entity.key.clone(), path, deed }
}

const SEVERAL: &str = "it is declared more than once";

/// Whether the file has the same values, regardless of its formatting.
fn says_the_same(files: &[SourceFile], path: &str, text: &str) -> bool {
    let Ok(at) = files.binary_search_by(|file| file.path.as_str().cmp(path)) else { return false };
    let mut buffer = ReadBuffer::default();
    let Ok(old) = sources::read(&files[at], &mut buffer) else { return false };
    let json = |text: &str| {
        let mut found = None;
        Reader::new(Limits::default()).read_first(text, &mut |document: &manifest::Document<'_>| {
            found = document.view.root().map(|root| root.to_json());
        });
        found
    };
    json(old.text) == json(text)
}

/// The entity as its manifest should declare it: in the order of its blueprint, without values that are computed, unset
/// or the default.
fn trimmed(entity: &Entity, shape: &Blueprint, wishes: &AdoptOptions<'_>, left_out: &mut LeftOut<'_>) -> Entity {
    let keeps_defaults = (wishes.replaces)(&shape.identifier);
    let values: HashMap<&str, &Value> = entity.properties.iter().map(|(name, value)| (name.as_ref(), value)).collect();
    let mut properties = Vec::new();
    for property in &shape.properties {
        let Some(value) = values.get(property.name.as_str()).filter(|value| !value.is_null()) else { continue };
        let is_default = || property.default.as_ref().is_some_and(|default| is_same(&Value::from_json(default), value));
        if property.required || keeps_defaults || !is_default() {
            properties.push((Arc::from(property.name.as_str()), (*value).clone()));
        }
    }
    let is_computed = |name: &str| shape.computed.iter().any(|computed| computed.name == name);
    let unknown_values = values.keys().filter(|name| shape.property(name).is_none() && !is_computed(name)).count();
    left_out.unknown_values += unknown_values;
    let targets: HashMap<&str, &Targets> = entity.relations.iter().map(|(name, it)| (name.as_ref(), it)).collect();
    let mut relations = Vec::new();
    for relation in &shape.relations {
        let found = targets.get(relation.name.as_str()).copied().and_then(|it| as_declared(it, relation.many));
        relations.extend(found.map(|targets| (Arc::from(relation.name.as_str()), targets)));
    }
    let drops = wishes.delivery_is_cluster;
    let has_meta = entity.texts.iter().any(|(_, text)| text.is_some()) || !entity.team.is_empty();
    left_out.meta += usize::from(drops && has_meta);
    let inherits = matches!(shape.ownership, Ownership::Inherited { .. });
    Entity {
        key: entity.key.clone(),
        texts: if drops { Texts::default() } else { entity.texts.clone() },
        team: if drops || inherits { Box::default() } else { entity.team.clone() },
        properties: properties.into(),
        relations: relations.into(),
        record: entity.record.clone(),
    }
}

/// The fields whose values look like credentials: `properties.apiKey`, `title`.
fn secret_fields(entity: &Entity, shape: &Blueprint, mask: &Mask) -> Vec<String> {
    let is_masked = |text: &str| matches!(mask.text(text), Cow::Owned(_));
    let texts = entity.texts.iter().filter(|(_, text)| text.as_deref().is_some_and(is_masked));
    let is_own = |name: &str| shape.property(name).is_some();
    let properties =
        entity.properties.iter().filter(|(name, value)| is_own(name) && holds_credential(mask, Some(name), value));
    texts
        .map(|(field, _)| field.key().to_owned())
        .chain(properties.map(|(name, _)| format!("{PROPERTIES}{name}")))
        .collect()
}

const PROPERTIES: &str = "properties.";

/// Whether a manifest may omit these fields. With `merge`, a field that no manifest names keeps its value in the
/// catalog; with `replace`, the next push would clear it. Required fields can never be omitted.
fn may_leave_out(secrets: &[String], shape: &Blueprint, wishes: &AdoptOptions<'_>) -> bool {
    let is_required = |field: &String| {
        let property = field.strip_prefix(PROPERTIES).and_then(|name| shape.property(name));
        property.is_some_and(|property| property.required)
    };
    !(wishes.replaces)(&shape.identifier) && !secrets.iter().any(is_required)
}

fn without_secrets(entity: Entity, secrets: &[String]) -> Entity {
    let is_secret = |name: &str| secrets.iter().any(|field| field.strip_prefix(PROPERTIES) == Some(name));
    let mut texts = entity.texts;
    for field in TextField::ALL {
        if secrets.iter().any(|secret| secret == field.key()) {
            texts[field] = None;
        }
    }
    let properties = entity.properties.into_iter().filter(|(name, _)| !is_secret(name)).collect();
    Entity { texts, properties, ..entity }
}

/// Whether the entity lacks something that its blueprint requires, like a placeholder that was created only as a
/// relation target.
fn lacks(trimmed: &Entity, shape: &Blueprint) -> bool {
    let has_property = |name: &str| trimmed.properties.iter().any(|(own, _)| own.as_ref() == name);
    let has_relation = |name: &str| trimmed.relations.iter().any(|(own, _)| own.as_ref() == name);
    shape.properties.iter().any(|property| property.required && !has_property(&property.name))
        || shape.relations.iter().any(|relation| relation.required && !has_relation(&relation.name))
}

/// The targets in the form that the blueprint declares. A relation may have become `many`, or single, after the entity
/// was written.
fn as_declared(targets: &Targets, many: bool) -> Option<Targets> {
    match targets {
        Targets::None => None,
        Targets::Many(all) if all.is_empty() => None,
        Targets::One(one) if many => Some(Targets::Many([one.clone()].into())),
        Targets::Many(all) if !many && all.len() == 1 => all.first().cloned().map(Targets::One),
        Targets::One(_) | Targets::Many(_) => Some(targets.clone()),
    }
}

/// Compares by value: `1.0` equals `1`, and the order of keys does not matter.
fn is_same(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| match value {
        #[expect(clippy::cast_precision_loss, reason = "only compared with a number that is no integer")]
        Value::Integer(integer) => Some(*integer as f64),
        Value::Float(float) => Some(*float),
        Value::Null | Value::Bool(_) | Value::Large(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    };
    match (one, other) {
        (Value::Integer(_), Value::Float(_)) | (Value::Float(_), Value::Integer(_)) => number(one) == number(other),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let other: HashMap<&str, &Value> = other.iter().map(|(key, value)| (key.as_ref(), value)).collect();
            let is_there =
                |(key, value): &(Box<str>, Value)| other.get(key.as_ref()).is_some_and(|it| is_same(value, it));
            one.len() == other.len() && one.iter().all(is_there)
        }
        (one, other) => one == other,
    }
}

/// What the catalog has and the manifests omit.
#[derive(Debug, Default)]
struct LeftOut<'e> {
    /// Entities that lack something their blueprints require.
    lacking: Vec<&'e EntityKey>,
    /// Files that were written without values that look like credentials, and the omitted fields.
    secrets: Vec<(String, &'e EntityKey, Vec<String>)>,
    /// Entities that got no manifest because it would have to contain such values.
    unwritten: Vec<(&'e EntityKey, Vec<String>)>,
    unknown_values: usize,
    meta: usize,
}

/// The number of entities that are listed by name.
const MAX_NAMED: usize = 20;

fn list_fields(fields: &[String]) -> String {
    list(&fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>())
}

impl LeftOut<'_> {
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(first) = self.lacking.first() {
            let entities = count(self.lacking.len(), "entity");
            let (verb, which) = if self.lacking.len() == 1 { ("lacks", "") } else { ("lack", ", the first of them") };
            let name = format!("{}/{}", first.blueprint, first.identifier);
            notes.push(format!(
                "No manifest for {entities} that {verb} values which the blueprint requires{which}: `{name}`."
            ));
        }
        for (path, key, fields) in self.secrets.iter().take(MAX_NAMED) {
            notes.push(format!(
                "`{path}` leaves out {} of `{}/{}`: the value in the catalog looks like a credential. It stays in the \
                 catalog; `push` does not change a property that no manifest names.",
                list_fields(fields),
                key.blueprint,
                key.identifier
            ));
        }
        for (key, fields) in self.unwritten.iter().take(MAX_NAMED) {
            notes.push(format!(
                "`{}/{}` got no manifest: {} looks like a credential, and a manifest without it would be refused (required) \
                 or would clear it (`write: replace`). Move the credential to a secret store first, or list the property \
                 in `secrets.allow`.",
                key.blueprint,
                key.identifier,
                list_fields(fields)
            ));
        }
        let more = self.secrets.len().saturating_sub(MAX_NAMED) + self.unwritten.len().saturating_sub(MAX_NAMED);
        if more > 0 {
            notes.push(format!("{} with such values not shown.", count(more, "more entity")));
        }
        if self.unknown_values > 0 {
            let values = count(self.unknown_values, "value");
            notes.push(format!("{values} of properties that the blueprints do not have were omitted."));
        }
        if self.meta > 0 {
            let entities = count(self.meta, "entity");
            let texts = TextField::ALL.map(|field| field.key().to_owned());
            let fields = list(&[texts.as_slice(), &["team".to_owned()]].concat());
            notes.push(as_sentence(&format!("{fields} of {entities} were omitted: the CRD in the cluster drops them")));
        }
        notes
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "lays out a folder")]
mod tests;
