//! Usernames, which never change as long as there is the account.

use std::{collections::HashMap, sync::Arc};

use domain::AccountId;
use moka::sync::Cache;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{PARTITION, checkpoint::Checkpoint};

/// What an account is called.
#[derive(Clone)]
pub(crate) struct Name {
    pub text: Arc<str>,
    /// There is no mailbox any more.
    pub is_erased: bool,
}

/// Names of those who write and are written to.
#[derive(Clone)]
pub(crate) struct Names {
    known: Cache<AccountId, Name>,
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
        at: Checkpoint,
        accounts: impl Iterator<Item = AccountId>,
    ) -> Result<HashMap<AccountId, Name>, sqlx::Error> {
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
            r#"select account_id, username, erased_at is not null as "is_erased!" from accounts
               where account_id = any($1) and projection.assert_at($2, $3, $4)"#,
            &missing,
            PARTITION,
            at.generation,
            at.position
        )
        .fetch_all(pool)
        .await?;
        for row in found {
            let name = Name {
                text: row.username.into(),
                is_erased: row.is_erased,
            };
            self.known.insert(AccountId(row.account_id), name.clone());
            names.insert(AccountId(row.account_id), name);
        }
        for id in missing {
            names.entry(AccountId(id)).or_insert_with(|| Name {
                text: id.to_string().into(),
                is_erased: false,
            });
        }
        Ok(names)
    }
}
