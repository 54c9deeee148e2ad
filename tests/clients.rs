//! The clients in docs/clients.md do what the page says, as they stand there.

#[path = "clients/front.rs"]
mod front;

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use house::{House, Plan, Role};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PAGE: &str = include_str!("../docs/clients.md");

/// The one block of the page in this language.
fn block(language: &str) -> Result<&'static str> {
    let (_, after) = PAGE
        .split_once(&format!("```{language}\n"))
        .context("the page has no such client")?;
    let (block, rest) = after.split_once("```").context("a block that never ends")?;
    ensure!(!rest.contains(&format!("```{language}\n")));
    Ok(block)
}

/// A client, for the account `bob`, and the lines that it prints.
fn start(
    url: &str,
    program: &[&str],
    text: &str,
) -> Result<(Started, Lines<BufReader<ChildStdout>>)> {
    let mut client = Command::new(program[0])
        .args(&program[1..])
        .arg(text)
        .env("TIDINGS_URL", url)
        .env("TIDINGS_USER", "bob")
        .env("TIDINGS_PASSWORD", house::PASSWORD)
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let lines = client.stdout.take().context("what it prints")?;
    Ok((Started(client), BufReader::new(lines).lines()))
}

/// A client, and whatever it has started itself.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let group = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group {
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

/// Listed, live, and after the service was away: each message once, in order.
async fn hears_everything_once(program: &[&str], language: &str) -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, _bob) = (house.register("alice").await?, house.register("bob").await?);
    let send = async |from: usize| -> Result<()> {
        for n in from..from + 3 {
            alice
                .send("bob", &format!("message {n} \u{1F4EE} \"quoted\""))
                .await?;
        }
        Ok(())
    };
    send(0).await?;
    house.settle().await?;
    let api = house.node(Role::Api).url();
    let front = front::open(api, house.node(Role::Notifier).url()).await?;
    let (_client, mut lines) = start(&front, program, block(language)?)?;
    let mut expect = async |from: usize| -> Result<()> {
        for n in from..from + 3 {
            let line = lines.next_line().await?.context("the client ended")?;
            assert_eq!(line, format!("message {n} \u{1F4EE} \"quoted\""));
        }
        Ok(())
    };
    expect(0).await?;
    send(3).await?;
    expect(3).await?;
    house.node(Role::Notifier).stop().await?;
    send(6).await?;
    house.node(Role::Notifier).start().await?;
    expect(6).await?;
    send(9).await?;
    expect(9).await?;
    house.finish().await
}

#[tokio::test]
async fn the_client_in_curl_hears_everything_once() -> Result<()> {
    hears_everything_once(&["bash", "-c"], "bash").await
}

#[tokio::test]
async fn the_client_in_javascript_hears_everything_once() -> Result<()> {
    hears_everything_once(&["node", "--input-type=module", "--eval"], "javascript").await
}

#[tokio::test]
async fn the_client_in_python_hears_everything_once() -> Result<()> {
    hears_everything_once(&["python3", "-c"], "python").await
}
