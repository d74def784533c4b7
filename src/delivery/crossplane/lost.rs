//! What of the schema of an XRD has no effect: keywords that Crossplane's decoder drops, and those that are not taken into
//! the kinds that it derives.

use super::machinery::{Target, spec_fields};
use crate::delivery::crd::keyword::{Keyword, NAMES};
use crate::delivery::crd::node::{Content, Member, Node};
use crate::delivery::crd::read::UnknownKeyword;
use crate::delivery::crd::schema::Schema;
use crate::delivery::crd::{Path, Step};
use crate::domain::document::span::Span;
use crate::text::suggest;

/// Keywords of JSON Schema that a CRD does not have, although they restrict values.
const FOREIGN: [&str; 18] = [
    "$anchor",
    "$defs",
    "$dynamicRef",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords that restrict no value wherever they are, so that nothing is lost with them.
const HARMLESS: [&str; 8] =
    ["$comment", "$id", "deprecated", "discriminator", "examples", "readOnly", "writeOnly", "xml"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostKeyword {
    /// `spec.versions[0].schema.openAPIV3Schema.properties[spec].anyOf`
    pub path: String,
    pub span: Option<Span>,
    pub keyword: String,
    pub loss: Loss,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// There is no such keyword. `meant`: one that is nearly written so.
    Unknown { meant: Option<String> },
    /// Crossplane does not take it from there: `the root`, `spec`, `status`, `metadata`.
    NotTaken { from: &'static str },
    /// A field of the schema that Crossplane replaces by its own.
    Replaced,
}

/// The keywords that were dropped when the schema was decoded.
pub fn of_unknown(unknown: Vec<UnknownKeyword>) -> impl Iterator<Item = LostKeyword> {
    unknown.into_iter().filter_map(|UnknownKeyword { path, span, name }| {
        let meant = suggest::closest(&name, NAMES).map(str::to_owned);
        let is_vendor = name.starts_with("x-") && !name.starts_with("x-kubernetes-");
        let is_named = FOREIGN.contains(&name.as_str());
        if HARMLESS.contains(&name.as_str()) || is_vendor && meant.is_none() {
            return None;
        }
        let meant = meant.filter(|_| !is_named);
        Some(LostKeyword { path, span, keyword: name, loss: Loss::Unknown { meant } })
    })
}

/// What Crossplane does not take from the schema of a version.
pub fn of_schema(schema: Node<'_>, target: &Target, path: &Path<'_>, lost: &mut Vec<LostKeyword>) {
    for member in schema.members() {
        let path = path.field(&member.key, member.span);
        match Keyword::of_any_case(&member.key) {
            Some(Keyword::Properties) => of_root_properties(member.node, target, &path, lost),
            // `spec` is required in any case.
            Some(Keyword::Required) if requires_only("spec", member.node) => {}
            Some(Keyword::Validations) => {}
            Some(keyword) if restricts(keyword, member.node) => push(&member, &path, "the root", lost),
            Some(_) | None => {}
        }
    }
}

fn requires_only(field: &str, required: Node<'_>) -> bool {
    required.items().iter().all(|item| item.as_str().is_some_and(|name| name == field))
}

fn push(member: &Member<'_>, path: &Path<'_>, from: &'static str, lost: &mut Vec<LostKeyword>) {
    let keyword = member.key.clone().into_owned();
    lost.push(LostKeyword { path: path.text(), span: path.span(), keyword, loss: Loss::NotTaken { from } });
}

/// Whether a keyword with this value says something about values. The type of what is dropped here is an object in any case.
fn restricts(keyword: Keyword, node: Node<'_>) -> bool {
    match keyword {
        Keyword::Type
        | Keyword::Title
        | Keyword::Description
        | Keyword::Example
        | Keyword::ExternalDocs
        | Keyword::SchemaUrl
        | Keyword::Id => false,
        _ => match node.content() {
            Content::Null | Content::Bool(false) => keyword == Keyword::AdditionalProperties && !node.is_null(),
            Content::List => !node.items().is_empty(),
            Content::Map => true,
            Content::Bool(true) | Content::Integer(_) | Content::Float(_) | Content::String(_) => true,
        },
    }
}

fn of_root_properties(properties: Node<'_>, target: &Target, path: &Path<'_>, lost: &mut Vec<LostKeyword>) {
    for member in properties.members() {
        let path = path.child(Step::Key(&member.key), member.span);
        match member.key.as_ref() {
            "apiVersion" | "kind" => {}
            "metadata" => of_metadata(member.node, &path, lost),
            "spec" => of_part(member.node, "spec", target, &path, lost),
            "status" => of_part(member.node, "status", target, &path, lost),
            _ => push(&member, &path, "the root", lost),
        }
    }
}

/// Of `metadata`, the length of the name is taken.
fn of_metadata(metadata: Node<'_>, path: &Path<'_>, lost: &mut Vec<LostKeyword>) {
    for member in metadata.members() {
        let path = path.field(&member.key, member.span);
        match Keyword::of_any_case(&member.key) {
            Some(Keyword::Properties) => of_fields_of_metadata(member.node, &path, lost),
            // A name is required in any case.
            Some(Keyword::Required) if requires_only("name", member.node) => {}
            Some(keyword) if restricts(keyword, member.node) => push(&member, &path, "metadata", lost),
            Some(_) | None => {}
        }
    }
}

fn of_fields_of_metadata(properties: Node<'_>, path: &Path<'_>, lost: &mut Vec<LostKeyword>) {
    for member in properties.members() {
        let path = path.child(Step::Key(&member.key), member.span);
        for inner in member.node.members() {
            let keyword = Keyword::of_any_case(&inner.key);
            let is_taken = member.key == "name" && keyword == Some(Keyword::MaxLength);
            if !is_taken && keyword.is_some_and(|keyword| restricts(keyword, inner.node)) {
                push(&inner, &path.field(&inner.key, inner.span), "metadata", lost);
            }
        }
    }
}

fn of_part(part: Node<'_>, name: &'static str, target: &Target, path: &Path<'_>, lost: &mut Vec<LostKeyword>) {
    for member in part.members() {
        let path = path.field(&member.key, member.span);
        match Keyword::of_any_case(&member.key) {
            Some(Keyword::Properties) => {
                // That of the status is written by Crossplane alone.
                let own = if name == "spec" { spec_fields(target) } else { Vec::new() };
                for property in member.node.members() {
                    let replacement = own.iter().find(|(own, _)| *own == property.key);
                    if replacement.is_some_and(|(_, own)| !has_same_fields(property.node, own)) {
                        let path = path.child(Step::Key(&property.key), property.span);
                        let keyword = property.key.clone().into_owned();
                        let loss = Loss::Replaced;
                        lost.push(LostKeyword { path: path.text(), span: path.span(), keyword, loss });
                    }
                }
            }
            Some(Keyword::Required | Keyword::Validations | Keyword::OneOf) => {}
            Some(Keyword::PreserveUnknownFields) if name == "spec" => {}
            Some(keyword) if restricts(keyword, member.node) => push(&member, &path, name, lost),
            Some(_) | None => {}
        }
    }
}

/// Whether a field that Crossplane replaces has the fields of its own, so that nothing changes for those who write it.
fn has_same_fields(written: Node<'_>, own: &Schema) -> bool {
    let fields = written.get("properties").map(Node::members).unwrap_or_default();
    fields.len() == own.properties.len()
        && fields.iter().all(|field| own.properties.contains_key(field.key.as_ref()))
        && written.get("type").and_then(Node::as_str).is_some_and(|name| name == own.type_name.name())
}
