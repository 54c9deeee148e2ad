//! Step 2: what an owner has seen: marks on received messages.
//!
//! One stream per owner and day. Its events do not depend on each other, so nothing is loaded before one is written.

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{AccountId, StoredForm, stored::json};

/// Stored name of [`Event::Read`].
pub const READ: &str = "marks.read";
/// Stored name of [`Event::Unread`].
pub const UNREAD: &str = "marks.unread";
/// Stored name of [`Event::Delivered`].
pub const DELIVERED: &str = "marks.delivered";

/// What happened to an owner's marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Messages were read. Their senders are told.
    #[serde(rename = "marks.read")]
    Read(Received),
    /// Messages count as unread again. Takes no receipt back.
    #[serde(rename = "marks.unread")]
    Unread(Own),
    /// Messages reached one of the owner's devices. Their senders are told.
    #[serde(rename = "marks.delivered")]
    Delivered(Received),
}

/// Received messages, with those who are to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MarksReceived))]
pub struct Received {
    /// Grouped by sender, so that each sender's mailbox finds its own rows, wherever it lives.
    pub from: Vec<From>,
}

/// Received messages of one sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MarksFrom))]
pub struct From {
    /// Who wrote them.
    pub sender: AccountId,
    /// The positions of their `message.sent`.
    pub positions: Vec<i64>,
}

/// Received messages, when nobody else is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = MarksOwn))]
pub struct Own {
    /// The positions of their `message.sent`.
    pub positions: Vec<i64>,
}

/// An owner's marks on one day. Nothing has to be remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {}

/// What the owner wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Mark as read.
    Read(Received),
    /// Mark as unread.
    Unread(Own),
    /// Note that they arrived.
    Deliver(Received),
}

/// Why it does not happen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// No message is named.
    #[error("no message is named")]
    Nothing,
}

impl Received {
    fn is_empty(&self) -> bool {
        self.from.iter().all(|from| from.positions.is_empty())
    }
}

impl Marks {
    /// Decides what happens.
    pub fn decide(&self, command: Command) -> Result<Event, Rejection> {
        match command {
            Command::Read(received) | Command::Deliver(received) if received.is_empty() => {
                Err(Rejection::Nothing)
            }
            Command::Unread(own) if own.positions.is_empty() => Err(Rejection::Nothing),
            Command::Read(received) => Ok(Event::Read(received)),
            Command::Unread(own) => Ok(Event::Unread(own)),
            Command::Deliver(received) => Ok(Event::Delivered(received)),
        }
    }
}

impl Aggregate for Marks {
    const TYPE: &'static str = "marks";
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
            Event::Read(_) | Event::Unread(_) | Event::Delivered(_) => {}
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
            Self::Read(_) => READ,
            Self::Unread(_) => UNREAD,
            Self::Delivered(_) => DELIVERED,
        }
    }

    fn payload(&self) -> serde_json::Result<String> {
        match self {
            Self::Read(received) | Self::Delivered(received) => json(received),
            Self::Unread(own) => json(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use uuid::Uuid;

    use super::*;

    fn received(positions: Vec<i64>) -> Received {
        Received {
            from: vec![From {
                sender: AccountId(Uuid::from_u128(1)),
                positions,
            }],
        }
    }

    fn given_nothing() -> cqrs_es::test::AggregateTestExecutor<Marks> {
        TestFramework::with(()).given_no_previous_events()
    }

    #[test]
    fn reading_any_number_is_one_event() {
        let many = received((1..=1000).collect());
        given_nothing()
            .when(Command::Read(many.clone()))
            .then_expect_events(vec![Event::Read(many)]);
    }

    #[test]
    fn nothing() {
        given_nothing()
            .when(Command::Read(received(vec![])))
            .then_expect_error(Rejection::Nothing);
        given_nothing()
            .when(Command::Deliver(received(vec![])))
            .then_expect_error(Rejection::Nothing);
        given_nothing()
            .when(Command::Unread(Own { positions: vec![] }))
            .then_expect_error(Rejection::Nothing);
    }

    #[test]
    fn stored_forms_are_frozen() {
        let events = [
            Event::Read(received(vec![7, 9])),
            Event::Unread(Own { positions: vec![7] }),
            Event::Delivered(received(vec![9])),
        ];
        for event in events {
            let stored = format!("{} {}", event.name(), event.payload().unwrap());
            insta::assert_snapshot!(event.name(), stored);
        }
    }
}
