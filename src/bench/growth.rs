//! Whether a message or a page costs more once the log is long: measured with little behind it, and again with much.

use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

use super::{
    PEOPLE, Scenario,
    drive::Plan,
    figures::{Figure, rounded},
    one, people,
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
    /// By how much fewer pages are read in the time in which an empty handler answers once.
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
    let mut grown = Vec::new();
    let mut filled = 0;
    for (run, wanted) in [FEW, messages.max(FEW)].into_iter().enumerate() {
        progress.say(&format!("{wanted} messages into the log"));
        fill(&service, wanted - filled).await?;
        filled = wanted;
        progress.say("waiting until they are projected and published");
        service.settle(PATIENCE).await?;
        progress.say("measuring");
        let plan = Plan {
            scenario: Scenario::Send,
            senders: PEOPLE,
            per_s: None,
            measured: each,
        };
        let send = one(&service, &mut pairs, &plan, run).await?;
        people::renew(service.address(), &mut pairs).await?;
        let reads = read::read(&service, &pairs, each).await?;
        grown.push(Grown {
            messages: wanted,
            send,
            reads,
        });
    }
    progress.say("ending the service");
    let [few, many] = grown
        .try_into()
        .map_err(|_| anyhow::anyhow!("not both were measured"))?;
    let ratio = many.send.driver_cpu_ratio / few.send.driver_cpu_ratio;
    let page_time = few.page()?.of_empty_handler / many.page()?.of_empty_handler;
    Ok(Growth {
        message_cpu: ratio,
        page_time,
        few,
        many,
    })
}
