//! Deliveries to other systems: every event, in order, signed, at least once, and nowhere that the service may not call.

mod webhooks {
    pub mod receiver;
}

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use house::{House, Node, Person, Plan, Random, Role, until};
use serde_json::{Value, json};
use webhooks::receiver::{Answer, Delivery, Receiver};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PATH: &str = "/api/v1/webhooks";

/// A service with a courier; its administrator; and Bob.
async fn open() -> Result<(House, Person, Person)> {
    let house = House::open(TIDINGS, Plan::couriers(1)).await?;
    let admin = house.register("alice").await?;
    let bob = house.register("bob").await?;
    house.grant("alice", "admin").await?;
    Ok((house, admin, bob))
}

/// A webhook of a receiver's.
async fn hook(admin: &Person, receiver: &Receiver, more: Value) -> Result<house::Answer> {
    let mut wanted = json!({ "url": receiver.url });
    for (name, value) in more.as_object().into_iter().flatten() {
        wanted[name] = value.clone();
    }
    admin.post(PATH, &wanted).await?.is(201)
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().context("a text")
}

async fn show(admin: &Person, webhook: &house::Answer) -> Result<Value> {
    let id = webhook["id"].as_str().context("an id")?;
    Ok(admin.get(&format!("{PATH}/{id}")).await?.is(200)?.json)
}

/// Waits until a receiver has taken everything up to the log's head.
async fn everything(house: &House, receiver: &Receiver) -> Result<()> {
    let head = house.head().await?;
    let is_last = |delivery: &Delivery| delivery.position() == head && delivery.answer.is_taken();
    receiver.next(is_last).await.map(drop)
}

/// Messages, of which nobody wants to hear.
async fn chatter(from: &Person) -> Result<()> {
    let sends = (0..600).map(|n| async move { from.send("alice", &format!("message {n}")).await });
    let sends = stream::iter(sends).buffer_unordered(16);
    sends.try_for_each(|_| async { Ok(()) }).await
}

/// Nothing missing, in order, and what comes again comes as what it was.
fn assert_in_order(deliveries: &[Delivery], first: i64, last: i64) {
    let mut expected = first;
    let mut ids: Vec<(i64, &str)> = Vec::new();
    for delivery in deliveries {
        let position = delivery.position();
        assert!(position <= expected, "{position} before {expected}");
        if let Some((_, id)) = ids.iter().find(|(known, _)| *known == position) {
            assert_eq!(*id, delivery.id, "{position} has come under two ids");
        } else {
            ids.push((position, &delivery.id));
        }
        if position == expected && delivery.answer.is_taken() {
            expected += 1;
        }
    }
    assert_eq!(expected, last + 1, "the last one that was taken");
}

#[tokio::test]
async fn an_event_is_delivered_signed_as_it_stands_in_the_stream() -> Result<()> {
    let (house, admin, _bob) = open().await?;
    let receiver = Receiver::open([]).await?;
    let webhook = hook(&admin, &receiver, json!({})).await?;
    let sent = admin.send("bob", "hello \u{1F4EE}").await?;

    let delivery = receiver.next(|_| true).await?;
    let secret = webhook["secret"].as_str().context("a secret")?;
    delivery.verify(secret)?;
    assert_eq!(delivery.event["type"], "tidings.message.sent.v1");
    assert_eq!(delivery.event["subject"], sent["id"]);
    assert_eq!(delivery.event["data"]["content"]["body"], "hello \u{1F4EE}");
    assert_eq!(delivery.event["id"], delivery.id);
    assert_eq!(
        delivery.header("content-type"),
        Some("application/cloudevents+json")
    );
    assert_eq!(delivery.header("tidings-epoch"), Some("1"));
    house.settle().await?;
    let stored = house.nats.stored(delivery.position()).await?;
    assert_eq!(stored.context("in the stream")?.event, delivery.event);

    until("it is noted", async || {
        let shown = show(&admin, &webhook).await?;
        Ok((shown["position"] == delivery.position()).then_some(()))
    })
    .await?;
    let shown = show(&admin, &webhook).await?;
    assert_eq!(shown["state"], "active");
    assert!(shown["delivered_at"].is_string() && shown.get("secret").is_none());
    house.finish().await
}

