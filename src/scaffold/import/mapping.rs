//! The mapping of an import: the blueprint of each kind, and where each field belongs. The built-in one is a YAML file;
//! the file of a repository replaces parts of it.

use serde_json::Value as Json;

use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value, entries_of};
use crate::domain::entity::fields::TextField;
use crate::text::suggest::closest;

/// What is imported from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    Backstage,
    Codeowners,
}

impl ImportKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Backstage => "backstage",
            Self::Codeowners => "codeowners",
        }
    }

    /// The built-in mapping, as text.
    pub fn default_mapping(self) -> &'static str {
        match self {
            Self::Backstage => include_str!("mappings/backstage.yaml"),
            Self::Codeowners => include_str!("mappings/codeowners.yaml"),
        }
    }

    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Backstage => &["kinds", "fields", "create-missing"],
            Self::Codeowners => &["kinds", "fields", "create-missing", "folders", "teams"],
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportMapping {
    kinds: Vec<(String, KindMapping)>,
    /// Of every kind.
    fields: Vec<(String, Vec<FieldTarget>)>,
    /// Kinds whose entities are made if a reference names one that no file declares.
    create_missing: Vec<String>,
    /// CODEOWNERS: the folders whose subfolders are components.
    pub folders: Vec<String>,
    /// CODEOWNERS: the handles that are teams although they look like users.
    pub teams: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct KindMapping {
    /// Names of blueprints; the first one that exists applies. `$type` is the entity's own type.
    blueprint: Vec<String>,
    /// The same by the type of the entity.
    types: Vec<(String, Vec<String>)>,
    /// The field that holds the identifier; default: the name.
    pub identifier: Option<String>,
    fields: Vec<(String, Vec<FieldTarget>)>,
    /// Translations of values, by field.
    values: Vec<(String, Vec<(String, Json)>)>,
    /// Values of properties that no field fills.
    pub set: Vec<(String, Json)>,
}

/// Where a field may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldTarget {
    Team,
    Text(TextField),
    /// A property or a relation.
    Name(String),
    /// A relation of the other entity, which points back.
    Inverse(String),
}

/// What is wrong in a mapping file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingFault {
    /// A clause.
    pub message: String,
    pub span: Span,
}

/// A name in a mapping file that the blueprints or the imported files must know, or a value that a blueprint must accept.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The kind in whose mapping it is; `None`: it is for all kinds.
    pub(super) kind: Option<String>,
    pub(super) what: Mentioned,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mentioned {
    Kind(String),
    Blueprints(Vec<String>),
    Field(String),
    Targets(Vec<FieldTarget>),
    Translation { field: String, from: String, to: Json },
    Constant { name: String, value: Json },
}

impl FieldTarget {
    fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("<-") {
            return Some(Self::Inverse(name.trim().to_owned())).filter(|_| !name.trim().is_empty());
        }
        if text == "$team" {
            return Some(Self::Team);
        }
        if text.starts_with('$') {
            return TextField::of_meta(text).map(Self::Text);
        }
        (!text.is_empty()).then(|| Self::Name(text.to_owned()))
    }

    /// As a mapping names it.
    pub fn name(&self) -> String {
        match self {
            Self::Team => "$team".to_owned(),
            Self::Text(field) => format!("${}", field.key()),
            Self::Name(name) => name.clone(),
            Self::Inverse(name) => format!("<-{name}"),
        }
    }
}

impl KindMapping {
    /// The names of blueprints for an entity of this type, in their order.
    pub fn blueprints<'m>(&'m self, of_type: Option<&'m str>) -> impl Iterator<Item = &'m str> {
        let typed = of_type.and_then(|of_type| self.types.iter().find(|(name, _)| name == of_type));
        let typed = typed.into_iter().flat_map(|(_, names)| names);
        typed.chain(&self.blueprint).filter_map(move |name| if name == "$type" { of_type } else { Some(name) })
    }

    /// Whether an entity of this type gets this blueprint because of its type.
    pub fn is_of_type(&self, of_type: &str, blueprint: &str) -> bool {
        let typed = self.types.iter().filter(|(name, _)| name == of_type).flat_map(|(_, names)| names);
        let by_name = of_type == blueprint && self.blueprint.iter().any(|name| name == "$type");
        by_name || typed.into_iter().any(|name| name == blueprint)
    }

    /// Whether the type of an entity may be the name of its blueprint.
    pub fn takes_types(&self) -> bool {
        let typed = self.types.iter().flat_map(|(_, names)| names);
        self.blueprint.iter().chain(typed).any(|name| name == "$type")
    }

