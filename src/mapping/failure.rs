//! Why an object yields no entities for an entry.

use super::config::model::Expression;
use crate::domain::document::span::Span;
use crate::domain::evaluation::ProblemClass;
use crate::jq::{CompileError, Limit, RunError};

/// One field that fails.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) class: ProblemClass,
    pub(super) field: String,
    pub(super) expression: Option<String>,
    pub(super) message: String,
    pub(super) span: Span,
    /// The expression's place, and the byte in its text at which it is wrong.
    pub(super) at: Option<(Expression, usize)>,
}

/// Why the evaluation of an object ended.
#[derive(Debug)]
pub(super) enum Stop {
    /// The object is not sent for this entry.
    Failed(Vec<Failure>),
    /// The exporter crashes.
    Crash(Failure),
}

impl Failure {
    pub(super) fn new(class: ProblemClass, field: &str, expression: &Expression, message: String) -> Self {
        Self {
            class,
            field: field.to_owned(),
            expression: Some(expression.text.clone()),
            message,
            span: expression.span,
            at: None,
        }
    }

    pub(super) fn of_value(class: ProblemClass, field: &str, span: Span, message: &str) -> Self {
        let message = message.to_owned();
        Self { class, field: field.to_owned(), expression: None, message, span, at: None }
    }

    pub(super) fn of_compile_error(field: &str, expression: &Expression, error: &CompileError) -> Self {
        let at = error.offset.map(|offset| (expression.clone(), offset));
        Self { at, ..Self::new(ProblemClass::JqCompile, field, expression, error.message.clone()) }
    }

    pub(super) fn of_run_error(field: &str, expression: &Expression, error: &RunError) -> Self {
        let message = match error {
            RunError::Error { message } => message.clone(),
            RunError::Limit(limit) => {
                let limit = match limit {
                    Limit::Steps => "it takes too many steps",
                    Limit::Memory => "it takes too much memory",
                    Limit::Depth => "its values are nested too deeply",
                };
                format!("was not evaluated to its end: {limit}; what the exporter does is not known")
            }
        };
        Self::new(ProblemClass::JqError, field, expression, message)
    }
}
