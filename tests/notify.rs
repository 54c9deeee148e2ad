//! What a service manager hears of `tidings up`: nothing is ready before it is, it still turns, and it says that it ends.

use std::{env::temp_dir, fs, process::Stdio, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{net::UnixDatagram, process::Command, time::timeout};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const PATIENCE: Duration = Duration::from_mins(3);

#[tokio::test]
async fn it_is_told_when_requests_are_taken_that_it_turns_and_that_it_ends() {
    let place = temp_dir().join(format!("tidings-notify-{}", house::id().simple()));
    fs::create_dir_all(&place).unwrap();
    let socket = place.join("manager");
    let manager = UnixDatagram::bind(&socket).unwrap();
    let mut up = Command::new(TIDINGS)
        .args(["up", "--listen", "127.0.0.1:0", "--data"])
        .arg(place.join("data"))
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "300000")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();

    let before = until(&manager, "READY=1").await.unwrap();
    assert!(
        before
            .iter()
            .any(|told| told.contains("STATUS=starting Postgres and NATS"))
    );
    assert!(before.iter().all(|told| !told.contains("WATCHDOG=1")));
    let url = before.last().unwrap().split("serving ").nth(1).unwrap();
    let address = url.trim().strip_prefix("http://").unwrap();
    tokio::net::TcpStream::connect(address).await.unwrap();

    for _ in 0..3 {
        until(&manager, "WATCHDOG=1").await.unwrap();
    }
    let pid = up.id().unwrap().try_into().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
    until(&manager, "STOPPING=1").await.unwrap();
    let status = timeout(PATIENCE, up.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
    fs::remove_dir_all(&place).unwrap();
}

/// Everything that was told until something was, that included.
async fn until(manager: &UnixDatagram, words: &str) -> anyhow::Result<Vec<String>> {
    let mut all = Vec::new();
    loop {
        let mut told = vec![0; 4096];
        let length = timeout(PATIENCE, manager.recv(&mut told)).await??;
        told.truncate(length);
        all.push(String::from_utf8(told)?);
        if all.last().is_some_and(|told| told.contains(words)) {
            return Ok(all);
        }
    }
}
