//! The entries that the exporter adds for the CRDs that `crdsToDiscover` selects.

use super::config::model::{Config, Entry, Expression, Mapping, Query};
use super::failure::Failure;
use super::map_item::Engine;
use super::objects::Object;
use super::programs::Programs;
use crate::jq::{Env, Limits, Value};

/// A CRD over which the expression fails: the exporter logs that, and goes on.
pub(super) struct Undiscovered {
    /// Its index among the objects.
    pub(super) object: usize,
    pub(super) failure: Failure,
}

/// Adds the entries of the selected CRDs to the config.
pub(super) fn discover(
    config: &mut Config,
    objects: &[Object],
    environment: &Env,
    limits: &Limits,
) -> Vec<Undiscovered> {
    let Some(expression) = config.crds_to_discover.clone() else { return Vec::new() };
    let is_definition =
        |object: &&Object| object.kind == "CustomResourceDefinition" && object.group == "apiextensions.k8s.io";
    let programs = Programs::of_expression(&expression);
    let engine = Engine { programs: &programs, environment, limits };
    let mut failed = Vec::new();
    for (index, object) in objects.iter().enumerate().filter(|(_, object)| is_definition(object)) {
        match engine.boolean(&expression, &object.content) {
            Ok(true) => config.entries.extend(entry_of(object, config.entries.len(), &expression)),
            Ok(false) => {}
            Err(failure) => {
                failed.push(Undiscovered { object: index, failure: failure.in_field("crdsToDiscover") });
            }
        }
    }
    failed
}

/// The exporter's entry for a CRD: its name, its namespace, and everything in its spec.
fn entry_of(object: &Object, index: usize, from: &Expression) -> Option<Entry> {
    let spec = object.content.as_object()?.get("spec")?.as_object()?;
    let names = spec.get("names")?.as_object()?;
    let (group, kind) = (spec.get("group")?.as_str()?, names.get("kind")?.as_str()?);
    let version = spec.get("versions")?.as_array()?.first()?.as_object()?.get("name")?.as_str()?;
    let singular = names.get("singular").and_then(Value::as_str).map_or_else(|| kind.to_lowercase(), str::to_owned);
    let expression = |text: &str| Expression { text: text.to_owned(), ..from.clone() };
    Some(Entry {
        index,
        span: from.span,
        kind: format!("{group}/{version}/{kind}"),
        kind_span: from.span,
        selector: None,
        items_to_parse: None,
        item_name: "item".to_owned(),
        item_name_span: None,
        mappings: vec![Mapping {
            span: from.span,
            identifier: Query::Expression(expression(".metadata.name")),
            title: Some(expression(".metadata.name")),
            blueprint: expression(&format!("\"{singular}\"")),
            team: None,
            icon: None,
            properties: vec![
                ("namespace".into(), expression(".metadata.namespace")),
                ("*".into(), expression(".spec")),
            ],
            relations: Vec::new(),
        }],
    })
}
