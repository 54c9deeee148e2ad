//! Hashing passwords: slow on purpose, so off the async threads and only a few at once.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{Error, Password};

/// OWASP's floor: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A stored hash that asks for more memory was not written by this service.
const MOST_MEMORY_KIB: u32 = 128 * 1024;

/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a password is compared with when there is nobody of that name, so that the answer takes as long. No password gives
/// this hash.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and compares passwords, a few at a time.
pub(super) struct Hashing {
    permits: Arc<Semaphore>,
}

/// What comparing a password came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Wrong,
    Right,
    /// Right, and hashed with parameters that are no longer used.
    RightButStale,
}

impl Hashing {
    pub(super) fn new(permits: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(permits.max(1))),
        }
    }

    /// The PHC string to store.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, Error> {
        let password = password.normalised();
        self.run(move || hash(&password)).await?
    }

    /// Compares a password with a stored hash, or with nobody's.
    pub(super) async fn verify(
        &self,
        password: &Password,
        stored: Option<String>,
    ) -> Result<Verdict, Error> {
        let password = password.normalised();
        self.run(move || verdict(&password, stored.as_deref()))
            .await
    }

    /// The permit moves into the closure: a request that goes away does not stop the hashing, so it must not make room
    /// for another one either.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = timeout(PATIENCE, Arc::clone(&self.permits).acquire_owned());
        let Ok(Ok(permit)) = turn.await else {
            return Err(Error::Busy);
        };
        let working = spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        working.await.map_err(|_| Error::Hashing)
    }
}

fn hash(password: &[u8]) -> Result<String, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Error::Hashing)?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(password);
    hash.map(|hash| hash.to_string())
        .map_err(|_| Error::Hashing)
}

fn verdict(password: &[u8], stored: Option<&str>) -> Verdict {
    let usable = stored.and_then(read);
    let (hash, params) = match &usable {
        Some(usable) => (&usable.0, Some(&usable.1)),
        None => (&nobody(), None),
    };
    // The parameters are those in the hash.
    let fits = Argon2::default().verify_password(password, hash).is_ok();
    match params {
        Some(params) if fits && is_current(hash, params) => Verdict::Right,
        Some(_) if fits => Verdict::RightButStale,
        _ => Verdict::Wrong,
    }
}

fn nobody() -> PasswordHash {
    let Ok(hash) = PasswordHash::new(NOBODY) else {
        unreachable!("it is a constant, and a test reads it")
    };
    hash
}

/// A stored hash, if this service can have written it.
fn read(stored: &str) -> Option<(PasswordHash, Params)> {
    let hash = PasswordHash::new(stored).ok();
    let usable = hash.and_then(|hash| {
        let params = Params::try_from(&hash).ok()?;
        (params.m_cost() <= MOST_MEMORY_KIB).then_some((hash, params))
    });
    if usable.is_none() {
        tracing::error!(
            "a stored password hash is unreadable or asks for too much memory: its account cannot log in"
        );
    }
    usable
}

fn is_current(hash: &PasswordHash, params: &Params) -> bool {
    hash.algorithm.as_str() == "argon2id"
        && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_hashed_is_right_and_anything_else_is_wrong() {
        let stored = hash(b"correct horse").unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert_eq!(verdict(b"correct horse", Some(&stored)), Verdict::Right);
        assert_eq!(verdict(b"correct hors", Some(&stored)), Verdict::Wrong);
        assert_eq!(verdict(b"correct horse", None), Verdict::Wrong);
    }

    #[test]
    fn a_hash_with_other_parameters_is_right_but_stale() {
        let weaker = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8 * 1024, 1, 1, None).unwrap(),
        );
        let stored = weaker.hash_password(b"correct horse").unwrap().to_string();
        assert_eq!(
            verdict(b"correct horse", Some(&stored)),
            Verdict::RightButStale
        );
        assert_eq!(verdict(b"wrong", Some(&stored)), Verdict::Wrong);
    }

    #[test]
    fn a_stored_hash_cannot_eat_the_memory() {
        assert!(read(NOBODY).is_some());
        for params in ["m=131073,t=2,p=1", "m=4294967295,t=2,p=1"] {
            assert!(
                read(&NOBODY.replace("m=19456,t=2,p=1", params)).is_none(),
                "{params}"
            );
        }
        assert_eq!(verdict(b"", Some("plain text")), Verdict::Wrong);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_told_so() {
        let hashing = Hashing::new(1);
        let _held = Arc::clone(&hashing.permits).acquire_owned().await.unwrap();
        let password = Password::new("correct horse".to_owned());
        assert!(matches!(hashing.hash(&password).await, Err(Error::Busy)));
    }

    #[tokio::test]
    async fn a_request_that_goes_away_keeps_its_permit_until_the_work_is_done() {
        let hashing = Hashing::new(1);
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (finish, is_finished) = std::sync::mpsc::channel::<()>();
        let mut request = Box::pin(hashing.run(move || {
            let _ = started.send(());
            let _ = is_finished.recv();
        }));
        tokio::select! {
            biased;
            _ = &mut request => panic!("the work is not done yet"),
            started = has_started => started.unwrap(),
        }
        drop(request);
        assert_eq!(hashing.permits.available_permits(), 0);
        finish.send(()).unwrap();
        assert!(
            hashing
                .hash(&Password::new("correct horse".to_owned()))
                .await
                .is_ok()
        );
    }
}
