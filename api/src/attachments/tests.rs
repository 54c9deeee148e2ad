//! Collecting, erasing and choosing files, on a real Postgres and a real directory.

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use eventlog::{Tail, fresh};
use house::{LogWorld, id};
use sqlx::PgPool;
use uuid::Uuid;

use super::{own_unsent::pick, store::Object, *};
use crate::http::Problem;

struct World {
    log: LogWorld,
    /// As the database's owner.
    owner: PgPool,
    store: Store,
    directory: tempfile::TempDir,
    now: DateTime<Utc>,
}

impl World {
    async fn new() -> Self {
        let log = LogWorld::new().await;
        let directory = tempfile::tempdir().unwrap();
        let location = Location::Directory(directory.path().to_owned());
        Self {
            owner: log.database.pool().await.unwrap(),
            store: Store::open(&location, Uuid::nil()).unwrap(),
            log,
            directory,
            now: fresh::now(),
        }
    }

    fn collector(&self) -> Collector {
        Collector::over(self.log.pool.clone(), self.store.clone())
    }

    /// A file with both objects.
    async fn file(&self, owner: AccountId, age: TimeDelta) -> Uuid {
        let id = self.objects().await;
        assert!(self.row(id, owner, age, 5).await);
        id
    }

    async fn objects(&self) -> Uuid {
        let id = id();
        for object in [Object::Whole(id), Object::Preview(id)] {
            self.store.put_bytes(object, b"hello".into()).await.unwrap();
        }
        id
    }

    async fn row(&self, id: Uuid, owner: AccountId, age: TimeDelta, size: i64) -> bool {
        sqlx::query_scalar(
            "select log.keep_attachment($1, $2, 'a.txt', 'text/plain', $3, sha256(''), null, null, null, null, $4, $5, $6)",
        )
        .bind(id)
        .bind(owner.0)
        .bind(size)
        .bind(self.now - age)
        .bind(self.now - age - WAITS)
        .bind(UNSENT)
        .fetch_one(&self.log.pool)
        .await
        .unwrap()
    }

    /// As `log.append_batch` writes it together with `message.sent`.
    async fn bind(&self, file: Uuid, owner: AccountId, message: Uuid) {
        sqlx::query(
            "insert into log.claims (kind, key, account_id, label) values ('attachment', $1, $2, $3)",
        )
        .bind(file.to_string())
        .bind(owner.0)
        .bind(message.to_string())
        .execute(&self.owner)
        .await
        .unwrap();
    }

    async fn take_back(&self, message: Uuid) -> i64 {
        self.append("message", message, "message.unsent").await
    }

    async fn append(&self, aggregate_type: &str, id: Uuid, event: &str) -> i64 {
        sqlx::query_scalar(
            "insert into log.events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
               metadata, event_id, recorded_at, leaf_hash)
             select coalesce(max(position), 0) + 1, $1, $2, 2, $3, '1', '{}', '{}', gen_random_uuid(), now(), sha256('')
             from log.events returning position",
        )
        .bind(aggregate_type)
        .bind(id.to_string())
        .bind(event)
        .fetch_one(&self.owner)
        .await
        .unwrap()
    }

    async fn is_there(&self, id: Uuid) -> bool {
        let row: bool =
            sqlx::query_scalar("select exists (select from log.attachments where id = $1)")
                .bind(id)
                .fetch_one(&self.owner)
                .await
                .unwrap();
        assert_eq!(row, self.has_objects(id).await, "a row and its objects");
        row
    }

    async fn has_objects(&self, id: Uuid) -> bool {
        let mut found = [false; 2];
        for (found, object) in found
            .iter_mut()
            .zip([Object::Whole(id), Object::Preview(id)])
        {
            *found = self.store.get(object, 0..5).await.unwrap().is_some();
        }
        assert_eq!(found[0], found[1], "both objects or none");
        found[0]
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory
            .path()
            .join(Uuid::nil().to_string())
            .join(name)
    }
}

#[test]
fn without_a_store_every_request_is_told_so() {
    let Err(problem) = Attachments::new(None).store().map(drop) else {
        panic!("there is none")
    };
    assert_eq!(problem.status(), 503);
    assert!(problem.detail().contains("not configured"));
}

fn account() -> AccountId {
    AccountId(id())
}

