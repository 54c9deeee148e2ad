//! Clients that go away in the middle.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::{StreamExt, stream};
use house::{House, Person, Plan, until};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tokio::time::timeout;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

/// How many have to be cut off, unless `TIDINGS_CANCELLED` says so: `make chaos` asks for 10,000.
const CANCELLED: usize = 2_000;

#[tokio::test]
async fn requests_cancelled_at_any_moment_leave_no_transaction_open() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let first = alice.send("bob", "the first").await?;
    bob.get_since("/api/v1/inbox", &first.token()?).await?;
    let first = first["id"].as_str().context("id")?;

    let mut random = Random::seeded();
    println!("seed {}", random.0);
    // Up to twice as long as they take here, so that they are cut off at every moment of their lives.
    let unhurried = ask(&alice, &bob, first, (0..200).map(|n| (n, Duration::MAX))).await;
    let mut taken: Vec<Duration> = unhurried.into_iter().flatten().collect();
    taken.sort_unstable();
    let mut longest = taken[taken.len() / 2] * 2;
    let wanted = wanted().unwrap_or(CANCELLED);
    let (mut asked, mut cancelled) = (200, 0);
    while cancelled < wanted || asked <= cancelled + cancelled / 10 {
        let moments = (asked..asked + 500).map(|n| (n, longest.mul_f64(random.fraction())));
        let answers = ask(&alice, &bob, first, moments).await;
        let cut_off = answers.iter().filter(|taken| taken.is_none()).count();
        asked += answers.len();
        cancelled += cut_off;
        // The machine may have become busier since, or quieter.
        if cut_off > answers.len() * 9 / 10 {
            longest *= 2;
        } else if cut_off < answers.len() / 4 {
            longest /= 2;
        }
        assert!(
            asked < 20 * wanted,
            "all are cut off, or none: {cancelled} of {asked}"
        );
    }
    println!("{cancelled} of {asked} were cancelled, the last within {longest:?}");

    until("nobody is idle in a transaction", async || {
        let open = house
            .count(
                "select count(*) from pg_stat_activity
                 where datname = current_database() and state like 'idle in transaction%'",
            )
            .await?;
        Ok((open == 0).then_some(()))
    })
    .await?;
    let sent = alice.send("bob", "the last").await?;
    let inbox = bob.get_since("/api/v1/inbox", &sent.token()?).await?;
    // What was cut off may have been stored a moment later.
    let items = inbox["items"].as_array().context("items")?;
    assert!(items.iter().any(|item| item["message"] == sent.json));
    house.finish().await
}

#[expect(
    clippy::disallowed_methods,
    reason = "the environment of `make chaos` asks for more"
)]
fn wanted() -> Option<usize> {
    std::env::var("TIDINGS_CANCELLED").ok()?.parse().ok()
}

/// Asks, 24 at a time, and goes away after the given times. How long each took; `None` for those that were cut off. Those that
/// were answered were not failed by the service.
async fn ask(
    alice: &Person,
    bob: &Person,
    message: &str,
    moments: impl Iterator<Item = (usize, Duration)>,
) -> Vec<Option<Duration>> {
    stream::iter(moments)
        .map(|(n, moment)| async move {
            let asked = request(alice, bob, message, n).send();
            let answered = async {
                let answer = asked.await?;
                let status = answer.status();
                answer.bytes().await.map(|_| status)
            };
            let started = Instant::now();
            // Dropped, a request takes its connection with it.
            let status = timeout(moment, answered).await.ok()?.ok();
            assert!(
                status.is_none_or(|status| !status.is_server_error()),
                "request {n}: {status:?}"
            );
            Some(started.elapsed())
        })
        .buffer_unordered(24)
        .collect()
        .await
}

/// A bit of everything.
fn request(alice: &Person, bob: &Person, message: &str, n: usize) -> RequestBuilder {
    let post = |person: &Person, path: &str, body| person.request(Method::POST, path).json(&body);
    match n % 10 {
        0..4 => post(
            alice,
            "/api/v1/messages",
            json!({ "to": ["bob"], "body": format!("message {n}") }),
        ),
        4 => post(
            alice,
            "/api/v1/messages",
            json!({ "to": ["bob"], "body": "under a key" }),
        )
        .header("Idempotency-Key", format!("key-{}", n % 40)),
        5 => bob.request(Method::GET, "/api/v1/inbox"),
        6 => post(
            bob,
            "/api/v1/inbox/read",
            json!({ "message_ids": [message] }),
        ),
        7 => post(
            bob,
            "/api/v1/inbox/unread",
            json!({ "message_ids": [message] }),
        ),
        8 => alice
            .request(Method::PATCH, &format!("/api/v1/messages/{message}"))
            .json(&json!({ "body": format!("version {n}") })),
        _ => alice.request(Method::GET, "/api/v1/conversations"),
    }
}

/// A sequence that is the same for the same seed (splitmix64).
struct Random(u64);

impl Random {
    fn seeded() -> Self {
        Self(house::id().as_u64_pair().1)
    }

    /// Between 0 and 1.
    fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [_, _, _, _, high @ ..] = (mixed ^ (mixed >> 31)).to_be_bytes();
        f64::from(u32::from_be_bytes(high)) / f64::from(u32::MAX)
    }
}
