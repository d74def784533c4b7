//! The objects that a kustomization has so far, each identity once.

use std::sync::Arc;

use super::failure::{Failure, FailureKind};
use crate::delivery::object::{IdCounts, Object, is_cluster_scoped};

#[derive(Debug, Default)]
pub(super) struct Accumulator {
    pub(super) objects: Vec<Object>,
    counts: IdCounts,
}

impl Accumulator {
    pub(super) fn append(&mut self, object: Object) -> Result<(), Failure> {
        if self.counts.add(&object.header) > 1 {
            let text = format!("may not add resource with an already registered id: {}", object.id());
            return Err(Failure::new(FailureKind::DuplicateId, text).at(Some(object.place())));
        }
        self.objects.push(object);
        Ok(())
    }

    pub(super) fn append_all(&mut self, others: Self) -> Result<(), Failure> {
        // Patches can give two objects one identity, which is found when they are merged.
        if !others.counts.has_no_duplicates() {
            return others.objects.into_iter().try_for_each(|object| self.append(object));
        }
        if self.objects.is_empty() {
            *self = others;
            return Ok(());
        }
        match self.counts.join(others.counts) {
            Ok(()) => {
                self.objects.extend(others.objects);
                Ok(())
            }
            Err(_) => others.objects.into_iter().try_for_each(|object| self.append(object)),
        }
    }

    /// Counts again, after identities have changed.
    pub(super) fn recount(&mut self) {
        self.counts = IdCounts::of(&self.objects);
    }

    /// Sets the namespace of every object, one after the other: two that become equal on the way end the build.
    pub(super) fn set_namespace(&mut self, namespace: &str) -> Result<(), Failure> {
        self.recount();
        for object in &mut self.objects {
            let before = Arc::clone(&object.header);
            set_namespace(object, namespace);
            if self.counts.replace(before, &object.header) > 1 {
                let text = format!("namespace transformation produces ID conflict: {}", object.id());
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
