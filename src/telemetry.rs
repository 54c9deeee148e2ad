//! Logs: for people on a terminal, for programs elsewhere. Never bodies, never tokens. And what is counted.

use std::{
    io::{self, IsTerminal},
    sync::OnceLock,
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// What was counted in this process, as Prometheus reads it.
pub fn metrics() -> String {
    METRICS
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}

/// Starts counting, before anything takes a handle to count by, and logging to standard error. `RUST_LOG` says how much.
pub fn start() {
    if let Ok(handle) = PrometheusBuilder::new().install_recorder() {
        METRICS.get_or_init(|| handle);
    }
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,async_nats=warn,sqlx=warn"));
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
