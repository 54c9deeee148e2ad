//! What was measured, in the form that programs read.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer};

use super::{
    catch_up::CatchUp,
    connections::Connections,
    cpu::Used,
    drive::{Plan, Seen},
    floors::Floor,
    memory::Memory,
    mixed::Mixed,
    read::Reading,
    stalled::Stalled,
    statements::Statement,
};

const LONGEST: Duration = Duration::from_mins(2);

/// Everything.
#[derive(Serialize)]
pub struct Report {
    pub figures: Vec<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixed: Option<Mixed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Reading>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<CatchUp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connections: Option<Connections>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stalled: Option<Stalled>,
    /// In the end, by process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<Memory>,
    /// Where Postgres's time went, if that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<Statement>,
    /// A second.
    #[serde(rename = "floors_per_s")]
    pub floors: Floors,
    /// What a message to a group costs for each of its recipients, in direct messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_recipient_per_direct: Option<f64>,
    #[serde(skip)]
    pub before_and_after: [Floor; 2],
}

/// What the scenarios came to.
#[derive(Default)]
pub struct Measured {
    pub figures: Vec<Figure>,
    pub mixed: Option<Mixed>,
    pub reads: Vec<Reading>,
    pub catch_up: Option<CatchUp>,
    pub connections: Option<Connections>,
    pub stalled: Option<Stalled>,
    pub memory: Option<Memory>,
    pub statements: Vec<Statement>,
}

/// One run.
#[derive(Serialize)]
pub struct Figure {
    pub scenario: &'static str,
    pub senders: usize,
    /// How many receive each message.
    pub recipients: u32,
    /// Of all senders together, where they did not send as fast as they could.
    pub paced_per_s: Option<u32>,
    pub messages: u32,
    #[serde(serialize_with = "rounded")]
    pub per_s: f64,
    #[serde(serialize_with = "rounded")]
    pub p50_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub p99_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub delivery_p50_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub delivery_p99_ms: f64,
    pub cpu_s_per_1000: Cpu,
    /// Server's processor seconds for one of the driver's: steadier than either where the machine's speed changes.
    #[serde(serialize_with = "rounded")]
    pub driver_cpu_ratio: f64,
    /// How long after the last acknowledgement everything was published, projected and pushed.
    #[serde(serialize_with = "rounded")]
    pub settled_ms: f64,
}

/// Processor seconds for a thousand messages.
#[derive(Serialize)]
pub struct Cpu {
    #[serde(serialize_with = "rounded")]
    pub service: f64,
    #[serde(serialize_with = "rounded")]
    pub postgres: f64,
    #[serde(serialize_with = "rounded")]
    pub nats: f64,
    #[serde(serialize_with = "rounded")]
    pub total: f64,
}

/// What was measured beside it, before and after, in the mean.
#[derive(Serialize)]
pub struct Floors {
    #[serde(serialize_with = "rounded")]
    pub one_event_per_commit: f64,
    #[serde(serialize_with = "rounded")]
    pub one_row_per_commit: f64,
    #[serde(serialize_with = "rounded")]
    pub batched_rows: f64,
    #[serde(serialize_with = "rounded")]
    pub published: f64,
}

impl Report {
    /// Of runs between the floors that were measured before and after them.
    pub fn of(measured: Measured, before: Floor, after: Floor) -> Self {
        let Measured {
            figures,
            mixed,
            reads,
            catch_up,
            connections,
            stalled,
            memory,
            statements,
        } = measured;
        let direct = figures.iter().rfind(|figure| figure.recipients == 1);
        let group = figures.iter().find(|figure| figure.recipients > 1);
        let per_direct = direct.zip(group).map(|(direct, group)| {
            let each = group.cpu_s_per_1000.total / f64::from(group.recipients);
            each / direct.cpu_s_per_1000.total
        });
        Self {
            group_recipient_per_direct: per_direct,
            figures,
            mixed,
            reads,
            catch_up,
            connections,
            stalled,
            memory_mb: memory,
            statements,
            floors: Floors::of(before, after),
            before_and_after: [before, after],
        }
    }

    /// As one line of JSON, and nothing else.
    #[expect(clippy::print_stdout, reason = "it is what the command is for")]
    pub fn print(&self) -> anyhow::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

impl Figure {
    pub fn of(plan: &Plan, recipients: u32, seen: &Seen) -> anyhow::Result<Self> {
        let send = Quantiles::of(&seen.send)?;
        let delivery = Quantiles::of(&seen.delivery)?;
        let cpu = Cpu::of(seen.used, seen.messages);
        let server = seen.used.service + seen.used.postgres + seen.used.nats;
        Ok(Self {
            scenario: plan.scenario.name(),
            senders: plan.senders,
            recipients,
            paced_per_s: plan.per_s,
            messages: seen.messages,
            per_s: f64::from(u32::try_from(seen.send.len())?) / plan.measured.as_secs_f64(),
            p50_ms: send.p50,
            p99_ms: send.p99,
            delivery_p50_ms: delivery.p50,
            delivery_p99_ms: delivery.p99,
            cpu_s_per_1000: cpu,
            // The kernel counts in hundredths.
            driver_cpu_ratio: server / seen.used.driver.max(0.01),
            settled_ms: milliseconds(seen.settled),
        })
    }
}

impl Cpu {
    pub fn of(used: Used, messages: u32) -> Self {
        let per_1000 = |seconds: f64| seconds * 1_000.0 / f64::from(messages.max(1));
        Self {
            service: per_1000(used.service),
            postgres: per_1000(used.postgres),
            nats: per_1000(used.nats),
            total: per_1000(used.service + used.postgres + used.nats),
        }
    }
}

impl Floors {
    fn of(before: Floor, after: Floor) -> Self {
        let mean = |of: fn(&Floor) -> f64| f64::midpoint(of(&before), of(&after));
        Self {
            one_event_per_commit: mean(|floor| floor.one_event_per_commit),
            one_row_per_commit: mean(|floor| floor.one_row_per_commit),
            batched_rows: mean(|floor| floor.batched),
            published: mean(|floor| floor.published),
        }
    }
}

pub struct Quantiles {
    pub p50: f64,
    pub p99: f64,
}

impl Quantiles {
    pub fn of(durations: &[Duration]) -> anyhow::Result<Self> {
        let mut histogram =
            Histogram::<u64>::new_with_bounds(1, u64::try_from(LONGEST.as_micros())?, 3)?;
        for duration in durations {
            histogram.saturating_record(u64::try_from(duration.as_micros())?.max(1));
        }
        let at =
            |quantile| milliseconds(Duration::from_micros(histogram.value_at_quantile(quantile)));
        Ok(Self {
            p50: at(0.5),
            p99: at(0.99),
        })
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Further digits would only be noise.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
pub fn rounded<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((number * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_in_milliseconds() {
        let durations: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        let quantiles = Quantiles::of(&durations).unwrap();
        assert!((quantiles.p50 - 50.0).abs() < 0.1, "{}", quantiles.p50);
        assert!((quantiles.p99 - 99.0).abs() < 0.1, "{}", quantiles.p99);
    }

    #[test]
    fn processor_time_is_told_for_a_thousand_messages() {
        let used = Used {
            service: 1.0,
            postgres: 2.0,
            nats: 0.5,
            driver: 1.0,
        };
        let cpu = Cpu::of(used, 10_000);
        assert!((cpu.total - 0.35).abs() < 1e-9);
        assert!((cpu.postgres - 0.2).abs() < 1e-9);
    }
}
