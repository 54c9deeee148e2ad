//! What an open stream costs on which nothing happens.

use std::time::Duration;

use eventlog::fresh;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{
    cpu::Used,
    figures::rounded,
    http::{Connection, request},
    memory,
    people::{Pair, Person},
    service::Service,
};

/// As many as one account may have.
const EACH: usize = 8;
const AT_ONCE: usize = 32;
const TRIES: usize = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);
/// Longer than the time between two heartbeats.
const IDLE: Duration = Duration::from_secs(20);

/// Streams, open.
#[derive(Serialize)]
pub struct Connections {
    pub streams: usize,
    /// Of the service's memory, not the kernel's.
    #[serde(serialize_with = "rounded")]
    pub kib_each: f64,
    /// Processor time of everything together for a thousand of them in a second.
    #[serde(serialize_with = "rounded")]
    pub cpu_ms_per_s_per_1000: f64,
    /// The service's memory with all of them open.
    #[serde(serialize_with = "rounded")]
    pub memory_mb: f64,
}

/// Opens them, and waits.
pub async fn connections(service: &Service, pairs: &[Pair]) -> anyhow::Result<Connections> {
    let people = pairs.iter().flat_map(|pair| [&pair.sender, &pair.receiver]);
    let people: Vec<&Person> = people.collect();
    // What the first ones take is taken once.
    let warm = open(service, &people, 1).await?;
    let before = memory::of(service.pids().service)?;
    let more = open(service, &people, EACH - 1).await?;
    let used = Used::by(service.pids())?;
    fresh::pause(IDLE).await;
    let used = Used::by(service.pids())? - used;
    let memory = memory::of(service.pids().service)?;
    let count = f64::from(u32::try_from(more.len())?);
    let all = f64::from(u32::try_from(more.len() + warm.len())?);
    let total = used.service + used.postgres + used.nats;
    Ok(Connections {
        streams: more.len() + warm.len(),
        kib_each: (memory - before) * 1_024.0 / count,
        cpu_ms_per_s_per_1000: total * 1_000.0 / IDLE.as_secs_f64() / (all / 1_000.0),
        memory_mb: memory,
    })
}

async fn open(
    service: &Service,
    people: &[&Person],
    each: usize,
) -> anyhow::Result<Vec<Connection>> {
    let streams = people
        .iter()
        .flat_map(|person| std::iter::repeat_n(person, each));
    let opening = stream::iter(streams).map(|person| async {
        // Streams of a run before may not be quite over, and count.
        let mut tries = TRIES;
        loop {
            tries -= 1;
            match listen(service, person).await {
                Err(_) if tries > 0 => fresh::pause(BETWEEN_TRIES).await,
                opened => break opened,
            }
        }
    });
    opening.buffer_unordered(AT_ONCE).try_collect().await
}

/// Returns when it has said hello.
async fn listen(service: &Service, person: &Person) -> anyhow::Result<Connection> {
    let mut connection = Connection::open(service.address()).await?;
    let stream = request("GET", "/api/v1/events", Some(&person.token), "");
    connection.follow(&stream).await?;
    connection.chunk().await?;
    Ok(connection)
}
