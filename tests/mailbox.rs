//! What an owner does to a mailbox, and what the other side sees of it.

use anyhow::{Context, Result};
use house::{Answer, House, Person, Plan, until};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const INBOX: &str = "/api/v1/inbox";
const SENT: &str = "/api/v1/sent";

/// A service, and two who write to each other.
async fn open() -> Result<(House, Person, Person)> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    Ok((house, alice, bob))
}

fn id(message: &Answer) -> Result<&str> {
    message["id"].as_str().context("a message has an id")
}

/// Something that is answered with 204; the token to read it by.
async fn act(person: &Person, method: Method, path: &str, body: Value) -> Result<String> {
    let request = person.request(method, path);
    let request = if body.is_null() {
        request
    } else {
        request.json(&body)
    };
    person.ask(request).await?.is(204)?.token()
}

/// The bodies of a list's messages, as the other api process shows it.
async fn bodies(person: &Person, path: &str, token: &str) -> Result<Vec<String>> {
    let list = person.at(1).get_since(path, token).await?.is(200)?;
    let items = list["items"].as_array().context("items")?;
    let body = |item: &Value| item["message"]["body"].as_str().map(str::to_owned);
    items
        .iter()
        .map(|item| body(item).context("a body"))
        .collect()
}

#[tokio::test]
async fn a_delete_is_the_owners_own_and_can_be_taken_back() -> Result<()> {
    let (house, alice, bob) = open().await?;
    alice.send("bob", "first").await?;
    let second = alice.send("bob", "second").await?;
    let conversation = second["conversation_id"].as_str().context("id")?;
    let conversation = format!("/api/v1/conversations/{conversation}");
    let messages = format!("{conversation}/messages");
    bob.get_since(INBOX, &second.token()?).await?.is(200)?;
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;

    let of_bob = format!("{INBOX}/{}", id(&second)?);
    let token = act(&bob, Method::DELETE, &of_bob, Value::Null).await?;
    bob.delete(&of_bob).await?.is(204)?;
    assert_eq!(bodies(&bob, INBOX, &token).await?, ["first"]);
    assert_eq!(bodies(&bob, &messages, &token).await?, ["first"]);
    assert_eq!(bodies(&alice, SENT, &token).await?, ["second", "first"]);
    assert_eq!(
        bodies(&alice, &messages, &token).await?,
        ["second", "first"]
    );
    let seen = bob.get_since(&conversation, &token).await?.is(200)?;
    assert_eq!(seen["last_message"]["body"], "first");
    assert_eq!(seen["unread"], 1);
    assert_eq!(bob.inbox().await?["unread"], 1);
    let told = news
        .next_that("message.changed", |data| data["deleted_at"].is_string())
        .await?;
    assert_eq!(told.data["message"]["id"], second["id"]);

    let of_alice = format!("{SENT}/{}", id(&second)?);
    let token = act(&alice, Method::DELETE, &of_alice, Value::Null).await?;
    assert_eq!(bodies(&alice, SENT, &token).await?, ["first"]);
    assert_eq!(bodies(&alice, &messages, &token).await?, ["first"]);

    for (person, list, path) in [(&bob, INBOX, of_bob), (&alice, SENT, of_alice)] {
        let restore = format!("{path}/restore");
        let token = act(person, Method::POST, &restore, Value::Null).await?;
        person.post(&restore, &Value::Null).await?.is(204)?;
        assert_eq!(bodies(person, list, &token).await?, ["second", "first"]);
        assert_eq!(
            bodies(person, &messages, &token).await?,
            ["second", "first"]
        );
    }
    let seen = bob.get(&conversation).await?.is(200)?;
    assert_eq!(seen["last_message"]["body"], "second");
    assert_eq!(seen["unread"], 2);
    house.finish().await
}

