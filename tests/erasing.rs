//! Erasing an account: afterwards nothing that it wrote can be found anywhere, and everybody else goes on.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use house::{House, Person, Plan, until};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// Strings that nobody else has any reason to write. The first is a username.
const CANARIES: [&str; 8] = [
    "canary-name",
    "canary@example.org",
    "Canaria",
    "Finch-Canary",
    "canary-subject",
    "canary-body",
    "canary-title",
    "canary-draft",
];

/// The text of every row of every table.
async fn dump(house: &House) -> Result<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('log', 'auth', 'readmodel')",
    )
    .fetch_all(&house.pool)
    .await?;
    ensure!(tables.len() > 15, "a dump of {} tables", tables.len());
    let mut rows = Vec::new();
    for table in tables {
        let text = format!("select '{table} ' || t::text from {table} t");
        rows.extend(
            sqlx::query_scalar::<_, String>(&text)
                .fetch_all(&house.pool)
                .await?,
        );
    }
    Ok(rows.join("\n"))
}

/// Which canaries are in any file of a folder.
fn in_files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(in_files(&path)?);
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default();
        let has = |canary: &&str| {
            let canary = canary.as_bytes();
            bytes.windows(canary.len()).any(|window| window == canary)
        };
        let name = |canary: &str| format!("{canary} in {}", path.display());
        found.extend(CANARIES.iter().copied().filter(has).map(name));
    }
    Ok(found)
}

async fn erase(person: &Person) -> Result<Value> {
    let confirm = json!({ "password": house::PASSWORD });
    let request = person.request(Method::DELETE, "/api/v1/me").json(&confirm);
    Ok(person.ask(request).await?.is(200)?.json)
}

/// Somebody who has left a trace in every store.
async fn busy(house: &House, bob: &Person) -> Result<Person> {
    let names =
        json!({ "first_name": CANARIES[2], "last_name": CANARIES[3], "email": CANARIES[1] });
    let canary = house.register(CANARIES[0]).await?;
    canary.patch("/api/v1/me", &names).await?.is(200)?;
    let message = |to: Value| {
        let mut message = json!({ "subject": "canary-subject", "body": "canary-body" });
        for (key, value) in to.as_object().into_iter().flatten() {
            message[key] = value.clone();
        }
        message
    };
    let sent = canary
        .post_once("/api/v1/messages", &message(json!({ "to": ["bob"] })), "k")
        .await?
        .is(201)?;
    let path = format!("/api/v1/messages/{}", sent["id"].as_str().context("id")?);
    canary
        .patch(&path, &json!({ "body": "canary-body, edited" }))
        .await?
        .is(200)?;
    for to in [json!(["bob", "carol"]), json!([CANARIES[0]])] {
        let message = message(json!({ "to": to }));
        canary.post("/api/v1/messages", &message).await?.is(201)?;
    }
    let group = json!({ "title": "canary-title", "members": ["bob"] });
    let group = canary
        .post("/api/v1/conversations", &group)
        .await?
        .is(201)?;
    let to_group = message(json!({ "conversation_id": group["id"] }));
    canary.post("/api/v1/messages", &to_group).await?.is(201)?;
    let others = json!({ "title": "Others", "members": [CANARIES[0], "carol"] });
    let others = bob.post("/api/v1/conversations", &others).await?.is(201)?;
    canary
        .put("/api/v1/blocks/carol", &json!({}))
        .await?
        .is(204)?;
    // Another node knows the name from now on.
    let answer = bob
        .at(1)
        .send(CANARIES[0], "an answer that bob keeps")
        .await?;
    canary
        .get_since("/api/v1/inbox", &answer.token()?)
        .await?
        .is(200)?;
    let conversation = sent["conversation_id"].as_str().context("id")?;
    let draft = format!("/api/v1/conversations/{conversation}/draft");
    canary
        .put(&draft, &json!({ "body": "canary-draft" }))
        .await?
        .is(204)?;
    assert_eq!(others["member_count"], 3);
    Ok(canary)
}

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
    assert_eq!(in_files(&house.nats.store_dir())?, [""; 0]);

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
    let elsewhere = bob.at(1).post("/api/v1/messages", &to_nobody).await?;
    elsewhere.is_problem(422)?;

    // Others keep what is theirs, and see tombstones.
    let inbox = bob.inbox().await?;
    for item in inbox["items"].as_array().context("items")? {
        assert_eq!(item["message"]["body"], Value::Null);
        assert_ne!(item["message"]["sender"]["username"], CANARIES[0]);
    }
    assert_eq!(
        bob.sent().await?["items"][0]["message"]["body"],
        "an answer that bob keeps"
    );
    let conversation = &bob.sent().await?["items"][0]["message"]["conversation_id"];
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
