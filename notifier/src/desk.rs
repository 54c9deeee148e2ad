//! The room that takes commands, as this one sees it: requests without a socket. The root hands it in, since rooms beside
//! each other do not know each other.

use axum::{
    Extension, Router,
    extract::Request,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::Caller;
use http::StatusCode;
use tower::ServiceExt;

use crate::refusal::Refusal;

/// Where a desk says who shows a token.
pub(crate) const CALLER: &str = "/caller";
/// Where a desk writes a refusal of this room as every other one is written.
pub(crate) const REFUSAL: &str = "/refusal";

/// Answers what comes in over a WebSocket, as if it had come by itself.
#[derive(Clone)]
pub struct Desk {
    router: Router,
}

impl Desk {
    /// Over a router that takes the commands, with [`whoami`] behind the layer that asks for a token, [`refusals`] beside,
    /// and around it all what is around every request.
    #[must_use]
    pub fn new(router: Router) -> Self {
        Self { router }
    }

    pub(crate) async fn ask(&self, request: Request) -> Response {
        match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Says who was found to ask, in the answer's extensions.
pub fn whoami() -> Router {
    let say = async |Extension(caller): Extension<Caller>| {
        (Extension(caller), StatusCode::NO_CONTENT).into_response()
    };
    Router::new().route(CALLER, get(say))
}

/// Says what it is told to, so that the layers around make a problem document of it.
pub fn refusals() -> Router {
    Router::new().route(
        REFUSAL,
        get(async |Extension(refusal): Extension<Refusal>| refusal),
    )
}