    /// All names that it mentions.
    pub fn all_blueprints(&self) -> impl Iterator<Item = &str> {
        let typed = self.types.iter().flat_map(|(_, names)| names);
        self.blueprint.iter().chain(typed).map(String::as_str).filter(|name| *name != "$type")
    }

    /// The value that the mapping says instead of this one.
    pub fn translated<'v>(&'v self, field: &str, value: &'v Json) -> &'v Json {
        let text = match value {
            Json::String(text) => text.clone(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
        };
        let found = self.values.iter().find(|(name, _)| name == field);
        let found = found.and_then(|(_, values)| values.iter().find(|(from, _)| *from == text));
        found.map_or(value, |(_, to)| to)
    }
}

impl ImportMapping {
    pub(super) fn kind(&self, kind: &str) -> Option<&KindMapping> {
        self.kinds.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind)).map(|(_, mapping)| mapping)
    }

    /// The names of its kinds.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|(name, _)| name.as_str())
    }

    /// The names of its fields, of one kind or of all.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let of_kinds = self.kinds.iter().flat_map(|(_, kind)| &kind.fields);
        self.fields.iter().chain(of_kinds).map(|(name, _)| name.as_str())
    }

    pub(super) fn creates(&self, kind: &str) -> bool {
        self.create_missing.iter().any(|name| name.eq_ignore_ascii_case(kind))
    }

    /// The targets of a field; `None`: the mapping does not name it. A field of `metadata` or `spec` belongs to what has
    /// its name.
    pub(super) fn targets(&self, kind: &KindMapping, field: &str) -> Option<Vec<FieldTarget>> {
        let all = kind.fields.iter().chain(&self.fields);
        if let Some((_, targets)) = all.into_iter().find(|(name, _)| name == field) {
            return Some(targets.clone());
        }
        let own_name = field.strip_prefix("spec.").or_else(|| field.strip_prefix("metadata."))?;
        let is_part = ["labels.", "annotations.", "profile."].iter().any(|above| own_name.starts_with(above));
        (!is_part).then(|| vec![FieldTarget::Name(own_name.to_owned())])
    }

    /// Replaces what the document names. Returns what is wrong in it, and the names in it.
    pub fn extend(&mut self, root: Value<'_>, import: ImportKind) -> (Vec<MappingFault>, Vec<Mention>) {
        let mut reader = MappingReader::default();
        if root.kind() != Kind::Map {
            reader.fault(root, "a mapping has the keys `kinds` and `fields`".to_owned());
            return (reader.faults, reader.mentions);
        }
        for (key, value) in root.entries() {
            match key.as_str() {
                Some("kinds") => self.extend_kinds(value, &mut reader),
                Some("fields") => replace_all(&mut self.fields, reader.fields(value)),
                Some("create-missing") => {
                    self.create_missing = reader.texts(value);
                    for kind in self.create_missing.clone() {
                        reader.mention(value, Mentioned::Kind(kind));
                    }
                }
                Some("folders") if import == ImportKind::Codeowners => self.folders = reader.texts(value),
                Some("teams") if import == ImportKind::Codeowners => self.teams = reader.texts(value),
                Some(_) | None => reader.unknown_key(key, import.keys()),
            }
        }
        (reader.faults, reader.mentions)
    }

    fn extend_kinds(&mut self, kinds: Value<'_>, reader: &mut MappingReader) {
        if kinds.kind() != Kind::Map {
            return reader.fault(kinds, "`kinds` must be a map: `Component: {blueprint: service}`".to_owned());
        }
        for (key, value) in kinds.entries() {
            let name = key.key_text().into_owned();
            reader.mention(key, Mentioned::Kind(name.clone()));
            reader.kind = Some(name.clone());
            let at = self.kinds.iter().position(|(known, _)| known.eq_ignore_ascii_case(&name));
            let at = at.unwrap_or_else(|| {
                self.kinds.push((name, KindMapping::default()));
                self.kinds.len() - 1
            });
            if let Some((_, kind)) = self.kinds.get_mut(at) {
                reader.kind(value, kind);
            }
            reader.kind = None;
        }
    }
}

/// Replaces the entries with these names, and adds the others.
fn replace_all<T>(all: &mut Vec<(String, T)>, new: Vec<(String, T)>) {
    for (name, value) in new {
        match all.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => all.push((name, value)),
        }
    }
}

