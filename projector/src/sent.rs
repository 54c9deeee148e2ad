//! Step 5: a run of `message.sent`: rows for both boxes and the conversations of everybody concerned, in one call.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    AccountId, Event, Opened,
    mailbox::{
        Change, ConversationRow, GroupRow, InboxRow, MessageRow, News, People, Row, SentRow,
    },
    message::{self, Content, Recipients, Sent},
};
use eventlog::Recorded;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Error, PARTITION, groups, known::Known};

/// A message of the run.
struct Letter {
    message: Arc<MessageRow>,
    sender: AccountId,
    /// How many it was sent to, as its sender is told.
    recipients: i32,
    /// Whom it reaches.
    receivers: Vec<AccountId>,
    people: Place,
}

/// In what conversation a message stands.
enum Place {
    /// JSON: `[{"id", "username"}]`.
    Direct(Arc<str>),
    Group(Arc<GroupRow>),
    /// Of people who can never change, met for the first time. Their mailboxes are told by the tables.
    NewGroup(Vec<Uuid>),
}

/// What a run means for one owner's conversation.
struct Summary {
    owner: Uuid,
    conversation: Uuid,
    /// The last message of it in the run, from 0.
    last: usize,
    unread: i32,
}

/// What the database says of a conversation after the run.
struct After {
    owner_id: Uuid,
    conversation_id: Uuid,
    members: Option<String>,
    unread: i32,
    archived: bool,
    muted: bool,
}

/// What is known of the people in a run.
struct Around {
    names: HashMap<AccountId, Arc<str>>,
    groups: HashMap<Uuid, Arc<groups::Known>>,
    blocks: HashMap<Uuid, Arc<[Uuid]>>,
}

/// Projects a run, checkpoint and all.
pub(crate) async fn project(
    pool: &PgPool,
    known: &Known,
    from: i64,
    to: i64,
    run: Vec<(Recorded, Opened)>,
) -> Result<News, Error> {
    let around = look_around(pool, known, &run).await?;
    let letters: Vec<Letter> = run
        .into_iter()
        .filter_map(|(recorded, event)| letter(&recorded, event, &around))
        .collect();
    let summaries = summarize(&letters);
    let after = write(pool, from, to, &letters, &summaries).await?;
    Ok(News {
        from,
        to,
        rows: rows(&letters, &summaries, after),
        dirty: dirty(&letters),
    })
}

async fn look_around(
    pool: &PgPool,
    known: &Known,
    run: &[(Recorded, Opened)],
) -> Result<Around, Error> {
    let sent = || run.iter().filter_map(|(_, event)| sent_of(event));
    let direct = || sent().filter(|sent| !is_group(&sent.recipients));
    let groups = sent().filter(|sent| is_group(&sent.recipients));
    let writers = sent().map(|sent| sent.sender);
    let readers = direct().flat_map(|sent| sent.recipients.people().iter().copied());
    let receivers = direct().flat_map(|sent| sent.recipients.people());
    Ok(Around {
        names: known.names.of(pool, writers.chain(readers)).await?,
        groups: known
            .groups
            .of(pool, groups.map(|sent| sent.conversation))
            .await?,
        blocks: known
            .blocks
            .of(pool, receivers.map(|person| person.0))
            .await?,
    })
}

fn sent_of(event: &Opened) -> Option<&Sent<Option<Content>>> {
    match event {
        Event::Message(message::Event::Sent(sent)) => Some(sent),
        _ => None,
    }
}

/// Named, or of people who can never change.
fn is_group(recipients: &Recipients) -> bool {
    recipients.is_group() || recipients.people().len() > 1
}

