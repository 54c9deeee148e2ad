//! The database's schema.

use anyhow::{Context, bail};
use eventlog::{MIGRATIONS, Role};
use sqlx::{Connection, PgConnection, migrate::Migrate};

use crate::{cli::WhereArgs, data::DataDir};

/// From this version on there are rebuilds.
const REBUILDS: i64 = 18;

/// Brings the schema up to date.
#[expect(clippy::print_stdout, reason = "it is what the command says")]
pub async fn run(args: &WhereArgs) -> anyhow::Result<()> {
    let url = if let Some(url) = &args.database_url {
        url.clone()
    } else {
        let data = DataDir::open(&args.data_path())?;
        let run = data.running()?;
        run.context("no `tidings up` is running there; otherwise give --database-url")?
            .database_url
    };
    let (before, now) = migrate(&url).await?;
    println!("schema {before} → {now}");
    Ok(())
}

/// Runs what is missing, under a lock: two at once wait for each other. The versions before and after.
pub async fn migrate(url: &str) -> anyhow::Result<(i64, i64)> {
    let mut connection = PgConnection::connect_with(&eventlog::options(url, Role::Owner)?)
        .await
        .context("cannot reach the database")?;
    let before = version(&mut connection).await?;
    // What a rebuild has left beside the live tables is made for the schema as it was.
    if (REBUILDS..newest()).contains(&before) {
        projector::drop_all(&mut connection).await?;
    }
    MIGRATIONS
        .run(&mut connection)
        .await
        .context("the schema cannot be brought up to date")?;
    let now = version(&mut connection).await?;
    if now == newest() {
        projector::drop_old(&mut connection).await?;
    }
    connection.close().await?;
    Ok((before, now))
}

/// Refuses a database whose schema is another version's.
pub async fn assert_current(url: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect_with(&eventlog::options(url, Role::Owner)?)
        .await
        .context("cannot reach the database")?;
    let is = version(&mut connection).await?;
    let should = newest();
    connection.close().await?;
    if is < should {
        bail!("the database has schema {is} and needs {should}: run `tidings migrate`");
    }
    if is > should {
        bail!(
            "the database has schema {is}, of a newer version than this one, which knows {should}"
        );
    }
    Ok(())
}

/// The version that this binary brings.
pub fn newest() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

async fn version(connection: &mut PgConnection) -> anyhow::Result<i64> {
    connection.ensure_migrations_table().await?;
    let applied = connection.list_applied_migrations().await?;
    Ok(applied
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0))
}
