//! Strings that show where something of an account is left.

use std::{fs, io, path::Path};

use anyhow::{Context, Result, ensure};
use house::{House, Person};
use reqwest::Method;
use serde_json::{Value, json};

/// Strings that nobody else has any reason to write. The first is a username.
pub const CANARIES: [&str; 8] = [
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
pub async fn dump(house: &House) -> Result<String> {
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
pub fn in_files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    // Its owner goes on making folders and taking them away.
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        entries => entries?,
    };
    for entry in entries {
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

pub async fn erase(person: &Person) -> Result<Value> {
    let confirm = json!({ "password": house::PASSWORD });
    let request = person.request(Method::DELETE, "/api/v1/me").json(&confirm);
    Ok(person.ask(request).await?.is(200)?.json)
}

/// Somebody who has left a trace in every store.
pub async fn busy(house: &House, bob: &Person) -> Result<Person> {
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
