//! Messages by their ids, as the log knows them: at once, on any node, before a read model does.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event, MessageId,
    account::Profile,
    message::{self, Content, Sent},
};
use eventlog::Recorded;

use crate::{Api, http::Problem};

/// A `message.sent`, with its place. The text is gone when it was erased.
pub(crate) struct Letter {
    pub position: i64,
    pub sent_at: DateTime<Utc>,
    pub sent: Sent<Option<Content>>,
}

impl Letter {
    /// Whether somebody wrote it or received it.
    pub(crate) fn concerns(&self, account: AccountId) -> bool {
        self.sent.sender == account || self.sent.recipients.contains(&account)
    }

    fn of(recorded: &Recorded) -> Result<Option<Self>, eventlog::Error> {
        let event = Event::<Option<Content>, Option<Profile>>::read(
            &recorded.name,
            &recorded.version,
            recorded.data.get(),
        )?;
        Ok(match event {
            Event::Message(message::Event::Sent(sent)) => Some(Self {
                position: recorded.position,
                sent_at: recorded.recorded_at,
                sent,
            }),
            _ => None,
        })
    }
}

impl Api {
    /// A message, whoever it concerns.
    pub(crate) async fn letter(&self, id: MessageId) -> Result<Option<Letter>, Problem> {
        match self.reader.first_of("message", &id.to_string()).await? {
            Some(recorded) => Ok(Letter::of(&recorded)?),
            None => Ok(None),
        }
    }

    /// A message which somebody wrote or received. What is not there and what is not theirs look the same.
    pub(crate) async fn own_letter(
        &self,
        account: AccountId,
        id: MessageId,
    ) -> Result<Letter, Problem> {
        match self.letter(id).await? {
            Some(letter) if letter.concerns(account) => Ok(letter),
            _ => Err(Problem::not_found()),
        }
    }

    /// A message by the position of its `message.sent`, if one is there.
    pub(crate) async fn letter_at(&self, position: i64) -> Result<Option<Letter>, Problem> {
        match self.reader.after(position - 1, 1).await?.pop() {
            Some(recorded) if recorded.position == position && recorded.name == message::SENT => {
                Ok(Letter::of(&recorded)?)
            }
            _ => Ok(None),
        }
    }
}
