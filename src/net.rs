//! Addresses to listen at.

use std::net::SocketAddr;

use anyhow::Context;
use tokio::net::TcpListener;

/// Listens, or says in one sentence why it cannot.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen at {address}: is something else there? --listen chooses another address"
        )
    })
}
