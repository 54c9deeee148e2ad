//! Step 6: every URL of the push stream.

use axum::{Router, routing::get};

use crate::{Desk, Notifier, Tables, get_events::get_events, get_ws::get_ws};

/// `GET /api/v1/events`. A layer around it says who calls ([`domain::Caller`] in the request's extensions); another one
/// around all of this room refuses tokens in the query and makes problem documents of the refusals' sentences.
pub fn events<T: Tables>(notifier: Notifier<T>) -> Router {
    Router::new()
        .route("/api/v1/events", get(get_events::<T>))
        .with_state(notifier)
}

/// `GET /api/v1/ws`. A layer around it says who calls if the handshake shows it: the first frame may as well.
pub fn ws(notifier: Notifier, desk: Desk) -> Router {
    Router::new()
        .route("/api/v1/ws", get(get_ws))
        .with_state((notifier, desk))
}
