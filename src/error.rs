//! Carries any error to the place that shows it. Each error is declared beside what fails, with its text, its help and
//! its class. Findings are not errors: a file with faults is a result, an error is a job that could not be done.

use std::ops::Deref;

use miette::Diagnostic;

use crate::domain::error_class::ExitClass;
use crate::exit::Exit;

/// An error that can be shown and has a class.
pub trait ClassifiedError: Diagnostic + ExitClass + Send + Sync {}

impl<E: Diagnostic + ExitClass + Send + Sync> ClassifiedError for E {}

/// The error of any command. It is not a `ClassifiedError` itself, because the `From` below would then overlap with
/// the standard library's `From<T> for T`.
#[derive(Debug)]
pub struct Error(Box<dyn ClassifiedError>);

impl Error {
    pub fn exit(&self) -> Exit {
        self.class().into()
    }

    /// The error, if it is of this type.
    pub fn downcast_ref<E: ClassifiedError + 'static>(&self) -> Option<&E> {
        let error: &(dyn std::error::Error + 'static) = &*self.0;
        error.downcast_ref()
    }
}

impl<E: ClassifiedError + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl Deref for Error {
    type Target = dyn ClassifiedError;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}
