//! A value that is checked: a node of a document in the reading of the tool that delivers it, or a JSON value of a schema.
//! Documents are not copied.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value as Json;

use crate::delivery::reading::{Dialect, key_text, kustomize_json};
use crate::domain::document::span::Span;
use crate::domain::document::stored_json::stored_json;
use crate::domain::document::tree::{Kind, Style, Value};

#[derive(Debug, Clone, Copy)]
pub enum Node<'a> {
    Written {
        value: Value<'a>,
        dialect: Dialect,
        /// It is inside of `[...]` or `{...}`.
        in_flow: bool,
    },
    Json(&'a Json),
}

/// What a node is as JSON that has passed through Go: integers of 64 bits, and floats.
#[derive(Debug, Clone, PartialEq)]
pub enum Content<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(Cow<'a, str>),
    List,
    Map,
}

/// An entry of a mapping.
#[derive(Debug, Clone)]
pub struct Member<'a> {
    pub key: Cow<'a, str>,
    /// The key, in a document.
    pub span: Option<Span>,
    pub node: Node<'a>,
}

/// From this number of entries on, a map finds duplicates.
const MANY: usize = 16;

impl<'a> Node<'a> {
    pub fn written(value: Value<'a>, dialect: Dialect) -> Self {
        Self::Written { value, dialect, in_flow: false }
    }

    pub fn content(self) -> Content<'a> {
        match self {
            Self::Written { value, dialect, in_flow } => match (value.kind(), dialect) {
                (Kind::List, _) => Content::List,
                (Kind::Map, _) => Content::Map,
                (Kind::String, Dialect::Kubectl) => Content::String(Cow::Borrowed(value.as_str().unwrap_or_default())),
                (Kind::Bool, Dialect::Kubectl) => Content::Bool(value.as_bool().unwrap_or_default()),
                (_, Dialect::Kubectl) => owned(stored_json(value)),
                (_, Dialect::Kustomize) => owned(kustomize_json(value, in_flow)),
            },
            Self::Json(json) => of_json(json),
        }
    }

    pub fn is_null(self) -> bool {
        match self {
            // In a flow mapping of kustomize, a value that is left out is an empty text.
            Self::Written { value, .. } => value.is_null() && self.content() == Content::Null,
            Self::Json(json) => json.is_null(),
        }
    }

    pub fn as_str(self) -> Option<Cow<'a, str>> {
        match self.content() {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(self) -> Option<bool> {
        match self.content() {
            Content::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Where it is, in a document.
    pub fn span(self) -> Option<Span> {
        match self {
            Self::Written { value, .. } => Some(value.span()),
            Self::Json(_) => None,
        }
    }

    /// The value under a key, also one that is null.
    pub fn get(self, key: &str) -> Option<Self> {
        self.member(key).map(|member| member.node)
    }

    pub fn member(self, key: &str) -> Option<Member<'a>> {
        let mut found = None;
        self.each_member(&mut |member| {
            if member.key == key {
                found = Some(member);
            }
        });
        found
    }

    /// The entries of a mapping. Of duplicate keys, the last one counts.
    pub fn members(self) -> Vec<Member<'a>> {
        let mut members: Vec<Member<'a>> = Vec::new();
        let mut places: HashMap<Cow<'a, str>, usize> = HashMap::new();
        self.each_member(&mut |member| {
            if members.len() == MANY {
                places.extend(members.iter().enumerate().map(|(at, known)| (known.key.clone(), at)));
            }
            let known = if members.len() < MANY {
                members.iter().position(|known| known.key == member.key)
            } else {
                places.get(&member.key).copied()
            };
            match known {
                Some(at) => members[at] = member,
                None => {
                    if members.len() >= MANY {
                        places.insert(member.key.clone(), members.len());
                    }
                    members.push(member);
                }
            }
        });
        members
    }

    fn each_member(self, each: &mut dyn FnMut(Member<'a>)) {
        match self {
            Self::Written { value, dialect, in_flow } => {
                let in_flow = in_flow || value.style() == Style::Flow;
                for (key, member) in value.entries() {
                    let text = match dialect {
                        Dialect::Kubectl => key.key_text(),
                        Dialect::Kustomize => key_text(key),
                    };
                    each(Member {
                        key: text,
                        span: Some(key.span()),
                        node: Self::Written { value: member, dialect, in_flow },
                    });
                }
            }
            Self::Json(Json::Object(members)) => {
                for (key, member) in members {
                    each(Member { key: Cow::Borrowed(key), span: None, node: Self::Json(member) });
                }
            }
            Self::Json(_) => {}
        }
    }

    /// The items of a list.
    pub fn items(self) -> Vec<Self> {
        match self {
            Self::Written { value, dialect, in_flow } => {
                let in_flow = in_flow || value.style() == Style::Flow;
                value.items().map(|value| Self::Written { value, dialect, in_flow }).collect()
            }
            Self::Json(Json::Array(items)) => items.iter().map(Self::Json).collect(),
            Self::Json(_) => Vec::new(),
        }
    }

    pub fn to_json(self) -> Json {
        match self {
            Self::Written { value, dialect: Dialect::Kubectl, .. } => stored_json(value),
            Self::Written { value, dialect: Dialect::Kustomize, in_flow } => kustomize_json(value, in_flow),
            Self::Json(json) => json.clone(),
        }
    }
}

impl Content<'_> {
    /// The type in the words of JSON schemas.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Integer(_) => "integer",
            Self::Float(_) => "number",
            Self::String(_) => "string",
            Self::List => "array",
            Self::Map => "object",
        }
    }
}

fn of_json(json: &Json) -> Content<'_> {
    match json {
        Json::String(text) => Content::String(Cow::Borrowed(text)),
        Json::Null => Content::Null,
        Json::Bool(value) => Content::Bool(*value),
        Json::Number(number) => of_number(number),
        Json::Array(_) => Content::List,
        Json::Object(_) => Content::Map,
    }
}

fn owned(json: Json) -> Content<'static> {
    match json {
        Json::String(text) => Content::String(Cow::Owned(text)),
        Json::Null => Content::Null,
        Json::Bool(value) => Content::Bool(value),
        Json::Number(number) => of_number(&number),
        Json::Array(_) => Content::List,
        Json::Object(_) => Content::Map,
    }
}

fn of_number(number: &serde_json::Number) -> Content<'static> {
    match number.as_i64() {
        Some(value) => Content::Integer(value),
        None => Content::Float(number.as_f64().unwrap_or_default()),
    }
}
