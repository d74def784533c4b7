//! Refuses credentials of another organisation than the snapshot was pulled from: a mistaken variable would plan against,
//! and write to, somebody else's catalog.

use std::path::Path;

use crate::catalog::Catalog;
use crate::commands::workspace::organizations;
use crate::domain::error_class::{ErrorClass, ExitClass};
use crate::error::Error;
use crate::report::escape::clean;

/// The credentials belong to another organisation.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("credentials refused: they are of the organisation `{now}`, and the snapshot of {catalog} is of `{was}`")]
#[diagnostic(
    code("other-organization"),
    help("use credentials of `{was}`; if this repository moves to `{now}`, run `portolan pull --accept-organization`")
)]
pub(crate) struct OtherOrganization {
    pub catalog: String,
    pub was: String,
    pub now: String,
}

impl ExitClass for OtherOrganization {
    fn class(&self) -> ErrorClass {
        ErrorClass::Refused
    }
}

/// Checks the credentials against the record in the snapshot. Without one, or if the catalog does not tell these
/// credentials their organisation, they are accepted.
pub(crate) fn check_organization(catalog: &dyn Catalog, root: &Path) -> Result<(), Error> {
    let recorded = organizations::recorded(root);
    let Some(was) = recorded.get(catalog.name()) else { return Ok(()) };
    match catalog.organization_id()? {
        Some(now) if now != *was => {
            let (was, now) = (clean(was).into_owned(), clean(&now).into_owned());
            Err(OtherOrganization { catalog: catalog.name().to_owned(), was, now }.into())
        }
        Some(_) | None => Ok(()),
    }
}
