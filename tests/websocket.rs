//! The push stream over a WebSocket: the same as the event stream's, and commands the other way.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use house::{Event, House, Person, Plan, Role, Socket, Stopwatch, until};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn both_ways_of_listening_tell_the_same() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    // Both are to start from the same place.
    house.settle().await?;
    let (mut events, mut socket) = (bob.events(None).await?, bob.socket(None).await?);
    let (hello, other) = (
        events.next_of("hello").await?,
        socket.next_of("hello").await?,
    );
    assert_eq!(
        (hello.id, &hello.data["token"]),
        (other.id, &other.data["token"])
    );
    // The count may come before the last message that it counts, and then not again.
    let mut count = None;
    for n in 0..5 {
        let sent = alice.send("bob", &format!("message \"{n}\"\n")).await?;
        let told = loop {
            let event = socket.next().await?.context("it is open")?;
            match event.event.as_str() {
                "message.new" => break event,
                "unread" => count = Some(event),
                _ => {}
            }
        };
        assert_eq!(told.data["message"], sent.json);
        assert_eq!(told, events.next_of("message.new").await?);
    }
    while count.as_ref().is_none_or(|event| event.data["total"] != 5) {
        count = Some(socket.next_of("unread").await?);
    }
    assert_eq!(count.context("it is told")?.id, None);
    house.finish().await
}

#[tokio::test]
async fn a_client_that_comes_back_gets_what_it_missed_once_and_in_order() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let hello = bob.socket(None).await?.next_of("hello").await?;
    let place = hello.id.context("hello has an id")?;
    send_many(&alice, 1_000).await?;

    // All of it at once, and to a second client that breaks off again and again.
    let mut whole = bob.socket(Some(&place)).await?;
    let told = new_messages(&mut whole, 1_000).await?;
    let expected = in_log_order(&house).await?;
    assert_eq!(told.len(), 1_000);
    assert_eq!(told, expected);

    let mut place = Some(place);
    let mut told = Vec::new();
    while told.len() < 1_000 {
        let mut socket = bob.socket(place.as_deref()).await?;
        told.extend(new_messages(&mut socket, 237.min(1_000 - told.len())).await?);
        place = socket.last_event_id;
    }
    assert_eq!(told, expected);

    // Nothing more than that, and each way goes on where the other one broke off.
    let mut broken = bob.events(place.as_deref()).await?;
    let next = alice.send("bob", "one more").await?;
    let new = new_messages(&mut whole, 1).await?;
    assert_eq!(new, [next["id"].as_str().context("id")?]);
    let told = broken.next_of("message.new").await?;
    assert_eq!(told.data["message"], next.json);
    house.finish().await
}

#[tokio::test]
async fn a_place_that_nobody_gave_is_answered_with_a_reset() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    for place in ["x", "AAAAAAAAAAAAAAAAAAAAAA", "-1"] {
        let mut socket = bob.socket(Some(place)).await?;
        assert_eq!(socket.next().await?.context("hello")?.event, "hello");
        let reset = socket.next().await?.context("reset")?;
        assert_eq!(reset.event, "reset", "{place}");
        let sent = alice.send("bob", place).await?;
        assert_eq!(
            socket.next_of("message.new").await?.data["message"],
            sent.json
        );
        let mut resumed = bob.socket(reset.id.as_deref()).await?;
        assert_eq!(
            resumed.next_of("message.new").await?.data["message"],
            sent.json
        );
    }
    house.finish().await
}

#[tokio::test]
async fn commands_get_the_same_answers_as_over_http_in_their_order() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut socket = alice.socket(None).await?;
    socket.next_of("hello").await?;

    let frame = json!({ "send": { "to": ["bob"], "body": "over a socket" }, "idempotency_key": "k", "ref": 7 });
    let sent = socket.ask(&frame).await?;
    assert_eq!(sent["ref"], 7);
    let inbox = bob
        .get_since("/api/v1/inbox", text(&sent["token"])?)
        .await?
        .is(200)?;
    assert_eq!(inbox["items"][0]["message"], sent["ack"]);
    // Under the same key: the first answer, here as over HTTP.
    assert_eq!(socket.ask(&frame).await?, sent);
    let body = json!({ "to": ["bob"], "body": "over a socket" });
    let again = alice
        .post_once("/api/v1/messages", &body, "k")
        .await?
        .is(201)?;
    assert_eq!(again.json, sent["ack"]);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));

    let mut reader = bob.socket(None).await?;
    let read = json!({ "read": { "message_ids": [sent["ack"]["id"]] }, "ref": "r" });
    let answer = reader.ask(&read).await?;
    assert_eq!((&answer["ack"], &answer["ref"]), (&json!({}), &json!("r")));
    let list = bob
        .get_since("/api/v1/inbox", text(&answer["token"])?)
        .await?
        .is(200)?;
    assert_eq!(list["unread"], 0);
    assert_eq!(reader.ask(&read).await?, json!({ "ack": {}, "ref": "r" }));

    // Many at once, good and bad.
    for n in 0..50 {
        let to = if n % 5 == 0 { "nobody" } else { "bob" };
        let frame = json!({ "send": { "to": [to], "body": "one of many" }, "ref": n });
        socket.say(&frame).await?;
    }
    for n in 0..50 {
        let answer = socket.answer().await?;
        assert_eq!(answer["ref"], n);
        assert_eq!(answer["ack"].is_null(), n % 5 == 0, "{answer}");
    }
    house.finish().await
}