#[tokio::test]
async fn nothing_is_missed_and_nothing_overtakes_whatever_a_receiver_does() -> Result<()> {
    let (house, admin, bob) = open().await?;
    let receiver = Receiver::open([
        Answer::says("500 Internal Server Error"),
        Answer::Taken,
        Answer::Closed,
        Answer::Talkative(1_000_000),
        Answer::says("429 Too Many Requests\r\nretry-after: 2"),
        Answer::TakenAndGone,
        Answer::Late(Duration::from_secs(3)),
        Answer::says("302 Found\r\nlocation: /elsewhere"),
        Answer::Talkative(10),
        Answer::says("400 Bad Request"),
        Answer::says("503 Service Unavailable"),
        Answer::Taken,
        Answer::Silence,
    ])
    .await?;
    let webhook = hook(&admin, &receiver, json!({})).await?;
    let first = house.head().await? + 1;
    for n in 0..20 {
        admin.send("bob", &format!("message {n}")).await?;
        bob.send("alice", &format!("answer {n}")).await?;
    }
    everything(&house, &receiver).await?;
    let all = receiver.all();
    assert_in_order(&all, first, house.head().await?);
    let secret = webhook["secret"].as_str().context("a secret")?;
    for delivery in &all {
        delivery.verify(secret)?;
    }
    let asked = all.iter().position(
        |delivery| matches!(&delivery.answer, Answer::Says(status) if status.starts_with("429")),
    );
    let asked = asked.context("429")?;
    let waited = all[asked + 1].at - all[asked].at;
    assert!(waited >= Duration::from_secs(2), "{waited:?}");
    house.finish().await
}

#[tokio::test]
async fn one_that_fails_says_so_and_holds_up_nobody_else() -> Result<()> {
    let (house, admin, _bob) = open().await?;
    let nobody = Receiver::open(vec![Answer::Silence; 9]).await?;
    let moved = Receiver::open(vec![
        Answer::says("301 Moved Permanently\r\nlocation: /");
        99
    ])
    .await?;
    let good = Receiver::open([]).await?;
    let silent = hook(&admin, &nobody, json!({ "description": "the silent one" })).await?;
    let moving = hook(&admin, &moved, json!({})).await?;
    hook(&admin, &good, json!({})).await?;
    admin.send("bob", "to all").await?;
    good.next(|_| true).await?;
    let failing = until("it says so", async || {
        let shown = show(&admin, &silent).await?;
        Ok((shown["state"] == "failing").then_some(shown))
    })
    .await?;
    assert_eq!(failing["last_error"], "No answer within 10 seconds.");
    assert!(failing["failing_since"].is_string() && failing["retry_at"].is_string());
    // Each has a pace of its own.
    until("the other one says so as well", async || {
        let redirected = show(&admin, &moving).await?;
        let is_told = redirected["last_error"] == "It answered 301: redirects are not followed.";
        Ok(is_told.then_some(()))
    })
    .await?;
    assert!(
        moved
            .all()
            .iter()
            .all(|delivery| delivery.position() == moved.all()[0].position())
    );
    let list = admin.get(PATH).await?.is(200)?;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(list["items"][2]["description"], "the silent one");
    assert!(!String::from_utf8_lossy(&list.body).contains("whsec_"));

    let operator = reqwest::Client::builder().no_proxy().build()?;
    let courier = house.nodes.iter().find(|node| node.role == Role::Webhooks);
    let door = courier.context("a courier")?.url();
    let ready = operator.get(format!("{door}/readyz")).send().await?;
    let ready: Value = ready.json().await?;
    assert_eq!(ready["status"], "ready");
    assert_eq!(
        (&ready["webhooks"]["active"], &ready["webhooks"]["failing"]),
        (&json!(1), &json!(2))
    );
    assert!(ready["webhooks"]["lag"].as_i64() >= Some(1), "{ready}");
    let metrics = operator
        .get(format!("{door}/metrics"))
        .send()
        .await?
        .text()
        .await?;
    for metric in ["deliveries_total", "failures_total", "failures", "lag"] {
        assert!(
            metrics.contains(&format!("tidings_webhook_{metric}{{webhook=")),
            "{metric}"
        );
    }
    house.finish().await
}

