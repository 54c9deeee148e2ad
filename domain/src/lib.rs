//! Step 2: what may happen, and what happened.
//!
//! The language of the house: ids, commands, events and decisions. Pure: no I/O, no clock, no randomness; ids, times and
//! sealed texts are handed in. Stands on nothing else of the workspace.

pub mod account;
pub mod audit;
pub mod boxes;
mod bucket;
mod caller;
mod catalogue;
pub mod conversation;
pub mod group;
mod ids;
pub mod mailbox;
pub mod marks;
pub mod message;
mod metadata;
#[cfg(feature = "openapi")]
pub mod schemas;
mod seal;
mod stored;
pub mod times;
mod typing;
pub mod webhook;

pub use bucket::{MAILBOX_BUCKETS, SUBJECT_BUCKETS, mailbox_bucket, subject_bucket};
pub use caller::Caller;
pub use catalogue::{Event, NAMES, Opened, UnknownEvent};
pub use ids::{AccountId, ConversationId, Day, MessageId, SessionId};
pub use metadata::Metadata;
pub use seal::Sealed;
pub use stored::{StoredForm, Upcaster};
pub use typing::Typing;
