//! All webhooks: a line for each, as long as it is this courier's turn.

use std::{collections::HashMap, time::Duration};

use eventlog::{Keyring, Reader, Tail};
use nats::Envelope;
use sqlx::PgPool;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::{
    Error, Settings,
    feed::Feed,
    line::{Line, Shared},
    post,
    table::{Table, Webhook},
    turn::Turn,
};

/// How often a courier whose turn it is not asks again.
const QUEUE: Duration = Duration::from_secs(3);
/// How often the table is looked at when no bell rings.
const LOOK: Duration = Duration::from_secs(10);

/// Delivers the log's events to the webhooks. Of several, one is at work and the others stand by.
pub struct Courier {
    url: String,
    reader: Reader,
    tail: Tail,
    shared: Shared,
    lines: HashMap<Uuid, Running>,
}

/// A line at work.
struct Running {
    replays: i32,
    task: JoinHandle<()>,
    end: DropGuard,
}

impl Courier {
    /// Over a database: `pool` for the table, `url` for a connection that is the courier's own. `tail` knows how far the log
    /// has come.
    pub fn new(
        url: String,
        pool: PgPool,
        keyring: Keyring,
        reader: Reader,
        tail: Tail,
        envelope: Envelope,
        settings: Settings,
    ) -> Result<Self, Error> {
        let shared = Shared {
            table: Table { pool, keyring },
            client: post::client(&settings)?,
            envelope,
            settings,
        };
        Ok(Self {
            url,
            reader,
            tail,
            shared,
            lines: HashMap::new(),
        })
    }

    /// Delivers until shutdown. Fails when the database does; call it again.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), Error> {
        let mut turn = Turn::open(&self.url).await?;
        while !turn.has_come().await? {
            if timeout(QUEUE, shutdown.cancelled()).await.is_ok() {
                return Ok(());
            }
        }
        tracing::info!("webhooks are delivered from here");
        let ended = self.work(&mut turn, &shutdown).await;
        stop(self.lines.into_values()).await;
        ended
    }

    /// As long as it is its turn.
    async fn work(&mut self, turn: &mut Turn, shutdown: &CancellationToken) -> Result<(), Error> {
        loop {
            self.step().await?;
            match shutdown.run_until_cancelled(turn.next_change(LOOK)).await {
                Some(changed) => changed?,
                None => return Ok(()),
            }
        }
    }

    /// Looks at the table: begins and ends lines.
    async fn step(&mut self) -> Result<(), Error> {
        let webhooks = self.shared.table.at_work().await?;
        let found: HashMap<Uuid, Webhook> = webhooks
            .into_iter()
            .map(|webhook| (webhook.id, webhook))
            .collect();
        let is_over = |id: &Uuid, line: &Running| {
            let replays = found.get(id).map(|webhook| webhook.replays);
            line.task.is_finished() || replays != Some(line.replays)
        };
        let over = self.lines.extract_if(|id, line| is_over(id, line));
        stop(over.map(|(_, line)| line)).await;
        for (id, webhook) in found {
            if !self.lines.contains_key(&id) {
                let line = self.begin(webhook);
                self.lines.insert(id, line);
            }
        }
        Ok(())
    }

    fn begin(&self, webhook: Webhook) -> Running {
        let replays = webhook.replays;
        let feed = Feed::new(self.reader.clone(), self.tail.clone());
        let line = Line::new(self.shared.clone(), webhook, feed);
        let end = CancellationToken::new();
        Running {
            replays,
            task: tokio::spawn(line.run(end.clone())),
            end: end.drop_guard(),
        }
    }
}

/// Ends lines, and waits until they have: two lines of one webhook would not keep its order.
async fn stop(lines: impl Iterator<Item = Running>) {
    let ended: Vec<JoinHandle<()>> = lines
        .map(|line| {
            drop(line.end);
            line.task
        })
        .collect();
    for task in ended {
        if let Err(error) = task.await {
            tracing::error!(%error, "a webhook's line broke off");
        }
    }
}
