//! What administrators do through the API: it is in the log like what operators do, it holds on every node, and nobody is
//! left without an administrator.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use house::{Answer, House, PASSWORD, Person, Plan, Stopwatch, until};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PATH: &str = "/api/v1/admin";

/// The promise: what was revoked is refused on every node, and its streams end, within this time.
const AT_MOST: Duration = Duration::from_secs(2);

/// A service with two API processes, its administrator, and Bob.
async fn open() -> Result<(House, Person, Person)> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let admin = house.register("alice").await?;
    let bob = house.register("bob").await?;
    house.grant("alice", "admin").await?;
    Ok((house, admin, bob))
}

fn of(person: &Person) -> String {
    format!("{PATH}/accounts/{}", person.id)
}

async fn put(admin: &Person, path: &str) -> Result<Answer> {
    admin.ask(admin.request(Method::PUT, path)).await
}

async fn post(admin: &Person, path: &str) -> Result<Answer> {
    admin.ask(admin.request(Method::POST, path)).await
}

async fn log_in(person: &Person, password: &str) -> Result<Answer> {
    let body = json!({ "username": person.username, "password": password });
    person.with_token("").post("/api/v1/sessions", &body).await
}

/// Events of an account, by name, with who caused them.
async fn events(house: &House, person: &Person) -> Result<Vec<(String, Option<String>)>> {
    Ok(sqlx::query_as(
        "select event_type, metadata::jsonb ->> 'actor' from log.events
         where aggregate_type = 'account' and aggregate_id = $1 order by sequence",
    )
    .bind(&person.id)
    .fetch_all(&house.pool)
    .await?)
}