#[tokio::test]
async fn what_is_no_command_is_a_problem_and_the_socket_goes_on() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let mut socket = alice.socket(None).await?;
    let cases = [
        (json!({}), 400),
        (json!([]), 400),
        (json!("read"), 400),
        (json!({ "shout": {} }), 400),
        (json!({ "send": { "to": ["bob"] }, "read": {} }), 400),
        (
            json!({ "send": { "to": ["bob"], "body": "x", "colour": 1 } }),
            400,
        ),
        (json!({ "send": 1 }), 400),
        (json!({ "send": { "to": ["bob"], "body": "x" } }), 422),
        (json!({ "send": { "to": ["alice"], "body": "" } }), 422),
        (
            json!({ "send": { "to": ["alice"], "body": "x" }, "idempotency_key": "ü" }),
            400,
        ),
        (
            json!({ "send": { "to": ["alice"], "body": "x" }, "idempotency_key": "a\nb" }),
            400,
        ),
        (json!({ "read": { "message_ids": [alice.id] } }), 422),
        (json!({ "typing": { "conversation_id": alice.id } }), 404),
        (json!({ "typing": {}, "ref": true }), 400),
    ];
    for (frame, status) in cases {
        let answer = socket.ask(&frame).await?;
        is_problem(&answer["problem"], status).context(frame.to_string())?;
    }
    let marked = socket.ask(&json!({ "shout": {}, "ref": "a" })).await?;
    assert_eq!(marked["ref"], "a");
    let note = json!({ "send": { "to": ["alice"], "body": "still here" } });
    assert_eq!(socket.ask(&note).await?["ack"]["body"], "still here");

    // Frames that are no text, or too long a one, end it.
    socket.send(Message::binary(b"{}".to_vec())).await?;
    is_problem(&socket.answer().await?["problem"], 415)?;
    socket.rest().await?;
    assert_eq!(socket.closed, Some(1003));
    let mut socket = alice.socket(None).await?;
    socket.next_of("hello").await?;
    let _ = socket
        .send(Message::text("x".repeat(1024 * 1024 + 1)))
        .await;
    socket.rest().await?;
    assert_ne!(socket.closed, Some(1000));
    house.finish().await
}

#[tokio::test]
async fn whoever_shows_no_valid_token_is_told_why_and_not_let_in() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let cases = [
        (json!({}), 401),
        (json!({ "token": "x" }), 401),
        (json!({ "token": "line\nend" }), 401),
        (json!({ "token": null, "last_event_id": "x" }), 401),
        (json!({ "token": 1 }), 400),
        (json!({ "token": alice.token, "colour": 1 }), 400),
        (json!({ "send": { "to": ["alice"], "body": "x" } }), 400),
    ];
    for (first, status) in cases {
        let mut socket = Socket::open(alice.notifier(), &[]).await?;
        socket.say(&first).await?;
        let answer = socket.answer().await?;
        is_problem(&answer["problem"], status).context(first.to_string())?;
        assert_eq!(socket.rest().await?, []);
        assert_eq!(socket.closed, Some(1008), "{first}");
    }

    // Who says nothing at all has ten seconds.
    let since = Stopwatch::start();
    let mut silent = Socket::open(alice.notifier(), &[]).await?;
    is_problem(&silent.answer().await?["problem"], 408)?;
    assert_eq!(silent.rest().await?, []);
    assert_eq!(silent.closed, Some(1008));
    let late = since.elapsed();
    assert!((9..15).contains(&late.as_secs()), "{late:?}");

    // A token in the address, a foreign page, and what is no handshake, are refused before.
    let bearer = format!("Bearer {}", alice.token);
    let foreign = [
        ("authorization", bearer.as_str()),
        ("origin", "https://evil.example"),
    ];
    let refused = Socket::open(alice.notifier(), &foreign).await.unwrap_err();
    assert!(refused.to_string().starts_with("403"), "{refused}");
    let plain = reqwest::get(format!("{}/api/v1/ws", alice.notifier())).await?;
    assert_eq!(plain.status(), 400);
    is_problem(&plain.json().await?, 400)?;
    house.finish().await
}

