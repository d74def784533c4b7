//! Words about what the API server refuses, which several rules share.

use crate::analysis::engine::rule::FindingBuilder;
use crate::domain::delivery_facts::{Refusal, RefusalKind};
use crate::text::plural::list;

/// What to do about texts of the API server that do not say it.
const WAYS_OUT: [(&str, &str); 4] = [
    ("Claims aren't supported in", "remove `claimNames`, or write `apiVersion: apiextensions.crossplane.io/v1`"),
    (
        "XR connection secrets aren't supported in",
        "remove `connectionSecretKeys`, or write `apiVersion: apiextensions.crossplane.io/v1`",
    ),
    ("Only LegacyCluster composite resources can offer claims", "remove `claimNames`, or write `scope: LegacyCluster`"),
    (
        "Only LegacyCluster composite resources support connection secrets",
        "remove `connectionSecretKeys`, or write `scope: LegacyCluster`",
    ),
];

/// What is wrong and where, as a clause in the words of the API server.
pub(super) fn problem(refusal: &Refusal) -> String {
    let Refusal { path, text, kind } = refusal;
    let text = text.trim_end_matches('.');
    match kind {
        RefusalKind::UnknownField { .. } => format!("unknown field `{path}`"),
        RefusalKind::NoMatch { .. } | RefusalKind::NoSuchKind { .. } => text.to_owned(),
        RefusalKind::Missing | RefusalKind::Other if path.is_empty() => text.to_owned(),
        RefusalKind::Missing | RefusalKind::Other => format!("`{path}`: {text}"),
    }
}

/// What to do about it, if the problem does not say so. `unknown`: about a field that nothing is like.
pub(super) fn advice(refusal: &Refusal, unknown: &str) -> Option<String> {
    match &refusal.kind {
        RefusalKind::UnknownField { meant: Some(meant) } | RefusalKind::NoSuchKind { meant } => {
            Some(format!("did you mean `{meant}`?"))
        }
        RefusalKind::UnknownField { meant: None } => Some(unknown.to_owned()),
        RefusalKind::NoMatch { served } if served.is_empty() => {
            Some("no version is served: set `served: true`".to_owned())
        }
        RefusalKind::NoMatch { served } => {
            let served: Vec<String> = served.iter().map(|version| format!("`{version}`")).collect();
            Some(format!("write a version that is served: {}", list(&served)))
        }
        RefusalKind::Missing => {
            let field = refusal.path.rsplit(['.', ']']).next().filter(|field| !field.is_empty())?;
            Some(format!("add `{field}`"))
        }
        RefusalKind::Other => {
            if let Some((_, way_out)) = WAYS_OUT.iter().find(|(text, _)| refusal.text.contains(text)) {
                return Some((*way_out).to_owned());
            }
            let (_, rest) = refusal.text.rsplit_once("must be of type ")?;
            Some(format!("write a value of type {}", rest.split(':').next().unwrap_or_default()))
        }
    }
}

/// Adds what to do about it.
pub(super) fn with_advice(draft: FindingBuilder, advice: Option<String>) -> FindingBuilder {
    match advice {
        Some(advice) => draft.help(advice),
        None => draft,
    }
}
