//! Logs: for people on a terminal, for programs elsewhere. Never bodies, never tokens.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging to standard error. `RUST_LOG` says how much.
pub fn start() {
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
