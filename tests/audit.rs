//! The log convinces somebody who does not trust us.

mod audit {
    pub mod world;
}

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use anyhow::{Context, Result, ensure};
use audit::world::World;
use eventlog::{Secret, merkle::SigningKey};
use house::{Random, Stopwatch, until};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
/// How the program says that something was changed.
const REFUTED: i32 = 3;

#[tokio::test]
async fn a_head_is_signed_at_most_two_seconds_after_an_event() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    for n in 0..3 {
        let watch = Stopwatch::start();
        world.alice.send("bob", &format!("letter {n}")).await?;
        let position = world.house.head().await?;
        world.signed(position).await?;
        let late: f64 = sqlx::query_scalar(
            "select extract(epoch from h.signed_at - e.recorded_at)::float8
             from log.events e join log.heads h on h.size = (select min(size) from log.heads where size >= e.position)
             where e.position = $1",
        )
        .bind(position)
        .fetch_one(&world.house.pool)
        .await?;
        let at_most = 2.0 + watch.held_up().as_secs_f64();
        assert!((0.0..at_most).contains(&late), "{late} s");
    }
    let checkpoint = world
        .auditor
        .get("/api/v1/audit/checkpoint")
        .await?
        .is(200)?;
    let kind = checkpoint.header("content-type");
    assert_eq!(kind, Some("text/plain; charset=utf-8"));
    let note = String::from_utf8(checkpoint.body)?;
    assert!(note.starts_with("tidings/"), "{note}");
    world.house.finish().await
}

#[tokio::test]
async fn lines_are_the_stored_bytes_and_can_be_resumed() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.alice.send("bob", "\u{0007} and \" and 漢字").await?;
    let until = world.house.head().await?;
    let all = world.lines(&format!("until={until}")).await?;
    let stored: Vec<(i64, String, String, String)> = sqlx::query_as(
        "select position, payload::text, metadata::text, encode(leaf_hash, 'base64') from log.events
         where position <= $1 order by position",
    )
    .bind(until)
    .fetch_all(&world.house.pool)
    .await?;
    assert_eq!(all.len(), stored.len());
    for (line, (position, payload, metadata, leaf)) in all.iter().zip(&stored) {
        let parts = [
            format!("{{\"position\":{position},\"aggregate_type\":"),
            format!(",\"payload\":{payload},\"metadata\":{metadata},\"leaf_hash\":\"{leaf}\"}}"),
        ];
        assert!(
            line.starts_with(&parts[0]) && line.ends_with(&parts[1]),
            "{line}"
        );
    }
    // From anywhere, in any portion.
    let mut resumed = Vec::new();
    while resumed.len() < all.len() {
        let limit = 1 + resumed.len() % 4;
        let query = format!("after={}&until={until}&limit={limit}", resumed.len());
        resumed.extend(world.lines(&query).await?);
    }
    assert_eq!(resumed, all);
    let sent = world
        .lines(&format!("type=message.sent&until={until}"))
        .await?;
    let of_type = |line: &&String| line.contains("\"event_type\":\"message.sent\"");
    assert_eq!(
        sent,
        all.iter().filter(of_type).cloned().collect::<Vec<_>>()
    );
    assert!(!sent.is_empty());
    for wrong in ["after=-1", "after=x", "limit=0", "until=-5", "colour=red"] {
        let path = format!("/api/v1/audit/events?{wrong}");
        world.auditor.get(&path).await?.is_problem(400)?;
    }
    world.house.finish().await
}

