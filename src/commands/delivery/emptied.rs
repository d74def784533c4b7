//! Finds entity manifests whose mappings had content at the merge base and are empty now: Flux never applies them.

use std::collections::{HashMap, HashSet};

use super::checkout::Checkout;
use super::list_items::{ListItems, by_document};
use super::repository_view::RepositoryView;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::manifest_faults::{Fault, emptied_maps, maps_with_content};
use crate::delivery::object::Origin;
use crate::delivery::reach::Arrival;
use crate::delivery::source::Source as _;
use crate::domain::document::tree::Value;
use crate::mapping::objects::each_object;
use crate::sources::{self, ReadBuffer, SourceFile};

/// Which mappings of manifests have content, by kind, namespace and name.
type Names = HashMap<[String; 3], [bool; 2]>;

pub(super) struct Emptied<'a> {
    view: &'a RepositoryView<'a>,
    checkout: &'a Checkout,
    group: &'a str,
    /// The manifests of files that are gone, read when a file is new.
    gone: Option<Names>,
}

impl<'a> Emptied<'a> {
    pub fn new(view: &'a RepositoryView<'a>, checkout: &'a Checkout, group: &'a str) -> Self {
        Self { view, checkout, group, gone: None }
    }

    /// `path`: from the root. `arrivals`: those of the file, by their index among the facts.
    pub fn faults(&mut self, path: &str, file: DeliveredId, arrivals: Vec<(usize, &Arrival)>) -> Vec<(usize, Fault)> {
        let Some(text) = self.checkout.source_of(file).and_then(text_of) else { return Vec::new() };
        let before = self.view.base_file(path).as_ref().and_then(text_of);
        if before.as_ref() == Some(&text) {
            return Vec::new();
        }
        let mut known = before.map(|before| self.names(&before)).unwrap_or_default();
        if self.gone.is_none() {
            self.gone = Some(self.names_of_gone());
        }
        for (name, content) in self.gone.iter().flatten() {
            known.entry(name.clone()).or_insert(*content);
        }
        let mut found = Vec::new();
        let by_document = by_document(arrivals.into_iter().filter_map(|(number, arrival)| {
            let (document, items) = place_in_file(arrival)?;
            Some((document, (number, items)))
        }));
        let mut index = 0;
        self.checkout.documents(&text, &mut |document| {
            let wanted = by_document.get(&index);
            index += 1;
            let Some((arrivals, root)) = wanted.zip(document.value) else { return };
            let mut items = ListItems::of(root);
            for (number, indexes) in arrivals {
                let manifest = items.find(indexes).filter(|manifest| is_entity(*manifest, self.group));
                let Some(manifest) = manifest else { continue };
                let Some(content) = known.get(&name_of(manifest)) else { continue };
                found.extend(emptied_maps(manifest, *content).into_iter().map(|fault| (*number, fault)));
            }
        });
        found
    }

    fn names(&self, text: &str) -> Names {
        let mut names = Names::new();
        self.checkout.documents(text, &mut |document| {
            let Some(root) = document.value else { return };
            each_object(root, &mut |object| {
                if is_entity(object, self.group) {
                    names.insert(name_of(object), maps_with_content(object));
                }
            });
        });
        names
    }

    /// The manifests of the base whose files do not exist any more: they may have moved.
    fn names_of_gone(&self) -> Names {
        let files = &self.checkout.files;
        let now: HashSet<&str> = files.ids().map(|file| files.path(file)).collect();
        let mut names = Names::new();
        for file in self.view.base_files() {
            let Some(file) = file.yaml() else { continue };
            if !now.contains(file.path.as_str()) {
                names.extend(text_of(file).map(|text| self.names(&text)).unwrap_or_default());
            }
        }
        names
    }
}

fn text_of(file: &SourceFile) -> Option<String> {
    let mut buffer = ReadBuffer::default();
    Some(sources::read(file, &mut buffer).ok()?.text.to_owned())
}

fn is_entity(object: Value<'_>, group: &str) -> bool {
    let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let is_of_group = text("apiVersion").split_once('/').is_some_and(|(found, _)| found == group);
    is_of_group && matches!(text("kind"), "Entity" | "ClusterEntity")
}

fn name_of(object: Value<'_>) -> [String; 3] {
    let metadata = |key: &str| object.get("metadata").and_then(|metadata| metadata.get(key));
    let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    [text(object.get("kind")), text(metadata("namespace")), text(metadata("name"))]
}

/// The document of an arrival in its file, and the indexes that lead to it there.
pub(super) fn place_in_file(arrival: &Arrival) -> Option<(usize, &[usize])> {
    let Origin::Manifest { document, items, .. } = &arrival.object.origin else { return None };
    Some((*document, items))
}
