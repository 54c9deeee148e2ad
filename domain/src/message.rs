//! Step 2: a message, from being sent to being taken back.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::{AccountId, ConversationId, MessageId, Sealed, StoredForm, stored::json};

/// Stored name of [`Sent`].
pub const SENT: &str = "message.sent";
/// Stored name of [`Edited`].
pub const EDITED: &str = "message.edited";
/// Stored name of [`Unsent`].
pub const UNSENT: &str = "message.unsent";

/// What happened to a message. `C` is its text: sealed in the log, [`Content`] on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event<C = Sealed> {
    /// It was sent.
    #[serde(rename = "message.sent")]
    Sent(Sent<C>),
    /// Its sender gave it another text.
    #[serde(rename = "message.edited")]
    Edited(Edited<C>),
    /// Its sender took it back for everybody.
    #[serde(rename = "message.unsent")]
    Unsent(Unsent),
}

/// A message was sent. Its position in the log is its place in every mailbox, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MessageSent))]
pub struct Sent<C = Sealed> {
    /// Who wrote it.
    pub sender: AccountId,
    /// Where.
    pub conversation: ConversationId,
    /// Who receives it: everybody in the conversation but the sender; nobody for a note to oneself.
    pub recipients: Recipients,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// What it says.
    pub content: C,
}

/// A message was given another text. The log keeps every version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MessageEdited))]
pub struct Edited<C = Sealed> {
    /// Who wrote it.
    pub sender: AccountId,
    /// Where.
    pub conversation: ConversationId,
    /// Whose mailboxes it is in.
    pub recipients: Recipients,
    /// The position of its `message.sent`, by which mailboxes know it.
    pub position: i64,
    /// What it says now.
    pub content: C,
}

/// A message was taken back: its keys are destroyed, a tombstone stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MessageUnsent))]
pub struct Unsent {
    /// Who wrote it.
    pub sender: AccountId,
    /// Where.
    pub conversation: ConversationId,
    /// Whose mailboxes it is in.
    pub recipients: Recipients,
    /// The position of its `message.sent`.
    pub position: i64,
}

/// Who receives a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Recipients {
    /// These people.
    People(Vec<AccountId>),
    /// Who was in the named group, but the sender.
    Group {
        /// The length of the group's stream when the message was sent: the log refuses it once that is no longer so.
        membership: i64,
    },
}

impl Recipients {
    /// The people that are named; of a group, its own stream tells who they are.
    #[must_use]
    pub fn people(&self) -> &[AccountId] {
        match self {
            Self::People(people) => people,
            Self::Group { .. } => &[],
        }
    }

    /// Whether it went to a named group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self, Self::Group { .. })
    }
}

/// What a message says, opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MessageContent))]
pub struct Content {
    /// May be empty.
    pub subject: String,
    /// What it says. May be empty beside an attachment.
    pub body: String,
    /// What comes with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A file that comes with a message. Its bytes are not in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MessageAttachment))]
pub struct Attachment {
    /// Its id.
    pub id: Uuid,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
}

/// A message as its own events tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// Nobody has sent it.
    #[default]
    NotYet,
    /// It is in mailboxes.
    Sent(Letter),
    /// It was taken back.
    TakenBack(Letter),
}

/// Who wrote to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Who wrote it.
    pub sender: AccountId,
    /// Where.
    pub conversation: ConversationId,
    /// Whose mailboxes it is in.
    pub recipients: Recipients,
}

/// What somebody wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send a message which nobody has sent yet.
    Send {
        /// The whole event: there is nothing to decide but whether it is new.
        message: Sent,
    },
    /// Give it another text.
    Edit {
        /// Who asks.
        by: AccountId,
        /// The position of its `message.sent`.
        position: i64,
        /// The new text.
        content: Sealed,
    },
    /// Take it back.
    Unsend {
        /// Who asks.
        by: AccountId,
        /// The position of its `message.sent`.
        position: i64,
    },
}

/// Why it does not happen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// The id is taken.
    #[error("this message was sent already")]
    AlreadySent,
    /// There is no such message.
    #[error("there is no such message")]
    NotSent,
    /// Only the sender may.
    #[error("only its sender can change a message")]
    NotTheSender,
    /// Nothing is left to edit.
    #[error("this message was taken back")]
    TakenBack,
}

impl Message {
    /// Decides what happens, from what has happened.
    pub fn decide(&self, command: Command) -> Result<Option<Event>, Rejection> {
        match (self, command) {
            (Self::NotYet, Command::Send { message }) => Ok(Some(Event::Sent(message))),
            (Self::Sent(_) | Self::TakenBack(_), Command::Send { .. }) => {
                Err(Rejection::AlreadySent)
            }
            (Self::NotYet, Command::Edit { .. } | Command::Unsend { .. }) => {
                Err(Rejection::NotSent)
            }
            (
                Self::Sent(letter) | Self::TakenBack(letter),
                Command::Edit { by, .. } | Command::Unsend { by, .. },
            ) if by != letter.sender => Err(Rejection::NotTheSender),
            (
                Self::Sent(letter),
                Command::Edit {
                    position, content, ..
                },
            ) => {
                let Letter {
                    sender,
                    conversation,
                    recipients,
                } = letter.clone();
                Ok(Some(Event::Edited(Edited {
                    sender,
                    conversation,
                    recipients,
                    position,
                    content,
                })))
            }
            (Self::Sent(letter), Command::Unsend { position, .. }) => {
                let Letter {
                    sender,
                    conversation,
                    recipients,
                } = letter.clone();
                Ok(Some(Event::Unsent(Unsent {
                    sender,
                    conversation,
                    recipients,
                    position,
                })))
            }
            (Self::TakenBack(_), Command::Edit { .. }) => Err(Rejection::TakenBack),
            // Taking back twice is taking back once.
            (Self::TakenBack(_), Command::Unsend { .. }) => Ok(None),
        }
    }
}