#[tokio::test]
async fn marks_count_once_and_tell_the_sender() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let carol = house.register("carol").await?;
    let mut ids = Vec::new();
    for n in 0..5 {
        let sent = alice.send("bob", &format!("message {n}")).await?;
        ids.push(sent["id"].clone());
    }
    let other = carol.send("bob", "of somebody else").await?;
    let conversation = alice.sent().await?["items"][0]["message"]["conversation_id"].clone();

    // What a list showed counts as delivered only once its reader says so.
    let list = bob.get_since(INBOX, &other.token()?).await?.is(200)?;
    assert_eq!(list["unread"], 6);
    let delivered = json!({ "up_to": list.token()? });
    let path = "/api/v1/inbox/delivered";
    let token = act(&bob, Method::POST, path, delivered.clone()).await?;
    counts(&alice, &token, [(0, 1); 5]).await?;
    let list = bob.get_since(INBOX, &token).await?;
    assert!(list["items"][0]["delivered_at"].is_string());
    bob.post(path, &delivered).await?.is(204)?;

    let read = json!({ "message_ids": [ids[1], ids[3], other["id"]] });
    let token = act(&bob, Method::POST, "/api/v1/inbox/read", read.clone()).await?;
    bob.at(1).post("/api/v1/inbox/read", &read).await?.is(204)?;
    counts(&alice, &token, [(0, 1), (1, 1), (0, 1), (1, 1), (0, 1)]).await?;
    unread(&bob, &token, 3, &[&ids[4], &ids[2], &ids[0]]).await?;

    let up_to = json!({ "conversation_id": conversation, "up_to": ids[3] });
    let token = act(&bob, Method::POST, "/api/v1/inbox/read", up_to).await?;
    counts(&alice, &token, [(0, 1), (1, 1), (1, 1), (1, 1), (1, 1)]).await?;
    unread(&bob, &token, 1, &[&ids[4]]).await?;

    // Unread again: for the reader, while the sender's receipt stays.
    let again = json!({ "message_ids": [ids[1], other["id"]] });
    let token = act(&bob, Method::POST, "/api/v1/inbox/unread", again).await?;
    counts(&alice, &token, [(0, 1), (1, 1), (1, 1), (1, 1), (1, 1)]).await?;
    unread(&bob, &token, 3, &[&other["id"], &ids[4], &ids[1]]).await?;
    let only = format!(
        "{INBOX}?unread=true&conversation_id={}",
        conversation.as_str().context("id")?
    );
    let some = bob.get(&only).await?.is(200)?;
    assert_eq!(some["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(some["unread"], 3, "of the whole mailbox");

    // A mark on a deleted message, and a delete of an unread one.
    let newest = ids[4].as_str().context("id")?;
    let token = act(
        &bob,
        Method::DELETE,
        &format!("{INBOX}/{newest}"),
        Value::Null,
    )
    .await?;
    unread(&bob, &token, 2, &[&other["id"], &ids[1]]).await?;
    let all = json!({ "message_ids": ids });
    let token = act(&bob, Method::POST, "/api/v1/inbox/read", all).await?;
    unread(&bob, &token, 1, &[&other["id"]]).await?;
    let restore = format!("{INBOX}/{newest}/restore");
    let token = act(&bob, Method::POST, &restore, Value::Null).await?;
    unread(&bob, &token, 1, &[&other["id"]]).await?;
    counts(&alice, &token, [(1, 1); 5]).await?;
    house.finish().await
}

/// How many read each of the sender's messages, and how many they were delivered to, newest first.
async fn counts(sender: &Person, token: &str, expected: [(u64, u64); 5]) -> Result<()> {
    let list = sender.at(1).get_since(SENT, token).await?.is(200)?;
    let items = list["items"].as_array().context("items")?;
    let of = |item: &Value, name: &str| item[name].as_u64().unwrap_or_default();
    let found: Vec<_> = items
        .iter()
        .map(|item| (of(item, "read_by"), of(item, "delivered_to")))
        .collect();
    assert_eq!(found, expected);
    assert!(items.iter().all(|item| item["recipients"] == 1));
    Ok(())
}

/// Which messages are unread, newest first, by the list and by the counts.
async fn unread(reader: &Person, token: &str, total: u64, expected: &[&Value]) -> Result<()> {
    let path = format!("{INBOX}?unread=true");
    let list = reader.at(1).get_since(&path, token).await?.is(200)?;
    let items = list["items"].as_array().context("items")?;
    let ids: Vec<_> = items.iter().map(|item| &item["message"]["id"]).collect();
    assert_eq!(ids, expected);
    assert_eq!(list["unread"], total);
    let conversations = reader.get("/api/v1/conversations").await?.is(200)?;
    let each = conversations["items"].as_array().context("items")?;
    let sum: u64 = each.iter().filter_map(|one| one["unread"].as_u64()).sum();
    assert_eq!(sum, total);
    Ok(())
}

#[tokio::test]
async fn an_edit_shows_everywhere() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let message = json!({ "to": ["bob"], "subject": "subject", "body": "before" });
    let sent = alice.post("/api/v1/messages", &message).await?.is(201)?;
    bob.get_since(INBOX, &sent.token()?).await?.is(200)?;
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    let path = format!("/api/v1/messages/{}", id(&sent)?);

    let edited = alice.patch(&path, &json!({ "body": "after" })).await?;
    let edited = edited.is(200)?;
    assert!(edited["edited_at"].is_string());
    let mut expected = sent.json.clone();
    expected["body"] = json!("after");
    expected["edited_at"] = edited["edited_at"].clone();
    assert_eq!(edited.json, expected);
    shows(&alice, &bob, &edited.token()?, &expected).await?;
    let told = news.next_of("message.changed").await?;
    assert_eq!(told.data["message"], expected);

    for (status, body) in [
        (422, json!({ "body": "" })),
        (400, json!({ "body": 1 })),
        (400, json!({ "body": "x", "subject": "y" })),
        (400, json!({})),
    ] {
        alice.patch(&path, &body).await?.is_problem(status)?;
    }
    house.finish().await
}

