//! Messages by their ids, as the log knows them: at once, on any node, before a read model does.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Caller, Event, MessageId, Opened,
    mailbox::{Attachment, Message, Person},
    message::{self, Content, Recipients, Sent},
};
use eventlog::Recorded;
use uuid::Uuid;

use crate::{Api, http::Problem};

/// A `message.sent`, with its place. The text is gone when it was erased, or does not open.
pub(crate) struct Letter {
    pub position: i64,
    pub sent_at: DateTime<Utc>,
    pub sent: Sent<Option<Content>>,
    /// Damage keeps the text from being read.
    pub is_unopened: bool,
}

impl Letter {
    /// The text; `None` once it was erased. What does not open is not taken for that.
    pub(crate) fn content(&self) -> Result<Option<&Content>, Problem> {
        if self.is_unopened {
            let position = self.position;
            return Err(eventlog::Error::Unopened { position }.into());
        }
        Ok(self.sent.content.as_ref())
    }

    /// As its sender is shown it, with some content.
    pub(crate) fn shown(
        &self,
        sender: &Caller,
        id: MessageId,
        content: Option<Content>,
    ) -> Message {
        let attachments = content.iter().flat_map(|content| &content.attachments);
        let attachments = attachments.cloned().map(Attachment::from).collect();
        let (subject, body) = content
            .map(|content| (content.subject, content.body))
            .unzip();
        Message {
            id: id.0,
            conversation_id: self.sent.conversation.0,
            sender: Person {
                id: sender.account.0,
                username: sender.username.to_string(),
            },
            subject,
            body,
            attachments,
            reply_to: self.sent.reply_to.map(Uuid::from),
            sent_at: self.sent_at,
            edited_at: None,
            unsent_at: None,
        }
    }

    fn of(recorded: &Recorded) -> Result<Option<Self>, eventlog::Error> {
        let event = Opened::read(&recorded.name, &recorded.version, recorded.data.get())?;
        Ok(match event {
            Event::Message(message::Event::Sent(sent)) => Some(Self {
                position: recorded.position,
                sent_at: recorded.recorded_at,
                sent,
                is_unopened: recorded.assert_opened().is_err(),
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
            Some(letter) if self.concerns(&letter, account).await? => Ok(letter),
            _ => Err(Problem::not_found()),
        }
    }

    /// Whether somebody wrote it or received it.
    pub(crate) async fn concerns(
        &self,
        letter: &Letter,
        account: AccountId,
    ) -> Result<bool, Problem> {
        Ok(letter.sent.sender == account || self.was_sent_to(letter, account).await?)
    }

    /// Whether somebody is one of those to whom it was sent.
    pub(crate) async fn was_sent_to(
        &self,
        letter: &Letter,
        account: AccountId,
    ) -> Result<bool, Problem> {
        match &letter.sent.recipients {
            Recipients::People(people) => Ok(people.contains(&account)),
            Recipients::Group { membership } => {
                let group = self
                    .groups
                    .at(letter.sent.conversation, *membership)
                    .await?;
                Ok(letter.sent.sender != account && group.role(account).is_some())
            }
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
