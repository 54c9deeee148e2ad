//! Telling that a message reached one of its owner's devices.

use domain::{
    AccountId,
    mailbox::{Delivered, InboxRow},
};
use uuid::Uuid;

/// What there is to tell when this row is written to a stream: nothing, if it was told before.
pub(crate) fn delivered(owner: AccountId, row: &InboxRow) -> Option<Delivered> {
    let is_news = row.delivered_at.is_none()
        && row.deleted_at.is_none()
        && row.message.sender_id != Uuid::from(owner);
    is_news.then_some(Delivered {
        owner,
        position: row.message.position,
        sender: row.message.sender_id.into(),
        at: eventlog::fresh::now(),
    })
}
