//! A process's own wires to the engines, which a test can spoil.

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;

use crate::{NatsServer, Proxy, Target};

/// To Postgres, and to NATS.
#[derive(Debug)]
pub struct Links {
    /// To Postgres.
    pub postgres: Proxy,
    /// To NATS.
    pub nats: Proxy,
    /// Where Postgres seems to be.
    pub(super) database_url: String,
}

impl Links {
    /// Of one process. The database has to be named by the directory of its socket.
    pub(super) async fn lay(database_url: &str, nats: &NatsServer) -> anyhow::Result<Self> {
        let options: PgConnectOptions = database_url.parse()?;
        let directory = options.get_socket().context("a database on a socket")?;
        let socket = directory.join(format!(".s.PGSQL.{}", options.get_port()));
        let postgres = Proxy::start(Target::Socket(socket)).await?;
        let database_url = format!(
            "postgres://{}@127.0.0.1:{}/{}?sslmode=disable",
            options.get_username(),
            postgres.port(),
            options.get_database().context("a database with a name")?
        );
        Ok(Self {
            postgres,
            nats: Proxy::start(Target::Port(nats.port())).await?,
            database_url,
        })
    }

    pub(super) fn nats_url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.nats.port())
    }
}
