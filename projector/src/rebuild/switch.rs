//! Bringing both versions to the same position, and exchanging them there.

use std::time::Duration;

use eventlog::fresh;

use super::{Model, Rebuild};
use crate::Error;

/// How near the next version comes before the live projector is held for what is left.
const NEAR: i64 = 1_000;
/// How often it is tried to come near, or to exchange tables that somebody reads.
const TRIES: u32 = 200;

impl Rebuild {
    /// Fills until the next version is near the live one, and both are at a position at least.
    pub async fn catch_up(&mut self, at_least: i64, mut at: impl FnMut(i64)) -> Result<(), Error> {
        for _ in 0..TRIES {
            let live = self.live().await?;
            self.fill(live, &mut at).await?;
            if live < at_least {
                // The live projector has to come there by itself.
                fresh::pause(Duration::from_millis(20)).await;
            } else if self.live().await? - self.position() <= NEAR {
                return Ok(());
            }
        }
        Err(Error::TooFast)
    }

    /// Makes the next version the live one. The old one is kept for a while, the one before
    /// that goes.
    pub async fn switch(mut self, models: &[Model], keep: Duration) -> Result<i64, Error> {
        let tables: Vec<String> = models
            .iter()
            .flat_map(|model| model.tables())
            .map(|table| (*table).to_owned())
            .collect();
        sqlx::query!("select projection.analyze_next()")
            .execute(&mut self.owner)
            .await?;
        super::drop_version(&mut self.owner, "readmodel_old").await?;
        for _ in 0..TRIES {
            self.catch_up(0, |_| {}).await?;
            let live = self.hold().await?;
            self.fill(live, |_| {}).await?;
            let switched = sqlx::query!(
                "select projection.switch(make_interval(secs => $1), $2)",
                keep.as_secs_f64(),
                &tables
            )
            .execute(&mut self.owner)
            .await;
            match switched {
                Ok(_) => {
                    sqlx::query!("commit").execute(&mut self.owner).await?;
                    return Ok(live);
                }
                Err(error) if is_in_use(&error) => self.let_go().await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::TooFast)
    }

    /// Opens a transaction of the owner's that keeps the live projector where it is. Where that is.
    pub(super) async fn hold(&mut self) -> Result<i64, Error> {
        for _ in 0..TRIES {
            sqlx::query!("begin").execute(&mut self.owner).await?;
            let held = sqlx::query_scalar!(r#"select projection.hold() as "position!""#);
            match held.fetch_one(&mut self.owner).await {
                // A long run of events is under way.
                Err(error) if is_in_use(&error) => self.let_go().await?,
                held => return Ok(held?),
            }
        }
        Err(Error::TooFast)
    }

    pub(super) async fn let_go(&mut self) -> Result<(), Error> {
        sqlx::query!("rollback").execute(&mut self.owner).await?;
        Ok(())
    }
}

/// Whether somebody read a table for longer than it was waited for.
fn is_in_use(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "55P03")
}