#[tokio::test]
async fn opened_events_are_those_on_the_wire() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    let unwanted = world.alice.send("bob", "never mind").await?;
    world.alice.send("bob", "Bring the maps.").await?;
    let id = unwanted["id"].as_str().context("id")?;
    let path = format!("/api/v1/messages/{id}");
    world.alice.delete(&path).await?.is(204)?;
    world.house.settle().await?;
    let batch = "application/cloudevents-batch+json";
    let ask = |query: &str| {
        let path = format!("/api/v1/audit/events?{query}");
        let request = world.auditor.request(reqwest::Method::GET, &path);
        request.header("accept", batch)
    };
    world.auditor.ask(ask("")).await?.is_problem(403)?;
    world.house.grant("auditor", "bodies").await?;
    let erased =
        format!("select position from log.events where aggregate_id = '{id}' and sequence = 1");
    let erased = world.house.count(&erased).await?;
    let until = world.house.head().await?;
    until_erased(&world, erased).await?;
    let answer = world
        .auditor
        .ask(ask(&format!("until={until}")))
        .await?
        .is(200)?;
    assert_eq!(answer.header("content-type"), Some(batch));
    let events = answer.json.as_array().context("an array")?;
    assert_eq!(i64::try_from(events.len())?, until);
    let mut compared = 0;
    for event in events {
        let position: i64 = event["position"].as_str().context("position")?.parse()?;
        if position == erased {
            assert_eq!(
                (&event["erased"], &event["data"]),
                (&json!(true), &Value::Null)
            );
            continue;
        }
        world.house.settle().await?;
        let stored = world
            .house
            .nats
            .stored(position)
            .await?
            .context("on the wire")?;
        assert_eq!(*event, stored.event, "{position}");
        compared += 1;
    }
    assert!(compared > 5);
    let nothing = world.auditor.ask(ask("type=none.such")).await?.is(200)?;
    assert_eq!(nothing.json, json!([]));
    world.house.finish().await
}

