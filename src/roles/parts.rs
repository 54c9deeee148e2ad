//! What the roles share: databases, keys, the log.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, ensure};
use api::{attachments::Location, readiness::Webhooks};
use domain::{Typing, mailbox::News};
use eventlog::{
    Identity, Keyring, Ledger, Log, Reader, Role, Secret, Secrets, Tail, Tokens, fresh,
};
use nats::{Address, Envelope, Wire};
use sqlx::PgPool;
use tokio::sync::{broadcast, watch};

use crate::{cli::WhereArgs, data::DataDir, disk::Disk, master_key};

/// How many connections the API and what is beside it may open.
const CONNECTIONS: u32 = 12;
/// How many news wait for a notifier that is busy; with more it asks the tables.
const NEWS: usize = 1_024;
/// How many of those who type wait to be told of; of more of them nobody hears.
const TYPING: usize = 256;

/// Where a service is, and its secrets.
pub struct Place {
    /// The data directory, if there is one.
    pub data: Option<PathBuf>,
    /// The log's database.
    pub database_url: String,
    /// NATS.
    pub nats: Address,
    /// What everything else is derived from.
    pub secrets: Secrets,
    /// What signs the log's heads, if somebody gave it.
    pub audit_key: Option<Secret>,
    /// Where attached files are kept, if somebody said so.
    pub attachments: Option<Location>,
    /// Where erasures are written down beside the database, if somebody said so.
    pub ledger: Option<Ledger>,
    /// How many MiB have to stay free.
    pub disk_reserve: u32,
}

/// The roles' common ground.
#[derive(Clone)]
pub struct Parts {
    pub database_url: String,
    /// The disk that fills.
    pub disk: Option<Disk>,
    pub pool: PgPool,
    pub reads: PgPool,
    pub searches: PgPool,
    pub projecting: PgPool,
    pub log: Log,
    pub reader: Reader,
    pub keyring: Keyring,
    pub secrets: Secrets,
    pub audit_key: Option<Secret>,
    pub identity: Identity,
    pub tokens: Tokens,
    pub tail: Tail,
    /// This process's name among the nodes.
    pub node: String,
    pub wire: Wire,
    pub ledger: Option<Ledger>,
    pub news: broadcast::Sender<Arc<News>>,
    /// Who types, as the API here has heard.
    pub typing: broadcast::Sender<Typing>,
    /// Who types, here or elsewhere, for the notifier.
    pub typing_told: broadcast::Sender<Typing>,
    /// How far the read models have come.
    pub projected: watch::Sender<i64>,
    /// How far the stream has come.
    pub relayed: watch::Sender<i64>,
    /// How far the log is signed.
    pub sealed: watch::Sender<i64>,
    /// How much the last recount found, where counts are looked after.
    pub drift: watch::Sender<Option<i64>>,
}

impl Place {
    /// As the command line says, or as the `up` that runs on a data directory has told.
    pub fn of(args: &WhereArgs) -> anyhow::Result<Self> {
        if let Some(database_url) = &args.database_url {
            let url = args
                .nats_url
                .clone()
                .context("--nats-url (TIDINGS_NATS_URL) says where NATS is")?;
            let secrets = secrets(args, None)?;
            let nats = Address {
                url,
                token: args.nats_token.clone(),
            };
            return Ok(Self {
                data: None,
                database_url: database_url.clone(),
                nats,
                secrets,
                audit_key: audit_key(args, None)?,
                attachments: args.attachments.clone(),
                ledger: args.ledger(None),
                disk_reserve: args.disk_reserve,
            });
        }
        let path = args.data_path();
        let data = DataDir::open(&path)?;
        let run = data.running()?.with_context(|| {
            format!(
                "no `tidings up` is running on {}; otherwise give --database-url",
                data.path().display()
            )
        })?;
        let nats = Address {
            url: run.nats_url,
            token: run.nats_token,
        };
        Ok(Self {
            data: Some(data.path().to_owned()),
            database_url: run.database_url,
            nats,
            secrets: secrets(args, Some(&data))?,
            audit_key: audit_key(args, Some(&data))?,
            attachments: Some(
                args.attachments
                    .clone()
                    .unwrap_or_else(|| data.attachments()),
            ),
            ledger: args.ledger(Some(&data)),
            disk_reserve: args.disk_reserve,
        })
    }
}

impl Place {
    /// The disk that this process fills, if it does.
    fn disk(&self) -> Option<Disk> {
        let directory = self.data.clone().or_else(|| match &self.attachments {
            Some(Location::Directory(path)) => Some(path.clone()),
            Some(Location::S3 { .. }) | None => None,
        });
        Some(Disk::of(directory?, self.disk_reserve))
    }
}

