//! Parses a new entity's values from flags, typed by the blueprint. An unknown name is rejected with a suggestion,
//! because in a file it would only become a finding later.

use crate::commands::lint::config::LintConfig;
use crate::commands::new::error::NewError;
use crate::commands::new::prompt::lint_finding;
use crate::domain::blueprint::{Blueprint, Ownership};
use crate::domain::entity::fields::Texts;
use crate::domain::finding::Severity;
use crate::scaffold::{self, Candidates, EntityValues};
use crate::text::plural::list;
use crate::text::suggest::closest;

/// The values of the flags, independent of clap.
pub(crate) struct NewFlags<'a> {
    pub set: &'a [(String, String)],
    pub relate: &'a [(String, String)],
    pub texts: Texts<Option<&'a String>>,
    pub team: &'a [String],
}

pub(crate) fn values_from_flags(
    asked: &NewFlags<'_>,
    blueprint: &Blueprint,
    config: &LintConfig<'_>,
) -> Result<EntityValues, NewError> {
    if let (Ownership::Inherited { path }, [_, ..]) = (&blueprint.ownership, asked.team) {
        return Err(NewError::InheritedTeam { blueprint: blueprint.identifier.clone(), path: path.clone() });
    }
    let mut given = EntityValues { texts: asked.texts.map(Option::<&String>::cloned), ..EntityValues::default() };
    for team in asked.team {
        if !given.team.contains(team) {
            given.team.push(team.clone());
        }
    }
    for (name, texts) in by_name(asked.set) {
        if let Some(property) = blueprint.property(name) {
            let value = scaffold::parse_value(property, &texts).map_err(|input_error| NewError::Mistyped {
                name: name.to_owned(),
                takes: scaffold::describe_property(property, &Candidates::default()),
                mistyped: input_error,
            })?;
            // A value that lint rejects is an error here; without the flag, it would be left blank.
            let finding = lint_finding(config, blueprint, property, &value).filter(|it| it.severity == Severity::Error);
            if let Some(finding) = finding {
                return Err(NewError::Misfit {
                    name: name.to_owned(),
                    message: finding.message,
                    help: finding.help.unwrap_or_else(|| "choose another value".into()),
                });
            }
            given.properties.insert(name.to_owned(), value);
        } else {
            relate(name, &texts, blueprint, "--set", &mut given)?;
        }
    }
    for (name, texts) in by_name(asked.relate) {
        relate(name, &texts, blueprint, "--relate", &mut given)?;
    }
    Ok(given)
}

fn relate(
    name: &str,
    texts: &[String],
    blueprint: &Blueprint,
    flag: &'static str,
    given: &mut EntityValues,
) -> Result<(), NewError> {
    let Some(relation) = blueprint.relation(name) else { return Err(no_such(name, blueprint, flag)) };
    // `--set` and `--relate` may both name the relation.
    let mut all = given.relations.remove(name).unwrap_or_default();
    all.extend_from_slice(texts);
    let targets = scaffold::parse_targets(relation.many, &all).map_err(|input_error| NewError::Mistyped {
        name: name.to_owned(),
        takes: scaffold::describe_relation(relation, &Candidates::default()),
        mistyped: input_error,
    })?;
    given.relations.insert(name.to_owned(), targets);
    Ok(())
}

fn no_such(name: &str, blueprint: &Blueprint, flag: &'static str) -> NewError {
    if let Some(computed) = blueprint.computed.iter().find(|computed| computed.name == name) {
        return NewError::Computed { name: name.to_owned(), kind: computed.kind.word() };
    }
    let relations = blueprint.relations.iter().map(|relation| relation.name.as_str());
    let properties = blueprint.properties.iter().map(|property| property.name.as_str());
    let (what, known): (_, Vec<&str>) = match flag {
        "--relate" => ("relation", relations.collect()),
        _ => ("property or relation", properties.chain(relations).collect()),
    };
    let names = || list(&known.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>());
    let help = match closest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if known.is_empty() => "it has none".to_owned(),
        None => format!("it has {}", names()),
    };
    NewError::NoSuchName { what, name: name.to_owned(), blueprint: blueprint.identifier.clone(), help }
}

/// The values grouped by name, in the order of first use.
fn by_name(pairs: &[(String, String)]) -> Vec<(&str, Vec<String>)> {
    let mut all: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, value) in pairs {
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value.clone()),
            None => all.push((name, vec![value.clone()])),
        }
    }
    all
}
