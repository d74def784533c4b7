//! The states of the machine: values with their paths, continuations, and alternatives that are left to try.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::bindings::Bindings;
use crate::jq::Limit;
use crate::jq::fault::Fault;
use crate::jq::program::NodeId;
use crate::jq::value::{Array, Value};

/// How many continuations may wait for one another.
const MAX_FRAMES: u32 = 200_000;

/// A value on its way, and, within `path(…)`, where it was found.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub value: Value,
    pub trail: Option<Rc<Trail>>,
}

/// The last key of a path, the value that is there, and the path before it. The first link has no key.
#[derive(Debug)]
pub(super) struct Trail {
    pub value: Value,
    pub key: Option<Value>,
    pub before: Option<Rc<Trail>>,
}

impl Item {
    /// A value outside of any path.
    pub(super) fn plain(value: Value) -> Self {
        Self { value, trail: None }
    }

    /// A value from which a path leads on.
    pub(super) fn root(value: Value) -> Self {
        let trail = Trail { value: value.clone(), key: None, before: None };
        Self { value, trail: Some(Rc::new(trail)) }
    }

    /// The same place with another value.
    pub(super) fn with(&self, value: Value) -> Self {
        Self { value, trail: self.trail.clone() }
    }
}

impl Trail {
    /// Whether the value is still the one at the end of the path, rather than one that was calculated from it.
    pub(super) fn leads_to(&self, value: &Value) -> bool {
        match (&self.value, value) {
            (Value::Array(own), Value::Array(other)) => own.is_same(other),
            (Value::Object(own), Value::Object(other)) => own.is_same(other),
            (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
            (Value::Number(own), Value::Number(other)) => own.is_same(other),
            (own, other) => own == other,
        }
    }

    /// The keys from the first to the last.
    pub(super) fn keys(&self) -> Vec<Value> {
        let mut keys = Vec::new();
        let mut link = Some(self);
        while let Some(trail) = link {
            keys.extend(trail.key.clone());
            link = trail.before.as_deref();
        }
        keys.reverse();
        keys
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        let mut link = self.before.take();
        while let Some(mut trail) = link.and_then(Rc::into_inner) {
            link = trail.before.take();
        }
    }
}

/// What is done with an output: the innermost continuation, and those around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest(pub Option<Rc<Link>>);

#[derive(Debug)]
pub(super) struct Link {
    pub frame: Frame,
    pub rest: Rest,
    depth: u32,
}

impl Rest {
    pub(super) fn push(&self, frame: Frame) -> Result<Self, Fault> {
        let depth = self.0.as_ref().map_or(0, |link| link.depth) + 1;
        if depth > MAX_FRAMES {
            return Err(Fault::Limit(Limit::Depth));
        }
        Ok(Self(Some(Rc::new(Link { frame, rest: self.clone(), depth }))))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut link = self.rest.0.take();
        while let Some(mut inner) = link.and_then(Rc::into_inner) {
            link = inner.rest.0.take();
        }
    }
}

/// Values that were calculated already, the last one first. Alternatives share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Done(Option<Rc<(Value, Done)>>);

impl Done {
    pub(super) fn and(&self, value: Value) -> Self {
        Self(Some(Rc::new((value, self.clone()))))
    }

