//! The webhooks' secrets wrapped again, after the master key has been followed by another.

use domain::webhook::secret_purpose;
use eventlog::Keyring;
use sqlx::PgPool;

use crate::Error;

/// Wraps what an earlier master key has wrapped with the newest one; says how many secrets that were.
pub async fn rewrap_secrets(pool: &PgPool, keyring: &Keyring) -> Result<u64, Error> {
    let rows = sqlx::query!("select id, secret from log.webhooks");
    let mut done = 0;
    for row in rows.fetch_all(pool).await? {
        let again = match keyring.wrap_again(&secret_purpose(row.id), &row.secret) {
            Ok(Some(again)) => again,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(webhook = %row.id, %error, "a webhook's secret is damaged, and stays as it is");
                continue;
            }
        };
        let changed = sqlx::query!(
            "update log.webhooks set secret = $3 where id = $1 and secret = $2",
            row.id,
            row.secret,
            again
        );
        done += changed.execute(pool).await?.rows_affected();
    }
    Ok(done)
}
