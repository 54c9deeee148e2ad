//! What is told is as `/asyncapi.json` says: every event on the wire, and all news on the push stream.

mod asyncapi {
    pub mod schemas;
}

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use asyncapi::schemas::Schemas;
use house::{Answer, House, PASSWORD, Person, Plan, Role};
use reqwest::Method;
use serde_json::{Value, json};

const FORM: &str = "--a-line-that-no-file-has\r\n\
    Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
    Content-Type: text/plain\r\n\r\nhello\r\n--a-line-that-no-file-has--\r\n";
const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

async fn schemas(house: &House) -> Result<Schemas> {
    let url = format!("{}/asyncapi.json", house.apis()[0]);
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer = client.get(url).send().await?.error_for_status()?;
    let header = |name: &str| answer.headers().get(name).cloned().context("a header");
    assert_eq!(header("content-type")?, "application/json");
    let policy = header("content-security-policy")?;
    assert!(policy.to_str()?.starts_with("default-src 'none'"));
    Ok(Schemas::of(answer.json().await?))
}

fn id(answer: &Answer) -> Result<&str> {
    answer["id"].as_str().context("an id")
}

/// Everything that can happen to messages.
async fn messages(alice: &Person, bob: &Person) -> Result<()> {
    let form = alice
        .request(Method::POST, "/api/v1/attachments")
        .header(
            "content-type",
            "multipart/form-data; boundary=a-line-that-no-file-has",
        )
        .body(FORM);
    let file = alice.ask(form).await?.is(201)?;
    let sent = json!({
        "to": ["bob"], "subject": "Tomorrow", "body": "See you.", "attachments": [id(&file)?],
    });
    let sent = alice.post("/api/v1/messages", &sent).await?.is(201)?;
    let path = format!("/api/v1/messages/{}", id(&sent)?);
    alice
        .patch(&path, &json!({ "body": "See you at ten." }))
        .await?
        .is(200)?;
    let answer = json!({ "to": ["alice"], "body": "Fine.", "reply_to": id(&sent)? });
    bob.post("/api/v1/messages", &answer).await?.is(201)?;
    let unwanted = alice.send("bob", "never mind").await?;
    alice
        .delete(&format!("/api/v1/messages/{}", id(&unwanted)?))
        .await?
        .is(204)?;

    let token = sent.token()?;
    bob.get_since("/api/v1/inbox", &token).await?.is(200)?;
    bob.post("/api/v1/inbox/delivered", &json!({ "up_to": token }))
        .await?
        .is(204)?;
    let ids = json!({ "message_ids": [id(&sent)?] });
    bob.post("/api/v1/inbox/read", &ids).await?.is(204)?;
    bob.post("/api/v1/inbox/unread", &ids).await?.is(204)?;
    let item = format!("/api/v1/inbox/{}", id(&sent)?);
    bob.delete(&item).await?.is(204)?;
    bob.post(&format!("{item}/restore"), &json!({}))
        .await?
        .is(204)?;
    let conversation = sent["conversation_id"].as_str().context("a conversation")?;
    for view in ["archive", "mute"] {
        let path = format!("/api/v1/conversations/{conversation}/{view}");
        bob.put(&path, &json!({})).await?.is(204)?;
        bob.delete(&path).await?.is(204)?;
    }
    bob.put("/api/v1/blocks/alice", &json!({})).await?.is(204)?;
    bob.delete("/api/v1/blocks/alice").await?.is(204)?;
    Ok(())
}

/// Everything that can happen to a group; gives its id.
async fn groups(alice: &Person) -> Result<String> {
    let group = json!({ "title": "Harbour walk", "members": ["bob"] });
    let group = alice.post("/api/v1/conversations", &group).await?.is(201)?;
    let path = format!("/api/v1/conversations/{}", id(&group)?);
    alice
        .patch(&path, &json!({ "title": "Lighthouse" }))
        .await?
        .is(204)?;
    let carol = format!("{path}/members/carol");
    alice.put(&carol, &json!({})).await?.is(204)?;
    alice
        .put(&carol, &json!({ "role": "owner" }))
        .await?
        .is(204)?;
    alice.delete(&carol).await?.is(204)?;
    let said = json!({ "conversation_id": id(&group)?, "body": "to all" });
    alice.post("/api/v1/messages", &said).await?.is(201)?;
    Ok(id(&group)?.to_owned())
}

