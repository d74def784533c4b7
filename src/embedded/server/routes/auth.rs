//! Route `POST /v1/auth/access_token`: exchanges credentials for a token. It is the only API route without
//! authentication.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use serde_json::{Map, Value, json};

use crate::catalog::wire::Refusal;
use crate::embedded::server::answer::{Answer, Outcome, RouteError};
use crate::embedded::server::connection::Client;
use crate::embedded::server::request::{BodyLimits, parse, read_body};
use crate::embedded::server::shared::Shared;

/// Unauthenticated clients can send this body; credentials are far shorter.
const MAX_BODY_BYTES: usize = 4 * 1024;
const KEYS: [&str; 2] = ["clientId", "clientSecret"];

pub(super) async fn access_token(State(shared): State<Arc<Shared>>, request: Request) -> Outcome {
    let (mut parts, body) = request.into_parts();
    let client = parts.extensions.remove::<Client>();
    let time = shared.limits.unauthenticated_body_time;
    let limits = BodyLimits { bytes: MAX_BODY_BYTES, time, grace: time, rate: shared.limits.body_rate };
    let body = read_body(&parts.headers, body, &limits, client.as_ref()).await?;
    let Value::Object(body) = parse(&body)? else { return Err(Refusal::invalid("must be object").into()) };
    let [id, secret] = [text(&body, KEYS[0])?, text(&body, KEYS[1])?];
    if let Some(key) = body.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let key: String = key.chars().take(200).collect();
        let message = format!("must NOT have additional properties, additional property: \"{key}\"");
        return Err(Refusal::invalid(message).into());
    }
    if !shared.authenticator.accepts_credentials(id, secret) {
        let message = "Invalid credentials supplied to the generate token API";
        return Err(Refusal::new(401, "invalid_credentials", message).into());
    }
    client.iter().for_each(Client::authenticate);
    let issued = shared.authenticator.issue(Instant::now(), shared.store.now());
    let issued = issued.ok_or_else(|| RouteError::InternalError("the system gives no random bytes".to_owned()))?;
    Answer::ok(&json!({
        "ok": true,
        "accessToken": issued.token.reveal(),
        "expiresIn": issued.expires_in,
        "tokenType": "Bearer",
    }))
}

fn text<'a>(body: &'a Map<String, Value>, key: &str) -> Result<&'a str, Refusal> {
    match body.get(key) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::invalid(format!("\"{key}\" must be string"))),
        None => Err(Refusal::invalid(format!("must have required property '{key}'"))),
    }
}
