//! Where a stream starts, and what it says first and last.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::SessionId;
use eventlog::{Bug, Token, planted};

use crate::{Event, frame, notifier::Shared, tables::Tables};

/// A stream's first bytes and its place.
pub(crate) struct Opening {
    pub hello: Bytes,
    pub cursor: Token,
    pub checkpoint: i64,
}

/// For a client which has come to `last_event_id`, or comes for the first time. A place that is not of this log, or not in
/// it yet, is never met with silence.
pub(crate) async fn read<T: Tables>(
    shared: &Shared<T>,
    session: SessionId,
    last_event_id: Option<&[u8]>,
) -> Result<Opening, sqlx::Error> {
    let checkpoint = shared.tables.checkpoint().await?;
    let resumed = match last_event_id.and_then(|id| token(shared, id)) {
        Some(token)
            if token.position > checkpoint && token.position > shared.tables.head().await? =>
        {
            None
        }
        token => token,
    };
    let now = Token::after(checkpoint);
    let cursor = resumed
        .filter(|_| !planted(Bug::ResumeFromTheHead))
        .unwrap_or(now);
    let is_lost = last_event_id.is_some() && resumed.is_none();
    let hello = hello(
        shared,
        session,
        cursor,
        now,
        is_lost,
        eventlog::fresh::now(),
    );
    Ok(Opening {
        hello,
        cursor,
        checkpoint,
    })
}

fn token<T>(shared: &Shared<T>, text: &[u8]) -> Option<Token> {
    shared.tokens.read(std::str::from_utf8(text).ok()?).ok()
}

fn hello<T>(
    shared: &Shared<T>,
    session: SessionId,
    cursor: Token,
    now: Token,
    is_lost: bool,
    occurred_at: DateTime<Utc>,
) -> Bytes {
    let mut out = Vec::with_capacity(512);
    let id = shared.tokens.write(cursor);
    frame::retry(&mut out, session, 2_000, 1_000);
    frame::write(
        &mut out,
        Some(&id),
        &Event::Hello {
            occurred_at,
            token: shared.tokens.write(now),
        },
    );
    if is_lost {
        frame::write(&mut out, Some(&id), &Event::Reset { occurred_at });
    }
    out.into()
}

/// The last event when the service goes down. The clients of a whole node come again spread over five seconds.
pub(crate) fn bye(session: SessionId, occurred_at: DateTime<Utc>) -> Bytes {
    let mut out = Vec::with_capacity(128);
    frame::retry(&mut out, session, 500, 5_000);
    frame::write(&mut out, None, &Event::Bye { occurred_at });
    out.into()
}
