//! Step 2: what an owner does to the own mailbox, for this owner alone: a message goes out of sight or comes back, a
//! conversation is put away or kept quiet, somebody is blocked.
//!
//! One stream per owner and day. Its events do not depend on each other, so nothing is loaded before one is written.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{AccountId, ConversationId, StoredForm, stored::json};

/// Stored name of [`Event::Deleted`].
pub const DELETED: &str = "box.deleted";
/// Stored name of [`Event::Restored`].
pub const RESTORED: &str = "box.restored";

/// Stored name of [`Event::Archived`].
pub const ARCHIVED: &str = "box.archived";
/// Stored name of [`Event::Unarchived`].
pub const UNARCHIVED: &str = "box.unarchived";
/// Stored name of [`Event::Muted`].
pub const MUTED: &str = "box.muted";
/// Stored name of [`Event::Unmuted`].
pub const UNMUTED: &str = "box.unmuted";
/// Stored name of [`Event::Blocked`].
pub const BLOCKED: &str = "box.blocked";
/// Stored name of [`Event::Unblocked`].
pub const UNBLOCKED: &str = "box.unblocked";

/// What happened in a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Messages went out of sight.
    #[serde(rename = "box.deleted")]
    Deleted(Messages),
    /// Messages came back.
    #[serde(rename = "box.restored")]
    Restored(Messages),
    /// A conversation was put away. The next message in it brings it back.
    #[serde(rename = "box.archived")]
    Archived(Conversation),
    /// A conversation was brought back.
    #[serde(rename = "box.unarchived")]
    Unarchived(Conversation),
    /// A conversation is kept quiet.
    #[serde(rename = "box.muted")]
    Muted(Conversation),
    /// A conversation may be heard again.
    #[serde(rename = "box.unmuted")]
    Unmuted(Conversation),
    /// Somebody's direct messages no longer come in.
    #[serde(rename = "box.blocked")]
    Blocked(Person),
    /// Somebody's direct messages come in again.
    #[serde(rename = "box.unblocked")]
    Unblocked(Person),
}

/// One of the owner's conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BoxConversation))]
pub struct Conversation {
    /// Which.
    pub conversation: ConversationId,
}

/// Somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BoxPerson))]
pub struct Person {
    /// Who.
    pub account: AccountId,
}

/// Messages in one of the owner's boxes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BoxMessages))]
pub struct Messages {
    /// Which box.
    #[serde(rename = "box")]
    pub which: Which,
    /// The positions of their `message.sent`.
    pub positions: Vec<i64>,
}

/// One of the two boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = BoxWhich))]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// What was received.
    Inbox,
    /// What was sent.
    Sent,
}

/// An owner's boxes on one day. Nothing has to be remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boxes {}

/// What the owner wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Out of sight.
    Delete(Messages),
    /// Back again.
    Restore(Messages),
    /// Put away, or back.
    Archive(ConversationId, bool),
    /// Kept quiet, or not.
    Mute(ConversationId, bool),
    /// Kept out, or not.
    Block(AccountId, bool),
}

/// Why it does not happen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// No message is named.
    #[error("no message is named")]
    Nothing,
}

impl Boxes {
    /// Decides what happens.
    pub fn decide(&self, command: Command) -> Result<Event, Rejection> {
        match command {
            Command::Delete(messages) | Command::Restore(messages)
                if messages.positions.is_empty() =>
            {
                Err(Rejection::Nothing)
            }
            Command::Delete(messages) => Ok(Event::Deleted(messages)),
            Command::Restore(messages) => Ok(Event::Restored(messages)),
            Command::Archive(conversation, true) => {
                Ok(Event::Archived(Conversation { conversation }))
            }
            Command::Archive(conversation, false) => {
                Ok(Event::Unarchived(Conversation { conversation }))
            }
            Command::Mute(conversation, true) => Ok(Event::Muted(Conversation { conversation })),
            Command::Mute(conversation, false) => Ok(Event::Unmuted(Conversation { conversation })),
            Command::Block(account, true) => Ok(Event::Blocked(Person { account })),
            Command::Block(account, false) => Ok(Event::Unblocked(Person { account })),
        }
    }
}

impl Aggregate for Boxes {
    const TYPE: &'static str = "box";
    type Command = Command;
    type Event = Event;
    type Error = Rejection;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Rejection> {
        sink.write(self.decide(command)?, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Deleted(_)
            | Event::Restored(_)
            | Event::Archived(_)
            | Event::Unarchived(_)
            | Event::Muted(_)
            | Event::Unmuted(_)
            | Event::Blocked(_)
            | Event::Unblocked(_) => {}
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}

impl StoredForm for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Deleted(_) => DELETED,
            Self::Restored(_) => RESTORED,
            Self::Archived(_) => ARCHIVED,
            Self::Unarchived(_) => UNARCHIVED,
            Self::Muted(_) => MUTED,
            Self::Unmuted(_) => UNMUTED,
            Self::Blocked(_) => BLOCKED,
            Self::Unblocked(_) => UNBLOCKED,
        }
    }

    fn payload(&self) -> serde_json::Result<String> {
        match self {
            Self::Deleted(messages) | Self::Restored(messages) => json(messages),
            Self::Archived(conversation)
            | Self::Unarchived(conversation)
            | Self::Muted(conversation)
            | Self::Unmuted(conversation) => json(conversation),
            Self::Blocked(person) | Self::Unblocked(person) => json(person),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use uuid::Uuid;

    use super::*;

    fn messages(which: Which) -> Messages {
        Messages {
            which,
            positions: vec![7, 9],
        }
    }

    #[test]
    fn a_message_goes_and_comes_back() {
        let framework = TestFramework::<Boxes>::with(());
        framework
            .given_no_previous_events()
            .when(Command::Delete(messages(Which::Inbox)))
            .then_expect_events(vec![Event::Deleted(messages(Which::Inbox))]);
        TestFramework::<Boxes>::with(())
            .given(vec![Event::Deleted(messages(Which::Inbox))])
            .when(Command::Restore(messages(Which::Inbox)))
            .then_expect_events(vec![Event::Restored(messages(Which::Inbox))]);
    }

    #[test]
    fn nothing() {
        TestFramework::<Boxes>::with(())
            .given_no_previous_events()
            .when(Command::Delete(Messages {
                which: Which::Sent,
                positions: vec![],
            }))
            .then_expect_error(Rejection::Nothing);
    }

    #[test]
    fn stored_forms_are_frozen() {
        let conversation = ConversationId(Uuid::from_u128(1));
        let conversation = Conversation { conversation };
        let account = AccountId(Uuid::from_u128(2));
        for event in [
            Event::Deleted(messages(Which::Inbox)),
            Event::Restored(messages(Which::Sent)),
            Event::Archived(conversation),
            Event::Unarchived(conversation),
            Event::Muted(conversation),
            Event::Unmuted(conversation),
            Event::Blocked(Person { account }),
            Event::Unblocked(Person { account }),
        ] {
            let stored = format!("{} {}", event.name(), event.payload().unwrap());
            insta::assert_snapshot!(event.name(), stored);
        }
    }
}
