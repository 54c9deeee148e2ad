//! Step 1: every URL of the API, on one screen.

use std::sync::Arc;

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{Api, attachments, classic, commands, http::Problem, identity, queries};

/// The head of the API's own description. The push stream is another room's, so it is described here.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tidings",
        description = "An event-sourced messaging service.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(Problem)),
    paths(events)
)]
struct Description;

/// The push stream.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "push",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "Resume behind this place: any token will do"),
        ("last_event_id" = Option<String>, Query, description = "The same, for clients that cannot set headers"),
    ),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String))
)]
#[expect(dead_code, reason = "it describes a call that the notifier serves")]
fn events() {}

fn routes(classic: bool) -> OpenApiRouter<Arc<Api>> {
    let v1 = commands::routes()
        .merge(queries::routes())
        .merge(attachments::routes())
        .merge(identity::routes());
    let routes = OpenApiRouter::with_openapi(Description::openapi())
        .nest("/api/v1", v1)
        .merge(identity::keys());
    if classic {
        routes.nest("/api", classic::routes())
    } else {
        routes
    }
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
