//! The kinds that the CRDs and XRDs of a repository define, and whether objects of these kinds are accepted.

use std::collections::HashMap;

use super::crd::check::{Write, check};
use super::crd::definition::{Definition, Origin};
use super::crd::fault::{Fault, FaultKind};
use super::crd::node::Node;
use super::crd::{Path, Step};
use super::object::split_version;

/// Where a definition is: definitions of one file are applied one after another, and those of several files are
/// alternatives, as for several clusters.
pub type FileNumber = usize;

#[derive(Debug, Default)]
pub struct Kinds {
    /// By group and kind.
    known: HashMap<(String, String), Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    file: FileNumber,
    definition: Definition,
}

/// What the API server says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Empty: it is accepted, but for the rules.
    pub faults: Vec<Fault>,
    /// The number of rules in CEL that it must follow, which are not evaluated.
    pub rules: usize,
    /// The definition that says so: its file, and the name of its CRD.
    pub file: FileNumber,
    pub definition: String,
    pub origin: Origin,
}

impl Verdict {
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Kinds {
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds a definition. `false`: another one of its file has made the same CRD, which only a CRD replaces.
    pub fn add(&mut self, file: FileNumber, definition: Definition) -> bool {
        let key = (definition.group.clone(), definition.kind.clone());
        let known = self.known.entry(key).or_default();
        let same = known.iter_mut().find(|known| known.file == file && known.definition.name == definition.name);
        match same {
            Some(same) if definition.origin == Origin::Crd => {
                same.definition = definition;
                true
            }
            Some(_) => false,
            None => {
                known.push(Known { file, definition });
                true
            }
        }
    }

    /// Whether the repository defines a kind.
    pub fn has(&self, api_version: &str, kind: &str) -> bool {
        !self.known_of(api_version, kind).is_empty()
    }

    fn known_of(&self, api_version: &str, kind: &str) -> &[Known] {
        let (group, _) = split_version(api_version);
        self.known.get(&(group.to_owned(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Checks an object. `None`: the repository does not define its kind. Of several definitions, one that accepts it is
    /// enough.
    pub fn check(&self, object: Node<'_>, write: Write) -> Option<Verdict> {
        let text = |key: &str| object.get(key).and_then(Node::as_str);
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        let mut last = None;
        for known in self.known_of(&api_version, &kind) {
            let verdict = verdict(known, &api_version, object, write);
            let is_accepted = verdict.is_accepted();
            last = Some(verdict);
            if is_accepted {
                break;
            }
        }
        last
    }
}

fn verdict(known: &Known, api_version: &str, object: Node<'_>, write: Write) -> Verdict {
    let definition = &known.definition;
    let (_, name) = split_version(api_version);
    let (faults, rules) = match definition.version(name).filter(|version| version.is_served) {
        Some(version) => {
            let found = check(&version.schema, version.has_status, object, write);
            (found.faults, found.rules)
        }
        None => (vec![no_match(definition, api_version, object)], 0),
    };
    Verdict { faults, rules, file: known.file, definition: definition.name.clone(), origin: definition.origin }
}

fn no_match(definition: &Definition, api_version: &str, object: Node<'_>) -> Fault {
    let text = format!("no matches for kind {:?} in version {api_version:?}", definition.kind);
    let served = definition.served().map(str::to_owned).collect();
    let mut fault = Fault::below(Some(object), &Path::ROOT, &[Step::Field("apiVersion")], text);
    fault.span = object.get("apiVersion").and_then(Node::span).or(fault.span);
    fault.kind = FaultKind::NoMatch { served };
    fault
}
