//! Compiles a syntax tree: resolves names, and refuses what gojq refuses at compile time.

mod assign;
mod binding;
mod term;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::functions::{self, prelude};
use super::parser::syntax::{Base, Function, Operator, Query, Source, Term, Text};
use super::program::{Code, Node, NodeId, Scope};
use super::value::Value;
use super::{Approximation, CompileError};

/// Compiles an expression; also yields why its results may differ from gojq's.
pub(super) fn compile(source: &Source) -> Result<(Code, Vec<Approximation>), CompileError> {
    if let Some((path, offset)) = &source.import {
        let message = format!("cannot load module: {path:?}");
        return Err(CompileError { message, offset: Some(*offset) });
    }
    let Some(query) = &source.query else {
        return Err(CompileError { message: "missing query (try \".\")".to_owned(), offset: None });
    };
    let mut compiler = Compiler::default();
    compiler.code.root = compiler.compile_query(query)?;
    Ok((compiler.code, compiler.used.into_iter().filter_map(functions::approximation).collect()))
}

#[derive(Default)]
struct Compiler {
    code: Code,
    /// The names in scope, innermost last.
    names: Vec<Name>,
    /// How many of them are bound to something while the expression runs.
    bound: usize,
    /// The functions of the prelude that are compiled already.
    prelude: HashMap<(&'static str, usize), usize>,
    /// The functions that are used, by name.
    used: BTreeSet<String>,
}

enum Name {
    /// A variable, with its `$`.
    Variable(String),
    /// A parameter that is an expression.
    Parameter(String),
    Label(String),
    Function {
        name: String,
        arity: usize,
        id: usize,
        bound: usize,
    },
}

/// The names before something that opens a scope.
struct Mark {
    names: usize,
    bound: usize,
}

impl Compiler {
    fn add(&mut self, node: Node) -> NodeId {
        self.code.add(node)
    }

    fn constant(&mut self, value: Value) -> NodeId {
        self.add(Node::Constant(value))
    }

    fn mark(&self) -> Mark {
        Mark { names: self.names.len(), bound: self.bound }
    }

    fn leave(&mut self, mark: &Mark) {
        self.names.truncate(mark.names);
        self.bound = mark.bound;
    }

    fn bind(&mut self, name: Name) {
        self.names.push(name);
        self.bound += 1;
    }

    fn compile_query(&mut self, query: &Query) -> Result<NodeId, CompileError> {
        match query {
            Query::Define { function, rest } => {
                let mark = self.mark();
                self.compile_function(function)?;
                let mut rest = rest;
                while let Query::Define { function, rest: next } = &**rest {
                    self.compile_function(function)?;
                    rest = next;
                }
                let rest = self.compile_query(rest)?;
                self.leave(&mark);
                Ok(rest)
            }
            Query::Pipe(stages) => {
                let stages = self.compile_all(stages)?;
                Ok(self.add(Node::Pipe(stages)))
            }
            Query::Comma(parts) => {
                let parts = self.compile_all(parts)?;
                Ok(self.add(Node::Comma(parts)))
            }
            Query::Alternative(parts) => {
                let parts = self.compile_all(parts)?;
                let (last, before) = parts.split_last().expect("an alternative has two parts");
                Ok(before.iter().rev().fold(*last, |right, left| self.add(Node::Alternative(*left, right))))
            }
            Query::Binary { first, rest } => {
                let is_logical = rest.iter().all(|(operator, _)| matches!(operator, Operator::Or | Operator::And));
                let mut compiled = Vec::new();
                if is_logical {
                    compiled.push(self.compile_query(first)?);
                    for (_, right) in rest {
                        compiled.push(self.compile_query(right)?);
                    }
                } else {
                    // Like the arguments of functions: gojq reports the error of the last one.
                    for (_, right) in rest.iter().rev() {
                        compiled.push(self.compile_query(right)?);
                    }
                    compiled.push(self.compile_query(first)?);
                    compiled.reverse();
                }
                let rights = rest.iter().zip(compiled.iter().skip(1));
                Ok(rights
                    .fold(compiled[0], |left, ((operator, _), right)| self.compile_operator(*operator, left, *right)))
            }
            Query::Update { operator, target, value } => self.compile_update(*operator, target, value),
            Query::Bind { source, patterns, body } => self.compile_bind(source, patterns, body),
            Query::Label { name, body } => {
                let mark = self.mark();
                self.bind(Name::Label(name.clone()));
                let body = self.compile_query(body)?;
                self.leave(&mark);
                Ok(self.add(Node::Label(body)))
            }
            Query::Term(term) => self.compile_term(term),
        }
    }

