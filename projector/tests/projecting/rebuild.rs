//! The read models made again beside those that are read.

use std::time::Duration;

use projector::{Compared, Error, Halt, Model, Rebuild};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::{
    chance::{self, Dice},
    world::World,
};

const HOUR: Duration = Duration::from_hours(1);

async fn world_of(seed: u64, happenings: usize) -> World {
    let (mut world, mut dice) = (World::new(4).await, Dice(seed));
    for _ in 0..happenings {
        chance::anything(&mut world, &mut dice).await;
    }
    world.project().await;
    world
}

/// The connection that held the lock before ends in its own time.
async fn begin(world: &World) -> Rebuild {
    let begun = house::until("the lock is free", async || match try_begin(world).await {
        Err(Error::Busy) => Ok(None),
        begun => Ok(Some(begun?)),
    });
    begun.await.unwrap()
}

async fn try_begin(world: &World) -> Result<Rebuild, Error> {
    Rebuild::begin(&world.logs.database.url(), world.logs.reader.clone(), 1).await
}

async fn rebuild(world: &World, models: &[Model]) -> Vec<Compared> {
    let mut rebuild = begin(world).await;
    rebuild.catch_up(0, |_| {}).await.unwrap();
    let found = rebuild.compare(models).await.unwrap();
    rebuild.switch(models, HOUR).await.unwrap();
    found
}

async fn run(world: &World, sql: &str) {
    let owner = world.logs.database.pool().await.unwrap();
    sqlx::raw_sql(sql).execute(&owner).await.unwrap();
}

