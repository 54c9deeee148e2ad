//! Resuming: nothing missing, nothing twice, no seam.

use std::collections::HashSet;

use eventlog::{Identity, Secret, Token, Tokens};

use super::world::{Client, Heard, World};
use crate::Settings;

/// What the feed holds, as ids of events.
async fn expected(world: &World, owner: &domain::Caller, upto: i64) -> Vec<String> {
    let rows = world.rows(owner, Token::default(), upto).await;
    rows.iter()
        .map(|change| world.id(crate::frame::place(&change.row)))
        .collect()
}

fn ids(heard: &[Heard]) -> Vec<String> {
    heard.iter().filter_map(|event| event.id.clone()).collect()
}

/// 600 messages of both boxes in seven conversations; a third of those received were read later, twenty at a time.
async fn history(world: &World, owner: &domain::Caller) -> i64 {
    for position in 1..=600 {
        if position % 5 == 0 {
            world.send(owner, position).await;
        } else {
            world.receive(owner, position, "hello").await;
        }
    }
    let read: Vec<i64> = (1..=600)
        .filter(|position| position % 3 == 0 && position % 5 != 0)
        .collect();
    for (chunk, position) in read.chunks(20).zip(601..) {
        world.mark_read(owner, chunk, position).await;
    }
    world.reach(700).await;
    700
}

#[tokio::test]
async fn resuming_gives_exactly_the_backlog_in_order_and_then_live_with_no_seam() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let upto = history(&world, &alice).await;
    let mut client = world.open(&alice, Some(&world.id(Token::after(0)))).await;
    assert_eq!(client.last_id, Some(world.id(Token::after(0))));
    let mut heard = vec![client.event().await];
    // In the middle of the backlog, and told twice, once with a gap before it.
    for position in upto + 1..=upto + 10 {
        world.receive(&alice, position, "meanwhile").await;
        world.tell(&alice, position - 1, position).await;
        heard.push(client.event().await);
        world.tell(&alice, position - 1, position).await;
    }
    heard.extend(client.settle(&world, &alice).await);
    for position in upto + 11..=upto + 20 {
        world.receive(&alice, position, "live").await;
        world.tell(&alice, position - 1, position).await;
    }
    heard.extend(client.settle(&world, &alice).await);
    // The conversations of the backlog may be told in more than one state; items are told once, and all of it in order.
    let expected = expected(&world, &alice, upto + 20).await;
    let told = ids(&heard);
    let order: Vec<Token> = told
        .iter()
        .map(|id| world.tokens.read(id).unwrap())
        .collect();
    assert!(order.is_sorted_by(|one, other| one < other));
    let items = |ids: &[Heard]| -> Vec<String> {
        let items = ids
            .iter()
            .filter(|event| event.name.starts_with("message."));
        items
            .map(|event| event.data["message"]["id"].to_string())
            .collect()
    };
    assert_eq!(items(&heard).len(), 620);
    assert_eq!(items(&heard).into_iter().collect::<HashSet<_>>().len(), 620);
    assert!(expected.iter().all(|id| told.contains(id)));
    assert!(heard.iter().all(|event| event.name != "message.changed"));
}

#[tokio::test]
async fn broken_off_anywhere_and_resumed_gives_each_change_once() {
    let world = World::new().await;
    let alice = world.somebody().await;
    let upto = history(&world, &alice).await;
    let mut told = Vec::new();
    let mut place = world.id(Token::after(0));
    for taken in (1..).step_by(23) {
        let mut client = world.open(&alice, Some(&place)).await;
        let before = told.len();
        for _ in 0..taken {
            let Some(event) = next(&mut client, &world, &alice).await else {
                break;
            };
            told.extend(event.id);
        }
        if told.len() < before + taken {
            break;
        }
        place = client.last_id.unwrap();
    }
    assert_eq!(told, expected(&world, &alice, upto).await);
}

