//! Who types: told to those who are there, and forgotten.

use anyhow::{Context, Result};
use house::{House, Person, Plan};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn the_others_in_a_conversation_are_told_on_any_node_and_nothing_is_kept() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let carol = house.register("carol").await?;
    let conversation = conversation(&house, &alice, "bob").await?;
    carol.send("alice", "another conversation").await?;
    house.settle().await?;
    let (mut bobs, mut carols) = (bob.events(None).await?, carol.events(None).await?);
    let (mut own, mut socket) = (alice.events(None).await?, bob.socket(None).await?);
    for stream in [&mut bobs, &mut carols, &mut own] {
        stream.next_of("unread").await?;
    }
    socket.next_of("unread").await?;

    let head = house.head().await?;
    // The api and the notifier are different processes here.
    let body = json!({ "conversation_id": conversation });
    alice.post("/api/v1/typing", &body).await?.is(204)?;
    let told = bobs.next_of("typing").await?;
    assert_eq!(told.id, None);
    assert_eq!(told.data["type"], "typing");
    assert_eq!(told.data["conversation_id"], conversation);
    let account = json!({ "id": alice.id, "username": "alice" });
    assert_eq!(told.data["account"], account);
    assert!(told.data["occurred_at"].is_string());
    assert_eq!(socket.next_of("typing").await?.data, told.data);
    assert_eq!(house.head().await?, head);

    // Neither the writer nor anybody else hears it: their next event is the next message.
    alice.send("carol", "now you").await?;
    assert_ne!(carols.next().await?.context("an event")?.event, "typing");
    assert_ne!(own.next().await?.context("an event")?.event, "typing");
    house.finish().await
}

#[tokio::test]
async fn over_a_socket_it_is_told_as_well_and_on_the_same_node_without_nats() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let conversation = conversation(&house, &alice, "bob").await?;
    let (mut own, mut others) = (alice.socket(None).await?, bob.socket(None).await?);
    others.next_of("unread").await?;
    let frame = json!({ "typing": { "conversation_id": conversation }, "ref": 1 });
    assert_eq!(own.ask(&frame).await?, json!({ "ack": {}, "ref": 1 }));
    assert_eq!(
        others.next_of("typing").await?.data["account"]["username"],
        "alice"
    );

    // A socket's commands are carried out on the notifier's own node: it does not need NATS to tell of them.
    house.nats.stop().await?;
    assert_eq!(own.ask(&frame).await?["ack"], json!({}));
    assert_eq!(
        others.next_of("typing").await?.data["account"]["username"],
        "alice"
    );
    house.nats.start_again().await?;
    house.finish().await
}

#[tokio::test]
async fn where_the_caller_is_not_there_is_nothing_to_type() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let carol = house.register("carol").await?;
    let conversation = conversation(&house, &alice, "bob").await?;
    let path = "/api/v1/typing";
    let theirs = carol
        .post(path, &json!({ "conversation_id": conversation }))
        .await?;
    let nobodys = carol
        .post(path, &json!({ "conversation_id": alice.id }))
        .await?;
    let (theirs, nobodys) = (theirs.is_problem(404)?, nobodys.is_problem(404)?);
    assert_eq!(theirs["detail"], nobodys["detail"]);
    for wrong in [
        json!({}),
        json!({ "conversation_id": 1 }),
        json!({ "conversation_id": conversation, "x": 1 }),
    ] {
        bob.post(path, &wrong).await?.is_problem(400)?;
    }
    let body = json!({ "conversation_id": conversation });
    bob.with_token("")
        .post(path, &body)
        .await?
        .is_problem(401)?;
    house.finish().await
}

#[tokio::test]
async fn whoever_was_removed_from_a_group_neither_tells_nor_is_told() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let dora = house.register("dora").await?;
    let group = json!({ "title": "Harbour walk", "members": ["bob", "dora"] });
    let group = alice.post("/api/v1/conversations", &group).await?.is(201)?;
    let id = group["id"].as_str().context("id")?;
    let member = format!("/api/v1/conversations/{id}/members/dora");
    alice.delete(&member).await?.is(204)?;
    house.settle().await?;
    let (mut bobs, mut doras) = (bob.events(None).await?, dora.events(None).await?);
    bobs.next_of("unread").await?;
    doras.next_of("unread").await?;

    let body = json!({ "conversation_id": id });
    dora.post("/api/v1/typing", &body).await?.is_problem(404)?;
    alice.post("/api/v1/typing", &body).await?.is(204)?;
    let told = bobs.next_of("typing").await?;
    assert_eq!(told.data["account"]["username"], "alice");
    // What comes next to her is the next message.
    alice.send("dora", "good bye").await?;
    assert_ne!(doras.next().await?.context("an event")?.event, "typing");
    house.finish().await
}

async fn conversation(house: &House, from: &Person, to: &str) -> Result<Value> {
    let sent = from.send(to, "hello").await?;
    house.settle().await?;
    Ok(sent["conversation_id"].clone())
}
