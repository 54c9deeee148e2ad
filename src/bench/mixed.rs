//! An everyday mixture: people write, read, mark, edit, take back and delete, each at its time, whether or not the answer to
//! what they asked before has come. What waits in the service is so not left out of the figures.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    time::Duration,
};

use anyhow::{Context, ensure};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{
    cpu::Used,
    figures::{Cpu, Quantiles, rounded},
    http::{Connection, request},
    people::{Pair, Person},
    send::{Turns, Window},
    service::Service,
};

const WARM: Duration = Duration::from_secs(2);
const SETTLES: Duration = Duration::from_mins(1);
/// Of a hundred.
const SHARES: [(Act, u32); 7] = [
    (Act::Send, 70),
    (Act::ReadInbox, 10),
    (Act::ReadConversations, 5),
    (Act::MarkRead, 5),
    (Act::Delete, 5),
    (Act::Edit, 3),
    (Act::TakeBack, 2),
];
/// How many of somebody's last messages can still be edited or taken back.
const REMEMBERED: usize = 16;
const BODY: usize = 200;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Send,
    ReadInbox,
    ReadConversations,
    MarkRead,
    Delete,
    Edit,
    TakeBack,
}

/// The whole mixture.
#[derive(Serialize)]
pub struct Mixed {
    pub asked_per_s: u32,
    #[serde(serialize_with = "rounded")]
    pub per_s: f64,
    pub acts: Vec<Acted>,
    pub cpu_s_per_1000: Cpu,
}

/// One kind of act. Times count from when it was due.
#[derive(Serialize)]
pub struct Acted {
    pub act: &'static str,
    pub count: usize,
    #[serde(serialize_with = "rounded")]
    pub p50_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub p99_ms: f64,
}

type Latencies = BTreeMap<Act, Vec<Duration>>;

impl Act {
    fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::ReadInbox => "read inbox",
            Self::ReadConversations => "read conversations",
            Self::MarkRead => "mark as read",
            Self::Delete => "delete",
            Self::Edit => "edit",
            Self::TakeBack => "take back",
        }
    }

    /// The same mixture every time: a hundred acts hold each as often as it is to be, spread over the hundred.
    fn of(number: u32) -> Self {
        // 37 and 100 have no divisor in common, so every place comes once.
        let place = number.wrapping_mul(37) % 100;
        let mut upto = 0;
        for (act, share) in SHARES {
            upto += share;
            if place < upto {
                return act;
            }
        }
        Self::Send
    }
}

/// Lets the pairs live at this pace for so long.
pub async fn mixed(
    service: &Service,
    pairs: &[Pair],
    per_s: u32,
    measured: Duration,
) -> anyhow::Result<Mixed> {
    let people: Vec<(&Person, &Person)> = pairs
        .iter()
        .flat_map(|pair| {
            [
                (&pair.sender, &pair.receiver),
                (&pair.receiver, &pair.sender),
            ]
        })
        .collect();
    let begin = Instant::now();
    let window = Window {
        from: begin + WARM,
        until: begin + WARM + measured,
    };
    let between = Duration::from_secs(1) / per_s;
    let period = between * u32::try_from(people.len())?;
    let mut living = JoinSet::new();
    for ((person, other), number) in people.into_iter().zip(0..) {
        let life = Life::begin(service.address(), person, other).await?;
        let turns = Turns {
            first: begin + between * number,
            period,
        };
        living.spawn(life.live(number, turns, window));
    }
    sleep_until(window.from).await;
    let before = Used::by(service.pids())?;
    let mut latencies = Latencies::new();
    while let Some(seen) = living.join_next().await {
        for (act, times) in seen?? {
            latencies.entry(act).or_default().extend(times);
        }
    }
    service.settle(SETTLES).await?;
    let used = Used::by(service.pids())? - before;
    let count = u32::try_from(latencies.values().map(Vec::len).sum::<usize>())?;
    let acts = latencies.into_iter().map(|(act, times)| {
        let quantiles = Quantiles::of(&times)?;
        anyhow::Ok(Acted {
            act: act.name(),
            count: times.len(),
            p50_ms: quantiles.p50,
            p99_ms: quantiles.p99,
        })
    });
    Ok(Mixed {
        asked_per_s: per_s,
        per_s: f64::from(count) / measured.as_secs_f64(),
        acts: acts.collect::<anyhow::Result<_>>()?,
        cpu_s_per_1000: Cpu::of(used, count),
    })
}

