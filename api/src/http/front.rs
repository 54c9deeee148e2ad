//! Step 1: the way of a request from the socket to the router, and of its answer back.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, MatchedPath, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use tokio::time::Instant;

use super::{
    HttpSettings, Throttle, body,
    client::{Client, ClientAddr},
    errors,
    headers::{self, Part},
    origin::{self, Sender},
    path, patience,
    problem::Problem,
    query,
    request_id::{RequestId, X_REQUEST_ID},
    trace,
};
use crate::meters;

/// Puts everything in this folder around `router`, which is all there is to serve: the API, the stream, the web client.
///
/// Routes are written without a slash at their end. A route that takes larger bodies than a command says so with
/// `.layer(DefaultBodyLimit::max(…))` of its own.
pub fn layers(router: Router, settings: HttpSettings, throttle: Arc<Throttle>) -> Router {
    meters::describe();
    let inside = router
        .layer(DefaultBodyLimit::max(settings.command_bytes))
        .layer(middleware::from_fn(errors::catch));
    // Around a router of its own: the path has to be normalised before the routes are looked at.
    Router::new()
        .fallback_service(inside)
        .layer(middleware::from_fn_with_state(
            Arc::new(Front { settings, throttle }),
            front,
        ))
}

struct Front {
    settings: HttpSettings,
    throttle: Arc<Throttle>,
}

async fn front(State(house): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let Front { settings, throttle } = &*house;
    let (began, method) = (Instant::now(), request.method().clone());
    let parent = trace::of(request.headers());
    let traced = eventlog::trace::begin(parent.as_deref());
    let parent = traced.as_ref().map(|own| own.traceparent()).or(parent);
    let id = RequestId::of(request.headers(), &settings.new_request_id);
    let client = Client::of(
        request.extensions(),
        request.headers(),
        &settings.trusted_proxies,
    );
    let part = Part::of(request.uri().path());
    let awaits_permission = request.headers().contains_key(header::EXPECT);
    let (mut request, progress) = body::watch(request);

    let sender = Sender::of(&request, client.scheme, &settings.allowed_origins);
    let admitted = match &sender {
        Ok(sender) => admit(&request, sender, client, throttle),
        Err(problem) => Err(problem.clone()),
    };
    let preflight = origin::preflight(&request);
    let answer = match (admitted, preflight) {
        (Err(problem), _) => {
            drop(request);
            problem.into_response()
        }
        (Ok(()), Some(answer)) => answer,
        (Ok(()), None) => {
            path::normalise(request.uri_mut());
            request.extensions_mut().insert(ClientAddr(client.address));
            request.extensions_mut().insert(id.clone());
            let answer = trace::within(parent, next.run(request));
            patience::within(&settings.pace, &progress, answer).await
        }
    };

    let mut answer = errors::finish(answer, id.as_str()).await;
    let nothing_was_sent = awaits_permission && progress.is_untouched();
    let is_too_slow = answer.status() == StatusCode::REQUEST_TIMEOUT;
    if nothing_was_sent || is_too_slow || !progress.drain(&settings.pace).await {
        answer
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers::secure(answer.headers_mut(), part);
    if let Ok(sender) = sender {
        sender.open(answer.headers_mut());
    }
    answer.headers_mut().insert(X_REQUEST_ID, id.to_header());
    let route = answer.extensions_mut().remove::<MatchedPath>();
    let route = route.as_ref().map(MatchedPath::as_str);
    meters::answered(&method, route, answer.status(), began.elapsed());
    if let Some(traced) = traced {
        traced.end(method.as_str(), route, answer.status().as_u16());
    }
    answer
}

/// What a request must not be, before anything is done for it.
fn admit(
    request: &Request,
    sender: &Sender,
    client: Client,
    throttle: &Throttle,
) -> Result<(), Problem> {
    throttle.request(client.address)?;
    query::check(request.uri())?;
    origin::check_query(request.uri())?;
    origin::check_cookie(request, sender)
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};

    use super::*;
    use crate::http::{
        Clock, Limits,
        testing::{ask, http, problem_of, settings},
    };

    async fn get_uri(app: &Router, uri: &str) -> Response {
        ask(app, Request::get(uri).body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn every_path_answers_with_and_without_a_slash_at_its_end() {
        let router = Router::new()
            .route("/", get(async || "home"))
            .route("/api/account", get(async || "account"))
            .route("/api/conversation/delete/{id}", get(async || "delete"))
            .nest("/api/v1", Router::new().route("/me", get(async || "me")));
        let app = http(router);
        for uri in [
            "/",
            "/api/account",
            "/api/conversation/delete/7",
            "/api/v1/me",
        ] {
            for uri in [
                uri.to_owned(),
                format!("{uri}/"),
                format!("{uri}/?username=a"),
            ] {
                assert_eq!(get_uri(&app, &uri).await.status(), 200, "{uri}");
            }
        }
    }

    #[tokio::test]
    async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
        let limits = Limits {
            requests_per_address: 1,
            ..Limits::default()
        };
        let throttle = Arc::new(Throttle::new(
            &limits,
            Clock::new(|| std::time::Duration::ZERO),
        ));
        let app = layers(
            Router::new().route("/", get(async || "")),
            settings(),
            throttle,
        );
        assert_eq!(get_uri(&app, "/").await.status(), 200);
        let refused = get_uri(&app, "/").await;
        assert_eq!(refused.headers()[header::RETRY_AFTER], "60");
        assert_eq!(problem_of(refused).await["status"], 429);
    }

    #[tokio::test]
    async fn handler_answer_and_log_share_one_request_id() {
        let app = http(Router::new().route("/", get(async |id: RequestId| id.as_str().to_owned())));
        let request = Request::get("/")
            .header(X_REQUEST_ID, "mine")
            .body(Body::empty())
            .unwrap();
        let answer = ask(&app, request).await;
        assert_eq!(answer.headers()[X_REQUEST_ID], "mine");
        assert_eq!(
            axum::body::to_bytes(answer.into_body(), 100).await.unwrap(),
            "mine"
        );
    }

    #[tokio::test]
    async fn an_endless_answer_is_passed_on_as_it_comes() {
        use futures::{StreamExt, stream};
        use http_body_util::BodyExt;
        let news = || {
            let first = stream::once(async { Ok::<_, std::io::Error>("id: 1\n\n") });
            (
                [(header::CONTENT_TYPE, "text/event-stream")],
                Body::from_stream(first.chain(stream::pending())),
            )
        };
        let app = http(Router::new().route("/api/v1/events", get(async move || news())));
        let mut answer = get_uri(&app, "/api/v1/events").await;
        let frame = answer.body_mut().frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), "id: 1\n\n");
    }
}
