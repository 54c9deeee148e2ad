//! Sessions that ended lately: their access tokens are refused although they are still valid.
//!
//! A token that is met for the first time is looked up in the table, so only those have to be remembered here that ended
//! while some token of theirs may be cached.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use domain::{AccountId, SessionId};

use super::{Error, sessions::Sessions};

/// How long a verified token is cached at most.
pub(super) const CACHED_FOR: Duration = Duration::from_mins(10);
/// How long a session is remembered: a good deal longer.
const REMEMBERED_FOR: Duration = Duration::from_mins(15);
/// How much further back each look goes than the one before: an end is written some time before it can be seen.
const OVERLAP: Duration = Duration::from_secs(30);

/// What this process knows about it.
pub(super) struct Ended {
    sessions: RwLock<HashMap<SessionId, Instant>>,
    looked: Mutex<Instant>,
}

impl Ended {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            sessions: RwLock::default(),
            looked: Mutex::new(now),
        }
    }

    pub(super) fn contains(&self, session: SessionId) -> bool {
        self.sessions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(&session)
    }

    /// Notes an end that was written here, without waiting for the next look.
    pub(super) fn add(&self, ended: impl IntoIterator<Item = SessionId>, now: Instant) {
        let mut sessions = self
            .sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for session in ended {
            sessions.entry(session).or_insert(now);
        }
    }

    /// Looks what ended on any node since the last look that came to an answer. Says whose they were that were not known here.
    pub(super) async fn step(
        &self,
        table: &Sessions,
        now: Instant,
    ) -> Result<Vec<AccountId>, Error> {
        let since = now.duration_since(*self.looked.lock().unwrap_or_else(PoisonError::into_inner))
            + OVERLAP;
        let mut ended = table.ended_within(since.as_secs_f64()).await?;
        ended.retain(|(session, _)| !self.contains(*session));
        self.add(ended.iter().map(|(session, _)| *session), now);
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.forget(now);
        Ok(ended.into_iter().map(|(_, account)| account).collect())
    }

    fn forget(&self, now: Instant) {
        let is_old = |at: &Instant| now.duration_since(*at) > REMEMBERED_FOR;
        let any = self
            .sessions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .any(is_old);
        if any {
            self.sessions
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .retain(|_, at| !is_old(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_session_is_remembered_for_longer_than_a_token_is_cached() {
        let (start, session) = (Instant::now(), SessionId(Uuid::from_u128(1)));
        let ended = Ended::new(start);
        ended.add([session], start);
        ended.forget(start + CACHED_FOR + OVERLAP);
        assert!(ended.contains(session));
        ended.forget(start + REMEMBERED_FOR + Duration::from_secs(1));
        assert!(!ended.contains(session));
    }
}
