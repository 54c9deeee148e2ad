//! One process of the service.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};

use anyhow::{Context, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Client;
use serde_json::Value;

use super::{Links, until};
use crate::Port;
use crate::spawn::spawn;

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Takes commands and answers reads.
    Api,
    /// From the log to the wire.
    Relay,
    /// From the wire to the read models.
    Projector,
    /// From the read models to connected clients.
    Notifier,
    /// From the log to other systems.
    Webhooks,
}

impl Role {
    /// The subcommand.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Relay => "relay",
            Self::Projector => "projector",
            Self::Notifier => "notifier",
            Self::Webhooks => "webhooks",
        }
    }
}

/// A process that plays one role. It keeps its address when it is started again.
#[derive(Debug)]
pub struct Node {
    /// What it does.
    pub role: Role,
    /// Its wires to the engines, where they can be spoilt.
    pub links: Option<Links>,
    program: String,
    arguments: Vec<String>,
    port: Port,
    log: PathBuf,
    http: Client,
    child: Option<Child>,
}

impl Node {
    /// Described, not started. `arguments` are those which all nodes share.
    pub(super) fn new(
        role: Role,
        program: &str,
        arguments: &[String],
        log: PathBuf,
        http: Client,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            role,
            links: None,
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            port: Port::claim()?,
            log,
            http,
            child: None,
        })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number())
    }

    /// The process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Starts it and does not wait for it.
    pub fn launch(&mut self) -> anyhow::Result<()> {
        self.launch_to_crash("")
    }

    /// Starts it, to end by itself where `failpoints` says (`eventlog::failpoint`).
    pub fn launch_to_crash(&mut self, failpoints: &str) -> anyhow::Result<()> {
        ensure!(
            self.child.is_none(),
            "this {} runs already",
            self.role.name()
        );
        let log = File::options().create(true).append(true).open(&self.log)?;
        let (own, any) = (
            format!("127.0.0.1:{}", self.port.number()),
            "127.0.0.1:0".to_owned(),
        );
        // The others have no other door than the operator's.
        let (listen, admin) = match self.role {
            Role::Api | Role::Notifier => (own, any),
            Role::Relay | Role::Projector | Role::Webhooks => (any, own),
        };
        let child = spawn(&self.program, |command| {
            command
                .env("FAILPOINTS", failpoints)
                .arg(self.role.name())
                .args(&self.arguments)
                .args(["--listen", &listen, "--admin", &admin])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log);
        });
        self.child = Some(child.with_context(|| format!("cannot start {}", self.program))?);
        Ok(())
    }

    /// Starts it and waits until it works, with or without NATS.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.launch()?;
        self.is_ready().await
    }

    /// Waits until it works: `/readyz` answers 200.
    pub async fn is_ready(&mut self) -> anyhow::Result<()> {
        let what = format!("the {} is ready", self.role.name());
        until(&what, async || {
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                self.child = None;
                bail!("it ended with {status}: {}", read(&self.log));
            }
            let asked = self
                .http
                .get(format!("http://127.0.0.1:{}/readyz", self.port.number()));
            let answer = asked.send().await;
            Ok(answer
                .is_ok_and(|answer| answer.status().is_success())
                .then_some(()))
        })
        .await
    }

    /// What `/readyz` says.
    pub async fn readiness(&self) -> anyhow::Result<Value> {
        let url = format!("{}/readyz", self.url());
        Ok(self.http.get(url).send().await?.json().await?)
    }

    /// Waits until it has ended at one of its failpoints.
    pub async fn crashes(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("it does not run")?;
        let what = format!("the {} crashes", self.role.name());
        let ended = until(&what, async || Ok(child.try_wait()?)).await;
        if ended.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let status: ExitStatus = ended?;
        ensure!(
            status.signal() == Some(Signal::SIGABRT as i32),
            "it ended with {status}: {}",
            read(&self.log)
        );
        Ok(())
    }

    /// Stops it in the middle of whatever it does; it does not know.
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets it go on from there.
    pub fn thaw(&self) -> anyhow::Result<()> {
        self.signal(Signal::SIGCONT)
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid().context("it does not run")?;
        Ok(kill(Pid::from_raw(pid.try_into()?), signal)?)
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Ends it in order, as an update would, and waits until it is gone.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        kill(Pid::from_raw(child.id().try_into()?), Signal::SIGTERM)?;
        let what = format!("the {} has ended", self.role.name());
        let ended = until(&what, async || Ok(child.try_wait()?)).await;
        if ended.is_err() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let status: ExitStatus = ended?;
        ensure!(
            status.success(),
            "the {} ended with {status}: {}",
            self.role.name(),
            read(&self.log)
        );
        Ok(())
    }

    /// Ends it in order and starts it again.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        self.start().await
    }

    /// What it logged, over all its lives.
    #[must_use]
    pub fn log(&self) -> String {
        read(&self.log)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}
