//! What the names of an expression are bound to while it runs. Alternatives share their bindings, so none ever changes.

use std::rc::Rc;

use crate::jq::program::NodeId;
use crate::jq::value::Value;

/// The bindings in scope, the last one first.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings(Option<Rc<Binding>>);

#[derive(Debug)]
struct Binding {
    bound: Bound,
    outer: Bindings,
}

/// What a name is bound to.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Value(Value),
    /// An expression of the caller, with what it sees.
    Argument {
        node: NodeId,
        bindings: Bindings,
    },
    Label(u64),
}

impl Bindings {
    pub(super) fn bind(&self, bound: Bound) -> Self {
        Self(Some(Rc::new(Binding { bound, outer: self.clone() })))
    }

    /// The bindings without so many of the last.
    pub(super) fn leave(&self, count: usize) -> Self {
        let mut bindings = self;
        for _ in 0..count {
            match &bindings.0 {
                Some(binding) => bindings = &binding.outer,
                None => break,
            }
        }
        bindings.clone()
    }

    /// What is bound before so many others.
    pub(super) fn get(&self, distance: usize) -> &Bound {
        let mut bindings = self;
        for _ in 0..distance {
            bindings = &bindings.0.as_ref().expect("the compiler counted the bindings").outer;
        }
        &bindings.0.as_ref().expect("the compiler counted the bindings").bound
    }

    pub(super) fn value(&self, distance: usize) -> Value {
        match self.get(distance) {
            Bound::Value(value) => value.clone(),
            Bound::Argument { .. } | Bound::Label(_) => Value::Null,
        }
    }
}

/// A long chain is taken apart link by link, since each drop within a drop takes stack.
impl Drop for Binding {
    fn drop(&mut self) {
        let mut rest = vec![self.outer.0.take()];
        if let Bound::Argument { bindings, .. } = &mut self.bound {
            rest.push(bindings.0.take());
        }
        while let Some(link) = rest.pop() {
            let Some(mut binding) = link.and_then(Rc::into_inner) else { continue };
            rest.push(binding.outer.0.take());
            if let Bound::Argument { bindings, .. } = &mut binding.bound {
                rest.push(bindings.0.take());
            }
        }
    }
}