    /// The values, the last one first.
    pub(super) fn into_values(self) -> Vec<Value> {
        let mut values = Vec::new();
        let mut link = &self.0;
        while let Some(done) = link {
            values.push(done.0.clone());
            link = &done.1.0;
        }
        values
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        let mut link = self.0.take();
        while let Some((_, mut before)) = link.and_then(Rc::into_inner) {
            link = before.0.take();
        }
    }
}

pub(super) type State = Rc<RefCell<Value>>;

/// What `|=` has done so far: the new value, and the paths that are to be deleted.
#[derive(Debug, Default)]
pub(super) struct Modified {
    pub value: Value,
    pub deleted: Vec<Value>,
}

/// What waits for an output.
#[derive(Debug)]
pub(super) enum Frame {
    Pipe { node: NodeId, next: usize, bindings: Bindings },
    AccessStart { node: NodeId, bindings: Bindings, item: Item },
    AccessEnd { node: NodeId, bindings: Bindings, item: Item, start: Value },
    AccessTarget { start: Value, end: Value, is_slice: bool },
    Arguments { node: NodeId, position: usize, done: Done, bindings: Bindings, input: Value },
    GetPath { item: Item },
    ObjectKey { node: NodeId, position: usize, done: Done, bindings: Bindings, input: Value },
    ObjectValue { node: NodeId, position: usize, done: Done, bindings: Bindings, input: Value },
    Collect(Rc<RefCell<Vec<Value>>>),
    If { then: NodeId, otherwise: NodeId, bindings: Bindings, item: Item },
    TryEnd,
    AlternativeLeft { found: Rc<Cell<bool>> },
    PathEnd { outer: Option<Rc<Trail>> },
    LoopStart { node: NodeId, bindings: Bindings, item: Item },
    LoopItem { node: NodeId, bindings: Bindings, state: State },
    LoopUpdate { node: NodeId, bindings: Bindings, state: State },
    BindSource { node: NodeId, bindings: Bindings, item: Item },
    PatternKey { matching: Matching, tasks: Tasks, entry: (usize, usize), value: Value },
    Last(Rc<RefCell<Option<Value>>>),
    AssignPath { node: NodeId, input: Value },
    AssignValue { node: NodeId, bindings: Bindings, item: Item },
    AssignTarget { state: State, value: Value },
    Operand { body: NodeId, bindings: Bindings, input: Value },
    ModifyTarget { node: NodeId, bindings: Bindings, state: Rc<RefCell<Modified>>, outer: Option<Rc<Trail>> },
    ModifyUpdate { state: Rc<RefCell<Modified>>, path: Value, label: u64 },
}

/// A pattern that is being matched, and what follows when it is.
#[derive(Clone, Debug)]
pub(super) struct Matching {
    /// The bindings from before the pattern.
    pub outer: Bindings,
    pub bindings: Bindings,
    pub then: Then,
}

/// What follows a pattern.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// The body of a binding, with the pattern that matched.
    Body { node: NodeId, position: usize, item: Item },
    /// The update of a loop.
    Update { node: NodeId, state: State, trail: Option<Rc<Trail>> },
}

/// What is left to match, the next one first.
#[derive(Clone, Debug, Default)]
pub(super) struct Tasks(pub Option<Rc<(Task, Tasks)>>);

#[derive(Clone, Debug)]
pub(super) enum Task {
    Match { pattern: usize, value: Value },
    ArrayItem { pattern: usize, position: usize, value: Value },
    ObjectEntry { pattern: usize, position: usize, value: Value },
}

impl Tasks {
    pub(super) fn before(&self, task: Task) -> Self {
        Self(Some(Rc::new((task, self.clone()))))
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        let mut link = self.0.take();
        while let Some((_, mut rest)) = link.and_then(Rc::into_inner) {
            link = rest.0.take();
        }
    }
}

/// An alternative that is tried when there are no more outputs from the present one; or what is done then.
#[derive(Debug)]
pub(super) enum Choice {
    Comma {
        node: NodeId,
        next: usize,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    },
    ArrayItems {
        items: Array,
        next: usize,
        trail: Option<Rc<Trail>>,
        rest: Rest,
    },
    ObjectEntries {
        entries: Rc<Vec<(Value, Value)>>,
        next: usize,
        trail: Option<Rc<Trail>>,
        rest: Rest,
    },
    Range {
        next: Value,
        end: Value,
        step: Value,
        trail: Option<Rc<Trail>>,
        rest: Rest,
    },
    Try {
        handler: Option<NodeId>,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    },
    /// The body of a `try` has given an output: errors from here on are not its own.
    TryLeft,
    AlternativeRight {
        found: Rc<Cell<bool>>,
        right: NodeId,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    },
    Label(u64),
    Patterns {
        node: NodeId,
        position: usize,
        value: Value,
        bindings: Bindings,
        item: Item,
        rest: Rest,
    },
    /// The outputs of a part are gathered: the result comes with the path from before them.
    End {
        gathered: Gathered,
        trail: Option<Rc<Trail>>,
        rest: Rest,
    },
    /// The update of `|=` has no output for the path.
    Delete {
        state: Rc<RefCell<Modified>>,
        path: Value,
    },
}

/// What the outputs of a part are gathered into.
#[derive(Debug)]
pub(super) enum Gathered {
    /// The items of `[…]`.
    Items(Rc<RefCell<Vec<Value>>>),
    /// The state of `reduce`, and what `=` has set so far.
    State(State),
    /// The last output, for `last(…)`.
    Last(Rc<RefCell<Option<Value>>>),
    Modified(Rc<RefCell<Modified>>),
}
