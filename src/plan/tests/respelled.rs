//! Property test: manifests with another spelling of the same values cause no changes.

use proptest::prelude::*;
use serde_json::json;

use super::generated::worlds;
use super::laws::as_stored;
use super::shuffled::Dice;
use super::world::{World, lines};
use crate::domain::blueprint::Blueprint;
use crate::domain::document::span::Span;
use crate::domain::entity::Targets;
use crate::domain::entity::desired::{Desired, DesiredField, DesiredProperty, DesiredRelation, Teams};
use crate::domain::entity::fields::TextField;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::Tally;
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::value::Value;

const SPAN: Span = Span { start: 0, end: 1 };

/// The same value: `1` for `1.0` and back, object keys in another order, at every depth.
fn value(dice: &mut Dice, value: &Value) -> Value {
    match value {
        Value::Integer(integer) if dice.below(2) == 0 => Value::Float(*integer as f64),
        Value::Float(float) if dice.below(2) == 0 && *float == float.trunc() => Value::Integer(*float as i64),
        Value::List(items) => Value::List(items.iter().map(|item| self::value(dice, item)).collect()),
        Value::Map(entries) => {
            let mut entries: Box<[_]> =
                entries.iter().map(|(key, item)| (key.clone(), self::value(dice, item))).collect();
            dice.shuffle(&mut entries);
            Value::Map(entries)
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            value.clone()
        }
    }
}

/// The same instant in another time zone, with more or fewer zeros.
fn time(dice: &mut Dice, text: &str) -> Option<Value> {
    let hour: i64 = text.get(11..13)?.parse().ok()?;
    let offset: i64 = text.get(19..)?.strip_suffix(":00").map_or(Some(0), |offset| offset.parse().ok())?;
    let zone = [-11, -3, 0, 1, 5, 10][dice.below(6)];
    let (hour, seconds) = (hour - offset + zone, ["00", "00.0", "00.000000"][dice.below(3)]);
    let zone = if zone == 0 && dice.below(2) == 0 { "Z".to_owned() } else { format!("{zone:+03}:00") };
    Some(Value::Text(format!("{}{hour:02}:00:{seconds}{zone}", text.get(..11)?).into()))
}

/// The manifest with another spelling.
fn respelled(dice: &mut Dice, desired: &Desired, blueprint: &Blueprint) -> Desired {
    let mut other = desired.clone();
    for property in &mut other.properties {
        let text = property.value.as_str().filter(|_| property.name.as_ref() == "since");
        property.value = match text {
            Some(text) => time(dice, text).expect("worlds hold whole hours"),
            None => value(dice, &property.value),
        };
    }
    // An unset property is left out or null; one with a default is left out.
    other.properties = other.properties.into_iter().filter(|it| !it.value.is_null() || dice.below(2) == 0).collect();
    let mut properties = std::mem::take(&mut other.properties).into_vec();
    for property in blueprint.properties.iter().filter(|property| property.default.is_none()) {
        let is_named = desired.properties.iter().any(|it| it.name.as_ref() == property.name);
        if !is_named && dice.below(2) == 0 {
            let name = property.name.as_str().into();
            properties.push(DesiredProperty { name, value: Value::Null, span: SPAN });
        }
    }
    dice.shuffle(&mut properties);
    other.properties = properties.into();
    let mut relations = Vec::new();
    for relation in &blueprint.relations {
        let named = desired.relations.iter().find(|it| it.name.as_ref() == relation.name);
        let targets = match named.map_or(&Targets::None, |it| &it.targets) {
            Targets::Many(targets) if !targets.is_empty() => {
                let mut targets = [&targets[..], &targets[..dice.below(targets.len() + 1)]].concat();
                dice.shuffle(&mut targets);
                Targets::Many(targets.into())
            }
            one @ Targets::One(_) => one.clone(),
            Targets::None | Targets::Many(_) => match dice.below(3) {
                0 => continue,
                1 if relation.many => Targets::Many(Box::default()),
                _ => Targets::None,
            },
        };
        relations.push(DesiredRelation { name: relation.name.as_str().into(), targets, span: SPAN });
    }
    dice.shuffle(&mut relations);
    other.relations = relations.into();
    if let Patch::Set(Teams::Many(teams)) = &desired.team.patch {
        let mut teams = [&teams[..], &teams[..dice.below(teams.len() + 1)]].concat();
        dice.shuffle(&mut teams);
        other.team = match teams.as_slice() {
            [] => {
                let empty = DesiredField::set(Teams::Many(Box::default()), SPAN);
                [DesiredField::default(), DesiredField::null(SPAN), empty][dice.below(3)].clone()
            }
            [one] if dice.below(2) == 0 => DesiredField::set(Teams::One(one.clone()), SPAN),
            _ => DesiredField::set(Teams::Many(teams.into()), SPAN),
        };
    }
    for field in TextField::ALL {
        if other.texts[field].patch.is_absent() && dice.below(2) == 0 {
            other.texts[field] = DesiredField::null(SPAN);
        }
    }
    other
}

