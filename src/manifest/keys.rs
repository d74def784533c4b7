//! Finds keys given twice, for both producers. Small mappings compare every pair of fingerprints, large ones sort, so
//! that nobody can make it quadratic. Two keys are the same when their JSON spelling is.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::span::Span;
use crate::domain::tree::{Kind, NodeId, View};

const SMALL: usize = 16;

/// The keys of all mappings that are still open, innermost last.
#[derive(Debug, Default)]
pub(super) struct Keys {
    prints: Vec<u64>,
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Copy)]
struct Key {
    /// Where the key's text is: not the key itself where that is an alias.
    text: NodeId,
    span: Span,
}

impl Keys {
    pub(super) fn clear(&mut self) {
        self.prints.clear();
        self.keys.clear();
    }

    /// Where the keys of a mapping that is being opened will start.
    #[inline]
    pub(super) fn mark(&self) -> usize {
        self.prints.len()
    }

    #[inline]
    pub(super) fn push(&mut self, print: u64, text: NodeId, span: Span) {
        self.prints.push(print);
        self.keys.push(Key { text, span });
    }

    /// Ends the mapping whose keys start at `mark`, and tells of every key given again.
    #[inline]
    pub(super) fn close(&mut self, mark: usize, view: View<'_>, faults: &mut Vec<Fault>) {
        let prints = self.prints.get(mark..).unwrap_or_default();
        let suspicious = if prints.len() <= SMALL {
            prints.iter().enumerate().any(|(at, print)| prints.iter().take(at).any(|other| other == print))
        } else {
            true
        };
        if suspicious {
            self.compare(mark, view, faults);
        }
        self.prints.truncate(mark);
        self.keys.truncate(mark);
    }

    #[cold]
    fn compare(&self, mark: usize, view: View<'_>, faults: &mut Vec<Fault>) {
        let prints = self.prints.get(mark..).unwrap_or_default();
        let keys = self.keys.get(mark..).unwrap_or_default();
        let mut order =
            prints.iter().zip(keys).enumerate().map(|(at, (print, key))| (*print, at, *key)).collect::<Vec<_>>();
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

/// A fingerprint of a key that is in the tree already; `None` for collections, which are no keys at all.
pub(super) fn print_of_node(view: View<'_>, id: NodeId) -> Option<u64> {
    let value = view.value(id);
    match value.kind() {
        Kind::String => value.as_str().map(|text| print(text.as_bytes())),
        Kind::Null | Kind::Bool | Kind::Number => Some(print(value.key_text().as_bytes())),
        Kind::List | Kind::Map => None,
    }
}

/// Length, beginning and end: keys of one mapping seldom share all three.
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
