//! A whole service in one process, whose every word is kept.

use std::{
    env::temp_dir,
    fs::{self, File},
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use house::{until, until_within};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
/// It makes a database before it announces itself, and a busy disk takes its time. Should it end, that is told at once.
const FIRST_START: Duration = Duration::from_mins(4);
pub const PASSWORD: &str = "a lantern in the fog";

/// A `tidings up`. Its data goes with it.
pub struct Up {
    child: Child,
    home: PathBuf,
    /// Where people find it.
    pub url: String,
    /// Where the operator does.
    pub admin: String,
    pub http: Client,
}

impl Up {
    /// Starts one with settings in its environment, and waits until it is ready.
    pub async fn start(settings: &[(&str, &str)]) -> Result<Self> {
        let home = temp_dir().join(format!("tidings-see-{}", house::id().simple()));
        let told = home.with_extension("log");
        let log = File::create(&told)?;
        let child = Command::new(TIDINGS)
            .args(["up", "--listen", "127.0.0.1:0", "--data"])
            .arg(&home)
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let mut up = Self {
            child,
            home,
            url: String::new(),
            admin: String::new(),
            http: Client::builder().no_proxy().build()?,
        };
        let run = until_within(
            FIRST_START,
            "the service has announced itself",
            async || {
                if let Some(status) = up.child.try_wait()? {
                    bail!("it ended with {status}: {}", up.log());
                }
                let run = fs::read(up.home.join("run.json")).ok();
                Ok(run.and_then(|run| serde_json::from_slice::<Value>(&run).ok()))
            },
        )
        .await?;
        let address = |name| run[name].as_str().map(str::to_owned).context("an address");
        (up.url, up.admin) = (address("url")?, address("admin")?);
        Ok(up)
    }

    /// A single role on the same databases, with settings in its environment, once it is ready.
    pub async fn beside(&self, role: &str, settings: &[(&str, &str)]) -> Result<Beside> {
        let told = self.home.with_extension(role);
        let child = Command::new(TIDINGS)
            .args([role, "--listen", "127.0.0.1:0", "--data"])
            .arg(&self.home)
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&told)?)
            .kill_on_drop(true)
            .spawn()?;
        let url = until("the role says that it is ready", async || {
            let log = fs::read_to_string(&told)?;
            let mut lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            let ready = lines.find(|line: &Value| line["fields"]["message"] == "ready");
            Ok(ready.and_then(|line| line["fields"]["url"].as_str().map(str::to_owned)))
        })
        .await?;
        fs::remove_file(told)?;
        Ok(Beside { child, url })
    }

    /// One of the operator's commands, to its end.
    pub async fn operate(&self, arguments: &[&str]) -> Result<Output> {
        Ok(Command::new(TIDINGS)
            .args(arguments)
            .arg("--data")
            .arg(&self.home)
            .output()
            .await?)
    }

    /// What a page of the operator's says.
    pub async fn page(&self, path: &str) -> Result<String> {
        let asked = self.http.get(format!("{}{path}", self.admin));
        Ok(asked.send().await?.text().await?)
    }

    /// A request to the API.
    pub fn post(&self, path: &str, token: &str, body: &Value) -> RequestBuilder {
        let request = self.http.post(format!("{}/api/v1/{path}", self.url));
        request.bearer_auth(token).json(body)
    }

    /// Makes an account.
    pub async fn register(&self, username: &str) -> Result<()> {
        let account = json!({ "username": username, "password": PASSWORD });
        is(201, self.post("accounts", "", &account).send().await?)
            .await
            .map(drop)
    }

    /// Logs it in; its tokens.
    pub async fn log_in(&self, username: &str) -> Result<Value> {
        let shown = json!({ "username": username, "password": PASSWORD });
        is(201, self.post("sessions", "", &shown).send().await?).await
    }

    /// Everything that it has said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.with_extension("log")).unwrap_or_default()
    }

    /// Ends it in order.
    pub async fn end(mut self) -> Result<String> {
        let status = end(&mut self.child).await?;
        let log = self.log();
        if !status.success() {
            bail!("it ended with {status}: {log}");
        }
        Ok(log)
    }
}

/// A role beside it.
pub struct Beside {
    child: Child,
    /// Where people find it.
    pub url: String,
}

impl Beside {
    /// Ends it in order.
    pub async fn end(mut self) -> Result<()> {
        end(&mut self.child).await.map(drop)
    }
}

async fn end(child: &mut Child) -> Result<std::process::ExitStatus> {
    let pid = child.id().context("it has ended already")?;
    kill(Pid::from_raw(pid.try_into()?), Signal::SIGTERM)?;
    Ok(child.wait().await?)
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
        let _ = fs::remove_file(self.home.with_extension("log"));
    }
}

/// An answer's body, if its status is this one.
pub async fn is(status: u16, response: Response) -> Result<Value> {
    let (found, text) = (response.status().as_u16(), response.text().await?);
    if found != status {
        bail!("{found} and not {status}: {text}");
    }
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

/// The value of an account's token.
pub fn token(session: &Value) -> Result<&str> {
    session["access_token"].as_str().context("a token")
}