/// What a server does in a bad hour.
fn badly(random: &mut Random, times: usize) -> Vec<Answer> {
    let bad = [
        Answer::says("500 Internal Server Error"),
        Answer::Closed,
        Answer::TakenAndGone,
        Answer::Talkative(100_000),
        Answer::Late(Duration::from_millis(200)),
    ];
    let answers = (0..times).map(|_| {
        let is_bad = random.percent(15);
        let answer = random.one_of(&bad).filter(|_| is_bad);
        answer.cloned().unwrap_or(Answer::Taken)
    });
    answers.collect()
}

#[tokio::test]
async fn a_killed_courier_leaves_no_gap_and_another_one_goes_on() -> Result<()> {
    let seed = Random::new_seed();
    eprintln!("seed {seed}");
    let mut house = House::open(TIDINGS, Plan::couriers(2)).await?;
    let (admin, bob) = (house.register("alice").await?, house.register("bob").await?);
    house.grant("alice", "admin").await?;
    let receiver = Receiver::open(badly(&mut Random::new(seed), 250)).await?;
    hook(&admin, &receiver, json!({})).await?;
    let first = house.head().await? + 1;
    for round in 0..4 {
        for n in 0..25 {
            admin.send("bob", &format!("message {round} {n}")).await?;
            bob.send("alice", &format!("answer {round} {n}")).await?;
            if n == 12 {
                let is_courier = |node: &&mut Node| node.role == Role::Webhooks;
                let courier = house.nodes.iter_mut().filter(is_courier).nth(round % 2);
                let courier = courier.context("a courier")?;
                courier.kill();
                courier.start().await?;
            }
        }
    }
    everything(&house, &receiver).await?;
    assert_in_order(&receiver.all(), first, house.head().await?);
    house.finish().await
}

#[tokio::test]
async fn a_courier_that_loses_its_turn_leaves_no_gap() -> Result<()> {
    let house = House::open(TIDINGS, Plan::couriers(2)).await?;
    let (admin, _bob) = (house.register("alice").await?, house.register("bob").await?);
    house.grant("alice", "admin").await?;
    let receiver = Receiver::open([]).await?;
    hook(&admin, &receiver, json!({})).await?;
    let first = house.head().await? + 1;
    for n in 0..60 {
        admin.send("bob", &format!("message {n}")).await?;
        if n % 20 == 10 {
            // What it lost before may have been delivered by then, and its successor not be there yet.
            until("one of them holds the lock", async || {
                let ended = house.count(
                    "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory' and granted
                       and objid = 7235423
                       and database = (select oid from pg_database where datname = current_database())",
                );
                Ok((ended.await? == 1).then_some(()))
            })
            .await?;
            receiver
                .next(|delivery| delivery.position() >= first + n)
                .await?;
        }
    }
    everything(&house, &receiver).await?;
    assert_in_order(&receiver.all(), first, house.head().await?);
    house.finish().await
}

#[tokio::test]
async fn a_courier_that_dies_before_it_has_noted_a_delivery_repeats_it_under_the_same_id()
-> Result<()> {
    let (mut house, admin, _bob) = open().await?;
    let receiver = Receiver::open([Answer::Silence]).await?;
    hook(&admin, &receiver, json!({})).await?;
    admin.send("bob", "once or twice").await?;
    let before = receiver.next(|_| true).await?;
    house.node(Role::Webhooks).kill();
    house.node(Role::Webhooks).start().await?;
    let after = receiver.next(|delivery| delivery.answer.is_taken()).await?;
    assert_eq!((after.id, after.event), (before.id, before.event));
    house.finish().await
}

