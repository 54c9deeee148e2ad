//! The programs in docs/events.md do what the page says, as they stand there.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, ensure};
use house::{House, Person, Plan, Port, Role, until};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PAGE: &str = include_str!("../docs/events.md");
/// The library that the page names: the very file that was tried.
const LIBRARY: &str = "nats-py==2.16.0 \
    --hash=sha256:aeb1ff123966c05833d26c7df7e1d54c1c6d32b612428b21677a2e921f1fecae";

/// The one block of the page under this heading.
fn block(heading: &str) -> Result<&'static str> {
    let start = format!("```{heading}\n");
    let (_, after) = PAGE.split_once(&start).context("no such program")?;
    let (block, rest) = after.split_once("```").context("it never ends")?;
    ensure!(!rest.contains(&start));
    Ok(block)
}

/// A program, and the lines that it prints.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(program: &[&str], text: &str, variables: &[(&str, &str)]) -> Result<Self> {
        let mut child = Command::new(program[0])
            .args(&program[1..])
            .arg(text)
            .envs(variables.iter().copied())
            // The repository has a folder called nats, which Python would take for the library.
            .current_dir(std::env::temp_dir())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let lines = child.stdout.take().context("what it prints")?;
        let lines = BufReader::new(lines).lines();
        Ok(Self { child, lines })
    }

    /// The events behind a position, up to the log's head: each once, in order.
    async fn prints(&mut self, house: &House, from: i64) -> Result<i64> {
        let events: Vec<(i64, String)> = sqlx::query_as(
            "select position, event_type from log.events where position > $1 order by position",
        )
        .bind(from)
        .fetch_all(&house.pool)
        .await?;
        for (position, name) in &events {
            let line = self.lines.next_line().await?.context("it has ended")?;
            assert_eq!(line.trim(), format!("{position} tidings.{name}.v1"));
        }
        Ok(events.last().map_or(from, |(position, _)| *position))
    }
}

async fn say(person: &Person, some: usize) -> Result<()> {
    for n in 0..some {
        person
            .send("bob", &format!("message {n} \u{1F4EE} \"quoted\""))
            .await?;
    }
    Ok(())
}

/// Delivered, refused when forged, and delivered after it was away.
async fn takes_what_is_genuine(program: &[&str], heading: &str) -> Result<()> {
    let house = House::open(TIDINGS, Plan::couriers(1)).await?;
    let (alice, _bob) = (house.register("alice").await?, house.register("bob").await?);
    house.grant("alice", "admin").await?;
    let port = Port::claim()?;
    let url = format!("http://127.0.0.1:{}/", port.number());
    let from = house.head().await?;
    let webhook = alice
        .post("/api/v1/webhooks", &json!({ "url": url, "after": from }))
        .await?;
    let webhook = webhook.is(201)?;
    let secret = webhook["secret"].as_str().context("a secret")?;
    let number = port.number().to_string();
    let variables = [("PORT", number.as_str()), ("WEBHOOK_SECRET", secret)];
    say(&alice, 3).await?;
    let mut receiver = Program::start(program, block(heading)?, &variables)?;
    let from = receiver.prints(&house, from).await?;

    let forged = json!({ "position": "999999", "type": "tidings.forged.v1" });
    for signature in ["v1,AAAA", "", "v1a,AAAA v1,AAAA"] {
        let answer = reqwest::Client::builder()
            .no_proxy()
            .build()?
            .post(&url)
            .header("webhook-id", "1")
            .header("webhook-timestamp", eventlog::fresh::now().timestamp())
            .header("webhook-signature", signature)
            .json(&forged)
            .send()
            .await?;
        assert_eq!(answer.status(), 401);
    }
    say(&alice, 2).await?;
    let from = receiver.prints(&house, from).await?;
    // What it has printed and not answered would come again.
    let path = format!(
        "/api/v1/webhooks/{}",
        webhook["id"].as_str().context("an id")?
    );
    until("its answer has come", async || {
        let shown = alice.get(&path).await?.is(200)?;
        Ok((shown["position"] == from).then_some(()))
    })
    .await?;
    receiver.child.kill().await?;
    say(&alice, 2).await?;
    let mut receiver = Program::start(program, block(heading)?, &variables)?;
    receiver.prints(&house, from).await?;
    house.finish().await
}

#[tokio::test]
async fn the_receiver_in_python_takes_what_is_genuine() -> Result<()> {
    takes_what_is_genuine(&["python3", "-c"], "python webhook").await
}

#[tokio::test]
async fn the_receiver_in_javascript_takes_what_is_genuine() -> Result<()> {
    takes_what_is_genuine(
        &["node", "--input-type=module", "--eval"],
        "javascript webhook",
    )
    .await
}

#[tokio::test]
async fn the_subscriber_in_python_hears_everything_once() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, _bob) = (house.register("alice").await?, house.register("bob").await?);
    let home = std::env::temp_dir().join(format!("tidings-events-{}", house::id().simple()));
    std::fs::create_dir_all(&home)?;
    fetch_library(&home).await?;
    let (place, url) = (home.join("place"), house.nats.url());
    let variables = [
        ("NATS_URL", url.as_str()),
        ("PYTHONPATH", home.to_str().context("UTF-8")?),
        ("TIDINGS_PLACE", place.to_str().context("UTF-8")?),
    ];
    say(&alice, 3).await?;
    house.settle().await?;
    let python = ["python3", "-c"];
    let mut subscriber = Program::start(&python, block("python nats")?, &variables)?;
    let from = subscriber.prints(&house, 0).await?;
    house.node(Role::Relay).stop().await?;
    say(&alice, 2).await?;
    house.node(Role::Relay).start().await?;
    let from = subscriber.prints(&house, from).await?;
    // NATS loses everything, the consumer too; the relay fills the stream again.
    house.nats.kill();
    house.nats.wipe()?;
    say(&alice, 2).await?;
    house.nats.start_again().await?;
    let from = subscriber.prints(&house, from).await?;
    let kept = format!("[1, {from}]");
    until("its place is kept", async || {
        Ok((std::fs::read_to_string(&place).ok().as_ref() == Some(&kept)).then_some(()))
    })
    .await?;
    subscriber.child.kill().await?;
    say(&alice, 2).await?;
    house.settle().await?;
    let mut subscriber = Program::start(&python, block("python nats")?, &variables)?;
    subscriber.prints(&house, from).await?;
    drop(subscriber);
    std::fs::remove_dir_all(&home)?;
    house.finish().await
}

/// A hundred kilobytes, for this test alone.
async fn fetch_library(home: &Path) -> Result<()> {
    let wanted = home.join("requirements.txt");
    std::fs::write(&wanted, LIBRARY)?;
    let output = Command::new("python3")
        .args([
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
        ])
        .args([
            "--no-deps",
            "--no-compile",
            "--only-binary",
            ":all:",
            "--require-hashes",
        ])
        .arg("--target")
        .arg(home)
        .arg("--requirement")
        .arg(&wanted)
        .output()
        .await?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "pip: {complaint}");
    Ok(())
}
