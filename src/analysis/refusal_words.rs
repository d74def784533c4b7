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

/// A value of each format whose name alone does not say how it is written.
const EXAMPLES: [(&str, &str); 12] = [
    ("byte", "cG9ydG9sYW4="),
    ("cidr", "10.0.0.0/8"),
    ("date", "2026-01-31"),
    ("date-time", "2026-01-31T12:00:00Z"),
    ("duration", "1h30m"),
    ("email", "team@example.com"),
    ("hostname", "eu.example.com"),
    ("ipv4", "10.0.0.1"),
    ("ipv6", "2001:db8::1"),
    ("mac", "00:00:5e:00:53:01"),
    ("uri", "https://example.com/a"),
    ("uuid", "123e4567-e89b-12d3-a456-426614174000"),
];

/// What is wrong and where, as a clause in the words of the API server.
pub(super) fn problem(refusal: &Refusal) -> String {
    let Refusal { path, text, kind } = refusal;
    let text = text.trim_end_matches('.');
    match kind {
        RefusalKind::UnknownField { .. } => format!("unknown field `{path}`"),
        RefusalKind::NoMatch { .. } | RefusalKind::NoSuchKind { .. } => text.to_owned(),
        RefusalKind::Missing | RefusalKind::NotAnOption { .. } | RefusalKind::Other if path.is_empty() => {
            text.to_owned()
        }
        RefusalKind::Missing | RefusalKind::NotAnOption { .. } | RefusalKind::Other => format!("`{path}`: {text}"),
    }
}

/// What to do about it, if the problem does not say so. `unknown`: about a field that nothing is like.
pub(super) fn advice(refusal: &Refusal, unknown: &str) -> Option<String> {
    match &refusal.kind {
        RefusalKind::UnknownField { meant: Some(meant) } | RefusalKind::NoSuchKind { meant } => {
            Some(format!("did you mean `{meant}`?"))
        }
        RefusalKind::UnknownField { meant: None } => Some(unknown.to_owned()),
        RefusalKind::NotAnOption { meant } => meant.as_ref().map(|meant| format!("did you mean `{meant}`?")),
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
            let name = rest.split(':').next().unwrap_or_default();
            let example = EXAMPLES.iter().find(|(format, _)| *format == name);
            let example = example.map(|(_, example)| format!(", such as `{example}`")).unwrap_or_default();
            Some(format!("write a value of type {name}{example}"))
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
