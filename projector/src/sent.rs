//! Step 5: a run of `message.sent`: rows for both boxes and the conversations of everybody concerned, in one call.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event,
    mailbox::{Change, ConversationRow, InboxRow, News, Row, SentRow},
    message::{self, Content, Sent},
};
use eventlog::Recorded;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Error, PARTITION, names::Names, projector::Opened};

/// A message of the run.
struct Letter {
    position: i64,
    id: Uuid,
    sent_at: DateTime<Utc>,
    sent: Sent<Option<Content>>,
    sender_name: String,
    subject: Option<String>,
    body: Option<String>,
    /// Erased before it was projected: taken back, as far as any reader can tell.
    unsent_at: Option<DateTime<Utc>>,
}

/// What a run means for one owner's conversation.
struct Summary {
    owner: Uuid,
    conversation: Uuid,
    /// The last message of it in the run, from 0.
    last: usize,
    unread: i32,
    members: Arc<str>,
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

/// Projects a run, checkpoint and all.
pub(crate) async fn project(
    pool: &PgPool,
    names: &Names,
    from: i64,
    to: i64,
    run: Vec<(Recorded, Opened)>,
) -> Result<News, Error> {
    let people = run
        .iter()
        .filter_map(|(_, event)| sent_of(event))
        .flat_map(people_of);
    let names = names.of(pool, people).await?;
    let letters: Vec<Letter> = run
        .into_iter()
        .filter_map(|(recorded, event)| letter(&recorded, event, &names))
        .collect();
    let summaries = summarize(&letters, &names);
    let after = write(pool, from, to, &letters, &summaries).await?;
    Ok(News {
        from,
        to,
        rows: rows(&letters, &summaries, after),
        dirty: Vec::new(),
    })
}

fn sent_of(event: &Opened) -> Option<&Sent<Option<Content>>> {
    match event {
        Event::Message(message::Event::Sent(sent)) => Some(sent),
        _ => None,
    }
}

fn people_of<C>(sent: &Sent<C>) -> impl Iterator<Item = AccountId> {
    std::iter::once(sent.sender).chain(sent.recipients.iter().copied())
}

fn letter(
    recorded: &Recorded,
    event: Opened,
    names: &HashMap<AccountId, Arc<str>>,
) -> Option<Letter> {
    let Event::Message(message::Event::Sent(mut sent)) = event else {
        return None;
    };
    let (subject, body, unsent_at) = match sent.content.take() {
        Some(Content { subject, body }) => (Some(subject), Some(body), None),
        None => (None, None, Some(recorded.recorded_at)),
    };
    Some(Letter {
        position: recorded.position,
        id: recorded.aggregate_id.parse().ok()?,
        sent_at: recorded.recorded_at,
        sender_name: names
            .get(&sent.sender)
            .map(ToString::to_string)
            .unwrap_or_default(),
        sent,
        subject,
        body,
        unsent_at,
    })
}

fn summarize(letters: &[Letter], names: &HashMap<AccountId, Arc<str>>) -> Vec<Summary> {
    let mut places: HashMap<(Uuid, Uuid), usize> = HashMap::new();
    let mut summaries: Vec<Summary> = Vec::new();
    for (last, letter) in letters.iter().enumerate() {
        let conversation = letter.sent.conversation.0;
        let members = members_of(&letter.sent, names);
        for person in people_of(&letter.sent) {
            let unread = i32::from(person != letter.sent.sender);
            let place = *places.entry((person.0, conversation)).or_insert_with(|| {
                let members = Arc::clone(&members);
                summaries.push(Summary {
                    owner: person.0,
                    conversation,
                    last,
                    unread: 0,
                    members,
                });
                summaries.len() - 1
            });
            summaries[place].last = last;
            summaries[place].unread += unread;
        }
    }
    summaries
}

/// Who takes part, as `readmodel.last_conversation` keeps it.
fn members_of<C>(sent: &Sent<C>, names: &HashMap<AccountId, Arc<str>>) -> Arc<str> {
    #[derive(Serialize)]
    struct Member<'a> {
        id: AccountId,
        username: &'a str,
    }
    let mut members: Vec<AccountId> = people_of(sent).collect();
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
        letter
            .sent
            .recipients
            .iter()
            .map(move |recipient| (recipient.0, column(place)))
    });
    let (in_owner, in_message): (Vec<Uuid>, Vec<i32>) = inboxes.unzip();
    sqlx::query_as!(
        After,
        r#"select owner_id as "owner_id!", conversation_id as "conversation_id!", members::text, unread as "unread!",
             archived as "archived!", muted as "muted!"
           from readmodel.project_sent($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, $21)"#,
        PARTITION,
        from,
        to,
        &letters.iter().map(|letter| letter.position).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.id).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.sent.conversation.0).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.sent.sender.0).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.sender_name.clone()).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.subject.clone()).collect::<Vec<_>>() as &[Option<String>],
        &letters.iter().map(|letter| letter.body.clone()).collect::<Vec<_>>() as &[Option<String>],
        &letters.iter().map(|letter| letter.sent.reply_to.map(Uuid::from)).collect::<Vec<_>>() as &[Option<Uuid>],
        &letters.iter().map(|letter| letter.sent_at).collect::<Vec<_>>(),
        &letters.iter().map(|letter| letter.unsent_at).collect::<Vec<_>>() as &[Option<DateTime<Utc>>],
        &letters.iter().map(|letter| count(&letter.sent.recipients)).collect::<Vec<_>>(),
        &in_owner,
        &in_message,
        &summaries.iter().map(|summary| summary.owner).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| summary.conversation).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| column(summary.last)).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| summary.unread).collect::<Vec<_>>(),
        &summaries.iter().map(|summary| summary.members.to_string()).collect::<Vec<_>>(),
    )
    .fetch_all(pool)
    .await
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
            owner: letter.sent.sender,
            row: Row::Sent(letter.sent_row()),
        });
        for recipient in &letter.sent.recipients {
            rows.push(Change {
                owner: *recipient,
                row: Row::Inbox(letter.inbox_row()),
            });
        }
        for summary in ending.remove(&place).unwrap_or_default() {
            if let Some(after) = after.remove(&(summary.owner, summary.conversation)) {
                let owner = AccountId(summary.owner);
                rows.push(Change {
                    owner,
                    row: Row::Conversation(letter.conversation_row(after)),
                });
            }
        }
    }
    rows
}