impl Aggregate for Message {
    const TYPE: &'static str = "message";
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
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Sent(Sent {
                sender,
                conversation,
                recipients,
                ..
            }) => {
                *self = Self::Sent(Letter {
                    sender,
                    conversation,
                    recipients,
                });
            }
            Event::Edited(_) => {}
            Event::Unsent(Unsent {
                sender,
                conversation,
                recipients,
                ..
            }) => {
                *self = Self::TakenBack(Letter {
                    sender,
                    conversation,
                    recipients,
                });
            }
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

impl<C: Serialize> StoredForm for Event<C> {
    fn name(&self) -> &'static str {
        match self {
            Self::Sent(_) => SENT,
            Self::Edited(_) => EDITED,
            Self::Unsent(_) => UNSENT,
        }
    }

    fn payload(&self) -> serde_json::Result<String> {
        match self {
            Self::Sent(sent) => json(sent),
            Self::Edited(edited) => json(edited),
            Self::Unsent(unsent) => json(unsent),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;

    use super::*;
    use crate::conversation;

    const ALICE: AccountId = AccountId(Uuid::from_u128(1));
    const BOB: AccountId = AccountId(Uuid::from_u128(2));

    fn text(n: u128) -> Sealed {
        Sealed {
            key: Uuid::from_u128(n),
            sealed: "c2VhbGVk".into(),
        }
    }

    fn sent() -> Sent {
        Sent {
            sender: ALICE,
            conversation: conversation::id_of(&[ALICE, BOB]),
            recipients: Recipients::People(vec![BOB]),
            reply_to: None,
            content: text(10),
        }
    }

    fn edited() -> Event {
        let Sent {
            sender,
            conversation,
            recipients,
            ..
        } = sent();
        Event::Edited(Edited {
            sender,
            conversation,
            recipients,
            position: 7,
            content: text(11),
        })
    }

    fn unsent() -> Event {
        let Sent {
            sender,
            conversation,
            recipients,
            ..
        } = sent();
        Event::Unsent(Unsent {
            sender,
            conversation,
            recipients,
            position: 7,
        })
    }

    fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<Message> {
        TestFramework::with(()).given(events)
    }

    fn edit(by: AccountId) -> Command {
        Command::Edit {
            by,
            position: 7,
            content: text(11),
        }
    }

    fn unsend(by: AccountId) -> Command {
        Command::Unsend { by, position: 7 }
    }

    #[test]
    fn a_new_message_is_sent() {
        given(vec![])
            .when(Command::Send { message: sent() })
            .then_expect_events(vec![Event::Sent(sent())]);
    }

    #[test]
    fn already_sent() {
        given(vec![Event::Sent(sent())])
            .when(Command::Send { message: sent() })
            .then_expect_error(Rejection::AlreadySent);
    }

    #[test]
    fn not_sent() {
        given(vec![])
            .when(edit(ALICE))
            .then_expect_error(Rejection::NotSent);
        given(vec![])
            .when(unsend(ALICE))
            .then_expect_error(Rejection::NotSent);
    }

    #[test]
    fn not_the_sender() {
        given(vec![Event::Sent(sent())])
            .when(edit(BOB))
            .then_expect_error(Rejection::NotTheSender);
        given(vec![Event::Sent(sent())])
            .when(unsend(BOB))
            .then_expect_error(Rejection::NotTheSender);
    }

    #[test]
    fn taken_back() {
        let history = vec![Event::Sent(sent()), unsent()];
        given(history)
            .when(edit(ALICE))
            .then_expect_error(Rejection::TakenBack);
    }

    #[test]
    fn its_sender_edits_and_takes_back() {
        given(vec![Event::Sent(sent())])
            .when(edit(ALICE))
            .then_expect_events(vec![edited()]);
        given(vec![Event::Sent(sent()), edited()])
            .when(unsend(ALICE))
            .then_expect_events(vec![unsent()]);
    }

    #[test]
    fn taking_back_twice_is_taking_back_once() {
        given(vec![Event::Sent(sent()), unsent()])
            .when(unsend(ALICE))
            .then_expect_events(vec![]);
    }

    #[test]
    fn stored_forms_are_frozen() {
        for event in [Event::Sent(sent()), edited(), unsent()] {
            let stored = format!("{} {}", event.name(), event.payload().unwrap());
            insta::assert_snapshot!(event.name(), stored);
        }
    }

    #[test]
    fn the_stored_form_to_a_group_is_frozen() {
        let recipients = Recipients::Group { membership: 3 };
        let to_group = Event::Sent(Sent {
            recipients,
            ..sent()
        });
        insta::assert_snapshot!(to_group.payload().unwrap());
        let read: Sent = serde_json::from_str(&to_group.payload().unwrap()).unwrap();
        assert_eq!(Event::Sent(read), to_group);
    }
}
