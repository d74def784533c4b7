//! Who delivers what: the Kustomizations and Applications of a repository whose source is the repository itself, the
//! clusters they deliver to, and what arrives there of each manifest.

mod absence;
mod addresses;
mod answer;
mod builds;
mod clusters;
mod crd_order;
mod deliveries;
mod describe;
mod flow;
mod found;
mod links;
mod living;
mod model;
mod patterns;
mod permits;
mod relations;
mod removed_api;
mod roots;
mod row_names;
mod sets;
mod twice;
mod url;
mod wrong_cluster;

pub use addresses::{InvalidAddress, invalid_addresses};
pub use found::is_template;
pub use model::{
    Absence, Address, Applied, Arrival, Cluster, ClusterId, Definition, Deliverer, DelivererId, Deliveries, Fate,
    Likeness, Link, MissingReference, NotKnown, Options, Outcome, Prune, Reach, ReferenceKind, Refusal, Refused,
    SourceLink, Taken, Tool, Twice, TwiceObject, Unordered, WrongCluster,
};
pub use relations::Relations;
pub use removed_api::{RemovedApi, RemovedField, is_removed, removed_apis};

#[cfg(test)]
mod tests;
