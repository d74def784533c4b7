//! The validations of a policy: the identifier, the names and values of properties, relations and the team.

use super::cel::{self, Condition};
use super::demand::{Demand, Place, Translator};
use crate::domain::blueprint::property_validator::JsonValidator;
use crate::domain::blueprint::{Blueprint, Ownership, Property, Relation};
use crate::domain::entity::identifier::MAX_ENTITY_IDENTIFIER;
use crate::domain::value::formats::spelled_out;
use crate::scaffold::cluster::yaml::one_line;

/// An expression that must be true, and what is reported otherwise.
pub(super) struct Validation {
    pub condition: Condition,
    pub message: String,
    /// An expression whose text is added to the message; empty: nothing is.
    pub found: String,
}

pub(super) struct Policy {
    pub validations: Vec<Validation>,
    /// What it does not judge.
    pub notes: Vec<String>,
    variables_cost: u64,
}

/// The characters of an identifier, and a condition for texts of its length.
pub(super) const IDENTIFIER: &str = r"^[\p{L}0-9@_.+:\\/=-]+$";
/// Checking each of more names against all of them exceeds the limit of one expression.
const MAX_NAMES: usize = 700;

/// The variables that the validations use, with their expressions.
pub(super) fn variables(blueprint: &Blueprint) -> Vec<(&'static str, String)> {
    let section = |name: &str| {
        let field = format!("object.spec.{name}");
        format!("has({field}) && {field} != null ? {field} : {{}}")
    };
    // Null clears a value, so it counts as absent.
    let set = |name: &str| format!("variables.{name}.filter(key, variables.{name}[key] != null)");
    let unknown = |name: &str, known: &[&str]| {
        format!("variables.{name}.filter(key, !(key in {}))", cel::texts(known.iter().copied()))
    };
    let mut variables = vec![
        ("properties", section("properties")),
        ("set_properties", set("properties")),
        ("relations", section("relations")),
        ("set_relations", set("relations")),
    ];
    let (properties, relations) = (property_names(blueprint), relation_names(blueprint));
    if properties.len() <= MAX_NAMES {
        variables.push(("unknown_properties", unknown("properties", &properties)));
    }
    if relations.len() <= MAX_NAMES {
        variables.push(("unknown_relations", unknown("relations", &relations)));
    }
    if let Some(computed) = computed_names(blueprint) {
        let names = cel::texts(computed);
        variables.push(("computed_properties", format!("variables.properties.filter(key, key in {names})")));
    }
    variables
}

/// Stored and computed properties: those that are not unknown.
fn property_names(blueprint: &Blueprint) -> Vec<&str> {
    let stored = blueprint.properties.iter().map(|property| property.name.as_str());
    stored.chain(blueprint.computed.iter().map(|computed| computed.name.as_str())).collect()
}

fn relation_names(blueprint: &Blueprint) -> Vec<&str> {
    blueprint.relations.iter().map(|relation| relation.name.as_str()).collect()
}

/// `None`: there are none, or too many. A stored property with the same name is written.
fn computed_names(blueprint: &Blueprint) -> Option<Vec<&str>> {
    let names = blueprint.computed.iter().map(|computed| computed.name.as_str());
    let names: Vec<&str> = names.filter(|name| blueprint.property(name).is_none()).collect();
    (!names.is_empty() && names.len() <= MAX_NAMES).then_some(names)
}

impl Policy {
    /// No expression costs more than the budget.
    pub fn new(blueprint: &Blueprint, budget: u64) -> Self {
        let names = (blueprint.properties.len() + blueprint.computed.len() + blueprint.relations.len()) as u64;
        let mut policy =
            Self { validations: Vec::new(), notes: Vec::new(), variables_cost: names * names + names * 40 };
        policy.identifier();
        policy.names(blueprint);
        let mut translator = Translator::default();
        for property in &blueprint.properties {
            policy.property(property, blueprint.properties.len() as u64, &mut translator, budget);
        }
        policy.notes.extend(translator.notes);
        for relation in &blueprint.relations {
            policy.relation(relation, blueprint.relations.len() as u64, budget);
        }
        policy.team(blueprint);
        policy
    }

    /// What evaluating all expressions may cost.
    pub fn cost(&self) -> u64 {
        self.variables_cost + self.validations.iter().map(|validation| validation.condition.cost).sum::<u64>()
    }

    fn push(&mut self, text: String, cost: u64, message: String, found: &str) {
        let condition = Condition::exact(text, cost);
        self.validations.push(Validation { condition, message, found: found.to_owned() });
    }

    fn identifier(&mut self) {
        let value = "object.spec.identifier";
        self.push(
            is_identifier(value),
            identifier_cost(3),
            format!(
                "the identifier must have 1 to {MAX_ENTITY_IDENTIFIER} letters, digits and characters of @ _ . + : \\ / = -, \
                 and must not be . or .."
            ),
            "",
        );
    }

