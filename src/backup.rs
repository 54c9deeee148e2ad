//! `tidings backup`: the log, the tables beside it and the attached files, copied into a directory while everybody goes on.
//!
//! One snapshot, by COPY. What can be made again is left out (the read models), and so are secrets whose loss costs a log-in
//! at most (sessions, signing keys). The master key is never in it.

mod copy;
pub mod files;
pub mod manifest;

use std::{fs, path::PathBuf};

use anyhow::{Context, ensure};
use api::attachments::Location;
use clap::Args;
use eventlog::{Role, fresh};
use sqlx::{Connection, PgConnection};

use crate::{
    cli::WhereArgs,
    disk::{Disk, State},
    migrate,
    roles::Place,
};
use manifest::{FORMAT, Manifest};

#[derive(Args)]
pub struct BackupArgs {
    /// A directory that does not exist yet, or is empty.
    directory: PathBuf,
    #[command(flatten)]
    place: WhereArgs,
    /// For programs: the manifest.
    #[arg(long)]
    json: bool,
}

/// Makes a backup. It is one once its manifest is there, which is written last.
pub async fn run(args: &BackupArgs) -> anyhow::Result<()> {
    let place = Place::of(&args.place)?;
    migrate::assert_current(&place.database_url).await?;
    make_directory(&args.directory)?;
    // What is kept free there is for those who write, and a backup is not.
    let room = Disk::of(args.directory.clone(), args.place.disk_reserve).look()?;
    ensure!(
        room.state != State::Full,
        "the disk of {} is full ({room}, --disk-reserve is kept free): nothing is backed up",
        args.directory.display()
    );
    let mut snapshot = snapshot(&place.database_url).await?;
    let log = sqlx::query!(
        r#"select log_id, epoch, (select coalesce(max(position), 0) from log.events) as "position!" from log.identity"#
    )
    .fetch_one(&mut snapshot)
    .await?;
    let tables = copy::tables(&mut snapshot, &args.directory).await?;
    snapshot.close().await?;
    // Behind the snapshot: an object is there before its row, and is never changed.
    let (attachments, files) = match &place.attachments {
        Some(Location::Directory(from)) => {
            let from = from.join(log.log_id.to_string());
            (
                "included",
                files::copy(&from, &args.directory.join("attachments"))?,
            )
        }
        Some(Location::S3 { .. }) => ("in their bucket", Vec::new()),
        None => ("not configured", Vec::new()),
    };
    let manifest = Manifest {
        format: FORMAT,
        made_at: fresh::now(),
        tidings: env!("CARGO_PKG_VERSION").to_owned(),
        migration: migrate::newest(),
        log_id: log.log_id,
        epoch: u16::try_from(log.epoch)?,
        position: log.position,
        tables,
        attachments: attachments.to_owned(),
        files,
    };
    manifest.write(&args.directory)?;
    say(args, &manifest)
}

fn make_directory(directory: &PathBuf) -> anyhow::Result<()> {
    crate::data::make_dir(directory, 0o700, None)?;
    let is_empty = fs::read_dir(directory)?.next().is_none();
    ensure!(is_empty, "{} is not empty", directory.display());
    Ok(())
}

/// A connection that sees the database as it is now, for as long as it takes.
async fn snapshot(url: &str) -> anyhow::Result<PgConnection> {
    let options = eventlog::options(url, Role::Owner)?.options([
        ("idle_in_transaction_session_timeout", "0"),
        // Whole tables are read.
        ("enable_seqscan", "on"),
    ]);
    let mut snapshot = PgConnection::connect_with(&options)
        .await
        .context("cannot reach the database")?;
    sqlx::query!("begin isolation level repeatable read read only")
        .execute(&mut snapshot)
        .await?;
    Ok(snapshot)
}

#[expect(clippy::print_stdout, reason = "it is what the command says")]
fn say(args: &BackupArgs, manifest: &Manifest) -> anyhow::Result<()> {
    if args.json {
        println!("{}", serde_json::to_string_pretty(manifest)?);
        return Ok(());
    }
    for table in &manifest.tables {
        println!("{:<24} {} rows", table.name, table.rows);
    }
    println!(
        "attachments: {}, {} files",
        manifest.attachments,
        manifest.files.len()
    );
    println!(
        "the log up to position {}, epoch {}",
        manifest.position, manifest.epoch
    );
    println!(
        "NOT in it: the master key, without which nothing in it can be read, and the erasure ledger. Keep both, elsewhere."
    );
    Ok(())
}
