//! The stages that a message passes, and what stands for each.

use super::{
    node::Sample,
    rates::{per_second, quantile},
};

/// Labels that a series has to carry.
type Labels = &'static [(&'static str, &'static str)];

/// What is shown of a stage.
pub struct Plan {
    pub name: &'static str,
    counter: Option<(&'static str, Labels)>,
    durations: Option<&'static str>,
    /// How much waits, and for how long.
    lag: Option<(&'static str, Option<&'static str>)>,
    /// Of several processes each knows the same lag, one of them perhaps late.
    takes_least: bool,
    /// The line of bars tells the lag, and not the rate.
    pub tells_lag: bool,
}

const SENDS: Labels = &[
    ("http_request_method", "POST"),
    ("http_route", "/api/v1/messages"),
    ("http_response_status_code", "201"),
];
const NOTHING: Plan = Plan {
    name: "",
    counter: None,
    durations: None,
    lag: None,
    takes_least: false,
    tells_lag: false,
};

/// In the order of a message's way.
pub const PLANS: [Plan; 8] = [
    Plan {
        name: "1 requests",
        counter: Some(("http_server_request_duration_seconds_count", &[])),
        durations: Some("http_server_request_duration_seconds"),
        ..NOTHING
    },
    Plan {
        name: "1 sends",
        counter: Some(("http_server_request_duration_seconds_count", SENDS)),
        ..NOTHING
    },
    Plan {
        name: "3 appends",
        counter: Some(("tidings_appended_events_total", &[])),
        durations: Some("tidings_append_duration_seconds"),
        lag: Some(("tidings_append_queue_commands", None)),
        ..NOTHING
    },
    Plan {
        name: "4 relay",
        counter: Some(("tidings_relay_published_events_total", &[])),
        durations: Some("tidings_relay_publish_duration_seconds"),
        lag: Some((
            "tidings_relay_lag_events",
            Some("tidings_relay_lag_seconds"),
        )),
        takes_least: true,
        tells_lag: true,
    },
    Plan {
        name: "5 projector",
        counter: Some(("tidings_projected_events_total", &[])),
        durations: Some("tidings_projector_batch_duration_seconds"),
        lag: Some((
            "tidings_projector_lag_events",
            Some("tidings_projector_lag_seconds"),
        )),
        takes_least: false,
        tells_lag: true,
    },
    Plan {
        name: "6 push",
        counter: Some(("tidings_stream_frames_total", &[])),
        durations: Some("tidings_push_duration_seconds"),
        ..NOTHING
    },
    Plan {
        name: "webhooks",
        counter: Some(("tidings_webhook_deliveries_total", &[])),
        lag: Some(("tidings_webhook_lag", None)),
        tells_lag: true,
        ..NOTHING
    },
    Plan {
        name: "sealer",
        lag: Some((
            "tidings_sealer_lag_events",
            Some("tidings_sealer_lag_seconds"),
        )),
        takes_least: true,
        tells_lag: true,
        ..NOTHING
    },
];

/// A stage between two moments. What is not known is not shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    pub name: &'static str,
    pub rate: Option<f64>,
    pub p50: Option<f64>,
    pub p99: Option<f64>,
    pub lag: Option<f64>,
    pub waits: Option<f64>,
    /// The last minute, the newest last.
    pub trend: Vec<f64>,
}

impl Plan {
    /// Over all processes that were seen.
    pub fn over(&self, seen: &[&(Option<Sample>, Sample)]) -> Stage {
        let (p50, p99) = self.durations(seen);
        Stage {
            name: self.name,
            rate: self
                .counter
                .and_then(|(name, labels)| rate(seen, name, labels)),
            p50,
            p99,
            lag: self.lag.and_then(|(events, _)| self.furthest(seen, events)),
            waits: self
                .lag
                .and_then(|(_, seconds)| self.furthest(seen, seconds?)),
            trend: Vec::new(),
        }
    }

    fn durations(&self, seen: &[&(Option<Sample>, Sample)]) -> (Option<f64>, Option<f64>) {
        let Some(name) = self.durations else {
            return (None, None);
        };
        let (mut before, mut now) = (Vec::new(), Vec::new());
        for (earlier, later) in seen.iter().copied() {
            if let Some(earlier) = earlier {
                add(&mut before, &earlier.page.buckets(name));
                add(&mut now, &later.page.buckets(name));
            }
        }
        (quantile(0.5, &before, &now), quantile(0.99, &before, &now))
    }

    fn furthest(&self, seen: &[&(Option<Sample>, Sample)], name: &str) -> Option<f64> {
        let all = |sample: &Sample| {
            let values = sample.page.all(name).map(|series| series.value);
            values.reduce(f64::max)
        };
        let values = seen.iter().filter_map(|(_, now)| all(now));
        values.reduce(if self.takes_least { f64::min } else { f64::max })
    }
}

/// How much of a counter comes a second, over all processes.
pub fn rate(
    seen: &[&(Option<Sample>, Sample)],
    name: &str,
    labels: &[(&str, &str)],
) -> Option<f64> {
    let rates = seen.iter().filter_map(|(before, now)| {
        let before = before.as_ref()?;
        let came = now.page.sum(name, labels);
        let known = before.page.sum(name, labels).unwrap_or(0.0);
        let seconds = now.at.saturating_sub(before.at).as_secs_f64();
        // What nobody has counted yet did not come.
        per_second(known, came.unwrap_or(known), seconds)
    });
    rates.reduce(|sum, rate| sum + rate)
}

fn add(all: &mut Vec<(f64, f64)>, buckets: &[(f64, f64)]) {
    for (bound, count) in buckets {
        match all.iter_mut().find(|(own, _)| own.total_cmp(bound).is_eq()) {
            Some((_, sum)) => *sum += count,
            None => all.push((*bound, *count)),
        }
    }
}
