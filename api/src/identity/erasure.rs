//! What erasing an account has done to each store, and what is left until when.

use chrono::{DateTime, Utc};
use domain::{AccountId, times::micros};
use eventlog::fresh;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Every store that held something of an erased account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureReport {
    /// The account that was erased.
    account_id: Uuid,
    /// When.
    #[serde(serialize_with = "micros")]
    erased_at: DateTime<Utc>,
    stores: Vec<Store>,
}

/// One of them.
#[derive(Debug, Serialize, ToSchema)]
struct Store {
    /// Its name.
    name: &'static str,
    /// What of the account was in it.
    held: &'static str,
    /// What is left in it, and until when.
    left: &'static str,
}

const STORES: [Store; 9] = [
    Store {
        name: "log",
        held: "messages, titles and profiles, each sealed by a key of its own",
        left: "sealed texts that nobody can open, and who wrote to whom when, for ever: they are what the log's proofs stand on",
    },
    Store {
        name: "keys",
        held: "the keys of everything it wrote",
        left: "nothing",
    },
    Store {
        name: "names",
        held: "the username",
        left: "an HMAC of it, for ever, so that nobody else takes the name",
    },
    Store {
        name: "credentials and sessions",
        held: "the password's hash, devices, log-ins",
        left: "ids of ended sessions, for 30 days",
    },
    Store {
        name: "mailboxes",
        held: "its own mailbox, and its messages in others' mailboxes",
        left: "tombstones without text in others' mailboxes; texts for up to two seconds after this answer, and \
               for an hour where the tables were just made anew and the old ones are kept",
    },
    Store {
        name: "drafts and idempotency keys",
        held: "what it had begun to write, and answers to its requests",
        left: "nothing",
    },
    Store {
        name: "attachments",
        held: "the files that it uploaded",
        left: "files for up to a minute after this answer",
    },
    Store {
        name: "NATS stream",
        held: "opened copies of its messages, for other services",
        left: "copies for up to a minute after this answer, longer while NATS is down; whoever subscribes may have taken copies",
    },
    Store {
        name: "database files",
        held: "rows of mailboxes and keys",
        left: "dead rows until the database's VACUUM has freed and later writes have overwritten them, write-ahead log until \
               its segments are recycled, and backups until they are thrown away",
    },
];

impl ErasureReport {
    /// Of an account that was erased just now.
    pub(crate) fn of(account: AccountId) -> Self {
        Self {
            account_id: account.0,
            erased_at: fresh::now(),
            stores: STORES.into(),
        }
    }
}