#[tokio::test]
async fn a_courier_that_crashes_between_a_delivery_and_its_bookmark_repeats_it() -> Result<()> {
    let (mut house, admin, _bob) = open().await?;
    let receiver = Receiver::open([]).await?;
    hook(&admin, &receiver, json!({})).await?;
    let first = house.head().await? + 1;
    for n in 0..4 {
        let courier = house.node(Role::Webhooks);
        courier.kill();
        courier.launch_to_crash(&format!("webhook.posted={n}*off->1*return"))?;
        for m in 0..=n {
            admin.send("bob", &format!("message {n} {m}")).await?;
        }
        let courier = house.node(Role::Webhooks);
        courier.crashes().await?;
        courier.start().await?;
        everything(&house, &receiver).await?;
    }
    let deliveries = receiver.all();
    assert_in_order(&deliveries, first, house.head().await?);
    // Each of the four came twice, and perhaps one that was taken just before a kill.
    let events = usize::try_from(house.head().await? - first + 1)?;
    assert!(deliveries.len() >= events + 4, "{}", deliveries.len());
    house.finish().await
}

#[tokio::test]
async fn it_is_delivered_again_from_any_position_and_what_was_erased_as_erased() -> Result<()> {
    let (house, admin, _bob) = open().await?;
    let sent = admin.send("bob", "a secret").await?;
    let kept = admin.send("bob", "no secret").await?;
    let id = sent["id"].as_str().context("an id")?;
    admin
        .delete(&format!("/api/v1/messages/{id}"))
        .await?
        .is(204)?;
    let position = house.head().await?;
    house.settle().await?;
    until("its key is gone", async || {
        let query = format!("select count(*) from log.keys where message_id = '{id}'");
        Ok((house.count(&query).await? == 0).then_some(()))
    })
    .await?;
    let receiver = Receiver::open([]).await?;
    let webhook = hook(
        &admin,
        &receiver,
        json!({ "after": 0, "types": ["message.sent", "message.unsent"] }),
    )
    .await?;
    let erased = receiver
        .next(|delivery| delivery.event["subject"] == sent["id"])
        .await?;
    assert_eq!(erased.event["data"], Value::Null);
    assert_eq!(erased.event["erased"], true);
    let whole = receiver
        .next(|delivery| delivery.event["subject"] == kept["id"])
        .await?;
    assert_eq!(whole.event["data"]["content"]["body"], "no secret");
    assert!(whole.event.get("erased").is_none());
    receiver
        .next(|delivery| delivery.position() == position)
        .await?;
    assert!(
        receiver
            .all()
            .iter()
            .all(|one| !String::from_utf8_lossy(&one.body).contains("a secret"))
    );

    let before = receiver.all().len();
    let path = format!("{PATH}/{}/replay", webhook["id"].as_str().context("an id")?);
    let replay = json!({ "after": whole.position() - 1 });
    let replayed = admin.post_once(&path, &replay, "again").await?.is(200)?;
    assert_eq!(replayed["position"], whole.position() - 1);
    until("both have come again", async || {
        Ok((receiver.all().len() >= before + 2).then_some(()))
    })
    .await?;
    let again = receiver.all();
    assert_eq!(again[before].id, whole.id);
    assert_eq!(again[before + 1].event["type"], "tidings.message.unsent.v1");
    // The same request does it once.
    let once = admin.post_once(&path, &replay, "again").await?.is(200)?;
    assert_eq!(once.header("idempotency-replayed"), Some("true"));
    admin
        .post_once(&path, &json!({ "after": 0 }), "again")
        .await?
        .is_problem(422)?;
    for beyond in [
        json!({ "after": -1 }),
        json!({ "after": house.head().await? + 1 }),
    ] {
        let refused = admin.post(&path, &beyond).await?.is_problem(422)?;
        assert_eq!(refused.pointers(), ["/after"]);
    }
    house.finish().await
}

