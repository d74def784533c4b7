//! A model of the exporter's full resync, simple and slow: which entities it sends for given objects, what it deletes, and
//! how it ends. It shares nothing with the program.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::config::{Config, Entry, Form, Mapping, Slot};
use super::expressions::{Expression, Failure, Outcome, Scope};
use super::objects::{GADGET, KINDS, Kind, has_null_in_list, kind_of, name_of};

/// How the run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Complete,
    NoDeletion,
    Crash,
    StartFailed,
}

impl Ending {
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::NoDeletion => "no-deletion",
            Self::Crash => "crash",
            Self::StartFailed => "start-failed",
        }
    }
}

/// An entity as it is sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub body: Json,
    /// The section and key of values that `*` and an explicit key both give, with the value of the explicit key: which one
    /// is sent is random.
    pub random: Vec<(&'static str, String, Json)>,
}

/// An object that is lost for an entry, or an entry without a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub entry: usize,
    /// `shop/cart`
    pub object: Option<String>,
    /// The classes of problems of which one describes it.
    pub classes: &'static [&'static str],
}

#[derive(Debug)]
pub struct Resync {
    pub ending: Ending,
    pub sent: Vec<Sent>,
    pub lost: Vec<Lost>,
    /// Why the ending is a matter of chance, if it is.
    pub chance: Option<&'static str>,
}

/// What a resync depends on.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    pub config: &'a Config,
    /// As stored, in the order of the work queue.
    pub objects: &'a [Json],
    pub has_gadgets: bool,
    pub variables: &'a BTreeMap<String, String>,
    /// Port answers with `sendRawDataExamples: false`.
    pub without_examples: bool,
}

const KIND: &[&str] = &["kind-unresolved"];
const NULL_IDENTIFIER: &[&str] = &["null-identifier"];
const TYPE: &[&str] = &["type"];
const COMPILE: &[&str] = &["jq-compile"];
const RUN: &[&str] = &["jq-error"];
const SELECTOR: &[&str] = &["selector", "jq-compile"];
const ITEMS: &[&str] = &["items", "jq-compile"];
const NULL_IN_LIST: &[&str] = &["null-in-list"];

/// Why an object is lost.
#[derive(Debug, Clone, Copy)]
enum Loss {
    Error(&'static [&'static str]),
    /// A nil pointer: the process ends.
    Panic,
    /// A panic and an error are in one map, whose order is random.
    Either,
}

impl Loss {
    fn of(failure: Failure) -> Self {
        Self::Error(match failure {
            Failure::Compile => COMPILE,
            Failure::Run | Failure::Nothing => RUN,
            Failure::NotJson => TYPE,
        })
    }
}

/// Runs the exporter once.
pub fn resync(world: World<'_>) -> Resync {
    let mut run = Resync { ending: Ending::Complete, sent: Vec::new(), lost: Vec::new(), chance: None };
    if is_fatal(world.config) {
        run.ending = Ending::StartFailed;
        return run;
    }
    let environment = environment(world);
    let entries: &[Entry] = if reads_resources(world.config) { &world.config.entries } else { &[] };
    let kinds: BTreeSet<String> = entries.iter().map(kind_text).collect();
    for spelling in kinds {
        let group: Vec<(usize, &Entry)> =
            entries.iter().enumerate().filter(|(_, entry)| kind_text(entry) == spelling).collect();
        let Some(kind) = resolve(&spelling, world) else {
            // It is logged once, and the run does not count as failed.
            run.lost.push(Lost { entry: group[0].0, object: None, classes: KIND });
            continue;
        };
        let objects: Vec<&Json> = world.objects.iter().filter(|object| kind_of(object) == Some(kind)).collect();
        run.sync_kind(&group, &objects, &environment, world);
    }
    run
}

fn kind_text(entry: &Entry) -> String {
    text_of(&entry.kind).map(|expression| expression.text).unwrap_or_default()
}

/// The letter case of keys counts in the file, and not in the stored config.
fn reads_resources(config: &Config) -> bool {
    match config.form {
        Form::Stored => config.resources.eq_ignore_ascii_case("resources"),
        Form::File | Form::Helm => config.resources == "resources",
    }
}

fn resolve(spelling: &str, world: World<'_>) -> Option<Kind> {
    let kind = KINDS.into_iter().find(|kind| kind.spellings.contains(&spelling))?;
    (kind != GADGET || world.has_gadgets).then_some(kind)
}

