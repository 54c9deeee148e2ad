//! Groups: who is in them sees what is sent while they are in them, and nothing else.

use anyhow::{Context, Result};
use house::{Answer, House, Person, Plan};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const INBOX: &str = "/api/v1/inbox";
const CONVERSATIONS: &str = "/api/v1/conversations";

async fn open(names: &[&str]) -> Result<(House, Vec<Person>)> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let mut people = Vec::new();
    for name in names {
        people.push(house.register(name).await?);
    }
    Ok((house, people))
}

async fn start(maker: &Person, title: &str, members: &[&str]) -> Result<Answer> {
    let group = json!({ "title": title, "members": members });
    maker.post(CONVERSATIONS, &group).await?.is(201)
}

fn path_of(group: &Answer) -> Result<String> {
    let id = group["id"].as_str().context("a group has an id")?;
    Ok(format!("{CONVERSATIONS}/{id}"))
}

async fn say(sender: &Person, group: &Answer, body: &str) -> Result<Answer> {
    let message = json!({ "conversation_id": group["id"], "body": body });
    sender.post("/api/v1/messages", &message).await
}

/// The bodies of a list's messages, newest first, as the other node shows it.
async fn bodies(person: &Person, path: &str, token: &str) -> Result<Vec<String>> {
    let list = person.at(1).get_since(path, token).await?.is(200)?;
    let items = list["items"].as_array().context("items")?;
    let body = |item: &Value| item["message"]["body"].as_str().map(str::to_owned);
    items
        .iter()
        .map(|item| body(item).context("a body"))
        .collect()
}

fn members(conversation: &Value) -> Vec<(&str, &str)> {
    let members = conversation["members"].as_array().into_iter().flatten();
    members
        .filter_map(|member| Some((member["username"].as_str()?, member["role"].as_str()?)))
        .collect()
}

#[tokio::test]
async fn a_member_sees_what_is_sent_while_they_are_in_it() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol"]).await?;
    let [alice, bob, carol] = &people[..] else {
        unreachable!()
    };
    let group = start(alice, "Harbour walk", &["bob"]).await?;
    assert_eq!(group["kind"], "group");
    assert_eq!(group["title"], "Harbour walk");
    assert_eq!(
        members(&group.json),
        [("alice", "owner"), ("bob", "member")]
    );
    let path = path_of(&group)?;
    let messages = format!("{path}/messages");

    // Shown before anything is written in it; to nobody outside.
    let shown = bob.at(1).get_since(&path, &group.token()?).await?.is(200)?;
    assert_eq!(shown.json, group.json);
    let list = bob.get(CONVERSATIONS).await?.is(200)?;
    assert_eq!(list["items"][0], group.json);
    carol.get(&path).await?.is_problem(404)?;
    carol.get(&messages).await?.is_problem(404)?;
    say(carol, &group, "let me in").await?.is_problem(404)?;

    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    say(alice, &group, "one").await?.is(201)?;
    let new = news.next_of("message.new").await?;
    assert_eq!(new.data["message"]["body"], "one");
    assert_eq!(new.data["message"]["conversation_id"], group["id"]);

    // Somebody comes: sees what is sent from then on.
    let come = format!("{path}/members/carol");
    let token = alice.put(&come, &json!({})).await?.is(204)?.token()?;
    alice
        .put(&come, &json!({ "role": "member" }))
        .await?
        .is(204)?;
    assert_eq!(bodies(carol, &messages, &token).await?, [""; 0]);
    let told = news
        .next_that("conversation.changed", |data| {
            data["conversation"]["member_count"] == 3
        })
        .await?;
    assert_eq!(told.data["conversation"]["title"], "Harbour walk");
    say(bob, &group, "two").await?.is(201)?;

    // Somebody is removed: sees nothing from then on, and keeps what there was.
    let go = format!("{path}/members/bob");
    let token = alice.delete(&go).await?.is(204)?.token()?;
    alice.delete(&go).await?.is(204)?;
    bob.at(1).get_since(&path, &token).await?.is_problem(404)?;
    bob.get(&messages).await?.is_problem(404)?;
    assert_eq!(bob.get(CONVERSATIONS).await?["items"], json!([]));
    let told = news
        .next_that("conversation.changed", |data| {
            data["conversation"]["left_at"].is_string()
        })
        .await?;
    assert_eq!(told.data["conversation"]["id"], group["id"]);
    say(bob, &group, "still here?").await?.is_problem(404)?;
    let third = say(carol, &group, "three").await?.is(201)?;

    let token = third.token()?;
    assert_eq!(
        bodies(alice, &messages, &token).await?,
        ["three", "two", "one"]
    );
    assert_eq!(bodies(carol, &messages, &token).await?, ["three", "two"]);
    assert_eq!(bodies(bob, INBOX, &token).await?, ["one"]);
    assert_eq!(bob.inbox().await?["unread"], 1);

    // One event each, however many receive it.
    let sent = house.count("select count(*) from log.events where event_type = 'message.sent'");
    assert_eq!(sent.await?, 3);
    house.finish().await
}

