//! A log on a database of its own, and what to append to it.

use domain::{
    AccountId, MessageId, Metadata, conversation,
    message::{self, Content, Recipients, Sent},
};
use eventlog::{
    AccountKey, Command, KeyRow, Keyring, Log, MIGRATIONS, NewEvent, Outcome, Purpose, Reader,
    Role, Secret, Secrets, Tail, connect, options,
};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{Database, id as new_id};

/// A log and its writer. The database goes when this is dropped.
pub struct LogWorld {
    /// The log's.
    pub database: Database,
    /// As the service.
    pub pool: PgPool,
    /// To append to.
    pub log: Log,
    /// To read from.
    pub reader: Reader,
    /// Seals and opens.
    pub keyring: Keyring,
    /// Appends as long as this lives.
    pub writer: RunningWriter,
}

/// Ends its task when it is dropped.
pub struct RunningWriter(CancellationToken);

impl Drop for RunningWriter {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn run_writer(log: &Log) -> RunningWriter {
    let shutdown = CancellationToken::new();
    tokio::spawn(log.writer().run(shutdown.clone()));
    RunningWriter(shutdown)
}

impl LogWorld {
    /// A fresh one.
    ///
    /// # Panics
    /// When there is no Postgres.
    pub async fn new() -> Self {
        let database = Database::create(&MIGRATIONS)
            .await
            .expect("a log to test with");
        // A copy of the template would be the same log as every other test's.
        let owner = database.pool().await.expect("a log to test with");
        sqlx::query("update log.identity set log_id = gen_random_uuid()")
            .execute(&owner)
            .await
            .expect("a log to test with");
        let pool = connect(&database.url(), Role::Service, 8).expect("a log to test with");
        let keyring = Keyring::new(pool.clone(), &Secrets::new(Secret::new([3; 32])));
        let log = Log::new(
            options(&database.url(), Role::Service).expect("a log to test with"),
            Tail::default(),
        );
        let reader = Reader::new(pool.clone(), keyring.clone());
        let writer = run_writer(&log);
        Self {
            database,
            pool,
            log,
            reader,
            keyring,
            writer,
        }
    }

    /// Another process on the same log.
    ///
    /// # Panics
    /// When the address cannot be read, which another process could.
    #[must_use]
    pub fn another_log(&self) -> (Log, RunningWriter) {
        let log = Log::new(
            options(&self.database.url(), Role::Service).expect("a log to test with"),
            Tail::default(),
        );
        let running = run_writer(&log);
        (log, running)
    }

    /// An account's id, its key, and the row to append once.
    #[must_use]
    pub fn account(&self) -> (AccountId, AccountKey, KeyRow) {
        let account = AccountId(new_id());
        let (key, row) = self.keyring.new_account(account);
        (account, key, row)
    }

    /// Every event is where it should be: 1, 2, 3 …
    ///
    /// # Panics
    /// When one is not.
    pub async fn assert_dense(&self) {
        let row: (i64, i64) =
            sqlx::query_as("select count(*), coalesce(max(position), 0) from log.events")
                .fetch_one(&self.pool)
                .await
                .expect("a log to test with");
        assert_eq!(row.0, row.1, "positions have a hole");
        let holes: i64 = sqlx::query_scalar(
            "select count(*) from (select count(*) as n, max(sequence) as top from log.events
             group by aggregate_type, aggregate_id) s where n <> top",
        )
        .fetch_one(&self.pool)
        .await
        .expect("a log to test with");
        assert_eq!(holes, 0, "a stream has a hole");
    }
}

/// An event of a stream, with nothing sealed in it.
///
/// # Panics
/// Never: it can be written.
#[must_use]
pub fn marked(stream: &str, sequence: i64) -> NewEvent {
    let event = domain::marks::Event::Unread(domain::marks::Own { positions: vec![1] });
    NewEvent::new(
        "marks",
        stream.to_owned(),
        sequence,
        &event,
        &Metadata::default(),
    )
    .expect("a log to test with")
}

/// A command of some events.
#[must_use]
pub fn command(events: Vec<NewEvent>) -> Command {
    Command {
        events,
        ..Command::default()
    }
}

/// A note by an account to itself.
///
/// # Panics
/// Never: it can be written.
#[must_use]
pub fn message(sender: AccountId, key: &AccountKey, id: MessageId, body: &str) -> Command {
    let content = Content {
        subject: String::new(),
        body: body.to_owned(),
        attachments: Vec::new(),
    };
    let stream = id.to_string();
    let purpose = Purpose {
        name: message::SENT,
        aggregate_id: &stream,
    };
    let (sealed, row) = key.seal(
        purpose,
        Some(id),
        &serde_json::to_vec(&content).expect("a log to test with"),
    );
    let sent = |content| Sent {
        sender,
        conversation: conversation::id_of(&[sender]),
        recipients: Recipients::People(vec![]),
        reply_to: None,
        content,
    };
    let opened = message::Event::Sent(Sent {
        content,
        sender,
        conversation: conversation::id_of(&[sender]),
        recipients: Recipients::People(vec![]),
        reply_to: None,
    });
    let event = NewEvent::new(
        "message",
        stream,
        1,
        &message::Event::Sent(sent(sealed)),
        &Metadata::default(),
    )
    .and_then(|event| event.opened_as(&opened))
    .expect("a log to test with");
    Command {
        events: vec![event],
        keys: vec![row],
        ..Command::default()
    }
}

/// Where it was appended.
///
/// # Panics
/// When it was not.
#[expect(
    clippy::must_use_candidate,
    reason = "often it is enough that it was appended"
)]
pub fn position(outcome: &Outcome) -> i64 {
    match outcome {
        Outcome::Appended(appended) => appended.first_position,
        other => panic!("not appended: {other:?}"),
    }
}
