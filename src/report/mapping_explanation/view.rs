//! What the formats of an explanation show.

use crate::domain::mapping_explanation::EntryExplanation;

/// An object with what one mapping makes of it.
#[derive(Debug)]
pub struct MappingExplanation<'a> {
    /// `Entity shop/cart`
    pub object: &'a str,
    /// `catalog/cart.yaml:1`
    pub object_place: &'a str,
    pub cluster: Option<&'a str>,
    /// The file of the mapping, or what it is.
    pub path: &'a str,
    pub text: &'a str,
    pub entries: &'a [EntryExplanation],
    /// Why the object does not reach the mapping, as a clause.
    pub obstacle: Option<&'a str>,
    /// What is true of all results.
    pub note: Option<&'a str>,
}
