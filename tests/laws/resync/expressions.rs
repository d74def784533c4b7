//! The table of expressions that mappings are made of: each is a text with a place for a path, and a function that gives
//! what gojq gives for it. The table itself is compared with gojq.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::values::{as_text, compare, is_true, number, spelled, type_name};

/// Why an expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It does not parse or compile.
    Compile,
    /// It ends with an error.
    Run,
    /// It ends without an output.
    Nothing,
    /// Its value has no JSON: NaN and the infinities.
    NotJson,
}

pub type Outcome = Result<Json, Failure>;

/// What an expression sees.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    pub object: &'a Json,
    pub environment: &'a BTreeMap<String, String>,
}

/// What a path leads to in a usual object, and what an expression yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Always a string that is not empty.
    Text,
    /// A string, or nothing.
    MaybeText,
    Number,
    Flag,
    Texts,
    /// A list of objects.
    Parts,
    Map,
    /// Nothing that another shape describes.
    Any,
}

/// A path with the keys of its steps.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    pub text: &'static str,
    pub keys: &'static [&'static str],
    pub shape: Shape,
}

const fn path(text: &'static str, keys: &'static [&'static str], shape: Shape) -> Path {
    Path { text, keys, shape }
}

pub const PATHS: [Path; 34] = [
    path(".metadata.name", &["metadata", "name"], Shape::Text),
    path(".spec.identifier", &["spec", "identifier"], Shape::Text),
    path(".spec.blueprint", &["spec", "blueprint"], Shape::Text),
    path(".kind", &["kind"], Shape::Text),
    path(".apiVersion", &["apiVersion"], Shape::Text),
    path(".metadata.namespace", &["metadata", "namespace"], Shape::MaybeText),
    path(".metadata.labels.team", &["metadata", "labels", "team"], Shape::MaybeText),
    path(".metadata[\"labels\"][\"app\"]", &["metadata", "labels", "app"], Shape::MaybeText),
    path(".metadata.labels", &["metadata", "labels"], Shape::Map),
    path(".spec.properties.language", &["spec", "properties", "language"], Shape::MaybeText),
    path(".spec.properties.tier", &["spec", "properties", "tier"], Shape::Number),
    path(".spec.properties.public", &["spec", "properties", "public"], Shape::Flag),
    path(".spec.properties.tags", &["spec", "properties", "tags"], Shape::Texts),
    path(".spec.properties.parts", &["spec", "properties", "parts"], Shape::Parts),
    path(".spec.properties.extra", &["spec", "properties", "extra"], Shape::Map),
    path(".spec.properties.mixed", &["spec", "properties", "mixed"], Shape::Any),
    path(".spec.properties", &["spec", "properties"], Shape::Map),
    path(".spec.relations.system", &["spec", "relations", "system"], Shape::MaybeText),
    path(".spec.relations.dependsOn", &["spec", "relations", "dependsOn"], Shape::Texts),
    path(".spec.relations", &["spec", "relations"], Shape::Map),
    path(".spec.missing", &["spec", "missing"], Shape::MaybeText),
    path(".spec.properties.missing.deep", &["spec", "properties", "missing", "deep"], Shape::MaybeText),
    path(".spec.identifier.deep", &["spec", "identifier", "deep"], Shape::Any),
    path(".spec.replicas", &["spec", "replicas"], Shape::Number),
    path(".spec.size", &["spec", "size"], Shape::Number),
    path(".spec.lead", &["spec", "lead"], Shape::MaybeText),
    path(".spec.note", &["spec", "note"], Shape::MaybeText),
    path(".spec.more", &["spec", "more"], Shape::Map),
    path(".data.owner", &["data", "owner"], Shape::MaybeText),
    path(".data[\"app.conf\"]", &["data", "app.conf"], Shape::MaybeText),
    path(".item", &["item"], Shape::Any),
    path(".item.name", &["item", "name"], Shape::Any),
    path(".part.name", &["part", "name"], Shape::Any),
    path(".part", &["part"], Shape::Any),
];

/// An expression with a place for a path.
#[derive(Clone, Copy)]
pub struct Template {
    /// `§` is the place of the path.
    pub text: &'static str,
    /// The shapes for which it does not fail.
    pub on: &'static [Shape],
    pub gives: Shape,
    /// What it gives, by what the path gives.
    run: fn(Outcome) -> Outcome,
}

/// An expression of a mapping: a text, and what it means.
#[derive(Clone)]
pub struct Expression {
    pub text: String,
    meaning: Meaning,
}

#[derive(Clone)]
enum Meaning {
    Template(fn(Outcome) -> Outcome, Path),
    Variable(String),
    Constant(Outcome),
    ItemName,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.text)
    }
}