    fn compile_all(&mut self, queries: &[Query]) -> Result<Box<[NodeId]>, CompileError> {
        queries.iter().map(|query| self.compile_query(query)).collect()
    }

    fn compile_operator(&mut self, operator: Operator, left: NodeId, right: NodeId) -> NodeId {
        let name = match operator {
            Operator::Or | Operator::And => {
                let yes = self.constant(Value::Bool(true));
                let no = self.constant(Value::Bool(false));
                let right = self.add(Node::If { condition: right, then: yes, otherwise: no });
                let (then, otherwise) = if operator == Operator::Or { (yes, right) } else { (right, no) };
                return self.add(Node::If { condition: left, then, otherwise });
            }
            Operator::Equal => "_equal",
            Operator::NotEqual => "_notequal",
            Operator::Greater => "_greater",
            Operator::Less => "_less",
            Operator::GreaterOrEqual => "_greatereq",
            Operator::LessOrEqual => "_lesseq",
            Operator::Add => "_add",
            Operator::Subtract => "_subtract",
            Operator::Multiply => "_multiply",
            Operator::Divide => "_divide",
            Operator::Modulo => "_modulo",
        };
        self.builtin(name, vec![left, right])
    }

    /// A call of a function of ours that is known to exist.
    fn builtin(&mut self, name: &str, arguments: Vec<NodeId>) -> NodeId {
        let builtin = functions::find(name, arguments.len()).expect("the compiler uses only functions that exist");
        self.add(Node::Builtin { builtin, arguments: arguments.into() })
    }

    fn compile_function(&mut self, function: &Function) -> Result<usize, CompileError> {
        let id = self.code.functions.len();
        self.code.functions.push(0);
        let arity = function.parameters.len();
        self.names.push(Name::Function { name: function.name.clone(), arity, id, bound: self.bound });
        let mark = self.mark();
        for parameter in &function.parameters {
            self.bind(Name::Parameter(parameter.trim_start_matches('$').to_owned()));
        }
        // Parameters with a `$` are also variables, which are calculated before the body.
        let mut sources = Vec::new();
        for (position, parameter) in function.parameters.iter().enumerate().filter(|(_, name)| name.starts_with('$')) {
            let distance = self.bound - (mark.bound + position) - 1;
            sources.push(self.add(Node::Argument(distance)));
            self.bind(Name::Variable(parameter.clone()));
        }
        let mut body = self.compile_query(&function.body)?;
        for source in sources.into_iter().rev() {
            body = self.bind_variable(source, body);
        }
        self.leave(&mark);
        self.code.functions[id] = body;
        Ok(id)
    }

    fn compile_call(&mut self, name: &str, arguments: &[Query], at: usize) -> Result<NodeId, CompileError> {
        let mut bound = self.bound;
        for entry in self.names.iter().rev() {
            match entry {
                Name::Variable(variable) => {
                    bound -= 1;
                    if variable == name {
                        return Ok(self.add(Node::Variable(self.bound - bound - 1)));
                    }
                }
                Name::Parameter(parameter) => {
                    bound -= 1;
                    if parameter == name && arguments.is_empty() {
                        return Ok(self.add(Node::Argument(self.bound - bound - 1)));
                    }
                }
                Name::Label(_) => bound -= 1,
                Name::Function { name: function, arity, id, bound: outer } => {
                    if function == name && *arity == arguments.len() {
                        let (function, scope) = (*id, Scope::Outer(self.bound - *outer));
                        let arguments = self.compile_arguments(arguments)?;
                        return Ok(self.add(Node::Call { function, arguments, scope }));
                    }
                }
            }
        }
        if arguments.is_empty() && (name == "$ENV" || name == "env") {
            return Ok(self.add(Node::Environment));
        }
        if name.starts_with('$') {
            return Err(CompileError { message: format!("variable not defined: {name}"), offset: Some(at) });
        }
        self.note_use(name, arguments);
        if let Some(function) = prelude::find(name, arguments.len()) {
            let function = self.compile_prelude(function)?;
            let arguments = self.compile_arguments(arguments)?;
            return Ok(self.add(Node::Call { function, arguments, scope: Scope::Global }));
        }
        self.compile_builtin(name, arguments, at)
    }

