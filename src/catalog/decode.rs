//! Decodes entities from the JSON of a catalog's answer in one pass, without an intermediate `Value`, because a catalog
//! may have a hundred thousand of them. Names of properties and relations are interned; computed properties are
//! dropped, and so are those that are null: to the catalog, null is the same as no value.

use std::fmt;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::entity::{Entity, EntityKey, Record, Targets};
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;

/// Values by interned name.
type Named<T> = Box<[(Arc<str>, T)]>;

/// A page of entities. `next` is the cursor of the following page, exactly as the catalog wrote it.
#[derive(Debug)]
pub(crate) struct Page {
    pub entities: Vec<Entity>,
    pub next: Option<Box<RawValue>>,
}

/// Decodes entities of one blueprint and interns their names.
#[derive(Debug)]
pub(crate) struct Decoder {
    blueprint: Arc<str>,
    /// Every property name seen so far; `None` for a computed property, which is dropped.
    property_names: HashMap<Box<str>, Option<Arc<str>>>,
    /// Separate from `property_names`: a relation may have the same name as a property, even as a computed one.
    relation_names: HashMap<Box<str>, Arc<str>>,
    writers: HashMap<Box<str>, Arc<str>>,
    properties: usize,
    relations: usize,
}

impl Decoder {
    pub fn new(blueprint: &Blueprint) -> Self {
        let computed = blueprint.computed.iter().map(|computed| (computed.name.as_str().into(), None));
        Self {
            blueprint: blueprint.identifier.as_str().into(),
            property_names: computed.collect(),
            relation_names: HashMap::new(),
            writers: HashMap::new(),
            properties: blueprint.properties.len(),
            relations: blueprint.relations.len(),
        }
    }

    /// Decodes `{"entities": [...], "next": ...}`; other keys are ignored.
    pub fn page(&mut self, text: &[u8]) -> Result<Page, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let page = PageSeed(self).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(page)
    }

    pub fn entity(&mut self, text: &str) -> Result<Entity, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let entity = EntitySeed(self).deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(entity)
    }

    fn property_name(&mut self, name: &str) -> Option<Arc<str>> {
        if let Some(known) = self.property_names.get(name) {
            return known.clone();
        }
        let shared: Arc<str> = name.into();
        self.property_names.insert(name.into(), Some(Arc::clone(&shared)));
        Some(shared)
    }

    fn relation_name(&mut self, name: &str) -> Arc<str> {
        shared(&mut self.relation_names, name)
    }

    fn writer(&mut self, name: &str) -> Arc<str> {
        shared(&mut self.writers, name)
    }
}

/// Interns `name`.
fn shared(names: &mut HashMap<Box<str>, Arc<str>>, name: &str) -> Arc<str> {
    if let Some(known) = names.get(name) {
        return Arc::clone(known);
    }
    let shared: Arc<str> = name.into();
    names.insert(name.into(), Arc::clone(&shared));
    shared
}

/// Defines a seed that reads a JSON object and passes its entries to `$read`.
macro_rules! object_seed {
    ($seed:ident, $value:ty, $what:literal, $read:expr) => {
        struct $seed<'d>(&'d mut Decoder);

        impl<'de> DeserializeSeed<'de> for $seed<'_> {
            type Value = $value;

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                deserializer.deserialize_any(self)
            }
        }

        impl<'de> Visitor<'de> for $seed<'_> {
            type Value = $value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($what)
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<$value, A::Error> {
                $read(self.0, entries)
            }
        }
    };
}

object_seed!(PageSeed, Page, "an object with `entities`", read_page);
object_seed!(EntitySeed, Entity, "an entity", read_entity);
object_seed!(PropertiesSeed, Named<Value>, "an object of properties", read_properties);
object_seed!(RelationsSeed, Named<Targets>, "an object of relations", read_relations);

