//! Objects in an object: `x-kubernetes-embedded-resource`.

use super::fault::Fault;
use super::metadata::{self, Naming};
use super::names::dns_1035_label;
use super::node::{Content, Node};
use super::path::Path;

pub fn check(object: Node<'_>, path: &Path<'_>, faults: &mut Vec<Fault>) {
    for key in ["apiVersion", "kind"] {
        let Some(member) = object.member(key).filter(|member| !member.node.is_null()) else {
            faults.push(Fault::at(&path.field(key, None), "Required value"));
            continue;
        };
        let path = path.field(key, member.span);
        match member.node.content() {
            Content::String(text) if text.is_empty() => {
                faults.push(Fault::of(member.node, &path, "Invalid value: \"\": must not be empty"));
            }
            Content::String(text) => {
                if let Some(fault) = text_fault(key, &text) {
                    faults.push(Fault::of(member.node, &path, format!("Invalid value: {text:?}: {fault}")));
                }
            }
            content => {
                let text = format!("Invalid value: {:?}: must be a string", content.type_name());
                faults.push(Fault::wrong_type(member.node, &path, text));
            }
        }
    }
    let member = object.member("metadata");
    let path = path.field("metadata", member.as_ref().and_then(|member| member.span));
    metadata::check(member.map(|member| member.node), Naming::Embedded, &path, faults);
}

fn text_fault(key: &str, text: &str) -> Option<String> {
    match key {
        "apiVersion" if text.matches('/').count() > 1 => Some(format!("unexpected GroupVersion string: {text}")),
        "apiVersion" => None,
        _ => {
            let fault = dns_1035_label(&text.to_lowercase())?;
            Some(format!("may have mixed case, but should otherwise match: {fault}"))
        }
    }
}
