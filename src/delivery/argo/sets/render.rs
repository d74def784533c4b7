//! Puts parameters into the texts of a set: `{{name}}` is replaced, or the text is a template of Go.

use serde_json::{Map, Value as Json};

use super::set::{Element, Generator, Git, Part, PartKind, Pattern, Selector};
use super::template::value::GoMap;
use super::template::{Budget, GoValue, Stop, render};
use crate::delivery::place::Text;

/// How the templates of a set are read, and how much they may still do.
#[derive(Debug)]
pub(super) struct Renderer {
    pub(super) has_go_templates: bool,
    pub(super) options: Vec<String>,
    pub(super) budget: Budget,
}

impl Renderer {
    pub(super) fn replace(&mut self, text: &str, parameters: &GoMap) -> Result<String, Stop> {
        self.replace_with(text, parameters, false)
    }

    /// `is_strict`: a missing key is an error, whatever the options say.
    fn replace_with(&mut self, text: &str, parameters: &GoMap, is_strict: bool) -> Result<String, Stop> {
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        self.budget.spend(1 + text.len() / 64)?;
        if !self.has_go_templates {
            return replace_names(text, parameters);
        }
        let mut options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        if is_strict {
            options.push("missingkey=error");
        }
        // The parameters of one row are small; a template needs them as a value.
        self.budget.spend(parameters.entries.len())?;
        render(text, &GoValue::Map(parameters.clone()), &options, &mut self.budget)
    }

    /// Renders every text of a value, and the keys of its mappings.
    pub(super) fn replace_all(&mut self, value: &Json, parameters: &GoMap) -> Result<Json, Stop> {
        Ok(match value {
            Json::String(text) => Json::String(self.replace(text, parameters)?),
            Json::Array(items) => {
                let items = items.iter().map(|item| self.replace_all(item, parameters));
                Json::Array(items.collect::<Result<_, _>>()?)
            }
            Json::Object(members) => {
                let mut replaced = Map::new();
                for (key, member) in members {
                    let member = self.replace_all(member, parameters)?;
                    replaced.insert(self.replace(key, parameters)?, member);
                }
                Json::Object(replaced)
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => value.clone(),
        })
    }

    fn text(&mut self, text: &Text, parameters: &GoMap) -> Result<Text, Stop> {
        Ok(Text { text: self.replace(&text.text, parameters)?, ..text.clone() })
    }

    fn option(&mut self, text: Option<&Text>, parameters: &GoMap) -> Result<Option<Text>, Stop> {
        text.map(|text| self.text(text, parameters)).transpose()
    }

    fn patterns(&mut self, patterns: &[Pattern], parameters: &GoMap) -> Result<Vec<Pattern>, Stop> {
        let patterns = patterns
            .iter()
            .map(|pattern| Ok(Pattern { path: self.text(&pattern.path, parameters)?, excludes: pattern.excludes }));
        patterns.collect()
    }

    /// Values of a generator, which may use parameters that it makes itself: those stay as they are.
    fn values(&mut self, values: &[(String, String)], parameters: &GoMap) -> Result<Vec<(String, String)>, Stop> {
        let mut replaced = Vec::new();
        for (key, value) in values {
            let text = match self.replace_with(value, parameters, true) {
                Ok(text) => text,
                Err(Stop::Fault(text)) if is_missing(&text) => value.clone(),
                Err(stop) => return Err(stop),
            };
            replaced.push((key.clone(), text));
        }
        Ok(replaced)
    }

    fn selector(&mut self, selector: &Selector, parameters: &GoMap) -> Result<Selector, Stop> {
        let mut replaced = selector.clone();
        for (key, value) in &mut replaced.labels {
            *key = self.replace(key, parameters)?;
            *value = self.replace(value, parameters)?;
        }
        for expression in &mut replaced.expressions {
            expression.key = self.replace(&expression.key, parameters)?;
            for value in &mut expression.values {
                *value = self.replace(value, parameters)?;
            }
        }
        Ok(replaced)
    }

    /// The second generator of a matrix, with the parameters of the first in its texts.
    pub(super) fn generator(&mut self, generator: &Generator, parameters: &GoMap) -> Result<Generator, Stop> {
        let mut parts = Vec::new();
        for part in &generator.parts {
            parts.push(Part { kind: self.part(&part.kind, parameters)?, ..part.clone() });
        }
        Ok(Generator { parts, ..generator.clone() })
    }

    fn part(&mut self, part: &PartKind, parameters: &GoMap) -> Result<PartKind, Stop> {
        Ok(match part {
            PartKind::List { elements, elements_yaml } => {
                let mut replaced = Vec::new();
                for element in elements {
                    replaced.push(Element { value: self.replace_all(&element.value, parameters)?, ..element.clone() });
                }
                PartKind::List { elements: replaced, elements_yaml: self.option(elements_yaml.as_ref(), parameters)? }
            }
            PartKind::Clusters { selector, values, is_flat } => PartKind::Clusters {
                selector: self.selector(selector, parameters)?,
                values: self.values(values, parameters)?,
                is_flat: *is_flat,
            },
            PartKind::Git(git) => PartKind::Git(Git {
                repo_url: self.option(git.repo_url.as_ref(), parameters)?,
                revision: self.option(git.revision.as_ref(), parameters)?,
                directories: self.patterns(&git.directories, parameters)?,
                files: self.patterns(&git.files, parameters)?,
                values: self.values(&git.values, parameters)?,
                prefix: self.replace(&git.prefix, parameters)?,
            }),
            PartKind::Matrix(generators) => PartKind::Matrix(self.nested(generators, parameters)?),
            PartKind::Merge { generators, keys } => {
                let mut replaced = Vec::new();
                for key in keys {
                    replaced.push(self.replace(key, parameters)?);
                }
                PartKind::Merge { generators: self.nested(generators, parameters)?, keys: replaced }
            }
            PartKind::Other(other) => PartKind::Other(*other),
        })
    }

    fn nested(&mut self, generators: &[Generator], parameters: &GoMap) -> Result<Vec<Generator>, Stop> {
        generators.iter().map(|generator| self.generator(generator, parameters)).collect()
    }
}

fn is_missing(text: &str) -> bool {
    text.contains("map has no entry for key") || text.contains("can't evaluate field") || text.contains("nil data")
}

/// Replaces `{{name}}`. A name that is not known, or is no text, stays.
pub(super) fn replace_names(text: &str, parameters: &GoMap) -> Result<String, Stop> {
    let is_template = text.lines().any(|line| line.split_once("{{").is_some_and(|(_, after)| after.contains("}}")));
    if !is_template {
        return Ok(text.to_owned());
    }
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        replaced.push_str(before);
        let Some((tag, behind)) = after.split_once("}}") else {
            let fault = format!(
                "invalid template: Cannot find end tag=\"}}}}\" in the template={text:?} starting from {after:?}"
            );
            return Err(Stop::Fault(fault));
        };
        match parameters.get(tag.trim()) {
            Some(GoValue::Text(value)) if !tag.trim().is_empty() => replaced.push_str(value),
            Some(_) | None => {
                replaced.push_str("{{");
                replaced.push_str(tag);
                replaced.push_str("}}");
            }
        }
        rest = behind;
    }
    replaced.push_str(rest);
    Ok(replaced)
}
