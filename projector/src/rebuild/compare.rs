//! Whether the next version says the same as the live one, row by row.

use eventlog::Role;
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use super::{Model, Rebuild};
use crate::Error;

/// A difference is looked at again: what is erased from the log before its event is projected is gone from the next version
/// a moment earlier.
const LOOKS: usize = 3;
/// How many rows that differ are shown of a table.
const SHOWN: i32 = 5;

/// What a comparison found in a table.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The table.
    pub table: String,
    /// How many rows the live version has.
    pub live_rows: i64,
    /// How many rows the next version has.
    pub next_rows: i64,
    /// In how many of the 64 buckets something differs.
    pub buckets: i64,
    /// The first rows that differ.
    pub differences: Vec<Difference>,
}

/// A row that differs.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// Its primary key.
    pub key: String,
    /// What differs, texts left out: as the live version has it, and as it is by the log.
    pub what: String,
}

impl Compared {
    /// Whether the versions have the same rows.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.buckets == 0
    }
}

impl Rebuild {
    /// Compares read models while both versions are at the same position: in one snapshot, so that nobody waits.
    pub async fn compare(&mut self, models: &[Model]) -> Result<Vec<Compared>, Error> {
        let mut found = self.look(models).await?;
        for _ in 1..LOOKS {
            if found.iter().all(Compared::is_same) {
                break;
            }
            let head = self.reader.head().await?;
            self.catch_up(head, |_| {}).await?;
            found = self.look(models).await?;
        }
        Ok(found)
    }

    async fn look(&mut self, models: &[Model]) -> Result<Vec<Compared>, Error> {
        let mut snapshot = self.meet().await?;
        let mut found = Vec::new();
        for table in models.iter().flat_map(|model| model.tables()) {
            found.push(compare(&mut snapshot, table).await?);
        }
        snapshot.close().await?;
        Ok(found)
    }

    /// A connection whose snapshot shows both versions at the same position: the live projector is held until it is taken.
    async fn meet(&mut self) -> Result<PgConnection, Error> {
        let options = eventlog::options(&self.url, Role::Owner)?;
        let mut snapshot = PgConnection::connect_with(&options).await?;
        let live = self.hold().await?;
        self.fill(live, |_| {}).await?;
        sqlx::query!("begin isolation level repeatable read read only")
            .execute(&mut snapshot)
            .await?;
        let is_met = sqlx::query_scalar!(r#"select projection.positions_agree() as "agree!""#)
            .fetch_one(&mut snapshot)
            .await?;
        self.let_go().await?;
        if is_met {
            Ok(snapshot)
        } else {
            Err(Error::TooFast)
        }
    }
}

async fn compare(snapshot: &mut PgConnection, table: &str) -> Result<Compared, Error> {
    let sums = sqlx::query!(
        r#"select coalesce(sum(live_rows), 0)::bigint as "live_rows!", coalesce(sum(next_rows), 0)::bigint as "next_rows!",
             count(*) filter (where not is_same) as "buckets!"
           from projection.compare($1)"#,
        table
    )
    .fetch_one(&mut *snapshot)
    .await?;
    let differences = if sums.buckets == 0 {
        Vec::new()
    } else {
        sqlx::query_as!(
            Difference,
            r#"select key as "key!", what as "what!" from projection.differences($1, $2)"#,
            table,
            SHOWN
        )
        .fetch_all(snapshot)
        .await?
    };
    Ok(Compared {
        table: table.to_owned(),
        live_rows: sums.live_rows,
        next_rows: sums.next_rows,
        buckets: sums.buckets,
        differences,
    })
}
