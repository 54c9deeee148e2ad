//! Filling the next version: the log is read and opened ahead of what is written.

use eventlog::Reader;
use tokio::sync::mpsc;

use super::Rebuild;
use crate::{Error, run::Run};

/// How many events are read at once: large, since a run of messages is added up before it is written.
const PAGE: i64 = 4_096;
/// How many pages wait to be written.
const AHEAD: usize = 2;

impl Rebuild {
    /// Fills the next version up to a position; `at` hears where it is.
    pub async fn fill(&mut self, upto: i64, mut at: impl FnMut(i64)) -> Result<(), Error> {
        let (pages, mut read) = mpsc::channel(AHEAD);
        // Ends by itself when nobody takes its pages any more.
        tokio::spawn(read_ahead(
            self.reader.clone(),
            self.checkpoint.position,
            upto,
            pages,
        ));
        while let Some(runs) = read.recv().await {
            for run in runs? {
                let to = self.checkpoint.moved_to(run.to());
                run.project(&self.next, &self.known, self.checkpoint)
                    .await?;
                self.checkpoint = to;
            }
            at(self.checkpoint.position);
        }
        Ok(())
    }
}

async fn read_ahead(
    reader: Reader,
    mut position: i64,
    upto: i64,
    pages: mpsc::Sender<Result<Vec<Run>, Error>>,
) {
    while position < upto {
        let page = page(&reader, position, upto).await;
        let last = page.as_ref().ok().and_then(|runs| runs.last()).map(Run::to);
        if pages.send(page).await.is_err() {
            return;
        }
        let Some(last) = last else { return };
        position = last;
    }
}

async fn page(reader: &Reader, position: i64, upto: i64) -> Result<Vec<Run>, Error> {
    let events = reader.after(position, PAGE.min(upto - position)).await?;
    Run::cut(events)
}
