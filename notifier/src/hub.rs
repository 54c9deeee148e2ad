//! Step 6: hears the doorbells and tells the streams.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use domain::{
    AccountId,
    mailbox::{Change, News},
};
use eventlog::{Bug, Token, planted};
use nats::Hint;
use sqlx::PgPool;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        mpsc,
    },
    time::{Interval, MissedTickBehavior, interval},
};
use uuid::Uuid;

use crate::{
    Sources, frame,
    notifier::Shared,
    sessions,
    tables::{Range, Tables},
    unread,
};

/// How late news can be when no doorbell rings.
const POLL: Duration = Duration::from_secs(5);
/// How often unread counts are told at most.
const COUNT: Duration = Duration::from_millis(200);
/// Owners in one query.
const OWNERS: usize = 500;
/// Rows of one owner in that query. Who has more reads them from each stream.
const ROWS: usize = 100;

/// Knows up to which position the streams have been told.
pub(crate) struct Hub<T = PgPool> {
    shared: Arc<Shared<T>>,
    news: Option<broadcast::Receiver<Arc<News>>>,
    hints: Option<mpsc::Receiver<Hint>>,
    /// `None`: not yet, or not any more.
    position: Option<i64>,
    polls: Interval,
    seconds: Interval,
    counts: Interval,
}

/// A reason to do something.
#[derive(Debug)]
pub(crate) enum Occasion {
    News(Arc<News>),
    Hint(Hint),
    Poll,
    Second,
    Count,
}

