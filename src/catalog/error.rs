//! The error of a call to a catalog, embedded or remote: what is shown, and what a caller may conclude from it. The
//! rejection of one entity is not an error but a result: see `wire::Refusal`.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use miette::Diagnostic;

use crate::domain::error_class::{ErrorClass, ExitClass};

/// Any error of a catalog. Each kind of catalog converts its own errors.
#[derive(Debug, Clone)]
pub struct CatalogError {
    /// The catalog's own error: its message, code, help and source are shown.
    error: Arc<dyn Diagnostic + Send + Sync>,
    facts: ErrorFacts,
}

/// What a caller may conclude from an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ErrorFacts {
    pub class: ErrorClass,
    /// The HTTP status of the catalog's answer, if there was one.
    pub status: Option<u16>,
    /// The catalog rejects these credentials for every call.
    pub is_about_credentials: bool,
    /// The call certainly changed nothing.
    pub had_no_effect: bool,
    /// The catalog does not have this route at all.
    pub is_no_route: bool,
}

impl CatalogError {
    pub(crate) fn new(error: impl Diagnostic + Send + Sync + 'static, facts: ErrorFacts) -> Self {
        Self { error: Arc::new(error), facts }
    }

    pub fn status(&self) -> Option<u16> {
        self.facts.status
    }

    pub fn is_about_credentials(&self) -> bool {
        self.facts.is_about_credentials
    }

    pub fn had_no_effect(&self) -> bool {
        self.facts.had_no_effect
    }

    pub fn is_no_route(&self) -> bool {
        self.facts.is_no_route
    }

    #[cfg(test)]
    pub(crate) fn downcast_ref<T: Error + 'static>(&self) -> Option<&T> {
        let error: &(dyn Error + 'static) = &*self.error;
        error.downcast_ref()
    }
}

impl ExitClass for CatalogError {
    fn class(&self) -> ErrorClass {
        self.facts.class
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for CatalogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl Diagnostic for CatalogError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.error.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.error.help()
    }
}