/// Both sides see the message like this, wherever they look.
async fn shows(sender: &Person, reader: &Person, token: &str, expected: &Value) -> Result<()> {
    let text = |name: &str| expected[name].as_str().context("an id");
    let conversation = format!("/api/v1/conversations/{}", text("conversation_id")?);
    let messages = format!("{conversation}/messages");
    let message = format!("/api/v1/messages/{}", text("id")?);
    for (person, list) in [(sender, SENT), (reader, INBOX)] {
        let person = person.at(1);
        let found = person.get_since(list, token).await?.is(200)?;
        assert_eq!(found["items"][0]["message"], *expected);
        let found = person.get_since(&messages, token).await?.is(200)?;
        assert_eq!(found["items"][0]["message"], *expected);
        let found = person.get_since(&conversation, token).await?.is(200)?;
        assert_eq!(found["last_message"], *expected);
        let found = person.get_since(&message, token).await?.is(200)?;
        assert_eq!(found.json, *expected);
        let found = person.get_since("/api/v1/conversations", token).await?;
        assert_eq!(found["items"][0]["last_message"], *expected);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_taken_back_is_erased_everywhere_and_leaves_a_tombstone() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let secret = "a text that nobody shall find again";
    let message = json!({ "to": ["bob"], "subject": secret, "body": secret });
    let sent = alice
        .post_once("/api/v1/messages", &message, "key")
        .await?
        .is(201)?;
    let path = format!("/api/v1/messages/{}", id(&sent)?);
    let version = json!({ "body": format!("{secret}, edited") });
    let edited = alice.patch(&path, &version).await?.is(200)?;
    bob.get_since(INBOX, &edited.token()?).await?.is(200)?;
    house.settle().await?;
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;

    let taken_back = alice.delete(&path).await?.is(204)?;
    taken_back.token()?;
    // Who asks again, since the first answer was lost, has a token as well.
    let token = alice.delete(&path).await?.is(204)?.token()?;
    let shown = alice.get_since(&path, &token).await?.is(200)?;
    let mut expected = edited.json.clone();
    expected["subject"] = Value::Null;
    expected["body"] = Value::Null;
    expected["unsent_at"] = shown["unsent_at"].clone();
    assert!(expected["unsent_at"].is_string());
    shows(&alice, &bob, &token, &expected).await?;
    let told = news.next_of("message.changed").await?;
    assert_eq!(told.data["message"], expected);

    // In the log nothing can open it any more, and the copies in the stream are gone.
    until("the keys are destroyed", async || {
        let keys = "select count(*) from log.keys where message_id is not null";
        Ok((house.count(keys).await? == 0).then_some(()))
    })
    .await?;
    house.audit().await?;
    let texts: Vec<i64> = sqlx::query_scalar(
        "select position from log.events where event_type in ('message.sent', 'message.edited')",
    )
    .fetch_all(&house.pool)
    .await?;
    assert_eq!(texts.len(), 2);
    for position in texts {
        assert!(house.nats.stored(position).await?.is_none());
    }
    let found = house.count(
        "select (select count(*) from readmodel.inbox t where t::text like '%nobody shall find%')
           + (select count(*) from readmodel.sent_box t where t::text like '%nobody shall find%')
           + (select count(*) from readmodel.last_conversation t where t::text like '%nobody shall find%')
           + (select count(*) from log.events t where t::text like '%nobody shall find%')
           + (select count(*) from log.idempotency t where t::text like '%nobody shall find%')
           + (select count(*) from log.batches t where t::text like '%nobody shall find%')",
    );
    assert_eq!(found.await?, 0);

    alice.patch(&path, &version).await?.is_problem(409)?;
    // The first answer had the text in it, so it cannot be given again.
    let again = alice.post_once("/api/v1/messages", &message, "key").await?;
    again.is_problem(410)?;

    // One that was not read when it was taken back.
    assert_eq!(
        bob.inbox().await?["items"].as_array().map(Vec::len),
        Some(1)
    );
    house.finish().await
}

#[tokio::test]
async fn pages_show_everything_once_while_more_arrives() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let carol = house.register("carol").await?;
    for n in 0..23 {
        let sender = if n % 3 == 0 { &carol } else { &alice };
        sender.send("bob", &n.to_string()).await?;
    }
    let sent = bob.send("alice", "an answer").await?;
    let conversation = sent["conversation_id"].as_str().context("id")?.to_owned();
    bob.get_since(INBOX, &sent.token()?).await?.is(200)?;

    let of_alice: Vec<_> = (0..23).filter(|n| n % 3 != 0).rev().collect();
    let of_both: Vec<_> = (0..23).rev().collect();
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    let filtered = format!("{INBOX}?conversation_id={conversation}");
    for (path, expected) in [
        (INBOX, &of_both),
        (filtered.as_str(), &of_alice),
        (messages.as_str(), &of_alice),
    ] {
        for limit in [1, 2, 7, 8, 23, 24, 200] {
            let found = bob.pages(path, limit).await?;
            let body = |item: &Value| item["message"]["body"].as_str()?.parse::<i32>().ok();
            let found: Vec<_> = found.iter().filter_map(body).collect();
            assert_eq!(found, *expected, "{path} by {limit}");
        }
    }
    // What arrives while somebody turns the pages is on none of the later ones.
    let first = bob.get(&format!("{INBOX}?limit=10")).await?.is(200)?;
    let new = alice.send("bob", "meanwhile").await?;
    let cursor = first["next"].as_str().context("next")?;
    let path = format!("{INBOX}?limit=200&cursor={cursor}");
    let rest = bodies(&bob, &path, &new.token()?).await?;
    assert_eq!(rest.len(), 13);
    assert_eq!(rest[0], "12");

    let people = bob.pages("/api/v1/accounts", 1).await?;
    let names: Vec<_> = people.iter().map(|one| &one["username"]).collect();
    assert_eq!(names, ["alice", "bob", "carol"]);
    let conversations = bob.pages("/api/v1/conversations", 1).await?;
    assert_eq!(conversations.len(), 2);
    house.finish().await
}

