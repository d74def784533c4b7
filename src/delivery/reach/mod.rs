//! Who delivers what: the Kustomizations and Applications of a repository whose source is the repository itself, the
//! clusters they deliver to, and what arrives there of each manifest.

mod answer;
mod builds;
mod clusters;
mod deliveries;
mod flow;
mod found;
mod links;
mod living;
mod model;
mod roots;
mod url;

pub use model::{
    Absence, Address, Applied, Arrival, Cluster, ClusterId, Definition, Deliverer, DelivererId, Deliveries, Fate, Link,
    MissingReference, NotKnown, Options, Outcome, Prune, Reach, ReferenceKind, SourceLink, Taken, Tool,
};

#[cfg(test)]
mod tests;
