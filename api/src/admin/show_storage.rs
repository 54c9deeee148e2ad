//! `GET /api/v1/admin/storage`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Api, http::Problem, identity::Admin};

/// What everything takes up, in bytes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Storage {
    /// The whole database, indices and dead rows included, and what is not named below.
    database: i64,
    /// The events.
    log: Events,
    /// The keys of what is sealed in them.
    keys: i64,
    /// The tree over them and its signed heads.
    tree: i64,
    /// What can be made anew from the log; while it is, twice.
    read_models: i64,
    /// Answers that a repeated request gets again, for seven days.
    idempotency: i64,
    /// Passwords, sessions and signing keys.
    identity: i64,
    /// Files that were sent, or are about to be.
    attachments: Files,
    /// The copy of the last seven days on NATS; `null` while it cannot be asked.
    stream: Option<StreamSize>,
}

/// The log.
#[derive(Serialize, ToSchema)]
#[schema(as = StoredEvents)]
struct Events {
    bytes: i64,
    /// How many events.
    events: i64,
}

/// What was uploaded.
#[derive(Serialize, ToSchema)]
#[schema(as = StoredFiles)]
struct Files {
    /// As it was uploaded, without the smaller pictures that are kept beside.
    bytes: i64,
    /// How many files.
    files: i64,
}

/// What the stream holds.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct StreamSize {
    /// On NATS's disk.
    pub bytes: u64,
    /// How many events.
    pub events: u64,
}

/// Show what everything takes up
///
/// For administrators. How much room the disk has left is in `GET /api/v1/admin/health`.
#[utoipa::path(
    get, path = "/admin/storage", tag = "administration",
    responses((status = 200, description = "In bytes", body = Storage))
)]
pub(crate) async fn show_storage(
    State(api): State<Arc<Api>>,
    _: Admin,
) -> Result<Json<Storage>, Problem> {
    let tables = tables(&api).await?;
    let log = Events {
        bytes: tables.events,
        events: api.reader.head().await?,
    };
    Ok(Json(Storage {
        database: tables.database,
        log,
        keys: tables.keys,
        tree: tables.tree,
        read_models: tables.read_models,
        idempotency: tables.idempotency,
        identity: tables.identity,
        attachments: files(&api).await?,
        stream: (api.stream_size)().await,
    }))
}

struct Tables {
    database: i64,
    events: i64,
    keys: i64,
    tree: i64,
    read_models: i64,
    idempotency: i64,
    identity: i64,
}

async fn tables(api: &Api) -> Result<Tables, Problem> {
    let tables = sqlx::query_as!(
        Tables,
        r#"with sizes as (
             select n.nspname as room, c.relname as name, pg_total_relation_size(c.oid) as bytes
             from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r')
           select pg_database_size(current_database()) as "database!",
             coalesce(sum(bytes) filter (where room = 'log' and name = 'events'), 0)::bigint as "events!",
             coalesce(sum(bytes) filter (where room = 'log' and name = 'keys'), 0)::bigint as "keys!",
             coalesce(sum(bytes) filter (where room = 'log' and name in ('heads', 'subtrees')), 0)::bigint as "tree!",
             coalesce(sum(bytes) filter (where room like 'readmodel%'), 0)::bigint as "read_models!",
             coalesce(sum(bytes) filter (where room = 'log' and name = 'idempotency'), 0)::bigint as "idempotency!",
             coalesce(sum(bytes) filter (where room = 'auth'), 0)::bigint as "identity!"
           from sizes"#
    );
    Ok(tables.fetch_one(&api.pool).await?)
}

async fn files(api: &Api) -> Result<Files, Problem> {
    let files = sqlx::query_as!(
        Files,
        r#"select coalesce(sum(size), 0)::bigint as "bytes!", count(*) as "files!" from log.attachments"#
    );
    Ok(files.fetch_one(&api.pool).await?)
}