#[tokio::test]
async fn what_is_erased_between_two_attempts_comes_erased_the_second_time() -> Result<()> {
    let (house, admin, _bob) = open().await?;
    // As often as it is asked until the text is gone, however long that takes.
    let busy = Answer::says("503 Service Unavailable\r\nretry-after: 1");
    let receiver = Receiver::open(vec![busy; 1_000]).await?;
    hook(&admin, &receiver, json!({})).await?;
    let sent = admin.send("bob", "a secret").await?;
    let first = receiver.next(|_| true).await?;
    assert_eq!(first.event["data"]["content"]["body"], "a secret");
    let path = format!("/api/v1/messages/{}", text(&sent["id"])?);
    admin.delete(&path).await?.is(204)?;
    let key = format!(
        "select count(*) from log.keys where message_id = '{}'",
        text(&sent["id"])?
    );
    until("its key is gone", async || {
        Ok((house.count(&key).await? == 0).then_some(()))
    })
    .await?;
    // One that was on its way by then may have been written before.
    let before = receiver.all().len();
    until("one more attempt has come", async || {
        Ok((receiver.all().len() > before).then_some(()))
    })
    .await?;
    receiver.takes_from_now_on();
    let second = receiver.next(|delivery| delivery.answer.is_taken()).await?;
    assert_eq!(
        (&second.id, second.position()),
        (&first.id, first.position())
    );
    assert_eq!(
        (&second.event["data"], &second.event["erased"]),
        (&Value::Null, &json!(true))
    );
    everything(&house, &receiver).await?;
    house.finish().await
}

