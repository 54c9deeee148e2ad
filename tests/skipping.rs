//! An event that cannot be read halts the projector where everybody sees it, until an operator says to pass over it. Nothing else
//! is refused meanwhile, and nothing is lost.

use anyhow::{Context, Result, ensure};
use domain::{AccountId, Day, Metadata, marks};
use eventlog::{Command, Log, NewEvent, Outcome, Role, Tail};
use house::{House, Person, Plan, Role as Node, until};
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn an_unreadable_event_halts_the_projector_by_name_until_it_is_skipped() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    alice.send("bob", "before").await?;
    let early = house
        .operate(&["projector", "skip", "1", "--reason", "none"])
        .await?;
    let said = String::from_utf8_lossy(&early.stderr).into_owned();
    ensure!(
        !early.status.success() && said.contains("has not halted"),
        "{said}"
    );

    let position = append_what_nobody_can_read(&house, AccountId(bob.id.parse()?)).await?;
    alice.send("bob", "behind it").await?;
    let named = format!("halted at position {position}");
    let (doctor, said) = until("the doctor names it", async || {
        let doctor = house.operate(&["doctor"]).await?;
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        Ok(said.contains(&named).then_some((doctor, said)))
    })
    .await?;
    ensure!(!doctor.status.success(), "{said}");
    ensure!(said.contains("tidings projector skip"), "{said}");
    let number = position.to_string();
    let other = (position + 1).to_string();
    let wrong = house
        .operate(&["projector", "skip", &other, "--reason", "guessed"])
        .await?;
    ensure!(!wrong.status.success());
    let skipped = house
        .operate(&[
            "projector",
            "skip",
            &number,
            "--reason",
            "a test has planted it",
        ])
        .await?;
    ensure!(
        skipped.status.success(),
        "{}",
        String::from_utf8_lossy(&skipped.stderr)
    );
    until("what is behind it can be read", async || {
        let inbox = bob.get("/api/v1/inbox").await?.is(200)?;
        Ok(inbox.json.to_string().contains("behind it").then_some(()))
    })
    .await?;

    // An auditor is told which one it is, and sees the rest.
    house.register("auditor").await?;
    house.grant("auditor", "auditor").await?;
    let auditor = house.log_in("auditor").await?;
    let mailbox = auditor.get("/api/v1/audit/mailbox/bob").await?.is(200)?;
    assert_eq!(mailbox["unreadable"][0]["position"], position);
    assert_eq!(mailbox["inbox"].as_array().map(Vec::len), Some(2));

    // A rebuild passes over it as well, and comes to the same rows.
    let checked = house.operate(&["rebuild", "--check", "--json"]).await?;
    ensure!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    house.finish().await
}

/// How a key comes to open nothing.
const DAMAGES: [&str; 2] = [
    // Its row is not what was written.
    "update log.keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where message_id = $1",
    // The account's key was wrapped by a master key that is not there: after a minute no process remembers it.
    "update log.keys set wrapped = set_byte(wrapped, 0, 9) where key_id = (
       select account_id from log.keys where message_id = $1)",
];

