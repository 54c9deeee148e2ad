//! `tidings restore`: a service from a backup. Into an empty database only; checked; what was erased since the backup is
//! erased again before anybody is served; and under a new epoch, for the positions behind the backup's will be given again.

mod erase;
mod load;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use api::attachments::Location;
use clap::Args;
use eventlog::{Erased, Keyring, Ledger, Reader, Role, Secrets};
use projector::Filler;

use crate::{
    backup::{files, manifest::Manifest},
    cli::WhereArgs,
    data::DataDir,
    engines::Engines,
    master_key, migrate, roles,
};

#[derive(Args)]
pub struct RestoreArgs {
    /// What `tidings backup` has written.
    directory: PathBuf,
    /// Where to: a new data directory, or an empty database. The master key is the one of the service that was backed up.
    #[command(flatten)]
    place: WhereArgs,
}

/// Where a backup goes.
struct Target {
    database_url: String,
    secrets: Secrets,
    ledger: Option<Ledger>,
    attachments: Option<Location>,
}

/// Restores into a data directory, whose engines run for as long, or into a given database.
pub async fn run(args: &RestoreArgs) -> anyhow::Result<()> {
    say("checking the backup's hashes");
    let manifest = Manifest::read_and_check(&args.directory)?;
    let place = &args.place;
    if let Some(database_url) = &place.database_url {
        let target = Target {
            database_url: database_url.clone(),
            secrets: roles::secrets(place, None)?,
            ledger: place.ledger(None),
            attachments: place.attachments.clone(),
        };
        return restore(args, &manifest, &target).await;
    }
    let data = DataDir::hold(&place.data_path(), "restore")?;
    if let Some(file) = &place.master_key_file {
        let bytes =
            std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        data.adopt_secret("master", &bytes)?;
    }
    ensure!(
        data.path().join("secrets/master").exists(),
        "the master key of the service that was backed up is not in the backup: --master-key-file names it"
    );
    let engines = Engines::start(&data, None, None).await?;
    let target = Target {
        database_url: engines.database_url(),
        secrets: master_key::secrets(&data.secret_file("master")?)?,
        ledger: place.ledger(Some(&data)),
        attachments: Some(
            place
                .attachments
                .clone()
                .unwrap_or_else(|| data.attachments()),
        ),
    };
    let restored = restore(args, &manifest, &target).await;
    engines.stop().await;
    restored
}

async fn restore(args: &RestoreArgs, manifest: &Manifest, target: &Target) -> anyhow::Result<()> {
    let erased = match &target.ledger {
        Some(ledger) => ledger.read().context("the erasure ledger cannot be read")?,
        None => Vec::new(),
    };
    if erased.is_empty() {
        say(
            "no erasure ledger was found, or nothing in it (--erasure-ledger names one): what was erased since the backup comes back",
        );
    }
    let epoch = next_epoch(manifest, &erased)?;
    say(&format!("loading {} events", manifest.position));
    load::load(&args.directory, manifest, target, epoch, &erased).await?;
    if let Some(ledger) = &target.ledger {
        ledger.note(&[Erased::Epoch(epoch)])?;
    }
    let attachments = match &target.attachments {
        Some(Location::Directory(to)) => {
            files::restore(
                &args.directory,
                &manifest.files,
                &to.join(manifest.log_id.to_string()),
            )?;
            format!("{} attached files", manifest.files.len())
        }
        _ => format!("attachments: {}", manifest.attachments),
    };
    let again = erase::again(target, &erased).await?;
    say("opening every text, and filling the read models");
    let pool = eventlog::connect(&target.database_url, Role::Service, 4)?;
    let reader = Reader::new(pool.clone(), Keyring::new(pool, &target.secrets));
    let head = reader.head().await?;
    let mut filler = Filler::of_the_live(&target.database_url, reader).await?;
    filler
        .fill(head, |_| {})
        .await
        .context("the read models cannot be filled from the restored log")?;
    say(&format!(
        "restored up to position {}, now at {head} in epoch {epoch}; {again} erasures done again; {attachments}",
        manifest.position
    ));
    say("everybody logs in again, and clients that resume are told to begin anew");
    Ok(())
}

/// One that nobody has seen: not before the backup, and not in a service that was restored from it since.
fn next_epoch(manifest: &Manifest, erased: &[Erased]) -> anyhow::Result<u16> {
    let seen = erased.iter().filter_map(|line| match line {
        Erased::Epoch(epoch) => Some(*epoch),
        Erased::Message(_) | Erased::Account(_) => None,
    });
    let last = seen.chain([manifest.epoch]).max().unwrap_or(manifest.epoch);
    last.checked_add(1).context("there are no more epochs")
}

#[expect(clippy::print_stdout, reason = "it is what the command says")]
fn say(line: &str) {
    println!("{line}");
}

/// The version of the schema that a backup has, or else.
fn assert_known(manifest: &Manifest) -> anyhow::Result<()> {
    let newest = migrate::newest();
    ensure!(
        manifest.migration <= newest,
        "the backup has schema {}, of a newer version than this one, which knows {newest}",
        manifest.migration
    );
    Ok(())
}