fn read_page<'de, A: MapAccess<'de>>(decoder: &mut Decoder, mut entries: A) -> Result<Page, A::Error> {
    let mut page = Page { entities: Vec::new(), next: None };
    let mut has_entities = false;
    while let Some(key) = entries.next_key::<Key>()? {
        match key {
            Key::Entities => {
                page.entities = entries.next_value_seed(EntitiesSeed(decoder))?;
                has_entities = true;
            }
            Key::Next => {
                let next: Option<Box<RawValue>> = entries.next_value()?;
                page.next = next.filter(|next| !matches!(next.get(), "\"\"" | "null" | "false"));
            }
            Key::Identifier
            | Key::Text(_)
            | Key::Team
            | Key::Properties
            | Key::Relations
            | Key::CreatedAt
            | Key::CreatedBy
            | Key::UpdatedAt
            | Key::UpdatedBy
            | Key::Other => drop(entries.next_value::<IgnoredAny>()?),
        }
    }
    if has_entities { Ok(page) } else { Err(A::Error::missing_field("entities")) }
}

struct EntitiesSeed<'d>(&'d mut Decoder);

impl<'de> DeserializeSeed<'de> for EntitiesSeed<'_> {
    type Value = Vec<Entity>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Entity>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for EntitiesSeed<'_> {
    type Value = Vec<Entity>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entities")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<Entity>, A::Error> {
        let mut entities = Vec::new();
        while let Some(entity) = items.next_element_seed(EntitySeed(self.0))? {
            entities.push(entity);
        }
        Ok(entities)
    }
}

fn read_entity<'de, A: MapAccess<'de>>(decoder: &mut Decoder, mut entries: A) -> Result<Entity, A::Error> {
    let mut identifier: Option<Box<str>> = None;
    let mut entity = Entity {
        key: EntityKey { blueprint: Arc::clone(&decoder.blueprint), identifier: Box::default() },
        texts: Texts::default(),
        team: Box::default(),
        properties: Box::default(),
        relations: Box::default(),
        record: Record::default(),
    };
    while let Some(key) = entries.next_key::<Key>()? {
        match key {
            Key::Identifier => identifier = Some(entries.next_value()?),
            Key::Text(field) => entity.texts[field] = entries.next_value()?,
            Key::Team => {
                entity.team = match entries.next_value_seed(TargetsSeed)? {
                    Targets::None => Box::default(),
                    Targets::One(team) => Box::new([team]),
                    Targets::Many(teams) => teams,
                };
            }
            Key::Properties => entity.properties = entries.next_value_seed(OrNull(PropertiesSeed(decoder)))?,
            Key::Relations => entity.relations = entries.next_value_seed(OrNull(RelationsSeed(decoder)))?,
            Key::CreatedAt => entity.record.created_at = moment(entries.next_value()?),
            Key::UpdatedAt => entity.record.updated_at = moment(entries.next_value()?),
            Key::CreatedBy => entity.record.created_by = writer(decoder, entries.next_value()?),
            Key::UpdatedBy => entity.record.updated_by = writer(decoder, entries.next_value()?),
            Key::Entities | Key::Next | Key::Other => drop(entries.next_value::<IgnoredAny>()?),
        }
    }
    entity.key.identifier = identifier.ok_or_else(|| A::Error::missing_field("identifier"))?;
    Ok(entity)
}

fn moment(text: Option<Text>) -> Option<Moment> {
    Moment::parse(&text?.0)
}

fn writer(decoder: &mut Decoder, text: Option<Text>) -> Option<Arc<str>> {
    Some(decoder.writer(&text?.0))
}

fn read_properties<'de, A: MapAccess<'de>>(decoder: &mut Decoder, mut entries: A) -> Result<Named<Value>, A::Error> {
    let mut properties = Vec::with_capacity(decoder.properties);
    while let Some(name) = entries.next_key_seed(NameSeed(|name: &str| decoder.property_name(name)))? {
        match name {
            Some(name) => match entries.next_value()? {
                Value::Null => {}
                value => properties.push((name, value)),
            },
            None => drop(entries.next_value::<IgnoredAny>()?),
        }
    }
    Ok(properties.into())
}

