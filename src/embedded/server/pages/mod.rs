//! HTML pages for people: blueprints, the entities of one, and an entity with its relations in both directions.
//! Browsers cannot send an access token, so the pages use the client's id and secret as user and password: other users
//! of the machine must not read the catalog.

mod blueprint;
mod entity;
mod home;
mod markup;
mod visit;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::catalog::wire::Refusal;
use crate::embedded::server::answer::{Answer, Outcome, RouteError};
use crate::embedded::server::shared::{Access, Shared};
use crate::embedded::store::Store;
use markup::{Address, Markup};
use visit::{Visit, guard};

type Work = fn(&Visit, &Store) -> Result<String, RouteError>;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(shows(home::page)))
        .route("/blueprints/{blueprint}", get(shows(blueprint::page)))
        .route("/blueprints/{blueprint}/entities/{entity}", get(shows(entity::page)))
        .route("/style.css", get(style))
}

/// A handler that renders one page.
fn shows(
    work: Work,
) -> impl Fn(Visit) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> + Clone + Send + Sync + 'static {
    move |visit| Box::pin(show(visit, work))
}

async fn show(visit: Visit, work: Work) -> Response<Body> {
    let shared = Arc::clone(&visit.shared);
    let look = move |store: &Store| -> Outcome { Ok(Answer::page(StatusCode::OK, work(&visit, store)?)) };
    let mut response = match shared.run(Access::Read, look).await {
        Ok(answer) => answer.into_response(),
        Err(RouteError::Refused(refusal)) => refused(&refusal),
        Err(internal_error @ RouteError::InternalError(_)) => internal_error.into_response(),
    };
    guard(&mut response);
    response
}

fn refused(refusal: &Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let reason = status.canonical_reason().unwrap_or("Refused");
    let mut page = Markup::page(reason);
    page.put("<nav>").link(&Address::home(), "Blueprints").put("</nav>\n<h1>");
    page.say(reason).put("</h1>\n<p>");
    page.say(refusal.message.as_deref().unwrap_or(&refusal.error)).put("</p>\n");
    Answer::page(status, page.finish()).into_response()
}

async fn style(_: Visit) -> Response<Body> {
    let mut response = Response::new(Body::from(include_str!("style.css")));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_named_in_the_title() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        for (refusal, title) in [
            (Refusal::not_found("Blueprint", "identifier", "x"), "Not Found"),
            (Refusal::invalid("too much"), "Unprocessable Entity"),
        ] {
            let body = refused(&refusal).into_body();
            let page = runtime.block_on(axum::body::to_bytes(body, usize::MAX)).expect("it is whole");
            let page = String::from_utf8_lossy(&page);
            assert!(page.contains(&format!("<title>{title}</title>")), "{page}");
        }
    }
}
