//! The expressions of a config, each compiled once.

use foldhash::HashMap;

use super::config::model::{Config, Expression, Query};
use crate::jq::{CompileError, Program};

/// Compiled expressions by their text.
#[derive(Debug, Default)]
pub(super) struct Programs<'c> {
    programs: HashMap<&'c str, Result<Program, CompileError>>,
    /// In the order of the document, each text once.
    expressions: Vec<&'c Expression>,
}

impl<'c> Programs<'c> {
    pub(super) fn of_expression(expression: &'c Expression) -> Self {
        let mut programs = Self::default();
        programs.add(expression);
        programs
    }

    pub(super) fn compile(config: &'c Config) -> Self {
        let mut programs = Self::default();
        config.crds_to_discover.iter().for_each(|expression| programs.add(expression));
        for entry in &config.entries {
            entry.selector.iter().chain(&entry.items_to_parse).for_each(|expression| programs.add(expression));
            for mapping in &entry.mappings {
                programs.add_query(&mapping.identifier);
                mapping.title.iter().chain(&mapping.icon).for_each(|expression| programs.add(expression));
                programs.add(&mapping.blueprint);
                mapping.team.iter().for_each(|team| programs.add_query(team));
                mapping.properties.iter().for_each(|(_, expression)| programs.add(expression));
                mapping.relations.iter().for_each(|(_, query)| programs.add_query(query));
            }
        }
        programs
    }

    fn add_query(&mut self, query: &'c Query) {
        match query {
            Query::Expression(expression) => self.add(expression),
            Query::Map(members, _) => members.iter().for_each(|(_, member)| self.add_query(member)),
            Query::List(items, _) => items.iter().for_each(|item| self.add_query(item)),
            Query::Null(_) | Query::Other(..) => {}
        }
    }

    fn add(&mut self, expression: &'c Expression) {
        if !self.programs.contains_key(expression.text.as_str()) {
            self.programs.insert(&expression.text, Program::compile(&expression.text));
            self.expressions.push(expression);
        }
    }

    pub(super) fn get(&self, expression: &Expression) -> &Result<Program, CompileError> {
        self.programs.get(expression.text.as_str()).expect("every expression of the config was compiled")
    }

    /// The expressions that compile.
    pub(super) fn compiled(&self) -> impl Iterator<Item = (&'c Expression, &Program)> {
        self.expressions.iter().filter_map(|expression| Some((*expression, self.get(expression).as_ref().ok()?)))
    }
}
