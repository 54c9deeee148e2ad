//! The tables of a backup into an empty database, in one transaction that ends well only if everything is as it was.

use std::{fs::File, io::Read, path::Path};

use anyhow::{Context, ensure};
use domain::AccountId;
use eventlog::{Erased, Keyring, MIGRATIONS, Role, leaf_hash, record_hash};
use futures::TryStreamExt;
use sqlx::{Connection, PgConnection, migrate::Migrator};
use uuid::Uuid;

use super::Target;
use crate::backup::manifest::{Manifest, Table};

const CHUNK: usize = 1 << 20;

/// Loads, checks, erases what the ledger names, and begins the epoch.
pub async fn load(
    directory: &Path,
    manifest: &Manifest,
    target: &Target,
    epoch: u16,
    erased: &[Erased],
) -> anyhow::Result<()> {
    super::assert_known(manifest)?;
    let options = eventlog::options(&target.database_url, Role::Owner)?.options([
        ("idle_in_transaction_session_timeout", "0"),
        ("enable_seqscan", "on"),
    ]);
    let mut owner = PgConnection::connect_with(&options)
        .await
        .context("cannot reach the database")?;
    schema_of(&mut owner, manifest).await?;
    let events = sqlx::query_scalar!(r#"select count(*) as "count!" from log.events"#);
    ensure!(
        events.fetch_one(&mut owner).await? == 0,
        "the database has a log already: a backup is restored into an empty one"
    );
    sqlx::query!("begin").execute(&mut owner).await?;
    for table in &manifest.tables {
        copy(&mut owner, directory, table)
            .await
            .with_context(|| format!("{} cannot be loaded", table.name))?;
    }
    check_log(&mut owner, manifest).await?;
    check_keys(&mut owner, target).await?;
    destroy_keys(&mut owner, erased).await?;
    sqlx::query!("update log.identity set epoch = $1", i32::from(epoch))
        .execute(&mut owner)
        .await?;
    sqlx::query!("commit").execute(&mut owner).await?;
    // Without a warning for every table that is the database's own.
    sqlx::raw_sql("set client_min_messages = error; analyze")
        .execute(&mut owner)
        .await?;
    owner.close().await?;
    // The backup may be of an older version.
    crate::migrate::migrate(&target.database_url).await?;
    Ok(())
}

/// The schema as the backup has it.
async fn schema_of(owner: &mut PgConnection, manifest: &Manifest) -> anyhow::Result<()> {
    let known = MIGRATIONS.iter().cloned();
    let needed = known.filter(|migration| migration.version <= manifest.migration);
    let migrator = Migrator {
        migrations: needed.collect::<Vec<_>>().into(),
        ..Migrator::DEFAULT
    };
    migrator
        .run(owner)
        .await
        .context("the database is not empty, and has another schema than the backup")
}

async fn copy(owner: &mut PgConnection, directory: &Path, table: &Table) -> anyhow::Result<()> {
    if table.name != "log.events" {
        // What the migrations have put there.
        let delete = format!("delete from {}", table.name);
        sqlx::raw_sql(&delete).execute(&mut *owner).await?;
    }
    let statement = format!(
        "copy {} ({}) from stdin",
        table.name,
        table.columns.join(", ")
    );
    let mut file = File::open(directory.join(&table.file.file))?;
    let mut into = owner.copy_in_raw(&statement).await?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        into.send(&chunk[..read]).await?;
    }
    let rows = into.finish().await?;
    ensure!(rows == table.rows, "{rows} rows instead of {}", table.rows);
    Ok(())
}

/// Positions without a hole up to the backup's, and every leaf's hash made again from what stands beside it.
async fn check_log(owner: &mut PgConnection, manifest: &Manifest) -> anyhow::Result<()> {
    let mut events = sqlx::query!(
        r#"select position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text as "payload!",
             metadata::text as "metadata!", event_id, recorded_at, leaf_hash
           from log.events order by position"#
    )
    .fetch(owner);
    let mut last = 0;
    while let Some(event) = events.try_next().await? {
        ensure!(
            event.position == last + 1,
            "the log has a hole behind position {last}"
        );
        last = event.position;
        let record = record_hash(
            &event.aggregate_type,
            &event.aggregate_id,
            &event.event_type,
            &event.event_version,
            event.event_id,
            &event.payload,
            &event.metadata,
        );
        let leaf = leaf_hash(event.position, event.sequence, event.recorded_at, &record);
        ensure!(
            leaf.as_slice() == event.leaf_hash,
            "the event at position {last} is not what its hash says"
        );
    }
    ensure!(
        last == manifest.position,
        "the log ends at {last}, and its manifest says {}",
        manifest.position
    );
    Ok(())
}

/// The accounts' keys open with this master key: all of them, or the backup has damage that was there when it was made. The keys
/// of the texts are tried when these are opened.
async fn check_keys(owner: &mut PgConnection, target: &Target) -> anyhow::Result<()> {
    let pool = eventlog::connect(&target.database_url, Role::Service, 1)?;
    let keyring = Keyring::new(pool, &target.secrets);
    let mut keys =
        sqlx::query!("select account_id, wrapped from log.keys where key_id = account_id")
            .fetch(owner);
    let (mut opened, mut damaged) = (0_u64, Vec::new());
    while let Some(key) = keys.try_next().await? {
        match keyring.assert_opens(AccountId(key.account_id), &key.wrapped) {
            Ok(()) => opened += 1,
            Err(_) => damaged.push(key.account_id),
        }
    }
    ensure!(
        opened > 0 || damaged.is_empty(),
        "this is not the master key of the service that was backed up"
    );
    for account in damaged {
        tracing::warn!(%account, "the backup holds a key that does not open: nor does anything that this account wrote");
    }
    Ok(())
}

/// In the transaction that loads them: what was erased is at no moment there.
async fn destroy_keys(owner: &mut PgConnection, erased: &[Erased]) -> anyhow::Result<()> {
    let (mut messages, mut accounts): (Vec<Uuid>, Vec<Uuid>) = Default::default();
    for line in erased {
        match line {
            Erased::Message(id) => messages.push(*id),
            Erased::Account(id) => accounts.push(*id),
            Erased::Epoch(_) => {}
        }
    }
    // As `log.forget_account` would, which finds these by their keys.
    sqlx::query!(
        "insert into log.copies_to_erase (position)
           select e.position from log.keys k
           join log.events e on e.aggregate_type = 'message' and e.aggregate_id = k.message_id::text
           where k.account_id = any($1) and k.message_id is not null and e.event_type <> 'message.unsent'
           union
           select e.position from log.keys k
           join log.events e on e.aggregate_type = 'conversation'
             and e.event_type in ('conversation.started', 'conversation.renamed')
             and e.payload->'title'->>'key' = k.key_id::text
           where k.account_id = any($1) and k.message_id is null
         on conflict do nothing",
        &accounts
    )
    .execute(&mut *owner)
    .await?;
    sqlx::query!(
        "delete from log.keys where message_id = any($1) or account_id = any($2)",
        &messages,
        &accounts
    )
    .execute(owner)
    .await?;
    Ok(())
}
