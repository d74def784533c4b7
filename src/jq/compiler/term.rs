//! Compiles terms.

use super::Compiler;
use super::assign::{known_index, known_number};
use crate::jq::CompileError;
use crate::jq::parser::syntax::{Base, Index, Key, Part, Query, Suffix, Term, Text};
use crate::jq::program::{Access, Node, NodeId};
use crate::jq::value::Value;

impl Compiler {
    pub(super) fn compile_term(&mut self, term: &Term) -> Result<NodeId, CompileError> {
        let mut node = self.compile_base(&term.base)?;
        let mut suffixes = term.suffixes.iter().peekable();
        while let Some(suffix) = suffixes.next() {
            // `?` catches the errors of the suffix before it alone, if that is an index; then the index sees the target.
            let is_optional = matches!(suffixes.peek(), Some(Suffix::Optional));
            match suffix {
                Suffix::Optional => node = self.add(Node::Try { body: node, handler: None }),
                _ if is_optional => {
                    suffixes.next();
                    let target = self.add(Node::Identity);
                    let body = self.compile_suffix(target, suffix)?;
                    let body = self.add(Node::Try { body, handler: None });
                    node = self.add(Node::Pipe([node, body].into()));
                }
                _ => node = self.compile_suffix(node, suffix)?,
            }
        }
        Ok(node)
    }

    fn compile_suffix(&mut self, target: NodeId, suffix: &Suffix) -> Result<NodeId, CompileError> {
        match suffix {
            Suffix::Index(index) => self.compile_index(target, index),
            Suffix::Iterate => {
                let iterate = self.add(Node::Iterate);
                Ok(self.pipe(target, iterate))
            }
            Suffix::Optional => Ok(self.add(Node::Try { body: target, handler: None })),
        }
    }

    /// Joins two nodes; a pipe grows instead of being nested.
    fn pipe(&mut self, left: NodeId, right: NodeId) -> NodeId {
        match &self.code.nodes[left as usize] {
            Node::Identity => right,
            Node::Pipe(stages) => {
                let stages = stages.iter().copied().chain([right]).collect();
                self.add(Node::Pipe(stages))
            }
            _ => self.add(Node::Pipe([left, right].into())),
        }
    }

    fn compile_index(&mut self, target: NodeId, index: &Index) -> Result<NodeId, CompileError> {
        if let Some(key) = known_index(index) {
            let key = self.add(Node::Key(key));
            return Ok(self.pipe(target, key));
        }
        let (start, end, is_slice) = match index {
            Index::Name(_) => (None, None, false),
            Index::Text(text) => (Some(self.compile_text(text, None)?), None, false),
            Index::Query(query) => (Some(self.compile_query(query)?), None, false),
            Index::Slice { start, end } => {
                let start = start.as_ref().map(|query| self.compile_query(query)).transpose()?;
                (start, end.as_ref().map(|query| self.compile_query(query)).transpose()?, true)
            }
        };
        Ok(self.add(Node::Access(Access { target, start, end, is_slice })))
    }

    fn compile_base(&mut self, base: &Base) -> Result<NodeId, CompileError> {
        let node = match base {
            Base::Identity => Node::Identity,
            Base::Recurse => return self.compile_call("recurse", &[], 0),
            Base::Null => Node::Constant(Value::Null),
            Base::Boolean(truth) => Node::Constant(Value::Bool(*truth)),
            Base::Number(number) => Node::Constant(Value::Number(number.clone())),
            Base::Index(index) => {
                let target = self.add(Node::Identity);
                return self.compile_index(target, index);
            }
            Base::Call { name, arguments, at } => return self.compile_call(name, arguments, *at),
            Base::Object(entries) => return self.compile_object(entries),
            Base::Array(None) => Node::Constant(Value::array(Vec::new())),
            Base::Array(Some(query)) => {
                let mark = self.mark();
                let query = self.compile_query(query)?;
                self.leave(&mark);
                Node::Collect(query)
            }
            Base::Unary { is_minus, term } => {
                if let Some(number) = known_number(*is_minus, term) {
                    return Ok(self.constant(number));
                }
                let term = self.compile_term(term)?;
                let sign = self.builtin(if *is_minus { "_negate" } else { "_plus" }, Vec::new());
                return Ok(self.pipe(term, sign));
            }
            Base::Format { name, text } => {
                let format = self.compile_format(name);
                match text {
                    Some(text) => return self.compile_text(text, Some(format)),
                    None => return Ok(format),
                }
            }
            Base::Text(text) => return self.compile_text(text, None),
            Base::If { branches, otherwise } => return self.compile_if(branches, otherwise.as_deref()),
            Base::Try { body, handler } => {
                let body = self.compile_query(body)?;
                let handler = match handler {
                    Some(handler) => Some(self.compile_query(handler)?),
                    None => None,
                };
                Node::Try { body, handler }
            }
            Base::Reduce { source, pattern, start, update } => {
                return self.compile_loop(source, pattern, [start, update], None);
            }
            Base::Foreach { source, pattern, start, update, extract } => {
                return self.compile_loop(source, pattern, [start, update], Some(extract.as_deref()));
            }
            Base::Break { name, at } => return self.compile_break(name, *at),
            Base::Group(query) => {
                let mark = self.mark();
                let query = self.compile_query(query)?;
                self.leave(&mark);
                return Ok(query);
            }
        };
        Ok(self.add(node))
    }

