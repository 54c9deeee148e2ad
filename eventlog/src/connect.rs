//! Connections to the log's database.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::alive;

/// As whom a connection works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Makes and changes the schema.
    Owner,
    /// Appends and reads, and owns no table.
    Service,
    /// As [`Role::Service`], writing read models: what is lost with a crash is made again from the log, which was
    /// flushed before this connection could see it.
    Projector,
    /// As [`Role::Projector`], writing the version of the read models that will be the next one.
    Rebuilder,
}

/// How connections to a database are opened. Statements are bounded, and nobody sits in an open transaction: a client
/// that goes away must not hold the lock.
pub fn options(url: &str, role: Role) -> Result<PgConnectOptions, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("tidings")
        .options([
            ("search_path", "readmodel,log,auth"),
            ("idle_in_transaction_session_timeout", "5s"),
            // Every query here has its index. Plans are made on tables that are empty or have just grown and are kept for
            // long: a scan of the whole log would be one of them.
            ("enable_seqscan", "off"),
        ])
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(2));
    Ok(match role {
        Role::Owner => options.options([("search_path", "public")]),
        Role::Service => {
            options.options([("role", "tidings_service"), ("statement_timeout", "10s")])
        }
        Role::Projector => {
            options.options([("role", "tidings_service"), ("synchronous_commit", "off")])
        }
        Role::Rebuilder => options.options([
            ("role", "tidings_service"),
            ("synchronous_commit", "off"),
            ("search_path", "readmodel_next,log,auth"),
        ]),
    })
}

/// A pool of connections, opened when they are needed.
pub fn connect(url: &str, role: Role, connections: u32) -> Result<PgPool, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5));
    Ok(alive(pool).connect_lazy_with(options(url, role)?))
}