/// What the tables hold, and which making they are of left aside.
async fn tables(world: &World) -> Vec<String> {
    let mut lines = world.everything().await;
    lines.retain(|line| !line.starts_with("checkpoints"));
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_comes_out_the_same_erased_accounts_and_all() {
    for seed in 1..=2 {
        println!("seed {seed}");
        let mut world = world_of(seed, 200).await;
        if !world.is_erased(0) {
            world.erase(0).await;
        }
        world.unsend(0).await;
        world.project().await;
        let before = tables(&world).await;
        let found = rebuild(&world, &Model::ALL).await;
        assert!(found.iter().all(Compared::is_same), "{found:?}");
        assert_eq!(found.len(), 10, "every table is compared: {found:?}");
        assert!(found.iter().map(|table| table.live_rows).sum::<i64>() > 100);
        assert_eq!(tables(&world).await, before);

        // And life goes on in the new tables.
        let mut dice = Dice(seed + 100);
        for _ in 0..50 {
            chance::anything(&mut world, &mut dice).await;
        }
        world.project().await;
        world.assert_counted().await;
        world.assert_feed().await;
        let found = rebuild(&world, &Model::ALL).await;
        assert!(found.iter().all(Compared::is_same), "{found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_was_changed_by_hand_is_found_and_mended() {
    for (table, change, told) in [
        (
            "inbox",
            "update readmodel.inbox set read_at = now() where (owner_id, position) in
               (select owner_id, position from readmodel.inbox where read_at is null limit 1)",
            "read_at: ",
        ),
        (
            "last_conversation",
            "update readmodel.last_conversation set unread = unread + 1 where ctid =
               (select ctid from readmodel.last_conversation limit 1)",
            "unread: ",
        ),
        (
            "sent_box",
            "delete from readmodel.sent_box where ctid = (select ctid from readmodel.sent_box limit 1)",
            "is missing",
        ),
        (
            "accounts",
            "update readmodel.accounts set first_name = 'Mallory' where number = 2",
            "first_name differs",
        ),
    ] {
        let world = world_of(5, 120).await;
        let before = tables(&world).await;
        run(&world, change).await;
        assert_ne!(tables(&world).await, before);
        let found = rebuild(&world, &Model::ALL).await;
        let differing: Vec<_> = found.iter().filter(|table| !table.is_same()).collect();
        assert_eq!(differing.len(), 1, "{found:?}");
        assert_eq!(differing[0].table, table);
        assert_eq!(differing[0].differences.len(), 1);
        let what = &differing[0].differences[0].what;
        assert!(what.starts_with(told), "{what}");
        assert!(!what.contains("Mallory"), "{what}");
        assert_eq!(tables(&world).await, before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_read_model_alone_is_exchanged() {
    let world = world_of(6, 120).await;
    let before = tables(&world).await;
    run(
        &world,
        "update readmodel.inbox set subject = 'by hand'; update readmodel.accounts set first_name = 'Mallory'",
    )
    .await;
    let found = rebuild(&world, &[Model::Inbox]).await;
    assert!(!found[0].is_same());
    let mended = tables(&world).await;
    let of = |lines: &[String], table: &str| -> Vec<String> {
        let lines = lines.iter().filter(|line| line.starts_with(table));
        lines.cloned().collect()
    };
    assert_eq!(of(&mended, "inbox"), of(&before, "inbox"));
    assert!(of(&mended, "accounts")[0].contains("Mallory"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rebuild_has_filled_is_there_when_it_is_begun_again() {
    let world = world_of(7, 120).await;
    let head = world.logs.reader.head().await.unwrap();
    let mut broken_off = begin(&world).await;
    broken_off.fill(head / 2, |_| {}).await.unwrap();
    assert!(matches!(try_begin(&world).await, Err(Error::Busy)));
    drop(broken_off);

    let mut again = begin(&world).await;
    assert_eq!(again.position(), head / 2);
    again.catch_up(0, |_| {}).await.unwrap();
    let found = again.compare(&Model::ALL).await.unwrap();
    assert!(found.iter().all(Compared::is_same), "{found:?}");
    drop(again);

    // Under other migrations it is worth nothing.
    let url = world.logs.database.url();
    let anew = house::until("the lock is free", async || {
        match Rebuild::begin(&url, world.logs.reader.clone(), 2).await {
            Err(Error::Busy) => Ok(None),
            begun => Ok(Some(begun?)),
        }
    });
    assert_eq!(anew.await.unwrap().position(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_projected_twice_or_skipped_at_the_switch() {
    let mut world = world_of(8, 60).await;
    let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
    let mut live = world.projector(&news);
    let shutdown = running.clone();
    let living = tokio::spawn(async move {
        while !shutdown.is_cancelled() {
            live.step(&shutdown).await.unwrap();
        }
    });
    let (url, reader) = (world.logs.database.url(), world.logs.reader.clone());
    let rebuilding = tokio::spawn(async move {
        for _ in 0..4 {
            let mut rebuild = Rebuild::begin(&url, reader.clone(), 1).await.unwrap();
            rebuild.catch_up(0, |_| {}).await.unwrap();
            let found = rebuild.compare(&Model::ALL).await.unwrap();
            assert!(found.iter().all(Compared::is_same), "{found:?}");
            rebuild.switch(&Model::ALL, HOUR).await.unwrap();
        }
    });
    let mut dice = Dice(9);
    while !rebuilding.is_finished() {
        chance::anything(&mut world, &mut dice).await;
    }
    rebuilding.await.unwrap();
    running.cancel();
    living.await.unwrap();
    world.project().await;
    let online = tables(&world).await;
    world.assert_counted().await;
    world.throw_away().await;
    world.project().await;
    assert_eq!(tables(&world).await, online);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_of_the_tables_before_is_forgotten() {
    let mut world = world_of(10, 40).await;
    let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
    // Somebody is called by a wrong name in the tables, and a projector has it in mind.
    run(
        &world,
        "update readmodel.accounts set username = 'mallory' where number = 2",
    )
    .await;
    let mut live = world.projector(&news);
    let audience = crate::world::Audience::People(vec![2]);
    world.send(1, &audience, "by a wrong name").await;
    live.step(&running).await.unwrap();

    rebuild(&world, &Model::ALL).await;
    world.send(1, &audience, "by the right one").await;
    while world_is_behind(&world).await {
        live.step(&running).await.unwrap();
    }
    let wrong: i64 =
        sqlx::query_scalar("select count(*) from readmodel.inbox where sender_name = 'mallory'")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!(wrong, 0);
}

async fn world_is_behind(world: &World) -> bool {
    let head = world.logs.reader.head().await.unwrap();
    let position: i64 = sqlx::query_scalar("select position from readmodel.checkpoints")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    position < head
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_version_has_the_same_indexes_under_the_same_names() {
    let world = world_of(11, 10).await;
    let shape = async || -> Vec<String> {
        sqlx::query_scalar(
            "select indexdef from pg_indexes where schemaname = 'readmodel'
             union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
               where connamespace = 'readmodel'::regnamespace
             union all select relname || ' ' || coalesce(reloptions::text, '') || ' ' || coalesce(relacl::text, '')
               from pg_class where relnamespace = 'readmodel'::regnamespace and relkind = 'r'
             union all select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
                 || coalesce(column_default, '')
               from information_schema.columns where table_schema = 'readmodel'
             order by 1",
        )
        .fetch_all(&world.logs.database.pool().await.unwrap())
        .await
        .unwrap()
    };
    let before = shape().await;
    rebuild(&world, &Model::ALL).await;
    assert_eq!(shape().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_halts_until_it_is_passed_over() {
    let mut world = world_of(12, 30).await;
    let audience = crate::world::Audience::People(vec![1]);
    world.send(2, &audience, "before it").await;
    run(
        &world,
        "insert into log.events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
           metadata, event_id, recorded_at, leaf_hash)
         select max(position) + 1, 'message', gen_random_uuid()::text, 1, 'message.sung', '7', '{}', '{}',
           gen_random_uuid(), now(), sha256('') from log.events",
    )
    .await;
    let position = world.logs.reader.head().await.unwrap();
    world.send(2, &audience, "behind it").await;
    let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
    let mut live = world.projector(&news);
    let stuck = live.step(&running).await.unwrap_err();
    assert!(
        matches!(stuck, Error::Unreadable { position: at, .. } if at == position),
        "{stuck}"
    );
    assert!(world.received(1).await.contains(&"before it".to_owned()));
    live.step(&running).await.unwrap_err();
    let halt = async || Halt::look(&world.pool, &world.logs.reader).await.unwrap();
    let halted = halt().await.unwrap();
    assert_eq!(halted.position, position);
    assert!(halted.reason.contains("message.sung"), "{}", halted.reason);
    let mut rebuilding = begin(&world).await;
    rebuilding.fill(position + 1, |_| {}).await.unwrap_err();
    drop(rebuilding);

    run(
        &world,
        &format!("insert into log.skipped (position, reason) values ({position}, 'nobody sings')"),
    )
    .await;
    assert_eq!(halt().await, None);
    while world_is_behind(&world).await {
        live.step(&running).await.unwrap();
    }
    assert!(world.received(1).await.contains(&"behind it".to_owned()));
    let mut again = begin(&world).await;
    again.catch_up(0, |_| {}).await.unwrap();
    let found = again.compare(&Model::ALL).await.unwrap();
    assert!(found.iter().all(Compared::is_same), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_has_drifted_is_noticed() {
    let world = world_of(13, 60).await;
    assert_eq!(projector::recount(&world.pool).await.unwrap(), 0);
    run(
        &world,
        "update readmodel.last_conversation set unread = unread + 1",
    )
    .await;
    house::until("chance has come by", async || {
        let drifted = projector::recount(&world.pool).await?;
        Ok((drifted > 0).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_tables_go_when_their_time_is_over_and_not_before() {
    let world = world_of(14, 10).await;
    let old = async || -> i64 {
        sqlx::query_scalar("select count(*) from pg_namespace where nspname = 'readmodel_old'")
            .fetch_one(&world.pool)
            .await
            .unwrap()
    };
    for (keep, left) in [(HOUR, 1), (Duration::ZERO, 0)] {
        let mut rebuild = begin(&world).await;
        rebuild.catch_up(0, |_| {}).await.unwrap();
        rebuild.switch(&Model::ALL, keep).await.unwrap();
        assert_eq!(old().await, 1);
        projector::drop_old(&world.pool).await.unwrap();
        assert_eq!(old().await, left);
    }
}