/// The variables that expressions see.
fn environment(world: World<'_>) -> BTreeMap<String, String> {
    let is_stored = world.config.form == Form::Stored;
    let default = vec!["^PORT_".to_owned(), "CLUSTER_NAME".to_owned()];
    let allowed = world.config.allowed.clone().filter(|_| is_stored).unwrap_or(default);
    let allows_all = is_stored && world.config.allow_all == Some(true);
    let is_allowed = |name: &str| {
        allows_all
            || allowed.iter().any(|pattern| match pattern.strip_prefix('^') {
                Some(start) => name.starts_with(start),
                None => name.contains(pattern.as_str()),
            })
    };
    let seen = world.variables.iter().filter(|(name, _)| is_allowed(name));
    // A value is cut at its first `=`, which is the second of the assignment.
    let cut = |value: &str| value.split('=').next().unwrap_or_default().to_owned();
    seen.map(|(name, value)| (name.clone(), cut(value))).collect()
}

/// Whether the exporter does not start with the config.
fn is_fatal(config: &Config) -> bool {
    if !reads_resources(config) {
        return false;
    }
    let is_stored = config.form == Form::Stored;
    // The type of a place that holds a text.
    let is_wrong = |slot: &Slot| match slot {
        Slot::Absent | Slot::Null | Slot::Expression(_) => false,
        Slot::Scalar(_) => is_stored,
        Slot::Map(_) | Slot::List(_) => true,
    };
    config.entries.iter().any(|entry| {
        let own = [&entry.kind, &entry.selector, &entry.items];
        own.into_iter().any(is_wrong)
            || entry.mappings.iter().flatten().any(|mapping| {
                let texts = [&mapping.title, &mapping.blueprint, &mapping.icon];
                texts.into_iter().chain(mapping.properties.iter().map(|(_, slot)| slot)).any(is_wrong)
            })
    })
}

/// The text at a place that holds one; absent and null are the empty text.
fn text_of(slot: &Slot) -> Option<Expression> {
    match slot {
        Slot::Absent | Slot::Null | Slot::Map(_) | Slot::List(_) => None,
        Slot::Expression(expression) => Some(expression.clone()).filter(|expression| !expression.text.is_empty()),
        Slot::Scalar(value) => Some(Expression::constant(value.clone())),
    }
}

impl Resync {
    fn end(&mut self, ending: Ending) {
        self.ending = self.ending.max(ending);
    }

    fn sync_kind(
        &mut self,
        group: &[(usize, &Entry)],
        objects: &[&Json],
        environment: &BTreeMap<String, String>,
        world: World<'_>,
    ) {
        // Whether each example has a null in a list.
        let mut examples = Vec::new();
        for object in objects {
            for (entry, config) in group {
                let lost = |classes| Lost { entry: *entry, object: Some(name_of(object)), classes };
                match map_object(config, object, environment) {
                    Ok(items) => {
                        for item in items {
                            if has_null_in_list(&item.object) {
                                self.lost.push(lost(NULL_IN_LIST));
                            }
                            examples.push(has_null_in_list(&item.object));
                            for entity in item.entities {
                                match entity {
                                    Some(entity) => self.sent.push(entity),
                                    None => {
                                        self.lost.push(lost(TYPE));
                                        self.end(Ending::NoDeletion);
                                    }
                                }
                            }
                        }
                    }
                    Err(Loss::Error(classes)) => {
                        self.lost.push(lost(classes));
                        self.end(Ending::NoDeletion);
                    }
                    Err(Loss::Panic) => self.end(Ending::Crash),
                    Err(Loss::Either) => {
                        self.end(Ending::NoDeletion);
                        self.chance = Some("an error and a panic in one map");
                    }
                }
            }
        }
        let sends =
            !world.without_examples && (world.config.form != Form::Stored || world.config.raw_examples != Some(false));
        if !sends || !examples.contains(&true) {
            self.lost.retain(|lost| lost.classes != NULL_IN_LIST);
        } else if examples.len() > 5 {
            self.chance = Some("which five objects are examples");
        } else {
            self.end(Ending::Crash);
        }
    }
}

/// An item that passed the selector, with its entities; `None` is an entity that has no JSON.
struct Item {
    object: Json,
    entities: Vec<Option<Sent>>,
}

