//! Making a mailbox again from the log.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event,
    mailbox::{
        Attachment, Dispatched, InboxItem, Letter, Message, Person, Place, Received, Replay,
        SentItem,
    },
    message::{self, Content},
    times::micros_option,
};
use eventlog::{Purpose, Text, audit::Entry};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Api, http::Problem};

/// How many texts are opened at once.
const AT_ONCE: usize = 500;

/// A mailbox as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailboxAt {
    account: Person,
    /// Every event up to here is in it, and none behind.
    position: i64,
    /// When that event was appended.
    #[serde(serialize_with = "micros_option")]
    recorded_at: Option<DateTime<Utc>>,
    /// Whether texts are shown.
    bodies: bool,
    /// Neither read nor deleted.
    unread: usize,
    /// What was received, newest first, deleted messages too.
    inbox: Vec<InboxItem>,
    /// What was sent, newest first, deleted messages too.
    sent: Vec<SentItem>,
    /// What could not be read, which is damage or a later version's: the mailbox is as it would be without it.
    unreadable: Vec<Unreadable>,
}

/// An event that could not be read, or a message whose text could not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Unreadable {
    /// Where it stands in the log.
    pub position: i64,
    /// What is wrong with it.
    pub reason: String,
}

/// The account of a name or id; of one that was erased, the id.
pub async fn known_as(api: &Api, name: &str) -> Result<Option<AccountId>, Problem> {
    if let Some(known) = api.identity.people().by_username(name).await? {
        return Ok(Some(known.account));
    }
    let Ok(account) = name.parse::<Uuid>() else {
        return Ok(None);
    };
    let first = api.reader.first_of("account", &account.to_string()).await?;
    Ok(first.map(|_| AccountId(account)))
}

/// The mailbox of an account at a position of the log, with or without its texts.
pub async fn mailbox_of(
    api: &Api,
    of: AccountId,
    position: i64,
    bodies: bool,
) -> Result<MailboxAt, Problem> {
    let (replay, mut unreadable) = replay(api, of, position).await?;
    let (inbox, sent): (Vec<_>, Vec<_>) = (
        replay.inbox().cloned().collect(),
        replay.sent().cloned().collect(),
    );
    let letters = inbox.iter().map(|received| &received.letter);
    let letters: Vec<&Letter> = letters
        .chain(sent.iter().map(|sent| &sent.letter))
        .collect();
    let names = names(api, of, &letters).await?;
    let texts = texts(api, &letters, bodies).await?;
    let damaged = letters.iter().zip(&texts).filter(|(_, text)| text.is_err());
    unreadable.extend(damaged.map(|(letter, _)| Unreadable::text_of(letter.position)));
    unreadable.sort();
    unreadable.dedup();
    let mut texts = texts.into_iter().map(|text| text.ok().flatten());
    let mut message = |letter: &Letter| message_of(letter, &names, texts.next().flatten());
    Ok(MailboxAt {
        account: person(of, &names),
        position,
        recorded_at: recorded_at(api, position).await?,
        bodies,
        unread: replay.unread(),
        inbox: inbox
            .iter()
            .map(|received| inbox_item(received, message(&received.letter)))
            .collect(),
        sent: sent
            .iter()
            .map(|sent| sent_item(sent, message(&sent.letter)))
            .collect(),
        unreadable,
    })
}

impl Unreadable {
    fn text_of(position: i64) -> Self {
        let reason = "its text does not open with its key".to_owned();
        Self { position, reason }
    }
}

impl MailboxAt {
    /// As far as an export tells it: without names and texts, whose keys it does not have.
    #[must_use]
    pub fn sealed(
        of: AccountId,
        position: i64,
        recorded_at: Option<DateTime<Utc>>,
        replay: &Replay,
        unreadable: Vec<Unreadable>,
    ) -> Self {
        let names = HashMap::new();
        let message = |letter: &Letter| message_of(letter, &names, None);
        Self {
            account: person(of, &names),
            position,
            recorded_at,
            bodies: false,
            unread: replay.unread(),
            inbox: replay
                .inbox()
                .map(|received| inbox_item(received, message(&received.letter)))
                .collect(),
            sent: replay
                .sent()
                .map(|sent| sent_item(sent, message(&sent.letter)))
                .collect(),
            unreadable,
        }
    }
}

/// The mailbox, and what could not be read on the way to it.
async fn replay(
    api: &Api,
    of: AccountId,
    until: i64,
) -> Result<(Replay, Vec<Unreadable>), Problem> {
    let (mut replay, mut unreadable, mut after) = (Replay::of(of), Vec::new(), 0);
    while after < until {
        let page = api.audits.entries.concerning(of.0, after, until).await?;
        after = page.reached;
        for entry in page.entries {
            unreadable.extend(replay_one(&mut replay, &entry).err());
        }
    }
    Ok((replay, unreadable))
}

