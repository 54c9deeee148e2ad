//! Events as bytes: `text/event-stream`.

use std::cell::OnceCell;
use std::io::Write as _;

use bytes::Bytes;
use domain::{
    AccountId, SessionId,
    mailbox::{Delivered, Row},
};
use eventlog::{Token, Tokens};

use crate::{Event, delivered, meters::Fresh};

/// A comment: nothing happened, and the connection works.
pub(crate) const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// What one poll of a stream gives.
#[derive(Debug)]
pub(crate) struct Frame {
    pub bytes: Bytes,
    pub delivered: Option<Delivered>,
    /// Whose way here is measured.
    pub fresh: Option<Fresh>,
}

/// Adds an event. Every value is ours and JSON escapes line ends, so nothing in it can end a line.
pub(crate) fn write(out: &mut Vec<u8>, id: Option<&str>, event: &Event) {
    if let Some(id) = id {
        line(out, "id", id);
    }
    line(out, "event", event.name());
    out.extend_from_slice(b"data: ");
    let written = serde_json::to_writer(&mut *out, event);
    debug_assert!(
        written.is_ok(),
        "strings, numbers and times always serialize"
    );
    out.extend_from_slice(b"\n\n");
}

/// One event alone.
pub(crate) fn alone(id: Option<&str>, event: &Event) -> Bytes {
    // Most rows fit, and need not be moved as they grow.
    let mut out = Vec::with_capacity(1_024);
    write(&mut out, id, event);
    out.into()
}

/// When the client may come again: spread by the random bits of its session's id, so that a crowd does not come at once.
pub(crate) fn retry(out: &mut Vec<u8>, session: SessionId, at_least: u128, spread: u128) {
    let milliseconds = at_least + session.0.as_u128() % spread;
    // Writing to memory cannot fail.
    let _ = write!(out, "retry: {milliseconds}\n\n");
}

fn line(out: &mut Vec<u8>, field: &str, value: &str) {
    for part in [field, ": ", value, "\n"] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// A row's place in its owner's feed.
pub(crate) fn place(row: &Row) -> Token {
    let (position, ordinal) = row.changed();
    Token {
        position,
        ordinal: ordinal.unsigned_abs(),
    }
}

/// A row for all of its owner's streams, made into bytes once for those who know the item and once for those who do not.
pub(crate) struct Shared<'a> {
    owner: AccountId,
    row: &'a Row,
    new: OnceCell<Bytes>,
    changed: OnceCell<Bytes>,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(owner: AccountId, row: &'a Row) -> Self {
        Self {
            owner,
            row,
            new: OnceCell::new(),
            changed: OnceCell::new(),
        }
    }

    pub(crate) fn place(&self) -> Token {
        place(self.row)
    }

    /// For a stream that has seen everything up to a position.
    pub(crate) fn frame(&self, seen: i64, tokens: &Tokens) -> Frame {
        let cell = if position(self.row).is_some_and(|position| position > seen) {
            &self.new
        } else {
            &self.changed
        };
        let bytes = cell.get_or_init(|| {
            alone(
                Some(&tokens.write(self.place())),
                &Event::of(self.row.clone(), seen),
            )
        });
        Frame {
            bytes: bytes.clone(),
            delivered: delivered(self.owner, self.row),
            fresh: Fresh::of(self.row, seen),
        }
    }
}

/// Whether the row belongs to what `unread` counts.
pub(crate) fn counts(row: &Row) -> bool {
    match row {
        Row::Inbox(_) | Row::Conversation(_) => true,
        Row::Sent(_) => false,
    }
}

pub(crate) fn delivered(owner: AccountId, row: &Row) -> Option<Delivered> {
    match row {
        Row::Inbox(row) => delivered::delivered(owner, row),
        Row::Sent(_) | Row::Conversation(_) => None,
    }
}

fn position(row: &Row) -> Option<i64> {
    match row {
        Row::Inbox(row) => Some(row.message.position),
        Row::Sent(row) => Some(row.message.position),
        Row::Conversation(_) => None,
    }
}
