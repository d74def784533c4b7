//! Compiles what binds variables: `as`, `reduce` and `foreach`.

use std::sync::Arc;

use super::{Compiler, Name};
use crate::jq::CompileError;
use crate::jq::parser::syntax::{Key, Pattern, Query, Term, Text};
use crate::jq::program::{self, EntryKey, EntryPattern, Loop, LoopKind, Matching, Node, NodeId};

impl Compiler {
    pub(super) fn compile_bind(
        &mut self,
        source: &Term,
        patterns: &[Pattern],
        body: &Query,
    ) -> Result<NodeId, CompileError> {
        let source = self.compile_term(source)?;
        let mark = self.mark();
        let Some((pattern, [])) = patterns.split_first() else {
            return self.compile_alternatives(source, patterns, body);
        };
        let pattern = self.compile_pattern(pattern)?;
        let body = self.compile_query(body)?;
        self.leave(&mark);
        Ok(self.add(Node::Bind { source, patterns: [Matching { pattern, variables: None }].into(), body }))
    }

    /// `?//`: the body sees the variables of all patterns; those that the matching one does not bind are null.
    fn compile_alternatives(
        &mut self,
        source: NodeId,
        patterns: &[Pattern],
        body: &Query,
    ) -> Result<NodeId, CompileError> {
        let mark = self.mark();
        let mut compiled = Vec::new();
        let mut variables: Vec<String> = Vec::new();
        for pattern in patterns {
            let pattern = self.compile_pattern(pattern)?;
            let bound: Vec<_> = self.names.drain(mark.names..).filter_map(into_variable).collect();
            self.leave(&mark);
            variables.extend(bound.iter().filter(|name| !variables.contains(name)).cloned().collect::<Vec<_>>());
            compiled.push((pattern, bound));
        }
        let mut matchings = Vec::new();
        for (pattern, bound) in compiled {
            let places =
                variables.iter().map(|name| bound.iter().rev().position(|variable| variable == name)).collect();
            matchings.push(Matching { pattern, variables: Some(places) });
        }
        for variable in variables {
            self.bind(Name::Variable(variable));
        }
        let body = self.compile_query(body)?;
        self.leave(&mark);
        Ok(self.add(Node::Bind { source, patterns: matchings.into(), body }))
    }

    /// Binds the value of a node to a variable that is in scope already where `body` was compiled.
    pub(super) fn bind_variable(&mut self, source: NodeId, body: NodeId) -> NodeId {
        let pattern = self.add_pattern(program::Pattern::Variable);
        self.add(Node::Bind { source, patterns: [Matching { pattern, variables: None }].into(), body })
    }

    fn add_pattern(&mut self, pattern: program::Pattern) -> usize {
        self.code.patterns.push(pattern);
        self.code.patterns.len() - 1
    }

    /// Compiles a pattern and brings its variables into scope, in the order in which they are bound.
    fn compile_pattern(&mut self, pattern: &Pattern) -> Result<usize, CompileError> {
        let compiled = match pattern {
            Pattern::Variable(name) => {
                self.bind(Name::Variable(name.clone()));
                program::Pattern::Variable
            }
            Pattern::Array(items) => {
                program::Pattern::Array(items.iter().map(|item| self.compile_pattern(item)).collect::<Result<_, _>>()?)
            }
            Pattern::Object(entries) => {
                let entries = entries.iter().map(|(key, pattern)| self.compile_entry(key, pattern.as_ref()));
                program::Pattern::Object(entries.collect::<Result<_, _>>()?)
            }
        };
        Ok(self.add_pattern(compiled))
    }

    fn compile_entry(&mut self, key: &Key, pattern: Option<&Pattern>) -> Result<EntryPattern, CompileError> {
        let is_variable = matches!(key, Key::Variable { .. });
        let key = match key {
            Key::Name(name) => EntryKey::Known(Arc::clone(name)),
            Key::Variable { name, .. } => {
                self.bind(Name::Variable(name.clone()));
                EntryKey::Known(Arc::from(name.trim_start_matches('$')))
            }
            Key::Text(Text::Plain(text)) => EntryKey::Known(Arc::clone(text)),
            Key::Text(text @ Text::Parts(_)) => EntryKey::Calculated(self.compile_text(text, None)?),
            Key::Query(query) => EntryKey::Calculated(self.compile_query(query)?),
        };
        let pattern = pattern.map(|pattern| self.compile_pattern(pattern)).transpose()?;
        Ok(EntryPattern { key, is_variable, pattern })
    }

    pub(super) fn compile_loop(
        &mut self,
        source: &Query,
        pattern: &Pattern,
        [start, update]: [&Query; 2],
        extract: Option<Option<&Query>>,
    ) -> Result<NodeId, CompileError> {
        let start = self.compile_query(start)?;
        let source = self.compile_query(source)?;
        let mark = self.mark();
        let pattern = self.compile_pattern(pattern)?;
        let update = self.compile_query(update)?;
        let kind = match extract {
            None => LoopKind::Reduce,
            Some(extract) => LoopKind::Foreach { extract: extract.map(|query| self.compile_query(query)).transpose()? },
        };
        self.leave(&mark);
        Ok(self.add(Node::Loop(Loop { source, pattern, start, update, kind })))
    }
}

fn into_variable(name: Name) -> Option<String> {
    match name {
        Name::Variable(name) => Some(name),
        Name::Parameter(_) | Name::Label(_) | Name::Function { .. } => None,
    }
}