/// Waits until its key is destroyed.
async fn until_erased(world: &World, position: i64) -> Result<()> {
    until("the keys are destroyed", async || {
        let left = format!(
            "select count(*) from log.keys k join log.events e on k.key_id = (e.payload->'content'->>'key')::uuid
             where e.position = {position}"
        );
        Ok((world.house.count(&left).await? == 0).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_stranger_and_a_former_auditor_are_refused() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.signed(world.house.head().await?).await?;
    let calls = [
        "events",
        "checkpoint",
        "checkpoints",
        "key",
        "tile/0/000.p/1",
        "tile/entries/000.p/1",
        "mailbox/bob",
    ];
    for call in calls {
        let path = format!("/api/v1/audit/{call}");
        world.auditor.get(&path).await?.is(200)?;
        world.alice.get(&path).await?.is_problem(403)?;
    }
    // Nobody is told who there is.
    let there = world.alice.get("/api/v1/audit/mailbox/bob").await?;
    let not = world.alice.get("/api/v1/audit/mailbox/nobody").await?;
    assert_eq!(
        (there.status, &there["detail"]),
        (not.status, &not["detail"])
    );
    let missing = world.auditor.get("/api/v1/audit/mailbox/nobody").await?;
    missing.is_problem(404)?;
    for tile in [
        "0/001",
        "0/000",
        "9/000.p/1",
        "0/0",
        "x",
        "entries/000.p/257",
    ] {
        let path = format!("/api/v1/audit/tile/{tile}");
        world.auditor.get(&path).await?.is_problem(404)?;
    }
    for at in ["-1", "99999999", "yesterday"] {
        let path = format!("/api/v1/audit/mailbox/bob?at={at}");
        world.auditor.get(&path).await?.is_problem(400)?;
    }
    let done = world
        .house
        .operate(&["account", "revoke", "auditor", "auditor"])
        .await?;
    ensure!(done.status.success());
    // The sessions end with the role, which the process hears of a moment later.
    for call in calls {
        let path = format!("/api/v1/audit/{call}");
        let refused = world.auditor.get(&path).await?;
        let status = refused.status;
        ensure!([403, 401].contains(&status), "{path}: {status}");
        refused.is_problem(status)?;
    }
    let former = world.house.log_in("auditor").await?;
    for call in calls {
        let path = format!("/api/v1/audit/{call}");
        former.get(&path).await?.is_problem(403)?;
    }
    world.house.finish().await
}

#[tokio::test]
async fn reading_the_log_is_noted_once_a_minute_and_kind() -> Result<()> {
    let world = World::open_with(TIDINGS, house::Plan::two_apis()).await?;
    world.signed(world.house.head().await?).await?;
    let count = async |kind: &str| {
        let query = format!(
            "select count(*) from log.events where event_type = 'audit.read' and payload->>'kind' = '{kind}'
               and aggregate_id like '{}:%'",
            world.auditor.id
        );
        world.house.count(&query).await
    };
    for round in 0..4 {
        let auditor = world.auditor.at(round);
        for call in ["events?limit=1", "checkpoint", "tile/0/000.p/1", "key"] {
            auditor
                .get(&format!("/api/v1/audit/{call}"))
                .await?
                .is(200)?;
        }
        for name in ["alice", "bob"] {
            auditor
                .get(&format!("/api/v1/audit/mailbox/{name}"))
                .await?
                .is(200)?;
        }
    }
    // The minute may have turned once meanwhile.
    for (kind, expected) in [("events", 1), ("tree", 1), ("mailbox", 2), ("bodies", 0)] {
        let noted = count(kind).await?;
        assert!(
            (expected..=2 * expected).contains(&noted),
            "{kind}: {noted}"
        );
    }
    let twice = world
        .house
        .count(
            "select count(*) from (select from log.events where event_type = 'audit.read'
             group by aggregate_id, payload::text having count(*) > 1) t",
        )
        .await?;
    assert_eq!(twice, 0, "once a minute, whatever the node");
    world.house.finish().await
}

#[tokio::test]
async fn an_export_verifies_and_every_changed_byte_is_found() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.talk().await?;
    let (export, key) = (world.house.scratch("export"), world.key().await?);
    world.export(&export).await?;
    let right = world.verify(&[&path(&export)]).await?;
    assert_eq!(right.status.code(), Some(0), "{right:?}");
    let right = world
        .verify(&[&path(&export), "--key", &key, "--json"])
        .await?;
    let report: Value = serde_json::from_slice(&right.stdout)?;
    assert_eq!(
        (&report["ok"], &report["keys_given"]),
        (&json!(true), &json!(true))
    );

    // Of a log with several keys, such as one that was restored, all have to be given: it is said which are not.
    let other = "tidings/00000000-0000-0000-0000-000000000000/1";
    let other = SigningKey::new(other.to_owned(), &Secret::new([7; 32]));
    let other = other.public().to_string();
    let unsigned = world.verify(&[&path(&export), "--key", &other]).await?;
    assert_eq!(unsigned.status.code(), Some(REFUTED));
    let said = String::from_utf8_lossy(&unsigned.stderr).into_owned();
    ensure!(said.contains(&key) && said.contains("one a line"), "{said}");
    let both = world.house.scratch("both-keys");
    fs::write(&both, format!("{other}\n{key}\n"))?;
    let right = world
        .verify(&[&path(&export), "--key", &path(&both)])
        .await?;
    assert_eq!(right.status.code(), Some(0), "{right:?}");

    let seed = Random::new_seed();
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let wrong = world.house.scratch("wrong");
    fs::create_dir(&wrong)?;
    let files = ["events.ndjson", "heads.ndjson", "key.txt"];
    for round in 0..100_u64 {
        for file in files {
            fs::copy(export.join(file), wrong.join(file))?;
        }
        // Mostly in the events.
        let file = files[usize::try_from(round)?
            .saturating_sub(84)
            .div_ceil(12)
            .min(2)];
        let mut bytes = fs::read(wrong.join(file))?;
        let place = usize::try_from(random.below(bytes.len() as u64))?;
        bytes[place] ^= 1 << random.below(8);
        fs::write(wrong.join(file), &bytes)?;
        let found = world.verify(&[&path(&wrong), "--json"]).await?;
        let what = format!("seed {seed}, byte {place} of {file}: {found:?}");
        if file == "key.txt" {
            assert_ne!(found.status.code(), Some(0), "{what}");
            continue;
        }
        assert_eq!(found.status.code(), Some(REFUTED), "{what}");
        if file == "events.ndjson" {
            let line = bytes[..place].split(|byte| *byte == b'\n').count();
            let report: Value = serde_json::from_slice(&found.stdout)?;
            assert_eq!(report["position"], line, "{what}");
        }
    }
    world.house.finish().await
}

/// docs/audit.md says that anybody can: its program knows nothing of ours.
#[tokio::test]
async fn the_documented_program_comes_to_the_same() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.talk().await?;
    let export = world.house.scratch("export");
    world.export(&export).await?;
    let page = include_str!("../docs/audit.md");
    let program = page.split("```python\n").nth(1).context("a program")?;
    let program = program.split("```").next().context("its end")?.to_owned();
    let run = async || -> Result<Output> {
        let (program, export) = (program.clone(), path(&export));
        let run = move || {
            Command::new("python3")
                .args(["-c", &program, &export])
                .output()
        };
        Ok(tokio::task::spawn_blocking(run).await??)
    };
    let right = run().await?;
    let size = fs::read_to_string(export.join("events.ndjson"))?
        .lines()
        .count();
    assert_eq!(
        String::from_utf8(right.stdout.clone())?,
        format!("ok {size} events\n"),
        "{right:?}"
    );
    for (file, from, to) in [
        ("events.ndjson", "\"box\":\"", "\"box\":\"A"),
        (
            "heads.ndjson",
            "\\n\\n\u{2014} tidings",
            "x\\n\\n\u{2014} tidings",
        ),
    ] {
        let file = export.join(file);
        let whole = fs::read_to_string(&file)?;
        assert!(whole.contains(from), "{whole}");
        fs::write(&file, whole.replacen(from, to, 1))?;
        assert!(!run().await?.status.success());
        fs::write(&file, whole)?;
    }
    world.house.finish().await
}