fn letter(recorded: &Recorded, event: Opened, around: &Around) -> Option<Letter> {
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
            sender_name: name.map(ToString::to_string).unwrap_or_default(),
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
    match (&sent.recipients, group) {
        (Recipients::People(people), _) if people.len() < 2 => {
            let wanted = people.iter().filter(|person| {
                let blocked = around.blocks.get(&person.0);
                !blocked.is_some_and(|blocked| blocked.contains(&sent.sender.0))
            });
            let members = members_of(sent.sender, people, &around.names);
            (wanted.copied().collect(), Place::Direct(members))
        }
        (Recipients::People(people), Some(group)) => {
            (people.clone(), Place::Group(Arc::clone(&group.row)))
        }
        (Recipients::People(people), None) => {
            let everybody = std::iter::once(&sent.sender).chain(people);
            let everybody = everybody.map(|person| person.0).collect();
            (people.clone(), Place::NewGroup(everybody))
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

fn summarize(letters: &[Letter]) -> Vec<Summary> {
    let mut places: HashMap<(Uuid, Uuid), usize> = HashMap::new();
    let mut summaries: Vec<Summary> = Vec::new();
    for (last, letter) in letters.iter().enumerate() {
        let conversation = letter.message.conversation_id;
        for (person, unread) in letter.everybody() {
            let place = *places.entry((person.0, conversation)).or_insert_with(|| {
                summaries.push(Summary {
                    owner: person.0,
                    conversation,
                    last,
                    unread: 0,
                });
                summaries.len() - 1
            });
            summaries[place].last = last;
            summaries[place].unread += unread;
        }
    }
    summaries
}

/// Who takes part, as `readmodel.last_conversation` keeps it of two, or one.
fn members_of(
    sender: AccountId,
    recipients: &[AccountId],
    names: &HashMap<AccountId, Arc<str>>,
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
            username: names.get(&id).map_or("", |name| name),
        })
        .collect();
    serde_json::to_string(&members).unwrap_or_default().into()
}

async fn write(
    pool: &PgPool,
    from: i64,
    to: i64,
    letters: &[Letter],
    summaries: &[Summary],
) -> Result<Vec<After>, sqlx::Error> {
    let column = |place: usize| i32::try_from(place + 1).unwrap_or(i32::MAX);
    let inboxes = letters.iter().enumerate().flat_map(|(place, letter)| {
        let receivers = letter.receivers.iter();
        receivers.map(move |receiver| (receiver.0, column(place)))
    });
    let (in_owner, in_message): (Vec<Uuid>, Vec<i32>) = inboxes.unzip();
    let messages = || letters.iter().map(|letter| &letter.message);
    let place_of = |summary: &Summary| &letters[summary.last].people;
    let new_groups = new_groups(letters);
    sqlx::query_as!(
        After,
        r#"select owner_id as "owner_id!", conversation_id as "conversation_id!", members::text, unread as "unread!",
             archived as "archived!", muted as "muted!"
           from readmodel.project_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, $21, $22, $23, $24, $25)"#,
        PARTITION,
        from,
        to,
        &messages().map(|message| message.position).collect::<Vec<_>>(),
        &messages().map(|message| message.message_id).collect::<Vec<_>>(),
        &messages().map(|message| message.conversation_id).collect::<Vec<_>>(),
        &messages().map(|message| message.sender_id).collect::<Vec<_>>(),
        &messages().map(|message| message.sender_name.clone()).collect::<Vec<_>>(),
        &messages().map(|message| message.subject.clone()).collect::<Vec<_>>() as &[Option<String>],
        &messages().map(|message| message.body.clone()).collect::<Vec<_>>() as &[Option<String>],
        &messages().map(|message| message.attachments.clone()).collect::<Vec<_>>() as &[Option<String>],
        &messages().map(|message| message.reply_to).collect::<Vec<_>>() as &[Option<Uuid>],
        &messages().map(|message| message.sent_at).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.recipients).collect::<Vec<_>>(),
        &in_owner,
        &in_message,
        &summaries.iter().map(|summary| summary.owner).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| summary.conversation).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| column(summary.last)).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| summary.unread).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| place_of(summary).members()).collect::<Vec<_>>() as &[Option<String>],
        &summaries.iter().map(|summary| place_of(summary).is_group()).collect::<Vec<_>>(),
        &new_groups.iter().map(|group| group.0).collect::<Vec<_>>(),
        &new_groups.iter().map(|group| group.1).collect::<Vec<_>>(),
        &new_groups.iter().map(|group| group.2.clone()).collect::<Vec<_>>(),
    )
    .fetch_all(pool)
    .await
}

