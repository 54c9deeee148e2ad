//! Step 2: what an auditor has read of the log: reading it is an event as well.
//!
//! One stream per auditor and day. What is read again within the same minute is noted once.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{AccountId, StoredForm, stored::json};

/// Stored name of [`Event::Read`].
pub const READ: &str = "audit.read";

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// An auditor read something.
    #[serde(rename = "audit.read")]
    Read(Read),
}

/// Something was read, once or often, within a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuditRead))]
pub struct Read {
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// The minute's beginning.
    pub minute: DateTime<Utc>,
}

/// What there is to be read. Somebody else's mailbox is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuditWhat))]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum What {
    /// Events as stored: texts sealed.
    Events,
    /// Events with their texts opened.
    Bodies,
    /// Signed heads, tiles and the public key.
    Tree,
    /// A mailbox.
    Mailbox {
        /// Whose.
        of: AccountId,
        /// With its texts.
        bodies: bool,
    },
}

/// What an auditor has read on one day: the latest of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    latest: Vec<Read>,
}

/// What is to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// That something is read now.
    Read {
        /// What.
        what: What,
        /// Now.
        at: DateTime<Utc>,
    },
}

/// Why it is not noted: there is no reason.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {}

impl Read {
    /// Something that is read at a time.
    #[must_use]
    pub fn at(what: What, at: DateTime<Utc>) -> Self {
        Self {
            what,
            // Fails for years that no clock shows.
            minute: at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at),
        }
    }
}

impl Audit {
    /// Decides what happens: nothing, when it was noted in this minute already, or in a later one by a faster clock.
    #[must_use]
    pub fn decide(&self, command: Command) -> Option<Event> {
        let Command::Read { what, at } = command;
        let read = Read::at(what, at);
        let is_noted = |noted: &Read| noted.what == read.what && noted.minute >= read.minute;
        (!self.latest.iter().any(is_noted)).then_some(Event::Read(read))
    }
}

impl Aggregate for Audit {
    const TYPE: &'static str = "audit";
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
        if let Some(event) = self.decide(command) {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Read(read) => {
                self.latest.retain(|noted| noted.what != read.what);
                self.latest.push(read);
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

impl StoredForm for Event {
    fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => READ,
        }
    }

    fn payload(&self) -> serde_json::Result<String> {
        match self {
            Self::Read(read) => json(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_040 + seconds, 0).unwrap()
    }

    fn mailbox(of: u128) -> What {
        What::Mailbox {
            of: AccountId(Uuid::from_u128(of)),
            bodies: true,
        }
    }

    fn read(what: What, seconds: i64) -> Command {
        let at = at(seconds);
        Command::Read { what, at }
    }

    fn noted(what: What, seconds: i64) -> Event {
        Event::Read(Read::at(what, at(seconds)))
    }

    fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<Audit> {
        TestFramework::with(()).given(events)
    }

    #[test]
    fn what_is_read_again_within_a_minute_is_noted_once() {
        given(vec![])
            .when(read(What::Events, 1))
            .then_expect_events(vec![noted(What::Events, 0)]);
        given(vec![noted(What::Events, 0)])
            .when(read(What::Events, 59))
            .then_expect_events(vec![]);
        given(vec![noted(What::Events, 0)])
            .when(read(What::Events, 60))
            .then_expect_events(vec![noted(What::Events, 60)]);
        given(vec![noted(What::Events, 60)])
            .when(read(What::Events, 59))
            .then_expect_events(vec![]);
    }

    #[test]
    fn another_kind_and_another_mailbox_are_noted_for_themselves() {
        let history = vec![noted(What::Events, 0), noted(mailbox(1), 0)];
        for what in [What::Bodies, What::Tree, mailbox(2)] {
            given(history.clone())
                .when(read(what, 1))
                .then_expect_events(vec![noted(what, 0)]);
        }
    }

    #[test]
    fn stored_forms_are_frozen() {
        let kinds = [What::Events, What::Bodies, What::Tree, mailbox(1)];
        let stored = kinds.map(|what| {
            let event = noted(what, 0);
            format!("{} {}", event.name(), event.payload().unwrap())
        });
        insta::assert_snapshot!(READ, stored.join("\n"));
    }
}
