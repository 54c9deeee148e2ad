//! The read models made again while everybody goes on: nobody is refused, nobody is told, nothing is lost.

use std::{
    process::{Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use anyhow::{Context, Result, ensure};
use house::{Events, House, Person, Plan, until};
use serde_json::{Value, json};
use tokio::process::Command;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

fn rebuild(house: &House, arguments: &[&str]) -> Command {
    let mut command = Command::new(TIDINGS);
    command
        .arg("rebuild")
        .args(&house.place)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

fn report(output: &Output) -> Result<Value> {
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {complaint}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Writes, reads and marks until it is told to stop. How many messages it sent; every request has to succeed.
async fn live(own: Person, other: Person, stop: Arc<AtomicBool>) -> Result<usize> {
    let mut sent = 0;
    let mut etag = String::new();
    while !stop.load(Relaxed) {
        let message = own.send(&other.username, &format!("number {sent}")).await?;
        sent += 1;
        let token = message.headers["tidings-token"].to_str()?.to_owned();
        let mine = own.get_since_at_once("/api/v1/sent?limit=50", &token);
        let mine = mine.await?;
        let mine = mine.is(200)?;
        let items = mine["items"].as_array().context("a list without items")?;
        ensure!(
            items
                .iter()
                .any(|item| item["message"]["id"] == message["id"]),
            "{} cannot read the own {message:?}: {:?}",
            own.username,
            items
                .iter()
                .map(|item| &item["message"]["body"])
                .collect::<Vec<_>>()
        );
        let page = own.inbox().await?;
        etag = page.headers["etag"].to_str()?.to_owned();
        if let Some(id) = page["items"][0]["message"]["id"].as_str()
            && sent % 3 == 0
        {
            let marks = json!({ "message_ids": [id] });
            own.post("/api/v1/inbox/read", &marks).await?.is(204)?;
        }
        own.get("/api/v1/conversations").await?.is(200)?;
    }
    ensure!(!etag.is_empty(), "nothing was read");
    Ok(sent)
}

/// Reads a stream until a message says so; the ids of the messages that came as new.
async fn listen(mut events: Events) -> Result<Vec<String>> {
    let mut heard = Vec::new();
    while let Some(event) = events.next().await? {
        ensure!(
            event.event != "reset" && event.event != "bye",
            "{}",
            event.event
        );
        if event.event == "message.new" && event.data["box"] == "inbox" {
            if event.data["message"]["body"] == "the last one" {
                return Ok(heard);
            }
            let id = event.data["message"]["id"]
                .as_str()
                .context("a message has an id")?;
            heard.push(id.to_owned());
        }
    }
    anyhow::bail!("the stream ended")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_under_load_is_noticed_by_nobody() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let mut stream = bob.events(None).await?;
    stream.next_of("hello").await?;
    let bookmark = alice.send("bob", "before everything").await?;
    let token = bookmark.headers["tidings-token"].to_str()?.to_owned();
    let listening = tokio::spawn(listen(stream));
    let stop = Arc::new(AtomicBool::new(false));
    let living = [(&alice, &bob), (&bob, &alice), (&alice, &alice)]
        .map(|(own, other)| tokio::spawn(live(own.clone(), other.clone(), Arc::clone(&stop))));

    for round in 0..3 {
        // Killed in the middle, whenever that is; then once more, to its end.
        let mut killed = rebuild(&house, &["--json"]).stdout(Stdio::null()).spawn()?;
        until("the next version has come some way", async || {
            let exists = house.count("select count(to_regclass('readmodel_next.checkpoints'))");
            Ok((exists.await? == 1 || killed.try_wait()?.is_some()).then_some(()))
        })
        .await?;
        killed.kill().await?;
        let done = until("the next one may begin", async || {
            let output = rebuild(&house, &["--json"]).output().await?;
            let busy =
                String::from_utf8_lossy(&output.stderr).contains("another rebuild is at work");
            Ok((!busy).then_some(output))
        });
        let report = report(&done.await?)?;
        ensure!(report["is_same"] == true, "round {round}: {report}");
        ensure!(report["switched_at"].as_i64() > Some(0), "{report}");
    }
    stop.store(true, Relaxed);
    let mut sent = 0;
    for living in living {
        sent += living.await??;
    }
    ensure!(sent > 10, "{sent} messages are no load");
    alice.send("bob", "the last one").await?;
    let heard = listening.await??;
    let mut once = heard.clone();
    once.sort_unstable();
    once.dedup();
    ensure!(once.len() == heard.len(), "something was told twice");
    let received = bob.all("/api/v1/inbox").await?;
    ensure!(
        received.len() == heard.len() + 1,
        "{} of {}",
        heard.len(),
        received.len()
    );
    let again = bob.events(Some(&token)).await?;
    drop(again);
    house.finish().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_shown_and_mended() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    for n in 0..5 {
        alice.send("bob", &format!("secret {n}")).await?;
    }
    house.settle().await?;
    let before = bob.inbox().await?;
    sqlx::query("update readmodel.last_conversation set unread = 77 where unread > 0")
        .execute(&house.pool)
        .await?;
    sqlx::query("update readmodel.inbox set body = 'forged' where body = 'secret 3'")
        .execute(&house.pool)
        .await?;

    let checked = rebuild(&house, &["--check"]).output().await?;
    let (said, complaint) = (
        String::from_utf8_lossy(&checked.stdout),
        String::from_utf8_lossy(&checked.stderr),
    );
    ensure!(checked.status.code() == Some(1), "{said} {complaint}");
    for part in [
        "DIFFERS  inbox",
        "body differs",
        "unread: 77, and is 5",
        "nothing was exchanged",
    ] {
        ensure!(said.contains(part), "{part}: {said}");
    }
    ensure!(
        !said.contains("forged") && !said.contains("secret"),
        "{said}"
    );

    let mended = report(&rebuild(&house, &["--json"]).output().await?)?;
    ensure!(mended["is_same"] == false, "{mended}");
    let after = bob.inbox().await?;
    ensure!(after.body == before.body, "{:?}", after.json);
    let same = report(&rebuild(&house, &["--json", "inbox"]).output().await?)?;
    ensure!(same["is_same"] == true, "{same}");

    let aborted = rebuild(&house, &["--abort"]).output().await?;
    let said = String::from_utf8_lossy(&aborted.stderr).into_owned();
    ensure!(said.contains("there was no rebuild"), "{said}");
    let unknown = rebuild(&house, &["outbox"]).output().await?;
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    ensure!(said.contains("there is no read model outbox"), "{said}");
    house.finish().await
}
