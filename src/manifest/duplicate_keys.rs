//! Finds duplicate keys, for both readers. Small mappings compare fingerprints in pairs, large ones sort them, so no
//! input is quadratic. Two keys are equal if their JSON forms are.

use super::faults;
use crate::domain::document::fault::{Fault, FaultKind, Reading};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Number, View};

const MAX_PAIRWISE: usize = 16;

/// The keys of all open mappings, innermost last.
#[derive(Debug, Default)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    print: u64,
    /// The node of the key's text, which differs from the key for an alias.
    text: NodeId,
    span: Span,
}

impl Keys {
    pub(super) fn clear(&mut self) {
        self.keys.clear();
    }

    /// The index at which the keys of a new mapping start.
    #[inline]
    pub(super) fn mark(&self) -> usize {
        self.keys.len()
    }

    #[inline]
    pub(super) fn push(&mut self, print: u64, text: NodeId, span: Span) {
        self.keys.push(Key { print, text, span });
    }

    /// Records a key of any type. A key that is not a string is a fault, unless the two readers disagree on it, which
    /// is already reported. `node` has the key's text, `span` is the position of the key.
    pub(super) fn note(&mut self, view: View<'_>, node: NodeId, span: Span, agreed: bool, faults: &mut Vec<Fault>) {
        let value = view.value(node);
        let text = value.key_text();
        let written = span.slice(view.source);
        let found = match (value.kind(), value.as_number()) {
            (Kind::List | Kind::Map, _) => return faults.push(faults::collection_key(span)),
            (Kind::Null, _) => return faults.push(faults::null_key(written, span)),
            (_, Some(Number::Unsigned(_))) => return faults.push(faults::huge_key(written, span)),
            (Kind::String, _) => None,
            (Kind::Bool, _) => Some(Reading::Bool(value.as_bool().unwrap_or_default())),
            (Kind::Number, _) => Some(Reading::Number(text.clone().into_owned())),
        };
        self.push(print(text.as_bytes()), node, span);
        if let Some(found) = found.filter(|_| agreed) {
            let kind = FaultKind::NonStringKey { found, text: text.into_owned() };
            faults.push(Fault { kind, span });
        }
    }

    /// Ends the mapping whose keys start at `mark`, and reports duplicate keys.
    #[inline]
    pub(super) fn close(&mut self, mark: usize, view: View<'_>, faults: &mut Vec<Fault>) {
        let keys = self.keys.get(mark..).unwrap_or_default();
        if keys.len() > MAX_PAIRWISE || has_double(keys) {
            self.compare(mark, view, faults);
        }
        self.keys.truncate(mark);
    }

    #[cold]
    fn compare(&self, mark: usize, view: View<'_>, faults: &mut Vec<Fault>) {
        let keys = self.keys.get(mark..).unwrap_or_default();
        let mut order = keys.iter().enumerate().map(|(at, key)| (key.print, at, *key)).collect::<Vec<_>>();
        order.sort_unstable_by_key(|(print, at, _)| (*print, *at));
        for group in order.chunk_by(|(a, _, _), (b, _, _)| a == b).filter(|group| group.len() > 1) {
            let mut texts =
                group.iter().map(|(_, at, key)| (view.value(key.text).key_text(), *at, key.span)).collect::<Vec<_>>();
            texts.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
            for same in texts.chunk_by(|(a, _, _), (b, _, _)| a == b) {
                let Some(((text, _, first), rest)) = same.split_first() else { continue };
                faults.extend(rest.iter().map(|(_, _, span)| Fault {
                    kind: FaultKind::DuplicateKey { key: text.clone().into_owned(), first: *first },
                    span: *span,
                }));
            }
        }
    }
}

/// Whether two fingerprints are equal. Six bits are enough to tell most keys apart.
#[inline]
fn has_double(keys: &[Key]) -> bool {
    let mut seen = 0u64;
    for (at, key) in keys.iter().enumerate() {
        let bit = 1 << (key.print.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 58);
        if seen & bit != 0 && keys.iter().take(at).any(|other| other.print == key.print) {
            return true;
        }
        seen |= bit;
    }
    false
}

/// A fingerprint of length, beginning and end: keys of one mapping rarely share all three.
#[inline]
pub(super) fn print(text: &[u8]) -> u64 {
    let (first, last) = match text {
        [] => (0, 0),
        [a] => (u64::from(*a), 0),
        [a, b] => (u64::from(*a), u64::from(*b)),
        [a, b, c] => (u64::from(*a) << 8 | u64::from(*b), u64::from(*c)),
        _ => match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
                (Some(first), Some(last)) => {
                    (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
                }
                _ => (0, 0),
            },
        },
    };
    first ^ last.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23) ^ (text.len() as u64) << 56
}