    fn compile_object(&mut self, entries: &[(Key, Option<Query>)]) -> Result<NodeId, CompileError> {
        let mut compiled = Vec::new();
        for (key, value) in entries {
            let key = match key {
                Key::Name(name) | Key::Text(Text::Plain(name)) => self.constant(Value::String(name.clone())),
                Key::Variable { name, at } => {
                    let variable = self.compile_call(name, &[], *at)?;
                    if value.is_none() {
                        let name = self.constant(Value::from(name.trim_start_matches('$')));
                        compiled.push((name, Some(variable)));
                        continue;
                    }
                    variable
                }
                Key::Text(text @ Text::Parts(_)) => self.compile_text(text, None)?,
                Key::Query(query) => self.compile_query(query)?,
            };
            let value = value.as_ref().map(|value| self.compile_query(value)).transpose()?;
            compiled.push((key, value));
        }
        if compiled.is_empty() {
            return Ok(self.constant(Value::object([])));
        }
        Ok(self.add(Node::Object(compiled.into())))
    }

    fn compile_if(&mut self, branches: &[(Query, Query)], otherwise: Option<&Query>) -> Result<NodeId, CompileError> {
        let mut compiled = Vec::new();
        for (condition, then) in branches {
            let condition = self.compile_query(condition)?;
            compiled.push((condition, self.compile_query(then)?));
        }
        let mut otherwise = match otherwise {
            Some(query) => self.compile_query(query)?,
            None => self.add(Node::Identity),
        };
        for (condition, then) in compiled.into_iter().rev() {
            otherwise = self.add(Node::If { condition, then, otherwise });
        }
        Ok(otherwise)
    }

    fn compile_format(&mut self, name: &str) -> NodeId {
        let function = match name {
            "@text" => "tostring",
            "@json" => "tojson",
            "@html" => "_tohtml",
            "@uri" => "_touri",
            "@urid" => "_tourid",
            "@csv" => "_tocsv",
            "@tsv" => "_totsv",
            "@sh" => "_tosh",
            "@base64" => "_tobase64",
            "@base64d" => "_tobase64d",
            unknown => {
                let name = self.constant(Value::from(unknown.trim_start_matches('@')));
                return self.builtin("format", vec![name]);
            }
        };
        self.used.insert(name.to_owned());
        self.builtin(function, Vec::new())
    }

    /// A string with interpolations is a sum: the last interpolation is the outermost loop.
    pub(super) fn compile_text(&mut self, text: &Text, format: Option<NodeId>) -> Result<NodeId, CompileError> {
        let parts = match text {
            Text::Plain(text) => return Ok(self.constant(Value::String(text.clone()))),
            Text::Parts(parts) => parts,
        };
        let format = match format {
            Some(format) => format,
            None => self.builtin("tostring", Vec::new()),
        };
        let mut sum = None;
        for part in parts {
            let part = match part {
                Part::Plain(text) => self.constant(Value::String(text.clone())),
                Part::Query(query) => {
                    let query = self.compile_query(query)?;
                    self.add(Node::Pipe([query, format].into()))
                }
            };
            sum = Some(match sum {
                Some(sum) => self.builtin("_add", vec![sum, part]),
                None => part,
            });
        }
        Ok(sum.unwrap_or_else(|| self.constant(Value::from(""))))
    }
}
