//! Who is called what: from the names taken in the log, so that a new account is known on every node at once.

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::AccountId;
use moka::sync::Cache;
use sqlx::PgPool;
use uuid::Uuid;

/// The sort of name that an account's username is.
pub(super) const USERNAME: &str = "username";

const CAPACITY: u64 = 100_000;
/// Names never change; but an erased account's is let go of.
const CACHED_FOR: Duration = Duration::from_mins(5);

/// An account and its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The account.
    pub account: AccountId,
    /// Its username, as its owner spells it.
    pub username: Arc<str>,
    /// What the classic API calls it.
    pub number: i64,
}

/// Everybody. Cheap to clone.
#[derive(Clone)]
pub(crate) struct People {
    pool: PgPool,
    by_name: Cache<String, Known>,
    by_id: Cache<AccountId, Known>,
}

/// A username as it is taken: names that differ in case only are the same.
pub(crate) fn folded(username: &str) -> String {
    username.to_ascii_lowercase()
}

struct Row {
    account_id: Uuid,
    label: String,
    number: i64,
}

impl From<Row> for Known {
    fn from(row: Row) -> Self {
        Self {
            account: AccountId(row.account_id),
            username: row.label.into(),
            number: row.number,
        }
    }
}

impl People {
    pub(super) fn new(pool: PgPool) -> Self {
        Self {
            pool,
            by_name: cache(),
            by_id: cache(),
        }
    }

    /// Who has these usernames, in the order of asking; `None` where nobody has.
    pub(crate) async fn resolve(
        &self,
        usernames: &[String],
    ) -> Result<Vec<Option<Known>>, sqlx::Error> {
        let keys: Vec<String> = usernames.iter().map(|username| folded(username)).collect();
        let mut found = hits(&self.by_name, &keys);
        let missing: Vec<String> = keys
            .iter()
            .filter(|key| !found.contains_key(*key))
            .cloned()
            .collect();
        if !missing.is_empty() {
            let rows = sqlx::query_as!(
                Row,
                r#"select account_id, label as "label!", number as "number!" from log.claims
                   where kind = 'username' and label is not null and key = any($1)"#,
                &missing
            );
            for known in rows
                .fetch_all(&self.pool)
                .await?
                .into_iter()
                .map(Known::from)
            {
                self.remember(&known);
                found.insert(folded(&known.username), known);
            }
        }
        Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
    }

    /// Who has this username.
    pub(crate) async fn by_username(&self, username: &str) -> Result<Option<Known>, sqlx::Error> {
        Ok(self.resolve(&[username.to_owned()]).await?.pop().flatten())
    }

    /// What these accounts are called, in the order of asking; `None` where there is no such account.
    pub(crate) async fn by_id(
        &self,
        accounts: &[AccountId],
    ) -> Result<Vec<Option<Known>>, sqlx::Error> {
        let mut found = hits(&self.by_id, accounts);
        let missing: Vec<Uuid> = accounts
            .iter()
            .filter(|id| !found.contains_key(*id))
            .map(|id| id.0)
            .collect();
        if !missing.is_empty() {
            let rows = sqlx::query_as!(
                Row,
                r#"select account_id, label as "label!", number as "number!" from log.claims
                   where kind = 'username' and label is not null and account_id = any($1)"#,
                &missing
            );
            for known in rows
                .fetch_all(&self.pool)
                .await?
                .into_iter()
                .map(Known::from)
            {
                self.remember(&known);
                found.insert(known.account, known);
            }
        }
        Ok(accounts.iter().map(|id| found.get(id).cloned()).collect())
    }

    /// Lets go of an account here. The other nodes do when they see that its sessions have ended.
    pub(super) fn forget(&self, account: AccountId) {
        if let Some(known) = self.by_id.remove(&account) {
            self.by_name.invalidate(&folded(&known.username));
        }
    }

    fn remember(&self, known: &Known) {
        self.by_name.insert(folded(&known.username), known.clone());
        self.by_id.insert(known.account, known.clone());
    }
}

fn cache<K: std::hash::Hash + Eq + Send + Sync + 'static>() -> Cache<K, Known> {
    Cache::builder()
        .max_capacity(CAPACITY)
        .time_to_live(CACHED_FOR)
        .build()
}

fn hits<K: std::hash::Hash + Eq + Clone + Send + Sync + 'static>(
    cache: &Cache<K, Known>,
    keys: &[K],
) -> HashMap<K, Known> {
    keys.iter()
        .filter_map(|key| Some((key.clone(), cache.get(key)?)))
        .collect()
}
