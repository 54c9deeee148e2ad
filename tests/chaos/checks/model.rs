use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event,
    mailbox::{Letter, Place, Replay},
};
use eventlog::audit::Entries;
use house::{House, until};
use uuid::Uuid;

/// A row of a box: where, in which conversation, by whom, its times, its counts, and whether it has a text.
type Row = (
    i64,
    Uuid,
    Uuid,
    [Option<DateTime<Utc>>; 5],
    [usize; 3],
    bool,
);
/// Of a conversation: the last message that its owner sees, and how many are unread.
type Conversation = (Option<i64>, usize);
/// Who was told of a sent message, and who has read it.
type Receipts = BTreeSet<(i64, Uuid, bool)>;

/// A mailbox in the words of both.
#[derive(Debug, Default, PartialEq)]
struct Mailbox {
    rows: Vec<Row>,
    conversations: BTreeMap<Uuid, Conversation>,
    receipts: Receipts,
}

/// Everybody's tables hold what the log says: another program than the projector's has read all of it for each of them.
pub async fn tables_are_what_the_log_says(house: &House) -> anyhow::Result<usize> {
    let accounts: Vec<(Uuid,)> = sqlx::query_as(
        "select aggregate_id::uuid from log.events where event_type = 'account.registered'",
    )
    .fetch_all(&house.pool)
    .await?;
    // Marks of delivery may still be on their way.
    let (head, replays) = until("nothing comes any more", async || {
        house.settle().await?;
        let head = house.head().await?;
        let replays = replay(house, &accounts, head).await?;
        Ok((house.head().await? == head).then_some((head, replays)))
    })
    .await?;
    for ((account,), replay) in accounts.iter().zip(replays) {
        let (model, tables) = (model(&replay), tables(house, *account).await?);
        ensure!(
            model.rows == tables.rows,
            "at {head}, {account}: {}",
            first_difference(&model.rows, &tables.rows)
        );
        ensure!(
            model.conversations == tables.conversations,
            "at {head}, {account}: conversations are {:?} and should be {:?}",
            tables.conversations,
            model.conversations
        );
        let wrong: Vec<_> = model
            .receipts
            .symmetric_difference(&tables.receipts)
            .collect();
        ensure!(wrong.is_empty(), "at {head}, {account}: receipts {wrong:?}");
    }
    Ok(accounts.len())
}

fn first_difference(model: &[Row], tables: &[Row]) -> String {
    let (model, tables): (BTreeSet<_>, BTreeSet<_>) =
        (model.iter().collect(), tables.iter().collect());
    let should = model.difference(&tables).next();
    let is = tables.difference(&model).next();
    let count = model.symmetric_difference(&tables).count();
    format!("{count} rows differ, such as {is:?}, which should be {should:?}")
}

async fn replay(house: &House, accounts: &[(Uuid,)], head: i64) -> anyhow::Result<Vec<Replay>> {
    let entries = Entries::new(house.pool.clone());
    let mut replays: Vec<Replay> = accounts
        .iter()
        .map(|(account,)| Replay::of(AccountId(*account)))
        .collect();
    let mut after = 0;
    while after < head {
        let page = entries.page(after, head, None).await?;
        after = page.reached;
        for entry in page.entries {
            let event = Event::read(&entry.event_type, &entry.event_version, &entry.payload)?;
            let place = Place {
                position: entry.position,
                time: entry.recorded_at,
                aggregate_id: &entry.aggregate_id,
            };
            for replay in &mut replays {
                replay.apply(place, &event);
            }
        }
    }
    Ok(replays)
}

