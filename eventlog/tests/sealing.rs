//! The tree over the log, and its signed heads.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use eventlog::{
    Error, Secret, Tail,
    audit::{Entries, Finding, Heads, Sealer, Tiles, Verifier, head_line, note_in},
    merkle::{Checkpoint, SigningKey, name_of, verify_inclusion},
};
use house::{LogWorld, command, marked};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

async fn key(world: &LogWorld) -> SigningKey {
    let identity = world.reader.identity().await.unwrap();
    SigningKey::new(name_of(identity), &Secret::new([9; 32]))
}

async fn sealer(world: &LogWorld) -> Sealer {
    sealer_with(world, key(world).await)
}

fn sealer_with(world: &LogWorld, key: SigningKey) -> Sealer {
    Sealer::new(
        world.pool.clone(),
        key,
        Tail::default(),
        watch::Sender::new(0),
    )
}

async fn append(world: &LogWorld, stream: &str, count: i64) -> i64 {
    for first in (1..=count).step_by(500) {
        let last = count.min(first + 499);
        let events = (first..=last).map(|n| marked(stream, n)).collect();
        world.log.append(command(events)).await.unwrap();
    }
    world.reader.head().await.unwrap()
}

async fn step(sealer: &mut Sealer, to: i64) -> Result<i64, Error> {
    sealer.step(to, &CancellationToken::new()).await
}

/// All heads and events, as an auditor sees them.
async fn verify(world: &LogWorld) -> Result<u64, Finding> {
    let mut verifier = Verifier::new(vec![key(world).await.public().clone()]);
    let heads = Heads::new(world.pool.clone())
        .after(0, 1_000)
        .await
        .unwrap();
    for head in heads {
        let line = head_line(head.size, &head.note);
        verifier.head(&note_in(line.trim_end()).unwrap())?;
    }
    let (entries, mut after) = (Entries::new(world.pool.clone()), 0);
    let until = i64::try_from(verifier.size()).unwrap();
    while after < until {
        let page = entries.page(after, until, None).await.unwrap();
        after = page.reached;
        for entry in page.entries {
            let mut line = Vec::new();
            entry.write(&mut line);
            verifier.line(line.strip_suffix(b"\n").unwrap())?;
        }
    }
    Ok(verifier.finish()?.events)
}

