//! A trace goes on from the request that caused an event to whoever reads the event.

use anyhow::{Context, Result};
use house::{House, Plan, until};
use reqwest::Method;
use serde_json::json;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_commands_trace_context_is_in_the_log_and_on_the_wire() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let body = json!({ "to": ["bob"], "body": "traced" });
    let message = |parent: &str| {
        let request = alice.request(Method::POST, "/api/v1/messages").json(&body);
        request.header("traceparent", parent)
    };
    let sent = alice.ask(message(PARENT)).await?.is(201)?;
    assert_eq!(last(&house).await?.1.as_deref(), Some(PARENT));
    let (position, _) = last(&house).await?;
    let stored = until("it is on the wire", async || {
        house.nats.stored(position).await
    })
    .await?;
    let header = format!("traceparent: {PARENT}");
    let headers: Vec<&str> = stored.headers.lines().map(str::trim).collect();
    assert!(headers.contains(&header.as_str()), "{headers:?}");

    // Another verb, and no word of it in any.
    let read = json!({ "message_ids": [sent["id"]] });
    let request = bob.request(Method::POST, "/api/v1/inbox/read").json(&read);
    let token = sent.token()?;
    bob.get_since("/api/v1/inbox", &token).await?.is(200)?;
    bob.ask(request.header("traceparent", PARENT))
        .await?
        .is(204)?;
    assert_eq!(last(&house).await?.1.as_deref(), Some(PARENT));

    for wrong in ["", "00-0-0-00", &PARENT.to_uppercase()] {
        alice.ask(message(wrong)).await?.is(201)?;
        assert_eq!(last(&house).await?.1, None, "{wrong}");
    }
    house.finish().await
}

/// The last event's position and trace context.
async fn last(house: &House) -> Result<(i64, Option<String>)> {
    let last =
        "select position, metadata->>'traceparent' from log.events order by position desc limit 1";
    sqlx::query_as(last)
        .fetch_optional(&house.pool)
        .await?
        .context("no event")
}