/// Applies an event as it is stored, if it can be read.
pub fn replay_one(replay: &mut Replay, entry: &Entry) -> Result<(), Unreadable> {
    let event = Event::read(&entry.event_type, &entry.event_version, &entry.payload);
    let event = event.map_err(|error| Unreadable {
        position: entry.position,
        reason: error.to_string(),
    })?;
    let place = Place {
        position: entry.position,
        time: entry.recorded_at,
        aggregate_id: &entry.aggregate_id,
    };
    replay.apply(place, &event);
    Ok(())
}

async fn recorded_at(api: &Api, position: i64) -> Result<Option<DateTime<Utc>>, Problem> {
    let at = sqlx::query_scalar!(
        "select recorded_at from log.events where position = $1",
        position
    );
    Ok(at.fetch_optional(&api.pool).await?)
}

/// As everybody sees them: an erased account's number is its name.
async fn names(
    api: &Api,
    of: AccountId,
    letters: &[&Letter],
) -> Result<HashMap<AccountId, String>, Problem> {
    let mut ids: Vec<Uuid> = letters.iter().map(|letter| letter.sender.0).collect();
    ids.push(of.0);
    ids.sort_unstable();
    ids.dedup();
    let names = sqlx::query!(
        r#"select account_id, coalesce(label, format('(erased %s)', number)) as "name!" from log.claims
           where kind = 'username' and account_id = any($1)"#,
        &ids
    );
    let names = names.fetch_all(&api.pool).await?.into_iter();
    Ok(names
        .map(|row| (AccountId(row.account_id), row.name))
        .collect())
}

/// It does not open, or is none.
struct Damaged;

/// The text of each message as it was then, in their order. Files are those of the first version.
async fn texts(
    api: &Api,
    letters: &[&Letter],
    bodies: bool,
) -> Result<Vec<Result<Option<Content>, Damaged>>, Problem> {
    if !bodies {
        return Ok(Vec::new());
    }
    let mut texts = Vec::with_capacity(letters.len());
    for some in letters.chunks(AT_ONCE) {
        let ids: Vec<String> = some
            .iter()
            .map(|letter| letter.message.to_string())
            .collect();
        let mut sealed = Vec::new();
        for (letter, id) in some.iter().zip(&ids) {
            let purpose = |name| Purpose {
                name,
                aggregate_id: id,
            };
            let first = letter.first.clone().map(|it| (purpose(message::SENT), it));
            let edited = letter
                .edited
                .clone()
                .map(|it| (purpose(message::EDITED), it));
            sealed.extend(first.into_iter().chain(edited));
        }
        let mut opened = api.keyring.open_all(&sealed).await?.into_iter();
        for letter in some {
            let mut next = |there: bool| there.then(|| opened.next()).flatten().map(content);
            let first = next(letter.first.is_some()).transpose();
            let edited = next(letter.edited.is_some()).transpose();
            let both = first.and_then(|first| Ok((first.flatten(), edited?.flatten())));
            texts.push(both.map(|(first, edited)| as_shown(letter, first, edited)));
        }
    }
    Ok(texts)
}

fn content(text: Text) -> Result<Option<Content>, Damaged> {
    match text {
        Text::Opened(text) => serde_json::from_slice(&text).map(Some).map_err(|_| Damaged),
        Text::Erased => Ok(None),
        Text::Unopened => Err(Damaged),
    }
}

fn as_shown(letter: &Letter, first: Option<Content>, edited: Option<Content>) -> Option<Content> {
    if letter.edited.is_none() {
        return first;
    }
    let attachments = first.map(|first| first.attachments).unwrap_or_default();
    edited.map(|edited| Content {
        attachments,
        ..edited
    })
}

fn message_of(
    letter: &Letter,
    names: &HashMap<AccountId, String>,
    text: Option<Content>,
) -> Message {
    let (subject, body, files) = match text {
        Some(text) => (Some(text.subject), Some(text.body), text.attachments),
        None => (None, None, Vec::new()),
    };
    Message {
        id: letter.message.0,
        conversation_id: letter.conversation.0,
        sender: person(letter.sender, names),
        subject,
        body,
        attachments: files.into_iter().map(Attachment::from).collect(),
        reply_to: letter.reply_to.map(Uuid::from),
        sent_at: letter.sent_at,
        edited_at: letter.edited_at,
        unsent_at: letter.unsent_at,
    }
}

fn person(account: AccountId, names: &HashMap<AccountId, String>) -> Person {
    Person {
        id: account.0,
        username: names.get(&account).cloned().unwrap_or_default(),
    }
}

fn inbox_item(received: &Received, message: Message) -> InboxItem {
    InboxItem {
        message,
        read_at: received.read_at,
        delivered_at: received.delivered_at,
        deleted_at: received.deleted_at,
    }
}

fn sent_item(sent: &Dispatched, message: Message) -> SentItem {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    SentItem {
        message,
        recipients: count(sent.recipients),
        delivered_to: count(sent.delivered_to.len()),
        read_by: count(sent.read_by.len()),
        deleted_at: sent.deleted_at,
    }
}
