//! Forgetting an account that was erased: its keys, its name, and whatever lies beside the log.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::AccountId;
use sqlx::PgPool;

use crate::{Error, Secret};

/// The sort of name by which a username stays taken for ever, without saying it.
pub const FOR_EVER: &str = "username_for_ever";

/// What keeps a username taken when its account is gone. `folded` is the name as it is claimed.
#[must_use]
pub fn name_for_ever(names: &Secret, folded: &str) -> String {
    URL_SAFE_NO_PAD.encode(names.mac(&[folded.as_bytes()]))
}

/// Forgets an account behind its `account.erased`. Refused by the database while there is no such event; twice is once.
pub async fn forget_account(
    pool: &PgPool,
    names: &Secret,
    account: AccountId,
) -> Result<(), Error> {
    let name = sqlx::query_scalar!(
        "select key from log.claims where kind = 'username' and account_id = $1 and label is not null",
        account.0
    );
    let name = name.fetch_optional(pool).await?;
    sqlx::query!(
        "select log.forget_account($1, $2)",
        account.0,
        name.map(|name| name_for_ever(names, &name))
    )
    .execute(pool)
    .await?;
    Ok(())
}
