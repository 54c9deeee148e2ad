//! An event that cannot be read halts the projector where everybody sees it, until an operator says to pass over it. Nothing else
//! is refused meanwhile, and nothing is lost.

use anyhow::{Context, Result, ensure};
use domain::{AccountId, Day, Metadata, marks};
use eventlog::{Command, Log, NewEvent, Outcome, Role, Tail};
use house::{House, Plan, until};
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

    // A rebuild passes over it as well, and comes to the same rows.
    let checked = house.operate(&["rebuild", "--check", "--json"]).await?;
    ensure!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    house.finish().await
}

/// As a later version's, or a mistake's, would stand in the log; says where.
async fn append_what_nobody_can_read(house: &House, owner: AccountId) -> Result<i64> {
    let url = house
        .place
        .iter()
        .skip_while(|flag| *flag != "--database-url")
        .nth(1);
    let url = url.context("a database")?;
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
