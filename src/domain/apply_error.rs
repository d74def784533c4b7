//! What tools print when the API server refuses an object that they apply.

use std::fmt::Write as _;

/// An object as it reaches the API server. There are as many as manifests, so its texts are one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppliedObject {
    texts: Box<str>,
    /// Where the API version, the kind and the namespace end.
    ends: [u32; 3],
}

impl AppliedObject {
    /// `namespace`: empty if it has none.
    pub fn new(api_version: &str, kind: &str, namespace: &str, name: &str) -> Self {
        let ends = [api_version.len(), kind.len(), namespace.len()];
        let mut end = 0;
        let ends = ends.map(|length| {
            end += length;
            u32::try_from(end).expect("a file is smaller than 4 GiB")
        });
        Self { texts: [api_version, kind, namespace, name].concat().into(), ends }
    }

    fn api_version(&self) -> &str {
        &self.texts[..self.ends[0] as usize]
    }

    pub fn kind(&self) -> &str {
        &self.texts[self.ends[0] as usize..self.ends[1] as usize]
    }

    fn namespace(&self) -> &str {
        &self.texts[self.ends[1] as usize..self.ends[2] as usize]
    }

    pub fn name(&self) -> &str {
        &self.texts[self.ends[2] as usize..]
    }

    /// `Entity shop/cart`
    pub fn title(&self) -> String {
        let kind = self.kind();
        match (self.namespace(), self.name()) {
            (_, "") => format!("{kind} without a name"),
            ("", name) => format!("{kind} {name}"),
            (namespace, name) => format!("{kind} {namespace}/{name}"),
        }
    }

    fn group(&self) -> &str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// `Entity/shop/cart`, as Flux writes it.
    fn path(&self) -> String {
        let mut path = format!("{}/", self.kind());
        if !self.namespace().is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(path, "{}/", self.namespace());
        }
        path + self.name()
    }
}

/// Flux, for an Entity without a namespace.
pub fn no_namespace(object: &AppliedObject) -> String {
    let name = object.name();
    format!(
        "{} namespace not specified: the server could not find the requested resource (patch entities.{} {name})",
        object.path(),
        object.group()
    )
}

/// Flux, for a null where the CRD has a mapping. `field`: `spec.properties`.
pub fn null_map(object: &AppliedObject, field: &str) -> String {
    let (kind, name) = (object.kind(), object.name());
    format!(
        "{} dry-run failed (Invalid): {kind}.{} \"{name}\" is invalid: {field}: Invalid value: \"null\": {field} in body must be of type object: \"null\"",
        object.path(),
        object.group()
    )
}

/// Flux, for a field that the CRD does not have. `field`: `spec.title`.
pub fn unknown_field(object: &AppliedObject, field: &str) -> String {
    format!("{} dry-run failed: {}", object.path(), untyped_field(object, field))
}

/// Every server-side apply, for a field that the CRD does not have.
pub fn untyped_field(object: &AppliedObject, field: &str) -> String {
    let (api_version, kind) = (object.api_version(), object.kind());
    let (namespace, name) = (object.namespace(), object.name());
    format!(
        "failed to create typed patch object ({namespace}/{name}; {api_version}, Kind={kind}): .{field}: field not declared in schema"
    )
}

/// kubectl, and Argo CD unless it does not validate, for a field that the CRD does not have.
pub fn strict_decoding(field: &str) -> String {
    format!("strict decoding error: unknown field \"{field}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_those_that_flux_printed() {
        let object = |namespace: &str| AppliedObject::new("getport.io/v1", "Entity", namespace, "a");
        assert_eq!(
            no_namespace(&object("")),
            "Entity/a namespace not specified: the server could not find the requested resource (patch entities.getport.io a)"
        );
        assert_eq!(
            null_map(&object("default"), "spec.properties"),
            "Entity/default/a dry-run failed (Invalid): Entity.getport.io \"a\" is invalid: spec.properties: Invalid value: \"null\": spec.properties in body must be of type object: \"null\""
        );
        assert_eq!(
            unknown_field(&object("default"), "spec.title"),
            "Entity/default/a dry-run failed: failed to create typed patch object (default/a; getport.io/v1, Kind=Entity): .spec.title: field not declared in schema"
        );
        assert_eq!(object("default").title(), "Entity default/a");
    }
}
