//! The master key is followed by another while everybody goes on.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result, ensure};
use domain::AccountId;
use eventlog::{AppendError, Keyring, Log, Secret, Secrets, Tail};
use house::{House, Person, Plan, until};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn everybody_goes_on_and_what_is_wrapped_from_then_on_does_not_open_with_the_old_key()
-> Result<()> {
    let house = House::open(TIDINGS, Plan::couriers(1)).await?;
    let old = Secrets::new(Secret::new(house.master_key()?));
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    write(&alice, "bob", "before").await?;
    house.register("admin").await?;
    house.grant("admin", "admin").await?;

    let key = house.scratch("master-key");
    std::fs::set_permissions(&key, Permissions::from_mode(0o640))?;
    let may_read = std::fs::metadata(&key)?.permissions();
    let said = rotate(&house).await?;
    ensure!(
        said.contains("master key 2 has wrapped 3 accounts' keys"),
        "{said}"
    );
    assert_eq!(generations(&house).await?, [2]);
    let opened = Keyring::new(house.pool.clone(), &old);
    assert!(opened.account(AccountId(alice.id.parse()?)).await.is_err());

    // With the same tokens, by nodes that were not started again; a newcomer, too.
    write(&bob, "alice", "after").await?;
    let carol = house.register("carol").await?;
    write(&carol, "bob", "from a newcomer").await?;
    for (person, texts) in [
        (&bob, ["from a newcomer", "before"]),
        (&alice, ["after", ""]),
    ] {
        for text in texts.iter().filter(|text| !text.is_empty()) {
            until("the text can be read", async || {
                let inbox = person.get("/api/v1/inbox").await?.is(200)?;
                Ok(inbox.json.to_string().contains(text).then_some(()))
            })
            .await?;
        }
    }

    // What a node made that had not seen the new one is wrapped by the next call, which adds none.
    std::fs::write(&key, [std::fs::read(&key)?, vec![9; 32]].concat())?;
    let said = rotate(&house).await?;
    ensure!(
        said.contains("master key 3 has wrapped 4 accounts' keys"),
        "{said}"
    );
    assert_eq!(std::fs::read(&key)?.len(), 3 * 32);
    assert_eq!(std::fs::metadata(&key)?.permissions(), may_read);
    assert_eq!(generations(&house).await?, [3]);
    write(&alice, "carol", "and on").await?;
    house.finish().await
}

#[tokio::test]
async fn once_the_command_is_done_nothing_comes_that_the_old_key_has_wrapped() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let old = Secrets::new(Secret::new(house.master_key()?));
    let alice = house.register("alice").await?;
    let is_done = AtomicBool::new(false);
    // Newcomers on both nodes, who write at once, from before to behind it.
    let arrive = async |node: usize| {
        let (at, mut names) = (alice.at(node), Vec::new());
        let mut left = 5;
        while left > 0 {
            left -= usize::from(is_done.load(Ordering::Relaxed));
            let name = format!("newcomer-{node}-{}", names.len());
            register(&at, &name).await?;
            write(&at, &name, "during it").await?;
            names.push(name);
        }
        anyhow::Ok(names)
    };
    let rotating = async {
        until("newcomers come", async || {
            Ok((people(&house).await? > 3).then_some(()))
        })
        .await?;
        rotate(&house).await?;
        is_done.store(true, Ordering::Relaxed);
        generations(&house).await
    };
    let (first, second, found) = tokio::try_join!(arrive(0), arrive(1), rotating)?;
    assert_eq!(found, [2]);
    assert_eq!(generations(&house).await?, [2]);
    for name in [&first, &second].into_iter().flatten() {
        let newcomer = house.log_in(name).await?;
        write(&newcomer, "alice", name).await?;
        let inbox = newcomer.get("/api/v1/inbox").await?.is(200)?;
        ensure!(inbox.json.to_string().contains("during it"), "{name}");
    }

    // One that was under way all the time comes too late, and leaves nothing.
    let url = house.database_url()?;
    let log = Log::new(
        eventlog::options(url, eventlog::Role::Service)?,
        Tail::default(),
    );
    let shutdown = CancellationToken::new();
    let writing = tokio::spawn(log.writer().run(shutdown.clone()));
    let (_, late) = Keyring::new(house.pool.clone(), &old).new_account(AccountId(house::id()));
    let mut command = house::command(vec![house::marked("nobody:1", 1)]);
    command.keys.push(late);
    let refused = log.append(command).await;
    ensure!(
        matches!(&refused, Err(AppendError::Refused(cause)) if eventlog::is_wrapped_too_early(cause)),
        "{refused:?}"
    );
    shutdown.cancel();
    writing.await?;
    house.finish().await
}

