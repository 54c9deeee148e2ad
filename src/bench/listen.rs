//! Those who listen: every message of their sender once, in order, and how long it took.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use bytes::{Bytes, BytesMut};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    http::{Connection, find, request},
    letter,
    send::{Departures, Window},
};

/// How many messages have come, for whoever waits for all of them.
#[derive(Clone, Default)]
pub struct Arrived(Arc<AtomicUsize>);

impl Arrived {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A receiver's open stream.
pub struct Listener {
    connection: Connection,
    /// What has come of the next event.
    text: BytesMut,
}

impl Listener {
    /// Returns when the service has said hello: from then on nothing can be missed.
    pub async fn open(address: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let mut connection = Connection::open(address).await?;
        connection
            .follow(&request("GET", "/api/v1/events", Some(token), ""))
            .await?;
        let mut listener = Self {
            connection,
            text: BytesMut::new(),
        };
        while name(&listener.event().await?) != Some(b"hello") {}
        Ok(listener)
    }

    /// Listens until it is stopped. A message that is missing, doubled or out of order is an error.
    pub async fn listen(
        mut self,
        run: usize,
        window: Window,
        departures: Departures,
        arrived: Arrived,
        stop: CancellationToken,
    ) -> anyhow::Result<Vec<Duration>> {
        let mut latencies = Vec::new();
        let mut due = 0;
        while let Some(event) = stop.run_until_cancelled(self.event()).await {
            let event = event?;
            if name(&event) != Some(b"message.new") {
                continue;
            }
            let arrival = Instant::now();
            let number = letter::read(&event).context("a message that nobody sent")?;
            ensure!(
                number == (run, due),
                "message {number:?} came when {:?} was due",
                (run, due)
            );
            let departure = departures
                .of(due)
                .context("a message came before it was sent")?;
            if window.contains(departure) {
                latencies.push(arrival - departure);
            }
            due += 1;
            arrived.0.store(due, Ordering::Relaxed);
        }
        Ok(latencies)
    }

    async fn event(&mut self) -> anyhow::Result<Bytes> {
        let mut from = 0;
        loop {
            if let Some(at) = find(&self.text[from..], b"\n\n") {
                return Ok(self.text.split_to(from + at + 2).freeze());
            }
            from = self.text.len().saturating_sub(1);
            let chunk = self.connection.chunk().await?;
            self.text.extend_from_slice(&chunk);
        }
    }
}

fn name(event: &[u8]) -> Option<&[u8]> {
    event
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"event: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_a_name_unless_it_is_a_comment() {
        assert_eq!(
            name(b"id: 1\nevent: message.new\ndata: {\"event: \":1}\n\n"),
            Some(&b"message.new"[..])
        );
        assert_eq!(name(b":\n\n"), None);
    }
}
