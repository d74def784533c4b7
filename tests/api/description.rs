//! The platform's published description of its API, as far as the suite needs it, with the listed exceptions in which
//! the live platform is known to differ. Any other difference is a failure of the server.
//!
//! `testdata/openapi/entities.json` is that description without its prose: `paths`, `method`, then `query`, `request`
//! and `answers` by status.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::api::exceptions::{SHAPES, STATUSES, UNDESCRIBED};

pub struct Description {
    pub document: Value,
}

/// The parts of one request and response that the description covers.
pub struct Exchange<'a> {
    pub method: &'a str,
    /// The segments of the path after `/v1`, not percent-encoded.
    pub path: &'a [String],
    pub query: &'a [(String, String)],
    pub sent: Option<&'a Value>,
    pub status: u16,
    pub answered: &'a Value,
}

/// The published description with the exceptions of [`SHAPES`] applied.
pub static DESCRIPTION: LazyLock<Description> = LazyLock::new(|| {
    let mut description = Description::as_published();
    for shape in SHAPES {
        (shape.change)(&mut description.document);
    }
    description
});

impl Description {
    pub fn as_published() -> Self {
        let text = include_str!("../../testdata/openapi/entities.json");
        Self { document: serde_json::from_str(text).expect("the description is JSON") }
    }

    /// The differences from the description; empty if there are none.
    pub fn faults(&self, exchange: &Exchange<'_>) -> Vec<String> {
        let method = exchange.method.to_lowercase();
        let Some((template, operation)) = self.operation(&method, exchange.path) else {
            let known =
                UNDESCRIBED.iter().any(|route| route.method == exchange.method && fits(route.path, exchange.path));
            return if known { Vec::new() } else { vec!["nobody describes this route".to_owned()] };
        };
        let mut faults = Vec::new();
        let status = exchange.status.to_string();
        let answers = &operation["answers"];
        let place = match answers.get(&status) {
            Some(_) => Some(status.clone()),
            None => {
                match STATUSES.iter().find(|it| it.status == exchange.status && it.is_of(exchange.method, template)) {
                    Some(exception) => exception.answers_like.map(str::to_owned),
                    None => {
                        faults.push(format!("status {status} is not described, nor a known exception"));
                        None
                    }
                }
            }
        };
        if let Some(schema) = place.and_then(|status| answers.get(&status)) {
            faults.extend(self.mismatches(schema, exchange.answered).map(|fault| format!("the answer: {fault}")));
        }
        // A server that accepts an undescribed request is laxer than the platform. A rejection needs no description, and
        // a 207 rejects a part.
        if (200..300).contains(&exchange.status) && exchange.status != 207 {
            if let (Some(schema), Some(sent)) = (operation.get("request"), exchange.sent) {
                faults.extend(self.mismatches(schema, sent).map(|fault| format!("the request was taken: {fault}")));
            }
            let described = operation.get("query").and_then(Value::as_object);
            let stray = exchange.query.iter().filter(|(name, _)| !described.is_some_and(|it| it.contains_key(name)));
            faults.extend(stray.map(|(name, _)| format!("the request was taken: nobody describes `{name}`")));
        }
        faults
    }

    fn operation(&self, method: &str, path: &[String]) -> Option<(&str, &Value)> {
        let paths = self.document["paths"].as_object().expect("paths are an object");
        let mut fitting: Vec<(&str, &Value)> = paths
            .iter()
            .filter(|(template, _)| fits(template, path))
            .filter_map(|(template, methods)| Some((template.as_str(), methods.get(method)?)))
            .collect();
        // Of `/entities/bulk` and `/entities/{id}`, the one with fewer parameters applies.
        fitting.sort_by_key(|(template, _)| template.matches('{').count());
        fitting.into_iter().next()
    }

    pub fn mismatches(&self, schema: &Value, value: &Value) -> impl Iterator<Item = String> {
        let mut whole = schema.as_object().cloned().unwrap_or_else(Map::new);
        whole.insert("components".to_owned(), self.document["components"].clone());
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .build(&Value::Object(whole))
            .expect("the description's schemas are schemas");
        let faults: Vec<String> =
            validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        faults.into_iter().map(|fault| fault.chars().take(600).collect())
    }
}

/// Whether a path matches a template such as `/v1/blueprints/{identifier}`.
pub fn fits(template: &str, path: &[String]) -> bool {
    let holes: Vec<&str> = template.trim_start_matches("/v1/").split('/').collect();
    holes.len() == path.len() && holes.iter().zip(path).all(|(hole, segment)| hole.starts_with('{') || hole == segment)
}

#[test]
fn the_description_alone_refuses_what_the_exceptions_let_through() {
    let published = Description::as_published();
    for shape in SHAPES {
        let schema = |of: &Description| of.document.pointer(shape.schema).expect("there is such a schema").clone();
        let before: Vec<String> = published.mismatches(&schema(&published), &(shape.example)()).collect();
        assert!(!before.is_empty(), "`{}` is no exception: the description has it", shape.name);
        let after: Vec<String> = DESCRIPTION.mismatches(&schema(&DESCRIPTION), &(shape.example)()).collect();
        assert_eq!(after, [] as [&str; 0], "`{}`", shape.name);
    }
}

#[test]
fn it_sees_what_differs() {
    let path = ["blueprints", "a", "entities-count"].map(str::to_owned);
    let mut exchange = Exchange {
        method: "GET",
        path: &path,
        query: &[],
        sent: None,
        status: 200,
        answered: &json!({"ok": true, "count": "three"}),
    };
    assert_eq!(DESCRIPTION.faults(&exchange).len(), 1, "a count in words");
    let counted = json!({"ok": true, "count": 3});
    exchange.answered = &counted;
    assert_eq!(DESCRIPTION.faults(&exchange), [] as [&str; 0]);
    exchange.status = 418;
    assert_eq!(DESCRIPTION.faults(&exchange), ["status 418 is not described, nor a known exception"]);
    let nowhere = ["nowhere".to_owned()];
    exchange.path = &nowhere;
    assert_eq!(DESCRIPTION.faults(&exchange), ["nobody describes this route"]);
}

#[test]
fn every_exception_says_why() {
    let reasons = SHAPES.iter().map(|it| it.why).chain(STATUSES.iter().map(|it| it.why));
    for why in reasons.chain(UNDESCRIBED.iter().map(|it| it.why)) {
        assert!(why.len() > 20, "{why}");
    }
}