#[tokio::test]
async fn events_that_are_left_out_moved_or_added_are_found() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.talk().await?;
    let export = world.house.scratch("export");
    world.export(&export).await?;
    let file = export.join("events.ndjson");
    let whole = fs::read_to_string(&file)?;
    let lines: Vec<&str> = whole.lines().collect();
    let without = |place: usize| [&lines[..place], &lines[place + 1..]].concat();
    let mut swapped = lines.clone();
    swapped.swap(4, 5);
    let mut doubled = lines.clone();
    doubled.insert(3, lines[3]);
    let added = [&lines[..], &lines[..1]].concat();
    let last = lines.len();
    for (what, lines, position) in [
        ("left out", without(6), 7),
        ("the first left out", without(0), 1),
        ("the last left out", without(last - 1), last),
        ("moved", swapped, 5),
        ("doubled", doubled, 5),
        ("added", added, last + 1),
        ("all gone", Vec::new(), 1),
    ] {
        fs::write(&file, lines.join("\n"))?;
        let found = world.verify(&[&path(&export), "--json"]).await?;
        assert_eq!(found.status.code(), Some(REFUTED), "{what}: {found:?}");
        let report: Value = serde_json::from_slice(&found.stdout)?;
        assert_eq!(report["position"], position, "{what}");
    }
    world.house.finish().await
}

#[tokio::test]
async fn a_log_rewritten_with_its_hashes_contradicts_what_an_auditor_kept() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.talk().await?;
    let (kept, newer) = (
        path(&world.house.scratch("kept")),
        path(&world.house.scratch("newer")),
    );
    let service = world.service();
    let arguments = |more: &[&str]| -> Vec<String> {
        let more = more.iter().map(ToString::to_string);
        service.iter().cloned().chain(more).collect()
    };
    let first = world.verify_with(arguments(&["--keep", &kept])).await?;
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    world.talk().await?;
    world.signed(world.house.head().await?).await?;
    // Only what is new is read, and an export is held against it as well.
    let news = world
        .verify_with(arguments(&["--since", &kept, "--keep", &newer, "--json"]))
        .await?;
    assert_eq!(news.status.code(), Some(0), "{news:?}");
    let report: Value = serde_json::from_slice(&news.stdout)?;
    assert!(
        report["events"].as_i64() < report["size"].as_i64(),
        "{report}"
    );
    let export = world.house.scratch("export");
    world.export(&export).await?;
    for since in [&kept, &newer] {
        let right = world.verify(&[&path(&export), "--since", since]).await?;
        assert_eq!(right.status.code(), Some(0), "{right:?}");
    }

    // Somebody with every right in the database and the signing key writes history anew, hashes and all.
    let rewritten = world.rewrite(5).await?;
    let found = world
        .verify_with(arguments(&["--since", &newer, "--json"]))
        .await?;
    assert_eq!(found.status.code(), Some(REFUTED), "{found:?}");
    let again = world.house.scratch("again");
    world.export(&again).await?;
    assert_eq!(
        world.verify(&[&path(&again)]).await?.status.code(),
        Some(if rewritten { 0 } else { REFUTED }),
    );
    let found = world.verify(&[&path(&again), "--since", &kept]).await?;
    assert_eq!(found.status.code(), Some(REFUTED), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn an_erased_message_still_verifies_and_is_shown_without_its_text() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.house.grant("auditor", "bodies").await?;
    let sent = world.alice.send("bob", "burn after reading").await?;
    let before = world.house.head().await?;
    let position = sent["id"].as_str().context("id")?;
    let mailbox = format!("/api/v1/audit/mailbox/bob?at={before}");
    let shown = world.auditor.get(&mailbox).await?.is(200)?;
    assert_eq!(shown["inbox"][0]["message"]["body"], "burn after reading");
    world
        .alice
        .delete(&format!("/api/v1/messages/{position}"))
        .await?
        .is(204)?;
    until_erased(&world, before).await?;
    let shown = world.auditor.get(&mailbox).await?.is(200)?;
    let message = &shown["inbox"][0]["message"];
    assert_eq!(
        (&message["body"], &message["unsent_at"]),
        (&Value::Null, &Value::Null)
    );
    let now = world
        .auditor
        .get("/api/v1/audit/mailbox/bob")
        .await?
        .is(200)?;
    assert!(now["inbox"][0]["message"]["unsent_at"].is_string());
    world.signed(world.house.head().await?).await?;
    let right = world.verify_with(world.service()).await?;
    assert_eq!(right.status.code(), Some(0), "{right:?}");
    world.house.finish().await
}

