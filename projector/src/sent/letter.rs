//! A message of a run: whom it reaches, and the rows that tell it.

use std::{collections::HashMap, sync::Arc};

use domain::{
    AccountId, Event, Opened,
    mailbox::{ConversationRow, GroupRow, InboxRow, MessageRow, People, SentRow},
    message::{self, Content, Recipients, Sent},
};
use eventlog::Recorded;
use serde::Serialize;
use uuid::Uuid;

use super::around::Around;
use crate::names::Name;

/// A message of the run.
pub(super) struct Letter {
    pub message: Arc<MessageRow>,
    pub sender: AccountId,
    /// How many it was sent to, as its sender is told.
    pub recipients: i32,
    /// Whom it reaches.
    pub receivers: Vec<AccountId>,
    pub people: Place,
}

/// In what conversation a message stands.
pub(super) enum Place {
    /// JSON: `[{"id", "username"}]`.
    Direct(Arc<str>),
    Group(Arc<GroupRow>),
    /// Of people who can never change, met for the first time. Their mailboxes are told by the tables.
    NewGroup(Vec<Uuid>),
}

/// What the database says of a conversation after the run.
pub(super) struct After {
    pub owner_id: Uuid,
    pub conversation_id: Uuid,
    pub members: Option<String>,
    pub unread: i32,
    pub archived: bool,
    pub muted: bool,
}

/// The message in an event, if there is one.
pub(super) fn letter(recorded: &Recorded, event: Opened, around: &Around) -> Option<Letter> {
    let Event::Message(message::Event::Sent(sent)) = event else {
        return None;
    };
    let (receivers, people) = receivers(&sent, around);
    let recipients = match &sent.recipients {
        Recipients::People(people) => count(people),
        Recipients::Group { .. } => count(&receivers),
    };
    let content = sent.content;
    let attachments = content
        .as_ref()
        .map(|content| &content.attachments)
        .filter(|attachments| !attachments.is_empty())
        .and_then(|attachments| serde_json::to_string(attachments).ok());
    let (subject, body) = match content {
        Some(Content { subject, body, .. }) => (Some(subject), Some(body)),
        None => (None, None),
    };
    let name = around.names.get(&sent.sender);
    Some(Letter {
        message: Arc::new(MessageRow {
            position: recorded.position,
            message_id: recorded.aggregate_id.parse().ok()?,
            conversation_id: sent.conversation.0,
            sender_id: sent.sender.0,
            sender_name: name.map(|name| name.text.to_string()).unwrap_or_default(),
            subject,
            body,
            attachments,
            reply_to: sent.reply_to.map(Uuid::from),
            sent_at: recorded.recorded_at,
            edited_at: None,
            unsent_at: None,
        }),
        sender: sent.sender,
        recipients,
        receivers,
        people,
    })
}

/// Whom a message reaches, and where it stands in their mailboxes.
fn receivers<C>(sent: &Sent<C>, around: &Around) -> (Vec<AccountId>, Place) {
    let group = around.groups.get(&sent.conversation.0);
    // Sent at the same moment, or from a node that did not know it yet: there is no mailbox any more.
    let is_erased =
        |person: &AccountId| around.names.get(person).is_some_and(|name| name.is_erased);
    let still_there = |people: &[AccountId]| {
        let people = people.iter().copied();
        people.filter(|person| !is_erased(person)).collect()
    };
    match (&sent.recipients, group) {
        (Recipients::People(people), _) if people.len() < 2 => {
            let wanted = people.iter().filter(|person| {
                let blocked = around.blocks.get(&person.0);
                let is_blocked = blocked.is_some_and(|blocked| blocked.contains(&sent.sender.0));
                !is_blocked && !is_erased(person)
            });
            let members = members_of(sent.sender, people, &around.names);
            (wanted.copied().collect(), Place::Direct(members))
        }
        (Recipients::People(people), Some(group)) => {
            (still_there(people), Place::Group(Arc::clone(&group.row)))
        }
        (Recipients::People(people), None) => {
            let everybody = std::iter::once(&sent.sender).chain(people);
            let everybody = everybody.map(|person| person.0).collect();
            (still_there(people), Place::NewGroup(everybody))
        }
        (Recipients::Group { .. }, Some(group)) => {
            let others = group.members.iter().filter(|other| **other != sent.sender);
            (
                others.copied().collect(),
                Place::Group(Arc::clone(&group.row)),
            )
        }
        // Its own events come before any message to it, so a group that is nowhere has nobody in it.
        (Recipients::Group { .. }, None) => (Vec::new(), Place::NewGroup(Vec::new())),
    }
}

/// Who takes part, as `readmodel.last_conversation` keeps it of two, or one.
fn members_of(
    sender: AccountId,
    recipients: &[AccountId],
    names: &HashMap<AccountId, Name>,
) -> Arc<str> {
    #[derive(Serialize)]
    struct Member<'a> {
        id: AccountId,
        username: &'a str,
    }
    let mut members: Vec<AccountId> = recipients.iter().copied().chain([sender]).collect();
    members.sort_unstable();
    let members: Vec<Member<'_>> = members
        .into_iter()
        .map(|id| Member {
            id,
            username: names.get(&id).map_or("", |name| &name.text),
        })
        .collect();
    serde_json::to_string(&members).unwrap_or_default().into()
}

fn count(people: &[AccountId]) -> i32 {
    i32::try_from(people.len()).unwrap_or(i32::MAX)
}

impl Place {
    pub(super) fn members(&self) -> Option<String> {
        match self {
            Self::Direct(members) => Some(members.to_string()),
            Self::Group(_) | Self::NewGroup(_) => None,
        }
    }

    pub(super) fn is_group(&self) -> bool {
        !matches!(self, Self::Direct(_))
    }
}

impl Letter {
    /// In whose mailboxes it is, and by how much it raises what they have not read.
    pub(super) fn everybody(&self) -> impl Iterator<Item = (AccountId, i32)> {
        let receivers = self.receivers.iter().map(|receiver| (*receiver, 1));
        std::iter::once((self.sender, 0)).chain(receivers)
    }

    pub(super) fn inbox_row(&self) -> InboxRow {
        InboxRow {
            changed: self.message.position,
            changed_n: 0,
            message: Arc::clone(&self.message),
            read_at: None,
            delivered_at: None,
            deleted_at: None,
        }
    }

    pub(super) fn sent_row(&self) -> SentRow {
        SentRow {
            changed: self.message.position,
            changed_n: 0,
            message: Arc::clone(&self.message),
            deleted_at: None,
            recipients: self.recipients,
            delivered_to: 0,
            read_by: 0,
        }
    }

    pub(super) fn conversation_row(&self, after: After) -> Option<ConversationRow> {
        let people = match &self.people {
            Place::Direct(_) => People::Direct(after.members?),
            Place::Group(group) => People::Group(Arc::clone(group)),
            Place::NewGroup(_) => return None,
        };
        Some(ConversationRow {
            conversation_id: after.conversation_id,
            changed: self.message.position,
            changed_n: 1,
            people,
            unread: after.unread,
            archived: after.archived,
            muted: after.muted,
            last: Some(Arc::clone(&self.message)),
            left_at: None,
            updated_at: self.message.sent_at,
        })
    }
}
