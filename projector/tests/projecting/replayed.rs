//! What auditors make of the log, held against what the projector makes of it: two programs, one mailbox.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event,
    mailbox::{Letter, Place, Replay},
};
use eventlog::audit::Entries;

use crate::world::World;

/// A row without its texts.
type Row = (i64, AccountId, [Option<DateTime<Utc>>; 5], [i32; 3], bool);

/// Everybody's mailbox, row by row; of whoever was erased there is none.
pub async fn assert_replayed(world: &World) {
    let is_there = |person: &usize| !world.is_erased(*person);
    for person in (0..world.people.len()).filter(is_there) {
        let owner = world.account(person);
        let replay = replay(world, owner).await;
        assert_eq!(replayed(&replay), projected(world, owner).await, "{person}");
    }
}

async fn replay(world: &World, owner: AccountId) -> Replay {
    let entries = Entries::new(world.logs.pool.clone());
    let head = world.logs.reader.head().await.unwrap();
    let (mut replay, mut after) = (Replay::of(owner), 0);
    while after < head {
        let page = entries.concerning(owner.0, after, head).await.unwrap();
        after = page.reached;
        for entry in page.entries {
            let event = Event::read(&entry.event_type, &entry.event_version, &entry.payload);
            let place = Place {
                position: entry.position,
                time: entry.recorded_at,
                aggregate_id: &entry.aggregate_id,
            };
            replay.apply(place, &event.unwrap());
        }
    }
    replay
}

fn replayed(replay: &Replay) -> Vec<Row> {
    let count = |number: usize| i32::try_from(number).unwrap();
    let row = |letter: &Letter, own: [Option<DateTime<Utc>>; 3], counts| {
        let times = [letter.edited_at, letter.unsent_at, own[0], own[1], own[2]];
        let has_text = letter.first.is_some();
        (letter.position, letter.sender, times, counts, has_text)
    };
    let inbox = replay.inbox().map(|received| {
        let own = [received.read_at, received.delivered_at, received.deleted_at];
        row(&received.letter, own, [0; 3])
    });
    let sent = replay.sent().map(|sent| {
        let counts = [
            count(sent.recipients),
            count(sent.delivered_to.len()),
            count(sent.read_by.len()),
        ];
        row(&sent.letter, [None, None, sent.deleted_at], counts)
    });
    inbox.chain(sent).collect()
}

async fn projected(world: &World, owner: AccountId) -> Vec<Row> {
    type Columns = (i64, uuid::Uuid, Vec<Option<DateTime<Utc>>>, Vec<i32>, bool);
    let mut rows = Vec::new();
    for statement in [
        "select position, sender_id, array[edited_at, unsent_at, read_at, delivered_at, deleted_at], array[0, 0, 0],
           unsent_at is null
         from readmodel.inbox where owner_id = $1 order by position desc",
        "select position, owner_id, array[edited_at, unsent_at, null, null, deleted_at],
           array[recipients, delivered_to, read_by], unsent_at is null
         from readmodel.sent_box where owner_id = $1 order by position desc",
    ] {
        let found: Vec<Columns> = sqlx::query_as(statement)
            .bind(owner.0)
            .fetch_all(&world.logs.pool)
            .await
            .unwrap();
        rows.extend(found);
    }
    let row = |(position, sender, times, counts, has_text): Columns| {
        (
            position,
            AccountId(sender),
            times.try_into().unwrap(),
            counts.try_into().unwrap(),
            has_text,
        )
    };
    rows.into_iter().map(row).collect()
}
