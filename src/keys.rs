//! `tidings keys`: changing keys while everybody goes on.

use clap::{Args, Subcommand};

use crate::{account::within, cli::WhereArgs};

#[derive(Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Sign access tokens with a new key from now on. Those that are signed already are believed until they expire.
    RotateSigning {
        #[command(flatten)]
        place: WhereArgs,
    },
}

/// Changes a key. Every node notices by itself.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: &KeysArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::RotateSigning { place } => {
            within(place, async |api| Ok(api.identity.rotate().await?)).await?;
            println!("a new key signs as soon as every node has seen it, in ten seconds");
        }
    }
    Ok(())
}