fn map_object(entry: &Entry, object: &Json, environment: &BTreeMap<String, String>) -> Result<Vec<Item>, Loss> {
    let mut items = Vec::new();
    // Without `port` there is no place for it.
    match text_of(&entry.items).filter(|_| entry.mappings.is_some()) {
        None => items.push(object.clone()),
        Some(expression) => {
            let Ok(Json::Array(found)) = expression.first(Scope { object, environment }) else {
                return Err(Loss::Error(ITEMS));
            };
            for item in found {
                let mut copy = object.as_object().expect("an object is a map").clone();
                copy.insert(entry.items_name.clone().unwrap_or_else(|| "item".to_owned()), item);
                items.push(Json::Object(copy));
            }
        }
    }
    let mut passed = Vec::new();
    for object in items {
        let scope = Scope { object: &object, environment };
        match text_of(&entry.selector).map_or(Ok(json!(true)), |selector| selector.first(scope)) {
            Ok(Json::Bool(true)) => {}
            Ok(Json::Bool(false)) => continue,
            Ok(_) | Err(_) => return Err(Loss::Error(SELECTOR)),
        }
        let mappings = entry.mappings.iter().flatten();
        let entities = mappings.map(|mapping| map_item(mapping, scope)).collect::<Result<_, _>>()?;
        passed.push(Item { object, entities });
    }
    Ok(passed)
}

fn map_item(mapping: &Mapping, scope: Scope<'_>) -> Result<Option<Sent>, Loss> {
    let mut body = Map::new();
    body.insert("identifier".to_owned(), identifier(&mapping.identifier, scope)?);
    let title = text(&mapping.title, scope)?;
    let blueprint = match text_of(&mapping.blueprint) {
        Some(expression) => string(&expression, scope, TYPE)?,
        // No query at all.
        None => return Err(Loss::Error(COMPILE)),
    };
    body.insert("blueprint".to_owned(), json!(blueprint));
    let mut is_json = true;
    match &mapping.team {
        Slot::Absent | Slot::Null => {}
        Slot::Expression(expression) => {
            body.insert("team".to_owned(), team(expression.first(scope))?);
        }
        Slot::Scalar(_) | Slot::List(_) => return Err(Loss::Error(&["type", "config"])),
        Slot::Map(members) => {
            let query = query(members, scope, &mut is_json)?;
            body.insert("team".to_owned(), Json::Object(query));
        }
    }
    let icon = text(&mapping.icon, scope)?;
    for (key, text) in [("title", title), ("icon", icon)] {
        if !text.is_empty() {
            body.insert(key.to_owned(), json!(text));
        }
    }
    let mut random = Vec::new();
    let properties = properties(&mapping.properties, scope, &mut is_json, &mut random)?;
    let mut relations = Fields { is_json: true, ..Fields::default() };
    for (name, slot) in &mapping.relations {
        relations.take(name, |is_json| relation(slot, scope, is_json));
    }
    is_json &= relations.is_json;
    let relations = relations.merged("relations", &mut random)?;
    for (key, members) in [("properties", properties), ("relations", relations)] {
        if !members.is_empty() {
            body.insert(key.to_owned(), Json::Object(members));
        }
    }
    Ok(is_json.then_some(Sent { body: Json::Object(body), random }))
}

fn identifier(slot: &Slot, scope: Scope<'_>) -> Result<Json, Loss> {
    match slot {
        Slot::Absent | Slot::Null => Err(Loss::Panic),
        Slot::Expression(expression) => Ok(json!(string(expression, scope, NULL_IDENTIFIER)?)),
        Slot::Scalar(_) | Slot::List(_) => Err(Loss::Error(&["type", "config"])),
        Slot::Map(members) => {
            let mut is_json = true;
            Ok(Json::Object(query(members, scope, &mut is_json)?))
        }
    }
}

/// The text of a title or icon; empty if it is not mapped.
fn text(slot: &Slot, scope: Scope<'_>) -> Result<String, Loss> {
    text_of(slot).map_or_else(|| Ok(String::new()), |expression| string(&expression, scope, TYPE))
}