/// Everything that can happen to accounts.
async fn accounts(house: &House) -> Result<()> {
    let dora = house.register("dora").await?;
    dora.patch("/api/v1/me", &json!({ "first_name": "Dora" }))
        .await?
        .is(200)?;
    let change = json!({ "current": PASSWORD, "new": "another-password" });
    dora.put("/api/v1/me/password", &change).await?.is(204)?;
    house.account(&["grant", "dora", "auditor"]).await?;
    let auditor = house.log_in("carol").await?;
    house.account(&["grant", "carol", "auditor"]).await?;
    let log = auditor.get("/api/v1/audit/events?limit=1").await?;
    log.is(200)?;
    house.account(&["revoke", "dora", "auditor"]).await?;
    house.account(&["disable", "dora"]).await?;
    house.account(&["enable", "dora"]).await?;
    let erin = house.register("erin").await?;
    let farewell = erin.request(Method::DELETE, "/api/v1/me");
    erin.ask(farewell.json(&json!({ "password": PASSWORD })))
        .await?
        .is(200)?;
    Ok(())
}

#[tokio::test]
async fn every_event_on_the_wire_is_as_described() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let schemas = schemas(&house).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    house.register("carol").await?;
    messages(&alice, &bob).await?;
    groups(&alice).await?;
    accounts(&house).await?;
    house.settle().await?;
    let mut seen = BTreeSet::new();
    for position in 1..=house.head().await? {
        let Some(stored) = house.nats.stored(position).await? else {
            continue;
        };
        let kind = stored.event["type"].as_str().context("a type")?;
        let name = kind
            .strip_prefix("tidings.")
            .and_then(|kind| kind.strip_suffix(".v1"));
        let name = name.context("a name")?;
        schemas.check(name, &stored.event)?;
        seen.insert(name.to_owned());
    }
    let all: BTreeSet<String> = domain::NAMES.map(str::to_owned).into();
    assert_eq!(seen, all, "each of them has happened");
    house.finish().await
}

#[tokio::test]
async fn all_news_on_both_streams_are_as_described() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let schemas = schemas(&house).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    house.register("carol").await?;
    let (tablet, laptop) = (bob.another_device().await?, alice.another_device().await?);
    let mut streams = [
        alice.events(Some("nowhere")).await?,
        bob.events(None).await?,
        tablet.events(None).await?,
    ];
    let mut sockets = [
        alice.socket(Some("nowhere")).await?,
        bob.socket(None).await?,
        laptop.socket(None).await?,
    ];
    for socket in &mut sockets {
        socket.next_of("hello").await?;
    }
    messages(&alice, &bob).await?;
    let group = groups(&alice).await?;
    // Who is in it is told by the tables, and what comes too early is told to nobody.
    house.settle().await?;
    let typing = json!({ "conversation_id": group });
    alice.post("/api/v1/typing", &typing).await?.is(204)?;
    let last = alice.send("bob", "the last one").await?;
    let is_last = |data: &Value| data["message"]["id"] == last["id"];
    let mut told = Vec::new();
    for stream in &mut streams {
        loop {
            let event = stream.next().await?.context("it ended")?;
            let is_last = is_last(&event.data);
            told.push(event);
            if is_last {
                break;
            }
        }
    }
    for device in [&tablet, &laptop] {
        device.delete("/api/v1/sessions/current").await?.is(204)?;
    }
    told.extend(streams[2].rest().await?);
    let mut framed = sockets[2].rest().await?;
    house.node(Role::Notifier).stop().await?;
    for stream in &mut streams[..2] {
        told.extend(stream.rest().await?);
    }
    for socket in &mut sockets[..2] {
        framed.extend(socket.rest().await?);
    }
    let mut seen = BTreeSet::new();
    for event in &told {
        schemas.check(&format!("push.{}", event.event), &event.data)?;
        seen.insert(format!("push.{}", event.event));
    }
    for event in &framed {
        let mut frame = json!({ "event": event.event, "data": event.data });
        if let Some(id) = &event.id {
            frame["id"] = json!(id);
        }
        schemas.check(&format!("frame.{}", event.event), &frame)?;
        seen.insert(format!("frame.{}", event.event));
    }
    // `next_of` has eaten the sockets' first words.
    let is_meant = |name: &&String| *name != "frame.hello" && *name != "frame.reset";
    let messages = schemas.document["components"]["messages"]
        .as_object()
        .context("messages")?;
    let all = messages
        .keys()
        .filter(|name| name.starts_with("push.") || name.starts_with("frame."));
    let all: BTreeSet<&String> = all.filter(is_meant).collect();
    let seen: BTreeSet<&String> = seen.iter().filter(is_meant).collect();
    assert_eq!(seen, all, "each of them has happened");
    house.finish().await
}
