//! Deliveries to other systems: every event, in order, signed, at least once, and nowhere that the service may not call.

mod webhooks {
    pub mod receiver;
}

use std::time::Duration;

use anyhow::{Context, Result};
use house::{House, Person, Plan, Role, until};
use serde_json::{Value, json};
use webhooks::receiver::{Answer, Delivery, Receiver};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PATH: &str = "/api/v1/webhooks";

/// A service with a courier; its administrator; and Bob.
async fn open() -> Result<(House, Person, Person)> {
    let house = House::open(TIDINGS, Plan::couriers(1)).await?;
    let admin = house.register("alice").await?;
    let bob = house.register("bob").await?;
    house.grant("alice", "admin").await?;
    Ok((house, admin, bob))
}

/// A webhook of a receiver's.
async fn hook(admin: &Person, receiver: &Receiver, more: Value) -> Result<house::Answer> {
    let mut wanted = json!({ "url": receiver.url });
    for (name, value) in more.as_object().into_iter().flatten() {
        wanted[name] = value.clone();
    }
    admin.post(PATH, &wanted).await?.is(201)
}

async fn show(admin: &Person, webhook: &house::Answer) -> Result<Value> {
    let id = webhook["id"].as_str().context("an id")?;
    Ok(admin.get(&format!("{PATH}/{id}")).await?.is(200)?.json)
}

/// Waits until a receiver has taken everything up to the log's head.
async fn everything(house: &House, receiver: &Receiver) -> Result<()> {
    until("everything is taken", async || {
        let head = house.head().await?;
        Ok((receiver.taken().last() == Some(&head)).then_some(()))
    })
    .await
}

/// Nothing missing, in order, and what comes again comes as what it was.
fn assert_in_order(deliveries: &[Delivery], first: i64, last: i64) {
    let mut expected = first;
    let mut ids: Vec<(i64, &str)> = Vec::new();
    for delivery in deliveries {
        let position = delivery.position();
        assert!(position <= expected, "{position} before {expected}");
        if let Some((_, id)) = ids.iter().find(|(known, _)| *known == position) {
            assert_eq!(*id, delivery.id, "{position} has come under two ids");
        } else {
            ids.push((position, &delivery.id));
        }
        if position == expected && delivery.answer.is_taken() {
            expected += 1;
        }
    }
    assert_eq!(expected, last + 1, "the last one that was taken");
}

#[tokio::test]
async fn an_event_is_delivered_signed_as_it_stands_in_the_stream() -> Result<()> {
    let (house, admin, _bob) = open().await?;
    let receiver = Receiver::open([]).await?;
    let webhook = hook(&admin, &receiver, json!({})).await?;
    let sent = admin.send("bob", "hello \u{1F4EE}").await?;

    let delivery = receiver.next(|_| true).await?;
    let secret = webhook["secret"].as_str().context("a secret")?;
    delivery.verify(secret)?;
    assert_eq!(delivery.event["type"], "tidings.message.sent.v1");
    assert_eq!(delivery.event["subject"], sent["id"]);
    assert_eq!(delivery.event["data"]["content"]["body"], "hello \u{1F4EE}");
    assert_eq!(delivery.event["id"], delivery.id);
    assert_eq!(
        delivery.header("content-type"),
        Some("application/cloudevents+json")
    );
    assert_eq!(delivery.header("tidings-epoch"), Some("1"));
    house.settle().await?;
    let stored = house.nats.stored(delivery.position()).await?;
    assert_eq!(stored.context("in the stream")?.event, delivery.event);

    until("it is noted", async || {
        let shown = show(&admin, &webhook).await?;
        Ok((shown["position"] == delivery.position()).then_some(()))
    })
    .await?;
    let shown = show(&admin, &webhook).await?;
    assert_eq!(shown["state"], "active");
    assert!(shown["delivered_at"].is_string() && shown.get("secret").is_none());
    house.finish().await
}