fn string(expression: &Expression, scope: Scope<'_>, for_null: &'static [&'static str]) -> Result<String, Loss> {
    match expression.first(scope).map_err(Loss::of)? {
        Json::String(text) => Ok(text.trim_matches('"').to_owned()),
        Json::Null => Err(Loss::Error(for_null)),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => Err(Loss::Error(TYPE)),
    }
}

fn team(outcome: Outcome) -> Result<Json, Loss> {
    let trimmed = |text: &str| json!(text.trim_matches('"'));
    match outcome.map_err(Loss::of)? {
        Json::String(text) => Ok(trimmed(&text)),
        Json::Array(items) if items.iter().all(Json::is_string) => {
            Ok(items.iter().filter_map(Json::as_str).map(trimmed).collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => Err(Loss::Error(TYPE)),
    }
}

/// The fields of a section while its random order is not decided.
#[derive(Default)]
struct Fields {
    explicit: Map<String, Json>,
    star: Map<String, Json>,
    classes: Vec<&'static [&'static str]>,
    panics: bool,
    is_json: bool,
}

impl Fields {
    fn take(&mut self, name: &str, value: impl FnOnce(&mut bool) -> Result<Option<Json>, Loss>) {
        let mut is_json = true;
        match value(&mut is_json) {
            Ok(None) => {}
            Ok(Some(Json::Object(members))) if name == "*" && is_json => self.star = members,
            Ok(Some(value)) => {
                self.explicit.insert(name.to_owned(), value);
            }
            Err(Loss::Error(classes)) => self.classes.push(classes),
            Err(Loss::Panic) => self.panics = true,
            Err(Loss::Either) => {
                self.panics = true;
                self.classes.push(TYPE);
            }
        }
        self.is_json &= is_json;
    }

    fn merged(
        self,
        section: &'static str,
        random: &mut Vec<(&'static str, String, Json)>,
    ) -> Result<Map<String, Json>, Loss> {
        match (self.panics, self.classes.split_first()) {
            (true, None) => return Err(Loss::Panic),
            (true, Some(_)) => return Err(Loss::Either),
            (false, Some((first, others))) if others.iter().all(|other| other == first) => {
                return Err(Loss::Error(first));
            }
            // Which one is named is random.
            (false, Some(_)) => return Err(Loss::Error(&["type", "jq-error", "jq-compile"])),
            (false, None) => {}
        }
        let mut all = self.star;
        for (key, value) in self.explicit {
            if all.contains_key(&key) {
                random.push((section, key, value));
            } else {
                all.insert(key, value);
            }
        }
        Ok(all)
    }
}

fn any(outcome: Outcome, is_json: &mut bool) -> Result<Json, Loss> {
    match outcome {
        Err(Failure::NotJson) => {
            *is_json = false;
            Ok(Json::Null)
        }
        outcome => outcome.map_err(Loss::of),
    }
}

fn properties(
    members: &[(String, Slot)],
    scope: Scope<'_>,
    is_json: &mut bool,
    random: &mut Vec<(&'static str, String, Json)>,
) -> Result<Map<String, Json>, Loss> {
    let mut fields = Fields { is_json: true, ..Fields::default() };
    for (name, slot) in members {
        fields.take(name, |is_json| match text_of(slot) {
            None => Err(Loss::Error(COMPILE)),
            Some(expression) => any(expression.first(scope), is_json).map(Some),
        });
    }
    *is_json &= fields.is_json;
    fields.merged("properties", random)
}

/// The value of a relation, or of a part of a search query; nothing for an empty map.
fn relation(slot: &Slot, scope: Scope<'_>, is_json: &mut bool) -> Result<Option<Json>, Loss> {
    match slot {
        // A key whose value is absent is written as null.
        Slot::Absent | Slot::Null => Err(Loss::Panic),
        Slot::Expression(expression) => any(expression.first(scope), is_json).map(Some),
        Slot::Scalar(_) => Err(Loss::Error(&["type", "config"])),
        Slot::Map(members) => {
            let found = query(members, scope, is_json)?;
            Ok(Some(Json::Object(found)).filter(|_| !members.is_empty()))
        }
        Slot::List(items) => {
            let mut found = Vec::new();
            for item in items {
                found.push(relation(item, scope, is_json)?.unwrap_or_default());
            }
            Ok(Some(Json::Array(found)))
        }
    }
}

fn query(members: &[(String, Slot)], scope: Scope<'_>, is_json: &mut bool) -> Result<Map<String, Json>, Loss> {
    let mut fields = Fields { is_json: true, ..Fields::default() };
    for (name, slot) in members {
        fields.take(name, |is_json| relation(slot, scope, is_json));
    }
    *is_json &= fields.is_json;
    fields.merged("query", &mut Vec::new())
}
