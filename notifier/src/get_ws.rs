//! Step 6: `GET /api/v1/ws`: the same stream over a `WebSocket`, and commands the other way.

use std::net::SocketAddr;

use axum::{
    Extension,
    extract::{
        ConnectInfo, State, WebSocketUpgrade,
        ws::{WebSocket, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use domain::Caller;
use http::{HeaderMap, HeaderName, StatusCode};
use tokio_util::sync::CancellationToken;

use crate::{
    Desk, Hangup, Notifier,
    refusal::Refusal,
    socket::{self, Visitor},
};

/// The longest frame a client may send.
const LONGEST: usize = 1024 * 1024;
/// What is set aside for each socket: most of them are idle most of the time.
const BUFFER: usize = 4 * 1024;

pub(crate) async fn get_ws(
    State((notifier, desk)): State<(Notifier, Desk)>,
    caller: Option<Extension<Caller>>,
    hangup: Option<Extension<Hangup>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade.map_err(|_| NOT_A_WEBSOCKET)?;
    let hangup = hangup.map_or_else(|| Hangup(CancellationToken::new()), |Extension(own)| own);
    let visitor = Visitor {
        notifier,
        desk,
        caller: caller.map(|Extension(caller)| caller),
        peer: peer.map(|Extension(peer)| peer),
        forwarded: forwarded(&headers),
        hangup,
    };
    Ok(upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(LONGEST)
        .max_frame_size(LONGEST)
        .on_upgrade(async move |socket: WebSocket| socket::attend(socket, visitor).await))
}

const NOT_A_WEBSOCKET: Refusal = Refusal::of(
    StatusCode::BAD_REQUEST,
    "This is a WebSocket: connect with Upgrade: websocket and Sec-WebSocket-Version: 13.",
);

/// What says from where the client comes: its commands count for the same address as its other requests.
fn forwarded(headers: &HeaderMap) -> HeaderMap {
    let names = ["forwarded", "x-forwarded-for", "x-forwarded-proto"].map(HeaderName::from_static);
    let told = headers.iter().filter(|(name, _)| names.contains(name));
    told.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
