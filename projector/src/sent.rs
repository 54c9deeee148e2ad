//! Step 5: a run of `message.sent`: rows for both boxes and the conversations of everybody concerned, in one call.

mod around;
mod letter;

use std::collections::{BTreeSet, HashMap};

use domain::{
    AccountId, Opened,
    mailbox::{Change, News, Row},
};
use eventlog::{Bug, Recorded, planted};
use sqlx::PgPool;
use uuid::Uuid;

use self::{
    around::look_around,
    letter::{After, Letter, Place, letter},
};
use crate::{Error, PARTITION, checkpoint::Checkpoint, known::Known};

/// What a run means for one owner's conversation.
struct Summary {
    owner: Uuid,
    conversation: Uuid,
    /// The last message of it in the run, from 0.
    last: usize,
    unread: i32,
}

/// Projects a run, checkpoint and all.
pub(crate) async fn project(
    pool: &PgPool,
    known: &Known,
    from: Checkpoint,
    to: i64,
    run: Vec<(Recorded, Opened)>,
) -> Result<News, Error> {
    let around = look_around(pool, known, from, &run).await?;
    let letters: Vec<Letter> = run
        .into_iter()
        .filter_map(|(recorded, event)| letter(&recorded, event, &around))
        .collect();
    let summaries = summarize(&letters);
    let after = write(pool, from, to, &letters, &summaries).await?;
    Ok(News {
        from: from.position,
        to,
        rows: rows(&letters, &summaries, after),
        dirty: dirty(&letters),
    })
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
                    unread: if planted(Bug::DoubleUnread) {
                        unread
                    } else {
                        0
                    },
                });
                summaries.len() - 1
            });
            summaries[place].last = last;
            summaries[place].unread += unread;
        }
    }
    summaries
}

async fn write(
    pool: &PgPool,
    from: Checkpoint,
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
           from projection.project_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, $21, $22, $23, $24, $25, $26)"#,
        PARTITION,
        from.generation,
        from.position,
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
