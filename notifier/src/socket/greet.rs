//! The first frame: who is there, and how far they have come.

use std::time::Duration;

use axum::extract::ws::{CloseCode, Message, Utf8Bytes, WebSocket, close_code};
use domain::Caller;
use http::{Request, StatusCode, header};
use serde::Deserialize;
use tokio::time::timeout;

use super::{BINARY, UNREADABLE, Visitor, ask};
use crate::{desk, meters::Kind, refusal::Refusal, stream::Stream};

/// Until the first frame.
const WITHIN: Duration = Duration::from_secs(10);

/// `{"token", "last_event_id"}`, both of which may be missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    token: Option<String>,
    last_event_id: Option<String>,
}

/// Why nobody is let in.
pub(super) struct Rejected {
    pub problem: Utf8Bytes,
    pub code: CloseCode,
}

const SILENT: Refusal = Refusal::of(
    StatusCode::REQUEST_TIMEOUT,
    "Say {\"token\", \"last_event_id\"} in a first frame, within ten seconds.",
);
const MALFORMED: Refusal = Refusal::of(
    StatusCode::BAD_REQUEST,
    "The first frame is {\"token\", \"last_event_id\"}, and nothing else.",
);

/// Who is there, with their stream; nobody, if the other end has gone or the service goes down.
pub(super) async fn greet(
    socket: &mut WebSocket,
    visitor: &Visitor,
) -> Result<Option<(Caller, Stream)>, Rejected> {
    let first = timeout(WITHIN, first(socket));
    let closing = &visitor.notifier.shared.closing;
    let Some(first) = closing.run_until_cancelled(first).await else {
        return Ok(None);
    };
    let said = match first.unwrap_or(Err(SILENT)) {
        Ok(Some(said)) => said,
        Ok(None) => return Ok(None),
        Err(refusal) => return Err(refuse(visitor, refusal, close_code::POLICY).await),
    };
    let Ok(First {
        token,
        last_event_id,
    }) = serde_json::from_str(&said)
    else {
        return Err(refuse(visitor, MALFORMED, close_code::POLICY).await);
    };
    let caller = match token {
        Some(token) => whose(visitor, &token).await?,
        None => match visitor.caller.clone() {
            Some(caller) => caller,
            None => return Err(refuse(visitor, STRANGER, close_code::POLICY).await),
        },
    };
    let last_event_id = last_event_id.map(String::into_bytes);
    let last_event_id = last_event_id.as_deref().filter(|id| !id.is_empty());
    let hangup = Some(visitor.hangup.clone());
    match Stream::open(
        &visitor.notifier,
        Kind::WebSocket,
        &caller,
        hangup,
        last_event_id,
    )
    .await
    {
        Ok(stream) => Ok(Some((caller, stream))),
        Err(refusal) => Err(refuse(visitor, refusal, close_code::AGAIN).await),
    }
}

const STRANGER: Refusal = Refusal::of(
    StatusCode::UNAUTHORIZED,
    "Log in and send the token in the first frame.",
);

/// The first frame's text, unless the other end goes.
async fn first(socket: &mut WebSocket) -> Result<Option<Utf8Bytes>, Refusal> {
    loop {
        match socket.recv().await {
            Some(Ok(Message::Text(text))) => return Ok(Some(text)),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_))) => return Err(BINARY),
            Some(Ok(Message::Close(_))) | None => return Ok(None),
            Some(Err(_)) => return Err(UNREADABLE),
        }
    }
}

/// Whose token it is, as every other request with it would be told.
async fn whose(visitor: &Visitor, token: &str) -> Result<Caller, Rejected> {
    let request =
        Request::get(desk::CALLER).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let Ok(request) = ask::request(visitor, request, Vec::new()) else {
        return Err(refuse(visitor, STRANGER, close_code::POLICY).await);
    };
    let response = visitor.desk.ask(request).await;
    if let Some(caller) = response.extensions().get::<Caller>() {
        return Ok(caller.clone());
    }
    let code = if response.status() == StatusCode::UNAUTHORIZED {
        close_code::POLICY
    } else {
        close_code::AGAIN
    };
    Err(Rejected {
        problem: ask::answer(response, None).await,
        code,
    })
}

async fn refuse(visitor: &Visitor, refusal: Refusal, code: CloseCode) -> Rejected {
    Rejected {
        problem: ask::problem(visitor, refusal, None).await,
        code,
    }
}
