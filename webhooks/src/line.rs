//! One webhook's deliveries, one after the other.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::webhook::{Destination, Refused};
use eventlog::{Recorded, fresh};
use nats::Envelope;
use reqwest::Client;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Settings, backoff,
    feed::Feed,
    meters::Meters,
    post::{Delivery, Outcome, post},
    table::{Failure, Table, Webhook},
};

/// What a shutdown leaves to a delivery that is under way.
const GRACE: Duration = Duration::from_secs(2);
/// After so many events that are not wanted it is noted that they are done with.
const UNWANTED: i64 = 512;
/// To the administrator: nothing is sent that the receiver could not believe.
const NO_SECRET: &str = "Its secret does not open with the master key: put a copy of its row or of the master key back and replay, or make it anew.";

/// What all lines share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub table: Table,
    pub envelope: Envelope,
    pub client: Client,
    pub settings: Settings,
}

/// Delivers to one webhook.
pub(crate) struct Line {
    shared: Shared,
    /// Its position is the one in the table.
    webhook: Webhook,
    to: Result<Destination, Refused>,
    feed: Feed,
    /// How far it has come; beyond the webhook's position lies only what is not wanted.
    seen: i64,
    meters: Meters,
}

/// What a step has come to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There may be more.
    On,
    /// That was all.
    Idle,
    /// Not before then.
    Wait(Duration),
    /// It is no longer this line's webhook: paused, removed, or set to another place.
    Over,
}

impl Line {
    pub(crate) fn new(shared: Shared, webhook: Webhook, feed: Feed) -> Self {
        Self {
            to: Destination::read(&webhook.url, &shared.settings.reach),
            seen: webhook.position,
            meters: Meters::of(webhook.id),
            shared,
            webhook,
            feed,
        }
    }

    /// Delivers until shutdown, or until it is over.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let step = self.step(&shutdown).await;
            self.meters.lag(self.feed.head() - self.seen);
            let waiting = async {
                match step {
                    Ok(Step::On | Step::Over) => {}
                    Ok(Step::Idle) => self.feed.go_on(self.seen).await,
                    Ok(Step::Wait(wait)) => fresh::pause(wait).await,
                    Err(ref error) => {
                        tracing::warn!(
                            error = error as &dyn std::error::Error,
                            webhook = %self.webhook.id,
                            "a webhook waits"
                        );
                        fresh::pause(Duration::from_secs(1)).await;
                    }
                }
            };
            shutdown.run_until_cancelled(waiting).await;
            if matches!(step, Ok(Step::Over)) {
                return;
            }
        }
        // Somebody else's from here on, or nobody's.
        self.meters.lag(0);
    }

    /// Delivers what there is, up to a number of events or the first that is not taken.
    pub(crate) async fn step(&mut self, shutdown: &CancellationToken) -> Result<Step, Error> {
        let is_retry = self.webhook.failures > 0;
        if let Some(wait) = self.webhook.retry_at.and_then(until) {
            return Ok(Step::Wait(wait));
        }
        let batch = self.feed.after(self.seen, is_retry).await?;
        if batch.events.is_empty() {
            return Ok(Step::Idle);
        }
        for (n, event) in batch.events.iter().enumerate() {
            // The first one in any case: a slow database makes things slow, and does not bring them to a halt.
            if n > 0 && (!batch.is_fresh() || shutdown.is_cancelled()) {
                break;
            }
            if !self.wants(event) {
                self.seen = event.position;
                continue;
            }
            match self.deliver(event, shutdown).await? {
                Step::On => {}
                other => return Ok(other),
            }
        }
        if self.seen - self.webhook.position >= UNWANTED && !self.move_on(None).await? {
            return Ok(Step::Over);
        }
        Ok(Step::On)
    }

    fn wants(&self, event: &Recorded) -> bool {
        let types = self.webhook.types.as_deref();
        types.is_none_or(|types| types.contains(&event.name))
    }

    async fn deliver(
        &mut self,
        event: &Recorded,
        shutdown: &CancellationToken,
    ) -> Result<Step, Error> {
        let Shared {
            envelope,
            client,
            table,
            ..
        } = &self.shared;
        let Some(secret) = table.secret(&self.webhook) else {
            return self.fail(NO_SECRET, None, false).await;
        };
        let (body, _) = envelope.write(event).map_err(eventlog::Error::from)?;
        let delivery = Delivery {
            event,
            body,
            epoch: envelope.identity().epoch,
            at: fresh::now(),
        };
        let posted = post(client, &self.to, &secret, delivery);
        let outcome = tokio::select! {
            outcome = posted => outcome,
            // Nobody knows whether it was taken: it is sent again.
            () = ended(shutdown) => return Ok(Step::Over),
        };
        match outcome {
            Outcome::Taken => {
                self.meters.taken();
                eventlog::failpoint("webhook.posted");
                self.seen = event.position;
                let is_own = self.move_on(Some(fresh::now())).await?;
                Ok(if is_own { Step::On } else { Step::Over })
            }
            Outcome::Failed { why, wait } => self.fail(&why, wait, false).await,
            Outcome::Gone => {
                let why = "It answered 410: it does not want to hear of this any more.";
                self.fail(why, None, true).await
            }
        }
    }

    /// Notes how far it has come.
    async fn move_on(&mut self, delivered: Option<DateTime<Utc>>) -> Result<bool, Error> {
        let table = &self.shared.table;
        let is_own = table.move_on(&self.webhook, self.seen, delivered).await?;
        self.webhook.position = self.seen;
        (self.webhook.failures, self.webhook.failing_since) = (0, None);
        self.webhook.retry_at = None;
        Ok(is_own)
    }

    async fn fail(
        &mut self,
        why: &str,
        asked: Option<Duration>,
        is_gone: bool,
    ) -> Result<Step, Error> {
        let now = fresh::now();
        let failing_since = self.webhook.failing_since.unwrap_or(now);
        let failures = self.webhook.failures.saturating_add(1);
        let wait = backoff::wait(failures, asked, fresh::id());
        let retry_at = now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
        let failing_for = (now - failing_since).to_std().unwrap_or_default();
        let paused = is_gone || failing_for >= self.shared.settings.patience;
        tracing::warn!(webhook = %self.webhook.id, failures, paused, why, "a delivery was not taken");
        self.meters.failed(failures);
        let failure = Failure {
            why,
            failing_since,
            retry_at,
            paused,
        };
        let is_own = self.shared.table.note(&self.webhook, &failure).await?;
        (self.webhook.failures, self.webhook.failing_since) = (failures, Some(failing_since));
        self.webhook.retry_at = Some(retry_at);
        Ok(if is_own && !paused {
            Step::Wait(wait)
        } else {
            Step::Over
        })
    }
}

/// How long it is until then; `None` when that is past.
fn until(then: DateTime<Utc>) -> Option<Duration> {
    let wait = (then - fresh::now()).to_std().ok()?;
    (!wait.is_zero()).then_some(wait)
}

/// Some time after a shutdown.
async fn ended(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    fresh::pause(GRACE).await;
}
