//! The form of a plan file: each type beside what is written and read of it. By hand and not derived: a fault has its
//! place, nothing is passed over, and a number comes back to the last bit.

pub(super) mod act;
pub(super) mod change;
pub(super) mod file;
mod hazard;
pub(super) mod plan;
pub(super) mod reading;
mod value;
pub(super) mod writing;

#[cfg(test)]
pub(super) use value::{read as read_value, write as write_value};
