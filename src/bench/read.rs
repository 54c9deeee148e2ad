//! How many lists can be read: sixteen readers of one mailbox, which holds a thousand messages from twenty people.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, ensure};
use futures::future::try_join_all;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::{
    cpu::Used,
    empty_handler::EmptyHandler,
    figures::{Cpu, Quantiles, rounded},
    http::{Connection, request, request_with},
    people::Pair,
    service::Service,
};

const READERS: usize = 16;
const WRITERS: usize = 20;
const MESSAGES: usize = 1_000;
const WARM: Duration = Duration::from_secs(1);

/// One list, read as often as it goes.
#[derive(Serialize)]
pub struct Reading {
    pub what: &'static str,
    pub readers: usize,
    #[serde(serialize_with = "rounded")]
    pub per_s: f64,
    #[serde(serialize_with = "rounded")]
    pub p50_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub p99_ms: f64,
    pub cpu_s_per_1000: Cpu,
    /// Of what an empty handler answers in the same time, measured right before.
    #[serde(serialize_with = "rounded")]
    pub of_empty_handler: f64,
}

/// Reads each list for so long.
pub async fn read(
    service: &Service,
    pairs: &[Pair],
    measured: Duration,
) -> anyhow::Result<Vec<Reading>> {
    let reader = &pairs.first().context("nobody reads")?.receiver;
    fill(service, pairs, &reader.name).await?;
    let token = Some(reader.token.as_str());
    let get = |path: &str| request("GET", path, token, "");
    let conversations = "/api/v1/conversations";
    let mut connection = Connection::open(service.address()).await?;
    let known = connection.call(&get(conversations)).await?;
    let etag = known.etag.context("a list without an ETag")?;
    let known = format!("if-none-match: {etag}\r\n");
    let questions = [
        ("conversations", 200, get(conversations)),
        (
            "unchanged",
            304,
            request_with("GET", conversations, token, &known, ""),
        ),
        ("inbox of 50", 200, get("/api/v1/inbox?limit=50")),
    ];
    let mut readings = Vec::new();
    for (what, status, question) in questions {
        let empty = EmptyHandler::start().await?;
        let floor = rate(
            empty.address(),
            &request("GET", "/", None, ""),
            200,
            measured / 4,
        )
        .await?;
        drop(empty);
        let before = Used::by(service.pids())?;
        let seen = rate(service.address(), &question, status, measured).await?;
        let used = Used::by(service.pids())? - before;
        let quantiles = Quantiles::of(&seen.latencies)?;
        readings.push(Reading {
            what,
            readers: READERS,
            per_s: seen.per_s,
            p50_ms: quantiles.p50,
            p99_ms: quantiles.p99,
            cpu_s_per_1000: Cpu::of(used, seen.answers),
            of_empty_handler: seen.per_s / floor.per_s,
        });
    }
    Ok(readings)
}

async fn fill(service: &Service, pairs: &[Pair], reader: &str) -> anyhow::Result<()> {
    let writers = &pairs[..WRITERS.min(pairs.len())];
    let writing = writers.iter().map(|pair| async {
        let mut connection = Connection::open(service.address()).await?;
        let letter = json!({ "to": [reader], "body": "x".repeat(200) }).to_string();
        let letter = request(
            "POST",
            "/api/v1/messages",
            Some(&pair.sender.token),
            &letter,
        );
        for _ in 0..MESSAGES / writers.len() {
            connection.call(&letter).await?.expect(201)?;
        }
        anyhow::Ok(())
    });
    try_join_all(writing).await?;
    service.settle(Duration::from_mins(1)).await
}

struct Seen {
    latencies: Vec<Duration>,
    /// In all, those before and after the time that is measured too.
    answers: u32,
    per_s: f64,
}

async fn rate(
    address: SocketAddr,
    question: &[u8],
    status: u16,
    measured: Duration,
) -> anyhow::Result<Seen> {
    let from = Instant::now() + WARM;
    let until = from + measured;
    let readers = (0..READERS).map(|_| {
        let question = question.to_vec();
        tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let (mut latencies, mut answers) = (Vec::new(), 0);
            loop {
                let asked = Instant::now();
                if asked >= until {
                    return anyhow::Ok((latencies, answers));
                }
                let answer = connection.call(&question).await?;
                ensure!(
                    answer.status == status,
                    "{} instead of {status}",
                    answer.status
                );
                answers += 1;
                if asked >= from {
                    latencies.push(asked.elapsed());
                }
            }
        })
    });
    let (mut latencies, mut answers) = (Vec::new(), 0);
    for reader in try_join_all(readers).await? {
        let (own, count) = reader?;
        latencies.extend(own);
        answers += count;
    }
    Ok(Seen {
        per_s: f64::from(u32::try_from(latencies.len())?) / measured.as_secs_f64(),
        latencies,
        answers,
    })
}
