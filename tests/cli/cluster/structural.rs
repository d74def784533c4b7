//! Whether an API server accepts a CustomResourceDefinition: by the same check that lint has for those of a repository, which
//! recordings of a real API server measure.

use portolan::delivery::crd::document;
use portolan::delivery::crd::node::Node;
use serde_json::Value;

/// What an API server would refuse in a definition; empty if it accepts it.
pub fn faults(definition: &Value) -> Vec<String> {
    let report = document::read(Node::Json(definition));
    report.faults.into_iter().map(|fault| format!("{}: {}", fault.path, fault.text)).collect()
}
