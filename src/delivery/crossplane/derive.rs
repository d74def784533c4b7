//! Derives the schema of a kind from the schema of an XRD, as Crossplane does: parts of `spec` and `status` are taken, the
//! rest is dropped, and Crossplane's own fields are added.

use super::machinery::{Target, spec_fields, status_fields};
use crate::delivery::crd::keyword::Keyword;
use crate::delivery::crd::schema::{Junctors, Limits, Schema, Type};

/// A name is also the value of a label.
const MAX_NAME: i64 = 63;

pub fn derive(source: &Schema, target: &Target) -> Schema {
    let mut root = object();
    root.required = vec!["spec".into()];
    root.present.insert(Keyword::Required);
    if source.has(Keyword::Description) {
        root.present.insert(Keyword::Description);
    }
    take_rules(&mut root, source);
    for name in ["apiVersion", "kind"] {
        root.set_property(name, text());
    }
    root.set_property("metadata", metadata(source.properties.get("metadata")));
    let mut spec = part(source.properties.get("spec"));
    if source.properties.get("spec").is_some_and(Schema::keeps_unknown) {
        spec.present.insert(Keyword::PreserveUnknownFields);
    }
    for (name, field) in spec_fields(target) {
        spec.set_property(name, field);
    }
    root.set_property("spec", spec);
    let mut status = part(source.properties.get("status"));
    for (name, field) in status_fields(target) {
        status.set_property(name, field);
    }
    root.set_property("status", status);
    root
}

fn object() -> Schema {
    let mut schema = Schema { type_name: Type::Object, ..Schema::default() };
    schema.present.insert(Keyword::Type);
    schema
}

fn text() -> Schema {
    let mut schema = Schema { type_name: Type::String, ..Schema::default() };
    schema.present.insert(Keyword::Type);
    schema
}

fn take_rules(schema: &mut Schema, source: &Schema) {
    if !source.rules.is_empty() {
        schema.rules.clone_from(&source.rules);
        schema.present.insert(Keyword::Validations);
    }
}

fn metadata(source: Option<&Schema>) -> Schema {
    let limits = source.and_then(|source| source.properties.get("name")?.limits.as_ref());
    let most = limits.and_then(|limits| limits.max_length).filter(|most| *most < MAX_NAME).unwrap_or(MAX_NAME);
    let mut name = text();
    name.limits = Some(Box::new(Limits { max_length: Some(most), ..Limits::default() }));
    name.present.insert(Keyword::MaxLength);
    let mut metadata = object();
    metadata.set_property("name", name);
    metadata
}

/// What is taken of `spec` or `status`.
fn part(source: Option<&Schema>) -> Schema {
    let mut schema = object();
    let Some(source) = source else { return schema };
    if source.has(Keyword::Description) {
        schema.present.insert(Keyword::Description);
    }
    if !source.required.is_empty() {
        schema.required.clone_from(&source.required);
        schema.present.insert(Keyword::Required);
    }
    take_rules(&mut schema, source);
    let one_of = source.junctors.as_ref().map(|junctors| junctors.one_of.clone()).unwrap_or_default();
    if !one_of.is_empty() {
        schema.junctors = Some(Box::new(Junctors { one_of, ..Junctors::default() }));
        schema.present.insert(Keyword::OneOf);
    }
    if !source.properties.is_empty() {
        schema.properties.clone_from(&source.properties);
        schema.present.insert(Keyword::Properties);
    }
    schema
}
