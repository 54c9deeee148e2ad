//! Any history, with news lost, doubled and late, and readers slow and broken off: a client which puts each item where its
//! id says ends with what the tables hold, and was told of each item as new at most once.

use std::collections::{HashMap, HashSet};

use domain::{Caller, mailbox::Row};
use eventlog::Token;

use super::world::{Heard, World};
use crate::{Settings, frame, hub::Occasion};

/// Numbers as arbitrary as the seed, and the same again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What a client knows: each item and conversation with the place it was told at.
#[derive(Default)]
struct Known {
    items: HashMap<String, Token>,
    new: HashSet<String>,
    place: Token,
}

impl Known {
    fn hear(&mut self, world: &World, event: &Heard) {
        let Some(id) = &event.id else { return };
        let place = world.tokens.read(id).unwrap();
        assert!(place > self.place, "in order, and nothing twice");
        self.place = place;
        let item = match event.name.as_str() {
            "conversation.changed" => event.data["conversation"]["id"].to_string(),
            _ => format!("{}{}", event.data["box"], event.data["message"]["id"]),
        };
        if event.name == "message.new" {
            assert!(self.new.insert(item.clone()), "new only once");
        }
        self.items.insert(item, place);
    }
}

async fn in_the_tables(world: &World, owner: &Caller, upto: i64) -> HashMap<String, Token> {
    let rows = world.rows(owner, Token::default(), upto).await;
    let named = rows.iter().map(|change| {
        let name = match &change.row {
            Row::Inbox(row) => format!("\"inbox\"\"{}\"", row.message.message_id),
            Row::Sent(row) => format!("\"sent\"\"{}\"", row.message.message_id),
            Row::Conversation(row) => format!("\"{}\"", row.conversation_id),
        };
        (name, frame::place(&change.row))
    });
    named.collect()
}

/// Adds some events to the tables, as one batch of a projector.
async fn project(world: &World, owner: &Caller, dice: &mut Dice, from: i64) -> i64 {
    let to = from + 1 + i64::try_from(dice.roll(12)).unwrap();
    for position in from + 1..=to {
        match dice.roll(4) {
            0 => world.send(owner, position).await,
            1 if position > 5 => {
                let first = i64::try_from(dice.roll(position.unsigned_abs())).unwrap();
                world
                    .mark_read(owner, &[first, first + 1, first + 2], position)
                    .await;
            }
            2 => world.reach(position).await,
            _ => world.receive(owner, position, "hello").await,
        }
    }
    to
}

async fn run(seed: u64) {
    let mut world = World::with(Settings {
        queue_bytes: 2_000,
        ..Settings::default()
    })
    .await;
    let mut dice = Dice(seed);
    let alice = world.somebody().await;
    let mut known = Known::default();
    let mut client = world.open(&alice, None).await;
    let mut position = 0;
    for _ in 0..60 {
        let from = position;
        position = project(&world, &alice, &mut dice, from).await;
        match dice.roll(6) {
            0 => {}
            1 => world.hint(&alice, from, position).await,
            2 => {
                world.tell(&alice, from, position).await;
                world.tell(&alice, from, position).await;
            }
            _ => world.tell(&alice, from, position).await,
        }
        match dice.roll(8) {
            0 => {
                let place = client.last_id.take().unwrap();
                client = world.open(&alice, Some(&place)).await;
            }
            1 => {
                for event in client.settle(&world, &alice).await {
                    known.hear(&world, &event);
                }
            }
            2 => world.step(Occasion::Poll).await,
            _ => {
                for _ in 0..dice.roll(20) {
                    if let Some(event) = futures::FutureExt::now_or_never(client.try_event()) {
                        known.hear(&world, &event.expect("the stream goes on"));
                    }
                    tokio::task::yield_now().await;
                }
            }
        }
    }
    world.step(Occasion::Poll).await;
    for event in client.settle(&world, &alice).await {
        known.hear(&world, &event);
    }
    assert_eq!(
        known.items,
        in_the_tables(&world, &alice, position).await,
        "seed {seed}"
    );
}

#[tokio::test]
async fn any_history_ends_with_what_the_tables_hold() {
    for seed in 0..12 {
        run(seed).await;
    }
}
