//! Finds objects of documents by their indexes in lists. Each list is walked once, so that a long one costs no more than its
//! length.

use std::collections::HashMap;

use crate::domain::document::tree::Value;

pub(super) struct ListItems<'a> {
    root: Value<'a>,
    /// The items of each list, by the indexes that lead to it.
    lists: HashMap<Vec<usize>, Vec<Value<'a>>>,
}

impl<'a> ListItems<'a> {
    pub fn of(root: Value<'a>) -> Self {
        Self { root, lists: HashMap::new() }
    }

    /// The object at the indexes of a list, or the document itself.
    pub fn find(&mut self, indexes: &[usize]) -> Option<Value<'a>> {
        let Some((last, above)) = indexes.split_last() else { return Some(self.root) };
        if !self.lists.contains_key(above) {
            let items = self.find(above)?.get("items")?.items().collect();
            self.lists.insert(above.to_vec(), items);
        }
        self.lists.get(above)?.get(*last).copied()
    }
}

/// What belongs to each document of a file, by its index.
pub(super) fn by_document<T>(all: impl Iterator<Item = (usize, T)>) -> HashMap<usize, Vec<T>> {
    let mut documents: HashMap<usize, Vec<T>> = HashMap::new();
    for (document, one) in all {
        documents.entry(document).or_default().push(one);
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Limits, Reader};

    #[test]
    fn items_are_found_in_lists_of_lists() {
        let text = "kind: List\nitems:\n- {name: a}\n- kind: List\n  items: [{name: b}, {name: c}]\n";
        Reader::new(Limits::default()).read_all(text, &mut |document| {
            let mut items = ListItems::of(document.view.root().expect("a document"));
            let mut name = |indexes: &[usize]| Some(items.find(indexes)?.get("name")?.as_str()?.to_owned());
            for (indexes, expected) in [(&[0][..], "a"), (&[1, 1], "c"), (&[1, 0], "b")] {
                assert_eq!(name(indexes).as_deref(), Some(expected));
            }
            for indexes in [&[2][..], &[0, 0], &[1, 2], &[1, 0, 0], &[]] {
                assert_eq!(name(indexes), None, "{indexes:?}");
            }
        });
    }
}
