//! Every account's key wrapped again, after the master key has been followed by another.

use domain::AccountId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Error, Keyring};

/// How many keys one statement takes: a registration waits for none of them for long.
const AT_ONCE: i64 = 500;

/// From its return on the database takes nothing that an earlier generation than this has wrapped, and what was on its way to
/// be taken is there. Needs the database's owner.
pub async fn wrap_from_now_on(pool: &PgPool, generation: u8) -> Result<(), Error> {
    sqlx::query!(
        "update log.wrapping set generation = greatest(generation, $1)",
        i16::from(generation)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Whether the database has refused a key because an earlier master key has wrapped it. The next attempt looks for the newest.
#[must_use]
pub fn is_wrapped_too_early(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some("TD007"))
}

/// Wraps what an earlier master key has wrapped with the newest one; says how many keys that were. May be broken off and begun
/// again. Needs a pool of the database's owner: the service changes no key.
pub async fn rewrap_accounts(pool: &PgPool, keyring: &Keyring) -> Result<u64, Error> {
    let newest = i32::from(keyring.generation());
    let (mut after, mut done) = (Uuid::nil(), 0);
    loop {
        let rows = sqlx::query!(
            "select key_id, wrapped from log.keys
             where key_id > $1 and key_id = account_id and get_byte(wrapped, 0) <> $2 order by key_id limit $3",
            after,
            newest,
            AT_ONCE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else {
            return Ok(done);
        };
        after = last.key_id;
        let (mut ids, mut old, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match keyring.account_again(AccountId(row.key_id), &row.wrapped) {
                Ok(Some(again)) => {
                    ids.push(row.key_id);
                    old.push(row.wrapped);
                    new.push(again);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(account = %row.key_id, %error, "an account's key is damaged, and stays as it is");
                }
            }
        }
        // One that was destroyed meanwhile is not made again.
        let changed = sqlx::query!(
            "update log.keys k set wrapped = n.new from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as n(id, old, new)
             where k.key_id = n.id and k.wrapped = n.old",
            &ids,
            &old,
            &new
        )
        .execute(pool)
        .await?;
        done += changed.rows_affected();
    }
}
