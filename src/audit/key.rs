//! `tidings audit key`.

use anyhow::Context;
use clap::Args;
use eventlog::{
    Identity, Role,
    merkle::{SigningKey, name_of},
};

use super::database::url;
use crate::{cli::WhereArgs, data::DataDir, roles};

#[derive(Args)]
pub struct KeyArgs {
    #[command(flatten)]
    place: WhereArgs,
}

/// Prints it as C2SP writes it. Auditors are given it by another way than the log.
#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub async fn run(args: KeyArgs) -> anyhow::Result<()> {
    let pool = eventlog::connect(&url(&args.place)?, Role::Service, 1)?;
    let data = match args.place.database_url {
        Some(_) => None,
        None => Some(DataDir::open(&args.place.data_path())?),
    };
    let seed = roles::audit_key(&args.place, data.as_ref())?
        .context("--audit-key-file (TIDINGS_AUDIT_KEY_FILE) names the key")?;
    let key = SigningKey::new(name_of(Identity::of(&pool).await?), &seed);
    println!("{}", key.public());
    Ok(())
}
