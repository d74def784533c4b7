//! Intended differences from kubectl, each with its reason and an example.

use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::tree::Value;
use crate::manifest::yaml::first_forbidden;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    AfterEnd,
    CarriageReturn,
    ContentAfterEnd,
    OddBlank,
    PlainText,
    AnchorEnd,
    TagAlone,
    TooDeep,
    AliasBomb,
    SameKeyTwice,
    FirstSeparator,
    MarkAfterSeparators,
    ControlOnSeparator,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) difference: Difference,
    pub(super) example: fn() -> String,
    /// The reason why portolan differs from kubectl.
    #[expect(dead_code, reason = "read by people")]
    reason: &'static str,
}

pub(super) const TABLE: [Row; 13] = [
    Row {
        difference: Difference::AfterEnd,
        example: || "apiVersion: v1\na: 1\n...\nb: 2\n".to_owned(),
        reason: "kubectl ignores the second document in silence; portolan reads it and reports that",
    },
    Row {
        difference: Difference::CarriageReturn,
        example: || "apiVersion: v1\ra: 1\r---\rb: 2\r".to_owned(),
        reason: "kubectl ignores the second document in silence; portolan reads it and reports that",
    },
    Row {
        difference: Difference::ContentAfterEnd,
        example: || "[a] b\n".to_owned(),
        reason: "kubectl ignores what follows the root in silence; portolan refuses the document",
    },
    Row {
        difference: Difference::OddBlank,
        example: || "a: 1\n\u{a0}b: 2\n".to_owned(),
        reason: "kubectl takes a pasted non-breaking space for the first letter of the key, which nobody means",
    },
    Row {
        difference: Difference::AnchorEnd,
        example: || "a: &b:c d\n".to_owned(),
        reason: "kubectl ends the name at the colon and reads `:c d`; portolan reads the same value and reports it",
    },
    Row {
        difference: Difference::TagAlone,
        example: || "a: !important\n".to_owned(),
        reason: "kubectl reads an empty text; portolan reads the same and reports that the tag was meant as text",
    },
    Row {
        difference: Difference::TooDeep,
        example: || format!("a: {}{}\n", "[".repeat(130), "]".repeat(130)),
        reason: "portolan reads to a depth of 128, which bounds what a hostile file can cost",
    },
    Row {
        difference: Difference::AliasBomb,
        example: || format!("a: &a [{}]\nb: [{}]\n", vec!["x"; 4000].join(", "), vec!["*a"; 70].join(", ")),
        reason: "portolan and kubectl bound what aliases expand to by different figures",
    },
    Row {
        difference: Difference::PlainText,
        example: || "apiVersion:getport.io/v1\n".to_owned(),
        reason: "kubectl reads a text where a space is missing after the colon, and then misses the kind",
    },
    Row {
        difference: Difference::FirstSeparator,
        example: || "---#c\n".to_owned(),
        reason: "kubectl takes a first line of `---#` for text and refuses what follows; portolan always refuses it",
    },
    Row {
        difference: Difference::MarkAfterSeparators,
        example: || "n: 0\n---\n---\n\u{feff}n: 2\n".to_owned(),
        reason: "kubectl makes a byte order mark after two separators part of the key; portolan ignores it",
    },
    Row {
        difference: Difference::ControlOnSeparator,
        example: || "n: 0\n--- # \u{7f}\nn: 1\n".to_owned(),
        reason: "kubectl does not read the line of a separator; YAML allows no control character anywhere",
    },
    Row {
        difference: Difference::SameKeyTwice,
        example: || "a: {1: b, \"1\": c}\n".to_owned(),
        reason: "kubectl keeps one of the two by chance; portolan keeps the last one and reports the key",
    },
];

/// The difference that a fault stands for.
pub(super) fn by_fault(kind: &FaultKind) -> Option<Difference> {
    match kind {
        FaultKind::TooDeep { .. } => Some(Difference::TooDeep),
        FaultKind::AliasBomb { .. } => Some(Difference::AliasBomb),
        FaultKind::Syntax { message, .. } => {
            BY_MESSAGE.iter().find(|(part, _)| message.contains(part)).map(|(_, difference)| *difference)
        }
        _ => None,
    }
}

const BY_MESSAGE: [(&str, Difference); 9] = [
    ("Kubernetes ignores this document", Difference::AfterEnd),
    ("Kubernetes does not see this `---`", Difference::CarriageReturn),
    ("Kubernetes ignores what follows `---`", Difference::CarriageReturn),
    ("more follows it", Difference::ContentAfterEnd),
    ("characters that are not spaces", Difference::OddBlank),
    ("one plain text", Difference::PlainText),
    ("is not a key", Difference::PlainText),
    ("ends before the", Difference::AnchorEnd),
    ("is a YAML tag, not text", Difference::TagAlone),
];

/// The differences of separators in the text.
pub(super) fn by_text(text: &str) -> Vec<Difference> {
    let glued = |(at, _): (usize, &str)| text[at + 3..].starts_with(|c: char| c == '#' || !c.is_ascii());
    let has_glued = text.match_indices("---").any(glued);
    let has_mark = text.contains("---\n\u{feff}");
    let has_control = text.split('\n').any(|line| line.starts_with("---") && first_forbidden(line).is_some());
    let found = [
        has_glued.then_some(Difference::FirstSeparator),
        has_mark.then_some(Difference::MarkAfterSeparators),
        has_control.then_some(Difference::ControlOnSeparator),
    ];
    found.into_iter().flatten().collect()
}

/// The difference of a value: a key that is given both as text and as another type.
pub(super) fn by_value(root: Value<'_>, faults: &[Fault]) -> Vec<Difference> {
    let source = root.view().source;
    let is_mixed = |fault: &&Fault| match &fault.kind {
        FaultKind::DuplicateKey { first, .. } => first.slice(source) != fault.span.slice(source),
        _ => false,
    };
    let has_others = faults.iter().any(|fault| {
        matches!(fault.kind, FaultKind::NonStringKey { .. } | FaultKind::AmbiguousScalar { is_key: true, .. })
    });
    faults.iter().find(is_mixed).filter(|_| has_others).map(|_| Difference::SameKeyTwice).into_iter().collect()
}
