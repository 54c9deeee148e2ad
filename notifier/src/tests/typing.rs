//! Who types is told to those who are there and keep up, and to nobody twice.

use domain::{Caller, ConversationId, Typing, mailbox::Person};
use uuid::Uuid;

use super::world::World;
use crate::{
    Settings,
    hub::Occasion,
    typing::{self, Writing},
};

/// The conversation of every seventh message.
const CONVERSATION: Uuid = Uuid::nil();

fn typing_of(somebody: &Caller) -> Typing {
    Typing {
        conversation: ConversationId(CONVERSATION),
        account: Person {
            id: somebody.account.0,
            username: somebody.username.to_string(),
        },
        at: eventlog::fresh::now(),
    }
}

async fn tell(world: &World, who: &[&Caller]) {
    let mut writing = Writing::default();
    for somebody in who {
        writing.add(typing_of(somebody));
    }
    typing::step(&world.notifier.shared, &mut writing)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_other_members_are_told_once_however_often_it_is_said() {
    let world = World::new().await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    let stranger = world.somebody().await;
    world.receive(&alice, 7, "one").await;
    world.receive(&bob, 14, "two").await;
    world.receive(&stranger, 15, "another conversation").await;
    let mut own = world.open(&alice, None).await;
    let mut others = world.open(&bob, None).await;
    let mut strangers = world.open(&stranger, None).await;
    tell(&world, &[&alice, &alice]).await;
    let heard = others.event().await;
    assert_eq!((heard.name.as_str(), heard.id), ("typing", None));
    assert_eq!(heard.data["conversation_id"], CONVERSATION.to_string());
    assert_eq!(heard.data["account"]["id"], alice.account.0.to_string());
    assert!(others.settle(&world, &bob).await.is_empty());
    assert!(own.settle(&world, &alice).await.is_empty());
    assert!(strangers.settle(&world, &stranger).await.is_empty());
}

#[tokio::test]
async fn a_reader_that_does_not_keep_up_is_not_told_and_misses_no_message() {
    let mut world = World::with(Settings {
        queue_bytes: 2 * 1024,
        ..Settings::default()
    })
    .await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    world.receive(&alice, 7, "one").await;
    world.receive(&bob, 14, "two").await;
    world.step(Occasion::Poll).await;
    let mut slow = world.open(&bob, None).await;
    for _ in 0..1_000 {
        tell(&world, &[&alice]).await;
    }
    world.receive(&bob, 21, "three").await;
    world.tell(&bob, 14, 21).await;
    let heard = slow.settle(&world, &bob).await;
    let count = |name| heard.iter().filter(|event| event.name == name).count();
    assert!(count("typing") < 20, "{}", count("typing"));
    assert_eq!(count("message.new"), 1);
}
