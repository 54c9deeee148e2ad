//! A fresh database for each test, copied from one that has the migrations already.

use std::thread;

use anyhow::Context;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use crate::{environment, id};

/// The superuser of the cluster that `scripts/with-postgres` starts.
const OWNER: &str = "tidings_owner";

/// Two tests must not build the same template at the same time.
const BUILDING_A_TEMPLATE: i64 = 0x7469_6469_6e67_7300;

/// The cluster which all tests share.
#[derive(Clone, Debug)]
pub struct Postgres {
    socket_dir: String,
}

impl Postgres {
    /// The cluster named by `TIDINGS_TEST_POSTGRES`.
    ///
    /// # Panics
    /// When there is none: the tests run under `make test` or `scripts/with-postgres`.
    #[must_use]
    pub fn shared() -> Self {
        Self {
            socket_dir: environment("TIDINGS_TEST_POSTGRES"),
        }
    }

    /// The address of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres:///{database}?host={}&port=5432&user={OWNER}",
            self.socket_dir
        )
    }

    async fn connect(&self, database: &str) -> sqlx::Result<PgConnection> {
        PgConnection::connect(&self.url(database)).await
    }

    /// The name of a database that has these migrations and nothing else.
    async fn template(&self, migrator: &Migrator) -> anyhow::Result<String> {
        let checksums: Vec<u8> = migrator
            .iter()
            .flat_map(|migration| migration.checksum.to_vec())
            .collect();
        let name = format!(
            "template_{}",
            Uuid::new_v5(&Uuid::NAMESPACE_OID, &checksums).simple()
        );
        let mut admin = self.connect("postgres").await?;
        if exists(&mut admin, &name).await? {
            return Ok(name);
        }
        sqlx::query("select pg_advisory_lock($1)")
            .bind(BUILDING_A_TEMPLATE)
            .execute(&mut admin)
            .await?;
        if !exists(&mut admin, &name).await? {
            // Under another name until it is whole: the test that builds it may be killed in the middle.
            let half = format!("{name}_half");
            run(
                &mut admin,
                &format!("drop database if exists {half} with (force)"),
            )
            .await?;
            run(&mut admin, &format!("create database {half}")).await?;
            let mut built = self.connect(&half).await?;
            migrator.run(&mut built).await.context("the migrations")?;
            built.close().await?;
            run(
                &mut admin,
                &format!("alter database {half} rename to {name}"),
            )
            .await?;
        }
        admin.close().await?;
        Ok(name)
    }
}

async fn exists(admin: &mut PgConnection, database: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(database)
        .fetch_one(admin)
        .await
}

async fn run(admin: &mut PgConnection, statement: &str) -> sqlx::Result<()> {
    sqlx::raw_sql(statement).execute(admin).await.map(drop)
}

/// A database with all migrations that nobody else uses; gone when this is dropped.
#[derive(Debug)]
pub struct Database {
    postgres: Postgres,
    name: String,
}

impl Database {
    /// A fresh one in the shared cluster.
    pub async fn create(migrator: &Migrator) -> anyhow::Result<Self> {
        let postgres = Postgres::shared();
        let template = postgres.template(migrator).await?;
        let name = format!("test_{}", id().simple());
        let mut admin = postgres.connect("postgres").await?;
        run(
            &mut admin,
            &format!("create database {name} template {template}"),
        )
        .await?;
        // As in the database against which the queries are checked. A copy does not inherit it.
        run(
            &mut admin,
            &format!("alter database {name} set search_path = readmodel, log, auth, public"),
        )
        .await?;
        admin.close().await?;
        Ok(Self { postgres, name })
    }

    /// As sqlx and libpq understand it.
    #[must_use]
    pub fn url(&self) -> String {
        self.postgres.url(&self.name)
    }

    /// Connections to it, as the cluster's superuser.
    pub async fn pool(&self) -> anyhow::Result<PgPool> {
        Ok(PgPoolOptions::new()
            .max_connections(8)
            .connect(&self.url())
            .await?)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (postgres, name) = (self.postgres.clone(), self.name.clone());
        // A thread of its own, since the test's runtime cannot be entered twice. A failure costs some disk space until
        // the cluster goes.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut admin = postgres.connect("postgres").await?;
                run(
                    &mut admin,
                    &format!("drop database if exists {name} with (force)"),
                )
                .await?;
                admin.close().await?;
                anyhow::Ok(())
            })
        });
        let _ = dropping.join();
    }
}
