//! portolan keeps a software catalog in step with Git. The floor plan, from the ground up; imports go down only
//! (`tests/floors.rs`). `docs/architecture.md` tells the way of the data.

/// 1: the nouns. Pure.
pub mod domain;

/// 2: values to strings; never prints, never reads.
pub mod report;
