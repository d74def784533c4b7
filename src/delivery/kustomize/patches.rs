//! Patches and replacements: which objects they rewrite. Of what they write, only names, namespaces and deletions are
//! followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value as Json;

use super::accumulator::Accumulator;
use super::encoding::check_encoding;
use super::failure::{Failure, FailureKind};
use super::selector::Selector;
use crate::delivery::manifests::{Header, Manifest, ReadFault};
use crate::delivery::object::{Id, Object};
use crate::delivery::place::Place;
use crate::delivery::reading::{Dialect, json, scalar_text};
use crate::delivery::repository::Repository;
use crate::domain::document::tree::{Kind, Value};

/// A patch as its text has it.
#[derive(Debug)]
pub(super) enum Form {
    Merge(Vec<MergePatch>),
    Json(Vec<Operation>),
}

#[derive(Debug)]
pub(super) struct MergePatch {
    header: Arc<Header>,
    deletes: bool,
}

#[derive(Debug)]
pub(super) struct Operation {
    operation: String,
    path: String,
    value: Json,
}

impl Form {
    /// `None`: neither a strategic merge patch nor a JSON patch.
    pub(super) fn parse(repository: &Repository<'_>, text: &str) -> Option<Self> {
        // What begins like JSON must be JSON.
        if text.starts_with('[') && serde_json::from_str::<Json>(text).is_err() {
            return None;
        }
        if let Ok(merges) = merge_patches(repository, text) {
            return (!merges.is_empty()).then_some(Self::Merge(merges));
        }
        let mut operations = None;
        repository.documents(text, &mut |document| {
            let items = document.value.filter(|root| root.kind() == Kind::List).map(Value::items);
            operations.get_or_insert(items.map(|items| items.map(operation).collect()));
        });
        operations.flatten().map(Self::Json)
    }
}

/// The strategic merge patches of a text.
pub(super) fn merge_patches(repository: &Repository<'_>, text: &str) -> Result<Vec<MergePatch>, ReadFault> {
    let manifests = repository.manifests_of(text);
    if let Some(fault) = manifests.fault {
        return Err(fault);
    }
    let (mut index, mut deleting) = (0, BTreeSet::new());
    repository.documents(text, &mut |document| {
        let directive = document.value.and_then(|root| root.get("$patch"));
        if directive.is_some_and(|directive| scalar_text(directive) == "delete") {
            deleting.insert(index);
        }
        index += 1;
    });
    let merge = |manifest: Manifest| MergePatch {
        deletes: manifest.items.is_empty() && deleting.contains(&manifest.document),
        header: manifest.header,
    };
    Ok(manifests.objects.into_iter().map(merge).collect())
}

fn operation(item: Value<'_>) -> Operation {
    let text = |key: &str| item.get(key).map_or_else(String::new, |value| scalar_text(value).into_owned());
    let value = item.get("value").map_or(Json::Null, |value| json(value, Dialect::Kubectl));
    Operation { operation: text("op"), path: text("path"), value }
}

/// A patch that is ready to be applied.
#[derive(Debug)]
pub(super) struct ReadPatch {
    pub(super) form: Form,
    pub(super) target: Option<Selector>,
    pub(super) place: Option<Place>,
    /// What kustomize calls it by: `[path: "a.yaml"]`. Empty for the fields that have no such name.
    pub(super) source: String,
}

/// Applies a patch to the objects that its target selects, or to the object that a merge patch names.
pub(super) fn apply(objects: &mut Accumulator, patch: &ReadPatch) -> Result<(), Failure> {
    let ReadPatch { form, target, place, source } = patch;
    let place = *place;
    let bad = |text: &str| Failure::new(FailureKind::BadPatch, text).at(place);
    let unreadable = || bad("unable to parse the selector of the patch");
    match (form, target) {
        (Form::Json(_), None) => Err(bad(&format!("must specify a target for JSON patch {source}"))),
        (Form::Json(operations), Some(target)) => {
            let matcher = target.compile().map_err(|_| unreadable())?;
            for object in objects.objects.iter_mut().filter(|object| matcher.matches(object)) {
                // It is written as JSON for the patch.
                check_encoding(object)?;
                object.rewrite(place);
                operations.iter().for_each(|operation| operation.apply(object));
            }
            objects.recount();
            Ok(())
        }
        (Form::Merge(merges), Some(_)) if merges.len() > 1 => {
            let text = "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` \
                        field";
            Err(bad(&format!("{text}: {source}")))
        }
        (Form::Merge(merges), Some(target)) => {
            let matcher = target.compile().map_err(|_| unreadable())?;
            for merge in merges {
                merge.apply(objects, place, |object| matcher.matches(object));
            }
            Ok(())
        }
        (Form::Merge(merges), None) => {
            for merge in merges {
                let id = Id::of(&merge.header);
                let found = objects.objects.iter().filter(|object| is_called(object, &merge.header)).count();
                if found != 1 {
                    let problem = if found == 0 { "no matches" } else { "multiple matches" };
                    let text = format!("{problem} for Id {id}; failed to find unique target for patch {id}");
                    let failure = Failure::new(FailureKind::PatchTarget, text).at(place);
                    let heading = format!("no resource matches strategic merge patch \"{id}\"");
                    return Err(if source.is_empty() { failure } else { failure.within(&heading) });
                }
                merge.apply(objects, place, |object| is_called(object, &merge.header));
            }
            Ok(())
        }
    }
}

/// Whether an object has, or had, the identity.
fn is_called(object: &Object, wanted: &Header) -> bool {
    let header = &object.header;
    if (&header.api_version, &header.kind) != (&wanted.api_version, &wanted.kind) {
        return false;
    }
    let wanted = Id::of(wanted);
    object.names().any(|(name, namespace)| {
        let candidate = Header {
            api_version: header.api_version.clone(),
            kind: header.kind.clone(),
            name: name.into(),
            namespace: namespace.into(),
            ..Header::default()
        };
        Id::of(&candidate).key() == wanted.key()
    })
}

impl MergePatch {
    fn apply(&self, objects: &mut Accumulator, place: Option<Place>, is_target: impl Fn(&Object) -> bool) {
        if self.deletes {
            objects.objects.retain(|object| !is_target(object));
            objects.recount();
            return;
        }
        for object in objects.objects.iter_mut().filter(|object| is_target(object)) {
            object.rewrite(place);
            object.add_labels(&self.header.labels);
            object.add_annotations(&self.header.annotations);
        }
    }
}

impl Operation {
    fn apply(&self, object: &mut Object) {
        let is_set = matches!(self.operation.as_str(), "add" | "replace");
        match (self.path.as_str(), &self.value) {
            ("/metadata/name", Json::String(name)) if is_set => object.set_name(name.clone()),
            ("/metadata/namespace", Json::String(namespace)) if is_set => object.set_namespace(namespace),
            ("/metadata/namespace", _) if self.operation == "remove" => object.set_namespace(""),
            _ => {}
        }
    }
}
