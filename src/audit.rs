//! `tidings audit`: for somebody who does not trust us, and on whose side this program is.

mod database;
pub mod export;
mod key;
mod lines;
mod mailbox;
mod save;
mod service;
pub mod source;
pub mod verify;

use clap::{Args, Subcommand};

use self::{key::KeyArgs, mailbox::MailboxArgs, save::ExportArgs, verify::VerifyArgs};

/// How the program ends when the log is not what was signed.
pub const REFUTED: u8 = 3;

#[derive(Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Hash every event again and hold the log against its signed heads. Ends with 3 when something was changed, and says
    /// where.
    Verify(VerifyArgs),
    /// Take the log along: events, signed heads and public keys, to be verified anywhere.
    Export(ExportArgs),
    /// Show a mailbox as it was, made from the log alone.
    Mailbox(MailboxArgs),
    /// Print the public part of the key that signs.
    Key(KeyArgs),
}

pub async fn run(args: AuditArgs) -> anyhow::Result<()> {
    match args.action {
        Action::Verify(args) => verify::run(args).await,
        Action::Export(args) => save::run(args).await,
        Action::Mailbox(args) => mailbox::run(args).await,
        Action::Key(args) => key::run(args).await,
    }
}
