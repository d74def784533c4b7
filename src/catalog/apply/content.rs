//! Compares an entity in the catalog with the write that was sent for it. Texts, numbers and timestamps are compared by
//! their meaning, because a catalog may store them in another form. Pure.

use crate::domain::entity::fields::TextField;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, Targets};
use crate::domain::plan::request::{Body, Method, WriteRequest};
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;

/// `stored`: the entity of the request as it is now; `None`: it does not exist.
pub(super) fn is_as_written(request: &WriteRequest, stored: Option<&Entity>) -> bool {
    match (&request.method, stored) {
        (Method::Delete, stored) => stored.is_none(),
        (_, None) => false,
        (Method::Replace(body), Some(stored)) => holds(body, stored) && holds_nothing_else(body, stored),
        (
            Method::Create(body)
            | Method::Merge(body)
            | Method::Patch(body)
            | Method::Adopt(body)
            | Method::Rename { from: _, body },
            Some(stored),
        ) => holds(body, stored),
    }
}

/// Whether the entity has every value that the body sets.
fn holds(body: &Body, stored: &Entity) -> bool {
    let texts = body.texts.iter().all(|(field, text)| match text {
        Patch::Absent => true,
        Patch::Null => stored.texts[field].is_none(),
        Patch::Set(text) => stored.texts[field].as_ref() == Some(text),
    });
    let team = match &body.team {
        Patch::Absent => true,
        Patch::Null => stored.team.is_empty(),
        Patch::Set(team) => sorted(team) == sorted(&stored.team),
    };
    let properties = body.properties.iter().all(|(name, value)| {
        let own = stored.properties.iter().find(|(other, _)| other == name).map_or(&Value::Null, |(_, own)| own);
        is_same(value, own)
    });
    let relations = body.relations.iter().all(|(name, targets)| {
        let own = stored.relations.iter().find(|(other, _)| other == name).map_or(&Targets::None, |(_, own)| own);
        identifiers(targets) == identifiers(own)
    });
    texts && team && properties && relations
}

/// Whether the entity has no value besides those of the body. Without a title in the body, the catalog may set the
/// identifier as title.
fn holds_nothing_else(body: &Body, stored: &Entity) -> bool {
    let is_named = |name: &str| body.properties.iter().any(|(other, _)| other.as_ref() == name);
    let is_linked = |name: &str| body.relations.iter().any(|(other, _)| other.as_ref() == name);
    let is_unset_or_generated = |field: TextField| match &stored.texts[field] {
        Some(text) => field == TextField::Title && *text == stored.key.identifier,
        None => true,
    };
    body.texts.iter().all(|(field, text)| !text.is_absent() || is_unset_or_generated(field))
        && (!body.team.is_absent() || stored.team.is_empty())
        && stored.properties.iter().all(|(name, value)| value.is_null() || is_named(name))
        && stored.relations.iter().all(|(name, targets)| identifiers(targets).is_empty() || is_linked(name))
}

fn sorted(names: &[Box<str>]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn identifiers(targets: &Targets) -> Vec<&str> {
    match targets {
        Targets::None => Vec::new(),
        Targets::One(one) => vec![one],
        Targets::Many(many) => sorted(many),
    }
}

fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => {
            one == other || Moment::parse(one).is_some_and(|moment| Moment::parse(other) == Some(moment))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let holds = |entries: &[(Box<str>, Value)], (name, value): &(Box<str>, Value)| {
                entries.iter().any(|(own, stored)| own == name && is_same(value, stored))
            };
            one.len() == other.len() && one.iter().all(|entry| holds(other, entry))
        }
        (one, other) => match (number(one), number(other)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => one == other,
            (Some(_), None) | (None, Some(_)) => false,
        },
    }
}

/// Numbers are compared as JSON numbers: `1` equals `1.0`.
#[expect(clippy::cast_precision_loss, reason = "a catalog that reads JSON loses as much")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => Some(*integer as f64),
        Value::Large(large) => Some(*large as f64),
        Value::Float(float) => Some(*float),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entity::fields::Texts;
    use crate::domain::entity::{EntityKey, Record};
    use crate::domain::plan::StepKind;

    fn stored() -> Entity {
        Entity {
            key: EntityKey { blueprint: "service".into(), identifier: "cart".into() },
            texts: Texts { title: Some("Cart".into()), ..Texts::default() },
            team: ["b".into(), "a".into()].into(),
            properties: [
                ("n".into(), Value::Float(1.0)),
                ("at".into(), Value::Text("2026-11-21T16:00:00.000Z".into())),
                ("gone".into(), Value::Null),
            ]
            .into(),
            relations: [("domain".into(), Targets::One("shop".into())), ("uses".into(), Targets::Many([].into()))]
                .into(),
            record: Record::default(),
        }
    }

    fn request(method: Method) -> WriteRequest {
        WriteRequest { change: 0, step_kind: StepKind::Write, key: stored().key, method, needs: Vec::new() }
    }

    fn whole() -> Body {
        Body {
            texts: Texts { title: Patch::Set("Cart".into()), ..Texts::default() },
            team: Patch::Set(["a".into(), "b".into()].into()),
            properties: vec![
                ("n".into(), Value::Integer(1)),
                ("at".into(), Value::Text("2026-11-21T17:00:00+01:00".into())),
            ],
            relations: vec![("domain".into(), Targets::One("shop".into()))],
        }
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        for method in [
            Method::Create(whole()),
            Method::Merge(whole()),
            Method::Replace(whole()),
            Method::Patch(whole()),
            Method::Rename { from: "old".into(), body: whole() },
        ] {
            assert!(is_as_written(&request(method.clone()), Some(&stored())), "{method:?}");
            assert!(!is_as_written(&request(method), None));
        }
        assert!(is_as_written(&request(Method::Delete), None));
        assert!(!is_as_written(&request(Method::Delete), Some(&stored())));
    }

    #[test]
    fn what_differs_is_seen() {
        let less = Body { properties: vec![("n".into(), Value::Integer(1))], ..whole() };
        assert!(
            is_as_written(&request(Method::Merge(less.clone())), Some(&stored())),
            "what is not named may be anything"
        );
        assert!(!is_as_written(&request(Method::Replace(less)), Some(&stored())));
        let others = [
            Body { texts: Texts { title: Patch::Null, ..Texts::default() }, ..whole() },
            Body { texts: Texts { icon: Patch::Set("Box".into()), ..whole().texts }, ..whole() },
            Body { team: Patch::Set(["a".into()].into()), ..whole() },
            Body { properties: vec![("n".into(), Value::Text("1".into()))], ..whole() },
            Body { properties: vec![("new".into(), Value::Bool(false))], ..whole() },
            Body { relations: vec![("domain".into(), Targets::None)], ..whole() },
            Body { relations: vec![("uses".into(), Targets::One("x".into()))], ..whole() },
        ];
        for body in others {
            assert!(!is_as_written(&request(Method::Merge(body.clone())), Some(&stored())), "{body:?}");
        }
    }
}
