//! What `append` promises, on a real Postgres.

use domain::{AccountId, MessageId};
use eventlog::{Claim, Command, Expect, Idempotency, Outcome};
use futures::future::join_all;
use house::{LogWorld, command, marked, message, position};

#[tokio::test(flavor = "multi_thread")]
async fn positions_have_no_gap_whoever_loses() {
    let world = LogWorld::new().await;
    let (other, _running) = world.another_log();
    // Eight commands for each next place in one stream, from two processes at once: one of them wins each time.
    for sequence in 1..=20 {
        let tries = (0..8).map(|n| {
            let log = if n % 2 == 0 { &world.log } else { &other };
            log.append(command(vec![
                marked("a:20260101", sequence),
                marked("b:20260101", 0),
            ]))
        });
        let outcomes: Vec<Outcome> = join_all(tries)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let won = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Appended(_)))
            .count();
        assert_eq!(won, 1, "{outcomes:?}");
        assert!(
            outcomes
                .iter()
                .all(|o| matches!(o, Outcome::Appended(_) | Outcome::Conflict)),
            "{outcomes:?}"
        );
    }
    world.assert_dense().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_kept_in_their_own_order() {
    let world = LogWorld::new().await;
    let (other, _running) = world.another_log();
    let tasks = (0..16).map(|n| {
        let log = if n % 2 == 0 {
            world.log.clone()
        } else {
            other.clone()
        };
        tokio::spawn(async move {
            let mut last = 0;
            for sequence in 1..=50 {
                let stream = format!("{n}:20260101");
                let events = vec![
                    marked(&stream, sequence * 2 - 1),
                    marked(&stream, sequence * 2),
                ];
                let position = position(&log.append(command(events)).await.unwrap());
                assert!(position > last);
                last = position;
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(world.reader.head().await.unwrap(), 16 * 100);
    world.assert_dense().await;
}

#[tokio::test]
async fn a_losing_command_is_dropped_whole() {
    let world = LogWorld::new().await;
    world
        .log
        .append(command(vec![marked("a:1", 1)]))
        .await
        .unwrap();
    let outcome = world
        .log
        .append(command(vec![marked("b:1", 1), marked("a:1", 1)]))
        .await
        .unwrap();
    assert_eq!(outcome, Outcome::Conflict);
    assert_eq!(world.reader.head().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn open_streams_take_the_next_place() {
    let world = LogWorld::new().await;
    let appends = (0..40).map(|_| {
        world
            .log
            .append(command(vec![marked("a:1", 0), marked("a:1", 0)]))
    });
    for outcome in join_all(appends).await {
        position(&outcome.unwrap());
    }
    world.assert_dense().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_claimed_once_and_numbers_count_up() {
    let world = LogWorld::new().await;
    let (other, _running) = world.another_log();
    let claim = |name: &str, account| Command {
        events: vec![marked(&format!("{account}:1"), 1)],
        claims: vec![Claim {
            kind: "username",
            key: name.to_owned(),
            account,
            label: None,
        }],
        ..Command::default()
    };
    for name in ["alice", "bob", "carol"] {
        let tries = (0..10).map(|n| {
            let log = if n % 2 == 0 { &world.log } else { &other };
            log.append(claim(name, AccountId(house::id())))
        });
        let outcomes: Vec<Outcome> = join_all(tries)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            outcomes
                .iter()
                .filter(|outcome| **outcome != Outcome::Claimed)
                .count(),
            1
        );
    }
    let numbers: Vec<(String, i64)> =
        sqlx::query_as("select key, number from log.claims order by number")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(
        numbers,
        [("alice".into(), 1), ("bob".into(), 2), ("carol".into(), 3)]
    );
    world.assert_dense().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_idempotency_key_is_one_command() {
    let world = LogWorld::new().await;
    let (other, _running) = world.another_log();
    let account = AccountId(house::id());
    let keyed = |n: i32| Command {
        events: vec![marked(&format!("{account}:{n}"), 1)],
        idempotency: Some(Idempotency {
            account,
            key_hash: vec![7; 32],
            fingerprint: vec![8; 32],
            status: 201,
            result: format!(r#"{{"n":{n}}}"#),
        }),
        ..Command::default()
    };
    let tries = (0..50).map(|n| {
        if n % 2 == 0 {
            world.log.append(keyed(n))
        } else {
            other.append(keyed(n))
        }
    });
    let outcomes: Vec<Outcome> = join_all(tries.map(Box::pin))
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let first: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Appended(appended) => appended.first_position,
            Outcome::Replayed(replayed) => {
                assert_eq!(
                    (replayed.status, replayed.fingerprint.as_slice()),
                    (201, [8; 32].as_slice())
                );
                replayed.appended.first_position
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(first, vec![1; 50]);
    assert_eq!(world.reader.head().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expectation_holds_at_the_moment_of_appending() {
    let world = LogWorld::new().await;
    let expecting = |stream: &str, sequence| Command {
        events: vec![marked("sends:1", 0)],
        expects: vec![Expect {
            aggregate_type: "marks",
            aggregate_id: stream.to_owned(),
            sequence,
        }],
        ..Command::default()
    };
    position(&world.log.append(expecting("group:1", 0)).await.unwrap());
    position(
        &world
            .log
            .append(command(vec![marked("group:1", 1)]))
            .await
            .unwrap(),
    );
    assert_eq!(
        world.log.append(expecting("group:1", 0)).await.unwrap(),
        Outcome::Conflict
    );
    position(&world.log.append(expecting("group:1", 1)).await.unwrap());
    // Sends and changes of what they expect, in the same batches: never one on a stale expectation.
    let mut racing = Vec::new();
    for _ in 0..20 {
        racing.push(world.log.append(expecting("group:1", 1)));
    }
    racing.push(world.log.append(command(vec![marked("group:1", 2)])));
    for _ in 0..20 {
        racing.push(world.log.append(expecting("group:1", 1)));
    }
    join_all(racing.into_iter().map(Box::pin)).await;
    let late: i64 = sqlx::query_scalar(
        "select count(*) from log.events s, log.events g
         where s.aggregate_id = 'sends:1' and g.aggregate_id = 'group:1' and g.sequence = 2 and s.position > g.position",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(late, 0, "a send went by a membership that was no longer so");
    world.assert_dense().await;
}

#[tokio::test]
async fn the_same_batch_is_appended_once() {
    let world = LogWorld::new().await;
    let batch = house::id();
    let call = "select after, losses::text from log.append_batch($1, '{1}', '{marks}', '{a:1}', '{1}', '{marks.unread}',
        '{1}', array[gen_random_uuid()], '{\"{}\"}', '{\"{}\"}', array[sha256('')], '{}', '{}', '{}', '{}', '{}', '{}',
        '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')";
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        let row: (i64, String) = sqlx::query_as(call)
            .bind(batch)
            .fetch_one(&world.pool)
            .await
            .unwrap();
        outcomes.push(row);
    }
    assert_eq!(outcomes, vec![(0, "[]".to_owned()); 3]);
    assert_eq!(world.reader.head().await.unwrap(), 1);
}

#[tokio::test]
async fn a_writer_whose_connection_is_cut_goes_on() {
    let world = LogWorld::new().await;
    for sequence in 1..=5 {
        position(
            &world
                .log
                .append(command(vec![marked("a:1", sequence)]))
                .await
                .unwrap(),
        );
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
            .execute(&world.database.pool().await.unwrap())
            .await
            .unwrap();
    }
    world.assert_dense().await;
}

#[tokio::test]
async fn too_large_an_event_is_refused_before_it_waits() {
    let world = LogWorld::new().await;
    let mut event = marked("a:1", 1);
    event.payload = format!("\"{}\"", "x".repeat(200_000));
    let refused = world.log.append(command(vec![event])).await;
    assert!(matches!(
        refused,
        Err(eventlog::AppendError::TooLarge { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_command_fails_alone() {
    let world = LogWorld::new().await;
    let mut poison = marked("poison:1", 1);
    poison.payload = "not json".to_owned();
    let poisoned = world.log.append(command(vec![poison]));
    let good = (0..20).map(|n| {
        world
            .log
            .append(command(vec![marked(&format!("good:{n}"), 1)]))
    });
    let (poisoned, good) = tokio::join!(poisoned, join_all(good));
    assert!(matches!(poisoned, Err(eventlog::AppendError::Refused(_))));
    for outcome in good {
        position(&outcome.unwrap());
    }
    world.assert_dense().await;
}

#[tokio::test]
async fn what_was_sealed_opens_and_once_its_key_is_gone_it_does_not() {
    let world = LogWorld::new().await;
    let (sender, key, key_row) = world.account();
    let id = MessageId(house::id());
    let mut first = message(sender, &key, id, "for your eyes only \u{1F440}");
    first.keys.push(key_row);
    world.log.append(first).await.unwrap();
    let stored: String = sqlx::query_scalar("select payload::text from log.events")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(!stored.contains("eyes"));
    let opened = world.reader.after(0, 10).await.unwrap().remove(0);
    assert!(opened.data.get().contains("for your eyes only") && opened.missing.is_none());

    sqlx::query("delete from log.keys where message_id = $1")
        .bind(id.0)
        .execute(&world.pool)
        .await
        .unwrap();
    let gone = world.reader.after(0, 10).await.unwrap().remove(0);
    assert!(gone.is_erased());
    assert!(gone.data.get().contains(r#""content":null"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_of_one_message_id_keep_the_winners_key() {
    let world = LogWorld::new().await;
    let (other, _running) = world.another_log();
    let (sender, key, key_row) = world.account();
    let mut account = command(vec![marked("a:1", 1)]);
    account.keys.push(key_row);
    world.log.append(account).await.unwrap();
    for _ in 0..20 {
        let id = MessageId(house::id());
        let (one, two) = tokio::join!(
            world.log.append(message(sender, &key, id, "one")),
            other.append(message(sender, &key, id, "two")),
        );
        let winner = if matches!(one.unwrap(), Outcome::Appended(_)) {
            "one"
        } else {
            "two"
        };
        assert_eq!(two.unwrap() == Outcome::Conflict, winner == "one");
        let event = world
            .reader
            .first_of("message", &id.to_string())
            .await
            .unwrap()
            .unwrap();
        assert!(
            event.data.get().contains(winner),
            "the body of the winner is readable"
        );
    }
}

/// A row of the log, as an auditor reads it.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    sequence: i64,
    aggregate_type: String,
    aggregate_id: String,
    event_type: String,
    event_version: String,
    event_id: uuid::Uuid,
    payload: String,
    metadata: String,
    recorded_at: chrono::DateTime<chrono::Utc>,
    leaf_hash: Vec<u8>,
}

#[tokio::test]
async fn leaves_are_hashed_as_the_log_format_says() {
    use aws_lc_rs::digest::{SHA256, digest};
    let world = LogWorld::new().await;
    world
        .log
        .append(command(vec![marked("a:1", 1), marked("a:1", 2)]))
        .await
        .unwrap();
    let rows: Vec<Row> = sqlx::query_as(
        "select *, payload::text as payload, metadata::text as metadata from log.events",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    for row in rows {
        let record = eventlog::record_hash(
            &row.aggregate_type,
            &row.aggregate_id,
            &row.event_type,
            &row.event_version,
            row.event_id,
            &row.payload,
            &row.metadata,
        );
        let mut leaf = vec![0, 1];
        leaf.extend(row.position.to_be_bytes());
        leaf.extend(row.sequence.to_be_bytes());
        leaf.extend(row.recorded_at.timestamp_micros().to_be_bytes());
        leaf.extend(record);
        assert_eq!(digest(&SHA256, &leaf).as_ref(), row.leaf_hash);
    }
}

#[tokio::test]
async fn nobody_changes_the_log() {
    let world = LogWorld::new().await;
    world
        .log
        .append(command(vec![marked("a:1", 1)]))
        .await
        .unwrap();
    let owner = world.database.pool().await.unwrap();
    for statement in [
        "update log.events set event_type = 'x'",
        "delete from log.events",
        "truncate log.events",
        "insert into log.events select 9, 'a', 'a', 1, 'a', '1', '{}', '{}', gen_random_uuid(), now(), sha256('')",
    ] {
        assert!(
            sqlx::query(statement).execute(&world.pool).await.is_err(),
            "the service: {statement}"
        );
    }
    for statement in [
        "update log.events set event_type = 'x'",
        "delete from log.events",
        "truncate log.events",
    ] {
        assert!(
            sqlx::query(statement).execute(&owner).await.is_err(),
            "the owner: {statement}"
        );
    }
    world.assert_dense().await;
}

#[tokio::test]
async fn a_postgres_that_could_lose_commits_is_refused() {
    let world = LogWorld::new().await;
    eventlog::assert_durable(&world.pool).await.unwrap();
    let owner = world.database.pool().await.unwrap();
    let database: String = sqlx::query_scalar("select current_database()")
        .fetch_one(&owner)
        .await
        .unwrap();
    sqlx::query(&format!(
        "alter database {database} set synchronous_commit = off"
    ))
    .execute(&owner)
    .await
    .unwrap();
    let again = eventlog::connect(&world.database.url(), eventlog::Role::Service, 1).unwrap();
    let refused = eventlog::assert_durable(&again)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("synchronous_commit = off"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_goes_away_leaves_nothing_behind() {
    let world = LogWorld::new().await;
    for n in 0..200 {
        let append = world
            .log
            .append(command(vec![marked(&format!("{n}:1"), 1)]));
        let _ = tokio::time::timeout(std::time::Duration::from_micros(n * 20), append).await;
    }
    position(
        &world
            .log
            .append(command(vec![marked("last:1", 1)]))
            .await
            .unwrap(),
    );
    let idle: i64 = sqlx::query_scalar(
        "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(idle, 0);
    world.assert_dense().await;
}
