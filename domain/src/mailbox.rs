//! What a mailbox shows: its rows as the read models hold them, and the shapes in which clients see them.
//!
//! REST answers and the push stream show the same shapes, so they are defined once, below both rooms.

mod change;
mod delivered;
mod replay;
mod rows;
mod shapes;

pub use change::{Change, News, Row};
pub use delivered::Delivered;
pub use replay::{Dispatched, Letter, Place, Received, Replay};
pub use rows::{ConversationRow, GroupRow, InboxRow, MessageRow, People, SentRow};
pub use shapes::{
    Attachment, Conversation, ConversationKind, InboxItem, Member, Message, Person, SentItem,
};
