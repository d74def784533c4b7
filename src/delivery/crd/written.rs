//! A schema with the document that it was read from, so that faults have places.

use std::collections::HashMap;

use super::fault::Fault;
use super::keyword::Keyword;
use super::node::{Member, Node};
use super::path::{Path, Step};
use super::schema::{Additional, Junctors, Schema};

/// A schema with the node that it was read from; the schemas that Crossplane adds have none.
#[derive(Clone, Copy)]
pub struct Written<'s> {
    pub schema: &'s Schema,
    pub node: Option<Node<'s>>,
}

/// A fault at a keyword of a schema.
pub fn at(written: Written<'_>, path: &Path<'_>, keyword: Keyword, text: impl Into<String>) -> Fault {
    let member = member_of(written.node, keyword.name());
    Fault::at(&path.field(keyword.name(), member.and_then(|member| member.span)), text)
}

/// A member of a schema, in any case of letters.
pub fn member_of<'n>(node: Option<Node<'n>>, name: &str) -> Option<Member<'n>> {
    let node = node?;
    node.member(name).or_else(|| node.members().into_iter().find(|member| member.key.eq_ignore_ascii_case(name)))
}

/// Calls `each` for every schema of a keyword, with its path and, of a property, its name.
pub fn each_below<'s>(
    written: Written<'s>,
    keyword: Keyword,
    path: &Path<'_>,
    each: &mut dyn FnMut(Written<'s>, &Path<'_>, &str),
) {
    let Written { schema, node } = written;
    if !schema.has(keyword) {
        return;
    }
    let member = member_of(node, keyword.name());
    let path = path.field(keyword.name(), member.as_ref().and_then(|member| member.span));
    let node = member.map(|member| member.node);
    let junctors: Option<&Junctors> = schema.junctors.as_deref();
    let listed: &[Schema] = match keyword {
        Keyword::Properties => {
            let members = node.map(Node::members).unwrap_or_default();
            let members: HashMap<&str, &Member<'_>> =
                members.iter().map(|member| (member.key.as_ref(), member)).collect();
            for (key, schema) in &schema.properties {
                let member = members.get(key.as_ref()).copied();
                let path = path.child(Step::Key(key), member.and_then(|member| member.span));
                each(Written { schema, node: member.map(|member| member.node) }, &path, key);
            }
            return;
        }
        Keyword::Items => {
            if let Some(schema) = &schema.items {
                each(Written { schema, node }, &path, "");
            }
            return;
        }
        Keyword::AdditionalProperties => {
            if let Additional::Values(schema) = &schema.additional {
                each(Written { schema, node }, &path, "");
            }
            return;
        }
        Keyword::Not => {
            if let Some(schema) = junctors.and_then(|junctors| junctors.not.as_ref()) {
                each(Written { schema, node }, &path, "");
            }
            return;
        }
        Keyword::AllOf => junctors.map_or(&[], |junctors| &junctors.all_of),
        Keyword::AnyOf => junctors.map_or(&[], |junctors| &junctors.any_of),
        Keyword::OneOf => junctors.map_or(&[], |junctors| &junctors.one_of),
        _ => return,
    };
    let items = node.map(Node::items).unwrap_or_default();
    for (at, schema) in listed.iter().enumerate() {
        let node = items.get(at).copied();
        let path = path.child(Step::Index(at), node.and_then(Node::span));
        each(Written { schema, node }, &path, "");
    }
}

/// The keywords with schemas.
pub const BELOW: [Keyword; 7] = [
    Keyword::Properties,
    Keyword::Items,
    Keyword::AdditionalProperties,
    Keyword::Not,
    Keyword::AllOf,
    Keyword::AnyOf,
    Keyword::OneOf,
];
