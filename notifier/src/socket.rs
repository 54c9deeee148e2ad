//! Step 6: one `WebSocket`: who is there, then news one way and commands the other, until either end has enough.
//!
//! The news come from the same [`Stream`] that is the body of `GET /api/v1/events`, as bytes of an event stream, and are
//! cut into frames here ([`cut`]): one courier, two ways of framing.

mod ask;
mod cut;
mod greet;

use std::{net::SocketAddr, time::Duration};

use axum::{
    Error,
    extract::{
        ConnectInfo,
        ws::{CloseCode, CloseFrame, Message, Utf8Bytes, WebSocket, close_code},
    },
};
use domain::Caller;
use futures::SinkExt;
use http::{HeaderMap, StatusCode};
use tokio::{task::JoinHandle, time::timeout};

use self::cut::Piece;
use crate::{Desk, Hangup, Notifier, refusal::Refusal, stream::Stream};

/// For a command under way when the stream ends, and for the other end to say goodbye as well.
const FAREWELL: Duration = Duration::from_secs(2);

/// Who has knocked, and what is needed to let them in.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub notifier: Notifier,
    pub desk: Desk,
    /// Whom the handshake has shown, if anybody.
    pub caller: Option<Caller>,
    pub peer: Option<ConnectInfo<SocketAddr>>,
    pub forwarded: HeaderMap,
    pub hangup: Hangup,
}

/// Talks until the end. A reader that stands still is dropped in the middle of whatever is said to it.
pub(crate) async fn attend(mut socket: WebSocket, visitor: Visitor) {
    let hangup = visitor.hangup.0.clone();
    let talk = async {
        let code = match greet::greet(&mut socket, &visitor).await {
            Ok(Some((caller, stream))) => talk(&mut socket, &visitor, caller, stream).await?,
            Ok(None) => close_code::AWAY,
            Err(greet::Rejected { problem, code }) => {
                send(&mut socket, problem).await?;
                code
            }
        };
        close(&mut socket, code).await
    };
    // How it ends is the other end's business: nothing here can be done about it, so nothing is logged.
    let _ = hangup.run_until_cancelled(talk).await;
}

/// What happens next.
enum Happening {
    /// Bytes of the stream, or its end.
    News(Option<bytes::Bytes>),
    /// The client says something, or goes.
    Said(Option<Result<Message, Error>>),
    /// A command was carried out.
    Answered(Option<Utf8Bytes>),
}

/// News and commands until one side ends; with what to close.
async fn talk(
    socket: &mut WebSocket,
    visitor: &Visitor,
    caller: Caller,
    mut stream: Stream,
) -> Result<CloseCode, Error> {
    let mut command: Option<JoinHandle<Utf8Bytes>> = None;
    let mut last = None;
    loop {
        let happening = tokio::select! {
            news = stream.bytes() => Happening::News(news),
            answer = finished(&mut command) => Happening::Answered(answer),
            // One command at a time, so that answers come in the order of the questions.
            said = socket.recv(), if command.is_none() => Happening::Said(said),
        };
        match happening {
            Happening::News(Some(news)) => last = show(socket, &news).await?.or(last),
            Happening::News(None) => break,
            Happening::Answered(answer) => {
                command = None;
                if let Some(answer) = answer {
                    send(socket, answer).await?;
                }
            }
            Happening::Said(Some(Ok(Message::Text(text)))) => {
                command = Some(ask::carry_out(visitor, &caller, text));
            }
            Happening::Said(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Happening::Said(Some(Ok(Message::Binary(_)))) => {
                send(socket, ask::problem(visitor, BINARY, None).await).await?;
                return Ok(close_code::UNSUPPORTED);
            }
            Happening::Said(Some(Err(_))) => {
                send(socket, ask::problem(visitor, UNREADABLE, None).await).await?;
                return Ok(close_code::PROTOCOL);
            }
            Happening::Said(Some(Ok(Message::Close(_))) | None) => return Ok(close_code::NORMAL),
        }
    }
    drop(stream);
    if command.is_some()
        && let Ok(Some(answer)) = timeout(FAREWELL, finished(&mut command)).await
    {
        send(socket, answer).await?;
    }
    Ok(match last {
        Some("bye") => close_code::AWAY,
        Some("session.ended") => close_code::POLICY,
        _ => close_code::AGAIN,
    })
}

pub(crate) const BINARY: Refusal = Refusal::of(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "A frame is JSON, as text.",
);
pub(crate) const UNREADABLE: Refusal = Refusal::of(
    StatusCode::BAD_REQUEST,
    "A frame is text in UTF-8, of 1 MiB at most.",
);

/// The answer to the command under way; never, while there is none.
async fn finished(command: &mut Option<JoinHandle<Utf8Bytes>>) -> Option<Utf8Bytes> {
    match command {
        Some(command) => command.await.ok(),
        None => std::future::pending().await,
    }
}

/// Sends what the stream says. Which of its last words it says, if it does.
async fn show(socket: &mut WebSocket, news: &[u8]) -> Result<Option<&'static str>, Error> {
    let mut last = None;
    for piece in cut::pieces(news) {
        match piece {
            Piece::Event { name, text } => {
                last = ["bye", "session.ended"]
                    .into_iter()
                    .find(|last| *last == name)
                    .or(last);
                socket.feed(Message::Text(text.into())).await?;
            }
            Piece::Heartbeat => socket.feed(Message::Ping(bytes::Bytes::new())).await?,
        }
    }
    socket.flush().await?;
    Ok(last)
}

async fn send(socket: &mut WebSocket, text: Utf8Bytes) -> Result<(), Error> {
    socket.send(Message::Text(text)).await
}

/// Says goodbye and waits for the other end to say it too.
async fn close(socket: &mut WebSocket, code: CloseCode) -> Result<(), Error> {
    let reason = Utf8Bytes::default();
    socket
        .send(Message::Close(Some(CloseFrame { code, reason })))
        .await?;
    let rest = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = timeout(FAREWELL, rest).await;
    Ok(())
}
