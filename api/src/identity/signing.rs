//! The keys that sign access tokens: several are believed, one signs, and none needs a restart to come or go.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use eventlog::Keyring;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Serialize;
use sqlx::PgPool;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::Error;

/// A new key signs only after this time, when every node has seen it.
const KNOWN_EVERYWHERE: TimeDelta = TimeDelta::seconds(10);
/// The newest key is followed by another one after this time.
const REPLACED_AFTER: TimeDelta = TimeDelta::days(90);
/// A key that was followed by another one is believed for this much longer: the longest life of a token, and an hour.
const BELIEVED_FOR: TimeDelta = TimeDelta::hours(7 * 24 + 1);
/// At most so often does a token with an unknown key make this process look at the table.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The keys of `auth.signing_keys`, as this process last saw them.
pub(super) struct SigningKeys {
    pool: PgPool,
    keyring: Keyring,
    seen: RwLock<Arc<Keys>>,
    /// When this process looked last. Held while it looks, so that who needs the same answer waits for it.
    looked: Mutex<Option<Instant>>,
}

/// Keys that are believed, the newest first.
#[derive(Default)]
pub(super) struct Keys(Vec<Arc<SigningKey>>);

/// An Ed25519 key.
pub(super) struct SigningKey {
    pub kid: String,
    pub public: DecodingKey,
    pub private: EncodingKey,
    public_bytes: Vec<u8>,
    created_at: DateTime<Utc>,
}

/// The public halves of the keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jwks {
    /// Those that are believed, the newest first.
    keys: Vec<Jwk>,
}

/// A public Ed25519 key (RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Jwk {
    /// Key type.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// Curve.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// Algorithm.
    #[schema(example = "EdDSA")]
    alg: &'static str,
    /// What it is for.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    used_for: &'static str,
    /// Its id, as tokens name it.
    kid: String,
    /// The key in base64url.
    x: String,
}

impl SigningKeys {
    pub(super) fn new(pool: PgPool, keyring: Keyring) -> Self {
        Self {
            pool,
            keyring,
            seen: RwLock::default(),
            looked: Mutex::default(),
        }
    }

    /// The key that signs. The first one ever is made here.
    pub(super) async fn signer(&self, now: DateTime<Utc>) -> Result<Arc<SigningKey>, Error> {
        if let Some(key) = self.seen().signer(now) {
            return Ok(key);
        }
        self.step(now).await?;
        self.seen().signer(now).ok_or(Error::Signing)
    }

    /// Whether a key that was believed before still is.
    pub(super) fn believes(&self, kid: &str) -> bool {
        self.seen().find(kid).is_some()
    }