#[tokio::test]
async fn what_is_not_wanted_is_passed_over_and_is_not_looked_at_again() -> Result<()> {
    let (mut house, admin, bob) = open().await?;
    let receiver = Receiver::open([]).await?;
    let wanted = json!({ "types": ["conversation.started"], "after": 0 });
    let webhook = hook(&admin, &receiver, wanted).await?;
    chatter(&bob).await?;
    let group = json!({ "title": "Harbour", "members": ["bob"] });
    admin.post("/api/v1/conversations", &group).await?.is(201)?;
    let started = receiver.next(|_| true).await?;
    assert_eq!(started.event["data"]["title"], "Harbour");
    chatter(&bob).await?;
    until("it has moved on", async || {
        let shown = show(&admin, &webhook).await?;
        let position = shown["position"].as_i64().context("a position")?;
        Ok((position > started.position() + 300).then_some(()))
    })
    .await?;
    house.node(Role::Webhooks).restart().await?;
    admin.post("/api/v1/conversations", &group).await?.is(201)?;
    receiver.next(|delivery| delivery.id != started.id).await?;
    assert_eq!(receiver.all().len(), 2);
    house.finish().await
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone_until_somebody_says_otherwise() -> Result<()> {
    let (house, admin, _bob) = open().await?;
    let receiver = Receiver::open([Answer::says("410 Gone")]).await?;
    let webhook = hook(&admin, &receiver, json!({})).await?;
    let first = house.head().await? + 1;
    admin.send("bob", "one").await?;
    let paused = until("it is paused", async || {
        let shown = show(&admin, &webhook).await?;
        Ok((shown["state"] == "paused").then_some(shown))
    })
    .await?;
    assert!(
        paused["last_error"]
            .as_str()
            .is_some_and(|error| error.contains("410"))
    );
    admin.send("bob", "two").await?;
    let path = format!("{PATH}/{}", webhook["id"].as_str().context("an id")?);
    let resumed = admin.request(reqwest::Method::POST, &format!("{path}/replay"));
    let resumed = admin.ask(resumed).await?.is(200)?;
    assert_eq!(resumed["state"], "active");
    everything(&house, &receiver).await?;
    assert_in_order(&receiver.all(), first, house.head().await?);

    admin.delete(&path).await?.is(204)?;
    admin.delete(&path).await?.is_problem(404)?;
    admin.get(&path).await?.is_problem(404)?;
    house.finish().await
}

#[tokio::test]
async fn one_that_has_failed_for_too_long_is_paused() -> Result<()> {
    let mut plan = Plan::couriers(1);
    plan.flags
        .extend(["--webhooks-patience".to_owned(), "0".to_owned()]);
    let house = House::open(TIDINGS, plan).await?;
    let (admin, _bob) = (house.register("alice").await?, house.register("bob").await?);
    house.grant("alice", "admin").await?;
    let receiver = Receiver::open([Answer::says("500 Internal Server Error")]).await?;
    let webhook = hook(&admin, &receiver, json!({})).await?;
    admin.send("bob", "one").await?;
    until("it is paused", async || {
        let shown = show(&admin, &webhook).await?;
        Ok((shown["state"] == "paused" && shown["last_error"] == "It answered 500.").then_some(()))
    })
    .await?;
    house.finish().await
}

#[tokio::test]
async fn only_an_administrator_may_and_only_into_the_world() -> Result<()> {
    // As it is without an operator's word.
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (admin, bob) = (house.register("alice").await?, house.register("bob").await?);
    house.grant("alice", "admin").await?;
    let wanted = json!({ "url": "https://93.184.216.34/events" });
    bob.post(PATH, &wanted).await?.is_problem(403)?;
    bob.get(PATH).await?.is_problem(403)?;
    for url in [
        "http://93.184.216.34/",
        "https://localhost/",
        "https://localhost.:443/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "https://192.168.0.1/",
        "https://no-such-host.invalid/",
        "https://user:password@93.184.216.34/",
        "file:///etc/passwd",
        "gopher://93.184.216.34/",
        "events",
        "",
    ] {
        let refused = admin
            .post(PATH, &json!({ "url": url }))
            .await?
            .is_problem(422)?;
        assert_eq!(refused.pointers(), ["/url"], "{url}");
    }
    let wrong = json!({ "url": "x", "types": ["message.sent", "message.shouted"], "description": "a".repeat(151), "after": -1 });
    let refused = admin.post(PATH, &wrong).await?.is_problem(422)?;
    assert_eq!(
        refused.pointers(),
        ["/url", "/types/1", "/description", "/after"]
    );
    let made = admin.post_once(PATH, &wanted, "once").await?.is(201)?;
    let again = admin.post_once(PATH, &wanted, "once").await?.is(201)?;
    assert_eq!(
        (
            again.json,
            again.headers.contains_key("idempotency-replayed")
        ),
        (made.json.clone(), true)
    );
    let other = json!({ "url": "https://93.184.216.34/others" });
    admin
        .post_once(PATH, &other, "once")
        .await?
        .is_problem(422)?;
    let path = format!("{PATH}/{}", made["id"].as_str().context("an id")?);
    assert_eq!(made.header("location"), Some(path.as_str()));
    bob.delete(&path).await?.is_problem(403)?;
    admin.delete(&path).await?.is(204)?;
    house.finish().await
}

#[tokio::test]
async fn what_slipped_in_is_refused_at_the_connection() -> Result<()> {
    let mut plan = Plan::couriers(1);
    plan.flags = vec!["--webhooks-http".to_owned(), "on".to_owned()];
    let house = House::open(TIDINGS, plan).await?;
    let (admin, _bob) = (house.register("alice").await?, house.register("bob").await?);
    house.grant("alice", "admin").await?;
    let receiver = Receiver::open([]).await?;
    let port = receiver.url.rsplit(':').next().context("a port")?;
    let wanted = json!({ "url": "https://93.184.216.34/", "after": 0, "types": ["box.muted"] });
    let webhook = admin.post(PATH, &wanted).await?.is(201)?;
    // As a name that has led elsewhere when it was registered, or a rule that was another one.
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        sqlx::query(
            "update log.webhooks set url = $1, types = null, position = 0, failures = 0, failing_since = null,
               last_error = null, retry_at = null, replays = replays + 1",
        )
        .bind(format!("http://{host}:{port}"))
        .execute(&house.pool)
        .await?;
        until("it is refused", async || {
            let shown = show(&admin, &webhook).await?;
            let why = shown["last_error"].as_str().unwrap_or_default();
            Ok(why
                .contains("is not an address of the world's")
                .then_some(()))
        })
        .await?;
    }
    assert!(receiver.all().is_empty());
    house.finish().await
}