#[tokio::test]
async fn what_is_changed_later_reaches_those_who_are_still_there() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol"]).await?;
    let [alice, bob, carol] = &people[..] else {
        unreachable!()
    };
    let group = start(alice, "Harbour walk", &["bob", "carol"]).await?;
    let path = path_of(&group)?;
    let edited = say(alice, &group, "as it was").await?.is(201)?;
    let unsent = say(alice, &group, "taken back").await?.is(201)?;
    bob.delete(&format!("{path}/members/bob")).await?.is(204)?;
    let of =
        |message: &Answer| format!("/api/v1/messages/{}", message["id"].as_str().unwrap_or(""));
    alice
        .patch(&of(&edited), &json!({ "body": "as it is" }))
        .await?
        .is(200)?;
    let token = alice.delete(&of(&unsent)).await?.is(204)?.token()?;

    let list = carol.get_since(INBOX, &token).await?.is(200)?;
    assert_eq!(list["items"][1]["message"]["body"], "as it is");
    assert_eq!(list["items"][0]["message"]["body"], Value::Null);
    // Who left keeps the text they received, and not what was taken back.
    let list = bob.get_since(INBOX, &token).await?.is(200)?;
    assert_eq!(list["items"][1]["message"]["body"], "as it was");
    assert_eq!(list["items"][0]["message"]["body"], Value::Null);
    bob.get(&of(&edited)).await?.is(200)?;
    house.finish().await
}

#[tokio::test]
async fn owners_run_it_and_it_is_never_without_one() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol"]).await?;
    let [alice, bob, carol] = &people[..] else {
        unreachable!()
    };
    let group = start(alice, "Harbour walk", &["bob", "carol"]).await?;
    let path = path_of(&group)?;
    let member = |name: &str| format!("{path}/members/{name}");
    let own = json!({ "role": "owner" });

    for refused in [
        bob.patch(&path, &json!({ "title": "Mine" })).await?,
        bob.put(&member("bob"), &own).await?,
        bob.delete(&member("carol")).await?,
        bob.put(&member("alice"), &json!({ "role": "member" }))
            .await?,
    ] {
        refused.is_problem(403)?;
    }
    alice
        .put(&member("alice"), &json!({ "role": "member" }))
        .await?
        .is_problem(409)?;
    alice
        .put(&member("nobody"), &json!({}))
        .await?
        .is_problem(404)?;
    alice.put(&member("bob"), &own).await?.is(204)?;
    bob.patch(&path, &json!({ "title": "" }))
        .await?
        .is_problem(422)?;
    let token = bob
        .patch(&path, &json!({ "title": "Ours \u{1F6A2}" }))
        .await?
        .is(204)?
        .token()?;
    let shown = carol.get_since(&path, &token).await?.is(200)?;
    assert_eq!(shown["title"], "Ours \u{1F6A2}");
    assert_eq!(
        members(&shown.json),
        [("alice", "owner"), ("bob", "owner"), ("carol", "member")]
    );
    alice.delete(&member("alice")).await?.is(204)?;
    alice.get(&path).await?;
    alice
        .put(&member("alice"), &json!({}))
        .await?
        .is_problem(404)?;
    let token = bob.delete(&member("bob")).await?.is(204)?.token()?;
    let shown = carol.get_since(&path, &token).await?.is(200)?;
    assert_eq!(members(&shown.json), [("carol", "owner")]);
    say(carol, &group, "alone").await?.is(201)?;
    let token = carol
        .put(&member("alice"), &json!({}))
        .await?
        .is(204)?
        .token()?;
    let back = alice.get_since(&path, &token).await?.is(200)?;
    assert_eq!(back["left_at"], Value::Null);
    // The title stands in the log as nobody can read it without its key.
    let open = "select count(*) from log.events where payload::text like '%Harbour%'";
    assert_eq!(house.count(open).await?, 0);
    house.finish().await
}

