//! The syntax tree of an expression.

use std::sync::Arc;

use crate::jq::number::Number;

/// An expression, as written.
#[derive(Debug)]
pub(in crate::jq) enum Query {
    /// `def f: …; rest`.
    Define {
        function: Box<Function>,
        rest: Box<Query>,
    },
    /// `a | b | c`.
    Pipe(Vec<Query>),
    /// `a, b, c`.
    Comma(Vec<Query>),
    /// `a // b // c`.
    Alternative(Vec<Query>),
    /// `a + b - c`: operators of one level, from the left.
    Binary {
        first: Box<Query>,
        rest: Vec<(Operator, Query)>,
    },
    /// `a = b`, `a |= b`, `a += b`.
    Update {
        operator: Update,
        target: Box<Query>,
        value: Box<Query>,
    },
    /// `source as $x ?// [$x] | body`.
    Bind {
        source: Box<Term>,
        patterns: Vec<Pattern>,
        body: Box<Query>,
    },
    /// `label $name | body`.
    Label {
        name: String,
        body: Box<Query>,
    },
    Term(Term),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jq) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jq) enum Update {
    /// `=`.
    Assign,
    /// `|=`.
    Modify,
    /// `+=` and so on: the name of the function that calculates the new value.
    Calculate(&'static str),
}

#[derive(Debug)]
pub(in crate::jq) struct Function {
    pub name: String,
    pub parameters: Vec<String>,
    pub body: Query,
}

/// A term and what follows it: `.a[0]?`.
#[derive(Debug)]
pub(in crate::jq) struct Term {
    pub base: Base,
    pub suffixes: Vec<Suffix>,
}

#[derive(Debug)]
pub(in crate::jq) enum Base {
    Identity,
    Recurse,
    Null,
    Boolean(bool),
    Number(Number),
    Index(Index),
    /// A function or a variable. `at` is where its name begins.
    Call {
        name: String,
        arguments: Vec<Query>,
        at: usize,
    },
    Object(Vec<(Key, Option<Query>)>),
    Array(Option<Box<Query>>),
    Unary {
        is_minus: bool,
        term: Box<Term>,
    },
    Format {
        name: String,
        text: Option<Text>,
    },
    Text(Text),
    /// Conditions with their branches, and what is left.
    If {
        branches: Vec<(Query, Query)>,
        otherwise: Option<Box<Query>>,
    },
    Try {
        body: Box<Query>,
        handler: Option<Box<Query>>,
    },
    Reduce {
        source: Box<Query>,
        pattern: Box<Pattern>,
        start: Box<Query>,
        update: Box<Query>,
    },
    Foreach {
        source: Box<Query>,
        pattern: Box<Pattern>,
        start: Box<Query>,
        update: Box<Query>,
        extract: Option<Box<Query>>,
    },
    Break {
        name: String,
        at: usize,
    },
    Group(Box<Query>),
}

#[derive(Debug)]
pub(in crate::jq) enum Suffix {
    Index(Index),
    Iterate,
    Optional,
}

#[derive(Debug)]
pub(in crate::jq) enum Index {
    Name(Arc<str>),
    Text(Text),
    Query(Box<Query>),
    Slice { start: Option<Box<Query>>, end: Option<Box<Query>> },
}

/// A string.
#[derive(Debug)]
pub(in crate::jq) enum Text {
    Plain(Arc<str>),
    Parts(Vec<Part>),
}

#[derive(Debug)]
pub(in crate::jq) enum Part {
    Plain(Arc<str>),
    Query(Query),
}

/// A key of an object, or of a pattern for one.
#[derive(Debug)]
pub(in crate::jq) enum Key {
    Name(Arc<str>),
    Variable { name: String, at: usize },
    Text(Text),
    Query(Query),
}

#[derive(Debug)]
pub(in crate::jq) enum Pattern {
    Variable(String),
    Array(Vec<Pattern>),
    Object(Vec<(Key, Option<Pattern>)>),
}

/// What stands before the expression proper.
#[derive(Debug)]
pub(in crate::jq) struct Source {
    /// The first module that is imported; no expression of the exporter can load one.
    pub import: Option<(String, usize)>,
    /// `None`: there are definitions at most.
    pub query: Option<Query>,
}
