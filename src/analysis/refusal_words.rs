//! Words about what the API server refuses, which several rules share.

use crate::domain::delivery_facts::{Refusal, RefusalKind};
use crate::text::plural::list;

/// What is wrong and where, as a clause in the words of the API server.
pub(super) fn problem(refusal: &Refusal) -> String {
    let Refusal { path, text, kind } = refusal;
    let text = text.trim_end_matches('.');
    match kind {
        RefusalKind::UnknownField { .. } => format!("unknown field `{path}`"),
        RefusalKind::NoMatch { .. } => text.to_owned(),
        RefusalKind::Missing | RefusalKind::Other if path.is_empty() => text.to_owned(),
        RefusalKind::Missing | RefusalKind::Other => format!("`{path}`: {text}"),
    }
}

/// What to do about it. `unknown`: about a field that nothing is like.
pub(super) fn advice(refusal: &Refusal, unknown: &str) -> String {
    match &refusal.kind {
        RefusalKind::UnknownField { meant: Some(meant) } => format!("did you mean `{meant}`?"),
        RefusalKind::UnknownField { meant: None } => unknown.to_owned(),
        RefusalKind::NoMatch { served } if served.is_empty() => "no version is served: set `served: true`".to_owned(),
        RefusalKind::NoMatch { served } => {
            let served: Vec<String> = served.iter().map(|version| format!("`{version}`")).collect();
            format!("write a version that is served: {}", list(&served))
        }
        RefusalKind::Missing => {
            let field = refusal.path.rsplit(['.', ']']).next().filter(|field| !field.is_empty());
            field.map_or_else(|| "add it".to_owned(), |field| format!("add `{field}`"))
        }
        RefusalKind::Other => match refusal.text.rsplit_once("must be of type ") {
            Some((_, rest)) => format!("write a value of type {}", rest.split(':').next().unwrap_or_default()),
            None if refusal.text.starts_with("Unsupported value") => "write one of the supported values".to_owned(),
            None => "correct it".to_owned(),
        },
    }
}
