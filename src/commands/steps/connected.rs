//! Yields the catalog that the settings name.

use crate::catalog::Catalog;
use crate::commands::context::Context;
use crate::error::Error;

pub(crate) fn connect(_context: &Context<'_>) -> Result<Box<dyn Catalog>, Error> {
    Err(Error::NoSuchVerb { verb: String::new(), known: String::new() })
}
