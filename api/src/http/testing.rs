//! What the tests of this folder share.

use std::sync::Arc;

use axum::{Router, extract::Request, response::Response};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use super::{Clock, HttpSettings, Limits, Throttle, layers};

pub(crate) fn settings() -> HttpSettings {
    HttpSettings::new(Arc::new(|| Uuid::from_u128(7)))
}

pub(crate) fn throttle() -> Arc<Throttle> {
    Arc::new(Throttle::new(
        &Limits {
            on: false,
            ..Limits::default()
        },
        Clock::system(),
    ))
}

/// `router` with everything on.
pub(crate) fn http(router: Router) -> Router {
    layers(router, settings(), throttle())
}

pub(crate) async fn ask(app: &Router, request: Request) -> Response {
    app.clone()
        .oneshot(request)
        .await
        .expect("a router always answers")
}

/// The document of a problem; anything else fails the test.
pub(crate) async fn problem_of(response: Response) -> Value {
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(document["status"], status.as_u16());
    document
}