#[tokio::test]
async fn a_mailbox_is_shown_as_it_was() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.house.grant("auditor", "bodies").await?;
    world.talk().await?;
    let earlier = world.house.head().await?;
    let then = world.live("bob").await?;
    world.change_much().await?;
    world.house.settle().await?;
    for person in [&world.alice, &world.bob, &world.carol] {
        let live = world.live(&person.username).await?;
        let shown = world.shown(&person.username, None).await?;
        assert_eq!(shown, live, "{}", person.username);
    }
    let shown = world.shown("bob", Some(&earlier.to_string())).await?;
    assert_eq!(shown, then);
    assert_ne!(then, world.live("bob").await?);

    // By time, by id, by the command on the service, on the database and on an export.
    let time: String = sqlx::query_scalar(
        "select to_char(recorded_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from log.events where position = $1",
    )
    .bind(earlier)
    .fetch_one(&world.house.pool)
    .await?;
    assert_eq!(world.shown("bob", Some(&time)).await?, then);
    assert_eq!(world.shown(&world.bob.id, Some(&time)).await?, then);
    let whole = format!("/api/v1/audit/mailbox/bob?at={earlier}");
    let whole = world.auditor.get(&whole).await?.is(200)?.json;
    let at = earlier.to_string();
    let operator = world
        .house
        .operate(&["audit", "mailbox", "bob", "--at", &at])
        .await?;
    assert_eq!(
        serde_json::from_slice::<Value>(&operator.stdout)?,
        whole,
        "{operator:?}"
    );
    let service = world.service_source();
    let service = [
        &["audit", "mailbox", "bob", "--at", &at].map(str::to_owned)[..],
        &service,
    ]
    .concat();
    let service = world.house.run(service).await?;
    assert_eq!(
        serde_json::from_slice::<Value>(&service.stdout)?,
        whole,
        "{service:?}"
    );

    let export = world.house.scratch("export");
    world.export(&export).await?;
    let sealed = [
        "audit",
        "mailbox",
        &world.bob.id,
        "--at",
        &at,
        "--export",
        &path(&export),
    ];
    let sealed = world.house.run(sealed.map(str::to_owned).to_vec()).await?;
    let sealed: Value = serde_json::from_slice(&sealed.stdout)?;
    assert_eq!(World::without_words(&sealed), World::without_words(&whole));
    assert_eq!(sealed["inbox"][0]["message"]["body"], Value::Null);
    world.house.finish().await
}

#[tokio::test]
async fn texts_are_for_those_who_may_read_them() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    world.alice.send("bob", "between us").await?;
    let shown = world
        .auditor
        .get("/api/v1/audit/mailbox/bob")
        .await?
        .is(200)?;
    assert_eq!(shown["bodies"], false);
    assert_eq!(shown["inbox"][0]["message"]["body"], Value::Null);
    assert!(!String::from_utf8(shown.body)?.contains("between us"));
    world.house.grant("auditor", "bodies").await?;
    let shown = world
        .auditor
        .get("/api/v1/audit/mailbox/bob")
        .await?
        .is(200)?;
    assert_eq!(shown["inbox"][0]["message"]["body"], "between us");
    world.house.finish().await
}

fn path(path: &Path) -> String {
    path.display().to_string()
}
