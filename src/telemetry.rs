//! Logs: for people on a terminal, for programs elsewhere. Never bodies, never tokens. And what is counted.

mod gauges;
mod machine;
#[cfg_attr(not(feature = "otel"), path = "telemetry/traceless.rs")]
pub mod traces;
mod words;

use std::{
    io::{self, IsTerminal},
    sync::OnceLock,
    time::Duration,
};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

pub use gauges::Gauges;

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// The upper ends of what takes time, in seconds: fine where a push is told, coarse where a client waits.
const SECONDS: [f64; 15] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// The upper ends of batches, in events.
const EVENTS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
/// How often samples become buckets: until then each takes its eight bytes.
const UPKEEP: Duration = Duration::from_secs(5);

/// What was counted in this process, as Prometheus reads it.
pub fn metrics() -> String {
    METRICS
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

/// Keeps what is counted small, also where nobody asks for it.
pub async fn keep_small(shutdown: CancellationToken) {
    let mut ticks = interval(UPKEEP);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Some(handle) = METRICS.get() {
            handle.run_upkeep();
        }
    }
}

/// Starts counting, before anything takes a handle to count by, and logging to standard error. `RUST_LOG` says how much; without
/// it a service tells what it does, and an operator's command only what is wrong.
pub fn start(is_service: bool) {
    if let Ok(handle) = recorder().and_then(PrometheusBuilder::install_recorder) {
        METRICS.get_or_init(|| handle);
    }
    let told = if is_service {
        "info,async_nats=warn,sqlx=warn"
    } else {
        "warn"
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(told));
    let registry = tracing_subscriber::registry().with(filter);
    if io::stderr().is_terminal() {
        registry
            .with(fmt::layer().with_writer(io::stderr).compact())
            .init();
    } else {
        registry
            .with(fmt::layer().with_writer(io::stderr).json())
            .init();
    }
}

fn recorder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let events = Matcher::Suffix("_events".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &SECONDS)?
        .set_buckets_for_metric(events, &EVENTS)
}
