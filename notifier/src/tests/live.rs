//! Live: a hint is a doorbell, the table is the courier.

use eventlog::Token;

use super::world::{Heard, World};
use crate::{Settings, hub::Occasion};

fn names(heard: &[Heard]) -> Vec<&str> {
    heard.iter().map(|event| event.name.as_str()).collect()
}

#[tokio::test]
async fn each_stream_of_an_account_is_told_and_no_other() {
    let mut world = World::new().await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    let (mut one, mut other) = (
        world.open(&alice, None).await,
        world.open(&alice, None).await,
    );
    let mut stranger = world.open(&bob, None).await;
    world.receive(&alice, 1, "for alice").await;
    world.tell(&alice, 0, 1).await;
    for client in [&mut one, &mut other] {
        let heard = client.settle(&world, &alice).await;
        assert_eq!(names(&heard), ["message.new", "conversation.changed"]);
        assert_eq!(heard[0].data["box"], "inbox");
        assert_eq!(heard[0].data["message"]["body"], "for alice");
        assert_eq!(
            heard[0].id,
            Some(world.id(Token {
                position: 1,
                ordinal: 0
            }))
        );
    }
    assert!(stranger.settle(&world, &bob).await.is_empty());
}

#[tokio::test]
async fn news_told_twice_are_heard_once() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.receive(&alice, 1, "one").await;
    world.receive(&alice, 2, "two").await;
    world.tell(&alice, 0, 1).await;
    world.tell(&alice, 0, 1).await;
    world.tell(&alice, 0, 2).await;
    let heard = client.settle(&world, &alice).await;
    let told: Vec<_> = heard
        .iter()
        .map(|event| world.tokens.read(event.id.as_deref().unwrap()).unwrap())
        .collect();
    let places = [(1, 0), (1, 1), (2, 0), (2, 1)];
    assert_eq!(
        told,
        places.map(|(position, ordinal)| Token { position, ordinal })
    );
}

#[tokio::test]
async fn a_gap_before_news_sends_everybody_to_the_tables() {
    let mut world = World::new().await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    let mut clients = [world.open(&alice, None).await, world.open(&bob, None).await];
    world.receive(&alice, 1, "lost on the way").await;
    world.receive(&bob, 2, "lost on the way").await;
    world.receive(&alice, 3, "told").await;
    world.tell(&alice, 2, 3).await;
    let heard = clients[0].settle(&world, &alice).await;
    assert_eq!(
        names(&heard)
            .iter()
            .filter(|name| **name == "message.new")
            .count(),
        2
    );
    assert_eq!(
        names(&clients[1].settle(&world, &bob).await),
        ["message.new", "conversation.changed"]
    );
}

#[tokio::test]
async fn a_gap_wider_than_one_query_is_read_by_each_stream() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    for position in 1..=250 {
        world.receive(&alice, position, "lost on the way").await;
    }
    world.step(Occasion::Poll).await;
    let heard = client.settle(&world, &alice).await;
    assert_eq!(
        names(&heard)
            .iter()
            .filter(|name| **name == "message.new")
            .count(),
        250
    );
}

#[tokio::test]
async fn a_gap_with_more_conversations_than_one_query_reads_loses_none() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.talk(&alice, 250).await;
    world.step(Occasion::Poll).await;
    assert_eq!(client.settle(&world, &alice).await.len(), 250);
}

#[tokio::test]
async fn without_any_hint_the_tables_are_asked() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.receive(&alice, 1, "quiet").await;
    world.step(Occasion::Poll).await;
    assert_eq!(client.event().await.name, "message.new");
}

#[tokio::test]
async fn a_hint_from_another_process_rings_and_the_table_brings() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.receive(&alice, 1, "from elsewhere").await;
    world.hint(&alice, 0, 1).await;
    world.hint(&alice, 0, 1).await;
    assert_eq!(
        names(&client.settle(&world, &alice).await),
        ["message.new", "conversation.changed"]
    );
}

#[tokio::test]
async fn an_owner_whose_rows_are_not_told_is_read_from_the_tables_in_order() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    for position in 1..=3 {
        world.receive(&alice, position, "hello").await;
    }
    let mut news = (*world.news(&alice, 2, 3).await).clone();
    (news.from, news.dirty) = (0, vec![alice.account]);
    world.step(Occasion::News(news.into())).await;
    let heard = client.settle(&world, &alice).await;
    let order: Vec<Token> = heard
        .iter()
        .map(|event| world.tokens.read(event.id.as_deref().unwrap()).unwrap())
        .collect();
    assert_eq!(order.len(), 6);
    assert!(order.is_sorted_by(|one, other| one < other));
}

