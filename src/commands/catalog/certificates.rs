//! Reads the certificates that are trusted in addition to the system's: PORTOLAN_CA_BUNDLE, or SSL_CERT_FILE.

use std::path::Path;

use crate::settings::{Environment, repository_of};
use crate::sources::{OutputError, read_input_bytes, tidy};
use crate::text::io_reason;

/// Why the certificates could not be read.
pub(crate) struct CertificatesProblem {
    pub path: String,
    /// A clause: `it does not exist`.
    pub reason: String,
}

/// The content of the file; empty if none is configured. `directory` is the user's directory.
pub(crate) fn certificates(environment: &Environment, directory: &Path) -> Result<Vec<u8>, CertificatesProblem> {
    let file = environment.get("PORTOLAN_CA_BUNDLE").or_else(|| environment.get("SSL_CERT_FILE"));
    let Some(file) = file else { return Ok(Vec::new()) };
    let path = tidy(directory.join(file));
    read_input_bytes(&repository_of(directory), &path).map_err(|error| CertificatesProblem {
        path: path.display().to_string(),
        reason: match error {
            OutputError::Read { source, .. } => io_reason(&source),
            OutputError::Open { problem, .. } => problem.to_string(),
            error => error.to_string(),
        },
    })
}