fn read_relations<'de, A: MapAccess<'de>>(decoder: &mut Decoder, mut entries: A) -> Result<Named<Targets>, A::Error> {
    let mut relations = Vec::with_capacity(decoder.relations);
    while let Some(name) = entries.next_key_seed(NameSeed(|name: &str| decoder.relation_name(name)))? {
        relations.push((name, entries.next_value_seed(TargetsSeed)?));
    }
    Ok(relations.into())
}

/// The keys that are decoded, of a page and of an entity.
enum Key {
    Entities,
    Next,
    Identifier,
    Text(TextField),
    Team,
    Properties,
    Relations,
    CreatedAt,
    CreatedBy,
    UpdatedAt,
    UpdatedBy,
    Other,
}

impl<'de> serde::Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(StrVisitor(|name: &str| match name {
            "entities" => Self::Entities,
            "next" => Self::Next,
            "identifier" => Self::Identifier,
            "team" => Self::Team,
            "properties" => Self::Properties,
            "relations" => Self::Relations,
            "createdAt" => Self::CreatedAt,
            "createdBy" => Self::CreatedBy,
            "updatedAt" => Self::UpdatedAt,
            "updatedBy" => Self::UpdatedBy,
            name => TextField::of_key(name).map_or(Self::Other, Self::Text),
        }))
    }
}

/// Maps a string to `T` without allocating it first.
struct StrVisitor<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> Visitor<'de> for StrVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok((self.0)(text))
    }
}

/// Maps an object key to `T` without allocating it first.
struct NameSeed<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for NameSeed<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(StrVisitor(self.0))
    }
}

/// A string, borrowed from the input if it has no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Text<'t>(#[serde(borrow)] std::borrow::Cow<'t, str>);

/// Decodes null as the default value.
struct OrNull<S>(S);

