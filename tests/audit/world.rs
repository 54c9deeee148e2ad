//! A service, people who talk, and somebody who looks.

use std::{path::Path, process::Output};

use anyhow::{Context, Result, ensure};
use eventlog::{
    Secret, Tail,
    audit::{Entries, Sealer},
    merkle::{SigningKey, leaf, name_of},
};
use house::{House, Person, Plan, until};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Who is there.
pub struct World {
    pub house: House,
    pub alice: Person,
    pub bob: Person,
    pub carol: Person,
    pub auditor: Person,
}

impl World {
    pub async fn open(program: &str) -> Result<Self> {
        Self::open_with(program, Plan::default()).await
    }

    pub async fn open_with(program: &str, plan: Plan) -> Result<Self> {
        let house = House::open(program, plan).await?;
        let world = Self {
            alice: house.register("alice").await?,
            bob: house.register("bob").await?,
            carol: house.register("carol").await?,
            auditor: house.register("auditor").await?,
            house,
        };
        world.house.grant("auditor", "auditor").await?;
        Ok(world)
    }

    /// Waits until a head covers a position.
    pub async fn signed(&self, position: i64) -> Result<()> {
        until("the log is signed", async || {
            let size = self
                .house
                .count("select coalesce(max(size), 0) from log.heads");
            Ok((size.await? >= position).then_some(()))
        })
        .await
    }

