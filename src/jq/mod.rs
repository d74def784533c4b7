//! jq expressions over JSON, with the semantics of gojq 0.12.17, the engine of the Kubernetes exporter. Evaluation is bounded:
//! no expression runs forever or takes all memory.

mod access;
mod budget;
mod compare;
mod compiler;
mod encode;
mod fault;
mod functions;
mod machine;
mod number;
mod operators;
mod parser;
mod paths;
mod program;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;

use budget::Budget;
use functions::regex::RegexCache;
use machine::Machine;
use program::Code;

pub use number::Number;
pub use value::{Array, Entries, Object, Value};

/// A compiled expression. Compile it once, and run it often, from any thread.
#[derive(Debug)]
pub struct Program {
    code: Code,
    approximations: Vec<Approximation>,
    regexes: RegexCache,
}

/// Why an expression does not compile, in gojq's words, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    pub message: String,
    /// The byte of the expression at which the error begins.
    pub offset: Option<usize>,
}

/// Why a result may differ from gojq's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approximation {
    /// What the expression uses, for example `localtime`.
    pub name: String,
    /// How the result may differ.
    pub reason: &'static str,
}

/// What an expression knows besides its input: the variables of `env` and `$ENV`, and the time of `now`.
#[derive(Clone, Debug, Default)]
pub struct Env {
    variables: Value,
    now: f64,
}

impl Env {
    /// The variables are taken as they are: which ones the expression may see is decided by the caller.
    #[must_use]
    pub fn new(variables: &BTreeMap<String, String>, now: f64) -> Self {
        let variables = variables.iter().map(|(name, value)| (name.as_str().into(), Value::from(value.as_str())));
        Self { variables: Value::object(variables), now }
    }
}

/// How much one evaluation may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Steps of evaluation; also what long texts and arrays cost.
    pub steps: u64,
    /// Bytes of all values that are made, whether they are kept or not.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 10_000_000, bytes: 128 << 20 }
    }
}

/// Why an evaluation ended without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The expression failed, as it would in gojq.
    Error { message: String },
    /// The evaluation was stopped: what gojq would give is not known.
    Limit(Limit),
}

/// The limit that an evaluation reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Steps,
    Memory,
    /// Values or calls are nested too deeply.
    Depth,
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
