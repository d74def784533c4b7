//! Resolves the kind of a mapping entry (`apps/v1/deployments`) to a resource of the cluster, as the API server's
//! discovery does: by plural, singular or kind, in any letter case, with an exact group and version.

use super::builtin_kinds::BUILTIN_KINDS;
use super::definition::Definition;
use crate::domain::platform::Platform;

/// A resource that a cluster serves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Resource {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub plural: String,
    pub singular: String,
    /// `None`: known only from an object.
    pub is_namespaced: Option<bool>,
}

impl Resource {
    /// `getport.io/v1`
    pub fn api_version(&self) -> String {
        match self.group.is_empty() {
            true => self.version.clone(),
            false => format!("{}/{}", self.group, self.version),
        }
    }
}

/// The resources of a cluster, as far as they are known offline.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    resources: Vec<Resource>,
}

impl Kinds {
    /// The built-in kinds, those of the definitions, and those of the platform.
    pub fn new(platform: &Platform, definitions: &[Definition]) -> Self {
        let mut kinds = Self::default();
        for (group, version, plural, kind, is_namespaced) in BUILTIN_KINDS {
            kinds.resources.push(Resource {
                group: group.to_owned(),
                version: version.to_owned(),
                kind: kind.to_owned(),
                plural: plural.to_owned(),
                singular: kind.to_lowercase(),
                is_namespaced: Some(is_namespaced),
            });
        }
        for definition in definitions {
            for version in definition.versions.iter().filter(|version| version.is_served) {
                kinds.add(Resource {
                    group: definition.group.clone(),
                    version: version.name.clone(),
                    kind: definition.kind.clone(),
                    plural: definition.plural.clone(),
                    singular: definition.singular.clone(),
                    is_namespaced: Some(definition.is_namespaced),
                });
            }
        }
        for (kind, plural, is_namespaced) in [("Entity", "entities", true), ("ClusterEntity", "clusterentities", false)]
        {
            kinds.add(Resource {
                group: platform.group.to_owned(),
                version: platform.version.to_owned(),
                kind: kind.to_owned(),
                plural: plural.to_owned(),
                singular: kind.to_lowercase(),
                is_namespaced: Some(is_namespaced),
            });
        }
        kinds
    }

    fn add(&mut self, resource: Resource) {
        if self.of_kind(&resource.group, &resource.version, &resource.kind).is_none() {
            self.resources.push(resource);
        }
    }

    /// Adds the kind of a given object, whose definition is not known. Its plural is guessed as Kubernetes does.
    pub fn add_kind_of_object(&mut self, group: &str, version: &str, kind: &str) {
        if group.is_empty() && version.is_empty() || kind.is_empty() {
            return;
        }
        let singular = kind.to_lowercase();
        let plural = match singular.strip_suffix('y') {
            Some(stem) => format!("{stem}ies"),
            None if singular.ends_with('s') => format!("{singular}es"),
            None => format!("{singular}s"),
        };
        self.add(Resource {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural,
            singular,
            is_namespaced: None,
        });
    }

    pub fn of_kind(&self, group: &str, version: &str, kind: &str) -> Option<&Resource> {
        self.resources.iter().find(|known| known.kind == kind && known.group == group && known.version == version)
    }

    /// The resource that a kind without its group or version probably means.
    pub fn resembling(&self, kind: &str) -> Option<&Resource> {
        let name = kind.trim().rsplit('/').next()?;
        let name = name.to_lowercase();
        self.resources.iter().find(|resource| resource.plural == name || resource.singular == name)
    }

    /// Resolves the kind of a mapping entry. `Err`: the message of the exporter.
    pub fn resolve(&self, kind: &str) -> Result<&Resource, String> {
        let mut parts = kind.splitn(3, '/');
        let (group, version, name) = match (parts.next(), parts.next(), parts.next()) {
            (Some(group), Some(version), Some(name)) => (group, version, name),
            (Some(version), Some(name), None) => ("", version, name),
            (_, None, _) | (None, _, _) => ("", "", ""),
        };
        let name_here = name.to_lowercase();
        if name_here.is_empty() {
            return Err("a resource must be present, got: /, Resource=".to_owned());
        }
        // Without a group, a version matches in every group; without a version, the group does.
        let matches = |resource: &&Resource| {
            let is_named = resource.plural == name_here || resource.singular == name_here;
            let is_grouped = group.is_empty() || resource.group == group;
            is_named && is_grouped && (version.is_empty() || resource.version == version)
        };
        self.resources.iter().find(matches).ok_or_else(|| {
            let api_version = if group.is_empty() { format!("/{version}") } else { format!("{group}/{version}") };
            format!("no matches for {api_version}, Resource={name}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::platform::PORT;

    fn resolve(kind: &str) -> Option<String> {
        let mut kinds = Kinds::new(&PORT, &[]);
        kinds.add_kind_of_object("acme.io", "v1alpha1", "Policy");
        kinds.resolve(kind).ok().map(|found| format!("{}/{}/{}", found.group, found.version, found.kind))
    }

    #[test]
    fn plural_singular_and_kind_resolve_in_any_letter_case() {
        for kind in ["getport.io/v1/entities", "getport.io/v1/entity", "getport.io/v1/Entity", "getport.io/v1/ENTITIES"]
        {
            assert_eq!(resolve(kind).as_deref(), Some("getport.io/v1/Entity"), "{kind}");
        }
        assert_eq!(resolve("apps/v1/Deployments").as_deref(), Some("apps/v1/Deployment"));
        assert_eq!(resolve("v1/services").as_deref(), Some("/v1/Service"));
        assert_eq!(resolve("/v1/services").as_deref(), Some("/v1/Service"));
        assert_eq!(resolve("acme.io/v1alpha1/policies").as_deref(), Some("acme.io/v1alpha1/Policy"));
    }

    #[test]
    fn a_version_without_group_matches_in_every_group() {
        assert_eq!(resolve("v1/deployments").as_deref(), Some("apps/v1/Deployment"));
        assert_eq!(resolve("v1/events").as_deref(), Some("/v1/Event"));
    }

    #[test]
    fn short_names_other_groups_and_incomplete_kinds_do_not_resolve() {
        for kind in [
            "getport.io/v1/ent",
            "GetPort.io/v1/entities",
            "getport.io/v1/entities ",
            "entities",
            "",
            "getport.io/entities",
            "useglint.io/v1/entities",
            "getport.io/v1/entities/status",
            "getport.io/v2/entities",
        ] {
            assert_eq!(resolve(kind), None, "{kind}");
        }
    }
}
