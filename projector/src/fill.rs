//! The read models from the log alone, as fast as it goes: the log is read and opened ahead of what is written.
//!
//! Nobody is told.

use std::sync::Arc;

use eventlog::{Reader, Role};
use sqlx::PgPool;
use tokio::sync::mpsc;

use crate::{
    Database, Error, Tables,
    checkpoint::Checkpoint,
    run::{Cut, Run},
};

/// How many events are read at once: many, since a run of messages is added up before it is written.
const PAGE: i64 = 4_096;
/// How many pages wait to be written.
const AHEAD: usize = 2;

/// Fills one version of the read models.
pub struct Filler {
    tables: Arc<Database>,
    reader: Reader,
    checkpoint: Checkpoint,
}

impl Filler {
    /// Of the version that is read, where no projector runs: after a restore.
    pub async fn of_the_live(url: &str, reader: Reader) -> Result<Self, Error> {
        Self::new(eventlog::connect(url, Role::Projector, 2)?, reader).await
    }

    /// From where the version stands that the pool's connections look at.
    pub(crate) async fn new(pool: PgPool, reader: Reader) -> Result<Self, Error> {
        let tables = Arc::new(Database::new(pool));
        let checkpoint = tables.checkpoint().await?;
        Ok(Self {
            tables,
            reader,
            checkpoint,
        })
    }

    /// How far it has come.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.checkpoint.position
    }

    /// Fills up to a position; `at` hears where it is.
    pub async fn fill(&mut self, upto: i64, mut at: impl FnMut(i64)) -> Result<(), Error> {
        let (pages, mut read) = mpsc::channel(AHEAD);
        // Ends by itself when nobody takes its pages any more.
        tokio::spawn(read_ahead(
            Arc::clone(&self.tables),
            self.reader.clone(),
            self.checkpoint.position,
            upto,
            pages,
        ));
        while let Some(page) = read.recv().await {
            let Cut { runs, end } = page?;
            for run in runs {
                let to = self.checkpoint.moved_to(run.to());
                self.tables.project(self.checkpoint, run).await?;
                self.checkpoint = to;
            }
            at(self.checkpoint.position);
            end?;
        }
        Ok(())
    }
}

async fn read_ahead(
    tables: Arc<Database>,
    reader: Reader,
    mut position: i64,
    upto: i64,
    pages: mpsc::Sender<Result<Cut, Error>>,
) {
    while position < upto {
        let page = page(&tables, &reader, position, upto).await;
        let cut = page.as_ref().ok().filter(|cut| cut.end.is_ok());
        let last = cut.and_then(|cut| cut.runs.last()).map(Run::to);
        if pages.send(page).await.is_err() {
            return;
        }
        let Some(last) = last else { return };
        position = last;
    }
}

async fn page(tables: &Database, reader: &Reader, position: i64, upto: i64) -> Result<Cut, Error> {
    let events = reader.after(position, PAGE.min(upto - position)).await?;
    Ok(Cut::of(tables, events).await)
}