#[tokio::test]
async fn an_event_that_does_not_open_halts_by_name_and_nobody_takes_it_for_an_erased_one()
-> Result<()> {
    for damage in DAMAGES {
        let mut house = House::open(TIDINGS, Plan::default()).await?;
        let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
        let auditor = auditor(&house).await?;
        alice.send("bob", "before").await?;
        house.settle().await?;
        house.node(Node::Relay).stop().await?;
        house.node(Node::Projector).stop().await?;
        let damaged = alice.send("bob", "nobody will read this").await?;
        let position = house.head().await?;
        let id = damaged["id"].as_str().context("an id")?.to_owned();
        bob.send("alice", "behind it").await?;
        let changed = sqlx::query(damage).bind(id.parse::<uuid::Uuid>()?);
        ensure!(changed.execute(&house.pool).await?.rows_affected() == 1);
        house.node(Node::Relay).start().await?;
        house.node(Node::Projector).start().await?;
        // It may remember the account's key.
        house.node(Node::Api).restart().await?;

        // The wire goes on, and says what it is.
        until("the relay has passed it", async || {
            Ok((house.relayed().await? == house.head().await?).then_some(()))
        })
        .await?;
        let stored = house.nats.stored(position).await?.context("its copy")?;
        assert_unopened(&stored.event);

        // The projector stands before it, by name, wherever one looks.
        let named = until("readiness names it", async || {
            let seen = house.node(Node::Projector).readiness().await?;
            let halted = seen["projector"]["halted"].clone();
            Ok((halted["position"] == position).then_some(halted))
        })
        .await?;
        let reason = named["reason"].as_str().unwrap_or_default();
        ensure!(reason.contains("does not open with its key"), "{reason}");
        let doctor = house.operate(&["doctor"]).await?;
        let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
        ensure!(
            said.contains(&format!("halted at position {position}")),
            "{said}"
        );
        let number = position.to_string();
        let skipped = house
            .operate(&["projector", "skip", &number, "--reason", "damaged"])
            .await?;
        ensure!(
            skipped.status.success(),
            "{}",
            String::from_utf8_lossy(&skipped.stderr)
        );
        house.settle().await?;
        let inbox = alice.get("/api/v1/inbox").await?.is(200)?;
        ensure!(inbox.json.to_string().contains("behind it"));
        let inbox = bob.get("/api/v1/inbox").await?.is(200)?;
        assert_eq!(inbox["items"].as_array().map(Vec::len), Some(1));

        // Whoever asks for it is told, and nobody is stopped by it.
        let path = format!("/api/v1/messages/{id}");
        for of in [&alice, &bob] {
            let answer = of.get(&path).await?.is_problem(500)?;
            ensure!(
                answer.json.to_string().contains("damaged"),
                "{}",
                answer.json
            );
        }
        alice.get("/api/v1/me/export").await?.is(200)?;
        read_the_log(&auditor, position).await?;
        let mailbox = auditor.get("/api/v1/audit/mailbox/alice").await?.is(200)?;
        let unreadable = mailbox["unreadable"].as_array().context("a list")?;
        ensure!(
            unreadable.iter().any(|one| one["position"] == position),
            "{unreadable:?}"
        );
        assert_eq!(mailbox["inbox"][0]["message"]["body"], "behind it");
        if damage == DAMAGES[0] {
            let checked = house.operate(&["rebuild", "--check", "--json"]).await?;
            ensure!(
                checked.status.success(),
                "{}",
                String::from_utf8_lossy(&checked.stderr)
            );
        }
        house.finish().await?;
    }
    Ok(())
}

async fn auditor(house: &House) -> Result<Person> {
    house.register("auditor").await?;
    house.grant("auditor", "auditor").await?;
    house.grant("auditor", "bodies").await?;
    house.log_in("auditor").await
}

/// The log as an auditor is shown it, opened.
async fn read_the_log(auditor: &Person, position: i64) -> Result<()> {
    let path = format!("/api/v1/audit/events?after={}", position - 1);
    let batch = "application/cloudevents-batch+json";
    let events = auditor.request(Method::GET, &path).header("accept", batch);
    let events = auditor.ask(events).await?.is(200)?;
    assert_unopened(&events.json[0]);
    assert_eq!(events.json[1]["data"]["content"]["body"], "behind it");
    Ok(())
}

/// Neither a text, sealed or not, nor what an erased event looks like.
fn assert_unopened(event: &Value) {
    assert_eq!(event["unopened"], json!(true), "{event}");
    assert_eq!(event["data"], Value::Null, "{event}");
    assert_eq!(event["erased"], Value::Null, "{event}");
}

/// As a later version's, or a mistake's, would stand in the log; says where.
async fn append_what_nobody_can_read(house: &House, owner: AccountId) -> Result<i64> {
    let url = house.database_url()?;
    let log = Log::new(eventlog::options(url, Role::Service)?, Tail::default());
    let shutdown = CancellationToken::new();
    let writing = tokio::spawn(log.writer().run(shutdown.clone()));
    // No stream of anybody's is of this day.
    let stream = Day::of(chrono::DateTime::UNIX_EPOCH).stream_of(owner);
    let event = domain::marks::Event::Delivered(marks::Received { from: Vec::new() });
    let mut event = NewEvent::new("marks", stream, 1, &event, &Metadata::default())?;
    event.payload = String::from(r#"{"from":"nobody"}"#);
    let command = Command {
        events: vec![event],
        ..Command::default()
    };
    let outcome = log.append(command).await?;
    shutdown.cancel();
    writing.await?;
    match outcome {
        Outcome::Appended(appended) => Ok(appended.first_position),
        other => anyhow::bail!("{other:?}"),
    }
}
