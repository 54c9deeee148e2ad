//! What operators and administrators do with accounts: by the same way into the log as everybody.

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Metadata,
    account::{Account, Command, Role},
};
use eventlog::{Expect, fresh};

use super::{Admin, Error, NewAccount, Password, people::Known, registration};
use crate::{
    Api,
    execute::{Done, Errand, Stream},
};

/// Who changes an account.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    /// Whoever runs the program beside the service.
    Operator,
    /// Its owner.
    Owner(&'a domain::Caller),
    /// Somebody with the role, in whose name it is as long as they have it.
    Admin(&'a Admin),
}

impl<'a> By<'a> {
    fn caller(self) -> Option<&'a domain::Caller> {
        match self {
            Self::Operator => None,
            Self::Owner(caller) => Some(caller),
            Self::Admin(admin) => Some(&admin.caller),
        }
    }

    /// That an administrator still is one, their own account being changed or another's.
    fn expects(self) -> Vec<Expect> {
        match self {
            Self::Admin(admin) => vec![admin.standing.clone()],
            Self::Operator | Self::Owner(_) => Vec::new(),
        }
    }
}

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
    grant_to(api, known.account, By::Operator, role)
        .await
        .map(drop)
}

/// Takes a role from an account, and ends its sessions, since tokens tell roles.
pub async fn revoke(api: &Api, username: &str, role: Role) -> Result<(), Error> {
    let known = find(api, username).await?;
    revoke_from(api, known.account, By::Operator, role)
        .await
        .map(drop)
}

/// Locks an account out, until it is enabled.
pub async fn disable(api: &Api, username: &str) -> Result<(), Error> {
    let known = find(api, username).await?;
    disable_account(api, known.account, By::Operator)
        .await
        .map(drop)
}

/// Lets an account log in again, with the password it had.
pub async fn enable(api: &Api, username: &str) -> Result<(), Error> {
    let known = find(api, username).await?;
    enable_account(api, known.account, By::Operator)
        .await
        .map(drop)
}

/// Gives an account another password, and ends its sessions.
pub async fn reset_password(api: &Api, username: &str, password: &Password) -> Result<(), Error> {
    let known = find(api, username).await?;
    let names = [known.username.as_ref(), "tidings"];
    password
        .check("/password", api.settings.password_rule, &names)
        .map_err(|error| Error::Refused(vec![error]))?;
    reset_password_of(api, known.account, By::Operator, password)
        .await
        .map(drop)
}

/// As [`grant`]. Gives the place in the log, like its siblings; `None` if it was so already.
pub(crate) async fn grant_to(
    api: &Api,
    account: AccountId,
    by: By<'_>,
    role: Role,
) -> Result<Option<i64>, Error> {
    execute(api, account, by, Command::GrantRole(role)).await
}

/// As [`revoke`].
pub(crate) async fn revoke_from(
    api: &Api,
    account: AccountId,
    by: By<'_>,
    role: Role,
) -> Result<Option<i64>, Error> {
    let position = execute(api, account, by, Command::RevokeRole(role)).await?;
    api.identity.end_all_sessions(account).await?;
    Ok(position)
}

/// As [`disable`].
pub(crate) async fn disable_account(
    api: &Api,
    account: AccountId,
    by: By<'_>,
) -> Result<Option<i64>, Error> {
    let position = execute(api, account, by, Command::Disable).await?;
    api.identity.lock(account).await?;
    Ok(position)
}

/// As [`enable`]. The lock first: while the log says that the account is disabled it lets nobody in, and after a crash in
/// between it can be enabled again.
pub(crate) async fn enable_account(
    api: &Api,
    account: AccountId,
    by: By<'_>,
) -> Result<Option<i64>, Error> {
    api.identity.unlock(account).await?;
    execute(api, account, by, Command::Enable).await
}

/// As [`reset_password`], without asking whether the password is a good one.
pub(crate) async fn reset_password_of(
    api: &Api,
    account: AccountId,
    by: By<'_>,
    password: &Password,
) -> Result<i64, Error> {
    let position = password_changed(api, account, by).await?;
    api.identity.reset_password(account, password).await?;
    Ok(position)
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
    by: By<'_>,
) -> Result<i64, Error> {
    let position = execute(api, account, by, Command::ChangePassword).await?;
    position.ok_or(Error::Changed)
}

async fn find(api: &Api, username: &str) -> Result<Known, Error> {
    api.identity
        .people()
        .by_username(username)
        .await?
        .ok_or(Error::Nobody)
}

/// Gives the place in the log; `None` if it was so already.
pub(super) async fn execute(
    api: &Api,
    account: AccountId,
    by: By<'_>,
    command: Command,
) -> Result<Option<i64>, Error> {
    let caller = by.caller();
    let metadata = Metadata {
        actor: caller.map(|caller| caller.account),
        session: caller.map(|caller| caller.session),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let errand = Errand {
        expects: by.expects(),
        ..Errand::from(command)
    };
    let id = account.to_string();
    let done = api.execute::<Account>(Stream::Loaded, &id, &metadata, errand, |_, event| Ok(event));
    match done.await? {
        Done::Appended(appended) => Ok(Some(appended.first_position)),
        Done::Replayed(_) | Done::Nothing => Ok(None),
    }
}
