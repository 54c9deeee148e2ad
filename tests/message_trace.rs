//! The trace of a message: what has become of it, told to those whom it concerns.

use anyhow::{Context, Result};
use house::{House, Person, Plan, until};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

async fn trace(person: &Person, message: &Value) -> Result<house::Answer> {
    let id = message["id"].as_str().context("a message has an id")?;
    person.get(&format!("/api/v1/messages/{id}/trace")).await
}

/// All times are of one zone and length, so their texts compare as they do.
fn time(value: &Value) -> Option<&str> {
    value.as_str()
}

#[tokio::test]
async fn every_step_is_told_in_its_order() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let carol = house.register("carol").await?;
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    let group = json!({ "title": "Three", "members": ["bob", "carol"] });
    let group = alice.post("/api/v1/conversations", &group).await?.is(201)?;
    let message = json!({ "conversation_id": group["id"], "body": "to both" });
    let sent = alice.post("/api/v1/messages", &message).await?.is(201)?;
    news.next_of("message.new").await?;
    let read = json!({ "message_ids": [sent["id"]] });
    bob.post("/api/v1/inbox/read", &read).await?.is(204)?;
    house.settle().await?;

    let told = until("everything is known of bob", async || {
        let told = trace(&alice, &sent.json).await?.is(200)?;
        let bob = &told["recipients"][0];
        let known = ["pushed_at", "delivered_at", "read_at"].map(|step| bob[step].is_string());
        Ok((known == [true; 3]).then_some(told))
    })
    .await?;
    assert_eq!(told["recipients"][0]["username"], "bob");
    assert_eq!(told["recipients"][1]["username"], "carol");
    for step in ["pushed_at", "delivered_at", "read_at"] {
        assert_eq!(told["recipients"][1][step], Value::Null, "{step}");
    }
    let steps = [
        &told["stored_at"],
        &told["projected_at"],
        &told["recipients"][0]["pushed_at"],
    ];
    let times: Vec<_> = steps.into_iter().filter_map(time).collect();
    assert!(times.len() == 3 && times.is_sorted(), "{:?}", told.json);
    assert!(time(&told["published_at"]) >= time(&told["stored_at"]));
    assert_eq!(told["stored_at"], sent["sent_at"]);

    // A recipient sees the own row; a stranger nothing; an auditor everything.
    let own = trace(&carol, &sent.json).await?.is(200)?;
    assert_eq!(own["recipients"].as_array().map(Vec::len), Some(1));
    assert_eq!(own["recipients"][0]["username"], "carol");
    let dora = house.register("dora").await?;
    trace(&dora, &sent.json).await?.is_problem(404)?;
    trace(&dora, &json!({ "id": house::id() }))
        .await?
        .is_problem(404)?;
    house.finish().await
}
