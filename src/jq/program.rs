//! A compiled expression: nodes that refer to one another by number, with every name resolved.

use std::sync::Arc;

use super::functions::Builtin;
use super::value::Value;

pub(super) type NodeId = u32;

/// A part of a compiled expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Identity,
    Constant(Value),
    /// A variable, by the number of bindings made after it.
    Variable(usize),
    /// `env` and `$ENV`.
    Environment,
    Empty,
    Pipe(Box<[NodeId]>),
    Comma(Box<[NodeId]>),
    /// An index that is known: `.a`, `.[0]`.
    Key(Value),
    /// An index or a slice that is calculated.
    Access(Access),
    /// `.[]`.
    Iterate,
    /// A function that is defined in jq.
    Call {
        function: usize,
        arguments: Box<[NodeId]>,
        scope: Scope,
    },
    /// A parameter of a function: an expression of the caller.
    Argument(usize),
    /// A function of ours. Arguments are evaluated from the last to the first.
    Builtin {
        builtin: &'static Builtin,
        arguments: Box<[NodeId]>,
    },
    Range(Box<[NodeId]>),
    /// Keys and values; without a value, the key is also what the input is indexed with.
    Object(Box<[(NodeId, Option<NodeId>)]>),
    /// `[…]`.
    Collect(NodeId),
    If {
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
    },
    Try {
        body: NodeId,
        handler: Option<NodeId>,
    },
    Alternative(NodeId, NodeId),
    Loop(Loop),
    Bind {
        source: NodeId,
        patterns: Box<[Matching]>,
        body: NodeId,
    },
    Label(NodeId),
    Break {
        label: usize,
        name: Arc<str>,
    },
    Path(NodeId),
    GetPath(NodeId),
    Last(NodeId),
    /// `=`, where the target is calculated.
    Assign {
        target: NodeId,
        value: NodeId,
    },
    /// `=`, where the target is a known path.
    AssignPath {
        path: Value,
        value: NodeId,
    },
    /// The operand of `+=` and its kin, which the body sees as a variable. Within a path it is a part of the path, as in gojq.
    Operand {
        value: NodeId,
        body: NodeId,
    },
    Modify {
        target: NodeId,
        update: NodeId,
    },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    pub target: NodeId,
    /// The index, or where the slice starts.
    pub start: Option<NodeId>,
    pub end: Option<NodeId>,
    pub is_slice: bool,
}

/// `reduce` and `foreach`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub source: NodeId,
    pub pattern: usize,
    pub start: NodeId,
    pub update: NodeId,
    pub kind: LoopKind,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum LoopKind {
    Reduce,
    Foreach { extract: Option<NodeId> },
}

/// What a called function sees besides its parameters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    /// Nothing: the function comes with the engine.
    Global,
    /// The bindings of the caller, without so many of the last.
    Outer(usize),
}

/// A pattern of `as`, and which of its variables the body sees at which place. `None`: all, as they are bound.
#[derive(Clone, Debug)]
pub(super) struct Matching {
    pub pattern: usize,
    /// For each variable of the body, the number of bindings made after it within the pattern. `None`: null.
    pub variables: Option<Box<[Option<usize>]>>,
}

/// What a value is taken apart with.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    Variable,
    Array(Box<[usize]>),
    Object(Box<[EntryPattern]>),
}

#[derive(Clone, Debug)]
pub(super) struct EntryPattern {
    pub key: EntryKey,
    /// Whether the value is also bound to a variable: `{$x: [$y]}`.
    pub is_variable: bool,
    pub pattern: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum EntryKey {
    Known(Arc<str>),
    Calculated(NodeId),
}

/// All parts of a compiled expression.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub nodes: Vec<Node>,
    /// For each node, how deep it is nested if it is [direct](Self::add). 0: it is not.
    direct: Vec<u8>,
    pub patterns: Vec<Pattern>,
    /// The bodies of functions.
    pub functions: Vec<NodeId>,
    pub root: NodeId,
}

/// How deeply direct nodes may be nested: what evaluates them calls itself for each level.
const MAX_DIRECT: u8 = 24;

impl Code {
    /// Adds a node. It is direct if it has exactly one output or fails, and so needs no continuation.
    pub(super) fn add(&mut self, node: Node) -> NodeId {
        let depth = self.direct_depth(&node).filter(|depth| *depth <= MAX_DIRECT).unwrap_or(0);
        self.direct.push(depth);
        self.nodes.push(node);
        NodeId::try_from(self.nodes.len() - 1)
            .expect("an expression has fewer parts than its text has bytes, times a few")
    }

    pub(super) fn is_direct(&self, node: NodeId) -> bool {
        self.direct[node as usize] > 0
    }

    fn direct_depth(&self, node: &Node) -> Option<u8> {
        let mut deepest = 0;
        let mut all_direct = true;
        let mut look_at = |node: NodeId| {
            let depth = self.direct[node as usize];
            all_direct &= depth > 0;
            deepest = deepest.max(depth);
        };
        match node {
            Node::Identity | Node::Constant(_) | Node::Variable(_) | Node::Environment | Node::Key(_) => {}
            Node::Pipe(nodes) => nodes.iter().copied().for_each(look_at),
            Node::Builtin { arguments, .. } => arguments.iter().copied().for_each(look_at),
            Node::If { condition, then, otherwise } => [*condition, *then, *otherwise].into_iter().for_each(look_at),
            Node::Alternative(left, right) => [*left, *right].into_iter().for_each(look_at),
            Node::Object(entries) => {
                for (key, value) in entries {
                    look_at(*key);
                    value.iter().copied().for_each(&mut look_at);
                }
            }
            Node::Access(access) => {
                look_at(access.target);
                access.start.iter().chain(&access.end).copied().for_each(look_at);
            }
            Node::Empty
            | Node::Comma(_)
            | Node::Iterate
            | Node::Call { .. }
            | Node::Argument(_)
            | Node::Range(_)
            | Node::Collect(_)
            | Node::Try { .. }
            | Node::Loop(_)
            | Node::Bind { .. }
            | Node::Label(_)
            | Node::Break { .. }
            | Node::Path(_)
            | Node::GetPath(_)
            | Node::Last(_)
            | Node::Assign { .. }
            | Node::AssignPath { .. }
            | Node::Operand { .. }
            | Node::Modify { .. } => return None,
        }
        all_direct.then_some(deepest + 1)
    }
}