#[tokio::test]
async fn a_cookie_of_an_own_page_will_do_and_of_no_other_page() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let body = json!({ "username": "alice", "password": house::PASSWORD, "cookie": true });
    let answer = alice
        .with_token("")
        .post("/api/v1/sessions", &body)
        .await?
        .is(201)?;
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .collect();
    let cookie = cookies.join("; ");
    let own = alice.notifier().to_owned();

    let headers = [("cookie", cookie.as_str()), ("origin", own.as_str())];
    let mut socket = Socket::open(&own, &headers).await?;
    socket.say(&json!({})).await?;
    socket.next_of("hello").await?;
    let sent = socket
        .ask(&json!({ "send": { "to": ["alice"], "body": "by cookie" } }))
        .await?;
    assert_eq!(sent["ack"]["sender"]["username"], "alice");

    for origin in [None, Some("https://evil.example"), Some("null")] {
        let mut headers = vec![("cookie", cookie.as_str())];
        headers.extend(origin.map(|origin| ("origin", origin)));
        let refused = Socket::open(&own, &headers).await.unwrap_err();
        assert!(
            refused.to_string().starts_with("403"),
            "{origin:?}: {refused}"
        );
    }
    house.finish().await
}

#[tokio::test]
async fn a_socket_ends_with_its_session_and_says_goodbye_when_the_service_does() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let tablet = alice.another_device().await?;
    let (mut own, mut other) = (alice.socket(None).await?, tablet.socket(None).await?);
    own.next_of("hello").await?;
    other.next_of("hello").await?;
    alice.delete("/api/v1/sessions/current").await?.is(204)?;
    let since = Stopwatch::start();
    let last = own.rest().await?.pop().context("a last event")?;
    assert!(
        since.elapsed() <= Duration::from_secs(2),
        "{:?}",
        since.elapsed()
    );
    assert_eq!(
        (last.event.as_str(), own.closed),
        ("session.ended", Some(1008))
    );

    // One that was let in, and one that has not yet said who it is.
    let mut silent = Socket::open(alice.notifier(), &[]).await?;
    let since = Stopwatch::start();
    house.node(Role::Notifier).restart().await?;
    let last = other.rest().await?.pop().context("a last event")?;
    assert_eq!((last.event.as_str(), other.closed), ("bye", Some(1001)));
    assert_eq!(silent.rest().await?, []);
    assert_eq!(silent.closed, Some(1001));
    assert!(
        since.elapsed() < Duration::from_secs(9),
        "{:?}",
        since.elapsed()
    );
    house.finish().await
}

#[tokio::test]
async fn a_quiet_socket_is_asked_whether_it_is_there() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let mut socket = alice.socket(None).await?;
    socket.next_of("hello").await?;
    until("it is asked", async || {
        let listening = tokio::time::timeout(Duration::from_secs(1), socket.rest());
        assert!(listening.await.is_err(), "it stays open");
        Ok((socket.pings >= 1).then_some(()))
    })
    .await?;
    let listening = tokio::time::timeout(Duration::from_secs(1), socket.rest());
    assert!(listening.await.is_err(), "it stays open, having answered");
    house.finish().await
}

#[tokio::test]
async fn more_sockets_than_an_account_may_have_are_told_to_wait() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let mut open = Vec::new();
    for _ in 0..8 {
        let mut socket = alice.socket(None).await?;
        socket.next_of("hello").await?;
        open.push(socket);
    }
    let mut ninth = alice.socket(None).await?;
    let answer = ninth.answer().await?;
    is_problem(&answer["problem"], 429)?;
    assert_eq!(answer["retry_after"], 30);
    ninth.rest().await?;
    assert_eq!(ninth.closed, Some(1013));
    // A place is free again once one of them has gone.
    drop(open.pop());
    until("a socket is let in again", async || {
        let mut socket = alice.socket(None).await?;
        let first = socket.next().await?;
        Ok(first.filter(|event| event.event == "hello").map(drop))
    })
    .await?;
    house.finish().await
}

fn is_problem(problem: &Value, status: u16) -> Result<()> {
    anyhow::ensure!(problem["status"] == status, "not {status}: {problem}");
    for name in ["type", "title", "detail", "request_id"] {
        text(&problem[name]).with_context(|| format!("{name}: {problem}"))?;
    }
    Ok(())
}

fn text(value: &Value) -> Result<&str> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .context("no text")
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
async fn new_messages(socket: &mut Socket, count: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let event = socket.next().await?.context("the socket was closed")?;
        ids.extend(new_message(&event));
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
    let ids = sqlx::query_scalar(
        "select aggregate_id from log.events where event_type = 'message.sent' order by position",
    );
    Ok(ids.fetch_all(&house.pool).await?)
}
