//! jq expressions over JSON, with the semantics of gojq 0.12.17, the engine of the Kubernetes exporter. Evaluation is bounded:
//! no expression runs forever or takes all memory.

mod access;
mod approximation;
mod budget;
mod compare;
mod compiler;
mod encode;
mod env;
mod error;
mod fault;
mod functions;
mod limits;
mod machine;
mod number;
mod operators;
mod parser;
mod paths;
mod program;
mod reads;
mod regex;
#[cfg(test)]
mod tests;
mod value;

use budget::Budget;
use machine::Machine;
use program::Code;
use regex::RegexCache;

pub use approximation::Approximation;
pub use env::Env;
pub use error::{CompileError, RunError};
pub use limits::{Limit, Limits};
pub use number::Number;
pub use reads::{Reads, Step, reads};
pub use regex::go_regex;
pub use value::{Array, Entries, Object, Value};

/// A compiled expression. Compile it once, and run it often, from any thread.
#[derive(Debug)]
pub struct Program {
    code: Code,
    approximations: Vec<Approximation>,
    regexes: RegexCache,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Where gojq would refuse to parse or to compile it.
    pub fn compile(text: &str) -> Result<Self, CompileError> {
        let (code, approximations) = compiler::compile(&parser::parse(text)?)?;
        Ok(Self { code, approximations, regexes: RegexCache::default() })
    }

    /// Why a result may differ from gojq's. Empty: it does not.
    #[must_use]
    pub fn approximations(&self) -> &[Approximation] {
        &self.approximations
    }

    /// The first output, or `None` where there is none. What comes after it is never calculated.
    ///
    /// # Errors
    /// The expression fails before its first output, or reaches a limit.
    pub fn first(&self, input: &Value, env: &Env, limits: &Limits) -> Result<Option<Value>, RunError> {
        Ok(self.outputs(input, env, limits, 1)?.pop())
    }

    /// At most `most` outputs.
    ///
    /// # Errors
    /// The expression fails or reaches a limit before that.
    pub fn outputs(&self, input: &Value, env: &Env, limits: &Limits, most: usize) -> Result<Vec<Value>, RunError> {
        let mut machine = Machine::new(&self.code, input.clone(), Budget::new(limits, env, &self.regexes));
        let mut outputs = Vec::new();
        while outputs.len() < most {
            match machine.next() {
                Ok(Some(output)) => outputs.push(output),
                Ok(None) => break,
                Err(fault) => return Err(fault.into_error()),
            }
        }
        Ok(outputs)
    }
}
