//! Everything that is shown, as figures: from what the processes showed at two moments.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

use super::{
    node::{Node, Sample},
    stages::{PLANS, Stage, rate},
};

/// How many looks a trend remembers.
const MINUTE: usize = 60;

/// A look at a service.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub nodes: Vec<Process>,
    pub stages: Vec<Stage>,
    pub partitions: Vec<Partition>,
    /// What is counted beside the stages.
    pub figures: Vec<(&'static str, f64)>,
    /// Each engine with its state.
    pub engines: Vec<(String, String)>,
    /// Tasks that are down, with why.
    pub failures: Vec<(String, String)>,
    /// Why a process is not shown.
    pub troubles: Vec<String>,
}

/// A process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub name: String,
    pub state: String,
    pub memory: Option<f64>,
    pub disk_free: Option<f64>,
    pub disk_share: Option<f64>,
    pub connections: Option<f64>,
    /// Of its databases', in use and at most.
    pub pools: Option<(f64, f64)>,
}

/// A partition of the read models.
#[derive(Clone, Debug)]
pub struct Partition {
    pub name: String,
    pub checkpoint: f64,
    pub lag: f64,
    pub waits: f64,
}

/// What was shown before, for the lines of bars.
#[derive(Debug, Default)]
pub struct Trends(HashMap<&'static str, VecDeque<f64>>);

impl Board {
    /// Of processes that were just looked at.
    pub fn of(nodes: &[Node], trends: &mut Trends) -> Self {
        let seen: Vec<_> = nodes.iter().filter_map(|node| node.seen.as_ref()).collect();
        let stages = PLANS.iter().map(|plan| {
            let mut stage = plan.over(&seen);
            let told = if plan.tells_lag {
                stage.lag
            } else {
                stage.rate
            };
            stage.trend = trends.go_on(plan.name, told);
            stage
        });
        Self {
            nodes: nodes.iter().map(Process::of).collect(),
            stages: stages.collect(),
            partitions: partitions(&seen),
            figures: figures(&seen),
            engines: engines(&seen),
            failures: failures(&seen),
            troubles: nodes.iter().filter_map(Node::trouble).collect(),
        }
    }
}

impl Trends {
    fn go_on(&mut self, name: &'static str, value: Option<f64>) -> Vec<f64> {
        let trend = self.0.entry(name).or_default();
        trend.extend(value);
        while trend.len() > MINUTE {
            trend.pop_front();
        }
        trend.iter().copied().collect()
    }
}

impl Process {
    fn of(node: &Node) -> Self {
        let name = node.name.clone();
        let Some((_, now)) = &node.seen else {
            let state = if node.trouble().is_some() {
                "away"
            } else {
                "asking"
            };
            return Self {
                name,
                state: state.to_owned(),
                ..Self::default()
            };
        };
        let one = |metric| now.page.sum(metric, &[]);
        let free = one("tidings_disk_free_bytes");
        let size = one("tidings_disk_size_bytes");
        let used = now
            .page
            .sum("tidings_pool_connections", &[("state", "used")]);
        Self {
            name,
            state: now.readiness["status"].as_str().unwrap_or("?").to_owned(),
            memory: one("process_resident_memory_bytes"),
            disk_free: free,
            disk_share: free.zip(size).map(|(free, size)| free / size),
            connections: one("tidings_connections"),
            pools: used.zip(one("tidings_pool_connections_max")),
        }
    }
}

type Seen<'a> = [&'a (Option<Sample>, Sample)];

/// Of every process that shows them: the newest.
fn partitions(seen: &Seen) -> Vec<Partition> {
    let mut partitions: Vec<Partition> = Vec::new();
    for (_, now) in seen {
        for series in now.page.all("tidings_projector_checkpoint") {
            let name = series.label("partition").unwrap_or("?");
            let own = |metric| now.page.sum(metric, &[("partition", name)]).unwrap_or(0.0);
            let found = Partition {
                name: name.to_owned(),
                checkpoint: series.value,
                lag: own("tidings_projector_lag_events"),
                waits: own("tidings_projector_lag_seconds"),
            };
            match partitions.iter_mut().find(|known| known.name == name) {
                Some(known) if known.checkpoint >= found.checkpoint => {}
                Some(known) => *known = found,
                None => partitions.push(found),
            }
        }
    }
    partitions.sort_by(|one, other| one.name.cmp(&other.name));
    partitions
}

fn figures(seen: &Seen) -> Vec<(&'static str, f64)> {
    let now = |metric: &str, labels: &[(&str, &str)]| {
        let values = seen
            .iter()
            .filter_map(|(_, now)| now.page.sum(metric, labels));
        values.reduce(|sum, value| sum + value)
    };
    let stand = |kind| now("tidings_streams", &[("kind", kind)]);
    let a_second = |metric, labels: &[(&str, &str)]| rate(seen, metric, labels);
    let known = [
        ("sockets", now("tidings_connections", &[])),
        ("sse", stand("sse")),
        ("websocket", stand("websocket")),
        ("events/batch", a_batch(seen)),
        ("5xx/s", failed(seen)),
        ("429/s", a_second("tidings_throttled_total", &[])),
        ("cut off/s", a_second("tidings_streams_cut_off_total", &[])),
        (
            "append refusals/s",
            a_second("tidings_append_refusals_total", &[]),
        ),
        (
            "log-ins/s",
            a_second("tidings_logins_total", &[("outcome", "accepted")]),
        ),
        (
            "wrong/s",
            a_second("tidings_logins_total", &[("outcome", "refused")]),
        ),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// How many events one COMMIT takes.
fn a_batch(seen: &Seen) -> Option<f64> {
    let batches = rate(seen, "tidings_append_batch_events_count", &[]);
    let events = rate(seen, "tidings_append_batch_events_sum", &[]);
    let some = batches.filter(|batches| *batches > 0.0);
    Some(events? / some?)
}

/// Requests that were answered with 5xx, a second.
fn failed(seen: &Seen) -> Option<f64> {
    let status = "http_response_status_code";
    let name = "http_server_request_duration_seconds_count";
    let mut statuses: Vec<String> = Vec::new();
    for (_, now) in seen {
        let all = now.page.all(name).filter_map(|series| series.label(status));
        statuses.extend(all.filter(|code| code.starts_with('5')).map(str::to_owned));
    }
    statuses.sort();
    statuses.dedup();
    // None is known before the second look.
    rate(seen, name, &[])?;
    let rates = statuses
        .iter()
        .filter_map(|code| rate(seen, name, &[(status, code)]));
    // An empty sum would be -0.
    Some(rates.fold(0.0, |sum, rate| sum + rate))
}

fn engines(seen: &Seen) -> Vec<(String, String)> {
    let all = seen
        .iter()
        .filter_map(|(_, now)| now.readiness["engines"].as_array());
    all.flatten()
        .map(|engine| (text(&engine["name"]), text(&engine["state"])))
        .collect()
}

fn failures(seen: &Seen) -> Vec<(String, String)> {
    let all = seen
        .iter()
        .filter_map(|(_, now)| now.readiness["tasks"].as_array());
    all.flatten()
        .filter(|task| task["running"] == false)
        .map(|task| (text(&task["name"]), text(&task["failure"])))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("?").to_owned()
}