#[tokio::test]
async fn a_change_of_a_known_item_is_told_once_as_changed_and_of_an_unknown_one_as_new() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    world.receive(&alice, 1, "known").await;
    let mut client = world.open(&alice, None).await;
    world.mark_read(&alice, &[1], 2).await;
    world.tell(&alice, 1, 2).await;
    world.receive(&alice, 3, "unknown").await;
    world.mark_read(&alice, &[3], 4).await;
    world.tell(&alice, 2, 4).await;
    world.tell(&alice, 2, 4).await;
    let heard = client.settle(&world, &alice).await;
    assert_eq!(
        names(&heard),
        ["message.changed", "conversation.changed", "message.new"]
    );
    assert!(
        heard
            .iter()
            .all(|event| event.name == "conversation.changed" || event.data["read_at"].is_string())
    );
}

#[tokio::test]
async fn what_is_written_to_a_stream_is_told_as_delivered() {
    let (delivered, mut heard) = tokio::sync::mpsc::channel(10);
    let mut world = World::with(Settings {
        delivered: Some(delivered),
        ..Settings::default()
    })
    .await;
    let alice = world.somebody().await;
    world.receive(&alice, 1, "backlog").await;
    let mut client = world.open(&alice, Some(&world.id(Token::after(0)))).await;
    client.settle(&world, &alice).await;
    world.receive(&alice, 2, "live").await;
    world.send(&alice, 3).await;
    world.tell(&alice, 1, 3).await;
    assert!(
        heard
            .try_recv()
            .is_ok_and(|item| item.position == 1 && item.owner == alice.account)
    );
    assert!(heard.try_recv().is_err());
    client.settle(&world, &alice).await;
    assert!(heard.try_recv().is_ok_and(|item| item.position == 2));
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn what_was_set_back_before_it_was_read_is_told_when_it_is_there_again() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.receive(&alice, 1, "one").await;
    world.tell(&alice, 0, 1).await;
    assert_eq!(client.settle(&world, &alice).await.len(), 2);
    world.receive(&alice, 2, "two").await;
    world.set_back(1).await;
    let rung = Occasion::Hint(nats::Hint {
        from: 1,
        to: 2,
        owners: vec![alice.account],
    });
    assert!(
        world.hub.step(rung).await.is_err(),
        "less is there than was told"
    );
    world.receive(&alice, 2, "two").await;
    world.hint(&alice, 1, 2).await;
    let heard = client.settle(&world, &alice).await;
    assert_eq!(names(&heard), ["message.new", "conversation.changed"]);
}

#[tokio::test]
async fn a_count_that_was_asked_for_while_the_tables_were_set_back_is_asked_for_again() {
    // Made again as they were; further than that; and further, without its being heard of. Alice is among those of whom a run
    // from the beginning tells, and not among those of the last one alone.
    for (from, to) in [(0, 1), (0, 3), (2, 3)] {
        let mut world = World::new().await;
        let [alice, bob] = [world.somebody().await, world.somebody().await];
        let mut client = world.open(&alice, None).await;
        world.receive(&alice, 1, "one").await;
        world.tell(&alice, 0, 1).await;
        world.set_back(0).await;
        world.step(Occasion::Count).await;
        let heard = client.settle(&world, &alice).await;
        assert_eq!(heard.last().unwrap().data["total"], 0);
        world.receive(&alice, 1, "one").await;
        for position in 2..=to {
            world.receive(&bob, position, "more").await;
        }
        match (from, to) {
            (0, 1) => world.tell(&alice, from, to).await,
            (0, _) => world.hint(&alice, from, to).await,
            _ => world.hint(&bob, from, to).await,
        }
        world.step(Occasion::Count).await;
        let heard = client.settle(&world, &alice).await;
        assert_eq!(names(&heard), ["unread"], "from {from} to {to}");
        assert_eq!(heard[0].data["total"], 1);
    }
}

#[tokio::test]
async fn who_comes_while_the_tables_are_set_back_misses_nothing_that_the_hub_has_told() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    world.receive(&alice, 1, "one").await;
    world.receive(&alice, 2, "two").await;
    world.tell(&alice, 0, 2).await;
    world.set_back(1).await;
    let place = world.id(Token::after(1));
    let mut client = world.open(&alice, Some(&place)).await;
    assert!(futures::FutureExt::now_or_never(client.event()).is_none());
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    world.receive(&alice, 2, "two").await;
    world.tell(&alice, 1, 2).await;
    // Whether what was read under way is from before or after, nobody knows: a second later it is read again.
    let mut heard = std::pin::pin!(client.event());
    let heard = loop {
        tokio::select! {
            biased;
            heard = &mut heard => break heard,
            () = world.step(Occasion::Second) => {}
        }
    };
    assert_eq!(heard.name, "message.new");
}
