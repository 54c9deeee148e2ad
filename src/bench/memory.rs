//! Memory, as the kernel counts it.

use std::fs;

use anyhow::Context;
use serde::Serialize;

use super::{
    cpu::{Pids, family},
    figures::rounded,
};

/// Megabytes.
#[derive(Clone, Copy, Serialize)]
pub struct Memory {
    #[serde(serialize_with = "rounded")]
    pub service: f64,
    /// All of its processes, what they share once.
    #[serde(serialize_with = "rounded")]
    pub postgres: f64,
    #[serde(serialize_with = "rounded")]
    pub nats: f64,
}

impl Memory {
    /// As it is now.
    pub fn by(pids: Pids) -> anyhow::Result<Self> {
        Ok(Self {
            service: of(pids.service)?,
            // One that has ended meanwhile has none.
            postgres: family(pids.postgres)?
                .into_iter()
                .filter_map(|pid| of(pid).ok())
                .sum(),
            nats: of(pids.nats)?,
        })
    }
}

/// A process's proportional share of what is resident, in megabytes.
pub fn of(pid: u32) -> anyhow::Result<f64> {
    let file = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    read(&text).with_context(|| format!("{file} does not tell the memory"))
}

fn read(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_megabytes() {
        let text = "00400000-7fff [rollup]\nRss:  4096 kB\nPss:  2048 kB\nPss_Dirty: 1 kB\n";
        assert!((read(text).unwrap() - 2.0).abs() < 1e-9);
        assert!(of(std::process::id()).unwrap() > 0.0);
    }
}
