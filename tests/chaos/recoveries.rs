//! How long each fault was felt.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use anyhow::ensure;

use super::fault::Fault;

/// By what went wrong: the times, and how long it may be.
#[derive(Debug, Default)]
pub struct Recoveries(BTreeMap<String, (Vec<Duration>, Duration)>);

impl Recoveries {
    pub fn note(&mut self, fault: &Fault, time: Duration) {
        let row = self.0.entry(fault.to_string()).or_default();
        row.0.push(time);
        row.1 = fault.patience();
    }

    pub fn add(&mut self, other: Self) {
        for (name, (times, at_most)) in other.0 {
            let row = self.0.entry(name).or_default();
            row.0.extend(times);
            row.1 = at_most;
        }
    }

    /// One line a fault.
    pub fn table(&self) -> String {
        let mut table =
            String::from("recovery                         times   median    worst   at most\n");
        for (name, (times, at_most)) in &self.0 {
            let mut times = times.clone();
            times.sort_unstable();
            let median = times[times.len() / 2].as_secs_f32();
            let worst = times.last().map_or(0.0, Duration::as_secs_f32);
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "{name:<32} {:>5} {median:>6.1} s {worst:>6.1} s {:>7} s",
                times.len(),
                at_most.as_secs()
            );
        }
        table
    }

    pub fn summary(&self) -> String {
        let count = |kind: &str| -> usize {
            let rows = self.0.iter().filter(|(name, _)| name.starts_with(kind));
            rows.map(|(_, (times, _))| times.len()).sum()
        };
        let all = count("");
        let (kills, crashes) = (count("kill"), count("crash"));
        let others = all - kills - crashes;
        format!("{kills} kills, {crashes} crashes between two steps, {others} other faults")
    }

    /// Each within its time.
    pub fn were_quick(&self) -> anyhow::Result<()> {
        for (name, (times, at_most)) in &self.0 {
            let worst = times.iter().max().copied().unwrap_or_default();
            ensure!(
                worst <= *at_most,
                "after {name:?} it took {worst:?}, which may be {at_most:?}"
            );
        }
        Ok(())
    }
}
