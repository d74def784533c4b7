//! Why a call to a catalog did not come about, whichever catalog it is. A refusal of one entity is not an error: it is
//! a result, and in `wire`.

use super::store::StoreError;

#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CatalogError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] StoreError),
}
