//! What a blueprint says about others: the targets of its relations and aggregations, and the paths of its mirror
//! properties and of its ownership. Lint asks the snapshot for them, the embedded catalog its store.

use serde_json::{Map, Value};

use crate::domain::blueprint_check::COMPUTED;
use crate::domain::system_blueprints;

/// What every entity has, whatever its blueprint.
const META: [&str; 9] =
    ["$identifier", "$title", "$icon", "$team", "$blueprint", "$createdAt", "$createdBy", "$updatedAt", "$updatedBy"];
/// As a step of a path, it leads to the teams of the entity.
pub const TEAM: &str = "$team";

/// A reference that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostReference {
    /// The keys that lead to it from the body.
    pub at: Vec<String>,
    pub kind: LostKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LostKind {
    NoBlueprint {
        identifier: String,
    },
    /// A mirror's path: `step` is the relation or property that `blueprint` does not have.
    Mirror {
        path: String,
        step: String,
        is_relation: bool,
        blueprint: String,
    },
    /// An ownership's path: `step` is a relation that `blueprint` does not have, or `None` where the path ends at a
    /// blueprint that has no direct ownership.
    Ownership {
        path: String,
        step: Option<String>,
        blueprint: String,
    },
}

type Body = Map<String, Value>;

/// The references of a body that lead nowhere. `find` gives the body of another blueprint; its own is `body`.
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

/// Why a path does not lead on.
enum Stop<'a> {
    NoRelation(&'a Body),
    /// The blueprint that a relation points to is not there; that is reported at the relation.
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

    /// The blueprint at the end of a path of relations; or the step that leads nowhere.
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

/// The relations of an ownership's path, which may name the team at their end: `service.$team`.
pub fn owner_path(path: &str) -> &str {
    path.strip_suffix(".$team").unwrap_or(path)
}

/// Whether entities of a blueprint have the property at the end of a mirror's path.
fn has(body: &Body, name: &str) -> bool {
    META.contains(&name)
        || entries(body, "schema.properties").any(|(property, _)| property == name)
        || COMPUTED.iter().any(|key| entries(body, key).any(|(property, _)| property == name))
        // What the platform's newer blueprints hold is not published.
        || system_blueprints::is_partly_known(identifier_of(body))
}

fn is_inherited(ownership: &Value) -> bool {
    ownership.get("type").and_then(Value::as_str) == Some("Inherited")
}

/// Whether entities have teams of their own.
fn is_directly_owned(body: &Body) -> bool {
    body.get("ownership").and_then(|value| value.get("type")).and_then(Value::as_str) == Some("Direct")
}

/// The named parts of a body: `relations`, or `schema.properties`.
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