    /// The key of this id, if it is believed.
    pub(super) async fn find(
        &self,
        kid: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<SigningKey>>, Error> {
        if let Some(key) = self.seen().find(kid) {
            return Ok(Some(key));
        }
        let mut looked = self.looked.lock().await;
        let seen = self.seen();
        // Nodes that start a service together make a key each, and sign before all have seen all.
        let is_settling = seen
            .0
            .first()
            .is_none_or(|newest| newest.created_at > now - KNOWN_EVERYWHERE);
        let is_new = is_settling || looked.is_none_or(|looked| looked.elapsed() > LOOK_EVERY);
        if is_new && seen.find(kid).is_none() {
            self.read(&mut looked).await?;
        }
        Ok(self.seen().find(kid))
    }

    /// Makes a key if there is none that is young, lets go of those that no token needs any more, and looks.
    pub(super) async fn step(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let mut looked = self.looked.lock().await;
        self.read(&mut looked).await?;
        if self.seen().need_another(now) {
            // Two nodes may do so at the same time; then there are two, and both are believed.
            self.make(now).await?;
            self.read(&mut looked).await?;
        }
        if self.seen().can_lose_one(now) {
            self.retire(now).await?;
            self.read(&mut looked).await?;
        }
        Ok(())
    }

    /// Adds a key, which signs as soon as every node has seen it.
    pub(super) async fn rotate(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let mut looked = self.looked.lock().await;
        self.make(now).await?;
        self.read(&mut looked).await
    }

    async fn make(&self, now: DateTime<Utc>) -> Result<(), Error> {
        let pair = Ed25519KeyPair::generate().map_err(|_| Error::Signing)?;
        let public = pair.public_key().as_ref();
        let kid = URL_SAFE_NO_PAD.encode(&digest(&SHA256, public).as_ref()[..12]);
        let private = pair.to_pkcs8().map_err(|_| Error::Signing)?;
        let wrapped = self.keyring.wrap(&purpose(&kid), private.as_ref());
        sqlx::query!(
            "insert into auth.signing_keys (kid, public_key, wrapped, created_at) values ($1, $2, $3, $4)",
            kid,
            public,
            wrapped,
            now
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) fn jwks(&self) -> Jwks {
        let jwk = |key: &Arc<SigningKey>| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            used_for: "sig",
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(&key.public_bytes),
        };
        Jwks {
            keys: self.seen().0.iter().map(jwk).collect(),
        }
    }

    /// Lets go of the keys by which nothing can be signed that is still valid.
    async fn retire(&self, now: DateTime<Utc>) -> Result<(), Error> {
        sqlx::query!(
            "update auth.signing_keys k set retired_at = $1
             where retired_at is null and exists (
               select from auth.signing_keys n where n.retired_at is null and n.created_at > k.created_at
                 and n.created_at < $2)",
            now,
            now - BELIEVED_FOR
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn read(&self, looked: &mut Option<Instant>) -> Result<(), Error> {
        *looked = Some(Instant::now());
        let rows = sqlx::query!(
            "select kid, public_key, wrapped, created_at from auth.signing_keys
             where retired_at is null order by created_at desc, kid"
        );
        let seen = self.seen();
        let mut keys = Vec::new();
        for row in rows.fetch_all(&self.pool).await? {
            if let Some(key) = seen.find(&row.kid) {
                keys.push(key);
                continue;
            }
            let private = self.keyring.unwrap(&purpose(&row.kid), &row.wrapped)?;
            keys.push(Arc::new(SigningKey {
                kid: row.kid,
                public: DecodingKey::from_ed_der(&row.public_key),
                private: EncodingKey::from_ed_der(&private),
                public_bytes: row.public_key,
                created_at: row.created_at,
            }));
        }
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Keys(keys));
        Ok(())
    }

    fn seen(&self) -> Arc<Keys> {
        Arc::clone(&self.seen.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Keys {
    /// The newest that every node has seen; in the first seconds of all, the oldest.
    fn signer(&self, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        let known = self
            .0
            .iter()
            .find(|key| key.created_at <= now - KNOWN_EVERYWHERE);
        known.or(self.0.last()).cloned()
    }

    fn find(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.0.iter().find(|key| key.kid == kid).cloned()
    }

    fn need_another(&self, now: DateTime<Utc>) -> bool {
        self.0
            .first()
            .is_none_or(|newest| newest.created_at < now - REPLACED_AFTER)
    }

    /// Whether some key was followed by another one long ago.
    fn can_lose_one(&self, now: DateTime<Utc>) -> bool {
        self.0
            .iter()
            .rev()
            .skip(1)
            .any(|younger| younger.created_at < now - BELIEVED_FOR)
    }
}

/// What a private half is wrapped for: it does not open under another id.
/// Wraps the private halves that an earlier master key has wrapped with the newest one; says how many.
pub async fn rewrap_signing_keys(pool: &PgPool, keyring: &Keyring) -> Result<u64, Error> {
    let rows = sqlx::query!("select kid, wrapped from auth.signing_keys");
    let mut done = 0;
    for row in rows.fetch_all(pool).await? {
        let again = match keyring.wrap_again(&purpose(&row.kid), &row.wrapped) {
            Ok(Some(again)) => again,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(kid = row.kid, %error, "a signing key is damaged, and stays as it is");
                continue;
            }
        };
        let changed = sqlx::query!(
            "update auth.signing_keys set wrapped = $3 where kid = $1 and wrapped = $2",
            row.kid,
            row.wrapped,
            again
        );
        done += changed.execute(pool).await?.rows_affected();
    }
    Ok(done)
}

fn purpose(kid: &str) -> String {
    format!("signing key {kid}")
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    impl Jwks {
        pub(in crate::identity) fn kids(&self) -> Vec<&str> {
            self.keys.iter().map(|key| key.kid.as_str()).collect()
        }
    }

    impl SigningKey {
        /// A fresh one that is in no table.
        pub(in crate::identity) fn fresh(kid: &str, created_at: DateTime<Utc>) -> Arc<Self> {
            let pair = Ed25519KeyPair::generate().unwrap();
            let public_bytes = pair.public_key().as_ref().to_vec();
            Arc::new(Self {
                kid: kid.to_owned(),
                public: DecodingKey::from_ed_der(&public_bytes),
                private: EncodingKey::from_ed_der(pair.to_pkcs8().unwrap().as_ref()),
                public_bytes,
                created_at,
            })
        }

        pub(in crate::identity) fn public_bytes(&self) -> &[u8] {
            &self.public_bytes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn keys(ages: &[i64]) -> Keys {
        let key = |age: &i64| SigningKey::fresh(&age.to_string(), NOW - TimeDelta::seconds(*age));
        Keys(ages.iter().map(key).collect())
    }

    #[test]
    fn a_key_signs_once_every_node_has_seen_it() {
        let signer = |ages| keys(ages).signer(NOW).map(|key| key.kid.clone());
        assert_eq!(signer(&[]), None);
        assert_eq!(signer(&[1]).as_deref(), Some("1"));
        assert_eq!(signer(&[1, 2]).as_deref(), Some("2"));
        assert_eq!(signer(&[9, 500, 600]).as_deref(), Some("500"));
        assert_eq!(signer(&[10, 500, 600]).as_deref(), Some("10"));
    }

    #[test]
    fn the_newest_key_is_followed_in_time() {
        assert!(keys(&[]).need_another(NOW));
        assert!(!keys(&[60]).need_another(NOW));
        assert!(keys(&[91 * 86_400]).need_another(NOW));
    }

    #[test]
    fn a_key_is_believed_until_its_last_token_has_ended() {
        let week = 7 * 86_400;
        assert!(!keys(&[91 * 86_400]).can_lose_one(NOW));
        assert!(!keys(&[week, 91 * 86_400]).can_lose_one(NOW));
        assert!(keys(&[week + 3601, 91 * 86_400]).can_lose_one(NOW));
    }
}
