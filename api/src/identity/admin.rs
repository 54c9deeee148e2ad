//! What the command line does with accounts: by the same way into the log as everybody.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Metadata,
    account::{Account, Command, Role},
};
use eventlog::fresh;

use super::{Error, NewAccount, Password, people::Known, registration};
use crate::{
    Api,
    execute::{Done, Errand, Stream},
};

/// An account as the command line lists it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number in the classic API.
    pub number: i64,
    /// Its id.
    pub account: AccountId,
    /// Its username.
    pub username: String,
    /// Its e-mail address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What it may do beyond writing messages.
    pub roles: Vec<String>,
    /// When it was made.
    pub registered_at: DateTime<Utc>,
    /// Since when it cannot log in.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Makes an account, whether registration is open or not. The password rule holds if it is on.
pub async fn create_account(api: &Api, new: NewAccount) -> Result<AccountId, Error> {
    Ok(registration::register(api, new).await?.account)
}

/// Gives an account a role, which it has at once.
pub async fn grant(api: &Api, username: &str, role: Role) -> Result<(), Error> {
    let known = find(api, username).await?;
    execute(api, known.account, None, Command::GrantRole(role))
        .await
        .map(drop)
}

/// Takes a role from an account, and ends its sessions, since tokens tell roles.
pub async fn revoke(api: &Api, username: &str, role: Role) -> Result<(), Error> {
    let known = find(api, username).await?;
    execute(api, known.account, None, Command::RevokeRole(role)).await?;
    api.identity.end_all_sessions(known.account).await
}

/// Locks an account out for good.
pub async fn disable(api: &Api, username: &str) -> Result<(), Error> {
    let known = find(api, username).await?;
    execute(api, known.account, None, Command::Disable).await?;
    api.identity.lock_out(known.account).await
}

/// Gives an account another password, and ends its sessions.
pub async fn reset_password(api: &Api, username: &str, password: &Password) -> Result<(), Error> {
    let known = find(api, username).await?;
    let names = [known.username.as_ref(), "tidings"];
    password
        .check("/password", api.settings.password_rule, &names)
        .map_err(|error| Error::Refused(vec![error]))?;
    password_changed(api, known.account, None).await?;
    api.identity.reset_password(known.account, password).await
}

/// All accounts, by number.
pub async fn list(api: &Api) -> Result<Vec<Listed>, Error> {
    let accounts = sqlx::query_as!(
        Listed,
        "select number, account_id as account, username, email, first_name, last_name, roles, registered_at, disabled_at
         from readmodel.accounts order by number"
    );
    Ok(accounts.fetch_all(&api.pool).await?)
}

/// Notes in the log that a password changes. Gives the place.
pub(super) async fn password_changed(
    api: &Api,
    account: AccountId,
    caller: Option<&domain::Caller>,
) -> Result<i64, Error> {
    let position = execute(api, account, caller, Command::ChangePassword).await?;
    position.ok_or(Error::Changed)
}

async fn find(api: &Api, username: &str) -> Result<Known, Error> {
    api.identity
        .people()
        .by_username(username)
        .await?
        .ok_or(Error::Nobody)
}

/// Gives the place in the log; `None` if it was so already. Without a caller it is the operator's doing.
pub(super) async fn execute(
    api: &Api,
    account: AccountId,
    caller: Option<&domain::Caller>,
    command: Command,
) -> Result<Option<i64>, Error> {
    let metadata = Metadata {
        actor: caller.map(|caller| caller.account),
        session: caller.map(|caller| caller.session),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let errand = Errand::from(command);
    let id = account.to_string();
    let done = api.execute::<Account>(Stream::Loaded, &id, &metadata, errand, |_, event| Ok(event));
    match done.await? {
        Done::Appended(appended) => Ok(Some(appended.first_position)),
        Done::Replayed(_) | Done::Nothing => Ok(None),
    }
}
