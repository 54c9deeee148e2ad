//! A backup made under load, restored elsewhere: the log verifies, the mailboxes are what they were, what was erased since
//! stays erased, and nobody takes the new history for the old one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use anyhow::{Context, Result, ensure};
use eventlog::MIGRATIONS;
use house::{Database, House, PASSWORD, Person, Plan, until};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::process::Command;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// A directory that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("tidings-backup-{}", house::id().simple()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> Result<String> {
        Ok(self.0.join(name).to_str().context("not UTF-8")?.to_owned())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What it said, and whether it went well.
async fn tidings(arguments: &[&str]) -> Result<(bool, String)> {
    let output = Command::new(TIDINGS)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8(said)?))
}

async fn well(arguments: &[&str]) -> Result<String> {
    let (well, said) = tidings(arguments).await?;
    ensure!(well, "{arguments:?}: {said}");
    Ok(said)
}

async fn refused(arguments: &[&str], because: &str) -> Result<()> {
    let (well, said) = tidings(arguments).await?;
    ensure!(!well && said.contains(because), "{because}: {said}");
    Ok(())
}

async fn keep_sending(from: Person, to: String, stop: Arc<AtomicBool>) -> Result<()> {
    let mut number = 0;
    while !stop.load(Relaxed) {
        from.send(&to, &format!("load {number}")).await?;
        number += 1;
    }
    Ok(())
}

/// Ids and bodies of what somebody has received up to a position, as the tables say.
async fn received(
    pool: &PgPool,
    person: &Person,
    upto: i64,
) -> Result<Vec<(String, Option<String>)>> {
    let rows = sqlx::query_as(
        "select message_id::text, body from readmodel.inbox where owner_id = $1::uuid and position <= $2
         order by position",
    );
    Ok(rows.bind(&person.id).bind(upto).fetch_all(pool).await?)
}

/// A service that was backed up under load, and what its operator has kept.
struct Old {
    house: House,
    bob: Person,
    carol: String,
    backup: String,
    ledger: String,
    key: String,
    /// Of the backup.
    position: i64,
    /// Of an event behind it.
    token: String,
    /// A message that was taken back after it.
    regretted: String,
}

impl Old {
    async fn live(scratch: &Scratch) -> Result<Self> {
        let (ledger, backup) = (scratch.file("erasures")?, scratch.file("backup")?);
        let plan = Plan {
            flags: vec!["--erasure-ledger".to_owned(), ledger.clone()],
            ..Plan::default()
        };
        let house = House::open(TIDINGS, plan).await?;
        let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
        let carol = house.register("carol").await?;
        let regretted = alice.send("bob", "a canary that was regretted").await?;
        carol.send("bob", "a canary of carol's").await?;
        alice.send("bob", "what stays").await?;
        house.settle().await?;

        let stop = Arc::new(AtomicBool::new(false));
        let load = tokio::spawn(keep_sending(alice.clone(), "bob".into(), Arc::clone(&stop)));
        let mut arguments = vec!["backup", &backup, "--json"];
        arguments.extend(house.place.iter().map(String::as_str));
        let manifest: Value = serde_json::from_str(&well(&arguments).await?)?;
        refused(&arguments, "is not empty").await?;
        let later = alice.send("bob", "after the backup").await?;
        let regretted = regretted["id"].as_str().context("an id")?.to_owned();
        let message = format!("/api/v1/messages/{regretted}");
        alice.delete(&message).await?.is(204)?;
        let erasing = carol
            .request(reqwest::Method::DELETE, "/api/v1/me")
            .json(&json!({ "password": PASSWORD }));
        carol.ask(erasing).await?.is(200)?;
        let lines = [
            format!("message {regretted}\n"),
            format!("account {}\n", carol.id),
        ];
        until("the erasures are written down", async || {
            let written = fs::read_to_string(&ledger).unwrap_or_default();
            Ok(lines
                .iter()
                .all(|line| written.contains(line))
                .then_some(()))
        })
        .await?;
        stop.store(true, Relaxed);
        load.await??;
        house.settle().await?;
        let key = scratch.file("key")?;
        fs::write(&key, house.master_key()?)?;
        Ok(Self {
            position: manifest["position"].as_i64().context("a position")?,
            token: later.headers["tidings-token"].to_str()?.to_owned(),
            carol: carol.username,
            house,
            bob,
            backup,
            ledger,
            key,
            regretted,
        })
    }

