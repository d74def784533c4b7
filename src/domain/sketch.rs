//! A manifest that a person is going to finish: what is known, what is wanted and not known yet, and what could be
//! said besides. It is no entity: that has values and nothing else, and is what a sketch reads back as.

use crate::domain::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    pub blueprint: String,
    pub identifier: String,
    /// Title, icon and team.
    pub fields: Vec<Entry>,
    pub properties: Vec<Entry>,
    pub relations: Vec<Entry>,
}

/// One key of the manifest, written or only shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub name: String,
    /// What a person needs to know who fills it in; free text, of any length.
    pub note: String,
    pub filling: Filling,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Filling {
    Given(Value),
    /// Wanted, and for a person to say: the key stands there without a value.
    Blank,
    /// Not wanted: the key stands in a comment, with what it could hold.
    Offered(Option<Value>),
}

impl Entry {
    /// Whether the key is part of the manifest as it stands.
    pub fn is_written(&self) -> bool {
        match self.filling {
            Filling::Given(_) | Filling::Blank => true,
            Filling::Offered(_) => false,
        }
    }
}
