//! The embedded Postgres and nats-server: private children of `tidings up`, started, watched and stopped here.

mod command;
mod nats_server;
mod orphan;
mod places;
mod postgres;
mod programs;
mod run_as;
mod supervise;

use std::time::{Duration, Instant};

use tokio::sync::watch;

use self::nats_server::NatsServer;
use self::postgres::Postgres;
pub use self::programs::Missing;
use self::run_as::RunAs;
use self::supervise::Supervised;
use crate::data::DataDir;

/// How an engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not ready for the first time yet.
    Starting,
    /// It answers.
    Ready,
    /// It ended by itself, and is being started again.
    Down {
        /// When it ended.
        since: Instant,
        /// How often it had to be started again so far.
        restarts: u32,
    },
}

/// Both engines, ready. Await [`Engines::stop`] before the process ends, so that they end in order.
pub struct Engines {
    /// In the order in which they stop: the log outlives its copy.
    embedded: Vec<Supervised>,
    database_url: String,
    nats_url: String,
    nats_token: Option<String>,
    report: Vec<String>,
}

impl Engines {
    /// Starts both, or what is not given as an external one, and waits until they answer.
    pub async fn start(
        data: &DataDir,
        external_database: Option<String>,
        external_nats: Option<String>,
    ) -> anyhow::Result<Self> {
        let run_as = RunAs::choose(data.path())?;
        let mut postgres = None;
        let mut nats = None;
        let mut nats_token = None;
        let database_url = match external_database {
            Some(url) => url,
            None => postgres
                .insert(Postgres::new(data, &run_as)?)
                .url("tidings"),
        };
        let nats_url = if let Some(url) = external_nats {
            url
        } else {
            let server = nats.insert(NatsServer::new(data, &run_as)?);
            nats_token = Some(server.token().to_owned());
            server.url()
        };

        let mut report = Vec::new();
        if postgres.is_none() {
            report.push(line("postgres", "", "external", "TIDINGS_DATABASE_URL"));
        }
        if nats.is_none() {
            report.push(line("nats", "", "external", "TIDINGS_NATS_URL"));
        }
        let embedded = supervise::in_own_thread(nats, postgres)?;
        let mut engines = Self {
            embedded,
            database_url,
            nats_url,
            nats_token,
            report,
        };
        match engines.first_answers().await {
            Ok(()) => Ok(engines),
            Err(error) => {
                engines.stop().await;
                Err(error)
            }
        }
    }

    async fn first_answers(&mut self) -> anyhow::Result<()> {
        for engine in self.embedded.iter_mut().rev() {
            let born = engine.first_answer().await?;
            self.report.push(line(
                engine.name,
                &born.version,
                &born.place,
                &born.readiness(),
            ));
        }
        Ok(())
    }

    /// Where sqlx finds the log.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url.clone()
    }

    /// Where NATS clients connect; it stays the same when the server is started again.
    #[must_use]
    pub fn nats_url(&self) -> String {
        self.nats_url.clone()
    }

    /// What the embedded nats-server asks for; an external one's credentials are in its address.
    #[must_use]
    pub fn nats_token(&self) -> Option<String> {
        self.nats_token.clone()
    }

    /// A line about each for the person who started it.
    #[must_use]
    pub fn report(&self) -> &[String] {
        &self.report
    }

    /// How the embedded ones are, by name; can be read at any time.
    #[must_use]
    pub fn states(&self) -> Vec<(&'static str, watch::Receiver<State>)> {
        self.embedded
            .iter()
            .map(|engine| (engine.name, engine.state.clone()))
            .collect()
    }

    /// Returns when they have ended.
    pub async fn stop(self) {
        for engine in self.embedded {
            engine.stop().await;
        }
    }
}

fn line(name: &str, version: &str, place: &str, readiness: &str) -> String {
    format!("{name:<9} {version:<8} {place:<26} {readiness}")
}

/// What is told about an engine that has just answered for the first time.
struct Born {
    version: String,
    place: String,
    created: bool,
    after: Duration,
}

impl Born {
    fn readiness(&self) -> String {
        let created = if self.created { " (created)" } else { "" };
        format!("ready {:.1} s{created}", self.after.as_secs_f32())
    }
}