async fn next(client: &mut Client, world: &World, owner: &domain::Caller) -> Option<Heard> {
    loop {
        if let Some(event) = futures::FutureExt::now_or_never(client.try_event()) {
            return event;
        }
        if !world.is_behind(owner) {
            return None;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn many_changes_at_one_position_are_told_in_their_order() {
    let world = World::new().await;
    let alice = world.somebody().await;
    for position in 1..=300 {
        world.receive(&alice, position, "hello").await;
    }
    let backwards: Vec<i64> = (1..=300).rev().collect();
    world.mark_read(&alice, &backwards, 301).await;
    let mut client = world.open(&alice, Some(&world.id(Token::after(300)))).await;
    let heard = client.settle(&world, &alice).await;
    assert_eq!(
        ids(&heard),
        (0..300)
            .map(|ordinal| world.id(Token {
                position: 301,
                ordinal
            }))
            .collect::<Vec<_>>()
    );
    assert!(heard.iter().all(|event| event.name == "message.changed"));
}

#[tokio::test]
async fn more_conversations_than_a_page_holds_are_told_in_order_with_the_items() {
    let world = World::new().await;
    let alice = world.somebody().await;
    world.talk(&alice, 500).await;
    world.receive(&alice, 501, "hello").await;
    let mut client = world.open(&alice, Some(&world.id(Token::after(0)))).await;
    let heard = client.settle(&world, &alice).await;
    assert_eq!(ids(&heard), expected(&world, &alice, 501).await);
    assert_eq!(heard.len(), 502);
}

#[tokio::test]
async fn a_page_of_long_messages_is_cut_by_its_bytes() {
    let world = World::with(Settings::default()).await;
    let alice = world.somebody().await;
    let long = "long ".repeat(4_000);
    for position in 1..=60 {
        world.receive(&alice, position, &long).await;
    }
    let mut client = world.open(&alice, Some(&world.id(Token::after(0)))).await;
    let mut pages = Vec::new();
    while world.is_behind(&alice) {
        pages.extend(client.raw().await);
        tokio::task::yield_now().await;
    }
    let total: usize = pages
        .iter()
        .map(|page| {
            std::str::from_utf8(page)
                .unwrap()
                .matches("event: message")
                .count()
        })
        .sum();
    assert_eq!(total, 60);
    assert!(pages.iter().all(|page| page.len() < 48 * 1024 + 25_000));
}

#[tokio::test]
async fn a_place_that_is_not_of_this_log_is_met_with_reset_and_then_live() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    world.receive(&alice, 1, "before").await;
    let epoch = Identity {
        epoch: 2,
        ..Identity::of(&world.pool).await.unwrap()
    };
    let other = Tokens::new(&Secret::new([7; 32]), epoch).write(Token::after(1));
    let ahead = world.id(Token::after(10_000));
    for (lost, from) in ["nonsense", "\u{e9}", &other, &ahead].into_iter().zip(1..) {
        let mut client = world.open(&alice, Some(lost)).await;
        let reset = client.event().await;
        assert_eq!(
            (reset.name.as_str(), reset.id),
            ("reset", Some(world.id(Token::after(from))))
        );
        world.receive(&alice, from + 1, "after").await;
        world.tell(&alice, from, from + 1).await;
        assert_eq!(client.event().await.data["message"]["body"], "after");
    }
}

#[tokio::test]
async fn a_place_that_is_in_the_log_and_not_yet_in_the_tables_is_kept() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let event = "insert into log.events (position, aggregate_type, aggregate_id, sequence, event_type, event_version,
                   payload, metadata, event_id, recorded_at, leaf_hash)
                 values (1, 'message', '1', 1, 'message.sent', '1', '{}', '{}', $1, now(), $2)";
    let insert = sqlx::query(event).bind(house::id()).bind(vec![0_u8; 32]);
    insert.execute(&world.pool).await.unwrap();
    let mut client = world.open(&alice, Some(&world.id(Token::after(1)))).await;
    world.receive(&alice, 1, "known").await;
    world.receive(&alice, 2, "unknown").await;
    world.tell(&alice, 0, 2).await;
    let heard = client.settle(&world, &alice).await;
    assert_eq!(heard[0].data["message"]["body"], "unknown");
}
