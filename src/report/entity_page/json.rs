//! The page of an entity as `portolan.show/1` for programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::view::EntityPage;
use crate::report::escape;

const FORMAT: &str = "portolan.show/1";

/// What `portolan show BLUEPRINT/ID --output json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "portolan.show/1")]
struct Document<'a> {
    /// Always `portolan.show/1`.
    format: &'static str,
    entity: &'a EntityPage,
    notes: &'a [String],
}

pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document<'_>).into()
}

pub fn json(page: &EntityPage, notes: &[String]) -> String {
    format!("{}\n", escape::json(&Document { format: FORMAT, entity: page, notes }))
}
