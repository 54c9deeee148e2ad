//! How far a rebuild is: a bar on a terminal, lines elsewhere, nothing for programs.

use std::{
    cell::Cell,
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often a terminal is drawn, and how often a line is written elsewhere.
const DRAWN: Duration = Duration::from_millis(100);
const WRITTEN: Duration = Duration::from_secs(5);
const WIDTH: usize = 30;

/// On standard error, so that standard output is the result alone.
pub struct Progress {
    started: Instant,
    told: Cell<Option<Instant>>,
    every: Option<Duration>,
    is_terminal: bool,
}

impl Progress {
    pub fn start(is_silent: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let every = if is_terminal { DRAWN } else { WRITTEN };
        Self {
            started: Instant::now(),
            told: Cell::new(None),
            every: (!is_silent).then_some(every),
            is_terminal,
        }
    }

    /// Where the filling is between where it began and the head, which goes on meanwhile.
    pub fn at(&self, begun: i64, position: i64, head: i64) {
        let Some(every) = self.every else { return };
        if self.told.get().is_some_and(|told| told.elapsed() < every) {
            return;
        }
        self.told.set(Some(Instant::now()));
        let (done, all) = (
            position - begun,
            (head - begun).max(position - begun).max(1),
        );
        let per_second = u64::try_from(done).unwrap_or_default() * 1_000
            / u64::try_from(self.started.elapsed().as_millis().max(1)).unwrap_or(u64::MAX);
        if self.is_terminal {
            let filled = usize::try_from(done * 30 / all).unwrap_or(WIDTH).min(WIDTH);
            let (full, empty) = ("█".repeat(filled), "░".repeat(WIDTH - filled));
            write(&format!(
                "\r\x1b[2K{full}{empty} {done} of {all} events, {per_second}/s"
            ));
        } else {
            write(&format!("{done} of {all} events, {per_second}/s\n"));
        }
    }

    pub fn say(&self, line: &str) {
        if self.every.is_some() {
            self.end();
            write(&format!("{line}\n"));
        }
    }

    pub fn end(&self) {
        if self.is_terminal && self.every.is_some() {
            write("\r\x1b[2K");
        }
    }
}

/// Nobody may be reading.
fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
