//! Step 5: a batch of events in runs that are projected in one go: `message.sent`, and everything else.

use domain::{Event, Opened, mailbox::News, message};
use eventlog::Recorded;
use sqlx::PgPool;

use crate::{Error, checkpoint::Checkpoint, known::Known, other, sent};

/// Events which follow each other and are projected in the same way.
pub(crate) struct Run {
    events: Vec<(Recorded, Opened)>,
    sends: bool,
}

impl Run {
    /// Cuts a batch.
    pub(crate) fn cut(batch: Vec<Recorded>) -> Result<Vec<Self>, Error> {
        let mut runs: Vec<Self> = Vec::new();
        for recorded in batch {
            let event = opened(&recorded)?;
            let sends = is_sent(&event);
            match runs.last_mut() {
                Some(run) if run.sends == sends => run.events.push((recorded, event)),
                _ => runs.push(Self {
                    events: vec![(recorded, event)],
                    sends,
                }),
            }
        }
        Ok(runs)
    }

    /// The position of its last event.
    pub(crate) fn to(&self) -> i64 {
        let last = self.events.last();
        last.map_or(0, |(recorded, _)| recorded.position)
    }

    /// Rows and checkpoint, in one transaction.
    pub(crate) async fn project(
        self,
        pool: &PgPool,
        known: &Known,
        from: Checkpoint,
    ) -> Result<News, Error> {
        let to = self.to();
        if self.sends {
            sent::project(pool, known, from, to, self.events).await
        } else {
            other::project(pool, known, from, to, self.events).await
        }
    }
}

fn opened(recorded: &Recorded) -> Result<Opened, Error> {
    Opened::read(&recorded.name, &recorded.version, recorded.data.get()).map_err(|source| {
        Error::Unreadable {
            position: recorded.position,
            source,
        }
    })
}

fn is_sent(event: &Opened) -> bool {
    matches!(event, Event::Message(message::Event::Sent(_)))
}