#[derive(Default)]
struct MappingReader {
    faults: Vec<MappingFault>,
    mentions: Vec<Mention>,
    /// The kind that is read.
    kind: Option<String>,
}

const KIND_KEYS: [&str; 6] = ["blueprint", "types", "identifier", "fields", "values", "set"];

impl MappingReader {
    fn fault(&mut self, value: Value<'_>, message: String) {
        self.faults.push(MappingFault { message, span: value.span() });
    }

    fn mention(&mut self, value: Value<'_>, what: Mentioned) {
        self.mentions.push(Mention { kind: self.kind.clone(), what, span: value.span() });
    }

    fn unknown_key(&mut self, key: Value<'_>, known: &[&str]) {
        let name = key.key_text();
        let hint = match closest(&name, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it has {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
        };
        self.fault(key, format!("unknown key `{name}`; {hint}"));
    }

    fn kind(&mut self, value: Value<'_>, kind: &mut KindMapping) {
        if value.is_null() {
            // `User:` without a value: this kind is not imported.
            *kind = KindMapping::default();
            return;
        }
        if value.kind() != Kind::Map {
            return self.fault(value, "a kind must be a map: `{blueprint: service}`".to_owned());
        }
        for (key, value) in value.entries() {
            match key.as_str() {
                Some("blueprint") => kind.blueprint = self.blueprints(value),
                Some("types") => {
                    let types = self.map(value, |reader, _, value| reader.blueprints(value));
                    replace_all(&mut kind.types, types);
                }
                Some("identifier") => {
                    kind.identifier = self.texts(value).into_iter().next();
                    if let Some(field) = kind.identifier.clone() {
                        self.mention(value, Mentioned::Field(field));
                    }
                }
                Some("fields") => replace_all(&mut kind.fields, self.fields(value)),
                Some("values") => {
                    let values = self.map(value, Self::translations);
                    replace_all(&mut kind.values, values);
                }
                Some("set") => {
                    let set = self.map(value, |reader, key, value| {
                        let json = value.to_json();
                        reader.mention(key, Mentioned::Constant { name: key.key_text().into(), value: json.clone() });
                        json
                    });
                    replace_all(&mut kind.set, set);
                }
                Some(_) | None => self.unknown_key(key, &KIND_KEYS),
            }
        }
    }

    fn map<T>(&mut self, value: Value<'_>, read: impl Fn(&mut Self, Value<'_>, Value<'_>) -> T) -> Vec<(String, T)> {
        if !matches!(value.kind(), Kind::Map | Kind::Null) {
            self.fault(value, "expected a map".to_owned());
        }
        let entries = entries_of(Some(value));
        entries.map(|(key, value)| (key.key_text().into_owned(), read(self, key, value))).collect()
    }

    fn blueprints(&mut self, value: Value<'_>) -> Vec<String> {
        let names = self.texts(value);
        self.mention(value, Mentioned::Blueprints(names.clone()));
        names
    }

    /// The translations of the values of one field.
    fn translations(&mut self, field: Value<'_>, value: Value<'_>) -> Vec<(String, Json)> {
        self.mention(field, Mentioned::Field(field.key_text().into()));
        self.map(value, |reader, from, to| {
            let (field, from, json) = (field.key_text().into(), from.key_text().into(), to.to_json());
            reader.mention(to, Mentioned::Translation { field, from, to: json.clone() });
            json
        })
    }

    fn fields(&mut self, value: Value<'_>) -> Vec<(String, Vec<FieldTarget>)> {
        self.map(value, |reader, field, value| {
            reader.mention(field, Mentioned::Field(field.key_text().into()));
            let mut targets = Vec::new();
            for text in reader.texts(value) {
                match FieldTarget::parse(&text) {
                    Some(target) => targets.push(target),
                    None => {
                        let known = "a property, a relation, `<-RELATION`, `$team`, `$title` or `$icon`";
                        reader.fault(value, format!("`{text}` is no target of a field; expected {known}"));
                    }
                }
            }
            reader.mention(value, Mentioned::Targets(targets.clone()));
            targets
        })
    }

    /// A text or a list of texts; null is an empty list.
    fn texts(&mut self, value: Value<'_>) -> Vec<String> {
        let items: Vec<Value<'_>> = match value.kind() {
            Kind::List => value.items().collect(),
            Kind::Null => Vec::new(),
            Kind::Bool | Kind::Number | Kind::String | Kind::Map => vec![value],
        };
        let mut texts = Vec::new();
        for item in items {
            match item.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.fault(item, "expected a name, or a list of names".to_owned()),
            }
        }
        texts
    }
}