    fn restore_into(&self, url: &str, key: &str, files: &str) -> Vec<String> {
        let flags = [
            "restore",
            &self.backup,
            "--database-url",
            url,
            "--master-key-file",
            key,
            "--erasure-ledger",
            &self.ledger,
            "--attachments",
            files,
        ];
        flags.map(str::to_owned).to_vec()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_under_load_is_restored_elsewhere() -> Result<()> {
    let scratch = Scratch::new()?;
    let old = Old::live(&scratch).await?;
    let before = received(&old.house.pool, &old.bob, old.position).await?;
    let (directory, master) = (Path::new(&old.backup), old.house.master_key()?);
    ensure!(
        !contains(directory, &master)?,
        "the master key is in the backup"
    );
    ensure!(
        !contains(directory, b"canary")?,
        "a text is open in the backup"
    );

    let database = Database::create(&MIGRATIONS).await?;
    let (url, wrong) = (database.url(), scratch.file("wrong-key")?);
    let files = format!("file://{}", scratch.file("files")?);
    fs::write(&wrong, [7; 32])?;
    let by_a_wrong_key = old.restore_into(&url, &wrong, &files);
    let because = "this is not the master key";
    refused(
        &by_a_wrong_key
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
        because,
    )
    .await?;
    let restore = old.restore_into(&url, &old.key, &files);
    let restore: Vec<&str> = restore.iter().map(String::as_str).collect();
    let said = well(&restore).await?;
    ensure!(said.contains("in epoch 2; 2 erasures done again"), "{said}");
    refused(&restore, "has a log already").await?;

    let plan = Plan {
        database_url: Some(url.clone()),
        master_key: Some(master),
        ..Plan::default()
    };
    let new = House::open(TIDINGS, plan).await?;
    new.settle().await?;
    let head = new.head().await?;
    ensure!(head == old.position + 2, "{head} behind {}", old.position);
    let (alice, bob) = (new.log_in("alice").await?, new.log_in("bob").await?);
    let after = received(&new.pool, &bob, old.position).await?;
    ensure!(
        after == before,
        "{} and {} items",
        after.len(),
        before.len()
    );
    let bodies = after.iter().filter_map(|(_, body)| body.as_deref());
    ensure!(
        bodies.clone().any(|body| body == "what stays"),
        "nothing stayed"
    );
    ensure!(
        !bodies.clone().any(|body| body.contains("canary")),
        "an erased text is back"
    );
    let keys = format!(
        "select count(*) from log.keys where message_id = '{}'",
        old.regretted
    );
    ensure!(
        new.count(&keys).await? == 0,
        "a key of what was erased is alive"
    );
    ensure!(
        new.log_in(&old.carol).await.is_err(),
        "an erased account lives again"
    );

    // What the old history had behind the backup is not the new one's.
    let mut stream = bob.events(Some(&old.token)).await?;
    stream.next_of("reset").await?;
    let sent = alice.send("bob", "in the new history").await?;
    let told = stream.next_that("message.new", |data| data["message"]["id"] == sent["id"]);
    told.await?;
    old.house.finish().await?;
    new.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_is_refused() -> Result<()> {
    let scratch = Scratch::new()?;
    let (backup, key) = (scratch.file("backup")?, scratch.file("key")?);
    let old = House::open(TIDINGS, Plan::default()).await?;
    let alice = old.register("alice").await?;
    alice.send("alice", "a note").await?;
    let mut arguments = vec!["backup", &backup];
    arguments.extend(old.place.iter().map(String::as_str));
    let said = well(&arguments).await?;
    ensure!(said.contains("NOT in it: the master key"), "{said}");
    fs::write(&key, old.master_key()?)?;
    old.finish().await?;

    let database = Database::create(&MIGRATIONS).await?;
    let url = database.url();
    let restore = [
        "restore",
        &backup,
        "--database-url",
        &url,
        "--master-key-file",
        &key,
    ];
    let events = Path::new(&backup).join("log.events.copy");
    let whole = fs::read(&events)?;
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(&events, &damaged)?;
    refused(&restore, "log.events.copy in the backup is damaged").await?;
    fs::write(&events, &whole)?;
    let manifest = Path::new(&backup).join("manifest.json");
    let said = fs::read(&manifest)?;
    fs::remove_file(&manifest)?;
    refused(&restore, "is no backup").await?;
    fs::write(&manifest, said)?;
    well(&restore).await?;
    Ok(())
}

/// Whether bytes stand in a file below a directory.
fn contains(directory: &Path, bytes: &[u8]) -> Result<bool> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            contains(&path, bytes)?
        } else {
            fs::read(&path)?
                .windows(bytes.len())
                .any(|window| window == bytes)
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}