#[tokio::test]
async fn what_was_not_sent_for_a_day_is_removed_and_what_was_sent_stays() {
    let world = World::new().await;
    let alice = account();
    let old = world.file(alice, TimeDelta::hours(25)).await;
    let young = world.file(alice, TimeDelta::hours(23)).await;
    let sent = world.file(alice, TimeDelta::days(100)).await;
    world.bind(sent, alice, id()).await;

    let mut collector = world.collector();
    // Twice equals once.
    for _ in 0..2 {
        collector.step(world.now).await.unwrap();
        assert!(!world.is_there(old).await);
        assert!(world.is_there(young).await);
        assert!(world.is_there(sent).await);
    }
    // It goes on from where it was.
    collector
        .step(world.now + TimeDelta::hours(2))
        .await
        .unwrap();
    assert!(!world.is_there(young).await);
    assert!(world.is_there(sent).await);
}

#[tokio::test]
async fn what_an_interrupted_upload_left_is_removed_after_a_day() {
    let world = World::new().await;
    let stray = world.objects().await;
    let kept = world.file(account(), TimeDelta::hours(1)).await;
    std::fs::write(world.path("a#1"), "half").unwrap();
    std::fs::write(world.path("README"), "somebody else's").unwrap();

    world.collector().step(world.now).await.unwrap();
    assert!(world.has_objects(stray).await, "it may get its row yet");
    assert!(world.path("a#1").exists());

    let later = world.now + TimeDelta::hours(25);
    world.bind(kept, account(), id()).await;
    world.collector().step(later).await.unwrap();
    assert!(!world.has_objects(stray).await);
    assert!(!world.path("a#1").exists());
    assert!(world.is_there(kept).await);
    assert!(world.path("README").exists());
}

