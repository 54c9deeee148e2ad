//! What the same framework answers in the same minute when there is nothing to do.

use std::net::SocketAddr;

use axum::{Router, routing::get, serve};
use tokio::{net::TcpListener, task::AbortHandle};

/// A service that says nothing, on the same machine; gone when this is dropped.
pub struct EmptyHandler {
    address: SocketAddr,
    task: AbortHandle,
}

impl EmptyHandler {
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let app = Router::new().route("/", get(async || ""));
        let task = tokio::spawn(async move { serve(listener, app).await });
        Ok(Self {
            address,
            task: task.abort_handle(),
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for EmptyHandler {
    fn drop(&mut self) {
        self.task.abort();
    }
}
