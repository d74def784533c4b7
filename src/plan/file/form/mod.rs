//! The JSON form of a plan file: writer and reader of each type. Written by hand instead of derived, so that every
//! error has its path, no key is ignored, and numbers round-trip exactly.

pub(super) mod change;
pub(super) mod file;
mod hazard;
pub(super) mod plan;
pub(super) mod reading;
pub(super) mod request;
mod value;
pub(super) mod writing;

#[cfg(test)]
pub(super) use value::{read as read_value, write as write_value};
