//! Step 5: a batch of events in runs that are projected in one go: `message.sent`, and everything else.

use domain::{Event, Opened, mailbox::News, message};
use eventlog::{Recorded, STATEMENT, answered};
use sqlx::PgPool;

use crate::{Error, Tables, checkpoint::Checkpoint, halt, known::Known, other, sent};

/// Events which follow each other and are projected in the same way.
pub struct Run {
    /// In the order of the log, without those that are passed over.
    pub events: Vec<(Recorded, Opened)>,
    sends: bool,
    to: i64,
}

/// A batch, as far as it can be read.
pub(crate) struct Cut {
    pub runs: Vec<Run>,
    /// What is behind the last run: nothing, or an event at which the projector halts.
    pub end: Result<(), Error>,
}

impl Cut {
    /// Cuts a batch. An event that cannot be read ends it, unless an operator has said to pass over it.
    pub(crate) async fn of(tables: &impl Tables, batch: Vec<Recorded>) -> Self {
        let mut cut = Self {
            runs: Vec::new(),
            end: Ok(()),
        };
        for recorded in batch {
            match halt::read(&recorded) {
                Ok(event) => cut.push(recorded, event),
                Err(error) => match tables.is_skipped(recorded.position).await {
                    Ok(true) => cut.pass_over(recorded.position),
                    Ok(false) => cut.end = Err(error),
                    Err(error) => cut.end = Err(error),
                },
            }
            if cut.end.is_err() {
                break;
            }
        }
        cut
    }

    fn push(&mut self, recorded: Recorded, event: Opened) {
        let (sends, to) = (is_sent(&event), recorded.position);
        match self.runs.last_mut() {
            Some(run) if run.sends == sends => {
                run.events.push((recorded, event));
                run.to = to;
            }
            _ => self.runs.push(Run {
                events: vec![(recorded, event)],
                sends,
                to,
            }),
        }
    }

    fn pass_over(&mut self, position: i64) {
        match self.runs.last_mut() {
            Some(run) => run.to = position,
            None => self.runs.push(Run {
                events: Vec::new(),
                sends: false,
                to: position,
            }),
        }
    }
}

impl Run {
    /// The position behind which the next one begins.
    #[must_use]
    pub fn to(&self) -> i64 {
        self.to
    }

    /// Rows and checkpoint, in one transaction.
    pub(crate) async fn project(
        self,
        pool: &PgPool,
        known: &Known,
        from: Checkpoint,
    ) -> Result<News, Error> {
        if self.sends {
            let projected = sent::project(pool, known, from, self.to, self.events);
            answered(STATEMENT, projected).await?
        } else {
            other::project(pool, known, from, self.to, self.events).await
        }
    }
}

fn is_sent(event: &Opened) -> bool {
    matches!(event, Event::Message(message::Event::Sent(_)))
}
