//! Renders the way of manifests from their files to the catalog: as text, and as `portolan.trace/1` for programs.

mod json;
mod text;
mod view;

pub use json::{json, schema};
pub use text::text;
pub use view::{
    AppliedBy, ArrivalTrace, ChangeCause, ClusterTrace, DelivererTrace, EntityTrace, EntryOutcome, EntryTrace,
    FieldTrace, ManifestTrace, MappingTrace, NearestDeliverer, ReadingDialect, Refused, StepProblem, TraceReport,
    TraceStatus, ValueChange,
};
