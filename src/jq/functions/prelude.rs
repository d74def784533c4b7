//! The functions that are defined in jq itself: `prelude.jq`, parsed once.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::jq::parser::parse;
use crate::jq::parser::syntax::{Function, Query};

type Functions = HashMap<(String, usize), Function>;

static FUNCTIONS: OnceLock<Functions> = OnceLock::new();

fn functions() -> &'static Functions {
    FUNCTIONS.get_or_init(|| {
        let source = parse(concat!(include_str!("prelude.jq"), ".")).expect("the prelude is right, which a test shows");
        let mut functions = HashMap::new();
        let mut query = source.query;
        while let Some(Query::Define { function, rest }) = query {
            functions.insert((function.name.clone(), function.parameters.len()), *function);
            query = Some(*rest);
        }
        functions
    })
}

/// The definition of a function.
pub(in crate::jq) fn find(name: &str, arity: usize) -> Option<&'static Function> {
    functions().get(&(name.to_owned(), arity))
}

/// The names and numbers of parameters.
pub(super) fn names() -> impl Iterator<Item = (&'static str, usize)> {
    functions().keys().map(|(name, arity)| (name.as_str(), *arity))
}