/// Each group of unchangeable people once, with the position of the first message to it, and its people as an array.
fn new_groups(letters: &[Letter]) -> Vec<(Uuid, i64, String)> {
    let mut seen = BTreeSet::new();
    let new = letters.iter().filter_map(|letter| match &letter.people {
        Place::NewGroup(people) if seen.insert(letter.message.conversation_id) => {
            let people: Vec<String> = people.iter().map(Uuid::to_string).collect();
            let people = format!("{{{}}}", people.join(","));
            Some((
                letter.message.conversation_id,
                letter.message.position,
                people,
            ))
        }
        _ => None,
    });
    new.collect()
}

fn count(people: &[AccountId]) -> i32 {
    i32::try_from(people.len()).unwrap_or(i32::MAX)
}

/// The rows as they are now, in the order of the log.
fn rows(letters: &[Letter], summaries: &[Summary], after: Vec<After>) -> Vec<Change> {
    let mut after: HashMap<(Uuid, Uuid), After> = after
        .into_iter()
        .map(|row| ((row.owner_id, row.conversation_id), row))
        .collect();
    let mut ending: HashMap<usize, Vec<&Summary>> = HashMap::new();
    for summary in summaries {
        ending.entry(summary.last).or_default().push(summary);
    }
    let mut rows = Vec::new();
    for (place, letter) in letters.iter().enumerate() {
        rows.push(Change {
            owner: letter.sender,
            row: Row::Sent(letter.sent_row()),
        });
        for receiver in &letter.receivers {
            rows.push(Change {
                owner: *receiver,
                row: Row::Inbox(letter.inbox_row()),
            });
        }
        for summary in ending.remove(&place).unwrap_or_default() {
            let after = after.remove(&(summary.owner, summary.conversation));
            let row = after.and_then(|after| letter.conversation_row(after));
            rows.extend(row.map(|row| Change {
                owner: AccountId(summary.owner),
                row: Row::Conversation(row),
            }));
        }
    }
    rows
}

/// Who has to look into the tables.
fn dirty(letters: &[Letter]) -> Vec<AccountId> {
    let new = letters
        .iter()
        .filter(|letter| matches!(letter.people, Place::NewGroup(_)));
    let owners: BTreeSet<AccountId> = new
        .flat_map(|letter| letter.everybody().map(|(owner, _)| owner))
        .collect();
    owners.into_iter().collect()
}

impl Place {
    fn members(&self) -> Option<String> {
        match self {
            Self::Direct(members) => Some(members.to_string()),
            Self::Group(_) | Self::NewGroup(_) => None,
        }
    }

    fn is_group(&self) -> bool {
        !matches!(self, Self::Direct(_))
    }
}

impl Letter {
    /// In whose mailboxes it is, and by how much it raises what they have not read.
    fn everybody(&self) -> impl Iterator<Item = (AccountId, i32)> {
        let receivers = self.receivers.iter().map(|receiver| (*receiver, 1));
        std::iter::once((self.sender, 0)).chain(receivers)
    }

    fn inbox_row(&self) -> InboxRow {
        InboxRow {
            changed: self.message.position,
            changed_n: 0,
            message: Arc::clone(&self.message),
            read_at: None,
            delivered_at: None,
            deleted_at: None,
        }
    }

    fn sent_row(&self) -> SentRow {
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

    fn conversation_row(&self, after: After) -> Option<ConversationRow> {
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