#[tokio::test]
async fn every_head_is_the_root_over_its_events() {
    let world = LogWorld::new().await;
    let mut sealer = sealer(&world).await;
    assert_eq!(step(&mut sealer, 0).await.unwrap(), 0, "nothing to sign");
    for (stream, count) in [("a:1", 1), ("b:1", 254), ("c:1", 1), ("d:1", 1_000)] {
        let head = append(&world, stream, count).await;
        assert_eq!(step(&mut sealer, head).await.unwrap(), head);
        assert_eq!(
            step(&mut sealer, head).await.unwrap(),
            head,
            "twice is once"
        );
    }
    assert_eq!(verify(&world).await, Ok(1_256));
    let heads = Heads::new(world.pool.clone());
    let sizes: Vec<i64> = heads
        .after(0, 10)
        .await
        .unwrap()
        .iter()
        .map(|head| head.size)
        .collect();
    assert_eq!(sizes, [1, 255, 256, 1_256]);
    assert_eq!(heads.keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn two_sealers_do_no_harm() {
    let world = LogWorld::new().await;
    let (mut one, mut other) = (sealer(&world).await, sealer(&world).await);
    for round in 1..=8 {
        let head = append(&world, &format!("{round}:1"), 100).await;
        let (a, b) = tokio::join!(step(&mut one, head), step(&mut other, head));
        assert_eq!(a.unwrap().max(b.unwrap()), head);
    }
    let head = world.reader.head().await.unwrap();
    for sealer in [&mut one, &mut other] {
        // Whoever came second looks again.
        step(sealer, head).await.unwrap();
        assert_eq!(step(sealer, head).await.unwrap(), head);
    }
    assert_eq!(verify(&world).await, Ok(800));
}

#[tokio::test]
async fn a_sealer_goes_on_where_another_one_ended() {
    let world = LogWorld::new().await;
    let mut first = sealer(&world).await;
    let head = append(&world, "a:1", 700).await;
    step(&mut first, head).await.unwrap();
    drop(first);
    let head = append(&world, "b:1", 700).await;
    step(&mut sealer(&world).await, head).await.unwrap();
    // With a new key, every event is looked at again; the old heads stay.
    let head = append(&world, "c:1", 1).await;
    let name = key(&world).await.public().name().to_owned();
    let mut next = sealer_with(&world, SigningKey::new(name, &Secret::new([8; 32])));
    assert_eq!(step(&mut next, head).await.unwrap(), head);
    let keys = Heads::new(world.pool.clone()).keys().await.unwrap();
    assert_eq!(keys.len(), 2);
}

#[tokio::test]
async fn tiles_prove_that_an_event_is_in_the_tree() {
    let world = LogWorld::new().await;
    let head = append(&world, "a:1", 1_030).await;
    step(&mut sealer(&world).await, head).await.unwrap();
    let tiles = Tiles::new(world.pool.clone());
    let read = async |path: &str| tiles.read(&path.parse().unwrap()).await.unwrap();
    let latest = Heads::new(world.pool.clone())
        .latest()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tiles.frontier(head).await.unwrap().root(), latest.root);

    // As any client of tiles does it: leaf 300 among its neighbours, and their tile among the others.
    let leaves = read("0/001").await;
    let (leaf_hashes, _) = leaves.as_chunks::<32>();
    let of_level_one = read("1/000.p/4").await;
    let (of_level_one, _) = of_level_one.as_chunks::<32>();
    let rest = read("0/004.p/6").await;
    let (rest, _) = rest.as_chunks::<32>();
    let root_of = |hashes: &[[u8; 32]]| {
        let mut frontier = eventlog::merkle::Frontier::default();
        for hash in hashes {
            frontier.push(*hash, &mut Vec::new());
        }
        frontier.root()
    };
    assert_eq!(root_of(leaf_hashes), of_level_one[1]);
    let within = |from: u64, to: u64| {
        let place = |n: u64| usize::try_from(n - 256).unwrap();
        if to <= 512 && from >= 256 {
            root_of(&leaf_hashes[place(from)..place(to)])
        } else if from >= 1_024 {
            root_of(rest)
        } else {
            let tile = |n: u64| usize::try_from(n / 256).unwrap();
            root_of(&of_level_one[tile(from)..tile(to)])
        }
    };
    let proof = eventlog::merkle::inclusion(300, 1_030, &within).unwrap();
    let leaf = &leaf_hashes[300 - 256];
    assert!(verify_inclusion(leaf, 300, 1_030, &proof, &latest.root));

    // An entry is what its leaf is the hash of.
    let entries = read("entries/001").await;
    let bundle: Vec<&[u8]> = entries.chunks(59).map(|entry| &entry[2..]).collect();
    assert_eq!(bundle.len(), 256);
    assert_eq!(eventlog::merkle::leaf(bundle[300 - 256]), *leaf);
}

#[tokio::test]
async fn what_was_changed_is_not_signed() {
    let world = LogWorld::new().await;
    let mut sealer = sealer(&world).await;
    let head = append(&world, "a:1", 10).await;
    step(&mut sealer, head).await.unwrap();
    let head = append(&world, "b:1", 10).await;
    let owner = world.database.pool().await.unwrap();
    sqlx::raw_sql(
        "alter table log.events disable trigger events_are_kept;
         update log.events set payload = '{\"positions\":[2]}' where position = 14",
    )
    .execute(&owner)
    .await
    .unwrap();
    let refused = step(&mut sealer, head).await;
    assert!(
        matches!(refused, Err(Error::Altered { position: 14 })),
        "{refused:?}"
    );
    let latest = Heads::new(world.pool.clone())
        .latest()
        .await
        .unwrap()
        .unwrap();
    assert_eq!(latest.size, 10);
}

#[tokio::test]
async fn a_log_that_was_rewritten_below_a_head_is_not_signed_again() {
    let world = LogWorld::new().await;
    let head = append(&world, "a:1", 300).await;
    step(&mut sealer(&world).await, head).await.unwrap();
    let owner = world.database.pool().await.unwrap();
    // Somebody who knows how leaves are made.
    sqlx::raw_sql(
        "alter table log.events disable trigger events_are_kept;
         update log.events set recorded_at = recorded_at + interval '1 microsecond', leaf_hash = leaf_hash where position = 300;
         alter table log.subtrees disable trigger subtrees_are_kept;
         update log.subtrees set hash = sha256('wrong')",
    )
    .execute(&owner)
    .await
    .unwrap();
    let head = append(&world, "b:1", 1).await;
    let refused = step(&mut sealer(&world).await, head).await;
    assert!(
        matches!(refused, Err(Error::Altered { position: 300 })),
        "{refused:?}"
    );
    let found = verify(&world).await;
    assert_eq!(found, Err(Finding::Leaf { position: 300 }));
}

#[tokio::test]
async fn lost_subtrees_are_made_up_for_by_looking_at_everything() {
    let world = LogWorld::new().await;
    let head = append(&world, "a:1", 300).await;
    step(&mut sealer(&world).await, head).await.unwrap();
    let owner = world.database.pool().await.unwrap();
    sqlx::raw_sql(
        "alter table log.subtrees disable trigger subtrees_are_kept; delete from log.subtrees",
    )
    .execute(&owner)
    .await
    .unwrap();
    let head = append(&world, "b:1", 1).await;
    assert_eq!(step(&mut sealer(&world).await, head).await.unwrap(), head);
    assert_eq!(verify(&world).await, Ok(301));
}

#[tokio::test]
async fn the_service_cannot_change_what_was_signed() {
    let world = LogWorld::new().await;
    let head = append(&world, "a:1", 300).await;
    step(&mut sealer(&world).await, head).await.unwrap();
    for statement in [
        "update log.heads set note = ''",
        "delete from log.heads",
        "delete from log.subtrees",
        "truncate log.heads",
        "insert into log.heads (size, root, note, signed_at) values (301, sha256(''), '', now())",
        "delete from log.audit_keys",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&world.pool).await;
        assert!(refused.is_err(), "{statement}");
    }
    let owner = world.database.pool().await.unwrap();
    for statement in ["update log.heads set note = ''", "truncate log.subtrees"] {
        let refused = sqlx::raw_sql(statement).execute(&owner).await;
        assert!(refused.is_err(), "{statement}, by the owner");
    }
    let latest = Heads::new(world.pool.clone())
        .latest()
        .await
        .unwrap()
        .unwrap();
    let public = key(&world).await;
    let head = Checkpoint::open(&latest.note, public.public()).unwrap();
    assert_eq!((head.size, head.root), (300, latest.root));
}
