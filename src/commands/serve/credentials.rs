//! The credentials that the user chose for the server.

use crate::commands::context::Context;
use crate::commands::serve::args::ServeArgs;
use crate::commands::serve::error::ServeError;
use crate::domain::secret::Secret;
use crate::embedded::server::Credentials;
use crate::error::Error;

/// The credentials that the user chose; `None` if the server issues them.
pub(super) fn chosen_credentials(args: &ServeArgs, context: &Context<'_>) -> Result<Option<Credentials>, Error> {
    let variable = |name| context.environment.secret(name).cloned();
    let id = args.client_id.clone().map(Secret::new).or_else(|| variable("PORTOLAN_SERVE_CLIENT_ID"));
    let secret = args.client_secret.clone().or_else(|| variable("PORTOLAN_SERVE_CLIENT_SECRET"));
    let (id, secret) = match (id, secret) {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(ServeError::HalfCredentials { missing: "the client secret" }.into()),
        (None, Some(_)) => return Err(ServeError::HalfCredentials { missing: "the client id" }.into()),
    };
    let bad = |what, why| Err(ServeError::BadCredentials { what, why }.into());
    for (what, text) in [("client id", id.reveal()), ("client secret", secret.reveal())] {
        if text.is_empty() {
            return bad(what, "it is empty");
        }
        if text.chars().any(char::is_control) {
            return bad(what, "it contains control characters");
        }
    }
    if id.reveal().contains(':') {
        // HTTP Basic authentication sends `user:password`, so the user name cannot contain a colon.
        return bad("client id", "it contains a colon");
    }
    Ok(Some(Credentials { id: id.reveal().to_owned(), secret }))
}
