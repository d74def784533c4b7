//! Lists files with objects of Flux or Argo CD in the kustomization that lists their siblings.

use std::path::Path;

use super::edit::{Addition, Changes, Step, Target};
use super::survey::{FoundKustomization, FoundObject, ObjectKind, Survey, file_name, folder_of, is_within, within};
use crate::error::Error;
use crate::scaffold::{DeliveredFolder, NewItem, folder_kustomization};

/// `./catalog/` is `catalog`.
pub(crate) fn plain_path(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// The folder of the objects if the repository has none. It is not one that is delivered to the clusters.
pub(crate) fn new_folder(delivered: &[DeliveredFolder]) -> String {
    let is_free =
        |name: &&str| !delivered.iter().any(|folder| is_within(name, &folder.path) || is_within(&folder.path, name));
    ["clusters", "delivery"].into_iter().find(is_free).unwrap_or("portolan-clusters").to_owned()
}

/// The object that applies a file in the cluster of the deliverer itself.
pub(crate) fn syncing<'s>(survey: &'s Survey, path: &str) -> Option<&'s FoundObject> {
    let folder = folder_of(path);
    let covers =
        |object: &&FoundObject, key: &[&str]| object.text(key).is_some_and(|path| is_within(folder, &plain_path(path)));
    let is_own = |object: &&FoundObject| object.value(&["spec", "kubeConfig"]).is_none();
    let flux = survey.of_kind(ObjectKind::FluxKustomization).filter(is_own);
    let mut flux = flux.filter(|object| covers(object, &["spec", "path"]));
    let argo = || survey.of_kind(ObjectKind::Application).find(|object| covers(object, &["spec", "source", "path"]));
    flux.next().or_else(argo)
}

/// Adds the files of one folder to the kustomization that lists their siblings. A new folder gets one.
pub(crate) fn list_files(
    top: &Path,
    survey: &Survey,
    paths: &[&str],
    siblings: &[&FoundObject],
    changes: &mut Changes,
) -> Result<(), Error> {
    let Some(folder) = paths.first().map(|path| folder_of(path)) else { return Ok(()) };
    let lists_sibling = |found: &&FoundKustomization| {
        let is_above = is_within(folder, folder_of(&found.path));
        is_above && siblings.iter().any(|object| lists(found, &object.path))
    };
    let listing = survey.kustomization_of(folder).or_else(|| survey.kustomizations.iter().find(lists_sibling));
    let Some(listing) = listing else {
        let has_others =
            survey.paths.iter().any(|other| folder_of(other) == folder && !paths.contains(&other.as_str()));
        // A kustomization would take from the deliverer everything that it does not list.
        let is_synced = paths.iter().any(|path| syncing(survey, path).is_some());
        if !has_others && !is_synced && !changes.files.is_empty() {
            let names: Vec<&str> = paths.iter().map(|path| file_name(path)).collect();
            let comment = "Apply it with `kubectl apply -k`, or let Flux or Argo CD deliver this folder.";
            changes.create(within(folder, "kustomization.yaml"), folder_kustomization(&names, comment));
        }
        return Ok(());
    };
    let start = folder_of(&listing.path);
    for path in paths.iter().filter(|path| !lists(listing, path)) {
        let entry = if start.is_empty() { path } else { path.get(start.len() + 1..).unwrap_or(path) };
        let target = Target { path: &listing.path, document: 0, steps: &[Step::Key("resources")] };
        let item = Addition::Item(NewItem::Text(entry));
        changes.extend(top, target, item, &format!("resources: [{entry}]"))?;
    }
    Ok(())
}

/// Whether a kustomization names a file.
fn lists(kustomization: &FoundKustomization, path: &str) -> bool {
    let start = folder_of(&kustomization.path);
    kustomization.resources.iter().any(|entry| within(start, &plain_path(entry)) == path)
}