#[tokio::test]
async fn several_names_are_one_group_that_never_changes() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol"]).await?;
    let [alice, bob, carol] = &people[..] else {
        unreachable!()
    };
    let write = async |sender: &Person, to: [&str; 2], body: &str| {
        let message = json!({ "to": to, "body": body });
        sender.post("/api/v1/messages", &message).await?.is(201)
    };
    let first = write(alice, ["bob", "carol"], "one").await?;
    let second = write(carol, ["alice", "bob"], "two").await?;
    assert_eq!(first["conversation_id"], second["conversation_id"]);
    let message = json!({ "conversation_id": first["conversation_id"], "body": "three" });
    let third = bob.post("/api/v1/messages", &message).await?.is(201)?;
    let path = format!(
        "{CONVERSATIONS}/{}",
        first["conversation_id"].as_str().context("id")?
    );
    let shown = alice.get_since(&path, &third.token()?).await?.is(200)?;
    assert_eq!(shown["kind"], "group");
    assert_eq!(shown["title"], Value::Null);
    assert_eq!(shown["member_count"], 3);
    assert_eq!(shown["last_message"]["body"], "three");
    assert_eq!(shown["unread"], 2);
    let messages = format!("{path}/messages");
    assert_eq!(
        bodies(alice, &messages, &third.token()?).await?,
        ["three", "two", "one"]
    );
    for refused in [
        alice.patch(&path, &json!({ "title": "x" })).await?,
        alice
            .put(&format!("{path}/members/bob"), &json!({}))
            .await?,
        alice.delete(&format!("{path}/members/alice")).await?,
    ] {
        refused.is_problem(404)?;
    }
    house.finish().await
}

#[tokio::test]
async fn making_a_group_once_is_making_it_once() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let group = json!({ "title": "Once", "members": ["bob"] });
    let first = alice.post_once(CONVERSATIONS, &group, "k").await?.is(201)?;
    let again = alice
        .at(1)
        .post_once(CONVERSATIONS, &group, "k")
        .await?
        .is(201)?;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.json, first.json);
    let other = json!({ "title": "Twice", "members": ["bob"] });
    alice
        .post_once(CONVERSATIONS, &other, "k")
        .await?
        .is_problem(422)?;
    for (wrong, pointer) in [
        (
            json!({ "title": "x", "members": ["bob", "nobody"] }),
            "/members/1",
        ),
        (json!({ "title": "x", "members": [] }), "/members"),
        (json!({ "title": " ", "members": ["bob"] }), "/title"),
    ] {
        let refused = alice.post(CONVERSATIONS, &wrong).await?.is_problem(422)?;
        assert_eq!(refused.pointers(), [pointer]);
    }
    let alone = json!({ "title": "x", "members": ["alice"] });
    alice.post(CONVERSATIONS, &alone).await?.is_problem(422)?;
    bob.get_since(CONVERSATIONS, &first.token()?)
        .await?
        .is(200)?;
    assert_eq!(bob.all(CONVERSATIONS).await?.len(), 1);
    house.finish().await
}

/// Somebody is removed and let in again and again while everybody writes: by the log's order it is certain who was in it.
#[tokio::test]
async fn nobody_receives_what_was_in_flight_when_they_were_removed() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol"]).await?;
    let [alice, bob, carol] = &people[..] else {
        unreachable!()
    };
    let group = start(alice, "Doors", &["bob", "carol"]).await?;
    let door = format!("{}/members/carol", path_of(&group)?);
    let writes = async |person: &Person| -> Result<()> {
        for n in 0..60 {
            say(&person.at(n), &group, "knock").await?.is(201)?;
        }
        Ok(())
    };
    let opens = async || -> Result<()> {
        for n in 0..30 {
            alice.at(n).delete(&door).await?.is(204)?;
            alice.at(n + 1).put(&door, &json!({})).await?.is(204)?;
        }
        Ok(())
    };
    tokio::try_join!(writes(alice), writes(bob), opens())?;
    house.settle().await?;
    let log: Vec<(i64, String, String)> = sqlx::query_as(
        "select position, event_type, payload::text from log.events
         where event_type = 'message.sent' or event_type like 'conversation.member%' order by position",
    )
    .fetch_all(&house.pool)
    .await?;
    let (mut is_in, mut expected) = (true, Vec::new());
    for (position, name, payload) in log {
        match name.as_str() {
            "message.sent" if is_in => expected.push(position),
            "message.sent" => {}
            other => {
                assert!(payload.contains(&carol.id));
                is_in = other == "conversation.member_added";
            }
        }
    }
    let received: Vec<i64> = sqlx::query_scalar(
        "select position from readmodel.inbox where owner_id = $1::uuid order by position",
    )
    .bind(&carol.id)
    .fetch_all(&house.pool)
    .await?;
    assert_eq!(received, expected);
    assert!(expected.len() < 120, "the door was never closed");
    house.finish().await
}

