//! Everyday life beside a rebuild: senders whose messages have to arrive once and in order, and nothing else; readers of whom none may
//! be refused.

use std::{
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use eventlog::fresh;
use futures::future::try_join_all;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{
    Scenario,
    drive::{Plan, drive},
    http::{Connection, request},
    people::{self, Pair, Person},
    service::Service,
};

/// Of everybody together.
const PER_S: u32 = 100;
const ROUND: Duration = Duration::from_secs(3);
const BETWEEN_READS: Duration = Duration::from_millis(100);

/// What was done meanwhile; a single failure would have ended the bench.
#[derive(Default, Serialize)]
pub struct Beside {
    pub senders: usize,
    pub readers: usize,
    pub messages: u32,
    pub reads: u32,
}

/// Sends, listens and reads until it is told that it is over.
pub async fn beside(
    service: &Service,
    pairs: &mut [Pair],
    over: &CancellationToken,
) -> anyhow::Result<Beside> {
    let (senders, readers) = pairs.split_at_mut(pairs.len() / 2);
    people::renew(service.address(), senders).await?;
    people::renew(service.address(), readers).await?;
    let reads = AtomicU32::default();
    let reading = readers
        .iter()
        .map(|pair| read(service, &pair.receiver, &reads, over));
    let sending = async {
        let mut messages = 0;
        // Figures of a run are told apart by its number.
        for run in 1.. {
            if over.is_cancelled() {
                break;
            }
            people::renew(service.address(), senders).await?;
            let plan = Plan {
                scenario: Scenario::Rebuild,
                senders: senders.len(),
                per_s: Some(PER_S),
                measured: ROUND,
            };
            messages += drive(service, senders, None, &plan, run).await?.messages;
        }
        anyhow::Ok(messages)
    };
    let (messages, _) = tokio::try_join!(sending, try_join_all(reading))?;
    Ok(Beside {
        senders: senders.len(),
        readers: readers.len(),
        messages,
        reads: reads.into_inner(),
    })
}

async fn read(
    service: &Service,
    reader: &Person,
    reads: &AtomicU32,
    over: &CancellationToken,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(service.address()).await?;
    let lists = ["/api/v1/inbox", "/api/v1/sent", "/api/v1/conversations"];
    for path in lists.iter().cycle() {
        if over.is_cancelled() {
            break;
        }
        let question = request("GET", path, Some(&reader.token), "");
        connection.call(&question).await?.expect(200)?;
        reads.fetch_add(1, Relaxed);
        fresh::pause(BETWEEN_READS).await;
    }
    Ok(())
}
