//! Telling that a message reached one of its owner's devices.

use domain::{AccountId, mailbox::InboxRow};
use uuid::Uuid;

/// A received message was written to an open stream of its owner. Told once a stream, so possibly several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Who received it.
    pub owner: AccountId,
    /// Its `message.sent`.
    pub position: i64,
    /// Who wrote it.
    pub sender: AccountId,
}

impl Delivered {
    /// What there is to tell when this row is written to a stream: nothing, if it was told before.
    pub(crate) fn by(owner: AccountId, row: &InboxRow) -> Option<Self> {
        let news = row.delivered_at.is_none()
            && row.deleted_at.is_none()
            && row.message.sender_id != Uuid::from(owner);
        news.then_some(Self {
            owner,
            position: row.message.position,
            sender: row.message.sender_id.into(),
        })
    }
}
