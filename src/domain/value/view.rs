//! `ValueView`: what the validator of properties reads of a value, whatever represents it. Lint reads the spanned tree,
//! the embedded catalog and `new` read JSON, and neither is converted to the other.

use jsonschema::json::{Json as JsonModel, SerdeJson};
use serde_json::Value as Json;

use crate::domain::document::tree::{Kind, Value as TreeValue};
use crate::domain::document::tree_json::{TreeJson, TreeNode};

/// A cheap handle of a value.
pub trait ValueView<'v>: Copy {
    /// The representation as `jsonschema` knows it.
    type Model: JsonModel;

    fn kind(self) -> Kind;

    fn as_str(self) -> Option<&'v str>;

    fn as_f64(self) -> Option<f64>;

    /// The number of items of a list; 0 for other types.
    fn item_count(self) -> usize;

    /// The items of a list; empty for other types.
    fn items(self) -> impl Iterator<Item = Self>;

    /// The value under a key of a mapping.
    fn member(self, key: &str) -> Option<Self>;

    fn node(self) -> <Self::Model as JsonModel>::Node<'v>;
}

impl<'v> ValueView<'v> for TreeValue<'v> {
    type Model = TreeJson;

    #[inline(always)]
    fn kind(self) -> Kind {
        self.kind()
    }

    #[inline(always)]
    fn as_str(self) -> Option<&'v str> {
        self.as_str()
    }

    #[inline(always)]
    fn as_f64(self) -> Option<f64> {
        self.as_number().map(|number| number.as_f64())
    }

    #[inline(always)]
    fn item_count(self) -> usize {
        if self.kind() == Kind::List { self.len() } else { 0 }
    }

    #[inline(always)]
    fn items(self) -> impl Iterator<Item = Self> {
        self.items()
    }

    /// Keys that are not text are read as Kubernetes writes them in JSON; of duplicate keys the last one applies.
    fn member(self, key: &str) -> Option<Self> {
        self.entries().filter(|(name, _)| name.key_text() == key).last().map(|(_, value)| value)
    }

    fn node(self) -> TreeNode<'v> {
        TreeNode::Value(self)
    }
}

impl<'v> ValueView<'v> for &'v Json {
    type Model = SerdeJson;

    fn kind(self) -> Kind {
        match self {
            Json::Null => Kind::Null,
            Json::Bool(_) => Kind::Bool,
            Json::Number(_) => Kind::Number,
            Json::String(_) => Kind::String,
            Json::Array(_) => Kind::List,
            Json::Object(_) => Kind::Map,
        }
    }

    fn as_str(self) -> Option<&'v str> {
        Json::as_str(self)
    }

    fn as_f64(self) -> Option<f64> {
        Json::as_f64(self)
    }

    fn item_count(self) -> usize {
        self.as_array().map_or(0, Vec::len)
    }

    fn items(self) -> impl Iterator<Item = Self> {
        self.as_array().into_iter().flatten()
    }

    fn member(self, key: &str) -> Option<Self> {
        self.get(key)
    }

    fn node(self) -> &'v Json {
        self
    }
}
