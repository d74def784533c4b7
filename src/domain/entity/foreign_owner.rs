//! Who owns an entity that is not owned by the scope of the run: another scope, an integration, a tool or a person. The
//! catalog knows the owner by the datasource of the last write.

use std::fmt;

use crate::domain::entity::{Datasource, EntityKey, Owner, Record};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerKind {
    /// Another scope of portolan.
    Scope,
    /// An Ocean integration.
    Integration,
    /// Port's Kubernetes exporter.
    Exporter,
    /// Another program, such as Terraform.
    Tool,
    Person,
}

/// How the datasource of each known writer starts, and the name of the tool.
pub const WRITERS: [(&str, OwnerKind, Option<&str>); 6] = [
    (Owner::PRODUCT, OwnerKind::Scope, None),
    (Datasource::EXPORTER, OwnerKind::Exporter, None),
    ("port-auto-k8s-exporter", OwnerKind::Exporter, None),
    ("port-ocean/", OwnerKind::Integration, None),
    ("terraform-provider", OwnerKind::Tool, Some("Terraform")),
    ("port-cli/", OwnerKind::Tool, Some("port-cli")),
];

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignOwner {
    pub kind: OwnerKind,
    /// `None`: the catalog reveals the kind only.
    pub name: Option<String>,
}

impl ForeignOwner {
    pub fn new(kind: OwnerKind, name: Option<String>) -> Self {
        Self { kind, name }
    }

    /// The owner of an entity, if it is among the known ones. `owners`: sorted by key.
    pub fn among<'o>(owners: &'o [(EntityKey, Self)], key: &EntityKey) -> Option<&'o Self> {
        let at = owners.binary_search_by(|(other, _)| other.cmp(key)).ok()?;
        owners.get(at).map(|(_, owner)| owner)
    }

    /// The owner from the datasource that the catalog stores: the writer's User-Agent.
    pub fn of_datasource(datasource: &str) -> Option<Self> {
        let (start, kind, name) = WRITERS.into_iter().find(|(start, ..)| datasource.starts_with(start))?;
        let name = match kind {
            OwnerKind::Scope | OwnerKind::Exporter => {
                let (_, rest) = datasource.split_once("(statekey/").unwrap_or_default();
                rest.split_once(')').map(|(key, _)| key.to_owned()).filter(|key| !key.is_empty())
            }
            OwnerKind::Integration => integration_name(&datasource[start.len()..]),
            OwnerKind::Tool | OwnerKind::Person => name.map(str::to_owned),
        };
        Some(Self::new(kind, name))
    }

    /// The person who last changed an entity. Ids of API clients are not people.
    pub fn of_record(record: &Record) -> Option<Self> {
        let by = record.updated_by.as_deref().or(record.created_by.as_deref())?;
        let is_person = by.contains(['@', '|']) || by.starts_with("user_");
        is_person.then(|| Self::new(OwnerKind::Person, Some(by.to_owned())))
    }
}

/// `pagerduty/1` from `pagerduty/0.2.1/1/exporter`: type, version, integration id, component.
fn integration_name(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => None,
        [kind, _, id, ..] => Some(format!("{kind}/{id}")),
        all => Some(all.join("/")),
    }
}

/// The text after "owned by".
impl fmt::Display for ForeignOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().map(|name| format!("`{}`", name.replace('`', "'")));
        match (self.kind, name) {
            (OwnerKind::Scope, Some(name)) => write!(f, "scope {name}"),
            (OwnerKind::Scope, None) => f.write_str("another portolan scope"),
            (OwnerKind::Integration, Some(name)) => write!(f, "the {name} integration"),
            (OwnerKind::Integration, None) => f.write_str("an Ocean integration"),
            (OwnerKind::Exporter, Some(name)) => write!(f, "the Kubernetes exporter {name}"),
            (OwnerKind::Exporter, None) => f.write_str("the Kubernetes exporter"),
            (OwnerKind::Tool | OwnerKind::Person, Some(name)) => f.write_str(&name),
            (OwnerKind::Tool, None) => f.write_str("another program"),
            (OwnerKind::Person, None) => f.write_str("a person"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_datasource_names_the_owner() {
        for (datasource, named) in [
            ("portolan/0.1.0 (statekey/acme/other)", "scope `acme/other`"),
            ("port-k8s-exporter/^0.3.4 (statekey/prod)", "the Kubernetes exporter `prod`"),
            ("port-auto-k8s-exporter/1", "the Kubernetes exporter"),
            ("port-ocean/pagerduty/0.2.1/1/exporter", "the `pagerduty/1` integration"),
            ("port-ocean/pagerduty/1", "the `pagerduty/1` integration"),
            ("port-ocean/", "an Ocean integration"),
            ("terraform-provider-port-labs/2.0", "`Terraform`"),
            ("port-cli/0.1 (linux/amd64)", "`port-cli`"),
        ] {
            assert_eq!(ForeignOwner::of_datasource(datasource).expect(datasource).to_string(), named);
        }
        assert_eq!(ForeignOwner::of_datasource("Mozilla/5.0"), None);
        let by = |by: &str| Record { updated_by: Some(by.into()), ..Record::default() };
        for (name, is_person) in [("ada@acme.example", true), ("auth0|1", true), ("user_1", true), ("a1b2c3", false)] {
            assert_eq!(ForeignOwner::of_record(&by(name)).is_some(), is_person, "{name}");
        }
    }
}