#[tokio::test]
async fn an_own_view_is_nobody_elses() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let sent = alice.send("bob", "hello").await?;
    let path = format!(
        "{CONVERSATIONS}/{}",
        sent["conversation_id"].as_str().context("id")?
    );
    bob.get_since(&path, &sent.token()?).await?.is(200)?;
    let archived = format!("{CONVERSATIONS}?archived=true");
    let puts = async |method: Method, what: &str| -> Result<String> {
        let request = || bob.request(method.clone(), &format!("{path}/{what}"));
        let token = bob.ask(request()).await?.is(204)?.token()?;
        bob.ask(request()).await?.is(204)?;
        Ok(token)
    };

    let token = puts(Method::PUT, "archive").await?;
    let list = bob.get_since(&archived, &token).await?.is(200)?;
    assert_eq!(list["items"][0]["archived"], true);
    assert_eq!(bob.all(CONVERSATIONS).await?.len(), 0);
    assert_eq!(alice.all(CONVERSATIONS).await?.len(), 1);
    let token = puts(Method::DELETE, "archive").await?;
    let shown = bob.get_since(&path, &token).await?.is(200)?;
    assert_eq!(shown["archived"], false);
    puts(Method::PUT, "mute").await?;
    puts(Method::PUT, "archive").await?;
    let sent = alice.send("bob", "a new message brings it back").await?;
    let shown = bob.get_since(&path, &sent.token()?).await?.is(200)?;
    assert_eq!(
        (&shown["archived"], &shown["muted"]),
        (&json!(false), &json!(true))
    );
    let token = puts(Method::DELETE, "mute").await?;
    assert_eq!(bob.get_since(&path, &token).await?["muted"], false);

    let carol = house.register("carol").await?;
    for what in ["archive", "mute", "draft"] {
        let body = json!({ "body": "x" });
        carol
            .put(&format!("{path}/{what}"), &body)
            .await?
            .is_problem(404)?;
    }

    // A draft, on all own devices.
    let draft = format!("{path}/draft");
    bob.get(&draft).await?.is(204)?;
    bob.put(&draft, &json!({ "body": "dear" })).await?.is(204)?;
    bob.put(&draft, &json!({ "body": "dear Alice" }))
        .await?
        .is(204)?;
    let other = bob.another_device().await?;
    assert_eq!(
        other.at(1).get(&draft).await?.is(200)?["body"],
        "dear Alice"
    );
    alice.get(&draft).await?.is(204)?;
    carol.get(&draft).await?.is_problem(404)?;
    bob.delete(&draft).await?.is(204)?;
    bob.delete(&draft).await?.is(204)?;
    bob.get(&draft).await?.is(204)?;
    house.finish().await
}

#[tokio::test]
async fn a_blocked_senders_direct_messages_do_not_come_in() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let group = start(bob, "Both of us", &["alice"]).await?;
    bob.put("/api/v1/blocks/bob", &json!({}))
        .await?
        .is_problem(422)?;
    bob.put("/api/v1/blocks/nobody", &json!({}))
        .await?
        .is_problem(404)?;
    let token = bob
        .put("/api/v1/blocks/Alice", &json!({}))
        .await?
        .is(204)?
        .token()?;
    bob.put("/api/v1/blocks/alice", &json!({})).await?.is(204)?;
    let list = bob.get_since("/api/v1/blocks", &token).await?.is(200)?;
    assert_eq!(
        list["items"],
        json!([{ "id": alice.id, "username": "alice" }])
    );
    assert_eq!(alice.get("/api/v1/blocks").await?["items"], json!([]));

    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    // The sender is not told.
    let unheard = alice.send("bob", "unheard").await?;
    assert_eq!(
        alice.get_since("/api/v1/sent", &unheard.token()?).await?["items"][0]["recipients"],
        1
    );
    let heard = say(alice, &group, "heard in the group").await?.is(201)?;
    assert_eq!(
        bodies(bob, INBOX, &heard.token()?).await?,
        ["heard in the group"]
    );
    let first = news.next_of("message.new").await?;
    assert_eq!(first.data["message"]["body"], "heard in the group");

    bob.delete("/api/v1/blocks/alice").await?.is(204)?;
    bob.delete("/api/v1/blocks/alice").await?.is(204)?;
    let heard = alice.send("bob", "heard again").await?;
    assert_eq!(
        bodies(bob, INBOX, &heard.token()?).await?,
        ["heard again", "heard in the group"]
    );
    house.finish().await
}

#[tokio::test]
async fn of_a_large_group_the_first_are_shown_and_all_when_asked_for() -> Result<()> {
    let (house, people) = open(&["alice"]).await?;
    let alice = &people[0];
    let mut names = Vec::new();
    for n in 0..55 {
        let name = format!("person{n:02}");
        house.register(&name).await?;
        names.push(name);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let group = start(alice, "Everybody", &names).await?;
    assert_eq!(group["member_count"], 56);
    let list = alice
        .get_since(CONVERSATIONS, &group.token()?)
        .await?
        .is(200)?;
    assert_eq!(members(&list["items"][0]).len(), 50);
    assert_eq!(list["items"][0]["member_count"], 56);
    let shown = alice.get(&path_of(&group)?).await?.is(200)?;
    assert_eq!(shown.json, group.json);
    house.finish().await
}
