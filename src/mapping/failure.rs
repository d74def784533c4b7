//! Why an object yields no entities for an entry.

use super::config::model::Expression;
use crate::domain::document::span::Span;
use crate::domain::evaluation::ProblemClass;
use crate::jq::{CompileError, Limit, RunError};

/// One field that fails.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) class: ProblemClass,
    /// Its class before that of the field replaced it.
    pub(super) cause: ProblemClass,
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
    /// A failing expression; its field is set by [`Failure::in_field`].
    pub(super) fn new(class: ProblemClass, expression: &Expression, message: String) -> Self {
        Self {
            class,
            cause: class,
            field: String::new(),
            expression: Some(expression.text.clone()),
            message,
            span: expression.span,
            at: None,
        }
    }

    pub(super) fn of_value(class: ProblemClass, span: Span, message: &str) -> Self {
        let message = message.to_owned();
        Self { class, cause: class, field: String::new(), expression: None, message, span, at: None }
    }

    pub(super) fn of_compile_error(expression: &Expression, error: &CompileError) -> Self {
        let at = error.offset.map(|offset| (expression.clone(), offset));
        Self { at, ..Self::new(ProblemClass::JqCompile, expression, error.message.clone()) }
    }

    pub(super) fn of_run_error(expression: &Expression, error: &RunError) -> Self {
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
        Self::new(ProblemClass::JqError, expression, message)
    }

    pub(super) fn in_field(self, field: impl Into<String>) -> Self {
        Self { field: field.into(), ..self }
    }

    pub(super) fn of_class(self, class: ProblemClass) -> Self {
        Self { class, ..self }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(vec![failure])
    }
}
