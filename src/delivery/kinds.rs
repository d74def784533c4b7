//! The kinds that the CRDs and XRDs of a repository define, and whether objects of these kinds are accepted.

use std::collections::HashMap;

use super::crd::check::{Write, check};
use super::crd::definition::{Definition, Origin};
use super::crd::fault::{Fault, FaultKind};
use super::crd::node::Node;
use super::crd::{Path, Step};
use super::object::split_version;
use super::tool_kinds::is_near;
use crate::text::suggest::{closest, single_slip};

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

    /// Whether it defines no such kind, and one that is so much alike that this one is misspelt. Other kinds of the same
    /// group may be defined elsewhere.
    pub fn is_misspelt(&self, api_version: &str, kind: &str) -> bool {
        !self.has(api_version, kind) && self.meant_by(api_version, kind).is_some()
    }

    fn meant_by(&self, api_version: &str, kind: &str) -> Option<(&Known, Meant)> {
        let (group, version) = split_version(api_version);
        let of_group = || self.known.iter().filter(|((known, _), _)| known == group).flat_map(|(_, known)| known);
        let near = of_group().filter(|known| is_near(kind, &known.definition.kind, &known.definition.plural));
        let names: Vec<&str> = near.map(|known| known.definition.kind.as_str()).collect();
        if let Some(meant) = closest(kind, names.iter().copied()).or(names.first().copied()) {
            let known = self.known_of(api_version, meant).first()?;
            return Some((known, Meant::Kind(meant.to_owned())));
        }
        let is_near_group = |known: &str| group.is_empty() || single_slip(group, [known]).is_some();
        let groups = self.known.keys().filter(|(known, other)| other == kind && is_near_group(known));
        let (meant, _) = groups.min()?;
        let known = self.known.get(&(meant.clone(), kind.to_owned()))?.first()?;
        let served = known.definition.served().find(|served| *served == version);
        let served = served.or_else(|| known.definition.served().next())?;
        Some((known, Meant::ApiVersion(format!("{meant}/{served}"))))
    }

    /// Checks an object. `None`: the repository does not define its kind, nor one that it most likely means. Of several
    /// definitions, one that accepts it is enough.
    pub fn check(&self, object: Node<'_>, write: Write) -> Option<Verdict> {
        let text = |key: &str| object.get(key).and_then(Node::as_str);
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        if !self.has(&api_version, &kind) {
            let (known, meant) = self.meant_by(&api_version, &kind)?;
            return Some(known.verdict(vec![no_such_kind(meant, (&api_version, &kind), object)], 0));
        }
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
    known.verdict(faults, rules)
}

impl Known {
    fn verdict(&self, faults: Vec<Fault>, rules: usize) -> Verdict {
        let definition = &self.definition;
        Verdict { faults, rules, file: self.file, definition: definition.name.clone(), origin: definition.origin }
    }
}

/// What a person meant who wrote a kind that does not exist.
enum Meant {
    Kind(String),
    ApiVersion(String),
}

fn no_such_kind(meant: Meant, (api_version, kind): (&str, &str), object: Node<'_>) -> Fault {
    let text = format!("no matches for kind {kind:?} in version {api_version:?}");
    let (field, meant) = match meant {
        Meant::Kind(meant) => ("kind", meant),
        Meant::ApiVersion(meant) => ("apiVersion", meant),
    };
    let mut fault = Fault::below(Some(object), &Path::ROOT, &[Step::Field(field)], text);
    fault.span = object.get(field).and_then(Node::span).or(fault.span);
    fault.kind = FaultKind::NoSuchKind { meant };
    fault
}

fn no_match(definition: &Definition, api_version: &str, object: Node<'_>) -> Fault {
    let text = format!("no matches for kind {:?} in version {api_version:?}", definition.kind);
    let served = definition.served().map(str::to_owned).collect();
    let mut fault = Fault::below(Some(object), &Path::ROOT, &[Step::Field("apiVersion")], text);
    fault.span = object.get("apiVersion").and_then(Node::span).or(fault.span);
    fault.kind = FaultKind::NoMatch { served };
    fault
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::delivery::crd::definition::Version;
    use crate::delivery::crd::schema::Schema;

    fn kinds(all: &[(&str, &str, &str)]) -> Kinds {
        let mut kinds = Kinds::default();
        for (group, kind, plural) in all {
            let version = |name: &str, is_served| Version {
                name: name.to_owned(),
                is_served,
                schema: Arc::new(Schema::default()),
                has_status: false,
            };
            let definition = Definition {
                name: format!("{plural}.{group}"),
                group: (*group).to_owned(),
                kind: (*kind).to_owned(),
                plural: (*plural).to_owned(),
                is_namespaced: true,
                versions: vec![version("v1alpha1", false), version("v1", true), version("v2", true)],
                origin: Origin::Claim,
            };
            assert!(kinds.add(0, definition));
        }
        kinds
    }

    /// The field, and what was meant.
    fn meant(kinds: &Kinds, api_version: &str, kind: &str) -> Option<(String, String)> {
        let object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
        assert_eq!(kinds.is_misspelt(api_version, kind), kinds.check(Node::Json(&object), Write::Client).is_some());
        let verdict = kinds.check(Node::Json(&object), Write::Client)?;
        let [fault] = verdict.faults.as_slice() else { panic!("{verdict:?}") };
        assert_eq!(fault.text, format!("no matches for kind {kind:?} in version {api_version:?}"));
        let FaultKind::NoSuchKind { meant } = &fault.kind else { panic!("{fault:?}") };
        Some((fault.path.clone(), meant.clone()))
    }

    #[test]
    fn a_misspelt_kind_is_one_that_nothing_else_is_like() {
        let group = "acme.example.com";
        let all = [(group, "Database", "databases"), (group, "XDatabase", "xdatabases"), (group, "VPC", "vpcs")];
        let kinds = kinds(&all);
        let of = |kind| meant(&kinds, "acme.example.com/v1", kind).map(|(field, meant)| format!("{field} {meant}"));
        for (kind, wanted) in [
            ("Databse", "Database"),
            ("database", "Database"),
            ("Databases", "Database"),
            ("databases", "Database"),
            ("XDatabse", "XDatabase"),
            ("xdatabase", "XDatabase"),
            ("vpc", "VPC"),
        ] {
            assert_eq!(of(kind), Some(format!("kind {wanted}")), "{kind}");
        }
        // Another definition of the group, which is not in the repository, may have these.
        for kind in ["VPN", "DatabaseUser", "Cache", "Data", ""] {
            assert_eq!(of(kind), None, "{kind}");
        }
    }

    #[test]
    fn a_kind_in_a_misspelt_group_is_found() {
        let kinds = kinds(&[("acme.example.com", "Database", "databases")]);
        let wanted = |version: &str| Some(("apiVersion".to_owned(), format!("acme.example.com/{version}")));
        assert_eq!(meant(&kinds, "acme.exmaple.com/v2", "Database"), wanted("v2"));
        assert_eq!(meant(&kinds, "acme.example.co/v1alpha1", "Database"), wanted("v1"));
        // The core group has no such kind.
        assert_eq!(meant(&kinds, "v1", "Database"), wanted("v1"));
        assert_eq!(meant(&kinds, "other.org/v1", "Database"), None);
        assert_eq!(meant(&kinds, "acme.exmaple.com/v1", "Databse"), None);
    }
}
