//! The id and secret of an API client.

use crate::domain::secret::Secret;

#[derive(Debug, Clone)]
pub struct Credentials {
    pub id: Secret,
    pub secret: Secret,
}
