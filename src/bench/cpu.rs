//! Processor time, as the kernel counts it.

use std::{collections::HashMap, fs, ops::Sub};

use anyhow::Context;

/// What `/proc` counts in, on every Linux.
const TICKS_PER_S: f64 = 100.0;

/// Which processes belong to whom.
#[derive(Clone, Copy)]
pub struct Pids {
    pub service: u32,
    pub postgres: u32,
    pub nats: u32,
}

/// Seconds that were used so far, or between two looks.
#[derive(Clone, Copy)]
pub struct Used {
    pub service: f64,
    pub postgres: f64,
    pub nats: f64,
    pub driver: f64,
}

impl Used {
    /// So far. Postgres is all of its processes, those that have ended too.
    pub fn by(pids: Pids) -> anyhow::Result<Self> {
        Ok(Self {
            service: own(pids.service)?,
            postgres: with_children(pids.postgres)?,
            nats: with_children(pids.nats)?,
            driver: own(std::process::id())?,
        })
    }
}

impl Sub for Used {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            service: self.service - earlier.service,
            postgres: self.postgres - earlier.postgres,
            nats: self.nats - earlier.nats,
            driver: self.driver - earlier.driver,
        }
    }
}

struct Stat {
    parent: u32,
    own: f64,
    ended_children: f64,
}

fn own(pid: u32) -> anyhow::Result<f64> {
    Ok(stat(pid)
        .with_context(|| format!("process {pid} is gone"))?
        .own)
}

fn with_children(pid: u32) -> anyhow::Result<f64> {
    let stats = stats_of_family(pid)?;
    Ok(stats
        .values()
        .map(|stat| stat.own + stat.ended_children)
        .sum())
}

/// A process and everything that it has started.
pub fn family(pid: u32) -> anyhow::Result<Vec<u32>> {
    Ok(stats_of_family(pid)?.into_keys().collect())
}

fn stats_of_family(pid: u32) -> anyhow::Result<HashMap<u32, Stat>> {
    let processes = fs::read_dir("/proc")?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut stats: HashMap<u32, Stat> = processes
        .filter_map(|pid| Some((pid, stat(pid)?)))
        .collect();
    stats
        .get(&pid)
        .with_context(|| format!("process {pid} is gone"))?;
    let parents: HashMap<u32, u32> = stats
        .iter()
        .map(|(process, stat)| (*process, stat.parent))
        .collect();
    let belongs = |mut process: u32| loop {
        if process == pid {
            return true;
        }
        match parents.get(&process) {
            Some(parent) => process = *parent,
            None => return false,
        }
    };
    stats.retain(|process, _| belongs(*process));
    Ok(stats)
}

fn stat(pid: u32) -> Option<Stat> {
    read(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The second field is the program's name, which may hold anything, so everything is counted from its end.
fn read(line: &str) -> Option<Stat> {
    let fields: Vec<&str> = line[line.rfind(')')? + 1..].split_whitespace().collect();
    let seconds =
        |field: usize| Some(f64::from(fields.get(field)?.parse::<u32>().ok()?) / TICKS_PER_S);
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: seconds(11)? + seconds(12)?,
        ended_children: seconds(13)? + seconds(14)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_be_named_anything() {
        let stat = read("17 (a) b (c) S 4 17 17 0 -1 4194560 1 2 3 4 150 50 25 75 20 0").unwrap();
        assert_eq!(stat.parent, 4);
        assert!((stat.own - 2.0).abs() < 1e-9);
        assert!((stat.ended_children - 1.0).abs() < 1e-9);
    }

    #[test]
    fn this_process_is_there() {
        assert!(own(std::process::id()).is_ok());
        assert!(with_children(std::process::id()).is_ok());
        assert!(own(u32::MAX).is_err());
    }
}