#[tokio::test]
async fn a_damaged_key_keeps_the_others_from_nothing() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    house.settle().await?;
    let spoil = "update log.keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where key_id = $1";
    let damaged: Uuid = alice.id.parse()?;
    sqlx::query(spoil)
        .bind(damaged)
        .execute(&house.pool)
        .await?;
    // The first of all keys: whether the master key is the right one is seen by the others.
    let said = rotate(&house).await?;
    ensure!(said.contains("has wrapped 1 accounts' keys"), "{said}");
    write(&bob, "alice", "after").await?;
    sqlx::query(spoil)
        .bind(damaged)
        .execute(&house.pool)
        .await?;
    let said = rotate(&house).await?;
    ensure!(
        said.contains("master key 2 has wrapped 1 accounts' keys"),
        "{said}"
    );
    assert_eq!(generations(&house).await?, [2]);
    house.finish().await
}

#[tokio::test]
async fn a_file_that_is_no_master_key_is_refused() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let key = house.scratch("master-key");
    let good = std::fs::read(&key)?;
    std::fs::write(&key, [good.clone(), vec![9; 31]].concat())?;
    let refused = house.operate(&["keys", "rotate-master"]).await?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    ensure!(
        !refused.status.success() && said.contains("holds 63"),
        "{said}"
    );
    assert_eq!(generations(&house).await?, [1]);
    std::fs::write(&key, good)?;
    house.finish().await
}

#[tokio::test]
async fn nothing_is_done_with_a_master_key_that_is_not_the_logs() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    house.register("alice").await?;
    let key = house.scratch("master-key");
    let good = std::fs::read(&key)?;
    std::fs::write(&key, [9; 32])?;
    let refused = house.operate(&["account", "list"]).await?;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    ensure!(
        !refused.status.success() && said.contains("not the one of this log"),
        "{said}"
    );
    std::fs::write(&key, good)?;
    house.finish().await
}

/// Makes an account, as often as it is asked for that.
async fn register(at: &Person, name: &str) -> Result<()> {
    let account = json!({ "username": name, "password": house::PASSWORD });
    until("the newcomer is in", async || {
        let answer = at.post("/api/v1/accounts", &account).await?;
        ensure!([201, 503].contains(&answer.status), "{}", answer.json);
        Ok((answer.status == 201).then_some(()))
    })
    .await
}

async fn people(house: &House) -> Result<i64> {
    house
        .count("select count(*) from log.keys where key_id = account_id")
        .await
}

async fn rotate(house: &House) -> Result<String> {
    let rotated = house.operate(&["keys", "rotate-master"]).await?;
    ensure!(
        rotated.status.success(),
        "{}",
        String::from_utf8_lossy(&rotated.stderr)
    );
    String::from_utf8(rotated.stdout).context("not UTF-8")
}

/// Which generations have wrapped what there is.
async fn generations(house: &House) -> Result<Vec<i32>> {
    let generations = sqlx::query_scalar(
        "select distinct get_byte(wrapped, 0) as generation from log.keys where key_id = account_id
         union select get_byte(wrapped, 0) from auth.signing_keys
         union select get_byte(secret, 0) from log.webhooks order by generation",
    );
    Ok(generations.fetch_all(&house.pool).await?)
}

async fn write(from: &Person, to: &str, text: &str) -> Result<()> {
    let letter = json!({ "to": [to], "body": text });
    from.post("/api/v1/messages", &letter).await?.is(201)?;
    Ok(())
}