/// One person's, with another.
struct Life {
    connection: Connection,
    token: String,
    other: String,
    /// Own messages, the newest last.
    sent: VecDeque<String>,
    /// What the inbox showed.
    received: Vec<String>,
}

impl Life {
    async fn begin(address: SocketAddr, person: &Person, other: &Person) -> anyhow::Result<Self> {
        Ok(Self {
            connection: Connection::open(address).await?,
            token: person.token.clone(),
            other: other.name.clone(),
            sent: VecDeque::new(),
            received: Vec::new(),
        })
    }

    /// Begins somewhere in the mixture, so that not everybody does the same at once.
    async fn live(
        mut self,
        begins: u32,
        turns: Turns,
        window: Window,
    ) -> anyhow::Result<Latencies> {
        let mut latencies = Latencies::new();
        let mut due = turns.first;
        for number in begins.. {
            sleep_until(due.min(window.until)).await;
            if due >= window.until {
                break;
            }
            let act = self.act(Act::of(number)).await?;
            if window.contains(due) {
                latencies.entry(act).or_default().push(due.elapsed());
            }
            due += turns.period;
        }
        Ok(latencies)
    }

    /// Does it, or sends a message where there is none yet to do it with; says what was done.
    async fn act(&mut self, act: Act) -> anyhow::Result<Act> {
        match act {
            Act::ReadInbox => {
                let page = self.ask("GET", "/api/v1/inbox?limit=50", "", 200).await?;
                self.received = ids(&page["items"]);
            }
            Act::ReadConversations => {
                self.ask("GET", "/api/v1/conversations", "", 200).await?;
            }
            Act::MarkRead if !self.received.is_empty() => {
                let read = json!({ "message_ids": self.received.split_off(0) }).to_string();
                self.ask("POST", "/api/v1/inbox/read", &read, 204).await?;
            }
            Act::Delete if !self.sent.is_empty() => {
                let message = self.sent.pop_front().unwrap_or_default();
                let path = format!("/api/v1/sent/{message}");
                self.ask("DELETE", &path, "", 204).await?;
            }
            Act::Edit if !self.sent.is_empty() => {
                let message = self.sent.back().cloned().unwrap_or_default();
                let path = format!("/api/v1/messages/{message}");
                let text = json!({ "body": "y".repeat(BODY) }).to_string();
                self.ask("PATCH", &path, &text, 200).await?;
            }
            Act::TakeBack if !self.sent.is_empty() => {
                let message = self.sent.pop_back().unwrap_or_default();
                let path = format!("/api/v1/messages/{message}");
                self.ask("DELETE", &path, "", 204).await?;
            }
            _ => {
                self.send().await?;
                return Ok(Act::Send);
            }
        }
        Ok(act)
    }

    async fn send(&mut self) -> anyhow::Result<()> {
        let message = json!({ "to": [self.other], "body": "x".repeat(BODY) }).to_string();
        let sent = self.ask("POST", "/api/v1/messages", &message, 201).await?;
        self.sent.extend(sent["id"].as_str().map(str::to_owned));
        if self.sent.len() > REMEMBERED {
            self.sent.pop_front();
        }
        Ok(())
    }

    async fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        expected: u16,
    ) -> anyhow::Result<Value> {
        let question = request(method, path, Some(&self.token), body);
        let answer = self.connection.call(&question).await?;
        ensure!(
            answer.status == expected,
            "{method} {path} was answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body).context("an answer that is not JSON")
    }
}

fn ids(items: &Value) -> Vec<String> {
    let items = items.as_array().into_iter().flatten();
    let ids = items.filter_map(|item| item["message"]["id"].as_str());
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_acts_hold_each_as_often_as_it_is_to_be() {
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<u32>(), 100);
        for begins in [0, 17, 1_000] {
            let acts: Vec<Act> = (begins..begins + 100).map(Act::of).collect();
            for (act, share) in SHARES {
                let count = acts.iter().filter(|done| **done == act).count();
                assert_eq!(count, share as usize, "{}", act.name());
            }
        }
    }
}