#[tokio::test]
async fn what_was_written_on_one_node_is_read_on_the_other() -> Result<()> {
    let (house, alice, bob) = open().await?;
    for n in 0..30 {
        let sent = alice.at(n).send("bob", &n.to_string()).await?;
        let token = sent.token()?;
        let inbox = bob.at(n + 1).get_since(INBOX, &token).await?.is(200)?;
        assert_eq!(inbox["items"][0]["message"], sent.json);
        let box_of_sender = alice.at(n + 1).get_since(SENT, &token).await?.is(200)?;
        assert_eq!(box_of_sender["items"][0]["message"], sent.json);
    }
    let dave = house.register("dave").await?;
    let answer = alice.at(1).send("dave", "welcome").await?;
    assert_eq!(answer["sender"]["username"], "alice");
    dave.at(1).send("alice", "thank you").await?;
    house.finish().await
}

#[tokio::test]
async fn a_read_model_that_does_not_come_is_said_to_be_unavailable() -> Result<()> {
    let (mut house, alice, bob) = open().await?;
    assert_eq!(bob.inbox().await?["items"], json!([]));
    house.node(house::Role::Projector).kill();
    let sent = alice.send("bob", "hello").await?;
    let late = bob.get_since_at_once(INBOX, &sent.token()?).await?;
    let late = late.is_problem(503)?;
    assert!(late.header("retry-after").is_some());
    // Without a token it shows what there is.
    assert_eq!(bob.inbox().await?["items"], json!([]));
    house.node(house::Role::Projector).start().await?;
    let list = bob.get_since(INBOX, &sent.token()?).await?.is(200)?;
    assert_eq!(list["items"][0]["message"], sent.json);
    house.finish().await
}