impl<T: Tables> Hub<T> {
    pub(crate) fn new(shared: Arc<Shared<T>>, sources: Sources) -> Self {
        let [polls, seconds, counts] = [POLL, Duration::from_secs(1), COUNT].map(|period| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        Self {
            shared,
            news: sources.news,
            hints: sources.hints,
            position: None,
            polls,
            seconds,
            counts,
        }
    }

    /// Waits for the next reason to do something. The clock's come first, since they are few and keep nobody waiting: however
    /// much news there is, the counts are told.
    pub(crate) async fn wait(&mut self) -> Occasion {
        loop {
            tokio::select! {
                biased;
                _ = self.counts.tick() => return Occasion::Count,
                _ = self.seconds.tick() => return Occasion::Second,
                _ = self.polls.tick() => return Occasion::Poll,
                news = next_news(&mut self.news) => if let Some(news) = news { return Occasion::News(news) },
                hint = next_hint(&mut self.hints) => if let Some(hint) = hint { return Occasion::Hint(hint) },
            }
        }
    }

    /// Does it. When it fails nothing is forgotten: the position stays, so that the next reason finds the gap.
    pub(crate) async fn step(&mut self, occasion: Occasion) -> Result<(), sqlx::Error> {
        let Shared {
            tables,
            registry,
            settings,
            meters,
            ..
        } = &*self.shared;
        match occasion {
            Occasion::News(news) => self.hear(&news).await,
            Occasion::Hint(hint) => {
                self.hear(&News {
                    from: hint.from,
                    to: hint.to,
                    rows: Vec::new(),
                    dirty: hint.owners,
                })
                .await
            }
            Occasion::Poll => {
                let to = tables.checkpoint().await?;
                self.hear(&News {
                    from: to,
                    to,
                    rows: Vec::new(),
                    dirty: Vec::new(),
                })
                .await
            }
            Occasion::Second => {
                meters.cut_off.increment(registry.second(settings.patience));
                sessions::end_those_over(tables, registry, eventlog::fresh::now()).await
            }
            Occasion::Count => unread::tell(tables, registry, eventlog::fresh::now()).await,
        }
    }

    async fn hear(&mut self, news: &News) -> Result<(), sqlx::Error> {
        self.shared.registry.hear(news.to);
        match self.position {
            // Nobody knows what the open streams have missed: each of them looks for itself.
            None => self.shared.registry.each(|line| line.ring(news.to)),
            Some(position) if news.to <= position => {
                self.recount(news);
                return Ok(());
            }
            Some(position) if news.from > position && !planted(Bug::HintAsCourier) => {
                let owners = self.shared.registry.owners();
                self.read(&owners, position, news.to).await?;
                // What was missed may have been that the tables were set back, and what was told before came again.
                for owner in owners {
                    self.shared.registry.uncount(owner);
                }
            }
            Some(position) => {
                if news.from < position {
                    self.recount(news);
                }
                let dirty = self.shared.registry.connected(&news.dirty, |owner| *owner);
                self.tell(&news.rows, &dirty.iter().copied().collect(), news.to);
                self.read(&dirty, position, news.to).await?;
            }
        }
        self.position = Some(news.to);
        Ok(())
    }

    /// What was told before is told again where the tables were set back. The rows are known; the counts may have been asked
    /// for in between.
    fn recount(&self, news: &News) {
        let changed = news.rows.iter().map(|change| change.owner);
        for owner in changed.chain(news.dirty.iter().copied()) {
            self.shared.registry.uncount(owner);
        }
    }

    /// Tells what the tables have for some owners.
    async fn read(&self, owners: &[AccountId], position: i64, to: i64) -> Result<(), sqlx::Error> {
        let Shared {
            tables, registry, ..
        } = &*self.shared;
        let range = Range {
            after: Token::after(position),
            upto: to,
        };
        for owners in owners.chunks(OWNERS) {
            let ids: Vec<Uuid> = owners.iter().map(|owner| owner.0).collect();
            let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
            let mut rows = tables.items(&ids, range, limit).await?;
            let conversations = tables.conversations(&ids, range, limit).await?;
            let too_many = too_many(&rows).chain(too_many(&conversations)).collect();
            rows.extend(conversations);
            rows.sort_by_key(|change| frame::place(&change.row));
            self.tell(&rows, &too_many, to);
            for owner in too_many {
                registry.each_of(owner, |line| line.ring(to));
                registry.uncount(owner);
            }
        }
        Ok(())
    }

    /// Tells rows, which are in order for each owner, except those of some owners.
    fn tell(&self, rows: &[Change], except: &HashSet<AccountId>, to: i64) {
        let Shared {
            registry,
            tokens,
            settings,
            ..
        } = &*self.shared;
        let told = rows.iter().collect::<Vec<_>>();
        let mut batches: HashMap<AccountId, Vec<frame::Shared<'_>>> = HashMap::new();
        for change in registry.connected(&told, |change| change.owner) {
            if !except.contains(&change.owner) {
                batches
                    .entry(change.owner)
                    .or_default()
                    .push(frame::Shared::new(change.owner, &change.row));
                if frame::counts(&change.row) {
                    registry.uncount(change.owner);
                }
            }
        }
        for (owner, batch) in batches {
            registry.each_of(owner, |line| {
                line.offer(&batch, to, tokens, settings.queue_bytes);
            });
        }
    }
}

/// Owners of whom as many rows were read as were asked for.
fn too_many(rows: &[Change]) -> impl Iterator<Item = AccountId> {
    let mut counts: HashMap<AccountId, usize> = HashMap::new();
    for change in rows {
        *counts.entry(change.owner).or_default() += 1;
    }
    counts
        .into_iter()
        .filter(|(_, count)| *count >= ROWS)
        .map(|(owner, _)| owner)
}

/// What was missed is not told here: the next news have a gap before them.
async fn next_news(news: &mut Option<broadcast::Receiver<Arc<News>>>) -> Option<Arc<News>> {
    let Some(receiver) = news else {
        return std::future::pending().await;
    };
    match receiver.recv().await {
        Ok(heard) => Some(heard),
        Err(RecvError::Lagged(_)) => None,
        Err(RecvError::Closed) => {
            *news = None;
            None
        }
    }
}

async fn next_hint(hints: &mut Option<mpsc::Receiver<Hint>>) -> Option<Hint> {
    let Some(receiver) = hints else {
        return std::future::pending().await;
    };
    let hint = receiver.recv().await;
    if hint.is_none() {
        *hints = None;
    }
    hint
}
