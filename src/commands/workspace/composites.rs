//! Which objects of YAML documents are Crossplane's: definitions of platform APIs (XRDs), and claims and composite resources,
//! which are known by the API groups of the definitions.

use std::collections::BTreeSet;

use crate::delivery::crossplane::is_xrd;
use crate::delivery::object::split_version;
use crate::domain::document::tree::Value;
use crate::domain::platform::PLATFORMS;
use crate::mapping::objects::each_object;

/// What a file has that may be Crossplane's.
#[derive(Debug, Default)]
pub(crate) struct CompositeObjects {
    /// The API groups that its definitions are of.
    defined: BTreeSet<String>,
    /// The API groups of its other objects.
    used: BTreeSet<String>,
}

impl CompositeObjects {
    /// Adds the objects of a document.
    pub fn add(&mut self, root: Value<'_>) {
        each_object(root, &mut |object| {
            let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
            let (api_version, kind) = (text("apiVersion"), text("kind"));
            if is_xrd(api_version, kind) {
                let name = object.get("metadata").and_then(|metadata| metadata.get("name"));
                // An XRD has the name of its CRD: `xdatabases.acme.example.com`.
                let group = name.and_then(Value::as_str).and_then(|name| name.split_once('.'));
                self.defined.extend(group.map(|(_, group)| group.to_owned()));
                return;
            }
            let (group, _) = split_version(api_version);
            let is_of_platform = PLATFORMS.iter().any(|platform| platform.group == group);
            if group.contains('.') && !is_of_platform && !self.used.contains(group) {
                self.used.insert(group.to_owned());
            }
        });
    }

    pub fn has_definitions(&self) -> bool {
        !self.defined.is_empty()
    }

    /// Whether it has claims or composite resources, if these groups are those of all definitions.
    pub fn has_objects_of(&self, groups: &BTreeSet<String>) -> bool {
        self.used.iter().any(|group| groups.contains(group))
    }
}

/// The API groups of all definitions.
pub(crate) fn defined_groups<'a>(files: impl Iterator<Item = &'a CompositeObjects>) -> BTreeSet<String> {
    files.flat_map(|file| file.defined.iter().cloned()).collect()
}
