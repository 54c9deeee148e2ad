//! What was written to an open stream has arrived, and its sender is told.

use std::time::Instant;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use house::{Events, House, Plan, Role, until};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const MARKS: &str = "select count(*) from log.events where event_type = 'marks.delivered'";
const MARKED: &str = "select coalesce(sum(json_array_length(sender->'positions')), 0)::bigint
    from log.events, json_array_elements(payload->'from') as sender where event_type = 'marks.delivered'";

#[tokio::test]
async fn a_sender_sees_live_that_a_message_has_arrived() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let (mut own, mut others) = (alice.events(None).await?, bob.events(None).await?);
    own.next_of("hello").await?;
    others.next_of("hello").await?;
    let sent = alice.send("bob", "are you there?").await?;
    let changed = delivered_to(&mut own, &sent["id"], 1).await?;
    assert_eq!(changed["message"], sent.json);
    assert_eq!(changed["read_by"], 0);
    let list = bob.inbox().await?;
    assert!(list["items"][0]["delivered_at"].is_string());

    // Over a socket too.
    drop(others);
    let mut socket = bob.socket(None).await?;
    socket.next_of("hello").await?;
    let sent = alice.send("bob", "and now?").await?;
    delivered_to(&mut own, &sent["id"], 1).await?;
    house.finish().await
}

#[tokio::test]
async fn nothing_has_arrived_where_nobody_listens_however_often_it_is_looked_at() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let sent = alice.send("bob", "later").await?;
    let token = sent.token()?;
    for path in ["/api/v1/inbox", "/api/v1/conversations"] {
        bob.get_since(path, &token).await?.is(200)?;
    }
    assert_eq!(house.count(MARKS).await?, 0);

    // What was missed has arrived once a stream has caught up with it.
    let place = alice.inbox().await?.token()?;
    let mut own = alice.events(Some(&place)).await?;
    let mut others = bob.events(Some(&place)).await?;
    others.next_of("hello").await?;
    let more = alice.send("bob", "now").await?;
    delivered_to(&mut own, &more["id"], 1).await?;
    house.finish().await
}

#[tokio::test]
async fn two_streams_of_one_owner_are_one_event() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let tablet = bob.another_device().await?;
    let (mut one, mut two) = (bob.events(None).await?, tablet.events(None).await?);
    let place = bob.inbox().await?.token()?;
    for stream in [&mut one, &mut two] {
        stream.next_of("hello").await?;
    }
    alice.send("bob", "to both").await?;
    for stream in [&mut one, &mut two] {
        stream.next_of("message.new").await?;
    }
    // A third one reads it from the tables, perhaps before they say that it has arrived.
    let mut third = bob.events(Some(&place)).await?;
    third.next_of("message.new").await?;
    // What arrives at the same moment would be one event.
    until("the first has arrived", async || {
        Ok((house.count(MARKED).await? >= 1).then_some(()))
    })
    .await?;
    alice.send("bob", "again").await?;
    until("both have arrived", async || {
        Ok((house.count(MARKED).await? >= 2).then_some(()))
    })
    .await?;
    for stream in [&mut one, &mut two, &mut third] {
        stream.next_of("message.new").await?;
    }
    house.settle().await?;
    assert_eq!(house.count(MARKS).await?, 2);
    assert_eq!(house.count(MARKED).await?, 2);
    house.finish().await
}

#[tokio::test]
async fn a_burst_is_a_few_events_and_each_message_is_in_one_of_them() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut others = bob.events(None).await?;
    others.next_of("hello").await?;
    let since = Instant::now();
    stream::iter(0..200)
        .map(|n| {
            let alice = &alice;
            async move { alice.send("bob", &format!("message {n}")).await }
        })
        .buffer_unordered(16)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    let listening = async {
        while others.next().await?.is_some() {}
        anyhow::Ok(())
    };
    let marked = until("all have arrived", async || {
        Ok((house.count(MARKED).await? >= 200).then_some(()))
    });
    tokio::select! {
        ended = listening => ended.and_then(|()| Err(anyhow::anyhow!("the stream ended")))?,
        marked = marked => marked?,
    }
    assert_eq!(house.count(MARKED).await?, 200);
    let events = house.count(MARKS).await?;
    // One each two seconds, however long it takes here; that is two or three where nobody is in the way.
    let at_most = 1 + i64::try_from(since.elapsed().as_secs().div_ceil(2))?;
    assert!(events <= at_most, "{events} events, and not {at_most}");
    house.finish().await
}

#[tokio::test]
async fn what_waits_when_the_service_goes_down_is_noted_before_it_has_gone() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut others = bob.events(None).await?;
    others.next_of("hello").await?;
    for n in 0..20 {
        alice.send("bob", &format!("message {n}")).await?;
        others.next_of("message.new").await?;
    }
    house.node(Role::Notifier).stop().await?;
    assert_eq!(house.count(MARKED).await?, 20);
    house.node(Role::Notifier).start().await?;

    // It is not noted again when a stream goes on from before.
    let mut others = bob.events(others.last_event_id.as_deref()).await?;
    others.next_of("hello").await?;
    let body = json!({ "to": ["bob"], "body": "after" });
    alice.post("/api/v1/messages", &body).await?.is(201)?;
    others.next_of("message.new").await?;
    until("the last one has arrived", async || {
        Ok((house.count(MARKED).await? >= 21).then_some(()))
    })
    .await?;
    assert_eq!(house.count(MARKED).await?, 21);
    house.finish().await
}

/// The sent item with this id, when the stream tells that it has come to so many.
async fn delivered_to(events: &mut Events, id: &Value, count: u32) -> Result<Value> {
    let told = events.next_that("message.changed", |data| {
        data["box"] == "sent" && data["message"]["id"] == *id && data["delivered_to"] == count
    });
    Ok(told.await.context("nobody was told")?.data)
}
