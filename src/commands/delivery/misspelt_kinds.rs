//! Finds objects of Flux, Argo CD and Crossplane whose kind is misspelt, so that they deliver and define nothing.

use super::checkout::Checkout;
use super::manifest_values::map_values;
use super::run_files::RunFiles;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::manifests::{Header, Manifest};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::is_template;
use crate::delivery::repository::Repository;
use crate::delivery::tool_kinds::meant;
use crate::domain::delivery_facts::{Refusal, RefusalKind, RefusedResource};
use crate::domain::document::tree::Value;

/// An object with the place of its kind.
pub(super) struct MisspeltKind {
    title: String,
    place: DeliveredPlace,
    refusal: Refusal,
}

pub(super) fn misspelt_kinds(repository: &Repository<'_>, checkout: &Checkout) -> Vec<MisspeltKind> {
    let mut files = Vec::new();
    for (file, manifests) in repository.wiring() {
        if manifests.objects.iter().any(is_misspelt) && !is_template(repository.files, file) {
            files.push((file, manifests));
        }
    }
    let files: Vec<(DeliveredId, Vec<&Manifest>)> = files
        .iter()
        .map(|(file, manifests)| (*file, manifests.objects.iter().filter(|manifest| is_misspelt(manifest)).collect()))
        .collect();
    map_values(checkout, &files, of_object)
}

fn is_misspelt(manifest: &Manifest) -> bool {
    meant(&manifest.header.api_version, &manifest.header.kind).is_some()
}

fn of_object(file: DeliveredId, manifest: &Manifest, object: Value<'_>) -> Option<MisspeltKind> {
    let Header { api_version, kind, .. } = &*manifest.header;
    let meant = meant(api_version, kind)?.to_owned();
    let text = format!("no matches for kind {kind:?} in version {api_version:?}");
    let refusal = Refusal { path: "kind".to_owned(), text, kind: RefusalKind::NoSuchKind { meant } };
    let place = DeliveredPlace { file, span: object.get("kind")?.span() };
    Some(MisspeltKind { title: manifest.header.title(), place, refusal })
}

/// The facts about them.
pub(super) fn of_run(found: Vec<MisspeltKind>, run: &mut RunFiles) -> Vec<RefusedResource> {
    let located = found.into_iter().filter_map(|misspelt| {
        let MisspeltKind { title, place, refusal } = misspelt;
        let (advice, definition, by, is_dropped) = (None, None, None, false);
        Some(RefusedResource { title, place: run.place(place)?, refusal, advice, definition, by, is_dropped })
    });
    located.collect()
}
