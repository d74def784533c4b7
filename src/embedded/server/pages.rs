//! Serves the pages for people. Browsers send no access token: the link that the server printed begins a session, and
//! whoever has the client's id and secret can use them as user and password. Other users of the machine must not read
//! the catalog.

use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};

use crate::catalog::wire::Refusal;
use crate::embedded::pages::{self, SCRIPT, STYLE, Target, notice};
use crate::embedded::server::access::basic;
use crate::embedded::server::answer::{Answer, Outcome, RouteError};
use crate::embedded::server::connection::Client;
use crate::embedded::server::middleware::no_route;
use crate::embedded::server::query::Query;
use crate::embedded::server::request::{address, is_https};
use crate::embedded::server::session::LinkProblem;
use crate::embedded::server::shared::{Access, Shared};
use crate::embedded::store::Store;

/// The script and the style of the pages by their digests, requests to this server, and nothing else.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(digest(&SHA256, text.as_bytes())));
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    HeaderValue::from_str(&policy).expect("digests and names are visible ASCII")
});
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"portolan\", charset=\"UTF-8\"");

type Work = fn(&Visit, &Store) -> Outcome;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(shows(|visit, store| page(visit, store, &Target::Home))))
        .route("/search", get(shows(|visit, store| page(visit, store, &Target::Search))))
        .route("/search.json", get(shows(suggestions)))
        .route("/changes", get(shows(|visit, store| page(visit, store, &Target::Changes))))
        .route("/blueprints/{blueprint}", get(shows(|visit, store| page(visit, store, &visit.blueprint()))))
        .route(
            "/blueprints/{blueprint}/entities/{entity}",
            get(shows(|visit, store| page(visit, store, &visit.entity()))),
        )
        .route("/sign-in", get(sign_in))
}

/// A request for a page by somebody who may see it.
struct Visit {
    shared: Arc<Shared>,
    segments: Vec<String>,
    query: Query,
}

impl Visit {
    fn segment(&self, at: usize) -> String {
        self.segments.get(at).cloned().unwrap_or_default()
    }

    fn blueprint(&self) -> Target {
        Target::Blueprint(self.segment(0))
    }

    fn entity(&self) -> Target {
        Target::Entity { blueprint: self.segment(0), identifier: self.segment(1) }
    }
}

impl FromRequest<Arc<Shared>> for Visit {
    type Rejection = Response<Body>;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, Response<Body>> {
        let (mut parts, _) = request.into_parts();
        admit(&parts, shared)?;
        let (segments, query) = address(&mut parts).await.map_err(IntoResponse::into_response)?;
        Ok(Self { shared: Arc::clone(shared), segments, query })
    }
}

/// Refuses a visitor without credentials or session.
fn admit(parts: &Parts, shared: &Shared) -> Result<(), Response<Body>> {
    let given = parts.headers.get(header::AUTHORIZATION).and_then(|header| basic(header.to_str().ok()?));
    let has_credentials =
        given.is_some_and(|(user, password)| shared.authenticator.accepts_credentials(&user, &password));
    if !has_credentials && !shared.sessions.accepts(&parts.headers) {
        return Err(unknown_visitor());
    }
    parts.extensions.get::<Client>().into_iter().for_each(Client::authenticate);
    Ok(())
}

/// Answers an address that no route has: a browser gets a page with a way back, a program what the platform answers.
pub(super) async fn unknown_address(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    if !is_for_a_browser(&request) {
        return no_route(request.method().clone(), request.uri().clone()).await.into_response();
    }
    let (parts, _) = request.into_parts();
    if let Err(refused) = admit(&parts, &shared) {
        return refused;
    }
    let mut response = refused(&shared, &Refusal::new(404, "not_found", "There is no page at this address."));
    guard(&mut response);
    response
}

/// Browsers name HTML among what they accept; below `/v1` are no pages.
fn is_for_a_browser(request: &Request) -> bool {
    let is_of_api = request.uri().path().split('/').nth(1) == Some("v1");
    let accepted = request.headers().get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    *request.method() == Method::GET && !is_of_api && accepted.into_iter().any(|value| value.contains("text/html"))
}

/// Asks for the credentials.
fn unknown_visitor() -> Response<Body> {
    let paragraphs = [
        "Open the link that portolan serve printed when it started. It works once, and then this browser stays signed in.",
        "Or sign in with the client id as the user and the client secret as the password.",
    ];
    let mut response = Answer::page(StatusCode::UNAUTHORIZED, notice("Sign in", &paragraphs, None)).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    guard(&mut response);
    response
}

/// Takes the token of the link and begins a session.
async fn sign_in(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    // Programs that look at a link before a person does must not use it up.
    let begun = match *request.method() {
        Method::GET => shared.sessions.begin(query.first("token").unwrap_or_default(), is_https(request.headers())),
        _ => Err(LinkProblem::Spent),
    };
    let mut response = match begun {
        Ok(cookie) => {
            // Not a redirect: a browser that comes from another site would not send a strict cookie after one.
            let page = notice("Signed in", &["The catalog opens now."], Some("/"));
            let mut response = Answer::page(StatusCode::OK, page).into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
        Err(LinkProblem::Spent) => {
            let paragraphs = [
                "This link was used before, or it is of an earlier run of portolan serve.",
                "Restart portolan serve for a new link, or sign in with the client id as the user and the client secret as \
                 the password.",
            ];
            Answer::page(StatusCode::FORBIDDEN, notice("This link no longer works", &paragraphs, None)).into_response()
        }
        Err(LinkProblem::NoRandomness) => {
            RouteError::InternalError("the system gives no random bytes".to_owned()).into_response()
        }
    };
    guard(&mut response);
    response
}

fn page(visit: &Visit, store: &Store, target: &Target) -> Outcome {
    let html = pages::render(&visit.shared.site, store, target, visit.query.pairs())?;
    Ok(Answer::page(StatusCode::OK, html))
}

fn suggestions(visit: &Visit, store: &Store) -> Outcome {
    Ok(Answer::json_text(pages::suggestions(&visit.shared.site, store, visit.query.pairs())?))
}

/// A handler that renders one page.
fn shows(
    work: Work,
) -> impl Fn(Visit) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> + Clone + Send + Sync + 'static {
    move |visit| Box::pin(show(visit, work))
}

async fn show(visit: Visit, work: Work) -> Response<Body> {
    let shared = Arc::clone(&visit.shared);
    let mut response = match shared.run(Access::Read, move |store| work(&visit, store)).await {
        Ok(answer) => answer.into_response(),
        Err(RouteError::Refused(refusal)) => refused(&shared, &refusal),
        Err(internal_error @ RouteError::InternalError(_)) => internal_error.into_response(),
    };
    guard(&mut response);
    response
}

fn refused(shared: &Shared, refusal: &Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or("Refused");
    let message = refusal.message.as_deref().unwrap_or(&refusal.error);
    Answer::page(status, pages::refusal(&shared.site, reason, message)).into_response()
}

/// Protects the page from being embedded in others.
fn guard(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
}
