//! An open push stream.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use super::until::PATIENCE;

/// More than two heartbeats: a stream that says nothing for this long is dead.
const SILENCE: Duration = Duration::from_secs(35);

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place in the feed; those that cannot be resumed from have none.
    pub id: Option<String>,
    /// Its name.
    pub event: String,
    /// What it says.
    pub data: Value,
}

/// Reads events as they come. Dropping it closes the connection.
#[derive(Debug)]
pub struct Events {
    response: Response,
    unread: Vec<u8>,
    /// The id of the last event that had one: where a client would resume.
    pub last_event_id: Option<String>,
}

impl Events {
    pub(super) fn new(response: Response) -> Self {
        Self {
            response,
            unread: Vec::new(),
            last_event_id: None,
        }
    }

    /// The next event; `None` once the stream has ended or broken off.
    pub async fn next(&mut self) -> anyhow::Result<Option<Event>> {
        loop {
            while let Some(end) = self.unread.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                if let Some(event) = parse(std::str::from_utf8(&block)?)? {
                    if event.id.is_some() {
                        self.last_event_id.clone_from(&event.id);
                    }
                    return Ok(Some(event));
                }
            }
            match timeout(SILENCE, self.response.chunk())
                .await
                .context("the stream is silent")?
            {
                Ok(Some(bytes)) => self.unread.extend_from_slice(&bytes),
                Ok(None) | Err(_) => return Ok(None),
            }
        }
    }

    /// The next event of this name; others are passed over. The stream's end is an error.
    pub async fn next_of(&mut self, name: &str) -> anyhow::Result<Event> {
        self.next_that(name, |_| true).await
    }

    /// The next event of this name that is as described.
    pub async fn next_that(
        &mut self,
        name: &str,
        is_meant: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Event> {
        let mut others = Vec::new();
        let wait = async {
            while let Some(event) = self.next().await? {
                if event.event == name && is_meant(&event.data) {
                    return Ok(event);
                }
                others.push(event.event);
            }
            bail!("the stream ended before {name}")
        };
        // Heartbeats would keep it waiting for ever.
        match timeout(PATIENCE, wait).await {
            Ok(event) => event,
            Err(_) => bail!("waited in vain for {name}; there came {others:?}"),
        }
    }

    /// Reads to the stream's end, and says what came.
    pub async fn rest(&mut self) -> anyhow::Result<Vec<Event>> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await? {
            events.push(event);
        }
        Ok(events)
    }
}

/// A block of lines; `None` for one that is no event: a comment, or `retry`.
fn parse(block: &str) -> anyhow::Result<Option<Event>> {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let Some(event) = field("event") else {
        return Ok(None);
    };
    let data = serde_json::from_str(field("data").context("an event without data")?)?;
    Ok(Some(Event {
        id: field("id").map(str::to_owned),
        event: event.to_owned(),
        data,
    }))
}
