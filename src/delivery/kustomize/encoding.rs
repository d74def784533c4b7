//! Objects that kustomize cannot write as JSON: the build ends where it tries.

use super::failure::{Failure, FailureKind};
use crate::delivery::object::Object;
use crate::delivery::place::Place;

/// Fails as kustomize does for an object that it cannot write.
pub fn check_encoding(object: &Object) -> Result<(), Failure> {
    match &object.encoding {
        None => Ok(()),
        Some(fault) => {
            let place = Place { file: object.place().file, span: fault.span };
            Err(Failure::new(FailureKind::Encoding(fault.kind), fault.kind.text()).at(Some(place)))
        }
    }
}
