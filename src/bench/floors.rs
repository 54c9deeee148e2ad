//! What the same Postgres and the same NATS do without the service, in the same minute: every rate stands beside it.

use std::{str::FromStr, time::Duration};

use anyhow::Context;
use futures::future::try_join_all;
use serde_json::json;
use sqlx::{
    ConnectOptions, Connection, PgConnection, Postgres,
    postgres::{PgArguments, PgConnectOptions},
    raw_sql,
};
use tokio::time::Instant;
use uuid::Uuid;

use super::service::Service;

const DATABASE: &str = "bench_floors";
const WARM: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(3);
/// About as many bytes as a message's event has.
const ROW: usize = 400;
const BODY: &str = match str::from_utf8(&[b'x'; ROW]) {
    Ok(body) => body,
    Err(_) => "",
};
const EVENT_CLIENTS: usize = 64;
const SINGLE_CLIENTS: usize = 16;
const BATCH_CLIENTS: usize = 2;
const BATCH: usize = 500;

/// The table in which postgres-es keeps events.
const EVENTS: &str = "create table events (aggregate_type text not null, aggregate_id text not null, sequence bigint not null,
  event_type text not null, event_version text not null, payload json not null, metadata json not null,
  timestamp timestamptz not null default current_timestamp, primary key (aggregate_type, aggregate_id, sequence))";
const EVENT: &str = "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
  values ('conversation', $1, $2, 'message.sent', '1.0', $3, $4)";
const ROWS: &str =
    "create table rows (id bigint generated always as identity primary key, body text not null)";
const ONE_ROW: &str = "insert into rows (body) values ($1)";
const MANY_ROWS: &str = "insert into rows (body) select * from unnest($1::text[])";

/// Rows, and messages of a stream, a second.
#[derive(Clone, Copy)]
pub struct Floor {
    /// What a service would reach at most that stores each message by itself, from as many connections as `send` has senders.
    pub one_event_per_commit: f64,
    pub one_row_per_commit: f64,
    pub batched: f64,
    pub published: f64,
}

/// Measures in a scratch database and a scratch stream, which are dropped.
pub async fn measure(service: &Service) -> anyhow::Result<Floor> {
    let rows = postgres(service.database_url()).await?;
    let body = BODY.into();
    let published = nats::publishing_rate(service.nats(), body, WARM, MEASURED).await;
    Ok(Floor {
        one_event_per_commit: rows.events,
        one_row_per_commit: rows.single,
        batched: rows.batched,
        published: published.context("JetStream's floor cannot be measured")?,
    })
}

struct Rows {
    events: f64,
    single: f64,
    batched: f64,
}

async fn postgres(database_url: &str) -> anyhow::Result<Rows> {
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

async fn in_scratch(options: &PgConnectOptions) -> anyhow::Result<Rows> {
    let mut owner = options.connect().await?;
    for table in [EVENTS, ROWS] {
        raw_sql(table).execute(&mut owner).await?;
    }
    owner.close().await?;
    let event = |client: usize, n: i64| {
        sqlx::query(EVENT)
            .bind(format!("conversation-{client}"))
            .bind(n)
            .bind(json!({ "text": BODY }))
            .bind(json!({ "request_id": Uuid::nil() }))
    };
    let row = |_, _| sqlx::query(ONE_ROW).bind(BODY);
    let rows = |_, _| sqlx::query(MANY_ROWS).bind(vec![BODY; BATCH]);
    Ok(Rows {
        events: rate(options, EVENT_CLIENTS, event).await?,
        single: rate(options, SINGLE_CLIENTS, row).await?,
        batched: rate(options, BATCH_CLIENTS, rows).await?,
    })
}

type Insert = sqlx::query::Query<'static, Postgres, PgArguments>;

/// Rows a second of so many clients, each of which asks for its next statement when the last one is committed. Each is a task of
/// its own, so that all processors drive.
async fn rate(
    options: &PgConnectOptions,
    clients: usize,
    statement: impl Fn(usize, i64) -> Insert + Copy + Send + 'static,
) -> anyhow::Result<f64> {
    let connections = try_join_all((0..clients).map(|_| options.connect())).await?;
    let from = Instant::now() + WARM;
    let clients = connections.into_iter().enumerate();
    let clients = clients.map(|(client, connection)| {
        tokio::spawn(insert(connection, from, move |n| statement(client, n)))
    });
    let mut rows = 0;
    for inserted in try_join_all(clients).await? {
        rows += inserted?;
    }
    Ok(f64::from(u32::try_from(rows)?) / MEASURED.as_secs_f64())
}

/// Each statement is a transaction. The tables are nobody's migration, so the queries are not checked against one.
async fn insert(
    mut connection: PgConnection,
    from: Instant,
    statement: impl Fn(i64) -> Insert,
) -> Result<u64, sqlx::Error> {
    let mut counted = 0_u64;
    for n in 1.. {
        let begun = Instant::now();
        let rows = statement(n).execute(&mut connection).await?.rows_affected();
        if Instant::now() >= from + MEASURED {
            break;
        }
        if begun >= from {
            counted += rows;
        }
    }
    connection.close().await?;
    Ok(counted)
}