fn model(replay: &Replay) -> Mailbox {
    let mut mailbox = Mailbox::default();
    let row = |letter: &Letter, own: [Option<DateTime<Utc>>; 3], counts| {
        let times = [letter.edited_at, letter.unsent_at, own[0], own[1], own[2]];
        let conversation = letter.conversation.0;
        (
            letter.position,
            conversation,
            letter.sender.0,
            times,
            counts,
            letter.first.is_some(),
        )
    };
    for received in replay.inbox() {
        let own = [received.read_at, received.delivered_at, received.deleted_at];
        mailbox.rows.push(row(&received.letter, own, [0; 3]));
        let is_unread = received.read_at.is_none() && received.deleted_at.is_none();
        mailbox.see(&received.letter, received.deleted_at.is_none(), is_unread);
    }
    for sent in replay.sent() {
        let counts = [sent.recipients, sent.delivered_to.len(), sent.read_by.len()];
        mailbox
            .rows
            .push(row(&sent.letter, [None, None, sent.deleted_at], counts));
        mailbox.see(&sent.letter, sent.deleted_at.is_none(), false);
        if sent.recipients == 1 {
            // The row's own counts say it all.
            continue;
        }
        let position = sent.letter.position;
        let told = sent
            .delivered_to
            .iter()
            .map(|reader| (position, reader.0, false));
        let read = sent.read_by.iter().map(|reader| (position, reader.0, true));
        mailbox.receipts.extend(told.chain(read));
    }
    mailbox
}

impl Mailbox {
    fn see(&mut self, letter: &Letter, is_visible: bool, is_unread: bool) {
        let row = self.conversations.entry(letter.conversation.0).or_default();
        if is_visible {
            row.0 = row.0.max(Some(letter.position));
        }
        row.1 += usize::from(is_unread);
    }
}

async fn tables(house: &House, owner: Uuid) -> anyhow::Result<Mailbox> {
    type Columns = (i64, Uuid, Uuid, Vec<Option<DateTime<Utc>>>, Vec<i32>, bool);
    let mut mailbox = Mailbox::default();
    for statement in [
        "select position, conversation_id, sender_id, array[edited_at, unsent_at, read_at, delivered_at, deleted_at],
           array[0, 0, 0], body is not null
         from readmodel.inbox where owner_id = $1 order by position desc",
        "select position, conversation_id, owner_id, array[edited_at, unsent_at, null, null, deleted_at],
           array[recipients, delivered_to, read_by], body is not null
         from readmodel.sent_box where owner_id = $1 order by position desc",
    ] {
        let rows: Vec<Columns> = sqlx::query_as(statement).bind(owner).fetch_all(&house.pool).await?;
        for (position, conversation, sender, times, counts, has_text) in rows {
            let times = times.try_into().unwrap_or_default();
            let counts: Vec<usize> = counts.into_iter().map(usize::try_from).collect::<Result<_, _>>()?;
            let counts = counts.try_into().unwrap_or_default();
            mailbox.rows.push((position, conversation, sender, times, counts, has_text));
        }
    }
    let conversations: Vec<(Uuid, Option<i64>, i32)> = sqlx::query_as(
        // Of a named group there is a row before its first message.
        "select conversation_id, last_position, unread from readmodel.last_conversation c
         where owner_id = $1 and (exists (select from readmodel.inbox i
             where i.owner_id = c.owner_id and i.conversation_id = c.conversation_id)
           or exists (select from readmodel.sent_box s
             where s.owner_id = c.owner_id and s.conversation_id = c.conversation_id)
           or last_position is not null or unread <> 0)",
    )
    .bind(owner)
    .fetch_all(&house.pool)
    .await?;
    for (conversation, last, unread) in conversations {
        mailbox
            .conversations
            .insert(conversation, (last, unread.try_into()?));
    }
    let receipts: Vec<(i64, Uuid, bool, bool)> = sqlx::query_as(
        "select position, reader_id, delivered_at is not null, read_at is not null from readmodel.receipts where owner_id = $1",
    )
    .bind(owner)
    .fetch_all(&house.pool)
    .await?;
    for (position, reader, is_delivered, is_read) in receipts {
        let marks = [(is_delivered, false), (is_read, true)];
        let there = marks.into_iter().filter(|(is_there, _)| *is_there);
        mailbox
            .receipts
            .extend(there.map(|(_, kind)| (position, reader, kind)));
    }
    Ok(mailbox)
}
