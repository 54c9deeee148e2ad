//! Erasing an account: afterwards nothing that it wrote can be found anywhere, and everybody else goes on.

mod erasing {
    pub mod canaries;
}

use anyhow::{Context, Result};
use erasing::canaries::{CANARIES, busy, dump, erase, in_files};
use house::{House, Plan, Role, until};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn of_an_erased_account_no_canary_is_left() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (bob, carol) = (house.register("bob").await?, house.register("carol").await?);
    let canary = busy(&house, &bob).await?;
    house.settle().await?;
    let before = dump(&house).await?;
    for text in CANARIES {
        assert!(before.contains(text), "{text} was nowhere before");
    }
    assert!(!in_files(&house.nats.store_dir())?.is_empty());

    let wrong = json!({ "password": "not this one" });
    let request = canary.request(Method::DELETE, "/api/v1/me").json(&wrong);
    canary.ask(request).await?.is_problem(422)?;
    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    let report = erase(&canary).await?;
    let stores = report["stores"].as_array().context("stores")?;
    assert!(stores.len() > 5);

    // Whoever was written to is told, live.
    news.next_that("message.changed", |data| {
        data["message"]["unsent_at"].is_string() && data["message"]["body"].is_null()
    })
    .await?;
    until("the copies in the stream are deleted", async || {
        let left = "select count(*) from log.copies_to_erase";
        Ok((house.count(left).await? == 0).then_some(()))
    })
    .await?;
    house.settle().await?;
    let after = dump(&house).await?;
    for text in CANARIES {
        let lines: Vec<&str> = after.lines().filter(|line| line.contains(text)).collect();
        assert_eq!(lines, [""; 0], "{text}");
    }
    until("NATS has written over them", async || {
        Ok(in_files(&house.nats.store_dir())?.is_empty().then_some(()))
    })
    .await?;

    // It cannot come in any more, by any door, and its name stays taken.
    until("its token is refused", async || {
        Ok((canary.at(1).get("/api/v1/me").await?.status == 401).then_some(()))
    })
    .await?;
    let log_in = json!({ "username": CANARIES[0], "password": house::PASSWORD });
    bob.post("/api/v1/sessions", &log_in)
        .await?
        .is_problem(401)?;
    let again = json!({ "username": "Canary-Name", "password": house::PASSWORD });
    bob.post("/api/v1/accounts", &again)
        .await?
        .is_problem(409)?;
    let to_nobody = json!({ "to": [CANARIES[0]], "body": "?" });
    bob.post("/api/v1/messages", &to_nobody)
        .await?
        .is_problem(422)?;
    until("the other nodes do not know the name either", async || {
        let elsewhere = bob.at(1).post("/api/v1/messages", &to_nobody).await?;
        Ok((elsewhere.status == 422).then_some(()))
    })
    .await?;

    // Others keep what is theirs, and see tombstones.
    let inbox = bob.inbox().await?;
    for item in inbox["items"].as_array().context("items")? {
        assert_eq!(item["message"]["body"], Value::Null);
        assert_ne!(item["message"]["sender"]["username"], CANARIES[0]);
    }
    let sent = bob.all("/api/v1/sent").await?;
    let kept = sent
        .iter()
        .find(|item| item["message"]["body"] == "an answer that bob keeps");
    let conversation = &kept.context("an answer is gone")?["message"]["conversation_id"];
    let answer = json!({ "conversation_id": conversation, "body": "are you there?" });
    bob.post("/api/v1/messages", &answer)
        .await?
        .is_problem(422)?;
    let groups = bob.all("/api/v1/conversations").await?;
    for group in groups.iter().filter(|group| group["title"] == "Others") {
        assert_eq!(group["member_count"], 2);
    }
    let people = carol.all("/api/v1/accounts").await?;
    assert_eq!(people.len(), 2, "{people:?}");
    let classic = carol.get("/api/account/").await?.is(200)?;
    assert_eq!(classic.json.as_array().map(Vec::len), Some(2));
    let next = house.register("dora").await?;
    let classic = next.get("/api/account/").await?.is(200)?;
    assert_eq!(classic.json[2]["id"], 4, "a number was given twice");
    house.finish().await
}

#[tokio::test]
async fn an_export_holds_all_that_is_ones_own() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (bob, _carol) = (house.register("bob").await?, house.register("carol").await?);
    let canary = busy(&house, &bob).await?;
    house.settle().await?;
    let export = canary.get("/api/v1/me/export").await?.is(200)?;
    let name = "attachment; filename=\"tidings-canary-name.json\"";
    assert_eq!(export.header("content-disposition"), Some(name));
    let text = export.json.to_string();
    for canary in CANARIES {
        assert!(text.contains(canary), "{canary} is not in the export");
    }
    let count = |list: &str| export[list].as_array().map(Vec::len);
    assert_eq!(count("sent"), Some(4));
    assert_eq!(count("inbox"), Some(1));
    assert_eq!(count("conversations"), Some(5));
    assert_eq!(count("sessions"), Some(1));
    assert_eq!(export["blocks"][0]["username"], "carol");
    let others = bob.get("/api/v1/me/export").await?.is(200)?;
    assert!(!others.json.to_string().contains("canary-draft"));
    house.finish().await
}

#[tokio::test]
async fn an_erasure_is_finished_whatever_is_killed_in_the_middle_of_it() -> Result<()> {
    for victim in [Role::Api, Role::Relay, Role::Projector] {
        let mut house = House::open(TIDINGS, Plan::default()).await?;
        let (bob, carol) = (house.register("bob").await?, house.register("carol").await?);
        let canary = busy(&house, &bob).await?;
        house.settle().await?;
        drop(carol);

        let erasing = tokio::spawn({
            let canary = canary.clone();
            async move { erase(&canary).await }
        });
        // As soon as it cannot be undone any more.
        let begun = "select count(*) from log.events where event_type = 'account.erased'";
        until("the erasure is in the log", async || {
            Ok((house.count(begun).await? == 1).then_some(()))
        })
        .await?;
        let node = house.node(victim);
        node.kill();
        node.start().await?;
        // Its answer may have been lost with the api.
        let _ = erasing.await?;

        house.settle().await?;
        until("nothing of it is left", async || {
            let (tables, files) = (dump(&house).await?, in_files(&house.nats.store_dir())?);
            let is_clean = !CANARIES.iter().any(|text| tables.contains(text)) && files.is_empty();
            Ok(is_clean.then_some(()))
        })
        .await?;
        let log_in = json!({ "username": CANARIES[0], "password": house::PASSWORD });
        let refused = bob.post("/api/v1/sessions", &log_in).await?;
        refused.is_problem(401)?;
        house.finish().await?;
    }
    Ok(())
}
