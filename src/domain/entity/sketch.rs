//! A manifest for a person to finish: known values, required fields without a value, and optional fields as comments.
//! It is not an entity; a sketch is parsed as one once it is written.

use crate::domain::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    pub blueprint: String,
    pub identifier: String,
    /// The text fields and the team.
    pub fields: Vec<Entry>,
    pub properties: Vec<Entry>,
    pub relations: Vec<Entry>,
}

/// One key of the manifest, written or as a comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub name: String,
    /// A note for the person who fills it in; free text of any length.
    pub note: String,
    pub filling: Filling,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Filling {
    Given(Value),
    /// Required: the key is written without a value, for the user to fill in.
    Blank,
    /// Optional: the key is a comment with a possible value.
    Offered(Option<Value>),
}

impl Entry {
    /// Whether the key is written as part of the manifest.
    pub fn is_written(&self) -> bool {
        match self.filling {
            Filling::Given(_) | Filling::Blank => true,
            Filling::Offered(_) => false,
        }
    }
}
