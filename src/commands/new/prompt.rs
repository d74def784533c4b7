//! Asks the user for a new entity's values: one question for each required value without a flag. An invalid answer is
//! asked for again; Enter leaves a blank.

use std::collections::BTreeMap;

use crate::commands::lint::config::LintConfig;
use crate::domain::blueprint::{Blueprint, Property, PropertyKind, Relation};
use crate::domain::entity::identifier::check_entity_identifier;
use crate::domain::entity::sketch::Sketch;
use crate::domain::finding::Finding;
use crate::domain::value::Value;
use crate::manifest::{Around, encode_sketch};
use crate::report::escape::clean;
use crate::scaffold::{self, Candidates, EntityValues, ManifestInput};
use crate::text::plural::as_sentence;
use crate::text::suggest::closest;
use crate::ui::{Prompt, PromptError};

/// The user ended the input (Ctrl-D) instead of answering.
#[derive(Debug)]
pub(crate) struct EndOfInput;

/// An answer, the end of the input, or an error of the terminal.
pub(crate) type Answer<T> = Result<Result<T, EndOfInput>, PromptError>;

/// The prompt, and the data to choose answers from.
pub(crate) struct Questions<'a> {
    pub prompt: &'a mut Prompt,
    pub candidates: &'a Candidates,
    pub config: &'a LintConfig<'a>,
}

const MARK: &str = "> ";
/// The number of candidates that `?` lists.
const MAX_LISTED: usize = 200;

impl Questions<'_> {
    pub fn say(&mut self, words: &str) -> Result<(), PromptError> {
        self.prompt.say(&clean(words))
    }

    /// Asks for one of several names until the answer is one of them.
    pub fn name(&mut self, question: &str, names: &[&str]) -> Answer<String> {
        self.say(&format!("{question}: {}", names.join(", ")))?;
        loop {
            let Some(answer) = self.prompt.ask(MARK)? else { return Ok(Err(EndOfInput)) };
            if let Some(name) = chosen(&answer, names) {
                return Ok(Ok(name.to_owned()));
            }
            let meant = closest(&answer, names.iter().copied());
            self.say(
                &meant.map_or("Please choose one of these.".to_owned(), |meant| format!("Did you mean `{meant}`?")),
            )?;
        }
    }

    /// Asks for an identifier until it is valid; `refuse` returns the reason why an identifier cannot be used.
    pub fn identifier(&mut self, question: &str, refuse: impl Fn(&str) -> Option<String>) -> Answer<String> {
        self.say(question)?;
        loop {
            let Some(answer) = self.prompt.ask(MARK)? else { return Ok(Err(EndOfInput)) };
            let fault = match check_entity_identifier(&answer) {
                Ok(()) => refuse(&answer),
                Err(_) if answer.is_empty() => Some("An identifier is required.".to_owned()),
                Err(_) => Some("An identifier consists of letters, digits and @ _ . + : \\ / = -".to_owned()),
            };
            match fault {
                None => return Ok(Ok(answer)),
                Some(words) => self.say(&words)?,
            }
        }
    }

    /// Asks for everything that the blueprint requires and `given` lacks.
    pub fn complete(&mut self, blueprint: &Blueprint, mut given: EntityValues) -> Answer<EntityValues> {
        for property in scaffold::unanswered_properties(blueprint, &given) {
            match self.property(blueprint, property)? {
                Ok(Some(value)) => drop(given.properties.insert(property.name.clone(), value)),
                Ok(None) => {}
                Err(end_of_input) => return Ok(Err(end_of_input)),
            }
        }
        for relation in scaffold::unanswered_relations(blueprint, &given) {
            match self.relation(relation)? {
                Ok(targets) if targets.is_empty() => {}
                Ok(targets) => drop(given.relations.insert(relation.name.clone(), targets)),
                Err(end_of_input) => return Ok(Err(end_of_input)),
            }
        }
        Ok(Ok(given))
    }

    fn property(&mut self, blueprint: &Blueprint, property: &Property) -> Answer<Option<Value>> {
        self.say(&format!("{}: {}", property.name, scaffold::describe_property(property, self.candidates)))?;
        loop {
            let Some(answer) = self.prompt.ask(MARK)? else { return Ok(Err(EndOfInput)) };
            if answer.is_empty() {
                return Ok(Ok(None));
            }
            let texts = if property.kind == Some(PropertyKind::Array) && !answer.starts_with('[') {
                answer.split(',').map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
            } else {
                vec![completed(&answer, property)]
            };
            let fault = match scaffold::parse_value(property, &texts) {
                Ok(value) => match self.lint_finding(blueprint, property, &value) {
                    None => return Ok(Ok(Some(value))),
                    Some(words) => words,
                },
                Err(input_error) => as_sentence(&input_error.to_string()),
            };
            self.say(&fault)?;
        }
    }

    /// The lint finding for the value, as a sentence.
    fn lint_finding(&self, blueprint: &Blueprint, property: &Property, value: &Value) -> Option<String> {
        let finding = lint_finding(self.config, blueprint, property, value)?;
        Some(match finding.help {
            Some(help) => format!("{} {}", finding.message, as_sentence(&help.to_string())),
            None => finding.message,
        })
    }

    fn relation(&mut self, relation: &Relation) -> Answer<Vec<String>> {
        let words = scaffold::describe_relation(relation, self.candidates);
        let all = if self.candidates.of(&relation.target).len() > 0 { " (? lists all)" } else { "" };
        self.say(&format!("{}: {words}{all}", relation.name))?;
        loop {
            let Some(answer) = self.prompt.ask(MARK)? else { return Ok(Err(EndOfInput)) };
            if answer == "?" {
                self.list(&relation.target)?;
                continue;
            }
            let split = answer.split(|c: char| c == ',' || c.is_whitespace());
            let texts: Vec<String> = split.filter(|text| !text.is_empty()).map(str::to_owned).collect();
            if texts.is_empty() {
                return Ok(Ok(texts));
            }
            match scaffold::parse_targets(relation.many, &texts) {
                Err(input_error) => self.say(&as_sentence(&input_error.to_string()))?,
                Ok(targets) => match self.settled(relation, targets)? {
                    Ok(Some(targets)) => return Ok(Ok(targets)),
                    Ok(None) => {}
                    Err(end_of_input) => return Ok(Err(end_of_input)),
                },
            }
        }
    }

    /// Asks about targets that are not known: each may be a typing error, or an entity that is created next.
    fn settled(&mut self, relation: &Relation, mut targets: Vec<String>) -> Answer<Option<Vec<String>>> {
        for target in &mut targets {
            if self.candidates.holds(&relation.target, target) {
                continue;
            }
            let words = format!("No {} named `{target}`.", relation.target);
            if let Some(meant) = self.candidates.closest(&relation.target, target) {
                match self.is_so(&format!("{words} Did you mean `{meant}`? [Y/n] "), true)? {
                    Ok(true) => {
                        meant.clone_into(target);
                        continue;
                    }
                    Ok(false) => {}
                    Err(end_of_input) => return Ok(Err(end_of_input)),
                }
            }
            match self.is_so(&format!("{words} Use it anyway? [y/N] "), false)? {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(None)),
                Err(end_of_input) => return Ok(Err(end_of_input)),
            }
        }
        Ok(Ok(Some(targets)))
    }

    fn is_so(&mut self, question: &str, default: bool) -> Answer<bool> {
        let Some(answer) = self.prompt.ask(&clean(question))? else { return Ok(Err(EndOfInput)) };
        Ok(Ok(if answer.is_empty() { default } else { answer.to_lowercase().starts_with('y') }))
    }

    fn list(&mut self, blueprint: &str) -> Result<(), PromptError> {
        let candidates = self.candidates;
        let known = candidates.of(blueprint);
        for identifier in known.clone().take(MAX_LISTED) {
            self.say(&format!("  {identifier}"))?;
        }
        match known.len().saturating_sub(MAX_LISTED) {
            0 => Ok(()),
            more => self.say(&format!("  and {more} more")),
        }
    }
}

