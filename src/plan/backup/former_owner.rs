//! The owner from whom a push took an entity over, as the catalog reveals it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};

/// An owner other than the scope of the push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormerOwner {
    pub kind: Option<OwnerKind>,
    pub name: Option<String>,
    /// The User-Agent of the last write before the push. Null: the catalog does not reveal it, so the entity cannot be
    /// given back.
    pub datasource: Option<String>,
}

impl FormerOwner {
    pub fn new(owner: Option<&ForeignOwner>, datasource: Option<String>) -> Self {
        let name = owner.and_then(|owner| owner.name.clone());
        Self { kind: owner.map(|owner| owner.kind), name, datasource }
    }
}

/// The text after "owned by".
impl fmt::Display for FormerOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => ForeignOwner::new(kind, self.name.clone()).fmt(f),
            None => f.write_str("another owner"),
        }
    }
}