#[tokio::test]
async fn a_secret_that_does_not_open_fails_its_own_webhook_and_a_text_that_does_not_none()
-> Result<()> {
    let (mut house, admin, bob) = open().await?;
    house.settle().await?;
    let (receiver, other) = (Receiver::open([]).await?, Receiver::open([]).await?);
    let webhook = hook(&admin, &receiver, json!({})).await?;
    let damaged = hook(&admin, &other, json!({})).await?;
    for role in [Role::Webhooks, Role::Relay, Role::Projector] {
        house.node(role).stop().await?;
    }
    let id: uuid::Uuid = damaged["id"].as_str().context("an id")?.parse()?;
    let spoil = "update log.webhooks set secret = set_byte(secret, 20, get_byte(secret, 20) # 1) where id = $1";
    ensure!(
        sqlx::query(spoil)
            .bind(id)
            .execute(&house.pool)
            .await?
            .rows_affected()
            == 1
    );
    let unopened = bob.send("alice", "nobody will read this").await?;
    let position = house.head().await?;
    let id: uuid::Uuid = unopened["id"].as_str().context("an id")?.parse()?;
    let key = "update log.keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where message_id = $1";
    let spoil = sqlx::query(key).bind(id);
    ensure!(spoil.execute(&house.pool).await?.rows_affected() == 1);
    bob.send("alice", "behind it").await?;
    house.node(Role::Webhooks).start().await?;

    everything(&house, &receiver).await?;
    let delivery = receiver
        .next(|delivery| delivery.position() == position)
        .await?;
    delivery.verify(webhook["secret"].as_str().context("a secret")?)?;
    assert_eq!(delivery.event["unopened"], json!(true));
    assert_eq!(delivery.event["data"], Value::Null);
    let said = until("the other one is said to fail", async || {
        let shown = show(&admin, &damaged).await?;
        Ok(shown["last_error"].as_str().map(str::to_owned))
    })
    .await?;
    ensure!(said.contains("does not open"), "{said}");
    let ready = house.node(Role::Webhooks).readiness().await?;
    assert_eq!(ready["webhooks"]["failing"], 1, "{ready}");
    assert!(other.all().is_empty());

    // Mended, they have everything; and so has the projector.
    let mend = "update log.webhooks set secret = set_byte(secret, 20, get_byte(secret, 20) # 1) where id = $1";
    let damaged_id: uuid::Uuid = damaged["id"].as_str().context("an id")?.parse()?;
    sqlx::query(mend)
        .bind(damaged_id)
        .execute(&house.pool)
        .await?;
    sqlx::query(key).bind(id).execute(&house.pool).await?;
    let path = format!("{PATH}/{damaged_id}/replay");
    admin
        .post(&path, &json!({ "after": position - 1 }))
        .await?
        .is(200)?;
    let mended = other
        .next(|delivery| delivery.position() == position)
        .await?;
    mended.verify(damaged["secret"].as_str().context("a secret")?)?;
    assert_eq!(
        mended.event["data"]["content"]["body"],
        "nobody will read this"
    );
    for role in [Role::Relay, Role::Projector] {
        house.node(role).start().await?;
    }
    house.finish().await
}
