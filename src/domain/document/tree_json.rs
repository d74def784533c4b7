//! Lets `jsonschema` read the YAML tree without conversion. Keys that are not strings appear as in the cluster's JSON;
//! a duplicate key appears once, with its last value.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node, NodeIdentity, Object};

use crate::domain::document::tree::{Entries, Items, Kind, Number, Value};

/// The type that represents this tree for `jsonschema`.
#[derive(Debug)]
pub struct TreeJson;

/// A node of a tree, or a string (for validating property names).
#[derive(Debug, Clone, Copy)]
pub enum TreeNode<'a> {
    Value(Value<'a>),
    Name(&'a str),
}

impl Json for TreeJson {
    type Node<'a> = TreeNode<'a>;
    type PreparedKey = String;
    type StringBuffer = String;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(buffer: &mut String, string: &str, f: impl FnOnce(TreeNode<'_>) -> T) -> T {
        buffer.clear();
        buffer.push_str(string);
        f(TreeNode::Name(buffer))
    }
}

impl<'a> TreeNode<'a> {
    fn value(self) -> Option<Value<'a>> {
        match self {
            Self::Value(value) => Some(value),
            Self::Name(_) => None,
        }
    }
}

impl JsonNumber for Number {
    fn as_u64(&self) -> Option<u64> {
        self.to_json().as_u64()
    }

    fn as_i64(&self) -> Option<i64> {
        self.to_json().as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        Some((*self).as_f64())
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_json().to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Owned(self.to_json())
    }
}

impl<'a> Node<'a, TreeJson> for TreeNode<'a> {
    type Object = Members<'a>;
    type Array = Elements<'a>;
    type Number = Number;

    fn as_object(&self) -> Option<Members<'a>> {
        self.value().filter(|value| value.kind() == Kind::Map).map(Members)
    }

    fn as_array(&self) -> Option<Elements<'a>> {
        self.value().filter(|value| value.kind() == Kind::List).map(Elements)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Value(value) => value.as_str().map(Cow::Borrowed),
            Self::Name(name) => Some(Cow::Borrowed(name)),
        }
    }

    fn as_number(&self) -> Option<Number> {
        self.value().and_then(Value::as_number)
    }

    fn as_boolean(&self) -> Option<bool> {
        self.value().and_then(Value::as_bool)
    }

    fn is_null(&self) -> bool {
        self.value().is_some_and(Value::is_null)
    }

    fn json_type(&self) -> JsonType {
        match self.value().map(Value::kind) {
            None | Some(Kind::String) => JsonType::String,
            Some(Kind::Null) => JsonType::Null,
            Some(Kind::Bool) => JsonType::Boolean,
            Some(Kind::Number) => JsonType::Number,
            Some(Kind::List) => JsonType::Array,
            Some(Kind::Map) => JsonType::Object,
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(match self {
            Self::Value(value) => value.to_json(),
            Self::Name(name) => serde_json::Value::String((*name).to_owned()),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        self.value().map(|value| {
            let tree = std::ptr::from_ref(value.view().tree);
            NodeIdentity::tagged(tree.addr(), u32::try_from(value.id().index()).unwrap_or(u32::MAX))
        })
    }
}

/// The entries of a mapping.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a>(Value<'a>);

impl<'a> Object<'a, TreeJson> for Members<'a> {
    type Node = TreeNode<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        self.members().count()
    }

    fn get(&self, key: &String) -> Option<TreeNode<'a>> {
        self.0
            .entries()
            .filter(|(name, _)| name.key_text() == key.as_str())
            .last()
            .map(|(_, value)| TreeNode::Value(value))
    }

    fn members(&self) -> MembersIter<'a> {
        MembersIter { entries: self.0.entries() }
    }
}

#[derive(Debug)]
pub struct MembersIter<'a> {
    entries: Entries<'a>,
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (Cow<'a, str>, TreeNode<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (key, value) = self.entries.next()?;
            let name = key.key_text();
            // Looking ahead finds the last entry of a duplicate key. This is quadratic only for repeated keys or huge
            // mappings.
            let given_again = self.entries.clone().take(DUPLICATE_LOOKAHEAD).any(|(other, _)| other.key_text() == name);
            if !given_again {
                return Some((name, TreeNode::Value(value)));
            }
        }
    }
}

/// How far to look ahead for a duplicate key; duplicates are reported anyway.
const DUPLICATE_LOOKAHEAD: usize = 64;

/// The items of a list.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a>(Value<'a>);

impl<'a> Array<'a, TreeJson> for Elements<'a> {
    type Node = TreeNode<'a>;
    type ElementsIter = ElementsIter<'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> ElementsIter<'a> {
        ElementsIter { items: self.0.items() }
    }
}

#[derive(Debug)]
pub struct ElementsIter<'a> {
    items: Items<'a>,
}

impl<'a> Iterator for ElementsIter<'a> {
    type Item = TreeNode<'a>;

    fn next(&mut self) -> Option<TreeNode<'a>> {
        self.items.next().map(TreeNode::Value)
    }
}
