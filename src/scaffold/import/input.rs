//! What an import may fill, and what it must not write.

use super::mapping::ImportMapping;
use crate::domain::blueprint::Blueprint;
use crate::text::mask::Mask;

pub struct ImportInput<'a> {
    pub mapping: &'a ImportMapping,
    pub blueprints: &'a [Blueprint],
    /// Whether the repository has a manifest of an entity: blueprint and identifier.
    pub is_declared: &'a dyn Fn(&str, &str) -> bool,
    /// Whether the snapshot knows an entity of the catalog.
    pub is_in_catalog: &'a dyn Fn(&str, &str) -> bool,
    /// A value that this mask takes for a credential is not written.
    pub mask: &'a Mask,
    /// The cluster's CRD has no text fields and no team.
    pub drops_fields: bool,
    /// Entities that lack required values are drafted too, with blanks.
    pub keeps_incomplete: bool,
    /// Only these blueprints or entities (`service`, `service/cart`), and those that they name; empty: all.
    pub only: &'a [String],
}