#[tokio::test]
async fn files_go_with_their_message_and_no_others() {
    let world = World::new().await;
    let (alice, taken_back, other) = (account(), id(), id());
    let files = [
        world.file(alice, TimeDelta::zero()).await,
        world.file(alice, TimeDelta::zero()).await,
    ];
    let stays = world.file(alice, TimeDelta::zero()).await;
    let unsent = world.file(alice, TimeDelta::zero()).await;
    for file in files {
        world.bind(file, alice, taken_back).await;
    }
    world.bind(stays, alice, other).await;
    let tail = Tail::default();
    tail.reach(world.take_back(taken_back).await);

    // A crash between the objects and the rows, and a place that was not moved on.
    world.store.remove(files[0]).await.unwrap();
    for _ in 0..2 {
        let mut eraser = Eraser::over(world.log.pool.clone(), world.store.clone(), &tail);
        assert!(!eraser.step().await.unwrap());
        for file in files {
            assert!(!world.is_there(file).await);
        }
        assert!(world.is_there(stays).await && world.is_there(unsent).await);
        assert!(!eraser.step().await.unwrap());
        sqlx::query("update log.erasures set position = 0 where what = 'attachments'")
            .execute(&world.owner)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn files_go_with_their_account_sent_or_not() {
    let world = World::new().await;
    let (alice, bob) = (account(), account());
    let sent = world.file(alice, TimeDelta::days(9)).await;
    world.bind(sent, alice, id()).await;
    let unsent = world.file(alice, TimeDelta::zero()).await;
    let other = world.file(bob, TimeDelta::zero()).await;
    let tail = Tail::default();
    tail.reach(world.append("account", alice.0, "account.erased").await);
    let mut eraser = Eraser::over(world.log.pool.clone(), world.store.clone(), &tail);
    eraser.step().await.unwrap();
    assert!(!world.is_there(sent).await && !world.is_there(unsent).await);
    assert!(world.is_there(other).await);
}

#[tokio::test]
async fn a_store_that_is_away_takes_nothing_and_the_eraser_waits_for_it() {
    let world = World::new().await;
    let (alice, message) = (account(), id());
    let file = world.file(alice, TimeDelta::zero()).await;
    world.bind(file, alice, message).await;
    let (there, away) = (world.path(""), world.directory.path().join("away"));
    std::fs::rename(&there, &away).unwrap();
    std::fs::write(world.directory.path().join(Uuid::nil().to_string()), "").unwrap();
    for size in [1, 6_000_000] {
        let large = tempfile::tempfile().unwrap();
        large.set_len(size).unwrap();
        let kept = world.store.put_file(Object::Whole(id()), large).await;
        assert!(kept.is_err());
    }
    let tail = Tail::default();
    tail.reach(world.take_back(message).await);
    let mut eraser = Eraser::over(world.log.pool.clone(), world.store.clone(), &tail);
    assert!(eraser.step().await.is_err());

    std::fs::remove_file(world.directory.path().join(Uuid::nil().to_string())).unwrap();
    std::fs::rename(&away, &there).unwrap();
    eraser.step().await.unwrap();
    assert!(!world.is_there(file).await);
}

#[tokio::test]
async fn an_eraser_goes_on_where_another_one_came_to() {
    let world = World::new().await;
    let tail = Tail::default();
    for _ in 0..3 {
        let (message, file) = (id(), world.file(account(), TimeDelta::zero()).await);
        world.bind(file, account(), message).await;
        tail.reach(world.take_back(message).await);
        let mut eraser = Eraser::over(world.log.pool.clone(), world.store.clone(), &tail);
        eraser.step().await.unwrap();
        assert!(!world.is_there(file).await);
    }
    let place: i64 =
        sqlx::query_scalar("select position from log.erasures where what = 'attachments'")
            .fetch_one(&world.owner)
            .await
            .unwrap();
    assert_eq!(place, 3);
}

#[tokio::test]
async fn one_sends_own_files_once_and_in_order() {
    let world = World::new().await;
    let (alice, bob) = (account(), account());
    let hours = |hours| TimeDelta::hours(hours);
    let (first, second) = (
        world.file(alice, hours(0)).await,
        world.file(alice, hours(22)).await,
    );
    let (foreign, sent) = (
        world.file(bob, hours(0)).await,
        world.file(alice, hours(0)).await,
    );
    // The collector comes for this one before a slow message could be sent.
    let nearly_gone = world.file(alice, TimeDelta::minutes(23 * 60 + 30)).await;
    world.bind(sent, alice, id()).await;
    let pick = async |ids: &[Uuid]| pick(&world.log.pool, alice, ids, world.now).await;

    let rows = pick(&[second, first]).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        [second, first]
    );
    assert_eq!(rows[0].shape().url, format!("/api/v1/attachments/{second}"));
    assert!(pick(&[]).await.unwrap().is_empty());

    let ids = [first, foreign, sent, id(), nearly_gone, first];
    assert_eq!(
        pointers(&pick(&ids).await.unwrap_err()),
        (1..=5)
            .map(|n| format!("/attachments/{n}"))
            .collect::<Vec<_>>()
    );
    let many = pick(&[first; 11]).await.unwrap_err();
    assert_eq!(pointers(&many), ["/attachments"]);
}

fn pointers(problem: &Problem) -> Vec<String> {
    assert_eq!(problem.status(), 422);
    let errors = problem.errors().iter();
    errors.map(|error| error.pointer.to_string()).collect()
}

#[tokio::test]
async fn what_waits_to_be_sent_is_limited_also_for_uploads_at_the_same_time() {
    let world = World::new().await;
    let (alice, bob) = (account(), account());
    let size = UNSENT / 10;
    let kept = futures::future::join_all(
        (0..20).map(async |_| (world.row(id(), alice, TimeDelta::zero(), size)).await),
    );
    assert_eq!(kept.await.iter().filter(|kept| **kept).count(), 10);
    assert!(world.row(id(), bob, TimeDelta::zero(), size).await);

    let one: Uuid =
        sqlx::query_scalar("select id from log.attachments where owner_id = $1 limit 1")
            .bind(alice.0)
            .fetch_one(&world.owner)
            .await
            .unwrap();
    world.bind(one, alice, id()).await;
    assert!(world.row(id(), alice, TimeDelta::zero(), size).await);
    assert!(!world.row(id(), alice, TimeDelta::zero(), size).await);
}

#[tokio::test]
async fn a_file_on_its_way_has_no_name() {
    let world = World::new().await;
    let _spooled = world.store.spool().unwrap();
    let names = std::fs::read_dir(world.path("")).unwrap();
    assert_eq!(names.count(), 0);
}

#[tokio::test]
async fn two_services_in_one_place_do_not_see_each_others_files() {
    let world = World::new().await;
    let file = world.objects().await;
    let location = Location::Directory(world.directory.path().to_owned());
    let other = Store::open(&location, id()).unwrap();
    let mut collector = Collector::over(world.log.pool.clone(), other);
    collector
        .step(world.now + TimeDelta::days(10))
        .await
        .unwrap();
    assert!(world.has_objects(file).await);
}