impl<'de, S> DeserializeSeed<'de> for OrNull<S>
where
    S: DeserializeSeed<'de>,
    S::Value: Default,
{
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S> Visitor<'de> for OrNull<S>
where
    S: DeserializeSeed<'de>,
    S::Value: Default,
{
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }

    fn visit_none<E: Error>(self) -> Result<S::Value, E> {
        Ok(S::Value::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(deserializer)
    }
}

/// Decodes the value of a relation or of `team`: null, one target or a list; each is an identifier or an object with
/// one.
struct TargetsSeed;

impl<'de> DeserializeSeed<'de> for TargetsSeed {
    type Value = Targets;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Targets, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TargetsSeed {
    type Value = Targets;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier, a list of them, or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Targets, E> {
        Ok(Targets::None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Targets, E> {
        Ok(Targets::One(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Targets, A::Error> {
        let mut many = Vec::new();
        while let Some(target) = items.next_element_seed(Self)? {
            match target {
                Targets::One(target) => many.push(target),
                Targets::None => {}
                Targets::Many(_) => return Err(A::Error::custom("a list of identifiers has a list in it")),
            }
        }
        Ok(Targets::Many(many.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Targets, A::Error> {
        let mut target = Targets::None;
        while let Some(key) = entries.next_key::<Key>()? {
            if matches!(key, Key::Identifier) {
                target = Targets::One(entries.next_value()?);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decoder() -> Decoder {
        let blueprint = json!({
            "identifier": "service",
            "schema": {"properties": {"language": {"type": "string"}}},
            "relations": {"domain": {"target": "domain"}},
            "mirrorProperties": {"domainTitle": {"path": "domain.$title"}},
            "calculationProperties": {"size": {"calculation": "1", "type": "number"}},
        });
        Decoder::new(&Blueprint::from_json(blueprint).expect("it is a blueprint").0)
    }

    #[test]
    fn a_page_becomes_entities_without_what_is_computed() {
        let text = json!({
            "ok": true,
            "entities": [
                {
                    "identifier": "cart", "title": "C\u{e4}rt \"x\"", "icon": null, "blueprint": "service",
                    "team": ["payments"], "scorecards": {"a": {"b": [1]}},
                    "properties": {"language": "go", "domainTitle": "Shop", "size": 3, "tags": ["a", {"b": null}]},
                    "relations": {"domain": "shop", "uses": ["a", "b"], "owner": null, "titled": {"identifier": "t", "title": "T"}},
                    "createdAt": "2026-11-02T08:15:00.000Z", "createdBy": "me", "updatedAt": "nonsense", "updatedBy": null,
                },
                {"identifier": "bare", "team": "ops", "properties": {"language": "rust", "tags": null}, "relations": null},
            ],
            "next": {"after": 7},
        });
        let mut decoder = decoder();
        let page = decoder.page(text.to_string().as_bytes()).expect("it is a page");
        assert_eq!(page.next.as_ref().map(|next| next.get()), Some(r#"{"after":7}"#));
        let [cart, bare] = page.entities.as_slice() else { panic!("there are two") };
        assert_eq!((cart.key.identifier.as_ref(), cart.texts.title.as_deref()), ("cart", Some("Cärt \"x\"")));
        let names: Vec<&str> = cart.properties.iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["language", "tags"]);
        assert_eq!(cart.properties[1].1.to_json(), json!(["a", {"b": null}]));
        let relations: Vec<&Targets> = cart.relations.iter().map(|(_, targets)| targets).collect();
        let expected = [
            &Targets::One("shop".into()),
            &Targets::Many(Box::new(["a".into(), "b".into()])),
            &Targets::None,
            &Targets::One("t".into()),
        ];
        assert_eq!(relations, expected);
        assert_eq!(cart.record.created_at, Moment::parse("2026-11-02T08:15:00Z"));
        assert_eq!((cart.record.created_by.as_deref(), cart.record.updated_at), (Some("me"), None));
        assert_eq!((bare.team.as_ref(), bare.relations.len()), (&["ops".into()][..], 0));
        assert_eq!(bare.properties.len(), 1, "null is no value");
        assert!(Arc::ptr_eq(&cart.properties[0].0, &bare.properties[0].0), "names are held once");
        assert!(Arc::ptr_eq(&cart.key.blueprint, &bare.key.blueprint));
    }

    #[test]
    fn a_relation_with_the_name_of_a_computed_property_is_kept() {
        let text = r#"{"identifier":"cart","properties":{"domainTitle":"Shop"},"relations":{"domainTitle":"shop"}}"#;
        let cart = decoder().entity(text).expect("it is an entity");
        assert!(cart.properties.is_empty(), "{:?}", cart.properties);
        let [(name, targets)] = cart.relations.as_ref() else { panic!("it has one: {:?}", cart.relations) };
        assert_eq!((name.as_ref(), targets), ("domainTitle", &Targets::One("shop".into())));
    }

    #[test]
    fn the_last_page_has_no_next_and_what_is_no_page_is_refused() {
        let mut decoder = decoder();
        for last in [r#"{"entities":[]}"#, r#"{"entities":[],"next":null}"#, r#"{"next":"","entities":[]}"#] {
            assert!(decoder.page(last.as_bytes()).expect("it is a page").next.is_none(), "{last}");
        }
        for bad in [
            "{}",
            "[]",
            r#"{"entities":{}}"#,
            r#"{"entities":[{"title":"x"}]}"#,
            r#"{"entities":[{"identifier":3}]}"#,
            r#"{"entities":[{"identifier":"x","relations":{"r":[["y"]]}}]}"#,
            r#"{"entities":[]}}"#,
        ] {
            assert!(decoder.page(bad.as_bytes()).is_err(), "{bad}");
        }
        let cut = decoder.page(br#"{"ok":true,"entities":[{"identifier":"x","prop"#).expect_err("it is cut");
        assert!(cut.is_eof(), "{cut}");
    }
}
