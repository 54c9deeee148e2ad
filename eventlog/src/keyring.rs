//! Step 3: sealing and opening personal data.
//!
//! Each sealed text has a key of its own, wrapped by its account's key, which is wrapped by the master key: destroying a
//! row in `log.keys` erases for good what stays, sealed, in the log.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{AccountId, MessageId, Sealed};
use moka::sync::Cache;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Error, KeyRow, Secrets, fresh};

/// An account's key, unwrapped.
pub struct AccountKey {
    account: AccountId,
    key: LessSafeKey,
}

/// What a sealed text belongs to: it does not open anywhere else.
#[derive(Clone, Copy, Debug)]
pub struct Purpose<'a> {
    /// The event's stored name.
    pub name: &'a str,
    /// The event's stream.
    pub aggregate_id: &'a str,
}

/// What a key makes of what it has sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Here it is.
    Opened(Vec<u8>),
    /// Its key was destroyed.
    Erased,
    /// Its key is there, and does not open it.
    Unopened,
}

/// Seals, and opens with the keys in the database.
#[derive(Clone)]
pub struct Keyring {
    pool: PgPool,
    secrets: Secrets,
    accounts: Cache<AccountId, Arc<AccountKey>>,
}

impl Keyring {
    /// Over the keys in a database.
    #[must_use]
    pub fn new(pool: PgPool, secrets: &Secrets) -> Self {
        Self {
            pool,
            secrets: secrets.clone(),
            // An erased account's key may stay here for a moment: useless, since the keys it wraps are gone.
            accounts: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_mins(1))
                .build(),
        }
    }

    /// A key for a new account, and the row to append with its first event.
    #[must_use]
    pub fn new_account(&self, account: AccountId) -> (AccountKey, KeyRow) {
        let bytes = random::<32>();
        let key_id = account.0;
        let wrapped = self.seal_by_master(&wrapping_of(key_id, account), &bytes);
        (
            AccountKey {
                account,
                key: cipher(&bytes),
            },
            KeyRow {
                key_id,
                account,
                message: None,
                wrapped,
            },
        )
    }

    /// An account's key, if it has not been destroyed.
    pub async fn account(&self, account: AccountId) -> Result<Option<Arc<AccountKey>>, Error> {
        match self.load_accounts(&[account]).await?.remove(&account) {
            Some(Some(key)) => Ok(Some(key)),
            Some(None) => Err(Error::DoesNotOpen),
            None => Ok(None),
        }
    }

    /// Whether an account's key, as it stands in a row, opens with the master key.
    pub fn assert_opens(&self, account: AccountId, wrapped: &[u8]) -> Result<(), Error> {
        self.open_by_master(&wrapping_of(account.0, account), wrapped)
            .map(drop)
    }

    /// Whether the master key is the one that the keys in the database were wrapped by. Where there are none yet, any is; one
    /// that opens some of the first is, since others may be damaged.
    pub async fn assert_master(&self) -> Result<(), Error> {
        let some = sqlx::query!(
            "select key_id, wrapped from log.keys where key_id = account_id order by key_id limit 16"
        )
        .fetch_all(&self.pool)
        .await?;
        let opens = |key_id, wrapped: &[u8]| self.assert_opens(AccountId(key_id), wrapped).is_ok();
        if some.is_empty() || some.iter().any(|key| opens(key.key_id, &key.wrapped)) {
            Ok(())
        } else {
            Err(Error::DoesNotOpen)
        }
    }

    /// An account's key, as it stands in a row, wrapped by the newest master key; `None` if it is already.
    pub fn account_again(
        &self,
        account: AccountId,
        wrapped: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        self.again(&wrapping_of(account.0, account), wrapped)
    }

    /// Wraps a secret of the service's own, to be kept in the database.
    #[must_use]
    pub fn wrap(&self, purpose: &str, secret: &[u8]) -> Vec<u8> {
        self.seal_by_master(purpose.as_bytes(), secret)
    }

    /// Unwraps what [`Keyring::wrap`] wrapped.
    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Vec<u8>, Error> {
        self.open_by_master(purpose.as_bytes(), wrapped)
    }

    /// What [`Keyring::wrap`] wrapped, wrapped by the newest master key; `None` if it is already.
    pub fn wrap_again(&self, purpose: &str, wrapped: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.again(purpose.as_bytes(), wrapped)
    }

    /// The newest generation of the master key that is known.
    #[must_use]
    pub fn generation(&self) -> u8 {
        self.secrets.generation()
    }

    fn again(&self, associated: &[u8], wrapped: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        if wrapped.first() == Some(&self.generation()) {
            return Ok(None);
        }
        let secret = self.open_by_master(associated, wrapped)?;
        Ok(Some(self.seal_by_master(associated, &secret)))
    }

    /// Behind the generation that has wrapped it, so that the next one can do it again.
    fn seal_by_master(&self, associated: &[u8], secret: &[u8]) -> Vec<u8> {
        let generation = self.secrets.newest();
        let Some(master) = self.secrets.wrapping(generation) else {
            unreachable!("as many are known as were counted")
        };
        let mut wrapped = vec![generation];
        wrapped.extend(encrypt(&cipher(master.expose()), associated, secret));
        wrapped
    }

    fn open_by_master(&self, associated: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, Error> {
        let (generation, sealed) = wrapped.split_first().ok_or(Error::DoesNotOpen)?;
        let master = self.secrets.wrapping(*generation);
        let master = master.ok_or(Error::DoesNotOpen)?;
        decrypt(&cipher(master.expose()), associated, sealed)
    }

    /// Opens sealed texts, each by itself: of one that does not open the others know nothing. In the order of asking.
    pub async fn open_all(&self, sealed: &[(Purpose<'_>, Sealed)]) -> Result<Vec<Text>, Error> {
        if sealed.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = sealed.iter().map(|(_, sealed)| sealed.key).collect();
        let rows = sqlx::query!(
            "select key_id, account_id, wrapped from log.keys where key_id = any($1)",
            &ids
        )
        .fetch_all(&self.pool)
        .await?;
        let owners: Vec<AccountId> = rows.iter().map(|row| AccountId(row.account_id)).collect();
        let accounts = self.load_accounts(&owners).await?;
        let rows: HashMap<Uuid, _> = rows.into_iter().map(|row| (row.key_id, row)).collect();
        let open = |(purpose, sealed): &(Purpose<'_>, Sealed)| {
            let Some(row) = rows.get(&sealed.key) else {
                return Text::Erased;
            };
            match accounts.get(&AccountId(row.account_id)) {
                Some(Some(account)) => account
                    .open(*purpose, sealed, &row.wrapped)
                    .map_or(Text::Unopened, Text::Opened),
                Some(None) => Text::Unopened,
                None => Text::Erased,
            }
        };
        Ok(sealed.iter().map(open).collect())
    }

    /// The keys of accounts; without those that were destroyed, and `None` for what does not open with the master key.
    async fn load_accounts(
        &self,
        ids: &[AccountId],
    ) -> Result<HashMap<AccountId, Option<Arc<AccountKey>>>, Error> {
        let mut keys = HashMap::new();
        let mut missing: Vec<Uuid> = Vec::new();
        for id in ids {
            match self.accounts.get(id) {
                Some(key) => drop(keys.insert(*id, Some(key))),
                None => missing.push(id.0),
            }
        }
        if missing.is_empty() {
            return Ok(keys);
        }
        let rows = sqlx::query!(
            "select key_id, wrapped from log.keys where key_id = any($1)",
            &missing
        )
        .fetch_all(&self.pool)
        .await?;
        for row in rows {
            let account = AccountId(row.key_id);
            let bytes = self.open_by_master(&wrapping_of(row.key_id, account), &row.wrapped);
            let key = bytes.ok().map(|bytes| {
                let key = cipher(&bytes);
                Arc::new(AccountKey { account, key })
            });
            if let Some(key) = &key {
                self.accounts.insert(account, Arc::clone(key));
            }
            keys.insert(account, key);
        }
        Ok(keys)
    }
}

impl AccountKey {
    /// Seals a text of this account under a fresh key, and gives the row to append with it.
    #[must_use]
    pub fn seal(
        &self,
        purpose: Purpose<'_>,
        message: Option<MessageId>,
        text: &[u8],
    ) -> (Sealed, KeyRow) {
        let bytes = random::<32>();
        let key_id = fresh::id();
        let sealed = encrypt(&cipher(&bytes), &sealing_of(purpose, key_id), text);
        let wrapped = encrypt(&self.key, &wrapping_of(key_id, self.account), &bytes);
        (
            Sealed {
                key: key_id,
                sealed: STANDARD.encode(sealed),
            },
            KeyRow {
                key_id,
                account: self.account,
                message,
                wrapped,
            },
        )
    }

    fn open(
        &self,
        purpose: Purpose<'_>,
        sealed: &Sealed,
        wrapped: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let bytes = decrypt(&self.key, &wrapping_of(sealed.key, self.account), wrapped)?;
        let text = STANDARD
            .decode(&sealed.sealed)
            .map_err(|_| Error::DoesNotOpen)?;
        decrypt(&cipher(&bytes), &sealing_of(purpose, sealed.key), &text)
    }
}

/// The associated data of a sealed text.
fn sealing_of(purpose: Purpose<'_>, key_id: Uuid) -> Vec<u8> {
    format!("{}\n{}\n{key_id}", purpose.name, purpose.aggregate_id).into_bytes()
}

/// The associated data of a wrapped key.
fn wrapping_of(key_id: Uuid, account: AccountId) -> Vec<u8> {
    format!("key\n{key_id}\n{account}").into_bytes()
}

fn cipher(key: &[u8]) -> LessSafeKey {
    let Ok(key) = UnboundKey::new(&AES_256_GCM, key) else {
        unreachable!("every key here has 32 bytes, or was refused by its tag")
    };
    LessSafeKey::new(key)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let Ok(()) = rand::fill(&mut bytes) else {
        unreachable!("the system gives random bytes")
    };
    bytes
}

/// Nonce, ciphertext, tag. Nonces are random; nearly every key is used once.
fn encrypt(key: &LessSafeKey, associated: &[u8], text: &[u8]) -> Vec<u8> {
    let nonce = random::<NONCE_LEN>();
    let mut out = text.to_vec();
    let tag = key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated),
        &mut out,
    );
    let Ok(()) = tag else {
        unreachable!("texts are far smaller than the cipher's limit")
    };
    out.splice(..0, nonce);
    out
}

fn decrypt(key: &LessSafeKey, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (nonce, text) = sealed
        .split_at_checked(NONCE_LEN)
        .ok_or(Error::DoesNotOpen)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::DoesNotOpen)?;
    let mut text = text.to_vec();
    let length = key
        .open_in_place(nonce, Aad::from(associated), &mut text)
        .map_err(|_| Error::DoesNotOpen)?
        .len();
    text.truncate(length);
    Ok(text)
}