    fn names(&mut self, blueprint: &Blueprint) {
        let identifier = one_line(&blueprint.identifier);
        let listed = |variable: &str| format!("\": \" + variables.{variable}.join(\", \")");
        for (variable, kind, count) in [
            ("unknown_properties", "properties", property_names(blueprint).len()),
            ("unknown_relations", "relations", blueprint.relations.len()),
        ] {
            if count > MAX_NAMES {
                self.notes.push(format!("unknown {kind}: the blueprint has too many"));
                continue;
            }
            let message = format!("blueprint `{identifier}` does not have these {kind}");
            // Of more names than the blueprint has, one is unknown. Looking for it in thousands would cost too much.
            let condition = format!("size(variables.{kind}) <= {count} && size(variables.{variable}) == 0");
            self.push(condition, 8, message, &listed(variable));
        }
        if computed_names(blueprint).is_some() {
            let message = "the catalog computes these properties, so they cannot be set".to_owned();
            self.push(
                "size(variables.computed_properties) == 0".to_owned(),
                4,
                message,
                &listed("computed_properties"),
            );
        }
    }

    fn property(&mut self, property: &Property, count: u64, translator: &mut Translator, budget: u64) {
        let (literal, shown) = (cel::text(&property.name), one_line(&property.name));
        let is_set = format!("{literal} in variables.set_properties");
        if property.required {
            let (condition, message) = match property.has_default() {
                false => (is_set.clone(), format!("property `{shown}` is required")),
                // The catalog fills in the default, but not for null.
                true => (
                    format!("!({literal} in variables.properties) || {is_set}"),
                    format!("property `{shown}` is required and must not be null"),
                ),
            };
            self.push(condition, count + 6, message, "");
        }
        // Of an unknown type nothing is checked, and neither is a schema that is invalid.
        if property.kind.is_none() || !JsonValidator::new(property).judges() {
            return;
        }
        let schema = spelled_out(&property.schema);
        for Demand { condition, message, found } in
            translator.demands(&schema, &Place::of_property(&property.name), budget)
        {
            let condition = Condition {
                text: format!("!({is_set}) || {}", in_parentheses(&condition.text)),
                cost: condition.cost + count + 4,
                ..condition
            };
            self.validations.push(Validation { condition, message, found });
        }
    }

    fn relation(&mut self, relation: &Relation, count: u64, budget: u64) {
        let (literal, shown) = (cel::text(&relation.name), one_line(&relation.name));
        let value = format!("variables.relations[{literal}]");
        let is_set = format!("{literal} in variables.set_relations");
        if relation.required {
            let condition = match relation.many {
                false => is_set.clone(),
                true => format!("{is_set} && {value} != []"),
            };
            self.push(condition, count + 12, format!("relation `{shown}` is required"), "");
        }
        // The catalog resolves a search query.
        let is_query = format!("type({value}) == map && (\"combinator\" in {value} || \"rules\" in {value})");
        let target = one_line(&relation.target);
        let (own, most_items) = (count + 40, (budget / 12).min(20_000));
        let (form, message, targets, cost) = match relation.many {
            false => (
                format!("type({value}) == string"),
                format!("relation `{shown}` must be one identifier of a `{target}`"),
                format!("type({value}) != string || {}", is_identifier(&value)),
                own + identifier_cost(4),
            ),
            true => {
                let most = budget.saturating_sub(own) / (identifier_cost(1) + 10);
                let each = format!("type(target) != string || {}", in_parentheses(&is_identifier("target")));
                (
                    format!(
                        "type({value}) == list && (size({value}) > {most_items} || {value}.all(target, type(target) == string))"
                    ),
                    format!("relation `{shown}` must be a list of identifiers of a `{target}`"),
                    format!("type({value}) != list || size({value}) > {most} || {value}.all(target, {each})"),
                    own + most * (identifier_cost(1) + 10),
                )
            }
        };
        let form_cost = if relation.many { own + most_items * 10 } else { own };
        self.push(format!("!({is_set}) || {form} || ({is_query})"), form_cost, message, "");
        let message = format!(
            "the targets of relation `{shown}` must be identifiers: letters, digits and characters of @ _ . + : \\ / = -"
        );
        self.push(format!("!({is_set}) || {}", in_parentheses(&targets)), cost, message, "");
    }

    /// The published CRDs have no `team`, so this judges extended ones.
    fn team(&mut self, blueprint: &Blueprint) {
        let absent = "!has(object.spec.team) || object.spec.team == null";
        match &blueprint.ownership {
            Ownership::Inherited { path } => {
                let message = format!(
                    "blueprint `{}` inherits its team through the relation `{}`, so `team` cannot be set",
                    one_line(&blueprint.identifier),
                    one_line(path)
                );
                self.push(absent.to_owned(), 8, message, "");
            }
            Ownership::Direct => {
                let team = "object.spec.team";
                let condition = format!(
                    "{absent} || type({team}) == string || type({team}) == map || \
                     (type({team}) == list && (size({team}) > 1000 || {team}.all(name, type(name) == string)))"
                );
                self.push(condition, 12_000, "`team` must be a team or a list of teams".to_owned(), "");
            }
        }
    }
}

fn is_identifier(value: &str) -> String {
    format!(
        "size({value}) <= {MAX_ENTITY_IDENTIFIER} && {value}.matches({}) && !({value} in [\".\", \"..\"])",
        cel::raw(IDENTIFIER)
    )
}

/// `cost`: that of the value's own expression.
fn identifier_cost(cost: u64) -> u64 {
    let characters = MAX_ENTITY_IDENTIFIER as u64 / 10 + 2;
    3 * cost + 12 + characters * (IDENTIFIER.len() as u64 / 4 + 2)
}

fn in_parentheses(text: &str) -> String {
    if text.contains(['|', '&', '?']) { format!("({text})") } else { text.to_owned() }
}