fn names(page: &Answer) -> Vec<&str> {
    let items = page["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["username"].as_str()).collect()
}

#[tokio::test]
async fn a_disabled_account_is_out_on_every_node_within_two_seconds_until_it_is_enabled()
-> Result<()> {
    let (house, admin, bob) = open().await?;
    let (mut news, elsewhere) = (bob.at(1).events(None).await?, bob.at(1));
    news.next_of("hello").await?;
    let path = format!("{}/disabled", of(&bob));

    let disabled = put(&admin, &path).await?.is(204)?;
    let since = Stopwatch::start();
    assert_eq!(
        news.rest().await?.last().context("last")?.event,
        "session.ended"
    );
    for person in [&bob, &elsewhere] {
        until("the token is refused", async || {
            Ok((person.get("/api/v1/me").await?.status == 401).then_some(()))
        })
        .await?;
    }
    assert!(since.elapsed() <= AT_MOST, "{:?}", since.elapsed());
    log_in(&bob, PASSWORD).await?.is_problem(403)?;
    log_in(&bob, "wrong").await?.is_problem(401)?;
    let shown = admin
        .get_since(&of(&bob), &disabled.token()?)
        .await?
        .is(200)?;
    assert!(shown["disabled_at"].is_string());
    assert_eq!(shown["sessions"], 0);

    // Twice equals once.
    put(&admin.at(1), &path).await?.is(204)?.token()?;
    let enabled = admin.delete(&path).await?.is(204)?;
    admin.at(1).delete(&path).await?.is(204)?.token()?;
    let shown = admin
        .get_since(&of(&bob), &enabled.token()?)
        .await?
        .is(200)?;
    assert!(shown["disabled_at"].is_null());
    bob.get("/api/v1/me").await?.is_problem(401)?;
    log_in(&bob, PASSWORD).await?.is(201)?;

    let by = Some(admin.id.clone());
    assert_eq!(
        events(&house, &bob).await?[1..],
        [
            ("account.disabled".to_owned(), by.clone()),
            ("account.enabled".to_owned(), by)
        ]
    );
    house.finish().await
}

#[tokio::test]
async fn a_role_that_an_administrator_gives_is_had_at_once_and_gone_at_once() -> Result<()> {
    let (house, admin, bob) = open().await?;
    let path = format!("{}/roles/auditor", of(&bob));
    bob.get("/api/v1/audit/key").await?.is_problem(403)?;
    for _ in 0..2 {
        put(&admin, &path).await?.is(204)?;
    }
    // Before anything is signed there is no key to be shown: 503.
    let early = bob.get("/api/v1/audit/key").await?;
    ensure!([200, 503].contains(&early.status), "{}", early.status);
    until("the key is shown", async || {
        Ok((bob.get("/api/v1/audit/key").await?.status == 200).then_some(()))
    })
    .await?;
    let me = bob
        .get_since("/api/v1/me", &put(&admin, &path).await?.token()?)
        .await?
        .is(200)?;
    assert_eq!(me["roles"], json!(["auditor"]));

    for _ in 0..2 {
        admin.delete(&path).await?.is(204)?;
    }
    until("the sessions with the role end", async || {
        Ok((bob.get("/api/v1/audit/key").await?.status == 401).then_some(()))
    })
    .await?;
    let bob = house.log_in("bob").await?;
    bob.get("/api/v1/audit/key").await?.is_problem(403)?;
    put(&admin, &format!("{}/roles/king", of(&bob)))
        .await?
        .is_problem(404)?;
    put(
        &admin,
        &format!("{PATH}/accounts/{}/roles/auditor", house::id()),
    )
    .await?
    .is_problem(404)?;
    let by = Some(admin.id.clone());
    assert_eq!(
        events(&house, &bob).await?[1..],
        [
            ("account.role_granted".to_owned(), by.clone()),
            ("account.role_revoked".to_owned(), by)
        ]
    );
    house.finish().await
}

#[tokio::test]
async fn a_reset_password_is_shown_once_and_is_the_only_one_that_counts() -> Result<()> {
    let (house, admin, bob) = open().await?;
    let path = format!("{}/reset-password", of(&bob));
    let first = post(&admin, &path).await?.is(200)?;
    let second = post(&admin, &path).await?.is(200)?;
    assert_eq!(second.header("cache-control"), Some("no-store"));
    let (first, second) = (
        first["password"].as_str().context("a password")?,
        second["password"].as_str().context("a password")?,
    );
    assert_ne!(first, second);
    until("the old sessions end", async || {
        Ok((bob.get("/api/v1/me").await?.status == 401).then_some(()))
    })
    .await?;
    for old in [PASSWORD, first] {
        log_in(&bob, old).await?.is_problem(401)?;
    }
    log_in(&bob, second).await?.is(201)?;
    let stored: i64 =
        sqlx::query_scalar("select count(*) from log.events e where e::text like '%' || $1 || '%'")
            .bind(second)
            .fetch_one(&house.pool)
            .await?;
    assert_eq!(stored, 0, "a password is in no event");

    put(&admin, &format!("{}/disabled", of(&bob)))
        .await?
        .is(204)?;
    post(&admin, &path).await?.is_problem(403)?;
    house.finish().await
}

#[tokio::test]
async fn whatever_administrators_do_to_each_other_one_is_left() -> Result<()> {
    let (house, alice, bob) = open().await?;
    let of_alice = of(&alice);
    for (method, what) in [
        (Method::PUT, "disabled"),
        (Method::DELETE, "roles/admin"),
        (Method::POST, "reset-password"),
    ] {
        let request = alice.request(method, &format!("{of_alice}/{what}"));
        alice.ask(request).await?.is_problem(403)?;
    }
    let mut bob = bob;
    for round in 0..8 {
        house.grant("alice", "admin").await?;
        house.grant("bob", "admin").await?;
        bob = house.log_in("bob").await?;
        let alice = house.log_in("alice").await?;
        let what = if round % 2 == 0 {
            "disabled"
        } else {
            "roles/admin"
        };
        let out = |by: &Person, other: &Person| {
            let method = if round % 2 == 0 {
                Method::PUT
            } else {
                Method::DELETE
            };
            let request = by.request(method, &format!("{}/{what}", of(other)));
            let by = by.clone();
            async move { by.ask(request).await }
        };
        let (first, second) = tokio::join!(out(&alice, &bob), out(&bob.at(1), &alice));
        let done = [first?.status, second?.status];
        assert!(done.contains(&204), "{done:?}");
        let left: i64 = sqlx::query_scalar(
            "select count(*) from (
               select aggregate_id,
                 count(*) filter (where event_type = 'account.role_granted') - count(*) filter (where event_type = 'account.role_revoked') as roles,
                 count(*) filter (where event_type = 'account.disabled') - count(*) filter (where event_type = 'account.enabled') as locks
               from log.events where aggregate_type = 'account' group by aggregate_id) a
             where roles > 0 and locks = 0",
        )
        .fetch_one(&house.pool)
        .await?;
        assert_eq!(left, 1, "round {round}: {done:?}");
        for name in ["alice", "bob"] {
            house.account(&["enable", name]).await?;
        }
    }
    drop(bob);
    house.finish().await
}

