//! A nats-server of one's own, which can be stopped, killed, wiped and started again at the same address.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::spawn::spawn;
use crate::{Port, environment, id};

/// Runs from `start` until it is stopped, killed or dropped; its store goes when it is dropped.
#[derive(Debug)]
pub struct NatsServer {
    home: PathBuf,
    port: Port,
    child: Option<Child>,
}

impl NatsServer {
    /// Starts one with JetStream on a free port and waits until it answers.
    pub async fn start() -> anyhow::Result<Self> {
        let home = std::env::temp_dir().join(format!("tidings-nats-{}", id().simple()));
        fs::create_dir_all(&home)?;
        let mut server = Self {
            home,
            port: Port::claim()?,
            child: None,
        };
        server.start_again().await?;
        Ok(server)
    }

    /// Where clients connect; the same for its whole life.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port())
    }

    /// The port of that address.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// Where JetStream keeps its files.
    #[must_use]
    pub fn store_dir(&self) -> PathBuf {
        self.home.join("store")
    }

    /// The process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Starts it after `stop` or `kill`: the same port, and whatever the store holds by now.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        self.start_with_room(None).await
    }

    /// The same, with room for so many bytes in its store and no more: what does not fit is refused.
    pub async fn start_with_room(&mut self, bytes: Option<u64>) -> anyhow::Result<()> {
        if self.child.is_some() {
            bail!("this nats-server runs already");
        }
        let program = environment("TIDINGS_NATS_SERVER");
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())?;
        let (port, store) = (self.port().to_string(), self.store_dir());
        let room = self.home.join("room.conf");
        let limit = bytes.map_or_else(String::new, |bytes| format!("max_file_store: {bytes}"));
        fs::write(
            &room,
            format!(
                "jetstream {{ store_dir: \"{}\"\n{limit} }}\n",
                store.display()
            ),
        )?;
        let child = spawn(&program, |command| {
            command
                .args(["--addr", "127.0.0.1", "--port", &port, "--config"])
                .arg(room);
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log);
        });
        self.child = Some(child.with_context(|| format!("cannot start {program}"))?);
        self.answers().await
    }

    /// Ends it in order, as a distribution's update would.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        kill(Pid::from_raw(child.id().try_into()?), Signal::SIGTERM)?;
        while child.try_wait()?.is_none() {
            a_moment().await;
        }
        Ok(())
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Loses everything that JetStream holds. Only while it is not running.
    pub fn wipe(&self) -> anyhow::Result<()> {
        if self.child.is_some() {
            bail!("stop this nats-server before wiping its store");
        }
        fs::remove_dir_all(self.store_dir()).context("cannot wipe the store")
    }

    fn log(&self) -> PathBuf {
        self.home.join("log")
    }

    /// JetStream is up before the port opens, so a greeting means ready.
    async fn answers(&mut self) -> anyhow::Result<()> {
        loop {
            let mut greeting = [0; 4];
            if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port())).await
                && stream.read_exact(&mut greeting).await.is_ok()
                && &greeting == b"INFO"
            {
                return Ok(());
            }
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                self.child = None;
                bail!("nats-server ended with {status}: {}", read(&self.log()));
            }
            a_moment().await;
        }
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
        let _ = fs::remove_dir_all(&self.home);
    }
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process is waited for, and it sends no news"
)]
pub(crate) async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(5)).await;
}
