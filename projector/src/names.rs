//! Usernames, which never change as long as there is the account.

use std::{collections::HashMap, sync::Arc};

use domain::AccountId;
use moka::sync::Cache;
use sqlx::PgPool;
use uuid::Uuid;

/// Whether a name is that of an erased account: no username has such a character.
pub(crate) fn is_erased(name: &str) -> bool {
    name.starts_with('(')
}

/// Names of those who write and are written to.
#[derive(Clone)]
pub(crate) struct Names {
    known: Cache<AccountId, Arc<str>>,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self {
            known: Cache::new(100_000),
        }
    }

    /// An account that was erased has another name.
    pub(crate) fn forget(&self) {
        self.known.invalidate_all();
    }

    /// The names of some accounts. An account which is nowhere to be found is called by its id.
    pub(crate) async fn of(
        &self,
        pool: &PgPool,
        accounts: impl Iterator<Item = AccountId>,
    ) -> Result<HashMap<AccountId, Arc<str>>, sqlx::Error> {
        let mut names = HashMap::new();
        let mut missing: Vec<Uuid> = Vec::new();
        for account in accounts {
            match self.known.get(&account) {
                Some(name) => drop(names.insert(account, name)),
                None => missing.push(account.0),
            }
        }
        if missing.is_empty() {
            return Ok(names);
        }
        let found = sqlx::query!(
            "select account_id, username from readmodel.accounts where account_id = any($1)",
            &missing
        )
        .fetch_all(pool)
        .await?;
        for row in found {
            let name: Arc<str> = row.username.into();
            self.known
                .insert(AccountId(row.account_id), Arc::clone(&name));
            names.insert(AccountId(row.account_id), name);
        }
        for id in missing {
            names
                .entry(AccountId(id))
                .or_insert_with(|| id.to_string().into());
        }
        Ok(names)
    }
}