impl WhereArgs {
    /// The erasure ledger that is named, or the one in the data directory.
    pub fn ledger(&self, data: Option<&DataDir>) -> Option<Ledger> {
        let named = self.erasure_ledger.clone();
        named.or_else(|| data.map(DataDir::ledger)).map(Ledger::at)
    }
}

/// The master secret: from the file that is named, or from the data directory.
pub fn secrets(args: &WhereArgs, data: Option<&DataDir>) -> anyhow::Result<Secrets> {
    master_key::secrets(&master_key::file(args, data)?)
}

/// What signs the log's heads: from the file that is named, or from the data directory.
pub fn audit_key(args: &WhereArgs, data: Option<&DataDir>) -> anyhow::Result<Option<Secret>> {
    let bytes = match (&args.audit_key_file, data) {
        (Some(file), _) => Some(read_secret(file)?),
        (None, Some(data)) => Some(data.secret("audit")?),
        (None, None) => None,
    };
    Ok(bytes.map(Secret::new))
}

fn read_secret(file: &PathBuf) -> anyhow::Result<[u8; 32]> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(
        bytes.len() == 32,
        "{} has to hold 32 bytes, and holds {}",
        file.display(),
        bytes.len()
    );
    bytes.try_into().ok().context("32 bytes are 32 bytes")
}

impl Parts {
    /// Connects, and refuses a database that could lose what it acknowledged, or whose schema is not this version's.
    pub async fn gather(place: &Place) -> anyhow::Result<Self> {
        let pool = eventlog::connect(&place.database_url, Role::Service, CONNECTIONS)
            .context("the database's address cannot be read")?;
        let reads = api::reading_pool(
            eventlog::options(&place.database_url, Role::Service)?,
            CONNECTIONS,
        );
        let searches = api::searching_pool(eventlog::options(&place.database_url, Role::Service)?);
        let projecting = eventlog::connect(&place.database_url, Role::Projector, 4)?;
        crate::migrate::assert_current(&place.database_url).await?;
        eventlog::assert_durable(&pool).await?;
        let identity = Identity::of(&pool).await?;
        let keyring = Keyring::new(pool.clone(), &place.secrets);
        // With another one everything would start, read nothing, and seal what is new so that the right one does not open it.
        keyring.assert_master().await.context(
            "the master key is not the one of this log, and opens nothing in it: put the copy of the right one in its place",
        )?;
        let reader = Reader::new(pool.clone(), keyring.clone());
        let tail = Tail::default();
        tail.reach(reader.head().await?);
        let log = Log::new(
            eventlog::options(&place.database_url, Role::Service)?,
            tail.clone(),
        );
        let envelope = Envelope::new(identity, place.secrets.wire());
        let wire = Wire::connect(&place.nats, envelope).await?;
        Ok(Self {
            database_url: place.database_url.clone(),
            disk: place.disk(),
            ledger: place.ledger.clone(),
            tokens: Tokens::new(&place.secrets.tokens(), identity),
            secrets: place.secrets.clone(),
            audit_key: place.audit_key.clone(),
            news: broadcast::Sender::new(NEWS),
            typing: broadcast::Sender::new(TYPING),
            typing_told: broadcast::Sender::new(TYPING),
            projected: watch::Sender::new(0),
            relayed: watch::Sender::new(0),
            sealed: watch::Sender::new(0),
            drift: watch::Sender::new(None),
            pool,
            reads,
            searches,
            projecting,
            log,
            reader,
            keyring,
            identity,
            tail,
            node: format!("node-{}", fresh::id().simple()),
            wire,
        })
    }

    /// How far the log has come, and how far the read models have.
    pub async fn positions(&self) -> anyhow::Result<(i64, i64)> {
        let head = self.reader.head().await?;
        let checkpoint = sqlx::query_scalar!(
            r#"select coalesce(min(position), 0) as "position!" from readmodel.checkpoints"#
        )
        .fetch_one(&self.pool)
        .await?;
        Ok((head, checkpoint))
    }

    /// How the webhooks are.
    pub async fn webhooks(&self) -> anyhow::Result<Webhooks> {
        let head = *self.tail.head().borrow();
        let webhooks = sqlx::query_as!(
            Webhooks,
            r#"select count(*) filter (where not paused and failing_since is null) as "active!",
                 count(*) filter (where not paused and failing_since is not null) as "failing!",
                 count(*) filter (where paused) as "paused!",
                 coalesce(max($1 - position) filter (where not paused), 0) as "lag!"
               from log.webhooks"#,
            head
        );
        Ok(webhooks.fetch_one(&self.pool).await?)
    }
}
