//! The projector alone, and telling it to pass over what it cannot read.

use anyhow::ensure;
use eventlog::Role;
use projector::Halt;

use super::{Parts, Place, Roles};
use crate::cli::{ProjectorAction, ProjectorArgs, SkipArgs};

/// Runs the projector, or does what is asked of it.
pub async fn run(args: ProjectorArgs) -> anyhow::Result<()> {
    match args.action {
        Some(ProjectorAction::Skip(skip)) => self::skip(&skip).await,
        None => super::run(args.role, Roles::PROJECTOR).await,
    }
}

/// Only the event at which it stands: what it can read is not to be passed over.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
async fn skip(args: &SkipArgs) -> anyhow::Result<()> {
    let place = Place::of(&args.place)?;
    let parts = Parts::gather(&place).await?;
    let halt = Halt::look(&parts.pool, &parts.reader).await?;
    ensure!(
        halt.as_ref()
            .is_some_and(|halt| halt.position == args.position),
        "{}",
        match halt {
            Some(halt) => format!(
                "the projector has halted at position {}: {}",
                halt.position, halt.reason
            ),
            None => "the projector has not halted: there is nothing to pass over".to_owned(),
        }
    );
    let owner = eventlog::connect(&place.database_url, Role::Owner, 1)?;
    sqlx::query!(
        "insert into log.skipped (position, reason) values ($1, $2) on conflict do nothing",
        args.position,
        args.reason
    )
    .execute(&owner)
    .await?;
    println!("position {} is passed over from now on", args.position);
    Ok(())
}