    /// The log's lines.
    pub async fn lines(&self, query: &str) -> Result<Vec<String>> {
        let path = format!("/api/v1/audit/events?{query}");
        let answer = self.auditor.get(&path).await?.is(200)?;
        ensure!(answer.header("content-type") == Some("application/x-ndjson"));
        let text = String::from_utf8(answer.body)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Some of everything.
    pub async fn talk(&self) -> Result<()> {
        self.alice.send("bob", "one").await?;
        let sent = self.bob.send("alice", "two").await?;
        let text = json!({ "to": ["bob"], "subject": "Maps", "body": "three" });
        let three = self.alice.post("/api/v1/messages", &text).await?.is(201)?;
        let ids = json!({ "message_ids": [three["id"]] });
        self.bob
            .get_since("/api/v1/inbox", &three.token()?)
            .await?
            .is(200)?;
        self.bob.post("/api/v1/inbox/read", &ids).await?.is(204)?;
        let everybody = json!({ "to": ["bob", "carol"], "body": "to several" });
        self.alice
            .post("/api/v1/messages", &everybody)
            .await?
            .is(201)?;
        let note = json!({ "to": ["bob"], "body": "a note" });
        self.bob.post("/api/v1/messages", &note).await?.is(201)?;
        self.bob
            .get_since("/api/v1/sent", &sent.token()?)
            .await?
            .is(200)?;
        self.signed(self.house.head().await?).await
    }

    /// What changes a mailbox afterwards: edits, erasures, marks, blocks, a group that somebody leaves.
    pub async fn change_much(&self) -> Result<()> {
        let id = |value: &Value| value.as_str().map(str::to_owned).context("an id");
        let first = self.alice.send("bob", "first").await?;
        let second = self.alice.send("bob", "second").await?;
        let path = format!("/api/v1/messages/{}", id(&first["id"])?);
        let edited = json!({ "body": "first, better" });
        self.alice.patch(&path, &edited).await?.is(200)?;
        let path = format!("/api/v1/messages/{}", id(&second["id"])?);
        self.alice.delete(&path).await?.is(204)?;
        self.house.settle().await?;
        let path = format!("/api/v1/inbox/{}", id(&first["id"])?);
        self.bob.delete(&path).await?.is(204)?;
        let marked = json!({ "message_ids": [second["id"]] });
        self.bob
            .post("/api/v1/inbox/read", &marked)
            .await?
            .is(204)?;
        self.house.settle().await?;
        self.bob
            .post("/api/v1/inbox/unread", &marked)
            .await?
            .is(204)?;

        let group = json!({ "title": "Harbour walk", "members": ["bob", "carol"] });
        let group = self
            .alice
            .post("/api/v1/conversations", &group)
            .await?
            .is(201)?;
        let group = id(&group["id"])?;
        let say = async |person: &Person, body: &str| {
            let text = json!({ "conversation_id": group, "body": body });
            person.post("/api/v1/messages", &text).await?.is(201)
        };
        say(&self.alice, "who comes?").await?;
        let rash = say(&self.carol, "I do").await?;
        let path = format!("/api/v1/conversations/{group}/members/bob");
        self.alice.delete(&path).await?.is(204)?;
        say(&self.alice, "bob does not").await?;
        let path = format!("/api/v1/messages/{}", id(&rash["id"])?);
        let edited = json!({ "body": "I may" });
        self.carol.patch(&path, &edited).await?.is(200)?;

        self.bob
            .put("/api/v1/blocks/carol", &json!({}))
            .await?
            .is(204)?;
        self.house.settle().await?;
        self.carol.send("bob", "do you hear me?").await?;
        let dora = self.house.register("dora").await?;
        dora.send("bob", "goodbye").await?;
        self.bob.send("dora", "goodbye yourself").await?;
        self.house.settle().await?;
        let password = json!({ "password": house::PASSWORD });
        let gone = dora.request(reqwest::Method::DELETE, "/api/v1/me");
        let gone = dora.ask(gone.json(&password)).await?;
        ensure!(gone.status < 300, "{gone:?}");
        Ok(())
    }

    /// What somebody sees, deleted messages aside.
    pub async fn live(&self, username: &str) -> Result<Value> {
        let people = [&self.alice, &self.bob, &self.carol];
        let person = people
            .into_iter()
            .find(|person| person.username == username);
        let person = person.context("one of those")?;
        self.house.settle().await?;
        Ok(json!({
            "inbox": person.all("/api/v1/inbox").await?,
            "sent": person.all("/api/v1/sent").await?,
            "unread": person.inbox().await?["unread"],
        }))
    }

    /// The same, as the log tells it.
    pub async fn shown(&self, name: &str, at: Option<&str>) -> Result<Value> {
        let at = at.map(|at| format!("?at={at}")).unwrap_or_default();
        let path = format!("/api/v1/audit/mailbox/{name}{at}");
        let shown = self.auditor.get(&path).await?.is(200)?;
        let visible = |list: &Value| -> Vec<Value> {
            let items = list.as_array().into_iter().flatten();
            items
                .filter(|item| item["deleted_at"].is_null())
                .cloned()
                .collect()
        };
        Ok(json!({
            "inbox": visible(&shown["inbox"]),
            "sent": visible(&shown["sent"]),
            "unread": shown["unread"],
        }))
    }

    /// What an export can know of a mailbox: no names, no texts.
    pub fn without_words(mailbox: &Value) -> Value {
        let mut mailbox = mailbox.clone();
        mailbox["account"]["username"] = Value::Null;
        mailbox["bodies"] = Value::Null;
        for list in ["inbox", "sent"] {
            for item in mailbox[list].as_array_mut().into_iter().flatten() {
                let message = &mut item["message"];
                for word in ["subject", "body", "attachments"] {
                    message[word] = Value::Null;
                }
                message["sender"]["username"] = Value::Null;
            }
        }
        mailbox
    }

    /// The flags by which the command asks the service.
    pub fn service_source(&self) -> Vec<String> {
        let url = self.house.apis()[0].clone();
        [
            "--url".to_owned(),
            url,
            "--token".to_owned(),
            self.auditor.token.clone(),
        ]
        .to_vec()
    }

    /// `audit verify` of the service.
    pub fn service(&self) -> Vec<String> {
        let verify = ["audit", "verify"].map(str::to_owned).to_vec();
        [verify, self.service_source()].concat()
    }

    pub async fn export(&self, directory: &Path) -> Result<()> {
        let directory = directory.display().to_string();
        let export = ["audit".to_owned(), "export".to_owned(), directory];
        let done = self
            .house
            .run([export.to_vec(), self.service_source()].concat())
            .await?;
        ensure!(done.status.success(), "{done:?}");
        Ok(())
    }

    /// `audit verify` with nothing but these arguments: no service, no database.
    pub async fn verify(&self, arguments: &[&str]) -> Result<Output> {
        let arguments = [&["audit", "verify"][..], arguments].concat();
        self.verify_with(arguments.into_iter().map(str::to_owned).collect())
            .await
    }

    pub async fn verify_with(&self, arguments: Vec<String>) -> Result<Output> {
        self.house.run(arguments).await
    }

    /// The public key, as an operator gives it to an auditor.
    pub async fn key(&self) -> Result<String> {
        let key = self.house.operate(&["audit", "key"]).await?;
        ensure!(key.status.success(), "{key:?}");
        Ok(String::from_utf8(key.stdout)?.trim().to_owned())
    }

    /// Changes an event, makes its leaf again, and signs the whole log anew with the real key. Whether all of it was signed.
    pub async fn rewrite(&self, position: i64) -> Result<bool> {
        let pool = &self.house.pool;
        for table in ["events", "heads", "subtrees"] {
            let statement = format!("alter table log.{table} disable trigger {table}_are_kept");
            sqlx::query(&statement).execute(pool).await?;
        }
        sqlx::query("update log.events set metadata = '{}' where position = $1")
            .bind(position)
            .execute(pool)
            .await?;
        let page = Entries::new(pool.clone())
            .page(position - 1, position, None)
            .await?;
        let entry = page.entries.first().context("the event")?;
        sqlx::query("update log.events set leaf_hash = $2 where position = $1")
            .bind(position)
            .bind(leaf(&entry.bytes()).to_vec())
            .execute(pool)
            .await?;
        sqlx::raw_sql("delete from log.heads; delete from log.subtrees")
            .execute(pool)
            .await?;
        let seed: [u8; 32] = std::fs::read(self.house.scratch("audit-key"))?
            .try_into()
            .ok()
            .context("32 bytes")?;
        let identity = eventlog::Identity::of(pool).await?;
        let key = SigningKey::new(name_of(identity), &Secret::new(seed));
        let mut sealer = Sealer::new(pool.clone(), key, Tail::default(), watch::Sender::new(0));
        let head = self.house.head().await?;
        Ok(sealer.step(head, &CancellationToken::new()).await? == head)
    }
}
