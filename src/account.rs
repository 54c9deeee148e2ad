//! `tidings account`: making and changing accounts, through the same log as everything else.

use std::{
    io::{self, IsTerminal, Read},
    sync::Arc,
};

use anyhow::Context;
use api::{
    Api,
    identity::{self, NewAccount, Password},
};
use clap::{Args, Subcommand, ValueEnum};
use domain::account::Role;

use crate::{
    cli::WhereArgs,
    roles::{self, Place},
};

#[derive(Args)]
pub struct AccountArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make an account. Its password is read from standard input.
    Create {
        username: String,
        #[arg(long, default_value = "")]
        email: String,
        #[command(flatten)]
        place: WhereArgs,
    },
    /// List all accounts.
    List {
        #[command(flatten)]
        place: WhereArgs,
    },
    /// Give a role.
    Grant {
        username: String,
        role: RoleName,
        #[command(flatten)]
        place: WhereArgs,
    },
    /// Take a role.
    Revoke {
        username: String,
        role: RoleName,
        #[command(flatten)]
        place: WhereArgs,
    },
    /// Lock an account out, and end its sessions.
    Disable {
        username: String,
        #[command(flatten)]
        place: WhereArgs,
    },
    /// Let an account that was locked out log in again, with the password it had.
    Enable {
        username: String,
        #[command(flatten)]
        place: WhereArgs,
    },
    /// Set a new password, read from standard input, and end the account's sessions.
    ResetPassword {
        username: String,
        #[command(flatten)]
        place: WhereArgs,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    /// Reads the log, as stored: texts sealed.
    Auditor,
    /// Reads texts as well, beside `auditor`.
    Bodies,
    /// Runs the service.
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Auditor => Self::Auditor,
            RoleName::Bodies => Self::Bodies,
            RoleName::Admin => Self::Admin,
        }
    }
}

/// Does what is asked for, and says so in one line.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: AccountArgs) -> anyhow::Result<()> {
    let done = match args.action {
        Action::Create {
            username,
            email,
            place,
        } => {
            let account = NewAccount {
                username: username.clone(),
                password: password()?,
                email,
                first_name: String::new(),
                last_name: String::new(),
            };
            within(&place, async |api| {
                Ok(identity::create_account(api, account).await.map(drop)?)
            })
            .await?;
            format!("{username} can log in")
        }
        Action::List { place } => within(&place, async |api| list(api).await).await?,
        Action::Grant {
            username,
            role,
            place,
        } => {
            within(&place, async |api| {
                Ok(identity::grant(api, &username, role.into()).await?)
            })
            .await?;
            format!("{username} is {} now", Role::from(role).name())
        }
        Action::Revoke {
            username,
            role,
            place,
        } => {
            within(&place, async |api| {
                Ok(identity::revoke(api, &username, role.into()).await?)
            })
            .await?;
            format!("{username} is no longer {}", Role::from(role).name())
        }
        Action::Disable { username, place } => {
            within(&place, async |api| {
                Ok(identity::disable(api, &username).await?)
            })
            .await?;
            format!("{username} is locked out")
        }
        Action::Enable { username, place } => {
            within(&place, async |api| {
                Ok(identity::enable(api, &username).await?)
            })
            .await?;
            format!("{username} can log in again")
        }
        Action::ResetPassword { username, place } => {
            let password = password()?;
            within(&place, async |api| {
                Ok(identity::reset_password(api, &username, &password).await?)
            })
            .await?;
            format!("{username} has a new password")
        }
    };
    println!("{done}");
    Ok(())
}

/// Never an argument: other users of the machine could read it there.
#[expect(clippy::print_stderr, reason = "it asks the person at the terminal")]
fn password() -> anyhow::Result<Password> {
    if io::stdin().is_terminal() {
        eprint!("password: ");
    }
    let mut line = String::new();
    io::stdin()
        .take(4096)
        .read_to_string(&mut line)
        .context("the password is read from standard input")?;
    Ok(Password::new(
        line.lines().next().unwrap_or_default().to_owned(),
    ))
}

async fn list(api: &Arc<Api>) -> anyhow::Result<String> {
    let accounts = identity::list(api).await?;
    let lines = accounts.iter().map(|account| {
        let roles: Vec<&str> = account.roles.iter().map(String::as_str).collect();
        let disabled = if account.disabled_at.is_some() {
            "disabled"
        } else {
            ""
        };
        format!(
            "{:>6}  {:<32}  {:<14}  {disabled}",
            account.number,
            account.username,
            roles.join(",")
        )
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

/// Runs something with an API of its own, on the same log as the service that may be running.
pub async fn within<T>(
    place: &WhereArgs,
    work: impl AsyncFnOnce(&Arc<Api>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let hands = roles::hands(&Place::of(place)?).await?;
    let result = work(&hands.api).await;
    hands.put_down().await;
    result
}
