//! Step 1: every URL of the API, on one screen.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    Api, admin, attachments, audit, classic, commands, description, http::Problem, identity,
    queries, webhooks,
};

/// The head of the API's own description. The push stream is another room's, so it is described here.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tidings",
        description = "An event-sourced messaging service.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem)),
    paths(events, ws)
)]
struct Description;

/// The push stream: what changes in the caller's mailbox, as it happens.
///
/// Each event is `id` (a token), `event` (its type) and `data`, one JSON object `{type, occurred_at, …}`. `hello` comes first;
/// its `data.token` says how far the service has come, its `id` where this stream starts. Then `message.new` (an inbox or sent
/// item with its `box`), `message.changed` (the item's latest state), `conversation.changed`, and, without an `id` since nobody
/// resumes from them, `unread` (`{total}`) and `typing` (`{conversation_id, account: {id, username}}`). `reset` says that
/// everything is to be loaded again. `session.ended` and `bye` are last words. A comment comes every 15 s.
///
/// A message that was written to an open stream has arrived: a moment later its sender's item shows it in `delivered_to`.
/// Reading a list never says so. The receiver's own item keeps its place and is not told again for it.
///
/// While a client resumes, an item that changed meanwhile may be told for the first time as `message.changed`.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "push",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "Resume behind this place: any token will do"),
        ("last_event_id" = Option<String>, Query, description = "The same, for clients that cannot set headers"),
    ),
    responses(
        (status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String),
        (status = 429, description = "This account has as many streams open as it may"),
    )
)]
#[expect(dead_code, reason = "it describes a call that the notifier serves")]
fn events() {}

/// The push stream over a WebSocket, and commands the other way. Frames are JSON as text, a client's of 1 MiB at most.
///
/// The first frame is `{"token"?, "last_event_id"?}`, within 10 s. Without a token the handshake has to show who asks: by the
/// `Authorization` header, or by the session cookie, which needs a same-origin `Origin`. Whoever is not let in is told why in
/// `{"problem": …}`, and the socket is closed: 1008 for no valid token, 1013 for "later".
///
/// From then on the service sends the events of `GET /api/v1/events` as `{"id"?, "event", "data"}`, and a ping every 15 s. It
/// closes with 1001 after `bye` and 1008 after `session.ended`.
///
/// The client may send `{"typing": <body of POST /api/v1/typing>}`, `{"read": <body of POST /api/v1/inbox/read>}` and
/// `{"send": <body of POST /api/v1/messages>}`, each with `"idempotency_key"` and with `"ref"` (a string or a number) beside it.
/// They are carried out one after the other, and answered in their order by
/// `{"ack": <the answer's body, or {}>, "token"?, "ref"?}` or `{"problem": <problem>, "retry_after"?, "ref"?}`; `token` is the
/// `Tidings-Token`.
#[utoipa::path(
    get, path = "/api/v1/ws", tag = "push", security((), ("token" = []), ("cookie" = [])),
    responses(
        (status = 101, description = "The socket is open: send the first frame"),
        (status = 400, description = "No WebSocket handshake"),
        (status = 403, description = "A page of an origin that may not use the service"),
    )
)]
#[expect(dead_code, reason = "it describes a call that the notifier serves")]
fn ws() {}

fn routes(classic: bool) -> OpenApiRouter<Arc<Api>> {
    let v1 = commands::routes()
        .merge(queries::routes())
        .merge(attachments::routes())
        .merge(audit::routes())
        .merge(identity::routes())
        .merge(webhooks::routes())
        .merge(admin::routes());
    let routes = OpenApiRouter::with_openapi(Description::openapi())
        .nest("/api/v1", v1)
        .merge(identity::keys());
    let mut routes = if classic {
        routes.nest("/api", classic::routes())
    } else {
        routes
    };
    description::complete(routes.get_openapi_mut());
    routes
}

/// The API's router; its description stands at `/openapi.json`, to be browsed at `/docs`.
pub fn router(api: Arc<Api>) -> Router {
    let (router, description) = routes(api.settings.classic).split_for_parts();
    router
        .with_state(api)
        .merge(SwaggerUi::new("/docs").url("/openapi.json", description))
}

/// The API's own description.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes(true).into_openapi()
}
