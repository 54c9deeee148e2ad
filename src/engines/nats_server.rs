//! A private nats-server on the loopback interface, with JetStream and a random token.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::ensure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nix::sys::signal::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use super::Born;
use super::command::{child, log_file};
use super::orphan;
use super::places::free_port;
use super::programs::{self, Found};
use super::run_as::RunAs;
use super::supervise::Engine;
use crate::data::{DataDir, make_dir, write_file};

pub(super) struct NatsServer {
    program: Found,
    run_as: RunAs,
    home: PathBuf,
    log: PathBuf,
    token: String,
    /// Chosen once, so that clients find it again after a restart.
    port: u16,
    monitoring: u16,
    created: bool,
}

impl NatsServer {
    pub(super) fn new(data: &DataDir, run_as: &RunAs) -> anyhow::Result<Self> {
        let program = programs::nats_server()?;
        let home = data.path().join("nats");
        make_dir(&home, 0o700, run_as.owner())?;
        let logs = data.path().join("log");
        make_dir(&logs, 0o700, None)?;
        Ok(Self {
            program,
            run_as: run_as.clone(),
            created: !home.join("jetstream").exists(),
            home,
            log: logs.join("nats-server.log"),
            token: URL_SAFE_NO_PAD.encode(data.secret("nats-token")?),
            port: free_port()?,
            monitoring: free_port()?,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    fn pid_file(&self) -> PathBuf {
        self.home.join("nats-server.pid")
    }

    fn settings(&self) -> anyhow::Result<String> {
        let Self {
            port,
            monitoring,
            token,
            home,
            ..
        } = self;
        // Quoted as in JSON.
        let pid_file = serde_json::to_string(&self.pid_file())?;
        let home = serde_json::to_string(home)?;
        Ok(format!(
            r#"# Written by tidings at each start.
server_name: tidings
host: 127.0.0.1
port: {port}
http: "127.0.0.1:{monitoring}"
pid_file: {pid_file}
authorization {{ token: "{token}" }}
jetstream {{
  store_dir: {home}
  # It acknowledges before this; the log can always fill it again.
  sync_interval: "10s"
}}
"#
        ))
    }
}

impl Engine for NatsServer {
    const NAME: &'static str = "nats";
    const STOP: Signal = Signal::SIGTERM;
    const STOPS_WITHIN: Duration = Duration::from_secs(10);

    async fn prepare(&mut self) -> anyhow::Result<()> {
        orphan::end(&self.pid_file(), &self.home, Self::STOP).await?;
        let _ = fs::remove_file(self.pid_file());
        write_file(
            &self.home.join("nats.conf"),
            self.settings()?.as_bytes(),
            self.run_as.owner(),
        )
    }

    fn command(&self) -> anyhow::Result<Command> {
        let log = log_file(&self.log)?;
        let mut server = child(&self.run_as, "TERM", &self.home, &self.program.path);
        server
            .arg("--config")
            .arg(self.home.join("nats.conf"))
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(server)
    }

    async fn answers(&self) -> anyhow::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.monitoring)).await?;
        stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        ensure!(
            answer.split_whitespace().nth(1) == Some("200"),
            "{}",
            answer.lines().last().unwrap_or_default()
        );
        Ok(())
    }

    fn log(&self) -> &Path {
        &self.log
    }

    fn born(&self, after: Duration) -> Born {
        let place = format!("private, 127.0.0.1:{}", self.port);
        Born {
            version: self.program.version.clone(),
            place,
            created: self.created,
            after,
        }
    }
}
