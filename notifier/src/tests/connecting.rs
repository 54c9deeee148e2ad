//! Who is let in, and how a stream begins.

use axum::body::Body;
use eventlog::Token;
use http::{Request, StatusCode, header};

use super::world::World;
use crate::{Settings, hub::Occasion};

#[tokio::test]
async fn nobody_is_let_in_without_a_caller() {
    let world = World::new().await;
    assert_eq!(
        world.ask(None, None).await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_stream_says_what_it_is_and_when_to_come_again() {
    let world = World::new().await;
    let alice = world.somebody().await;
    let response = world.ask(Some(&alice), None).await;
    assert_eq!(
        response.headers()[header::CONTENT_TYPE],
        "text/event-stream"
    );
    assert_eq!(
        response.headers()[header::CACHE_CONTROL],
        "no-cache, no-transform"
    );
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    let mut body = response.into_body().into_data_stream();
    let first = futures::StreamExt::next(&mut body).await.unwrap().unwrap();
    let first = std::str::from_utf8(&first).unwrap();
    let (retry, hello) = first.split_once("\n\n").unwrap();
    let retry: u32 = retry.strip_prefix("retry: ").unwrap().parse().unwrap();
    assert!((2_000..3_000).contains(&retry));
    let id = world.id(Token::after(0));
    assert!(hello.starts_with(&format!(
        "id: {id}\nevent: hello\ndata: {{\"type\":\"hello\",\"occurred_at\":\""
    )));
    assert!(hello.ends_with(&format!("\"token\":\"{id}\"}}\n\n")));
}

#[tokio::test]
async fn a_fresh_stream_starts_at_the_checkpoint() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    world.receive(&alice, 1, "before").await;
    let mut client = world.open(&alice, None).await;
    assert_eq!(client.last_id, Some(world.id(Token::after(1))));
    world.receive(&alice, 2, "after").await;
    world.tell(&alice, 1, 2).await;
    assert_eq!(client.event().await.data["message"]["body"], "after");
}

#[tokio::test]
async fn the_query_names_the_place_as_well_as_the_header_and_the_header_is_newer() {
    let world = World::new().await;
    let alice = world.somebody().await;
    world.reach(9).await;
    let ask = |header: Option<String>| {
        let uri = format!(
            "/api/v1/events?last_event_id={}&whatever=1",
            world.id(Token::after(3))
        );
        let mut request = Request::get(uri);
        if let Some(id) = header {
            request = request.header("last-event-id", id);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(alice.clone());
        world.call(request)
    };
    for (header, place) in [(None, 3), (Some(world.id(Token::after(5))), 5)] {
        let mut body = ask(header).await.into_body().into_data_stream();
        let first = futures::StreamExt::next(&mut body).await.unwrap().unwrap();
        let hello = format!("id: {}\nevent: hello\n", world.id(Token::after(place)));
        assert!(std::str::from_utf8(&first).unwrap().contains(&hello));
    }
}

#[tokio::test]
async fn an_account_and_a_node_have_only_so_many_streams() {
    let world = World::with(Settings {
        streams: 3,
        streams_per_account: 2,
        ..Settings::default()
    })
    .await;
    let (alice, bob) = (world.somebody().await, world.somebody().await);
    let first = world.open(&alice, None).await;
    let _second = world.open(&alice, None).await;
    let refused = world.ask(Some(&alice), None).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    let _third = world.open(&bob, None).await;
    let refused = world.ask(Some(&bob), None).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    drop(first);
    world.open(&alice, None).await;
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said_before_the_stream_opens() {
    let world = World::new().await;
    let alice = world.somebody().await;
    world.pool.close().await;
    assert_eq!(
        world.ask(Some(&alice), None).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert!(world.notifier.shared.registry.owners().is_empty());
}

#[tokio::test]
async fn unread_is_told_after_hello_and_when_it_changes_and_not_for_each_message() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    world.receive(&alice, 1, "one").await;
    let mut client = world.open(&alice, None).await;
    world.step(Occasion::Count).await;
    let unread = client.event().await;
    assert_eq!(
        (unread.name.as_str(), unread.id, &unread.data["total"]),
        ("unread", None, &1.into())
    );
    for position in 2..=5 {
        world.receive(&alice, position, "more").await;
    }
    world.tell(&alice, 1, 5).await;
    world.step(Occasion::Count).await;
    world.step(Occasion::Count).await;
    let heard = client.settle(&world, &alice).await;
    let totals: Vec<_> = heard
        .iter()
        .filter(|event| event.name == "unread")
        .map(|event| &event.data["total"])
        .collect();
    assert_eq!(totals, [&5]);
    assert_eq!(heard.last().unwrap().name, "unread");
}

#[tokio::test]
async fn a_heartbeat_comes_every_fifteen_seconds() {
    let mut world = World::new().await;
    let alice = world.somebody().await;
    let mut client = world.open(&alice, None).await;
    let mut beats = 0;
    for _ in 0..45 {
        world.step(Occasion::Second).await;
        if let Some(bytes) = client.raw().await {
            assert_eq!(bytes, ":\n\n");
            beats += 1;
        }
    }
    assert_eq!(beats, 3);
}
