//! Parses pipes, operators, definitions and bindings.

use super::syntax::{Function, Operator, Pattern, Query, Source, Term, Update};
use super::{Kind, Parser};
use crate::jq::CompileError;
use crate::jq::parser::syntax::Key;

/// The operators that group from the left, from the loosest level to the tightest.
const LEVELS: usize = 5;

impl Parser<'_> {
    pub(super) fn parse_source(mut self) -> Result<Source, CompileError> {
        if self.take_keyword("module") {
            self.parse_constant_object()?;
            self.expect_character(';')?;
        }
        let mut import = None;
        while self.is_keyword("import") || self.is_keyword("include") {
            let is_import = self.advance().text == "import";
            let path = self.expect(Kind::Text)?;
            if is_import {
                self.expect_keyword("as")?;
                self.expect_parameter()?;
            }
            if self.is_character('{') {
                self.parse_constant_object()?;
            }
            self.expect_character(';')?;
            import.get_or_insert((path.text, path.start));
        }
        let mut functions = Vec::new();
        while self.is_keyword("def") {
            functions.push(self.parse_function()?);
        }
        if self.token.kind == Kind::End {
            return Ok(Source { import, query: None });
        }
        let query = self.parse_query()?;
        if self.token.kind != Kind::End {
            return Err(self.unexpected());
        }
        Ok(Source { import, query: Some(define(functions, query)) })
    }

    /// Parses as much as belongs to an expression, pipes and commas included.
    pub(super) fn parse_query(&mut self) -> Result<Query, CompileError> {
        self.nest(|parser| {
            let mut stages = vec![parser.parse_comma()?];
            while parser.take_character('|') {
                stages.push(parser.parse_comma()?);
            }
            Ok(single_or(stages, Query::Pipe))
        })
    }

    fn parse_comma(&mut self) -> Result<Query, CompileError> {
        let mut parts = vec![self.parse_element()?];
        while self.take_character(',') {
            parts.push(self.parse_element()?);
        }
        Ok(single_or(parts, Query::Comma))
    }

    /// Parses one part of a comma. Definitions, labels and bindings reach as far to the right as they can.
    fn parse_element(&mut self) -> Result<Query, CompileError> {
        if self.is_keyword("def") {
            let mut functions = Vec::new();
            while self.is_keyword("def") {
                functions.push(self.parse_function()?);
            }
            return Ok(define(functions, self.parse_query()?));
        }
        if self.take_keyword("label") {
            let name = self.expect(Kind::Variable)?.text;
            self.expect_character('|')?;
            let body = Box::new(self.parse_query()?);
            return Ok(Query::Label { name, body });
        }
        let term = self.parse_term()?;
        if !self.take_keyword("as") {
            return self.parse_alternative(term);
        }
        let mut patterns = vec![self.parse_pattern()?];
        while self.token.kind == Kind::PatternAlternative {
            self.advance();
            patterns.push(self.parse_pattern()?);
        }
        self.expect_character('|')?;
        let body = Box::new(self.parse_query()?);
        Ok(Query::Bind { source: Box::new(term), patterns, body })
    }

    fn parse_function(&mut self) -> Result<Function, CompileError> {
        self.expect_keyword("def")?;
        let name = self.expect(Kind::Identifier)?.text;
        let mut parameters = Vec::new();
        if self.take_character('(') {
            parameters.push(self.expect_parameter()?);
            while self.take_character(';') {
                parameters.push(self.expect_parameter()?);
            }
            self.expect_character(')')?;
        }
        self.expect_character(':')?;
        let body = self.parse_query()?;
        self.expect_character(';')?;
        Ok(Function { name, parameters, body })
    }

    fn expect_parameter(&mut self) -> Result<String, CompileError> {
        match self.token.kind {
            Kind::Identifier | Kind::Variable => Ok(self.advance().text),
            _ => Err(self.unexpected()),
        }
    }

    /// Parses an expression without pipes and commas.
    pub(super) fn parse_expression(&mut self) -> Result<Query, CompileError> {
        self.nest(|parser| {
            let term = parser.parse_term()?;
            parser.parse_alternative(term)
        })
    }

    /// Parses the operators after the first term.
    fn parse_alternative(&mut self, first: Term) -> Result<Query, CompileError> {
        let mut parts = vec![self.parse_update(first)?];
        while self.token.kind == Kind::Alternative {
            self.advance();
            let term = self.parse_term()?;
            parts.push(self.parse_update(term)?);
        }
        Ok(single_or(parts, Query::Alternative))
    }

    fn parse_update(&mut self, first: Term) -> Result<Query, CompileError> {
        let target = self.parse_binary(first, 0)?;
        if self.token.kind != Kind::Update {
            return Ok(target);
        }
        let operator = match self.advance().text.as_str() {
            "=" => Update::Assign,
            "|=" => Update::Modify,
            "+=" => Update::Calculate("_add"),
            "-=" => Update::Calculate("_subtract"),
            "*=" => Update::Calculate("_multiply"),
            "/=" => Update::Calculate("_divide"),
            "%=" => Update::Calculate("_modulo"),
            _ => Update::Calculate("_alternative"),
        };
        let term = self.parse_term()?;
        let value = self.parse_binary(term, 0)?;
        if self.token.kind == Kind::Update {
            return Err(self.unexpected());
        }
        Ok(Query::Update { operator, target: Box::new(target), value: Box::new(value) })
    }

    fn parse_binary(&mut self, first: Term, level: usize) -> Result<Query, CompileError> {
        if level == LEVELS {
            return Ok(Query::Term(first));
        }
        let first = self.parse_binary(first, level + 1)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.operator_of(level) {
            // Comparisons do not chain.
            if operator.is_comparison() && !rest.is_empty() {
                return Err(self.unexpected());
            }
            self.advance();
            let term = self.parse_term()?;
            rest.push((operator, self.parse_binary(term, level + 1)?));
        }
        Ok(if rest.is_empty() { first } else { Query::Binary { first: Box::new(first), rest } })
    }

    /// The operator that comes next, if it belongs to the level.
    fn operator_of(&self, level: usize) -> Option<Operator> {
        let operator = match (self.token.kind, self.token.text.as_str()) {
            (Kind::Keyword, "or") => (0, Operator::Or),
            (Kind::Keyword, "and") => (1, Operator::And),
            (Kind::Comparison, "==") => (2, Operator::Equal),
            (Kind::Comparison, "!=") => (2, Operator::NotEqual),
            (Kind::Comparison, ">") => (2, Operator::Greater),
            (Kind::Comparison, "<") => (2, Operator::Less),
            (Kind::Comparison, ">=") => (2, Operator::GreaterOrEqual),
            (Kind::Comparison, "<=") => (2, Operator::LessOrEqual),
            (Kind::Character('+'), _) => (3, Operator::Add),
            (Kind::Character('-'), _) => (3, Operator::Subtract),
            (Kind::Character('*'), _) => (4, Operator::Multiply),
            (Kind::Character('/'), _) => (4, Operator::Divide),
            (Kind::Character('%'), _) => (4, Operator::Modulo),
            _ => return None,
        };
        (operator.0 == level).then_some(operator.1)
    }

    pub(super) fn parse_pattern(&mut self) -> Result<Pattern, CompileError> {
        self.nest(|parser| {
            if parser.token.kind == Kind::Variable {
                return Ok(Pattern::Variable(parser.advance().text));
            }
            if parser.take_character('[') {
                let mut items = vec![parser.parse_pattern()?];
                while parser.take_character(',') {
                    items.push(parser.parse_pattern()?);
                }
                parser.expect_character(']')?;
                return Ok(Pattern::Array(items));
            }
            parser.expect_character('{')?;
            let mut entries = vec![parser.parse_pattern_entry()?];
            while parser.take_character(',') {
                entries.push(parser.parse_pattern_entry()?);
            }
            parser.expect_character('}')?;
            Ok(Pattern::Object(entries))
        })
    }

    fn parse_pattern_entry(&mut self) -> Result<(Key, Option<Pattern>), CompileError> {
        let key = self.parse_key()?;
        if matches!(key, Key::Variable { .. }) && !self.is_character(':') {
            return Ok((key, None));
        }
        self.expect_character(':')?;
        Ok((key, Some(self.parse_pattern()?)))
    }
}

impl Operator {
    fn is_comparison(self) -> bool {
        match self {
            Self::Equal | Self::NotEqual | Self::Greater | Self::Less | Self::GreaterOrEqual | Self::LessOrEqual => {
                true
            }
            Self::Or | Self::And | Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Modulo => false,
        }
    }
}

fn define(functions: Vec<Function>, query: Query) -> Query {
    functions
        .into_iter()
        .rev()
        .fold(query, |rest, function| Query::Define { function: Box::new(function), rest: Box::new(rest) })
}

fn single_or(mut parts: Vec<Query>, several: fn(Vec<Query>) -> Query) -> Query {
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        last => {
            parts.extend(last);
            several(parts)
        }
    }
}