impl Letter {
    fn inbox_row(&self) -> InboxRow {
        InboxRow {
            position: self.position,
            changed: self.position,
            changed_n: 0,
            message_id: self.id,
            conversation_id: self.sent.conversation.0,
            sender_id: self.sent.sender.0,
            sender_name: self.sender_name.clone(),
            subject: self.subject.clone(),
            body: self.body.clone(),
            reply_to: self.sent.reply_to.map(Uuid::from),
            sent_at: self.sent_at,
            edited_at: None,
            unsent_at: self.unsent_at,
            read_at: None,
            delivered_at: None,
            deleted_at: None,
        }
    }

    fn sent_row(&self) -> SentRow {
        SentRow {
            position: self.position,
            changed: self.position,
            changed_n: 0,
            message_id: self.id,
            conversation_id: self.sent.conversation.0,
            owner_id: self.sent.sender.0,
            sender_name: self.sender_name.clone(),
            subject: self.subject.clone(),
            body: self.body.clone(),
            reply_to: self.sent.reply_to.map(Uuid::from),
            sent_at: self.sent_at,
            edited_at: None,
            unsent_at: self.unsent_at,
            deleted_at: None,
            recipients: count(&self.sent.recipients),
            delivered_to: 0,
            read_by: 0,
        }
    }

    fn conversation_row(&self, after: After) -> ConversationRow {
        ConversationRow {
            conversation_id: after.conversation_id,
            changed: self.position,
            changed_n: 1,
            members: after.members,
            unread: after.unread,
            archived: after.archived,
            muted: after.muted,
            last_position: Some(self.position),
            last_message_id: Some(self.id),
            last_sender_id: Some(self.sent.sender.0),
            last_sender_name: Some(self.sender_name.clone()),
            last_subject: self.subject.clone(),
            last_body: self.body.clone(),
            last_reply_to: self.sent.reply_to.map(Uuid::from),
            last_sent_at: Some(self.sent_at),
            last_edited_at: None,
            last_unsent_at: self.unsent_at,
            updated_at: self.sent_at,
        }
    }
}
