//! What the read models promise: whatever happens, in whatever portions it is projected, they come out the same.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod chance;
mod rebuild;
mod replayed;
mod world;

use chance::Dice;
use domain::{AccountId, account};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use world::{Audience, World};

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_portions_the_read_models_come_out_the_same() {
    for seed in 1..=6 {
        println!("seed {seed}");
        let (mut world, mut dice) = (World::new(4).await, Dice(seed));
        for _ in 0..250 {
            chance::anything(&mut world, &mut dice).await;
            if dice.roll(5) == 0 {
                world.project().await;
                world.assert_counted().await;
            }
        }
        world.project().await;
        let bit_by_bit = world.everything().await;
        world.assert_counted().await;
        world.assert_feed().await;

        world.throw_away().await;
        world.project().await;
        assert_eq!(world.everything().await, bit_by_bit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_auditors_make_of_the_log_is_what_the_read_models_hold() {
    for seed in 21..=24 {
        println!("seed {seed}");
        let (mut world, mut dice) = (World::new(4).await, Dice(seed));
        for _ in 0..5 {
            for _ in 0..60 {
                chance::anything(&mut world, &mut dice).await;
            }
            world.project().await;
            replayed::assert_replayed(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_at_once_do_what_one_does() {
    let (mut world, mut dice) = (World::new(3).await, Dice(7));
    for _ in 0..100 {
        chance::anything(&mut world, &mut dice).await;
    }
    world.project().await;
    let alone = world.everything().await;
    world.throw_away().await;

    let (news, running) = (broadcast::Sender::new(1_024), CancellationToken::new());
    let (mut one, mut other) = (world.projector(&news), world.projector(&news));
    let head = world.logs.reader.head().await.unwrap();
    loop {
        let (first, second) = tokio::join!(one.step(&running), other.step(&running));
        first.unwrap();
        second.unwrap();
        let checkpoint: i64 = sqlx::query_scalar("select position from readmodel.checkpoints")
            .fetch_one(&world.pool)
            .await
            .unwrap();
        if checkpoint == head {
            break;
        }
    }
    assert_eq!(world.everything().await, alone);
}

#[tokio::test(flavor = "multi_thread")]
async fn news_say_what_the_tables_say() {
    let mut world = World::new(2).await;
    world.project().await;
    let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
    let mut heard = news.subscribe();
    let mut projector = world.projector(&news);
    for n in 0..5 {
        world
            .send(0, &Audience::People(vec![1]), &format!("news {n}"))
            .await;
    }
    while projector.step(&running).await.unwrap() > 0 {}
    let mut last = 2;
    let mut inbox = Vec::new();
    while let Ok(news) = heard.try_recv() {
        assert_eq!(news.from, last);
        last = news.to;
        for change in &news.rows {
            if let domain::mailbox::Row::Inbox(row) = &change.row {
                inbox.push((
                    change.owner,
                    row.message.position,
                    row.message.body.clone().unwrap_or_default(),
                ));
            }
        }
    }
    let tables: Vec<(uuid::Uuid, i64, String)> =
        sqlx::query_as("select owner_id, position, body from readmodel.inbox order by position")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let tables: Vec<_> = tables
        .into_iter()
        .map(|(owner, position, body)| (AccountId(owner), position, body))
        .collect();
    assert_eq!((inbox, last), (tables, 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_has_no_text() {
    let mut world = World::new(2).await;
    world.send(0, &Audience::People(vec![1]), "soon gone").await;
    sqlx::query("delete from log.keys where message_id is not null")
        .execute(&world.logs.pool)
        .await
        .unwrap();
    world.project().await;
    let row: (Option<String>, Option<String>) =
        sqlx::query_as("select subject, body from readmodel.inbox")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!(row, (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_shows_each_message_to_those_who_were_in_it() {
    let mut world = World::new(4).await;
    world.start(0, &[1, 2]).await;
    let group = Audience::Group(0);
    world.send(0, &group, "one").await;
    world.put(0, 3).await;
    world.send(1, &group, "two").await;
    world.remove(0, 2).await;
    world.send(3, &group, "three").await;
    world.edit(1, "two, mended").await;
    world.project().await;
    for (person, received) in [
        (0, vec!["two, mended", "three"]),
        (1, vec!["one", "three"]),
        (2, vec!["one", "two"]),
        (3, vec!["two, mended"]),
    ] {
        assert_eq!(world.received(person).await, received, "person {person}");
    }
    world.assert_counted().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_senders_direct_messages_stay_out_and_no_others() {
    let mut world = World::new(3).await;
    world.start(0, &[1, 2]).await;
    let direct = Audience::People(vec![1]);
    world.send(0, &direct, "before").await;
    world.block(1, 0, true).await;
    world.send(0, &direct, "meanwhile").await;
    world
        .send(1, &Audience::People(vec![0]), "from the other side")
        .await;
    world.send(0, &direct, "meanwhile, again").await;
    world.send(0, &Audience::Group(0), "in a group").await;
    world.block(1, 0, false).await;
    world.send(0, &direct, "after").await;
    world.project().await;
    assert_eq!(world.received(1).await, ["before", "in a group", "after"]);
    world.assert_counted().await;
    let last: String = sqlx::query_scalar(
        "select last_body from readmodel.last_conversation where owner_id = $1 and not is_group",
    )
    .bind(world.account(1).0)
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(last, "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_shown_as_disabled_from_then_on_until_it_is_enabled() {
    let world = World::new(1).await;
    let stream = world.account(0).to_string();
    let mut shown: Vec<bool> = Vec::new();
    for (sequence, event) in (2..).zip([
        account::Event::Disabled(account::Disabled {}),
        account::Event::Enabled(account::Enabled {}),
        account::Event::Disabled(account::Disabled {}),
    ]) {
        let event: account::Event = event;
        world
            .happen("account", stream.clone(), sequence, &event)
            .await;
        world.project().await;
        let disabled = "select disabled_at is not null from readmodel.accounts";
        shown.push(
            sqlx::query_scalar(disabled)
                .fetch_one(&world.pool)
                .await
                .unwrap(),
        );
    }
    assert_eq!(shown, [true, false, true]);
    let bit_by_bit = world.everything().await;
    world.throw_away().await;
    world.project().await;
    assert_eq!(world.everything().await, bit_by_bit);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_erased_account_nothing_is_left() {
    let mut world = World::new(4).await;
    world.start(0, &[1, 2]).await;
    for audience in [
        Audience::People(vec![1]),
        Audience::People(vec![1, 2, 3]),
        Audience::People(vec![]),
        Audience::Group(0),
    ] {
        world.send(0, &audience, "canary").await;
    }
    world
        .send(1, &Audience::People(vec![0]), "stays in a sent box")
        .await;
    world.project().await;
    world.erase(0).await;
    world.project().await;
    let rows = world.everything().await;
    for text in ["canary", "person0", "title 0", "about"] {
        let left: Vec<_> = rows.iter().filter(|row| row.contains(text)).collect();
        let left: Vec<_> = left
            .into_iter()
            .filter(|row| !row.contains("stays in a sent box"))
            .collect();
        assert_eq!(left, Vec::<&String>::new(), "{text}");
    }
    // From a node that did not know it yet.
    for people in [vec![0], vec![0, 1, 3], vec![0, 1]] {
        world.send(2, &Audience::People(people), "too late").await;
    }
    world.project().await;
    assert_eq!(world.received(0).await, [""; 0]);
    world.assert_feed().await;
}
