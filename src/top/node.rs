//! One process that is looked at.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Context;
use reqwest::Client;
use serde_json::Value;

use super::exposition::Page;
use crate::data::DataDir;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a process is found.
#[derive(Clone, Debug)]
pub enum Target {
    /// By its data directory: after another start it has another port.
    Data(PathBuf),
    /// By its administration's address.
    Admin(String),
}

/// What it showed at a moment.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Since the first look.
    pub at: Duration,
    pub page: Page,
    pub readiness: Value,
}

/// A process, and what it showed last.
#[derive(Debug)]
pub struct Node {
    target: Target,
    http: Client,
    /// Where it answers, or where it should.
    pub name: String,
    /// The last look, and the one before; nothing while it does not answer.
    pub seen: Option<(Option<Sample>, Sample)>,
    trouble: Option<String>,
}

impl Node {
    pub fn new(target: Target) -> anyhow::Result<Self> {
        let name = match &target {
            Target::Data(path) => path.display().to_string(),
            Target::Admin(url) => url.clone(),
        };
        // A proxy for the world is not for this machine's own services.
        let http = Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self {
            target,
            http,
            name,
            seen: None,
            trouble: None,
        })
    }

    /// Asks. Who does not answer is asked again the next time.
    pub async fn look(&mut self, started: Instant) {
        match self.ask(started).await {
            Ok(sample) => {
                let before = self.seen.take().map(|(_, now)| now);
                self.show(before, sample);
            }
            Err(error) => self.miss(format!("{error:#}")),
        }
    }

    /// What it shows now, and showed before.
    pub fn show(&mut self, before: Option<Sample>, now: Sample) {
        self.seen = Some((before, now));
        self.trouble = None;
    }

    /// It does not answer.
    pub fn miss(&mut self, trouble: String) {
        self.seen = None;
        self.trouble = Some(trouble);
    }

    /// Why there is nothing to show of it.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.as_ref()?;
        Some(format!("{} cannot be reached: {trouble}", self.name))
    }

    async fn ask(&mut self, started: Instant) -> anyhow::Result<Sample> {
        let url = self.address()?;
        self.name.clone_from(&url);
        let page = self.http.get(format!("{url}/metrics")).send();
        let page = page.await.map_err(plainly)?.error_for_status()?;
        let page = Page::read(&page.text().await?);
        let at = started.elapsed();
        let readiness = self.http.get(format!("{url}/readyz")).send().await;
        let mut readiness: Value = readiness.map_err(plainly)?.json().await?;
        if let Some(own) = readiness.get_mut("readiness") {
            // A problem, with the answer in it.
            readiness = own.take();
        }
        Ok(Sample {
            at,
            page,
            readiness,
        })
    }

    fn address(&self) -> anyhow::Result<String> {
        match &self.target {
            Target::Admin(url) => Ok(url.trim_end_matches('/').to_owned()),
            Target::Data(path) => {
                let run = DataDir::open(path)?.running()?;
                let run = run.context("no `tidings up` is running there")?;
                run.admin.context("it does not say where its metrics are")
            }
        }
    }
}

/// The innermost reason: the address stands beside it already.
fn plainly(error: reqwest::Error) -> anyhow::Error {
    let error = anyhow::Error::from(error.without_url());
    anyhow::anyhow!("{}", error.root_cause())
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, routing::get};
    use serde_json::json;
    use tokio::{net::TcpListener, task::JoinHandle};

    use super::*;

    async fn serve(address: &str) -> (JoinHandle<()>, String) {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new()
            .route("/metrics", get(async || "tidings_connections 7\n"))
            .route("/readyz", get(async || Json(json!({ "status": "ready" }))));
        let limits = api::http::ServeLimits::default();
        let shutdown = tokio_util::sync::CancellationToken::new();
        let serving = api::http::serve::serve(listener, router, shutdown, limits);
        (tokio::spawn(async { serving.await.unwrap() }), address)
    }

    #[tokio::test]
    async fn a_process_that_goes_away_is_missed_and_seen_again_when_it_is_back() {
        // It is listened at again later.
        let port = house::Port::claim().unwrap();
        let (serving, address) = serve(&format!("127.0.0.1:{}", port.number())).await;
        let mut node = Node::new(Target::Admin(format!("http://{address}/"))).unwrap();
        let started = Instant::now();
        node.look(started).await;
        node.look(started).await;
        let (before, now) = node.seen.as_ref().unwrap();
        assert_eq!(now.page.sum("tidings_connections", &[]), Some(7.0));
        assert!(before.is_some() && node.trouble().is_none());

        serving.abort();
        let _ = serving.await;
        // What is open still answers once; a new connection does not.
        node.http = Client::builder().no_proxy().build().unwrap();
        node.look(started).await;
        assert!(node.seen.is_none());
        let trouble = node.trouble().unwrap();
        let said = format!("http://{address} cannot be reached: ");
        assert!(trouble.starts_with(&said), "{trouble}");

        let (_serving, _) = serve(&address).await;
        node.look(started).await;
        assert!(matches!(&node.seen, Some((None, now)) if now.readiness["status"] == "ready"));
        assert!(node.trouble().is_none());
    }
}
