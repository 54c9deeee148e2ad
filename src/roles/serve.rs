//! What a process answers, and where.

use std::sync::Arc;

use api::{
    Api,
    http::{Hangup, HttpSettings, ServeLimits, Throttle, layers, serve},
    identity::{note_caller, require_caller},
};
use axum::{
    Router,
    extract::{Request, State},
    http::header,
    middleware,
    response::IntoResponse,
    routing::get,
};
use notifier::{Desk, Notifier};
use tokio::net::TcpListener;

use super::{Crew, Roles};
use crate::{
    asyncapi,
    health::Health,
    telemetry::{self, Gauges},
    web,
};

/// Everything that everybody may ask for, as far as this process plays the role.
pub fn app(
    api: &Arc<Api>,
    notifier: &Notifier,
    health: &Health,
    roles: Roles,
    settings: HttpSettings,
) -> Router {
    let throttle = api.identity.shared_throttle();
    let mut router = health.router();
    if roles.notifier {
        let known = middleware::from_fn_with_state(Arc::clone(api), require_caller);
        let noted = middleware::from_fn_with_state(Arc::clone(api), note_caller);
        let desk = desk(api, settings.clone(), Arc::clone(&throttle));
        router = router
            .merge(notifier::events(notifier.clone()).route_layer(known))
            .merge(notifier::ws(notifier.clone(), desk).route_layer(noted))
            .layer(middleware::map_request(hand_over));
    }
    if roles.api {
        router = router
            .merge(api::router(Arc::clone(api)))
            .merge(asyncapi::router())
            .merge(web::router());
    }
    layers(router, settings, throttle)
}

/// What a `WebSocket`'s commands are asked of: the API, also where it has no door of its own, by all that every request
/// passes.
fn desk(api: &Arc<Api>, settings: HttpSettings, throttle: Arc<Throttle>) -> Desk {
    let known = middleware::from_fn_with_state(Arc::clone(api), require_caller);
    let router = api::router(Arc::clone(api))
        .merge(notifier::whoami().route_layer(known))
        .merge(notifier::refusals());
    Desk::new(layers(router, settings, throttle))
}

/// The accept loop's word, as the notifier knows it: neither of the two rooms knows the other.
async fn hand_over(mut request: Request) -> Request {
    if let Some(Hangup(token)) = request.extensions().get::<Hangup>().cloned() {
        request.extensions_mut().insert(notifier::Hangup(token));
    }
    request
}

/// Opens the door for everybody.
pub fn public(crew: &Crew, listener: TcpListener, app: Router, limits: ServeLimits) {
    keep_serving(crew, "http", listener, app, limits);
}

/// Opens the door for the operator.
pub fn admin(
    crew: &Crew,
    listener: TcpListener,
    health: &Health,
    gauges: Gauges,
    limits: ServeLimits,
) {
    let router = health
        .router()
        .route("/metrics", get(metrics).with_state(gauges));
    keep_serving(crew, "admin", listener, router, limits);
}

/// What was counted, in the form that Prometheus reads.
async fn metrics(State(gauges): State<Gauges>) -> impl IntoResponse {
    gauges.look().await;
    let form = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, form)], telemetry::metrics())
}

fn keep_serving(
    crew: &Crew,
    name: &'static str,
    listener: TcpListener,
    app: Router,
    limits: ServeLimits,
) {
    let listener = Arc::new(std::sync::Mutex::new(Some(listener)));
    crew.doors
        .keep(name, crew.endings.doors.clone(), move |shutdown| {
            let taken = listener
                .lock()
                .ok()
                .and_then(|mut listener| listener.take());
            let (app, limits) = (app.clone(), limits.clone());
            async move {
                let listener = taken.ok_or_else(|| anyhow::anyhow!("the listener is gone"))?;
                Ok(serve(listener, app, shutdown, limits).await?)
            }
        });
}
