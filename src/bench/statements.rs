//! Where Postgres's time goes: its own account of the statements, the costliest first.

use std::str::FromStr;

use serde::Serialize;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions, raw_sql};

use super::figures::rounded;

/// What has to be loaded when Postgres starts.
pub const LIBRARY: &str = "pg_stat_statements";
const SCHEMA: &str = "bench_statements";
const SHOWN: i64 = 12;
/// As much of a statement as tells it from the others.
const LETTERS: usize = 88;

/// One statement, with everything that it was called with.
#[derive(Serialize)]
pub struct Statement {
    pub calls: i64,
    #[serde(serialize_with = "rounded")]
    pub total_ms: f64,
    #[serde(serialize_with = "rounded")]
    pub mean_ms: f64,
    /// Of all that Postgres executed.
    #[serde(serialize_with = "rounded")]
    pub share: f64,
    pub text: String,
}

/// Counts from now on.
pub async fn begin(database_url: &str) -> anyhow::Result<()> {
    let mut admin = connect(database_url).await?;
    raw_sql(&format!(
        "create schema if not exists {SCHEMA};
         create extension if not exists {LIBRARY} schema {SCHEMA};
         select {SCHEMA}.pg_stat_statements_reset()"
    ))
    .execute(&mut admin)
    .await?;
    Ok(admin.close().await?)
}

/// What was counted.
pub async fn end(database_url: &str) -> anyhow::Result<Vec<Statement>> {
    let mut admin = connect(database_url).await?;
    let rows: Vec<(i64, f64, f64, f64, String)> = sqlx::query_as(&format!(
        "select calls, total_exec_time, mean_exec_time, total_exec_time / sum(total_exec_time) over (), query
         from {SCHEMA}.pg_stat_statements order by total_exec_time desc limit $1"
    ))
    .bind(SHOWN)
    .fetch_all(&mut admin)
    .await?;
    admin.close().await?;
    let statements = rows
        .into_iter()
        .map(|(calls, total_ms, mean_ms, share, text)| Statement {
            calls,
            total_ms,
            mean_ms,
            share,
            text: short(&text),
        });
    Ok(statements.collect())
}

async fn connect(database_url: &str) -> sqlx::Result<PgConnection> {
    let options = PgConnectOptions::from_str(database_url)?.disable_statement_logging();
    options.connect().await
}

fn short(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    words.join(" ").chars().take(LETTERS).collect()
}