    /// Remembers what is used, since a result may depend on it.
    fn note_use(&mut self, name: &str, arguments: &[Query]) {
        self.used.insert(match (name, arguments) {
            // A format by its name, where that is written.
            ("format", [Query::Term(Term { base: Base::Text(Text::Plain(format)), .. })]) => format!("@{format}"),
            _ => name.to_owned(),
        });
    }

    /// From the last to the first, as gojq reports errors.
    fn compile_arguments(&mut self, arguments: &[Query]) -> Result<Box<[NodeId]>, CompileError> {
        let mut nodes = Vec::new();
        for argument in arguments.iter().rev() {
            nodes.push(self.compile_query(argument)?);
        }
        nodes.reverse();
        Ok(nodes.into())
    }

    fn compile_prelude(&mut self, function: &'static Function) -> Result<usize, CompileError> {
        let key = (function.name.as_str(), function.parameters.len());
        if let Some(id) = self.prelude.get(&key) {
            return Ok(*id);
        }
        self.prelude.insert(key, self.code.functions.len());
        let names = std::mem::take(&mut self.names);
        let bound = std::mem::take(&mut self.bound);
        let id = self.compile_function(function);
        self.names = names;
        self.bound = bound;
        id
    }

    fn compile_builtin(&mut self, name: &str, arguments: &[Query], at: usize) -> Result<NodeId, CompileError> {
        let node = match (name, arguments) {
            ("empty", []) => Node::Empty,
            ("path", [path]) => Node::Path(self.compile_query(path)?),
            ("getpath", [path]) => Node::GetPath(self.compile_query(path)?),
            ("last", [query]) => Node::Last(self.compile_query(query)?),
            ("_range", [_, _, _]) => Node::Range(self.compile_arguments(arguments)?),
            ("_modify", [target, update]) => {
                let (update, target) = (self.compile_query(update)?, self.compile_query(target)?);
                Node::Modify { target, update }
            }
            ("_assign", [target, value]) => {
                let (value, target) = (self.compile_query(value)?, self.compile_query(target)?);
                Node::Assign { target, value }
            }
            ("input", []) => {
                let message = "input(s)/0 is not allowed".to_owned();
                return Err(CompileError { message, offset: Some(at) });
            }
            ("builtins", []) => Node::Constant(functions::names()),
            _ => {
                let Some(builtin) = functions::find(name, arguments.len()) else {
                    // gojq looks at the message of `debug` before it finds that there is no such function.
                    if name == "debug" && arguments.len() == 1 {
                        self.compile_arguments(arguments)?;
                    }
                    let message = format!("function not defined: {name}/{}", arguments.len());
                    return Err(CompileError { message, offset: Some(at) });
                };
                Node::Builtin { builtin, arguments: self.compile_arguments(arguments)? }
            }
        };
        Ok(self.add(node))
    }

    fn find_label(&self, name: &str) -> Option<usize> {
        let mut distance = 0;
        for entry in self.names.iter().rev() {
            match entry {
                Name::Label(label) if label == name => return Some(distance),
                Name::Label(_) | Name::Variable(_) | Name::Parameter(_) => distance += 1,
                Name::Function { .. } => {}
            }
        }
        None
    }

    fn compile_break(&mut self, name: &str, at: usize) -> Result<NodeId, CompileError> {
        let Some(label) = self.find_label(name) else {
            return Err(CompileError { message: format!("label not defined: {name}"), offset: Some(at) });
        };
        Ok(self.add(Node::Break { label, name: Arc::from(name) }))
    }
}
