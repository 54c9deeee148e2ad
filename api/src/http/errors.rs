//! Every error answer becomes a problem document, whoever made it: a handler, the framework, another router, a panic.

use std::{any::Any, error::Error, fmt::Write as _, panic::AssertUnwindSafe};

use axum::{
    body::{Body, HttpBody},
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use http::{HeaderMap, StatusCode, header};

use super::problem::{Kind, Problem};

/// Longer texts than this are pages, not sentences.
const LONGEST_SENTENCE: u64 = 500;

/// Turns a panic into a 500 and remembers which route answered, for the log and the metrics.
pub(super) async fn catch(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| {
            Problem::internal(format!("panic: {}", message_of(&*panic))).into_response()
        });
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// Gives an error answer its document and its request id. Anything else passes untouched, its body unread.
pub(super) async fn finish(mut response: Response, request_id: &str) -> Response {
    if !is_error(response.status()) {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if media_type(response.headers()) == "application/problem+json" => return response,
        None => foreign(&mut response).await,
    };
    report(&problem, response.extensions().get(), request_id);
    problem.write(&mut response, Some(request_id));
    response
}

/// A problem made of a bare status. The text beside a 4xx is kept, since it was written for the client; that of a 5xx may
/// tell what it should not.
async fn foreign(response: &mut Response) -> Problem {
    let kind = Kind::of(response.status());
    match sentence(response).await {
        Some(text) if response.status().is_client_error() => Problem::new(kind, text),
        Some(text) => Problem::plain(kind).because(text),
        None => Problem::plain(kind),
    }
}

async fn sentence(response: &mut Response) -> Option<String> {
    let short = response
        .body()
        .size_hint()
        .exact()
        .is_some_and(|length| (1..=LONGEST_SENTENCE).contains(&length));
    if !short || media_type(response.headers()) != "text/plain" {
        return None;
    }
    let body = std::mem::replace(response.body_mut(), Body::empty());
    let bytes = axum::body::to_bytes(body, usize::MAX).await.ok()?;
    String::from_utf8(bytes.into()).ok()
}

/// Logs our own mistakes, here and nowhere else. Of a cause only what it displays: the debug form of a database error
/// quotes rows.
fn report(problem: &Problem, route: Option<&MatchedPath>, request_id: &str) {
    let route = route.map_or("-", MatchedPath::as_str);
    let cause = problem.cause().map(chain).unwrap_or_default();
    let status = problem.status().as_u16();
    if problem.status() == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request_id, route, status, cause, "request failed");
    } else if problem.status().is_server_error() && !cause.is_empty() {
        // Without a cause it was refused on purpose, a queue or a disk being full: that is counted, and thousands of lines
        // would fill the disk further.
        tracing::warn!(
            request_id,
            route,
            status,
            cause,
            "request could not be served"
        );
    }
}

fn chain(cause: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(source) = next {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {source}");
        next = source.source();
    }
    text
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn media_type(headers: &HeaderMap) -> &str {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use axum::{
        Json, Router,
        extract::Path,
        routing::{get, post},
    };
    use http::Method;

    use super::*;
    use crate::http::testing::{ask, http, problem_of};

    static BIG: [u8; 300 * 1024] = [b' '; 300 * 1024];

    fn app() -> Router {
        http(
            Router::new()
                .route("/number/{n}", get(async |Path(n): Path<u32>| n.to_string()))
                .route(
                    "/json",
                    post(async |Json(value): Json<serde_json::Value>| Json(value)),
                )
                .route("/bytes", post(async |_: axum::body::Bytes| ()))
                .route("/teapot", get(async || StatusCode::IM_A_TEAPOT))
                .route(
                    "/text",
                    get(async || (StatusCode::CONFLICT, "Somebody was faster.")),
                )
                .route(
                    "/broken",
                    get(async || (StatusCode::INTERNAL_SERVER_ERROR, "select * from events")),
                )
                .route(
                    "/gateway",
                    get(async || (StatusCode::BAD_GATEWAY, "upstream 10.0.0.7")),
                )
                .route(
                    "/html",
                    get(async || (StatusCode::FORBIDDEN, axum::response::Html("<h1>no</h1>"))),
                )
                .route("/own", get(async || Problem::internal("secret cause")))
                .route("/panic", get(panics)),
        )
    }

    async fn panics() {
        panic!("secret panic");
    }

    #[tokio::test]
    async fn every_error_of_the_framework_is_a_problem_with_a_request_id() {
        let post = |uri, kind, body: &'static [u8]| {
            Request::post(uri)
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body))
                .unwrap()
        };
        let get = |uri| Request::get(uri).body(Body::empty()).unwrap();
        let cases = [
            (get("/nowhere"), 404),
            (Request::delete("/text").body(Body::empty()).unwrap(), 405),
            (post("/json", "application/json", b"{"), 400),
            (post("/json", "application/json", b"\"\xff\""), 400),
            (post("/json", "text/csv", b"{}"), 415),
            (post("/bytes", "text/csv", &BIG), 413),
            (get("/number/x"), 400),
            (get("/number/%ff"), 404),
            (get("/teapot"), 400),
            (get("/text"), 409),
            (get("/broken"), 500),
            (get("/gateway"), 500),
            (get("/html"), 403),
            (get("/own"), 500),
            (get("/panic"), 500),
        ];
        for (request, status) in cases {
            let uri = request.uri().clone();
            let response = ask(&app(), request).await;
            assert_eq!(response.status(), status, "{uri}");
            let request_id = response.headers()["x-request-id"]
                .to_str()
                .unwrap()
                .to_owned();
            let document = problem_of(response).await;
            assert_eq!(document["status"], status, "{uri}");
            assert_eq!(document["request_id"], request_id, "{uri}");
        }
    }

    #[tokio::test]
    async fn what_went_wrong_inside_stays_inside() {
        for uri in ["/broken", "/gateway", "/own", "/panic"] {
            let document =
                problem_of(ask(&app(), Request::get(uri).body(Body::empty()).unwrap()).await).await;
            assert_eq!(
                document["detail"],
                crate::http::problem::kind::INTERNAL.advice,
                "{uri}"
            );
        }
    }

    #[tokio::test]
    async fn the_sentence_of_another_router_is_kept() {
        let document =
            problem_of(ask(&app(), Request::get("/text").body(Body::empty()).unwrap()).await).await;
        assert_eq!(document["detail"], "Somebody was faster.");
    }

    #[tokio::test]
    async fn a_refused_method_still_learns_the_allowed_ones() {
        let request = Request::builder()
            .method(Method::PUT)
            .uri("/json")
            .body(Body::empty())
            .unwrap();
        assert_eq!(ask(&app(), request).await.headers()[header::ALLOW], "POST");
    }
}
