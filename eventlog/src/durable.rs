//! Acknowledged is kept: so the Postgres beneath has to keep what it acknowledges.

use sqlx::PgPool;
use thiserror::Error;

/// Why this Postgres will not do.
#[derive(Debug, Error)]
pub enum NotDurable {
    /// A setting lets it lose what it acknowledged.
    #[error(
        "this Postgres has {setting} = {value} and could lose acknowledged messages: set it to on"
    )]
    Setting {
        /// The setting.
        setting: String,
        /// What it is now.
        value: String,
    },
    /// Too old for the SQL in `migrations/`.
    #[error("this Postgres is version {0}: tidings needs 14 or newer")]
    TooOld(String),
    /// It could not be asked.
    #[error("Postgres cannot be asked for its settings")]
    Database(#[from] sqlx::Error),
}

/// Refuses a Postgres that is not durable, or too old.
pub async fn assert_durable(pool: &PgPool) -> Result<(), NotDurable> {
    let settings = sqlx::query!(
        r#"select name as "name!", setting as "setting!" from pg_settings
           where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num', 'server_version')
           order by name"#
    )
    .fetch_all(pool)
    .await?;
    let mut version = String::new();
    for row in settings {
        match row.name.as_str() {
            "server_version" => version = row.setting,
            "server_version_num"
                if row
                    .setting
                    .parse()
                    .is_ok_and(|number: u32| number < 140_000) =>
            {
                return Err(NotDurable::TooOld(version));
            }
            "server_version_num" => {}
            // Only `off` and `local` promise less than this server's own disk; `local` promises just that.
            setting if row.setting == "off" => {
                return Err(NotDurable::Setting {
                    setting: setting.to_owned(),
                    value: row.setting,
                });
            }
            _ => {}
        }
    }
    Ok(())
}