#[tokio::test]
async fn a_list_that_has_not_changed_is_not_sent_again() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let sent = alice.send("bob", "first").await?;
    let conversation = sent["conversation_id"].as_str().context("id")?;
    let paths = [
        INBOX.to_owned(),
        "/api/v1/conversations".to_owned(),
        format!("/api/v1/conversations/{conversation}"),
        format!("/api/v1/conversations/{conversation}/messages"),
    ];
    let mut known = Vec::new();
    for path in &paths {
        let answer = bob.get_since(path, &sent.token()?).await?.is(200)?;
        let etag = answer.header("etag").context("etag")?.to_owned();
        let same = if_none_match(&bob.at(1), path, &etag).await?.is(304)?;
        assert!(same.body.is_empty());
        assert_eq!(same.header("etag"), Some(etag.as_str()));
        same.token()?;
        for tags in [format!("\"other\", W/{etag}"), "*".to_owned()] {
            if_none_match(&bob, path, &tags).await?.is(304)?;
        }
        known.push(etag);
    }
    let second = alice.send("bob", "second").await?;
    bob.get_since(INBOX, &second.token()?).await?.is(200)?;
    for (path, etag) in paths.iter().zip(&known) {
        let answer = if_none_match(&bob, path, etag).await?.is(200)?;
        assert_ne!(answer.header("etag"), Some(etag.as_str()));
    }
    house.finish().await
}

async fn if_none_match(person: &Person, path: &str, etags: &str) -> Result<Answer> {
    let request = person.request(Method::GET, path);
    person.ask(request.header("If-None-Match", etags)).await
}

#[tokio::test]
async fn notes_to_oneself_are_kept_and_never_unread() -> Result<()> {
    let (house, alice, _bob) = open().await?;
    let note = alice.send("alice", "milk").await?;
    let token = note.token()?;
    assert_eq!(bodies(&alice, SENT, &token).await?, ["milk"]);
    assert_eq!(bodies(&alice, INBOX, &token).await?, [""; 0]);
    let conversations = alice.get("/api/v1/conversations").await?.is(200)?;
    assert_eq!(conversations["items"][0]["unread"], 0);
    assert_eq!(conversations["items"][0]["last_message"], note.json);
    assert_eq!(
        conversations["items"][0]["members"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let again = json!({ "conversation_id": note["conversation_id"], "body": "bread" });
    let token = alice
        .post("/api/v1/messages", &again)
        .await?
        .is(201)?
        .token()?;
    assert_eq!(bodies(&alice, SENT, &token).await?, ["bread", "milk"]);
    house.finish().await
}

/// The read models may not show a command yet when the next one comes.
#[tokio::test]
async fn of_two_quick_commands_the_last_one_counts() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let sent = alice.send("bob", "there and back").await?;
    bob.get_since(INBOX, &sent.token()?).await?.is(200)?;
    let of_bob = format!("{INBOX}/{}", id(&sent)?);
    let marks = json!({ "message_ids": [sent["id"]] });
    let mut token = String::new();
    for n in 0..20 {
        let bob = bob.at(n);
        act(&bob, Method::POST, "/api/v1/inbox/read", marks.clone()).await?;
        token = act(&bob, Method::POST, "/api/v1/inbox/unread", marks.clone()).await?;
    }
    let list = bob.get_since(INBOX, &token).await?.is(200)?;
    assert_eq!(list["items"][0]["read_at"], Value::Null);
    assert_eq!(list["unread"], 1);
    for n in 0..20 {
        let bob = bob.at(n);
        act(&bob, Method::DELETE, &of_bob, Value::Null).await?;
        let restore = format!("{of_bob}/restore");
        token = act(&bob, Method::POST, &restore, Value::Null).await?;
    }
    assert_eq!(bodies(&bob, INBOX, &token).await?, ["there and back"]);
    house.finish().await
}