#[tokio::test]
async fn the_list_of_accounts_finds_by_name_address_role_and_state_page_by_page() -> Result<()> {
    let (house, admin, bob) = open().await?;
    let carol = house.register("carol").await?;
    carol
        .patch(
            "/api/v1/me",
            &json!({ "first_name": "Carol", "last_name": "Ann Weiß", "email": "cw@example.org" }),
        )
        .await?
        .is(200)?;
    put(&admin, &format!("{}/roles/auditor", of(&bob)))
        .await?
        .is(204)?;
    put(&admin, &format!("{}/disabled", of(&carol)))
        .await?
        .is(204)?;
    house.settle().await?;

    let list = async |query: &str| {
        admin
            .get(&format!("{PATH}/accounts?{query}"))
            .await?
            .is(200)
    };
    let all = list("").await?;
    assert_eq!(names(&all), ["alice", "bob", "carol"]);
    assert_eq!(all["items"][0]["roles"], json!(["admin"]));
    assert_eq!(all["items"][0]["sessions"], 1);
    assert!(all["items"][0]["seen_at"].is_string());
    for (query, found) in [
        ("q=BO", vec!["bob"]),
        ("q=ann", vec!["carol"]),
        ("q=cw%40ex", vec!["carol"]),
        ("q=%25", vec![]),
        ("role=auditor", vec!["bob"]),
        ("disabled=true", vec!["carol"]),
        ("disabled=false", vec!["alice", "bob"]),
        ("q=b&role=admin", vec![]),
    ] {
        assert_eq!(names(&list(query).await?), found, "{query}");
    }
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("limit=1{cursor}")).await?;
        pages.extend(names(&page).iter().map(ToString::to_string));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages, ["alice", "bob", "carol"]);
    for bad in [
        "cursor=x",
        "role=king",
        "disabled=perhaps",
        "limit=0",
        "query=b",
    ] {
        admin
            .get(&format!("{PATH}/accounts?{bad}"))
            .await?
            .is_problem(400)?;
    }

    carol.ended_for_good(&house).await?;
    assert_eq!(names(&list("").await?), ["alice", "bob"]);
    admin.get(&of(&carol)).await?.is_problem(404)?;
    house.finish().await
}

/// Erasing needs a log-in.
trait Erased {
    async fn ended_for_good(&self, house: &House) -> Result<()>;
}

impl Erased for Person {
    async fn ended_for_good(&self, house: &House) -> Result<()> {
        house.account(&["enable", &self.username]).await?;
        let back = house.log_in(&self.username).await?;
        let confirmed = json!({ "password": PASSWORD });
        house.settle().await?;
        let request = back.request(Method::DELETE, "/api/v1/me").json(&confirmed);
        back.ask(request).await?.is(200)?;
        house.settle().await
    }
}

#[tokio::test]
async fn health_tells_of_every_stage_what_readyz_tells() -> Result<()> {
    let (mut house, admin, bob) = open().await?;
    bob.send("alice", "something to be at").await?;
    house.settle().await?;
    let head = house.head().await?;
    let path = format!("{PATH}/health");
    let health = admin.get(&path).await?.is(200)?;
    assert_eq!(health["status"], "ready");
    assert_eq!(health["postgres"], json!({ "ok": true, "position": head }));
    assert_eq!(health["nats"]["ok"], true);
    assert_eq!(health["projector"], json!({ "position": head, "lag": 0 }));
    assert_eq!(health["writer"]["waiting"], 0);
    let mut ready = house.nodes[0].readiness().await?;
    let mut health = health.json;
    // Others write to the disk between the two looks.
    for look in [&mut ready, &mut health] {
        ensure!(look["disk"]["free"].take().is_u64());
    }
    assert_eq!(ready, health);

    house.nats.kill();
    until("it is told", async || {
        let health = admin.get(&path).await?.is(200)?;
        Ok((health["status"] == "degraded" && health["nats"]["ok"] == false).then_some(()))
    })
    .await?;
    house.nats.start_again().await?;
    house.finish().await
}

