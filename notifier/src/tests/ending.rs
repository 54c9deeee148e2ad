//! How a stream ends.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::world::World;
use crate::{Sources, hub::Occasion};

#[tokio::test]
async fn a_stream_ends_with_its_session_and_only_with_its_own() {
    for end in [
        "update auth.sessions set ended_at = now() where session_id = $1",
        "update auth.sessions set expires_at = now() - interval '1 second' where session_id = $1",
        "update auth.sessions set used_at = now() - interval '12 minutes' where session_id = $1",
        "delete from auth.sessions where session_id = $1",
    ] {
        let mut world = World::new().await;
        let (alice, bob) = (world.somebody().await, world.somebody().await);
        let (mut hers, mut his) = (world.open(&alice, None).await, world.open(&bob, None).await);
        sqlx::query(end)
            .bind(alice.session.0)
            .execute(&world.pool)
            .await
            .unwrap();
        world.step(Occasion::Second).await;
        assert_eq!(hers.event().await.name, "session.ended");
        assert!(hers.try_event().await.is_none());
        assert!(his.settle(&world, &bob).await.is_empty());
    }
}

#[tokio::test]
async fn a_classic_session_needs_no_refresh() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    let old = "update auth.sessions set used_at = now() - interval '2 days', classic = true";
    sqlx::query(old).execute(&world.pool).await.unwrap();
    world.step(Occasion::Second).await;
    assert!(client.settle(&world, &alice).await.is_empty());
}

#[tokio::test]
async fn what_waits_for_an_ended_session_is_not_shown() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.receive(&alice, 1, "too late").await;
    world.tell(&alice, 0, 1).await;
    sqlx::query("update auth.sessions set ended_at = now()")
        .execute(&world.pool)
        .await
        .unwrap();
    world.step(Occasion::Second).await;
    assert_eq!(client.event().await.name, "session.ended");
}

#[tokio::test]
async fn shutdown_says_bye_ends_every_stream_and_lets_nobody_in() {
    let world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    world.notifier.bye();
    assert_eq!(client.event().await.name, "bye");
    assert!(client.try_event().await.is_none());
    assert_eq!(
        world.ask(Some(&alice), None).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn a_running_notifier_hears_both_doorbells_and_stops_in_order() {
    let world = World::new().await;
    let alice = world.somebody().await;
    let (news, news_heard) = broadcast::channel(4);
    let (hints, hints_heard) = mpsc::channel(4);
    let shutdown = CancellationToken::new();
    let sources = Sources {
        news: Some(news_heard),
        hints: Some(hints_heard),
        typing: None,
    };
    let running = tokio::spawn(world.notifier.clone().run(sources, shutdown.clone()));
    let mut client = world.open(&alice, None).await;
    world.receive(&alice, 1, "one").await;
    news.send(world.news(&alice, 0, 1).await).unwrap();
    client
        .until(&world.id(eventlog::Token {
            position: 1,
            ordinal: 1,
        }))
        .await;
    world.receive(&alice, 2, "two").await;
    drop(news);
    hints
        .send(nats::Hint {
            from: 1,
            to: 2,
            owners: vec![alice.account],
        })
        .await
        .unwrap();
    client
        .until(&world.id(eventlog::Token {
            position: 2,
            ordinal: 1,
        }))
        .await;
    drop(hints);
    shutdown.cancel();
    running.await.unwrap();
    while let Some(event) = client.try_event().await {
        assert!(["bye", "unread"].contains(&event.name.as_str()));
    }
    // Whatever was still being read for the client is read to its end.
    house::until(
        "only the world, the hub and the client hold it",
        async || Ok((Arc::strong_count(&world.notifier.shared) == 3).then_some(())),
    )
    .await
    .unwrap();
}
