//! Shows both readings. The repair depends on what the blueprint wants there: quotes where it wants text, the
//! value that the cluster already reads where it wants a boolean or a number.

use crate::analysis::rule::{Check, DocumentContext, Draft, Rule, Sink};
use crate::analysis::snapshot::Snapshot;
use crate::domain::blueprint::PropertyKind;
use crate::domain::fault::FaultKind;
use crate::domain::fault::Reading;
use crate::domain::finding::{Edit, Family, RuleInfo, Severity};
use crate::domain::span::Span;
use crate::domain::tree::{Kind, entries_of};

pub static RULE: Rule = Rule {
    info: RuleInfo {
        code: "P003",
        name: "ambiguous-scalar",
        family: Family::Syntax,
        severity: Some(Severity::Warning),
        what: "a plain value that editors and the cluster read differently",
        why: "Kubernetes tooling still reads YAML 1.1: `yes` is a boolean there and text in an editor, `012` is ten. What you see is not what arrives.",
        fix: "Quote it where text is meant; write `true`, `false` or the plain number where that is meant",
    },
    check: Check::Document(check),
};

fn check(context: &DocumentContext<'_>, snapshot: &Snapshot, sink: &mut Sink<'_>) {
    for fault in context.faults {
        let FaultKind::AmbiguousScalar { editor, cluster, is_key } = &fault.kind else { continue };
        let raw = fault.span.slice(context.view.source);
        let message = match cluster {
            Reading::Refused => {
                format!("`{raw}` is {editor} to an editor, and the cluster cannot read the file with it.")
            }
            Reading::Null | Reading::Bool(_) | Reading::Number(_) | Reading::String(_) | Reading::Collection => {
                format!("`{raw}` is {editor} to an editor, and {cluster} to the cluster.")
            }
        };
        let quoted = Edit { span: fault.span, replacement: format!("\"{raw}\"") };
        let expected = expected_kind(context, snapshot, fault.span);
        let expected = expected.filter(|kind| !is_key || *kind == PropertyKind::String);
        let draft = Draft::new(fault.span, message);
        if let (Reading::Number(one), Reading::Number(other)) = (editor, cluster) {
            // Which of two numbers was meant, only a person knows.
            sink.report(draft.help(format!("write `{one}` or `{other}`, whichever is meant; or quote it for text")));
            continue;
        }
        sink.report(match (expected, plain_form(cluster)) {
            (Some(PropertyKind::Boolean | PropertyKind::Number), Some(plain)) => draft
                .help(format!("write `{plain}`, which every reader understands"))
                .fix(format!("write `{plain}`"), vec![Edit { replacement: plain, ..quoted }]),
            // The blueprint does not know the name, so nobody knows what it wants: the name comes first.
            _ if is_under_unknown_name(context, snapshot, fault.span) => {
                draft.help(quotes(raw)).suggestion("quote it", vec![quoted])
            }
            _ => draft.help(quotes(raw)).fix("quote it", vec![quoted]),
        });
    }
}

fn quotes(raw: &str) -> String {
    format!("quote it where text is meant: `\"{raw}\"`")
}

/// What every reader takes for the same boolean or number.
fn plain_form(reading: &Reading) -> Option<String> {
    match reading {
        Reading::Bool(value) => Some(value.to_string()),
        Reading::Number(text) => Some(text.clone()),
        Reading::Null | Reading::String(_) | Reading::Refused | Reading::Collection => None,
    }
}

/// In a property that the blueprint does not have.
fn is_under_unknown_name(context: &DocumentContext<'_>, snapshot: &Snapshot, span: Span) -> bool {
    context.manifests.iter().any(|manifest| {
        let shape = manifest.blueprint_text(context.view).and_then(|name| snapshot.find(name));
        let properties = entries_of(manifest.properties.map(|id| context.view.value(id)));
        let mut unknown = properties.filter(|(key, _)| {
            let name = key.as_str();
            name.zip(shape).is_some_and(|(name, shape)| shape.blueprint.property(name).is_none())
        });
        unknown.any(|(_, value)| value.span().contains(span.start as usize))
    })
}

/// What the blueprint wants at this place: a property, or an item of one.
fn expected_kind(context: &DocumentContext<'_>, snapshot: &Snapshot, span: Span) -> Option<PropertyKind> {
    for manifest in context.manifests {
        // Kubernetes takes only text there.
        if manifest.metadata.is_some_and(|metadata| context.view.value(metadata).span().contains(span.start as usize)) {
            return Some(PropertyKind::String);
        }
        let Some(shape) = manifest.blueprint_text(context.view).and_then(|name| snapshot.find(name)) else { continue };
        let Some(properties) = manifest.properties else { continue };
        for (key, value) in context.view.value(properties).entries() {
            let Some(property) = key.as_str().and_then(|name| shape.blueprint.property(name)) else { continue };
            if value.span() == span {
                return property.kind;
            }
            // A list of scalars only: whatever lies in its span is one of its items.
            let is_flat = context.view.tree.subtree_len(value.id()) == value.len() + 1;
            if value.kind() == Kind::List && is_flat && value.span().contains(span.start as usize) {
                let items = property.schema.get("items")?.get("type")?.as_str()?;
                return PropertyKind::parse(items);
            }
        }
    }
    None
}
