//! What readers cost that stand still, and whether others notice: streams which are resumed with a backlog that fits into no buffer, and
//! never read.

use std::time::Duration;

use eventlog::fresh;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{
    Scenario, catch_up,
    drive::{Plan, drive},
    figures::{Figure, rounded},
    http::{Connection, request},
    memory,
    people::Pair,
    service::Service,
};

/// With as many streams as one account may have, less the one that is read.
pub const PAIRS: usize = 72;
const EACH: usize = 7;
const STREAMS: usize = 1_000;
const AT_ONCE: usize = 32;
/// More than the service and the kernel hold for a stream.
const BACKLOG: Duration = Duration::from_secs(5);
/// Until nothing goes in any more.
const FULL: Duration = Duration::from_secs(3);
/// What others send meanwhile; all of it together is over before anybody is cut off for standing still.
const PER_S: u32 = 500;
const MEASURED: Duration = Duration::from_secs(10);

/// Before, and beside them.
#[derive(Serialize)]
pub struct Stalled {
    pub streams: usize,
    /// The most that the service has taken for them.
    #[serde(serialize_with = "rounded")]
    pub more_memory_mb: f64,
    #[serde(serialize_with = "rounded")]
    pub p50_ms_before: f64,
    #[serde(serialize_with = "rounded")]
    pub p50_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub p99_ms_before: f64,
    #[serde(serialize_with = "rounded")]
    pub p99_ms: f64,
}

/// Delivers at a steady pace without them, and with them.
pub async fn stalled(service: &Service, pairs: &[Pair]) -> anyhow::Result<Stalled> {
    let mut places = Vec::new();
    for person in pairs.iter().flat_map(|pair| [&pair.sender, &pair.receiver]) {
        places.push((person, catch_up::place(service, &person.token).await?));
    }
    let fast = Plan {
        scenario: Scenario::Stalled,
        senders: pairs.len(),
        per_s: None,
        measured: BACKLOG,
    };
    // Figures of a run are told apart by its number.
    drive(service, pairs, None, &fast, 1).await?;
    let steady = Plan {
        per_s: Some(PER_S),
        measured: MEASURED,
        ..fast
    };
    let before = drive(service, pairs, None, &steady, 2).await?;
    let memory = memory::of(service.pids().service)?;
    let streams = places
        .iter()
        .flat_map(|place| std::iter::repeat_n(place, EACH))
        .take(STREAMS);
    let opening = stream::iter(streams).map(|(person, place)| async move {
        let mut connection = Connection::narrow(service.address()).await?;
        let path = format!("/api/v1/events?last_event_id={place}");
        let stream = request("GET", &path, Some(&person.token), "");
        connection.follow(&stream).await?;
        anyhow::Ok(connection)
    });
    let streams: Vec<Connection> = opening.buffer_unordered(AT_ONCE).try_collect().await?;
    fresh::pause(FULL).await;
    let full = memory::of(service.pids().service)?;
    let beside = drive(service, pairs, None, &steady, 3).await?;
    let after = memory::of(service.pids().service)?;
    Ok(Stalled::of(
        streams.len(),
        full.max(after) - memory,
        &before,
        &beside,
    ))
}

impl Stalled {
    fn of(streams: usize, more_memory_mb: f64, before: &Figure, beside: &Figure) -> Self {
        Self {
            streams,
            more_memory_mb,
            p50_ms_before: before.delivery_p50_ms,
            p50_ms: beside.delivery_p50_ms,
            p99_ms_before: before.delivery_p99_ms,
            p99_ms: beside.delivery_p99_ms,
        }
    }
}