impl Expression {
    pub fn new(template: &Template, path: &Path) -> Self {
        Self { text: template.text.replace('§', path.text), meaning: Meaning::Template(template.run, *path) }
    }

    /// A JSON text as an expression: it yields itself.
    pub fn constant(value: Json) -> Self {
        Self { text: spelled(&value), meaning: Meaning::Constant(Ok(value)) }
    }

    /// A name where the config has a text that is no expression.
    pub fn named(name: &str) -> Self {
        Self { text: name.to_owned(), meaning: Meaning::Constant(Err(Failure::Compile)) }
    }

    /// The parts of an entity.
    pub fn parts() -> Self {
        let text = ".spec.properties.parts // []".to_owned();
        Self { text, meaning: Meaning::Template(or_empty_list, PATHS[13]) }
    }

    /// The tags of an entity.
    pub fn tags() -> Self {
        let text = ".spec.properties.tags // []".to_owned();
        Self { text, meaning: Meaning::Template(or_empty_list, PATHS[12]) }
    }

    /// The team that a label names, or one that always exists.
    pub fn team() -> Self {
        let or_none: fn(Outcome) -> Outcome = |at| Ok(Some(at?).filter(is_true).unwrap_or_else(|| json!("none")));
        Self { text: ".metadata.labels.team // \"none\"".to_owned(), meaning: Meaning::Template(or_none, PATHS[6]) }
    }

    /// A whole section of an entity.
    pub fn all(section: &str) -> Self {
        let or_empty: fn(Outcome) -> Outcome = |at| Ok(Some(at?).filter(is_true).unwrap_or_else(|| json!({})));
        let path = PATHS.iter().find(|path| path.keys == ["spec", section]).expect("the path is in the table");
        Self { text: format!("{} // {{}}", path.text), meaning: Meaning::Template(or_empty, *path) }
    }

    /// The name of an item, whatever the item is called.
    pub fn item_name() -> Self {
        let text = "(.item // .part).name".to_owned();
        Self { text, meaning: Meaning::ItemName }
    }

    /// An expression without any text.
    pub fn empty() -> Self {
        Self { text: String::new(), meaning: Meaning::Constant(Err(Failure::Compile)) }
    }

    pub fn variable(name: &str, spelling: &str) -> Self {
        Self { text: format!("{spelling}.{name}"), meaning: Meaning::Variable(name.to_owned()) }
    }

    pub fn first(&self, scope: Scope<'_>) -> Outcome {
        match &self.meaning {
            Meaning::Template(run, path) => run(at(scope.object, path)),
            Meaning::Variable(name) => Ok(scope.environment.get(name).map_or(Json::Null, |value| json!(value))),
            Meaning::Constant(outcome) => outcome.clone(),
            Meaning::ItemName => {
                let item = Some(&scope.object["item"]).filter(|item| is_true(item));
                field(item.unwrap_or(&scope.object["part"]), "name")
            }
        }
    }
}

fn at(object: &Json, path: &Path) -> Outcome {
    let mut value = object;
    for key in path.keys {
        value = match value {
            Json::Object(members) => members.get(*key).unwrap_or(&Json::Null),
            Json::Null => value,
            Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => return Err(Failure::Run),
        };
    }
    Ok(value.clone())
}

fn or_empty_list(value: Outcome) -> Outcome {
    Ok(Some(value?).filter(is_true).unwrap_or_else(|| json!([])))
}

const FAILED: Outcome = Err(Failure::Run);

fn text(value: Outcome, of: fn(&str) -> Outcome) -> Outcome {
    match value? {
        Json::String(text) => of(&text),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => FAILED,
    }
}