proptest! {
    #![proptest_config(crate::generated_cases::config(256))]

    #[test]
    fn what_says_the_same_in_other_words_needs_no_plan(
        mut world in worlds(),
        seed in any::<u64>(),
        replaces in any::<bool>(),
        has_base in any::<bool>(),
    ) {
        let mut dice = Dice(seed);
        world.base = has_base.then(Vec::new);
        let plain: Vec<Desired> = (0..).zip(&world.stored).map(|(file, entity)| as_stored(file, entity)).collect();
        let blueprints = world.blueprints.clone();
        let of = |desired: &Desired| {
            blueprints.iter().find(|it| it.identifier == desired.key.blueprint.as_ref()).expect("it is of the world")
        };
        for side in [Some(&mut world.desired), world.base.as_mut()].into_iter().flatten() {
            *side = plain.iter().map(|desired| respelled(&mut dice, desired, of(desired))).collect();
        }
        world.owned = world.stored.iter().map(|entity| entity.key.clone()).collect();
        world.write.by_blueprint.clear();
        world.write.default = if replaces { WriteMode::Replace } else { WriteMode::Merge };
        let plan = world.plan();
        prop_assert_eq!(lines(&plan), [""; 0]);
        prop_assert_eq!(plan.counts.total, Tally { unchanged: world.stored.len(), ..Tally::default() });
        prop_assert!(plan.hazards.is_empty() && plan.waves.is_empty());
    }
}

/// Checks that the law above is not vacuous: the other spellings really differ.
#[test]
fn the_other_words_are_others() {
    let stored = json!({"team": ["p", "q"], "properties": {"tier": 1, "since": "2026-11-02T13:00:00+01:00",
        "meta": {"a": 1, "b": 2}}, "relations": {"dependsOn": ["x", "y"], "owner": "core"}});
    let world = World::of(json!([stored]), json!([stored]));
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let other = respelled(&mut Dice(seed), &world.desired[0], &world.blueprints[0]);
        for property in &other.properties {
            seen.insert(format!("{} {}", property.name, property.value.to_json()));
        }
        for relation in &other.relations {
            seen.insert(format!("{} {:?}", relation.name, relation.targets));
        }
        seen.insert(format!("team {:?}", other.team));
    }
    for words in [
        "tier 1",
        "tier 1.0",
        r#"since "2026-11-02T12:00:00Z""#,
        r#"since "2026-11-02T01:00:00.000000-11:00""#,
        r#"since "2026-11-02T22:00:00.0+10:00""#,
        r#"meta {"b":2,"a":1.0}"#,
        "language null",
        "public null",
        "tags null",
        "domain None",
    ] {
        // Properties with a default are filled in by the catalog.
        let has_default = words.starts_with("language") || words.starts_with("public");
        assert_eq!(seen.contains(words), !has_default, "{words}: {seen:#?}");
    }
    assert!(seen.len() > 25, "{seen:#?}");
}