/// The first lint finding of an entity that has only this value.
pub(crate) fn lint_finding(
    config: &LintConfig<'_>,
    blueprint: &Blueprint,
    property: &Property,
    value: &Value,
) -> Option<Finding> {
    let alone = Blueprint { properties: vec![property.clone()], relations: Vec::new(), ..blueprint.clone() };
    let properties = BTreeMap::from([(property.name.clone(), value.clone())]);
    let given = EntityValues { properties, ..EntityValues::default() };
    let candidates = Candidates::default();
    let input = ManifestInput {
        blueprint: &alone,
        identifier: "new",
        given: &given,
        candidates: &candidates,
        offers_fields: false,
    };
    let sketch: Sketch = scaffold::sketch(&input);
    let text = encode_sketch(&sketch, &Around::Bare);
    config.lint_snippet(&text, alone).into_iter().next()
}

/// The name that equals the answer, or the only one that begins with it.
fn chosen<'n>(answer: &str, names: &[&'n str]) -> Option<&'n str> {
    if let Some(name) = names.iter().find(|name| **name == answer) {
        return Some(name);
    }
    let answer = answer.to_lowercase();
    let mut beginning = names.iter().filter(|name| name.to_lowercase().starts_with(&answer));
    beginning.next().copied().filter(|_| !answer.is_empty() && beginning.next().is_none())
}

/// The only choice that begins with the answer, if the property has choices.
fn completed(answer: &str, property: &Property) -> String {
    let choices: Vec<&str> = property.choices.iter().filter_map(serde_json::Value::as_str).collect();
    chosen(answer, &choices).map_or_else(|| answer.to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests;
