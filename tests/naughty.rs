//! Strings that have broken other services: each comes out as it went in, or is refused.
//!
//! The list follows the well-known Big List of Naughty Strings, with some more that could break a stream of events.

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use house::{Answer, House, Plan};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const STRINGS: &str = include_str!("naughty_strings.json");

#[tokio::test]
async fn naughty_strings_come_out_of_every_end_as_they_went_in() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let strings: Vec<String> = serde_json::from_str(STRINGS)?;
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;

    let answers = stream::iter(&strings)
        .map(|text| {
            let alice = &alice;
            // Subjects are shorter.
            let subject: String = text.chars().take(255).collect();
            async move {
                let message = json!({ "to": ["bob"], "subject": subject, "body": text });
                anyhow::Ok((text, alice.post("/api/v1/messages", &message).await?))
            }
        })
        .buffered(8);
    let mut sent = Vec::new();
    for (text, answer) in answers.try_collect::<Vec<_>>().await? {
        if text.contains('\0') {
            assert!([400, 422].contains(&answer.status), "{text:?}");
            let status = answer.status;
            answer.is_problem(status)?;
            continue;
        }
        let answer = answer.is(201).with_context(|| format!("{text:?}"))?;
        assert_eq!(answer["body"], text.as_str());
        sent.push(answer.json);
    }
    assert!(sent.len() > 150);

    let mut told: Vec<Value> = Vec::new();
    while told.len() < sent.len() {
        told.push(news.next_of("message.new").await?.data["message"].clone());
    }
    let inbox = messages(bob.all("/api/v1/inbox").await?);
    let by_sender = messages(alice.all("/api/v1/sent").await?);
    for (what, mut found) in [("push", told), ("inbox", inbox), ("sent", by_sender)] {
        by_id(&mut found);
        by_id(&mut sent);
        for (found, sent) in found.iter().zip(&sent) {
            assert_eq!(found, sent, "{what}");
        }
        assert_eq!(found.len(), sent.len(), "{what}");
    }
    house.settle().await?;
    let positions: Vec<i64> = sqlx::query_scalar(
        "select position from log.events where event_type = 'message.sent' order by position",
    )
    .fetch_all(&house.pool)
    .await?;
    let mut bodies: Vec<Value> = sent.iter().map(|message| message["body"].clone()).collect();
    for position in positions {
        let stored = house.nats.stored(position).await?.context("a copy")?;
        let body = &stored.event["data"]["content"]["body"];
        let place = bodies.iter().position(|sent| sent == body);
        bodies.remove(place.with_context(|| format!("{}", stored.event))?);
    }
    house.finish().await
}

#[tokio::test]
async fn naughty_strings_as_names_searches_and_ids_are_refused_or_found_to_be_nobody() -> Result<()>
{
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let strings: Vec<String> = serde_json::from_str(STRINGS)?;
    let is_name = |text: &str| {
        (1..=32).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let before = house.head().await?;
    stream::iter(&strings)
        .map(|text| {
            let alice = &alice;
            async move {
                if !is_name(text) {
                    let account = json!({ "username": text, "password": "a-password" });
                    one_of(
                        text,
                        alice.post("/api/v1/accounts", &account).await?,
                        &[400, 422],
                    )?;
                }
                let message = json!({ "to": [text], "body": "hello" });
                one_of(
                    text,
                    alice.post("/api/v1/messages", &message).await?,
                    &[400, 422],
                )?;
                let escaped = in_an_address(text);
                // Clients make another address of one that ends in dots.
                if escaped.len() < 4_000 && ![".", ".."].contains(&text.as_str()) {
                    for path in ["/api/v1/accounts?query=", "/api/v1/inbox?cursor="] {
                        one_of(
                            text,
                            alice.get(&format!("{path}{escaped}")).await?,
                            &[200, 400],
                        )?;
                    }
                    let path = format!("/api/v1/messages/{escaped}");
                    one_of(text, alice.get(&path).await?, &[400, 404])?;
                }
                anyhow::Ok(())
            }
        })
        .buffer_unordered(8)
        .try_collect::<Vec<()>>()
        .await?;
    // Passwords take their time: not all of them, and one after the other, or some are told to come again.
    for text in strings.iter().filter(|text| text.len() % 8 == 0) {
        let log_in = json!({ "username": text, "password": text });
        one_of(
            text,
            alice.post("/api/v1/sessions", &log_in).await?,
            &[400, 401, 422],
        )?;
    }
    assert_eq!(house.head().await?, before, "nothing was stored");
    house.finish().await
}

/// It is answered with one of these, and as a problem where it is one.
fn one_of(text: &str, answer: Answer, expected: &[u16]) -> Result<()> {
    let status = answer.status;
    assert!(expected.contains(&status), "{text:?}: {status}");
    if status == 200 {
        return Ok(());
    }
    answer.is_problem(status).map(drop)
}

/// Each byte escaped.
fn in_an_address(text: &str) -> String {
    let hex = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    text.bytes()
        .flat_map(|byte| ['%', hex(byte >> 4), hex(byte & 15)])
        .collect()
}

fn messages(items: Vec<Value>) -> Vec<Value> {
    items
        .into_iter()
        .map(|item| item["message"].clone())
        .collect()
}

fn by_id(messages: &mut [Value]) {
    messages.sort_by_key(|message| message["id"].as_str().unwrap_or_default().to_owned());
}
