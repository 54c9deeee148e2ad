//! `log.append_batch`, and what stands for it.

use std::{collections::HashMap, sync::Arc};

use domain::{AccountId, Metadata, boxes, boxes::Conversation};
use eventlog::{
    Appender, Bug, Claim, Command, Expect, Idempotency, KeyRow, NewEvent, Outcome, Postgres, Role,
    Tail, options,
};
use house::LogWorld;
use simulation::{Dice, Journal, Turns};
use uuid::Uuid;

/// Of a real log and its double.
struct Pair {
    logs: LogWorld,
    real: Postgres,
    double: Journal,
    keys: HashMap<Uuid, Vec<u8>>,
}

impl Pair {
    async fn new() -> Self {
        let logs = LogWorld::new().await;
        let options = options(&logs.database.url(), Role::Service).unwrap();
        let mut dice = Dice::new(1);
        Self {
            real: Postgres::new(Arc::new(options), Tail::default()),
            double: Journal::new(Turns::new(dice.fork(), 0), dice),
            keys: HashMap::new(),
            logs,
        }
    }

    /// A batch to both; what differs.
    async fn append(&mut self, batch: Uuid, commands: &[Command]) -> Result<(), String> {
        let commands: Vec<&Command> = commands.iter().collect();
        let real = self.real.append(batch, &commands).await;
        let Some(double) = self.double.append_now(batch, &commands) else {
            let taken = format!("a key that is there already was taken: {real:?}");
            return real.map_or(Ok(()), |_| Err(taken));
        };
        let real = real.map_err(|error| error.to_string())?;
        for ((ours, theirs), command) in double.iter().zip(&real).zip(&commands) {
            if told(ours) != told(theirs) {
                return Err(format!("{ours:?} became {theirs:?}"));
            }
            if let Outcome::Appended(_) = ours {
                for key in &command.keys {
                    self.keys
                        .entry(key.key_id)
                        .or_insert_with(|| key.wrapped.clone());
                }
            }
        }
        Ok(())
    }

    /// Both hold the same events, at the same places, and the keys that were given first.
    async fn compare(&self) -> Result<(), String> {
        let real: Vec<(i64, String, i64, Uuid)> = sqlx::query_as(
            "select position, aggregate_id, sequence, event_id from log.events order by position",
        )
        .fetch_all(&self.logs.pool)
        .await
        .unwrap();
        let double: Vec<(i64, String, i64, Uuid)> = self
            .double
            .entries()
            .into_iter()
            .map(|entry| {
                let recorded = entry.recorded;
                let id = recorded.aggregate_id;
                (recorded.position, id, entry.sequence, recorded.event_id)
            })
            .collect();
        if real != double {
            return Err(format!("{double:?} became {real:?}"));
        }
        let keys: Vec<(Uuid, Vec<u8>)> = sqlx::query_as("select key_id, wrapped from log.keys")
            .fetch_all(&self.logs.pool)
            .await
            .unwrap();
        let is_kept = |(key, wrapped): &(Uuid, Vec<u8>)| self.keys.get(key) == Some(wrapped);
        if keys.iter().all(is_kept) && keys.len() == self.keys.len() {
            Ok(())
        } else {
            Err("another key".to_owned())
        }
    }
}

/// An outcome without its time.
fn told(outcome: &Outcome) -> (&'static str, i64, i16) {
    match outcome {
        Outcome::Appended(appended) => ("appended", appended.first_position, 0),
        Outcome::Replayed(first) => ("replayed", first.appended.first_position, first.status),
        Outcome::Claimed => ("claimed", 0, 0),
        Outcome::Conflict => ("conflict", 0, 0),
    }
}

/// Decided by somebody who has loaded its stream, perhaps a moment too early.
fn command(double: &Journal, dice: &mut Dice) -> Command {
    let stream = |dice: &mut Dice| format!("stream {}", dice.roll(3));
    let own = stream(dice);
    let is_free = dice.once_in(2);
    let loaded = (double.length("box", &own) - dice.between(0, 1)).max(0);
    let events = (1..=dice.between(1, 3)).map(|nth| {
        let sequence = if is_free { 0 } else { loaded + nth };
        let event = boxes::Event::Archived(Conversation {
            conversation: dice.id().into(),
        });
        NewEvent::new("box", own.clone(), sequence, &event, &Metadata::default()).unwrap()
    });
    let events: Vec<NewEvent> = events.collect();
    let account = AccountId(Uuid::from_u128(u128::from(dice.roll(2))));
    let claim = Claim {
        kind: "name",
        key: format!("name {}", dice.roll(20)),
        account,
        label: None,
    };
    let other = stream(dice);
    let expect = Expect {
        aggregate_type: "box",
        sequence: (double.length("box", &other) - dice.between(0, 1)).max(0),
        aggregate_id: other,
    };
    let key = KeyRow {
        key_id: Uuid::from_u128(u128::from(dice.roll(60))),
        account,
        message: None,
        wrapped: dice.id().as_bytes().to_vec(),
    };
    let idempotency = Idempotency {
        account,
        key_hash: vec![u8::try_from(dice.roll(12)).unwrap()],
        fingerprint: vec![7],
        status: i16::try_from(200 + dice.roll(5)).unwrap(),
        result: "{}".to_owned(),
    };
    Command {
        events,
        keys: dice.once_in(4).then_some(key).into_iter().collect(),
        claims: dice.once_in(4).then_some(claim).into_iter().collect(),
        expects: dice.once_in(4).then_some(expect).into_iter().collect(),
        idempotency: dice.once_in(3).then_some(idempotency),
    }
}

/// Batches of any commands, some of them called twice; what differs.
async fn compare(pair: &mut Pair, seed: u64) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    for _ in 0..60 {
        let batch = dice.id();
        let commands: Vec<Command> = (0..=dice.roll(5))
            .map(|_| command(&pair.double, &mut dice))
            .collect();
        pair.append(batch, &commands).await?;
        if dice.once_in(4) {
            pair.append(batch, &commands).await?;
        }
    }
    pair.compare().await
}

#[tokio::test]
async fn the_double_of_the_log_appends_as_the_log_does() {
    for seed in 0..3 {
        compare(&mut Pair::new().await, seed).await.unwrap();
    }
}

#[tokio::test]
async fn a_number_that_is_burnt_is_found() {
    let bug = Bug::NumberBurnt;
    let mut pair = Pair::new().await;
    let losing = "        lost := lost || loss;\n        low := low + 1;";
    let burning = format!("        head := head + command_events[low + 1];\n{losing}");
    super::alter(&pair.logs.database, "log.append_batch", losing, &burning).await;
    let found = compare(&mut pair, 0).await.expect_err("a number is burnt");
    println!("{bug:?}: {found}");
}

#[tokio::test]
async fn a_key_that_is_written_over_is_found() {
    let bug = Bug::KeyOverwritten;
    let mut pair = Pair::new().await;
    let kept = "            as k(command, id, account, message, wrapped)
          where k.command between low and high;";
    let overwritten = kept.replace(
        ';',
        "\n          on conflict (key_id) do update set wrapped = excluded.wrapped;",
    );
    super::alter(&pair.logs.database, "log.append_batch", kept, &overwritten).await;
    let found = compare(&mut pair, 0).await.expect_err("a key is another");
    println!("{bug:?}: {found}");
}
