//! Whether a message or a page costs more once the log is long: measured with little behind it, and again with much.

use std::{ops::Range, time::Duration};

use anyhow::Context;
use serde::Serialize;

use super::{
    PEOPLE, Scenario,
    drive::Plan,
    figures::{Figure, rounded},
    one,
    people::{self, Pair},
    read::{self, Reading},
    rebuild::fill,
    service::Service,
};
use crate::progress::Progress;

/// What counts as little.
const FEW: u32 = 10_000;
const PATIENCE: Duration = Duration::from_hours(1);

/// Both, and what the second is of the first.
#[derive(Serialize)]
pub struct Growth {
    few: Grown,
    many: Grown,
    /// In units of what the driver spent in the same run, since the machine may change its speed between the two.
    #[serde(serialize_with = "rounded")]
    message_cpu: f64,
    /// By the median. What an empty handler does meanwhile stands beside each, and varies too much over so short a time to divide by.
    #[serde(serialize_with = "rounded")]
    page_time: f64,
}

#[derive(Serialize)]
struct Grown {
    /// What was in the log before.
    messages: u32,
    send: Figure,
    reads: Vec<Reading>,
}

impl Grown {
    fn page(&self) -> anyhow::Result<&Reading> {
        self.reads.last().context("nothing was read")
    }
}

/// Fills a log with so many messages; `each` is how long each run is measured.
pub async fn measure(messages: u32, each: Duration, progress: &Progress) -> anyhow::Result<Growth> {
    progress.say("starting a service of its own");
    let service = Service::start(None).await?;
    let mut pairs = people::register(service.address(), PEOPLE).await?;
    let few = grown(&service, &mut pairs, 0..FEW, each, progress).await?;
    let all = FEW..messages.max(FEW);
    let many = grown(&service, &mut pairs, all, each, progress).await?;
    progress.say("ending the service");
    Ok(Growth {
        message_cpu: many.send.driver_cpu_ratio / few.send.driver_cpu_ratio,
        page_time: many.page()?.p50_ms / few.page()?.p50_ms,
        few,
        many,
    })
}

/// Goes on filling from a number of messages to another, and measures.
async fn grown(
    service: &Service,
    pairs: &mut [Pair],
    messages: Range<u32>,
    each: Duration,
    progress: &Progress,
) -> anyhow::Result<Grown> {
    progress.say(&format!("{} messages into the log", messages.end));
    fill(service, messages.end - messages.start).await?;
    progress.say("waiting until they are projected and published");
    service.settle(PATIENCE).await?;
    progress.say("measuring");
    let plan = Plan {
        scenario: Scenario::Send,
        senders: PEOPLE,
        per_s: None,
        measured: each,
    };
    // Its number only tells one run's messages from another's.
    let run = usize::from(messages.start > 0);
    let send = one(service, pairs, &plan, run).await?;
    people::renew(service.address(), pairs).await?;
    Ok(Grown {
        messages: messages.end,
        send,
        reads: read::read(service, pairs, each).await?,
    })
}
