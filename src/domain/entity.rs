//! An entity as the catalog stores it: its values and the record of its writers. `domain::manifest` has its position in
//! a file.

pub mod desired;
pub mod fields;
pub mod foreign_owner;
pub mod identifier;
pub mod patch;
pub mod sketch;

use std::cmp::Ordering;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::entity::fields::Texts;
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;

/// The key of an entity: identifiers are unique within a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntityKey {
    pub blueprint: Arc<str>,
    pub identifier: Box<str>,
}

impl Ord for EntityKey {
    fn cmp(&self, other: &Self) -> Ordering {
        // Most keys share the text of their blueprint, which need not be read then.
        let is_shared = Arc::ptr_eq(&self.blueprint, &other.blueprint);
        let blueprints = if is_shared { Ordering::Equal } else { self.blueprint.cmp(&other.blueprint) };
        blueprints.then_with(|| self.identifier.cmp(&other.identifier))
    }
}

impl PartialOrd for EntityKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The stored part of an entity, without computed values. Names are interned, because a hundred thousand entities share
/// a few names.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    pub key: EntityKey,
    pub texts: Texts<Option<Box<str>>>,
    pub team: Box<[Box<str>]>,
    /// In the catalog's order; nulls are kept.
    pub properties: Box<[(Arc<str>, Value)]>,
    pub relations: Box<[(Arc<str>, Targets)]>,
    pub record: Record,
}

/// The targets of a relation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Targets {
    None,
    One(Box<str>),
    Many(Box<[Box<str>]>),
}

/// Who wrote an entity, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    pub created_at: Option<Moment>,
    pub created_by: Option<Arc<str>>,
    pub updated_at: Option<Moment>,
    pub updated_by: Option<Arc<str>>,
}

/// The owner of entities: the scope of every write, which the catalog stores in the datasource of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub scope: String,
}

impl Owner {
    /// The product name at the start of the datasource.
    pub const PRODUCT: &'static str = "portolan";

    /// The User-Agent of every write; the catalog stores it as the datasource.
    pub fn user_agent(&self) -> String {
        format!("{}/{} {}", Self::PRODUCT, env!("CARGO_PKG_VERSION"), self.mark())
    }

    /// The part of the datasource that identifies the owner, in every version.
    pub fn mark(&self) -> String {
        format!("(statekey/{})", self.scope)
    }

    /// Whether a User-Agent contains a scope: entities written without one have no owner.
    pub fn is_told_in(user_agent: &str) -> bool {
        let scope = user_agent.split_once("(statekey/").and_then(|(_, rest)| rest.split_once(')'));
        user_agent.starts_with(Self::PRODUCT) && scope.is_some_and(|(scope, _)| !scope.trim().is_empty())
    }

    /// What the datasources of its entities contain.
    pub fn datasource(&self) -> Datasource {
        Datasource { program: Self::PRODUCT, mark: self.mark() }
    }

    pub fn owns(&self, datasource: &str) -> bool {
        self.datasource().is_in(datasource)
    }
}

/// What the datasource of an entity contains if a program wrote it last under some scope or state key. The catalog finds
/// the entities of an owner by both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datasource {
    pub program: &'static str,
    /// `(statekey/acme/catalog)`
    pub mark: String,
}

impl Datasource {
    /// The program name of the Kubernetes exporter.
    pub const EXPORTER: &'static str = "port-k8s-exporter";

    /// The datasource of an exporter with this state key.
    pub fn of_exporter(state_key: &str) -> Self {
        Self { program: Self::EXPORTER, mark: format!("(statekey/{state_key})") }
    }

    /// The User-Agent of an exporter with this state key. The version is a constant of all releases.
    pub fn exporter_user_agent(state_key: &str) -> String {
        format!("{}/^0.3.4 (statekey/{state_key})", Self::EXPORTER)
    }

    pub fn is_in(&self, datasource: &str) -> bool {
        datasource.contains(self.program) && datasource.contains(&self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_knows_its_own_and_nobody_else() {
        let owner = Owner { scope: "acme/catalog".to_owned() };
        assert!(owner.owns(&owner.user_agent()));
        assert!(owner.owns("portolan/9.9.9 (statekey/acme/catalog)"));
        let other = Owner { scope: "acme/catalog-staging".to_owned() };
        assert!(!owner.owns(&other.user_agent()) && !other.owns(&owner.user_agent()));
        assert!(Owner::is_told_in(&owner.user_agent()));
        for nobodys in ["portolan/0.1.0", "portolan/0.1.0 (statekey/)", "portolan (statekey/", "curl (statekey/acme)"] {
            assert!(!Owner::is_told_in(nobodys), "{nobodys}");
        }
        let exporters = "port-k8s-exporter/^0.3.4 (statekey/acme/catalog)";
        assert!(!owner.owns(exporters));
        assert!(Datasource::of_exporter("acme/catalog").is_in(exporters));
        assert!(!Datasource::of_exporter("acme").is_in(exporters));
        // The key is compared exactly, whatever characters it has.
        for (key, other) in
            [("prod", "prod-eu"), ("prod-eu", "prod"), ("a.b+[c]", "aXbb[c]"), ("Prod", "prod"), ("eu", "x/eu")]
        {
            assert!(Datasource::of_exporter(key).is_in(&Datasource::exporter_user_agent(key)));
            assert!(!Datasource::of_exporter(key).is_in(&Datasource::exporter_user_agent(other)), "{key} {other}");
        }
    }
}
