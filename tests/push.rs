//! One account listens, another one sends: what the push stream tells, and what it never leaves out.

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use house::{Event, Events, House, Person, Plan, until};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn whoever_is_told_of_a_message_finds_it_in_the_inbox_at_that_moment() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut news = bob.events(None).await?;
    let hello = news.next().await?.context("hello")?;
    assert_eq!(hello.event, "hello");
    assert!(hello.data["token"].is_string());

    for n in 0..20 {
        let sent = alice.at(n).send("bob", &format!("message {n}")).await?;
        let told = news.next_of("message.new").await?;
        let inbox = bob.inbox().await?;
        assert_eq!(told.data["box"], "inbox");
        assert_eq!(told.data["message"], sent.json);
        assert_eq!(inbox["items"][0]["message"], sent.json);
        assert_eq!(inbox["unread"], n + 1);

        let token = told.id.context("an item's event can be resumed from")?;
        let elsewhere = bob
            .at(1)
            .get_since("/api/v1/inbox", &token)
            .await?
            .is(200)?;
        assert_eq!(elsewhere["items"][0]["message"], sent.json);
    }
    house.finish().await
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_missed_once_and_in_order() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let place = hello(&mut bob.events(None).await?).await?;
    send_many(&alice, 1_000).await?;

    // All of it at once, and to a second client that breaks off again and again.
    let mut whole = bob.events(Some(&place)).await?;
    let told = new_messages(&mut whole, 1_000).await?;
    let expected = in_log_order(&house).await?;
    assert_eq!(told.len(), 1_000);
    assert_eq!(told, expected);

    let mut place = Some(place);
    let mut told = Vec::new();
    while told.len() < 1_000 {
        let mut stream = bob.events(place.as_deref()).await?;
        told.extend(new_messages(&mut stream, 237.min(1_000 - told.len())).await?);
        place = stream.last_event_id;
    }
    assert_eq!(told, expected);

    // Nothing more than that: the next thing that both hear of is the next message.
    let mut broken = bob.events(place.as_deref()).await?;
    let next = alice.send("bob", "one more").await?;
    for stream in [&mut whole, &mut broken] {
        let new = new_messages(stream, 1).await?;
        assert_eq!(new, [next["id"].as_str().context("id")?]);
    }
    house.finish().await
}

#[tokio::test]
async fn a_place_in_the_stream_outlives_every_process() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let place = hello(&mut bob.events(None).await?).await?;
    send_many(&alice, 300).await?;
    let mut first = bob.events(Some(&place)).await?;
    let mut told = new_messages(&mut first, 100).await?;

    for node in &mut house.nodes {
        node.restart().await?;
    }
    let goodbye = first.rest().await?;
    assert_eq!(
        goodbye.last().context("a last event")?.event,
        "bye",
        "a stream that is ended in order says so"
    );
    told.extend(goodbye.iter().filter_map(new_message));
    let mut second = bob.events(first.last_event_id.as_deref()).await?;
    if told.len() < 200 {
        told.extend(new_messages(&mut second, 200 - told.len()).await?);
    }

    for node in &mut house.nodes {
        node.kill();
    }
    told.extend(second.rest().await?.iter().filter_map(new_message));
    for node in &mut house.nodes {
        node.start().await?;
    }
    // It may have been killed before it said anything.
    let place = second.last_event_id.or(first.last_event_id);
    let mut third = bob.events(place.as_deref()).await?;
    alice.send("bob", "after everything").await?;
    told.extend(new_messages(&mut third, 301 - told.len()).await?);
    assert_eq!(told, in_log_order(&house).await?);
    house.finish().await
}

#[tokio::test]
async fn a_place_that_nobody_gave_is_answered_with_a_reset() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let other = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let of_another_log = hello(&mut other.register("bob").await?.events(None).await?).await?;
    let unreadable = ["x", "0", "AAAAAAAAAAAAAAAAAAAAAA", "-1", "' or true --"];
    for place in [&unreadable[..], &[of_another_log.as_str()]].concat() {
        let mut news = bob.events(Some(place)).await?;
        assert_eq!(news.next().await?.context("hello")?.event, "hello");
        let reset = news.next().await?.context("reset")?;
        assert_eq!(reset.event, "reset", "{place}");

        // Its id is a place from which nothing is missed.
        let sent = alice.send("bob", place).await?;
        let live = news.next_of("message.new").await?;
        assert_eq!(live.data["message"], sent.json);
        let resumed = bob
            .events(reset.id.as_deref())
            .await?
            .next_of("message.new")
            .await?;
        assert_eq!(resumed.data["message"], sent.json);
    }
    other.finish().await?;
    house.finish().await
}

#[tokio::test]
async fn what_a_list_shows_and_what_the_stream_tells_from_there_leave_no_gap() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    // Lists are read, and streams opened at their tokens, while messages keep coming.
    let sending = send_many(&alice, 200);
    let looking = async {
        let mut seen = Vec::new();
        while seen.last().is_none_or(|(count, _)| *count < 100) {
            let list = bob.get("/api/v1/inbox?limit=200").await?.is(200)?;
            let shown = list["items"].as_array().context("items")?.len();
            let place = list.token()?;
            // An account has so many, and those that were dropped are noticed a moment later.
            let stream = until("there is room for another stream", async || {
                match bob.events(Some(&place)).await {
                    Err(refused) if format!("{refused:#}").contains("429 and not 200") => Ok(None),
                    opened => opened.map(Some),
                }
            });
            seen.push((shown, stream.await?));
            if seen.len() > 3 {
                seen.remove(0);
            }
        }
        anyhow::Ok(seen)
    };
    let ((), seen) = tokio::try_join!(sending, looking)?;
    let all = in_log_order(&house).await?;
    for (shown, mut stream) in seen {
        let told = new_messages(&mut stream, 200 - shown).await?;
        assert_eq!(told, all[shown..], "{shown} were shown");
    }
    house.finish().await
}

async fn hello(events: &mut Events) -> Result<String> {
    events.next_of("hello").await?.id.context("hello has an id")
}

/// Sixteen at a time: their order is the log's.
async fn send_many(sender: &Person, count: usize) -> Result<()> {
    stream::iter(0..count)
        .map(|n| async move { sender.send("bob", &format!("message {n}")).await })
        .buffer_unordered(16)
        .try_for_each(|_| async { Ok(()) })
        .await
}

/// The ids of the next messages that are new in the inbox.
async fn new_messages(events: &mut Events, count: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    while ids.len() < count {
        ids.extend(new_message(
            &events.next().await?.context("the stream ended")?,
        ));
    }
    Ok(ids)
}

fn new_message(event: &Event) -> Option<String> {
    let is_meant = event.event == "message.new" && event.data["box"] == "inbox";
    let id = event.data["message"]["id"].as_str();
    id.filter(|_| is_meant).map(str::to_owned)
}

/// What was sent, as the log tells it.
async fn in_log_order(house: &House) -> Result<Vec<String>> {
    until("everything is projected", async || {
        Ok((house.projected().await? == house.head().await?).then_some(()))
    })
    .await?;
    let ids = sqlx::query_scalar(
        "select aggregate_id from log.events where event_type = 'message.sent' order by position",
    );
    Ok(ids.fetch_all(&house.pool).await?)
}
