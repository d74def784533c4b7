//! Validates the value of a property against its blueprint: the one answer to "does this value fit?". Lint, the embedded
//! catalog and `new` only word the problems. A fast path accepts most valid values, and `jsonschema` decides the rest.

mod fast_path;
mod problem;
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::Validator;
use jsonschema::json::{Json as JsonModel, SerdeJson};
use serde_json::Value as Json;

use crate::domain::blueprint::Property;
use crate::domain::document::tree_json::TreeJson;
use crate::domain::value::view::ValueView;
use fast_path::FastPath;

pub use problem::{NumberLimit, PropertyProblem, SizeLimit, SizeUnit, ValuePath, Violation};

/// The validator of values in a document's tree.
pub type TreeValidator = PropertyValidator<TreeJson>;
/// The validator of JSON values.
pub type JsonValidator = PropertyValidator<SerdeJson>;

/// A property, compiled once for all values. `jsonschema` compiles it for the first value that needs it.
pub struct PropertyValidator<M: JsonModel> {
    fast_path: FastPath,
    /// `None`: the platform does not know the type (`enum`), which makes the rest of the schema meaningless.
    schema: Option<Arc<Json>>,
    compiled: OnceLock<Option<Validator<M>>>,
}

/// By hand, because a derived one would require it of the model, which is only a marker.
impl<M: JsonModel> fmt::Debug for PropertyValidator<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PropertyValidator").field("fast_path", &self.fast_path).finish_non_exhaustive()
    }
}

impl<M: JsonModel> PropertyValidator<M> {
    pub fn new(property: &Property) -> Self {
        let schema = property.kind.map(|_| Arc::clone(&property.schema));
        let fast_path = schema.as_deref().map_or(FastPath::Undecided, FastPath::new);
        Self { fast_path, schema, compiled: OnceLock::new() }
    }

    /// All problems of a value, in the order of `jsonschema`. Null is a value like others here: an entity clears a
    /// property with it, so callers pass only other values.
    pub fn problems<'v, V>(&'v self, value: V) -> impl Iterator<Item = PropertyProblem<V>>
    where
        V: ValueView<'v, Model = M>,
    {
        let compiled = if self.fast_path.accepts(value) { None } else { self.compiled() };
        let items: Vec<V> = compiled.into_iter().flat_map(|_| value.items()).collect();
        let errors = compiled.into_iter().flat_map(move |compiled| compiled.iter_errors(value.node()));
        errors.map(move |error| PropertyProblem::new(value, &items, &error))
    }

    /// Whether any value can be wrong.
    pub fn judges(&self) -> bool {
        self.compiled().is_some()
    }

    /// `None`: no value can be wrong. A schema that does not compile is a problem of the blueprint.
    fn compiled(&self) -> Option<&Validator<M>> {
        let schema = self.schema.as_deref()?;
        self.compiled.get_or_init(|| schema::compile(schema).ok()).as_ref()
    }
}
