//! Those who send: each its next message as soon as the last one is acknowledged, or in its turn.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::ensure;
use tokio::time::{Instant, sleep_until};

use super::{http::Connection, letter::Letter};

/// When messages count.
#[derive(Clone, Copy)]
pub struct Window {
    pub from: Instant,
    pub until: Instant,
}

impl Window {
    pub fn contains(&self, moment: Instant) -> bool {
        (self.from..self.until).contains(&moment)
    }
}

/// When each of one sender's messages set off, for its receiver to compare.
#[derive(Clone, Default)]
pub struct Departures(Arc<Mutex<Vec<Instant>>>);

impl Departures {
    pub fn of(&self, number: usize) -> Option<Instant> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(number)
            .copied()
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn note(&self, moment: Instant) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(moment);
    }
}

/// In whose turn: the first message goes at `first`, then one a period.
#[derive(Clone, Copy)]
pub struct Turns {
    pub first: Instant,
    pub period: Duration,
}

/// What one sender saw.
#[derive(Default)]
pub struct Sent {
    /// How long those took that set off and were acknowledged in the window.
    pub latencies: Vec<Duration>,
    /// How many set off in it.
    pub counted: usize,
}

/// Sends until the window closes.
pub async fn send(
    address: SocketAddr,
    mut letter: Letter,
    turns: Option<Turns>,
    window: Window,
    departures: Departures,
) -> anyhow::Result<Sent> {
    let mut connection = Connection::open(address).await?;
    let mut sent = Sent::default();
    let mut due = turns.map(|turns| turns.first);
    for number in 0.. {
        let departure = match (&mut due, turns) {
            // Whoever is late because the last answer was has waited all the same.
            (Some(due), Some(turns)) => {
                let turn = *due;
                sleep_until(turn.min(window.until)).await;
                *due += turns.period;
                turn
            }
            _ => Instant::now(),
        };
        let request = letter.numbered(number);
        if departure >= window.until {
            break;
        }
        departures.note(departure);
        let answer = connection.call(request).await?;
        let arrival = Instant::now();
        ensure!(
            answer.status == 201,
            "a message was refused: {}",
            String::from_utf8_lossy(&answer.body)
        );
        if window.contains(departure) {
            sent.counted += 1;
            if arrival < window.until {
                sent.latencies.push(arrival - departure);
            }
        }
    }
    Ok(sent)
}
