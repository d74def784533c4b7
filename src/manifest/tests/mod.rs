//! Tests the two readers against each other, and against an independent reader.

mod differential;
mod kubectl;
mod laws;
mod meaning;

use std::ops::Range;

use super::fast::Fast;
use super::full::Full;
use super::job::Job;
use super::limits::Limits;
use super::split::Documents;
use crate::domain::document::fault::{Fault, ScalarReader};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Tree, Value, View};

/// One document as one reader reads it.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    tree: Tree,
    faults: Vec<Fault>,
    notes: Vec<Span>,
    sound: bool,
}

/// Both readers, with reused buffers as in the reader.
#[derive(Default)]
struct Pair {
    fast: Fast,
    full: Full,
    limits: Limits,
    taken: usize,
    declined: usize,
}

impl Pair {
    fn full(&mut self, text: &str, range: Range<usize>) -> Outcome {
        let job = Job { text, range, limits: &self.limits, wants_notes: true, reader: ScalarReader::Kubernetes };
        let mut outcome = Outcome::default();
        outcome.sound = self.full.read(&job, &mut outcome.tree, &mut outcome.faults, &mut outcome.notes);
        outcome.faults.sort_by_key(|fault| fault.span);
        outcome.notes.sort();
        outcome
    }

    /// `None`: declined.
    fn fast(&mut self, text: &str, range: Range<usize>) -> Option<Outcome> {
        let job = Job { text, range, limits: &self.limits, wants_notes: true, reader: ScalarReader::Kubernetes };
        let mut outcome = Outcome::default();
        outcome.sound = self.fast.read(&job, &mut outcome.tree, &mut outcome.faults, &mut outcome.notes);
        outcome.faults.sort_by_key(|fault| fault.span);
        outcome.notes.sort();
        let taken = outcome.sound;
        if taken {
            self.taken += 1;
        } else {
            self.declined += 1;
        }
        taken.then_some(outcome)
    }

    /// Reads every document of a text both ways; panics if they differ or a tree is inconsistent.
    fn check(&mut self, text: &str) {
        for piece in Documents::new(text) {
            let range = piece.range;
            if super::split::is_empty(&text[range.clone()]) {
                continue;
            }
            let full = self.full(text, range.clone());
            if full.sound {
                check_spans(View { source: text, tree: &full.tree }, &range);
            }
            for fault in &full.faults {
                assert!(text.get(fault.span.range()).is_some(), "{fault:?} in {text:?}");
            }
            let Some(fast) = self.fast(text, range.clone()) else { continue };
            let json = |outcome: &Outcome| {
                View { source: text, tree: &outcome.tree }.root().map(|root| root.to_json().to_string())
            };
            assert!(
                fast == full,
                "on {:?}\nfast {:?}\nfull {:?}\nfast {fast:?}\nfull {full:?}",
                &text[range],
                json(&fast),
                json(&full)
            );
        }
    }
}

/// Checks that spans are inside the document and on character boundaries, and that children are inside their parents
/// and in order.
fn check_spans(view: View<'_>, range: &Range<usize>) {
    fn walk(value: Value<'_>, outer: Span, text: &str) {
        let span = value.span();
        assert!(text.get(span.range()).is_some(), "{span:?} is no slice of {text:?}");
        if !value.is_copied() {
            assert!(outer.start <= span.start && span.end <= outer.end, "{span:?} outside of {outer:?} in {text:?}");
        }
        let children: Vec<Value<'_>> = match value.kind() {
            Kind::List => value.items().collect(),
            Kind::Map => value.entries().flat_map(|(key, value)| [key, value]).collect(),
            Kind::String => {
                assert!(value.as_str().is_some());
                Vec::new()
            }
            Kind::Null | Kind::Bool | Kind::Number => Vec::new(),
        };
        let count = if value.kind() == Kind::Map { children.len() / 2 } else { children.len() };
        assert_eq!(count, value.len(), "{text:?}");
        let mut end = span.start;
        for child in children {
            if !child.is_copied() {
                assert!(child.span().start >= end, "{:?} before {end} in {text:?}", child.span());
                end = child.span().end;
            }
            walk(child, span, text);
        }
    }
    if let Some(root) = view.root() {
        walk(root, Span::new(range.start, range.end), view.source);
    }
}
