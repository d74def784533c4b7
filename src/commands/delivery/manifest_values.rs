//! Reads the values of some manifests of the repository, in parallel. What was kept of manifests has only their headers.

use super::checkout::Checkout;
use super::list_items::{ListItems, by_document};
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
            let by_document = by_document(manifests.iter().map(|manifest| (manifest.document, manifest)));
            let mut index = 0;
            checkout.documents(text.text, &mut |document| {
                let wanted = by_document.get(&index);
                index += 1;
                let Some((manifests, root)) = wanted.zip(document.value) else { return };
                let mut items = ListItems::of(root);
                for manifest in manifests {
                    let value = items.find(&manifest.items);
                    found.extend(value.and_then(|value| each(file, manifest, value)));
                }
            });
            found
        },
    );
    found.into_iter().flatten().collect()
}
