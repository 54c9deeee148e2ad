//! Step 6: the news. `GET /api/v1/events` tells every connected client what changed in its mailbox, and nothing twice.
//!
//! One rule makes it safe: *a hint is a doorbell, the table is the courier*. Each stream has a cursor in its owner's feed,
//! which is the rows of `inbox`, `sent_box` and `last_conversation` by (`changed`, `changed_n`). A row behind the cursor is
//! dropped, and whoever may have missed one reads the tables on from the cursor. So a client resumes, falls behind and
//! catches up by the same few lines, and lost, late and doubled hints do no harm.
//!
//! The way of a row: `hub` hears of it, `registry` knows who is connected, `line` queues it for one of them, and
//! `stream` is the body which hyper pulls. `backlog` reads what a stream has missed.

mod backlog;
mod delivered;
mod desk;
mod event;
mod feed;
mod frame;
mod get_events;
mod get_ws;
mod hub;
mod line;
mod meters;
mod notifier;
mod opening;
mod refusal;
mod registry;
mod router;
mod sessions;
mod settings;
mod socket;
mod sources;
mod stream;
mod tables;
#[cfg(test)]
mod tests;
mod typing;
mod unread;

pub use desk::{Desk, refusals, whoami};
pub use event::{Event, Item, MailboxBox};
pub use line::Hangup;
pub use notifier::Notifier;
pub use router::{events, ws};
pub use settings::Settings;
pub use sources::Sources;
pub use tables::{Bounds, Range, Tables};
