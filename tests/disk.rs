//! A disk that fills: what is new is refused by name while there is still room, reading goes on, and so does everything as soon
//! as there is room again.

use std::{
    env::temp_dir,
    fs::{self, File},
    path::PathBuf,
};

use anyhow::{Result, ensure};
use house::{House, PASSWORD, Plan, Role, until};
use nix::{fcntl::posix_fallocate, sys::statvfs::statvfs};
use reqwest::{Method, header::CONTENT_TYPE};
use serde_json::json;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const UPLOAD: &str = "--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\na file\r\n--line--\r\n";
const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_loses_nothing_and_ends_by_itself() -> Result<()> {
    let disk = statvfs(&temp_dir())?;
    let free = disk.blocks_available() * disk.fragment_size();
    // More than what other tests take and give back meanwhile.
    let ballast = (4 * 1024 * MIB).min(free / 2);
    let reserve = (free - ballast / 2) / MIB;
    let mut plan = Plan::two_apis();
    plan.flags = vec!["--disk-reserve".to_owned(), reserve.to_string()];
    let mut house = House::open(TIDINGS, plan).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    alice.send("bob", "before").await?;

    let ballast = Ballast::load(ballast)?;
    let letter = json!({ "to": ["bob"], "body": "as long as there is room" });
    let refused = until("sending is refused", async || {
        let answer = alice.post("/api/v1/messages", &letter).await?;
        Ok((answer.status == 503).then_some(answer))
    })
    .await?;
    let refused = refused.is_problem(503)?;
    ensure!(refused.header("retry-after") == Some("30"));
    ensure!(refused["detail"].to_string().contains("disk is full"));
    house.settle().await?;
    let taken = bob.all("/api/v1/inbox").await?.len();
    let newcomer = json!({ "username": "carol", "password": PASSWORD });
    alice
        .post("/api/v1/accounts", &newcomer)
        .await?
        .is_problem(503)?;
    let upload = alice
        .request(Method::POST, "/api/v1/attachments")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=line")
        .body(UPLOAD);
    alice.ask(upload).await?.is_problem(503)?;
    house.log_in("bob").await?;
    let readiness = house.node(Role::Api).readiness().await?;
    ensure!(readiness["status"] == "degraded", "{readiness}");
    ensure!(readiness["disk"]["state"] == "full", "{readiness}");

    drop(ballast);
    until("sending goes on", async || {
        let answer = alice.post("/api/v1/messages", &letter).await?;
        Ok((answer.status == 201).then_some(()))
    })
    .await?;
    house.register("carol").await?;
    house.settle().await?;
    let inbox = bob.all("/api/v1/inbox").await?.len();
    ensure!(inbox == taken + 1, "{inbox} after {taken}");
    house.finish().await
}

/// A file that takes room without being written.
struct Ballast(PathBuf);

impl Ballast {
    fn load(bytes: u64) -> Result<Self> {
        let path = temp_dir().join(format!("tidings-ballast-{}", house::id().simple()));
        let ballast = Self(path);
        posix_fallocate(File::create(&ballast.0)?, 0, bytes.try_into()?)?;
        Ok(ballast)
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
