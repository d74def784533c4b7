//! Who delivers what: the Kustomizations and Applications of a repository whose source is the repository itself, the
//! clusters they deliver to, and what arrives there of each manifest.

mod model;

pub use model::{
    Absence, Address, Applied, Arrival, Cluster, ClusterId, Deliverer, DelivererId, Fate, Link, MissingReference,
    NotKnown, Options, Outcome, Prune, Reach, ReferenceKind, SourceLink, Tool,
};
