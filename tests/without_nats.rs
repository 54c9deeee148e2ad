//! NATS is a copy: without it nothing is lost, and with it again the copy is whole.
//!
//! `TIDINGS_NATS_OUTAGE` says for how many seconds it is away (as long as four messages take); `make chaos` gives a minute.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use house::{House, Person, Plan, Stopwatch, until};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// The promise: inboxes are at most this late while NATS is away.
const AT_MOST: Duration = Duration::from_secs(2);

#[tokio::test]
async fn while_nats_is_away_sends_succeed_and_inboxes_are_hardly_late() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    sends_and_is_read(&alice, &bob, "before").await?;

    house.nats.stop().await?;
    let (since, mut n) = (Instant::now(), 0);
    while n < 4 || since.elapsed() < outage() {
        sends_and_is_read(&alice, &bob, &format!("without {n}")).await?;
        n += 1;
    }
    println!("{n} messages in {:?} without NATS", since.elapsed());
    for node in &house.nodes {
        until("each process has noticed", async || {
            let readiness = node.readiness().await?;
            Ok((readiness["status"] == "degraded").then_some(()))
        })
        .await?;
    }
    house.nats.start_again().await?;
    sends_and_is_read(&alice, &bob, "after").await?;
    is_a_copy(&house).await?;

    house.nats.kill();
    for n in 0..4 {
        sends_and_is_read(&alice, &bob, &format!("after a crash {n}")).await?;
    }
    house.nats.start_again().await?;
    is_a_copy(&house).await?;
    house.finish().await
}

#[tokio::test]
async fn a_stream_that_was_wiped_is_filled_again_with_the_same_numbers() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    for n in 0..20 {
        alice.send("bob", &format!("before {n}")).await?;
    }
    is_a_copy(&house).await?;

    house.nats.stop().await?;
    house.nats.wipe()?;
    for n in 0..5 {
        sends_and_is_read(&alice, &bob, &format!("meanwhile {n}")).await?;
    }
    house.nats.start_again().await?;
    is_a_copy(&house).await?;
    sends_and_is_read(&alice, &bob, "after").await?;
    is_a_copy(&house).await?;
    house.finish().await
}

#[tokio::test]
async fn a_client_hears_of_what_was_sent_while_nats_was_away() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    house.nats.stop().await?;
    let mut missed = Vec::new();
    for n in 0..5 {
        missed.push(alice.send("bob", &format!("message {n}")).await?);
    }
    for sent in missed {
        let told = news.next_of("message.new").await?;
        assert_eq!(told.data["message"], sent.json);
    }
    house.nats.start_again().await?;
    let sent = alice.send("bob", "with nats again").await?;
    let told = news.next_of("message.new").await?;
    assert_eq!(told.data["message"], sent.json);
    house.finish().await
}

fn outage() -> Duration {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no configuration but this"
    )]
    let seconds = std::env::var("TIDINGS_NATS_OUTAGE").ok();
    Duration::from_secs(seconds.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// A message is acknowledged, and soon it is in the inbox.
async fn sends_and_is_read(sender: &Person, reader: &Person, body: &str) -> Result<()> {
    let sent = sender.send(&reader.username, body).await?;
    let since = Stopwatch::start();
    until("the message is in the inbox", async || {
        let inbox = reader.inbox().await?;
        Ok((inbox["items"][0]["message"] == sent.json).then_some(()))
    })
    .await?;
    let late = since.elapsed();
    assert!(late <= AT_MOST, "{body}: {late:?} late");
    Ok(())
}

/// Each event of the log is in the stream, under its own position, and nothing else is.
async fn is_a_copy(house: &House) -> Result<()> {
    house.settle().await?;
    let events: Vec<(i64, String)> =
        sqlx::query_as("select position, event_id::text from log.events order by position")
            .fetch_all(&house.pool)
            .await?;
    let stream = house.nats.stream().await?.context("a stream")?;
    assert_eq!(stream.first, 1);
    assert_eq!(stream.messages, stream.last);
    assert_eq!(stream.last, events.last().context("events")?.0);
    for (position, event_id) in events {
        let stored = house.nats.stored(position).await?;
        let stored = stored.with_context(|| format!("nothing at {position}"))?;
        assert_eq!((stored.sequence, stored.position), (position, position));
        assert_eq!(stored.event["id"], event_id.as_str());
        assert_eq!(stored.event["position"], position.to_string());
    }
    Ok(())
}
