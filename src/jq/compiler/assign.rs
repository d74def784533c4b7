//! Compiles assignments.

use super::{Compiler, Name};
use crate::jq::CompileError;
use crate::jq::parser::syntax::{Base, Index, Query, Suffix, Term, Text, Update};
use crate::jq::paths::slice_key;
use crate::jq::program::{Node, NodeId};
use crate::jq::value::Value;

impl Compiler {
    pub(super) fn compile_update(
        &mut self,
        operator: Update,
        target: &Query,
        value: &Query,
    ) -> Result<NodeId, CompileError> {
        let name = match operator {
            Update::Assign => {
                if let Some(path) = known_path(target) {
                    let value = self.compile_query(value)?;
                    return Ok(self.add(Node::AssignPath { path: Value::array(path), value }));
                }
                let (value, target) = (self.compile_query(value)?, self.compile_query(target)?);
                return Ok(self.add(Node::Assign { target, value }));
            }
            Update::Modify => {
                let (update, target) = (self.compile_query(value)?, self.compile_query(target)?);
                return Ok(self.add(Node::Modify { target, update }));
            }
            Update::Calculate(name) => name,
        };
        let value = self.compile_query(value)?;
        let mark = self.mark();
        // No expression can have a variable of this name.
        self.bind(Name::Variable("$%".to_owned()));
        let target = self.compile_query(target)?;
        let old = self.add(Node::Identity);
        let new = self.add(Node::Variable(0));
        let update = self.builtin(name, vec![old, new]);
        let body = self.add(Node::Modify { target, update });
        self.leave(&mark);
        Ok(self.add(Node::Operand { value, body }))
    }
}

/// The path that a query is, if nothing of it must be calculated.
fn known_path(query: &Query) -> Option<Vec<Value>> {
    let Query::Term(Term { base, suffixes }) = query else { return None };
    let mut path = match base {
        Base::Index(index) => vec![known_index(index)?],
        Base::Group(query) => known_path(query)?,
        _ => return None,
    };
    for suffix in suffixes {
        match suffix {
            Suffix::Index(index) => path.push(known_index(index)?),
            Suffix::Iterate | Suffix::Optional => return None,
        }
    }
    Some(path)
}

/// The key of an index, if it must not be calculated.
pub(super) fn known_index(index: &Index) -> Option<Value> {
    match index {
        Index::Name(name) => Some(Value::String(name.clone())),
        Index::Text(Text::Plain(text)) => Some(Value::String(text.clone())),
        Index::Text(Text::Parts(_)) => None,
        Index::Query(query) => known_key(query),
        Index::Slice { start, end } => {
            let bound = |query: &Option<Box<Query>>| query.as_ref().map_or(Some(Value::Null), |query| known_key(query));
            Some(slice_key(bound(start)?, bound(end)?))
        }
    }
}

/// A number or a string. As in gojq, what follows it is ignored.
fn known_key(query: &Query) -> Option<Value> {
    let Query::Term(Term { base, .. }) = query else { return None };
    match base {
        Base::Number(number) => Some(Value::Number(number.clone())),
        Base::Unary { is_minus, term } => known_number(*is_minus, term),
        Base::Text(Text::Plain(text)) => Some(Value::String(text.clone())),
        _ => None,
    }
}

/// A number with a sign. As in gojq, what follows it is ignored.
pub(super) fn known_number(is_minus: bool, term: &Term) -> Option<Value> {
    let Base::Number(number) = &term.base else { return None };
    Some(Value::Number(if is_minus { number.negate() } else { number.clone() }))
}
