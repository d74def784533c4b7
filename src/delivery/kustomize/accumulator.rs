//! The objects that a kustomization has so far, each identity once.

use std::collections::HashMap;

use super::failure::{Failure, FailureKind};
use crate::delivery::object::{Id, Object, is_cluster_scoped};

#[derive(Debug, Default)]
pub(super) struct Accumulator {
    pub(super) objects: Vec<Object>,
    counts: HashMap<String, usize>,
}

fn key(id: &Id) -> String {
    id.key().join("\0")
}

impl Accumulator {
    pub(super) fn append(&mut self, object: Object) -> Result<(), Failure> {
        let id = object.id();
        let count = self.counts.entry(key(&id)).or_default();
        if *count > 0 {
            let text = format!("may not add resource with an already registered id: {id}");
            return Err(Failure::new(FailureKind::DuplicateId, text).at(Some(object.place())));
        }
        *count = 1;
        self.objects.push(object);
        Ok(())
    }

    pub(super) fn append_all(&mut self, objects: Vec<Object>) -> Result<(), Failure> {
        objects.into_iter().try_for_each(|object| self.append(object))
    }

    /// Counts again, after identities have changed.
    pub(super) fn recount(&mut self) {
        self.counts.clear();
        for object in &self.objects {
            *self.counts.entry(key(&object.id())).or_default() += 1;
        }
    }

    /// Sets the namespace of every object, one after the other: two that become equal on the way end the build.
    pub(super) fn set_namespace(&mut self, namespace: &str) -> Result<(), Failure> {
        self.recount();
        for object in &mut self.objects {
            let before = object.id();
            set_namespace(object, namespace);
            let id = object.id();
            let (before, now) = (key(&before), key(&id));
            if before != now {
                if let Some(count) = self.counts.get_mut(&before) {
                    *count -= 1;
                }
                *self.counts.entry(now.clone()).or_default() += 1;
            }
            if self.counts.get(&now).copied() != Some(1) {
                let text = format!("namespace transformation produces ID conflict: {id}");
                return Err(Failure::new(FailureKind::NamespaceConflict, text).at(Some(object.place())));
            }
        }
        Ok(())
    }
}

fn set_namespace(object: &mut Object, namespace: &str) {
    let header = &object.header;
    if header.kind == "Namespace" && header.api_version == "v1" {
        // It is renamed, so that it is the one of the others.
        object.set_name(namespace.to_owned());
        return;
    }
    if !is_cluster_scoped(&header.api_version, &header.kind) {
        object.set_namespace(namespace);
    }
}