#[tokio::test]
async fn storage_tells_what_everything_takes_up() -> Result<()> {
    let (house, admin, bob) = open().await?;
    let path = format!("{PATH}/storage");
    let before = admin.get(&path).await?.is(200)?;
    assert_eq!(before["attachments"], json!({ "bytes": 0, "files": 0 }));
    let form = format!(
        "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\n{}\r\n--line--\r\n",
        "x".repeat(1000)
    );
    let upload = bob.request(Method::POST, "/api/v1/attachments");
    let upload = upload.header("content-type", "multipart/form-data; boundary=line");
    bob.ask(upload.body(form)).await?.is(201)?;
    for n in 0..50 {
        bob.send("alice", &format!("number {n}")).await?;
    }
    house.settle().await?;
    let after = admin.get(&path).await?.is(200)?;
    assert_eq!(after["attachments"], json!({ "bytes": 1000, "files": 1 }));
    assert_eq!(after["log"]["events"], house.head().await?);
    assert_eq!(after["stream"]["events"], house.head().await?);
    let size = |of: &Value| of.as_i64().unwrap_or_default();
    let parts = ["keys", "tree", "read_models", "idempotency", "identity"];
    let parts: i64 = parts.iter().map(|part| size(&after[*part])).sum();
    let parts = parts + size(&after["log"]["bytes"]);
    assert!(size(&after["log"]["bytes"]) > 8192 && size(&after["stream"]["bytes"]) > 0);
    assert!(
        parts < size(&after["database"]),
        "{parts} of {}",
        after["database"]
    );
    house.finish().await
}

#[tokio::test]
async fn whoever_is_throttled_is_listed_and_can_be_let_in_again() -> Result<()> {
    let plan = Plan {
        flags: vec!["--throttle".to_owned(), "on".to_owned()],
        ..Plan::default()
    };
    let house = House::open(TIDINGS, plan).await?;
    let admin = house.register("alice").await?;
    let bob = house.register("bob").await?;
    house.grant("alice", "admin").await?;
    let path = format!("{PATH}/throttles");
    let none = admin.get(&path).await?.is(200)?;
    assert_eq!((&none["on"], &none["refused"]), (&json!(true), &json!([])));
    assert_eq!(
        none["limits"][0],
        json!({ "limit": "requests", "times": 6000, "seconds": 60 })
    );

    // The bucket fills again while they ask: on a slow machine it takes some more.
    while bob.get("/api/v1/search?q=x").await?.status != 429 {}
    // From the tenth guess on there is a delay that doubles: however slow the machine is, one comes within it. The right password
    // may come too late even so: then the guesses are forgotten, and done again.
    let guesses = format!("{path}/guesses/bob");
    let refused = until("the right password is refused as well", async || {
        let mut guess = log_in(&bob, "wrong").await?;
        while guess.status != 429 {
            guess.is_problem(401)?;
            guess = log_in(&bob, "wrong").await?;
        }
        let right = log_in(&bob, PASSWORD).await?;
        if right.status == 201 {
            admin.delete(&guesses).await?.is(204)?;
            return Ok(None);
        }
        Ok(Some(right))
    })
    .await?;
    refused.is_problem(429)?;

    let refused = admin.get(&path).await?.is(200)?;
    let refused = refused["refused"].as_array().context("refused")?.clone();
    let whom: Vec<_> = refused
        .iter()
        .map(|one| (&one["limit"], &one["who"], &one["username"], &one["times"]))
        .collect();
    assert_eq!(
        whom,
        [
            (&json!("guesses"), &json!("bob"), &Value::Null, &json!(2)),
            (&json!("searches"), &json!(bob.id), &json!("bob"), &json!(1)),
        ]
    );
    for _ in 0..2 {
        admin
            .delete(&format!("{path}/searches/{}", bob.id))
            .await?
            .is(204)?;
        admin.delete(&guesses).await?.is(204)?;
    }
    bob.get("/api/v1/search?q=x").await?.is(200)?;
    log_in(&bob, PASSWORD).await?.is(201)?;
    assert_eq!(admin.get(&path).await?.is(200)?["refused"], json!([]));
    for nothing in ["requests/bob", "searches/127.0.0.1", "everything/bob"] {
        admin
            .delete(&format!("{path}/{nothing}"))
            .await?
            .is_problem(404)?;
    }
    house.finish().await
}
