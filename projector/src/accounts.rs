//! Step 5: the read model `accounts`: everybody, for names.

use domain::account::{Event, Profile, ProfileChanged, Registered, RoleGranted, RoleRevoked};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::touched::At;

/// Applies an event of an account.
pub(crate) async fn apply(
    tx: &mut PgConnection,
    at: At,
    account: Uuid,
    event: &Event<Option<Profile>>,
) -> sqlx::Result<()> {
    match event {
        Event::Registered(Registered { profile }) => {
            register(tx, at, account, profile.as_ref()).await
        }
        Event::ProfileChanged(ProfileChanged { profile }) => {
            change(tx, at, account, profile.as_ref()).await
        }
        // The fact is for auditors.
        Event::PasswordChanged(_) => Ok(()),
        Event::RoleGranted(RoleGranted { role }) => grant(tx, at, account, role.name()).await,
        Event::RoleRevoked(RoleRevoked { role }) => revoke(tx, at, account, role.name()).await,
        Event::Disabled(_) => disable(tx, at, account).await,
        Event::Enabled(_) => enable(tx, at, account).await,
        Event::Erased(_) => erase(tx, at, account).await,
    }
}

async fn register(
    tx: &mut PgConnection,
    at: At,
    account: Uuid,
    profile: Option<&Profile>,
) -> sqlx::Result<()> {
    let profile = profile.cloned().unwrap_or_default();
    // What was erased before it was projected is called as it will be called by `account.erased`.
    sqlx::query!(
        "insert into accounts (account_id, number, username, email, first_name, last_name, registered_at,
           changed)
         select $1, n.number, coalesce(nullif($2, ''), format('(erased %s)', n.number)), $3, $4, $5, $6, $7
         from (select coalesce(max(number), 0) + 1 as number from accounts) n",
        account,
        profile.username,
        profile.email,
        profile.first_name,
        profile.last_name,
        at.time,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn change(
    tx: &mut PgConnection,
    at: At,
    account: Uuid,
    profile: Option<&Profile>,
) -> sqlx::Result<()> {
    let erased = Profile::default();
    let profile = profile.unwrap_or(&erased);
    sqlx::query!(
        "update accounts set email = $2, first_name = $3, last_name = $4, changed = $5 where account_id = $1",
        account,
        profile.email,
        profile.first_name,
        profile.last_name,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn grant(tx: &mut PgConnection, at: At, account: Uuid, role: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set roles = array_append(array_remove(roles, $2), $2), changed = $3
         where account_id = $1",
        account,
        role,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn revoke(tx: &mut PgConnection, at: At, account: Uuid, role: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set roles = array_remove(roles, $2), changed = $3 where account_id = $1",
        account,
        role,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn disable(tx: &mut PgConnection, at: At, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set disabled_at = $2, changed = $3 where account_id = $1",
        account,
        at.time,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn enable(tx: &mut PgConnection, at: At, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set disabled_at = null, changed = $2 where account_id = $1",
        account,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn erase(tx: &mut PgConnection, at: At, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set username = format('(erased %s)', number), email = '', first_name = '',
           last_name = '', erased_at = $2, changed = $3
         where account_id = $1",
        account,
        at.time,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}
