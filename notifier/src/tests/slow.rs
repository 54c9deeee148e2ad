//! A slow reader slows nobody, loses nothing and takes no memory; one that stands still is cut off.

use super::world::World;
use crate::{Settings, hub::Occasion};

#[tokio::test]
async fn what_does_not_fit_into_the_queue_is_read_from_the_tables_later() {
    let mut world = World::with(Settings {
        queue_bytes: 4 * 1024,
        ..Settings::default()
    })
    .await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    let (mut slow, mut quick) = (world.open(&alice, None).await, world.open(&bob, None).await);
    for position in (1..200).step_by(2) {
        world.receive(&alice, position, "hello").await;
        world.receive(&bob, position + 1, "hello").await;
        world.tell(&alice, position - 1, position).await;
        world.tell(&bob, position, position + 1).await;
        assert_eq!(quick.event().await.name, "message.new");
        assert_eq!(quick.event().await.name, "conversation.changed");
    }
    let heard = slow.settle(&world, &alice).await;
    assert_eq!(
        heard
            .iter()
            .filter(|event| event.name == "message.new")
            .count(),
        100
    );
    world.receive(&alice, 201, "and on").await;
    world.tell(&alice, 200, 201).await;
    assert_eq!(slow.event().await.name, "message.new");
}

#[tokio::test]
async fn a_reader_that_stands_still_is_cut_off_and_others_go_on() {
    let mut world = World::new().await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    let (mut still, mut other) = (world.open(&alice, None).await, world.open(&bob, None).await);
    still.settle(&world, &alice).await;
    world.receive(&alice, 1, "hello").await;
    world.tell(&alice, 0, 1).await;
    for _ in 0..40 {
        world.step(Occasion::Second).await;
        other.settle(&world, &bob).await;
    }
    assert!(world.hangup.is_cancelled());
    assert!(still.try_event().await.is_none());
    world.receive(&bob, 2, "hello").await;
    world.tell(&bob, 1, 2).await;
    assert_eq!(other.event().await.name, "message.new");
}

#[tokio::test]
async fn a_reader_that_has_nothing_to_read_is_not_slow() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    for _ in 0..100 {
        client.settle(&world, &alice).await;
        world.step(Occasion::Second).await;
    }
    assert!(!world.hangup.is_cancelled());
}