/// The values of `.[]`.
fn iterate(value: &Json) -> Result<Vec<Json>, Failure> {
    match value {
        Json::Array(items) => Ok(items.clone()),
        Json::Object(members) => {
            Ok(super::values::sorted(members).into_iter().map(|(_, member)| member.clone()).collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Err(Failure::Run),
    }
}

fn keys(value: &Json) -> Outcome {
    match value {
        Json::Object(members) => {
            Ok(super::values::sorted(members).into_iter().map(|(key, _)| Json::from(key.as_str())).collect())
        }
        Json::Array(items) => Ok((0..items.len()).map(Json::from).collect()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => FAILED,
    }
}

fn field(value: &Json, key: &str) -> Outcome {
    match value {
        Json::Object(members) => Ok(members.get(key).cloned().unwrap_or_default()),
        Json::Null => Ok(Json::Null),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => FAILED,
    }
}

fn element(value: &Json, index: i64) -> Outcome {
    let chosen = |length: usize| {
        let length = i64::try_from(length).expect("lists are short");
        usize::try_from(if index < 0 { length + index } else { index }).ok()
    };
    match value {
        Json::Array(items) => Ok(chosen(items.len()).and_then(|index| items.get(index)).cloned().unwrap_or_default()),
        Json::String(text) => {
            let letters: Vec<char> = text.chars().collect();
            Ok(chosen(letters.len())
                .and_then(|index| letters.get(index))
                .map_or(Json::Null, |it| json!(it.to_string())))
        }
        Json::Null => Ok(Json::Null),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => FAILED,
    }
}

fn length(value: &Json) -> Outcome {
    Ok(match value {
        Json::Null => json!(0),
        Json::Number(_) => return numeric(value, i64::abs, f64::abs),
        Json::String(text) => json!(text.chars().count()),
        Json::Array(items) => json!(items.len()),
        Json::Object(members) => json!(members.len()),
        Json::Bool(_) => return FAILED,
    })
}

fn add(left: &Json, right: &Json) -> Outcome {
    match (left, right) {
        (Json::Null, other) | (other, Json::Null) => Ok(other.clone()),
        (Json::Number(left), Json::Number(right)) if left.is_i64() && right.is_i64() => {
            Ok(json!(left.as_i64().expect("it is one") + right.as_i64().expect("it is one")))
        }
        (Json::Number(left), Json::Number(right)) => {
            Ok(number(left.as_f64().expect("a number") + right.as_f64().expect("a number")))
        }
        (Json::String(left), Json::String(right)) => Ok(json!(format!("{left}{right}"))),
        (Json::Array(left), Json::Array(right)) => Ok(left.iter().chain(right).cloned().collect()),
        (Json::Object(left), Json::Object(right)) => {
            let mut sum = left.clone();
            sum.extend(right.clone());
            Ok(Json::Object(sum))
        }
        (_, _) => FAILED,
    }
}

fn join(items: &Json, separator: &str) -> Outcome {
    let mut parts = Vec::new();
    for item in iterate(items)? {
        match item {
            Json::Null => parts.push(String::new()),
            Json::Array(_) | Json::Object(_) => return FAILED,
            Json::Bool(_) | Json::Number(_) | Json::String(_) => parts.push(as_text(&item)),
        }
    }
    Ok(json!(parts.join(separator)))
}

fn list(value: Outcome) -> Result<Vec<Json>, Failure> {
    match value? {
        Json::Array(items) => Ok(items),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => Err(Failure::Run),
    }
}

/// A whole number keeps all its digits.
fn numeric(value: &Json, whole: fn(i64) -> i64, float: fn(f64) -> f64) -> Outcome {
    match value.as_i64() {
        Some(value) => Ok(json!(whole(value))),
        None => value.as_f64().map_or(FAILED, |value| Ok(number(float(value)))),
    }
}

/// A whole number if it can be one.
fn divided(value: &Json, by: i64) -> Outcome {
    match value.as_i64() {
        Some(value) if value % by == 0 => Ok(json!(value / by)),
        Some(_) | None => value.as_f64().map_or(FAILED, |value| Ok(number(value / by as f64))),
    }
}

fn split(value: &str, by: &str) -> Vec<String> {
    if value.is_empty() { Vec::new() } else { value.split(by).map(str::to_owned).collect() }
}

fn flatten(items: Vec<Json>) -> Vec<Json> {
    items.into_iter().flat_map(|item| if let Json::Array(inner) = item { flatten(inner) } else { vec![item] }).collect()
}

use Shape::{Any, Flag, Map as Members, MaybeText, Number, Parts, Text, Texts};

const ALL: &[Shape] = &[Text, MaybeText, Number, Flag, Texts, Parts, Members];

const fn template(text: &'static str, on: &'static [Shape], gives: Shape, run: fn(Outcome) -> Outcome) -> Template {
    Template { text, on, gives, run }
}

/// The value itself.
pub const PLAIN: Template = template("§", &[Text], Text, |at| at);

pub static TEMPLATES: &[Template] = &[
    PLAIN,
    template("§", &[MaybeText], MaybeText, |at| at),
    template("§", &[Number], Number, |at| at),
    template("§", &[Flag], Flag, |at| at),
    template("§", &[Texts], Texts, |at| at),
    template("§", &[Parts], Parts, |at| at),
    template("§", &[Members], Members, |at| at),
    template("§ // \"none\"", &[Text, MaybeText], Text, |at| {
        Ok(Some(at?).filter(is_true).unwrap_or_else(|| json!("none")))
    }),
    template("§ // {}", &[Members], Members, |at| Ok(Some(at?).filter(is_true).unwrap_or_else(|| json!({})))),
    template("§ // []", &[Texts], Texts, |at| Ok(Some(at?).filter(is_true).unwrap_or_else(|| json!([])))),
    template("§ // [] | map(.name)", &[Parts], Texts, |at| {
        let value = Some(at?).filter(is_true).unwrap_or_else(|| json!([]));
        iterate(&value)?.iter().map(|item| field(item, "name")).collect()
    }),
    template("§ // empty", &[Text], Text, |at| Some(at?).filter(is_true).ok_or(Failure::Nothing)),
    template("\"x-\\(§)\"", &[Text, MaybeText, Number], Text, |at| Ok(json!(format!("x-{}", as_text(&at?))))),
    template("\"\\\"\\(§)\\\"\"", &[Text], Text, |at| Ok(json!(format!("\"{}\"", as_text(&at?))))),
    template("\"\\(§)-\\(1 + 1)\"", &[Text], Text, |at| Ok(json!(format!("{}-2", as_text(&at?))))),
    template("§ | tostring", &[Text, MaybeText, Number], Text, |at| Ok(json!(as_text(&at?)))),
    template("§ | tojson", ALL, Text, |at| Ok(json!(spelled(&at?)))),
    template("§ | tojson | fromjson", ALL, Any, |at| at),
    template("§ | @json", ALL, Text, |at| Ok(json!(spelled(&at?)))),
    template("§ | @text", &[Text], Text, |at| Ok(json!(as_text(&at?)))),
    template("§ | type", ALL, Text, |at| Ok(json!(type_name(&at?)))),
    template("if § then \"yes\" else \"no\" end", ALL, Text, |at| Ok(json!(if is_true(&at?) { "yes" } else { "no" }))),
    template("if § == \"cart\" then \"basket\" else (§ | tostring) end", &[Text], Text, |at| {
        let value = at?;
        Ok(if value == "cart" { json!("basket") } else { json!(as_text(&value)) })
    }),
    template("if § == null then \"unset\" elif § == 2 then \"two\" else \"set\" end", ALL, Text, |at| {
        let value = at?;
        Ok(json!(if value.is_null() {
            "unset"
        } else if value == 2 {
            "two"
        } else {
            "set"
        }))
    }),
    template("[§, \"b\"] | join(\"-\")", &[Text, MaybeText, Number, Flag], Text, |at| join(&json!([at?, "b"]), "-")),
    template("§ | join(\",\")", &[], Text, |at| join(&at?, ",")),
    template("§ // [] | join(\",\")", &[Texts], Text, |at| {
        join(&Some(at?).filter(is_true).unwrap_or_else(|| json!([])), ",")
    }),
    template("§ | ascii_downcase", &[Text], Text, |at| text(at, |it| Ok(json!(it.to_ascii_lowercase())))),
    template("§ | ascii_upcase", &[Text], Text, |at| text(at, |it| Ok(json!(it.to_ascii_uppercase())))),
    template("§ | ltrimstr(\"c\")", &[], Text, |at| text(at, |it| Ok(json!(it.strip_prefix('c').unwrap_or(it))))),
    template("§ | rtrimstr(\"t\")", &[Text], Text, |at| text(at, |it| Ok(json!(it.strip_suffix('t').unwrap_or(it))))),
    template("§ | split(\"a\")", &[Text], Texts, |at| text(at, |it| Ok(json!(split(it, "a"))))),
    template("§ | split(\"-\") | join(\"_\")", &[Text], Text, |at| text(at, |it| Ok(json!(split(it, "-").join("_"))))),
    template("§ | split(\"-\")[0]", &[Text], Text, |at| {
        text(at, |it| Ok(split(it, "-").first().map_or(Json::Null, |part| json!(part))))
    }),
    template("§ | sub(\"a\"; \"e\")", &[Text], Text, |at| text(at, |it| Ok(json!(it.replacen('a', "e", 1))))),
    template("§ | gsub(\"[aeiou]\"; \"\")", &[], Text, |at| {
        text(at, |it| Ok(json!(it.replace(['a', 'e', 'i', 'o', 'u'], ""))))
    }),
    template("§ | test(\"^c\")", &[Text], Flag, |at| text(at, |it| Ok(json!(it.starts_with('c'))))),
    template("§ | startswith(\"c\")", &[Text], Flag, |at| text(at, |it| Ok(json!(it.starts_with('c'))))),
    template("§ | endswith(\"t\")", &[Text], Flag, |at| text(at, |it| Ok(json!(it.ends_with('t'))))),
    template("§ | contains(\"a\")", &[Text], Flag, |at| text(at, |it| Ok(json!(it.contains('a'))))),
    template("§ | explode | implode", &[Text], Text, |at| text(at, |it| Ok(json!(it)))),
    template("§ | @base64 | @base64d", &[Text], Text, |at| Ok(json!(as_text(&at?)))),
    template("§ | .[0:2]", &[], MaybeText, |at| match at? {
        Json::Null => Ok(Json::Null),
        Json::String(text) => Ok(json!(text.chars().take(2).collect::<String>())),
        Json::Array(items) => Ok(items.into_iter().take(2).collect()),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => FAILED,
    }),
    template("§ | .[0]", &[], MaybeText, |at| element(&at?, 0)),
    template("§[-1]", &[Texts], MaybeText, |at| element(&at?, -1)),
    template("§ | first", &[Texts], MaybeText, |at| element(&at?, 0)),
    template("§, \"second\"", &[Text], Text, |at| at),
    template("§, error(\"never reached\")", &[Text], Text, |at| at),
    template("first(§, error)", &[Text], Text, |at| at),
    template("(§ | strings) // \"other\"", ALL, Text, |at| {
        Ok(Some(at?).filter(Json::is_string).unwrap_or_else(|| json!("other")))
    }),
    template("§ | select(type == \"string\")", &[Text], Text, |at| {
        at.and_then(|it| if it.is_string() { Ok(it) } else { Err(Failure::Nothing) })
    }),
    template("§ | select(. == \"cart\")", &[], Text, |at| {
        at.and_then(|it| if it == "cart" { Ok(it) } else { Err(Failure::Nothing) })
    }),
    template("§ as $it | [$it, $it]", ALL, Any, |at| {
        let value = at?;
        Ok(json!([value, value]))
    }),
    template("§ == \"cart\"", ALL, Flag, |at| Ok(json!(at? == "cart"))),
    template("§ != null", ALL, Flag, |at| Ok(json!(!at?.is_null()))),
    template("§ == 2", ALL, Flag, |at| Ok(json!(compare(&at?, &json!(2)).is_eq()))),
    template("§ > 1", ALL, Flag, |at| Ok(json!(compare(&at?, &json!(1)).is_gt()))),
    template("§ < \"m\"", ALL, Flag, |at| Ok(json!(compare(&at?, &json!("m")).is_lt()))),
    template("§ | not", ALL, Flag, |at| Ok(json!(!is_true(&at?)))),
    template("§ and true", ALL, Flag, |at| Ok(json!(is_true(&at?)))),
    template("(§ // false) or true", ALL, Flag, |at| at.and(Ok(json!(true)))),
    template("true and (§ | type == \"string\")", ALL, Flag, |at| Ok(json!(at?.is_string()))),
    template("§ | . == \"cart\" or . == \"stock\"", ALL, Flag, |at| {
        let value = at?;
        Ok(json!(value == "cart" || value == "stock"))
    }),
    template("§ | IN(\"cart\", \"stock\", null)", ALL, Flag, |at| {
        let value = at?;
        Ok(json!(value == "cart" || value == "stock" || value.is_null()))
    }),
    template("§ | has(\"a\")", &[], Flag, |at| match at? {
        Json::Object(members) => Ok(json!(members.contains_key("a"))),
        Json::Null => Ok(json!(false)),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => FAILED,
    }),
    template("§ | length", &[Text, MaybeText, Number, Texts, Parts, Members], Number, |at| length(&at?)),
    template("§ | length > 0", &[Text, MaybeText, Number, Texts, Parts, Members], Flag, |at| {
        Ok(json!(compare(&length(&at?)?, &json!(0)).is_gt()))
    }),
    template("§ | keys", &[], Texts, |at| keys(&at?)),
    template("§ // {} | keys", &[Members], Texts, |at| keys(&Some(at?).filter(is_true).unwrap_or_else(|| json!({})))),
    template("§ // {} | to_entries | map(.key)", &[Members], Texts, |at| {
        match Some(at?).filter(is_true).unwrap_or_else(|| json!({})) {
            found @ (Json::Object(_) | Json::Array(_)) => keys(&found),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => FAILED,
        }
    }),
    template("§ // {} | with_entries(.value |= tostring)", &[Members], Members, |at| {
        match Some(at?).filter(is_true).unwrap_or_else(|| json!({})) {
            Json::Object(members) => {
                Ok(Json::Object(members.iter().map(|(key, it)| (key.clone(), json!(as_text(it)))).collect()))
            }
            Json::Array(items) if items.is_empty() => Ok(json!({})),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => FAILED,
        }
    }),
    template("§ + 1", &[Number], Number, |at| add(&at?, &json!(1))),
    template("§ + \"!\"", &[Text, MaybeText], Text, |at| add(&at?, &json!("!"))),
    template("§ + {a: 1}", &[Members], Members, |at| add(&at?, &json!({"a": 1}))),
    template("§ - 1", &[], Number, |at| numeric(&at?, |it| it - 1, |it| it - 1.0)),
    template("§ * 2", &[], Number, |at| match at? {
        Json::String(text) => Ok(json!(text.repeat(2))),
        other => numeric(&other, |it| it * 2, |it| it * 2.0),
    }),
    template("§ / 2", &[], Number, |at| divided(&at?, 2)),
    template("(§ // 0) * 10 / 4", &[Number], Number, |at| {
        let value = Some(at?).filter(is_true).unwrap_or_else(|| json!(0));
        divided(&numeric(&value, |it| it * 10, |it| it * 10.0)?, 4)
    }),
    template("§ | tonumber", &[], Number, |at| match at? {
        Json::Number(it) => Ok(Json::Number(it)),
        Json::String(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(number(text.parse().expect("digits are a number")))
        }
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => FAILED,
    }),
    template("§ | map(.name)", &[], Texts, |at| iterate(&at?)?.iter().map(|item| field(item, "name")).collect()),
    template("§ | map(select(. != null))", &[], Any, |at| {
        Ok(iterate(&at?)?.into_iter().filter(|item| !item.is_null()).collect())
    }),
    template("[§[]?]", ALL, Any, |at| Ok(iterate(&at?).unwrap_or_default().into())),
    template("§[]", &[], Any, |at| iterate(&at?)?.into_iter().next().ok_or(Failure::Nothing)),
    template("§ | unique", &[], Any, |at| {
        let mut items = list(at)?;
        items.sort_by(compare);
        items.dedup_by(|left, right| compare(left, right).is_eq());
        Ok(items.into())
    }),
    template("§ | flatten", &[], Any, |at| Ok(flatten(iterate(&at?)?).into())),
    template("[§] | add", ALL, Any, |at| at),
    template("{a: §}", ALL, Members, |at| Ok(json!({"a": at?}))),
    template("{(§): 1}", &[Text], Members, |at| {
        text(at, |it| Ok(Json::Object(Map::from_iter([(it.to_owned(), json!(1))]))))
    }),
    template("[§]", &[Text], Texts, |at| Ok(json!([at?]))),
    template("§.deeper", &[], Any, |at| field(&at?, "deeper")),
    template("§.deeper?", &[], Any, |at| field(&at?, "deeper").or(Err(Failure::Nothing))),
    template("try §.deeper catch \"caught\"", &[Text, Number], Any, |at| {
        Ok(at.and_then(|it| field(&it, "deeper")).unwrap_or_else(|_| json!("caught")))
    }),
    template("§ |", &[], Any, |_| Err(Failure::Compile)),
    template("nosuch(§)", &[], Any, |_| Err(Failure::Compile)),
    template("§ | $x", &[], Any, |_| Err(Failure::Compile)),
    template("empty", &[], Any, |_| Err(Failure::Nothing)),
    template("error(\"x\")", &[], Any, |_| FAILED),
    template("input", &[], Any, |_| Err(Failure::Compile)),
    template("", &[], Any, |_| Err(Failure::Compile)),
    template("null", &[], Any, |_| Ok(Json::Null)),
    template("[1, null] | .[0]", &[], Number, |_| Ok(json!(1))),
    template("if § == null then nan else infinite end", &[], Any, |at| at.and(Err(Failure::NotJson))),
];
