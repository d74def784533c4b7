//! Answers and refusals of the server. As on the platform, an internal error is a 500 with only a code; its cause goes
//! to the log.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use serde_json::json;

use crate::catalog::wire::Refusal;
use crate::embedded::store::{Failure, StoreError};

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

/// The result of a route.
pub(super) type Outcome = Result<Answer, RouteError>;

pub(super) struct Answer {
    status: StatusCode,
    kind: HeaderValue,
    body: Vec<u8>,
}

pub(super) enum RouteError {
    Refused(Box<Refusal>),
    /// An internal error; the text is for the log.
    InternalError(String),
}

/// Attached to a response for the log.
#[derive(Debug, Clone)]
pub(super) struct InternalError(pub String);

impl Answer {
    pub fn json(status: StatusCode, body: &impl Serialize) -> Outcome {
        let body = serde_json::to_vec(body).map_err(|error| RouteError::InternalError(error.to_string()))?;
        Ok(Self { status, kind: JSON, body })
    }

    /// 200; `body` contains `ok` itself.
    pub fn ok(body: &impl Serialize) -> Outcome {
        Self::json(StatusCode::OK, body)
    }

    /// 200 with a body that is JSON already.
    pub fn json_text(body: String) -> Self {
        Self { status: StatusCode::OK, kind: JSON, body: body.into_bytes() }
    }

    pub fn page(status: StatusCode, body: String) -> Self {
        Self { status, kind: HTML, body: body.into_bytes() }
    }
}

impl From<Refusal> for RouteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Failure> for RouteError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for RouteError {
    fn from(error: StoreError) -> Self {
        Self::InternalError(error.to_string())
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        response.headers_mut().insert(header::CONTENT_TYPE, self.kind);
        response
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response<Body> {
        let (status, body, internal_error) = match self {
            Self::Refused(refusal) => (refusal.status, refusal.to_json(), None),
            Self::InternalError(words) => {
                (500, json!({"ok": false, "error": "internal_error"}), Some(InternalError(words)))
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Answer { status, kind: JSON, body: body.to_string().into_bytes() }.into_response();
        if let Some(internal_error) = internal_error {
            response.extensions_mut().insert(internal_error);
        }
        response
    }
}
