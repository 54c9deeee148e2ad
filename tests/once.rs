//! The same command from several hands at once happens once.

use anyhow::{Context, Result};
use futures::future::try_join_all;
use house::{Answer, House, Plan, Role};
use serde_json::json;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const SENT: &str = "select count(*) from log.events where event_type = 'message.sent'";

#[tokio::test]
async fn an_idempotency_key_used_fifty_times_at_once_on_two_nodes_sends_one_message() -> Result<()>
{
    let mut house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let message = json!({ "to": ["bob"], "body": "once" });
    let at_once = (0..50).map(|n| {
        let (alice, message) = (alice.at(n), &message);
        async move {
            alice
                .post_once("/api/v1/messages", message, "the-key")
                .await?
                .is(201)
        }
    });
    let answers = try_join_all(at_once).await?;
    assert!(answers.iter().all(|answer| answer.json == answers[0].json));
    let tokens: Vec<String> = answers.iter().map(Answer::token).collect::<Result<_>>()?;
    assert!(
        tokens.iter().all(|token| *token == tokens[0]),
        "all name the same place"
    );
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed").is_none());
    assert_eq!(first.count(), 1, "all but one say that they are replays");
    assert_eq!(house.count(SENT).await?, 1);

    let other = json!({ "to": ["bob"], "body": "twice" });
    alice
        .at(1)
        .post_once("/api/v1/messages", &other, "the-key")
        .await?
        .is_problem(422)?;
    // Another caller's key is another key.
    bob.post_once(
        "/api/v1/messages",
        &json!({ "to": ["alice"], "body": "once" }),
        "the-key",
    )
    .await?
    .is(201)?;

    for node in house.nodes.iter_mut().filter(|node| node.role == Role::Api) {
        node.kill();
        node.start().await?;
    }
    let again = alice
        .post_once("/api/v1/messages", &message, "the-key")
        .await?
        .is(201)?;
    assert_eq!(again.json, answers[0].json);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(house.count(SENT).await?, 2);
    let inbox = bob.get_since("/api/v1/inbox", &tokens[0]).await?.is(200)?;
    assert_eq!(inbox["items"].as_array().context("items")?.len(), 1);
    assert_eq!(inbox["items"][0]["message"], answers[0].json);
    house.finish().await
}

#[tokio::test]
async fn a_key_may_be_used_for_every_command_of_a_mailbox() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let sent = alice.send("bob", "hello").await?;
    let token = sent.token()?;
    bob.get_since("/api/v1/inbox", &token).await?.is(200)?;
    let ids = json!({ "message_ids": [sent["id"]] });
    for (path, body) in [
        ("/api/v1/inbox/read", ids.clone()),
        ("/api/v1/inbox/unread", ids),
    ] {
        let before = house.head().await?;
        let at_once = (0..20).map(|n| {
            let (bob, body) = (bob.at(n), &body);
            async move { bob.post_once(path, body, path).await?.is(204) }
        });
        let answers = try_join_all(at_once).await?;
        assert_eq!(
            house.head().await?,
            before + 1,
            "{path} is one event, however often it is asked for"
        );
        let newest = answers.iter().find_map(|answer| answer.token().ok());
        bob.get_since("/api/v1/inbox", &newest.context("a token")?)
            .await?
            .is(200)?;
    }
    house.finish().await
}

#[tokio::test]
async fn a_message_id_used_on_two_nodes_at_once_is_one_message_that_can_be_read() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let carol = house.register("carol").await?;

    // The same content: everybody gets the first answer.
    let id = house::id();
    let message = json!({ "id": id, "to": ["bob"], "subject": "s", "body": "the only one" });
    let at_once = (0..20).map(|n| {
        let (alice, message) = (alice.at(n), &message);
        async move { alice.post("/api/v1/messages", message).await?.is(201) }
    });
    let answers = try_join_all(at_once).await?;
    assert!(answers.iter().all(|answer| answer.json == answers[0].json));
    assert_eq!(answers[0]["id"], json!(id));

    // Different contents: one of them wins, and its text is the one that is kept.
    let contested = house::id();
    let at_once = (0..20).map(|n| {
        let alice = alice.at(n);
        let message = json!({ "id": contested, "to": ["bob"], "body": format!("text {n}") });
        async move { alice.post("/api/v1/messages", &message).await }
    });
    let answers = try_join_all(at_once).await?;
    let winners: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .collect();
    assert_eq!(winners.len(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(loser.clone().is_problem(422)?.pointers(), ["/id"]);
    }
    let winner = winners[0];
    assert_eq!(house.count(SENT).await?, 2);
    assert_eq!(
        house
            .count("select count(*) from log.keys where message_id is not null")
            .await?,
        2,
        "the losers leave no key behind"
    );

    let inbox = bob
        .get_since("/api/v1/inbox", &winner.token()?)
        .await?
        .is(200)?;
    assert_eq!(inbox["items"][0]["message"], winner.json);
    assert_eq!(inbox["items"][1]["message"]["body"], "the only one");

    let refused = json!({ "id": id, "to": ["bob"], "subject": "s", "body": "another one" });
    alice
        .post("/api/v1/messages", &refused)
        .await?
        .is_problem(422)?;
    let elsewhere = json!({ "id": id, "to": ["carol"], "subject": "s", "body": "the only one" });
    alice
        .post("/api/v1/messages", &elsewhere)
        .await?
        .is_problem(422)?;
    carol
        .post("/api/v1/messages", &message)
        .await?
        .is_problem(409)?;
    assert_eq!(house.count(SENT).await?, 2);
    house.finish().await
}
