//! How fast somebody catches up who was away for long: a stream that is resumed before a hundred thousand messages.

use std::time::Duration;

use anyhow::{Context, ensure};
use futures::future::try_join_all;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::{
    cpu::Used,
    figures::rounded,
    http::{Connection, find, request},
    memory,
    people::Pair,
    service::Service,
};

const MESSAGES: usize = 100_000;

/// How it went.
#[derive(Serialize)]
pub struct CatchUp {
    pub items: usize,
    #[serde(serialize_with = "rounded")]
    pub per_s: f64,
    /// Until the first item was there.
    #[serde(serialize_with = "rounded")]
    pub first_ms: f64,
    /// Processor seconds of all of the service for a thousand items.
    #[serde(serialize_with = "rounded")]
    pub cpu_s_per_1000: f64,
    /// What the service has taken more of memory in the end.
    #[serde(serialize_with = "rounded")]
    pub more_memory_mb: f64,
}

/// Fills a mailbox, and reads all of it through its stream.
pub async fn catch_up(service: &Service, pairs: &[Pair]) -> anyhow::Result<CatchUp> {
    let (last, writers) = pairs.split_last().context("nobody was away")?;
    let reader = &last.receiver;
    let token = Some(reader.token.as_str());
    let from = place(service, &reader.token).await?;
    let each = MESSAGES / writers.len().max(1);
    let writing = writers.iter().map(|pair| async {
        let mut connection = Connection::open(service.address()).await?;
        let letter = json!({ "to": [reader.name], "body": "x".repeat(200) }).to_string();
        let letter = request(
            "POST",
            "/api/v1/messages",
            Some(&pair.sender.token),
            &letter,
        );
        for _ in 0..each {
            connection.call(&letter).await?.expect(201)?;
        }
        anyhow::Ok(())
    });
    try_join_all(writing).await?;
    service.settle(Duration::from_mins(2)).await?;

    let items = each * writers.len();
    let memory = memory::of(service.pids().service)?;
    let before = Used::by(service.pids())?;
    let begun = Instant::now();
    let path = format!("/api/v1/events?last_event_id={from}");
    let mut connection = Connection::open(service.address()).await?;
    connection.follow(&request("GET", &path, token, "")).await?;
    let mut first = None;
    let mut seen = Counter::default();
    while seen.count < items {
        seen.take(&connection.chunk().await?);
        if seen.count > 0 {
            first.get_or_insert_with(|| begun.elapsed());
        }
    }
    let took = begun.elapsed();
    ensure!(
        seen.count == items,
        "{} came instead of {items}",
        seen.count
    );
    let used = Used::by(service.pids())? - before;
    let count = f64::from(u32::try_from(items)?);
    Ok(CatchUp {
        items,
        per_s: count / took.as_secs_f64(),
        first_ms: first.unwrap_or_default().as_secs_f64() * 1_000.0,
        cpu_s_per_1000: (used.service + used.postgres) * 1_000.0 / count,
        more_memory_mb: memory::of(service.pids().service)? - memory,
    })
}

/// Where the stream of somebody stands now.
pub async fn place(service: &Service, token: &str) -> anyhow::Result<String> {
    let mut connection = Connection::open(service.address()).await?;
    let stream = request("GET", "/api/v1/events", Some(token), "");
    connection.follow(&stream).await?;
    loop {
        let chunk = connection.chunk().await?;
        let text = String::from_utf8_lossy(&chunk);
        if let Some(id) = text.lines().find_map(|line| line.strip_prefix("id: ")) {
            return Ok(id.to_owned());
        }
    }
}

/// Counts new messages in what comes, however it is cut.
#[derive(Default)]
struct Counter {
    rest: Vec<u8>,
    count: usize,
}

impl Counter {
    fn take(&mut self, chunk: &[u8]) {
        const NEW: &[u8] = b"event: message.new\n";
        self.rest.extend_from_slice(chunk);
        let mut from = 0;
        while let Some(at) = find(&self.rest[from..], NEW) {
            self.count += 1;
            from += at + NEW.len();
        }
        let kept = (self.rest.len() + 1).saturating_sub(NEW.len()).max(from);
        self.rest.drain(..kept.min(self.rest.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_once_wherever_it_is_cut() {
        let text =
            b"id: 1\nevent: message.new\ndata: {}\n\nid: 2\nevent: message.new\ndata: {}\n\n"
                .repeat(3);
        for at_a_time in 1..text.len() {
            let mut counter = Counter::default();
            text.chunks(at_a_time).for_each(|chunk| counter.take(chunk));
            assert_eq!(counter.count, 6, "by {at_a_time}");
        }
    }
}
