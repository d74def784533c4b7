//! References from one blueprint to others: targets of relations and aggregations, and paths of mirror properties and
//! ownership. Lint resolves them in the snapshot, the embedded catalog in its store.

use serde_json::{Map, Value};

use crate::domain::blueprint::definition::COMPUTED;
use crate::domain::blueprint::system;
use crate::domain::entity::fields::TextField;

/// The meta properties of every entity, besides its text fields.
const META: [&str; 7] = ["$identifier", "$team", "$blueprint", "$createdAt", "$createdBy", "$updatedAt", "$updatedBy"];
/// In a path, this segment leads to the teams of the entity.
pub const TEAM: &str = "$team";

/// A broken reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostReference {
    /// The path of keys from the body.
    pub at: Vec<String>,
    pub kind: LostKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LostKind {
    NoBlueprint {
        identifier: String,
    },
    /// A mirror's path: `step` is a relation or property that `blueprint` does not have.
    Mirror {
        path: String,
        step: String,
        is_relation: bool,
        blueprint: String,
    },
    /// An ownership path: `step` is a relation that `blueprint` does not have, or `None` if the path ends at a
    /// blueprint without direct ownership.
    Ownership {
        path: String,
        step: Option<String>,
        blueprint: String,
    },
}

type Body = Map<String, Value>;

/// The broken references of a body. `find` returns the body of another blueprint; `body` is its own.
pub fn check_references<'a>(body: &'a Body, find: &dyn Fn(&str) -> Option<&'a Body>) -> Vec<LostReference> {
    let mut check = References { own: body, find, lost: Vec::new() };
    for section in ["relations", "aggregationProperties"] {
        for (name, entry) in entries(body, section) {
            check.target(section, name, entry);
        }
    }
    for (name, mirror) in entries(body, "mirrorProperties") {
        check.mirror(name, mirror.get("path").and_then(Value::as_str).unwrap_or_default());
    }
    let ownership = body.get("ownership").filter(|value| is_inherited(value));
    if let Some(path) = ownership.and_then(|value| value.get("path")).and_then(Value::as_str) {
        check.ownership(path);
    }
    check.lost
}

struct References<'a, 'f> {
    own: &'a Body,
    find: &'f dyn Fn(&str) -> Option<&'a Body>,
    lost: Vec<LostReference>,
}

/// The reason why a path ends early.
enum Stop<'a> {
    NoRelation(&'a Body),
    /// The target blueprint of a relation does not exist; that is reported at the relation.
    Elsewhere,
}

impl<'a> References<'a, '_> {
    fn report(&mut self, at: &[&str], kind: LostKind) {
        self.lost.push(LostReference { at: at.iter().map(|key| (*key).to_owned()).collect(), kind });
    }

    fn get(&self, identifier: &str) -> Option<&'a Body> {
        if identifier_of(self.own) == identifier { Some(self.own) } else { (self.find)(identifier) }
    }

    fn target(&mut self, section: &str, name: &str, entry: &Value) {
        let target = target(entry);
        if self.get(target).is_none() {
            self.report(&[section, name, "target"], LostKind::NoBlueprint { identifier: target.to_owned() });
        }
    }

    fn mirror(&mut self, name: &str, path: &str) {
        let Some((steps, last)) = path.rsplit_once('.') else { return };
        let lost = |step: &str, is_relation: bool, blueprint: &Body| LostKind::Mirror {
            path: path.to_owned(),
            step: step.to_owned(),
            is_relation,
            blueprint: identifier_of(blueprint).to_owned(),
        };
        let kind = match self.walk(steps) {
            Ok(end) if has(end, last) => return,
            Ok(end) => lost(last, false, end),
            Err((step, Stop::NoRelation(blueprint))) => lost(step, true, blueprint),
            Err((_, Stop::Elsewhere)) => return,
        };
        self.report(&["mirrorProperties", name, "path"], kind);
    }

    fn ownership(&mut self, path: &str) {
        let lost = |step: Option<&str>, blueprint: &Body| LostKind::Ownership {
            path: path.to_owned(),
            step: step.map(str::to_owned),
            blueprint: identifier_of(blueprint).to_owned(),
        };
        let kind = match self.walk(owner_path(path)) {
            Ok(end) if is_directly_owned(end) => return,
            Ok(end) => lost(None, end),
            Err((step, Stop::NoRelation(blueprint))) => lost(Some(step), blueprint),
            Err((_, Stop::Elsewhere)) => return,
        };
        self.report(&["ownership", "path"], kind);
    }

    /// The blueprint at the end of a relation path, or the first segment that is broken.
    fn walk<'p>(&self, path: &'p str) -> Result<&'a Body, (&'p str, Stop<'a>)> {
        let mut current = self.own;
        for step in path.split('.') {
            let next = match entries(current, "relations").find(|(name, _)| *name == step) {
                Some((_, relation)) => target(relation),
                None if step == TEAM => "_team",
                None => return Err((step, Stop::NoRelation(current))),
            };
            current = self.get(next).ok_or((step, Stop::Elsewhere))?;
        }
        Ok(current)
    }
}

/// The relations of an ownership path, without a final `$team`: `service.$team`.
pub fn owner_path(path: &str) -> &str {
    path.strip_suffix(".$team").unwrap_or(path)
}

/// Whether entities of a blueprint have the property at the end of a mirror path.
fn has(body: &Body, name: &str) -> bool {
    TextField::of_meta(name).is_some() || META.contains(&name)
        || entries(body, "schema.properties").any(|(property, _)| property == name)
        || COMPUTED.iter().any(|key| entries(body, key).any(|(property, _)| property == name))
        // The properties of the platform's newer system blueprints are not published.
        || system::is_partly_known(identifier_of(body))
}

fn is_inherited(ownership: &Value) -> bool {
    ownership.get("type").and_then(Value::as_str) == Some("Inherited")
}

/// Whether entities have their own teams.
fn is_directly_owned(body: &Body) -> bool {
    body.get("ownership").and_then(|value| value.get("type")).and_then(Value::as_str) == Some("Direct")
}

/// The entries of a section of a body: `relations`, or `schema.properties`.
pub fn entries<'a>(body: &'a Body, section: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    let map = match section {
        "schema.properties" => body.get("schema").and_then(|schema| schema.get("properties")),
        other => body.get(other),
    };
    map.and_then(Value::as_object).into_iter().flatten()
}

pub fn target(relation: &Value) -> &str {
    relation.get("target").and_then(Value::as_str).unwrap_or_default()
}

fn identifier_of(body: &Body) -> &str {
    body.get("identifier").and_then(Value::as_str).unwrap_or_default()
}
