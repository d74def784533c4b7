//! Reads the values of some manifests of the repository, in parallel. What was kept of manifests has only their headers.

use std::collections::BTreeMap;

use super::checkout::Checkout;
use super::facts::item;
use crate::delivery::files::FileId;
use crate::delivery::manifests::Manifest;
use crate::delivery::source::Source as _;
use crate::domain::document::tree::Value;
use crate::sources::{self, SourceFile};

/// Calls `each` for these manifests of these files. The results are in the order of the documents.
pub(super) fn map_values<T: Send>(
    checkout: &Checkout,
    files: &[(FileId, Vec<&Manifest>)],
    each: impl Fn(FileId, &Manifest, Value<'_>) -> Option<T> + Sync,
) -> Vec<T> {
    let known = files.iter().filter_map(|(file, manifests)| Some((checkout.source_of(*file)?, (*file, manifests))));
    let (texts, wanted): (Vec<&SourceFile>, Vec<(FileId, &Vec<&Manifest>)>) = known.unzip();
    let found = sources::for_each_text(
        &texts,
        || (),
        |(), at, text| {
            let mut found = Vec::new();
            let Ok(text) = text else { return found };
            let (file, manifests) = wanted[at];
            let mut by_document: BTreeMap<usize, Vec<&Manifest>> = BTreeMap::new();
            for manifest in manifests {
                by_document.entry(manifest.document).or_default().push(manifest);
            }
            let mut index = 0;
            checkout.documents(text.text, &mut |document| {
                for manifest in by_document.get(&index).into_iter().flatten() {
                    let value = document.value.and_then(|root| item(root, &manifest.items));
                    found.extend(value.and_then(|value| each(file, manifest, value)));
                }
                index += 1;
            });
            found
        },
    );
    found.into_iter().flatten().collect()
}
