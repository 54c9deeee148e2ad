//! What the same Postgres and the same NATS do without the service, in the same minute: every rate stands beside it.

use std::{str::FromStr, time::Duration};

use anyhow::Context;
use futures::future::try_join_all;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions, raw_sql};
use tokio::time::Instant;

use super::service::Service;

const DATABASE: &str = "bench_floors";
const WARM: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(3);
/// About as many bytes as a message's event has.
const ROW: usize = 400;
const SINGLE_CLIENTS: usize = 16;
const BATCH_CLIENTS: usize = 2;
const BATCH: usize = 500;

/// Rows, and messages of a stream, a second.
#[derive(Clone, Copy)]
pub struct Floor {
    pub one_row_per_commit: f64,
    pub batched: f64,
    pub published: f64,
}

/// Measures in a scratch database and a scratch stream, which are dropped.
pub async fn measure(service: &Service) -> anyhow::Result<Floor> {
    let (one_row_per_commit, batched) = postgres(service.database_url()).await?;
    let body = "x".repeat(ROW).into();
    let published = nats::publishing_rate(service.nats(), body, WARM, MEASURED).await;
    Ok(Floor {
        one_row_per_commit,
        batched,
        published: published.context("JetStream's floor cannot be measured")?,
    })
}

async fn postgres(database_url: &str) -> anyhow::Result<(f64, f64)> {
    let options = PgConnectOptions::from_str(database_url)?.disable_statement_logging();
    let mut admin = options.connect().await?;
    let create = format!("create database {DATABASE}");
    let drop = format!("drop database if exists {DATABASE} with (force)");
    for statement in [&drop, &create] {
        raw_sql(statement).execute(&mut admin).await?;
    }
    let floor = in_scratch(&options.database(DATABASE))
        .await
        .context("the floors cannot be measured");
    raw_sql(&drop).execute(&mut admin).await?;
    admin.close().await?;
    floor
}

async fn in_scratch(options: &PgConnectOptions) -> anyhow::Result<(f64, f64)> {
    let mut owner = options.connect().await?;
    let table = "create table rows (id bigint generated always as identity primary key, body text not null)";
    raw_sql(table).execute(&mut owner).await?;
    Ok((
        rate(options, SINGLE_CLIENTS, 1).await?,
        rate(options, BATCH_CLIENTS, BATCH).await?,
    ))
}

async fn rate(options: &PgConnectOptions, clients: usize, batch: usize) -> anyhow::Result<f64> {
    let connections = try_join_all((0..clients).map(|_| options.connect())).await?;
    let from = Instant::now() + WARM;
    let clients = connections
        .into_iter()
        .map(|connection| tokio::spawn(insert(connection, batch, from)));
    let mut rows = 0;
    for inserted in try_join_all(clients).await? {
        rows += inserted?;
    }
    Ok(f64::from(rows) / MEASURED.as_secs_f64())
}

/// Each statement is a transaction. The table is nobody's migration, so the queries are not checked against one.
async fn insert(
    mut connection: PgConnection,
    batch: usize,
    from: Instant,
) -> Result<u32, sqlx::Error> {
    let body = "x".repeat(ROW);
    let bodies = vec![body.as_str(); batch];
    let mut counted = 0;
    loop {
        let begun = Instant::now();
        let insert = if batch == 1 {
            sqlx::query("insert into rows (body) values ($1)").bind(&body)
        } else {
            sqlx::query("insert into rows (body) select * from unnest($1::text[])").bind(&bodies)
        };
        let rows = insert.execute(&mut connection).await?.rows_affected();
        if Instant::now() >= from + MEASURED {
            break;
        }
        if begun >= from {
            counted += u32::try_from(rows).unwrap_or_default();
        }
    }
    connection.close().await?;
    Ok(counted)
}
