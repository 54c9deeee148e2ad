//! `tidings keys`: changing keys while everybody goes on.

use std::path::Path;

use clap::{Args, Subcommand};
use eventlog::{Keyring, Role};
use sqlx::PgPool;

use crate::{account::within, cli::WhereArgs, master_key, roles::Place};

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
    /// Follow the master key by another, and wrap every key with the new one. Broken off, it is gone on with by calling it
    /// again.
    RotateMaster {
        #[command(flatten)]
        place: WhereArgs,
    },
}

/// What was wrapped again.
#[derive(Default)]
struct Wrapped {
    accounts: u64,
    signing: u64,
    webhooks: u64,
}

/// Changes a key. Every node notices by itself.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: &KeysArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::RotateSigning { place } => {
            within(place, async |api| Ok(api.identity.rotate().await?)).await?;
            println!("a new key signs as soon as every node has seen it, in ten seconds");
        }
        Action::RotateMaster { place } => {
            let file = master_key::file(place, None)?;
            let (generation, wrapped) = rotate_master(&Place::of(place)?, &file).await?;
            let Wrapped {
                accounts,
                signing,
                webhooks,
            } = wrapped;
            println!(
                "master key {generation} has wrapped {accounts} accounts' keys, {signing} signing keys and {webhooks} webhooks' secrets"
            );
            println!(
                "keep a new copy of {}: earlier ones do not open what is wrapped from now on",
                file.display()
            );
        }
    }
    Ok(())
}

/// Adds a generation, unless what an earlier call has added still has to be used; then wraps until nothing is left that an
/// earlier one has wrapped, and nothing such can come any more. Nodes read the file again before they wrap a key, and as soon as
/// they meet one that its newest generation has wrapped.
async fn rotate_master(place: &Place, file: &Path) -> anyhow::Result<(u8, Wrapped)> {
    let pool = eventlog::connect(&place.database_url, Role::Owner, 1)?;
    let mut wrapped = wrap_again(&pool, file).await?;
    if wrapped.is_nothing() {
        master_key::add(file)?;
    }
    let generation = master_key::secrets(file)?.generation();
    wrapped.add(&wrap_again(&pool, file).await?);
    // What was wrapped before the file grew has come by then, or is refused.
    eventlog::wrap_from_now_on(&pool, generation).await?;
    wrapped.add(&wrap_again(&pool, file).await?);
    Ok((generation, wrapped))
}

async fn wrap_again(pool: &PgPool, file: &Path) -> anyhow::Result<Wrapped> {
    let keyring = Keyring::new(pool.clone(), &master_key::secrets(file)?);
    Ok(Wrapped {
        accounts: eventlog::rewrap_accounts(pool, &keyring).await?,
        signing: api::identity::rewrap_signing_keys(pool, &keyring).await?,
        webhooks: webhooks::rewrap_secrets(pool, &keyring).await?,
    })
}

impl Wrapped {
    fn add(&mut self, more: &Self) {
        self.accounts += more.accounts;
        self.signing += more.signing;
        self.webhooks += more.webhooks;
    }

    fn is_nothing(&self) -> bool {
        self.accounts + self.signing + self.webhooks == 0
    }
}
