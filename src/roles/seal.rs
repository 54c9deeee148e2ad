//! The sealer, beside the relay: the key that signs the log's heads is where no client comes.

use eventlog::{
    audit::{Pace, Sealer},
    merkle::{SigningKey, name_of},
};

use super::{Crew, Parts};

/// Signs, if there is a key.
pub fn keep(crew: &Crew, parts: &Parts) {
    let Some(seed) = parts.audit_key.clone() else {
        tracing::warn!("no --audit-key-file (TIDINGS_AUDIT_KEY_FILE): nothing is signed here");
        return;
    };
    let (own, works) = (parts.clone(), crew.endings.works.clone());
    crew.works.keep("sealer", works, move |shutdown| {
        let key = SigningKey::new(name_of(own.identity), &seed);
        let (pool, tail, told) = (own.pool.clone(), own.tail.clone(), own.sealed.clone());
        async move {
            let sealer = Sealer::new(pool, key, tail, told);
            Ok(sealer.run(Pace::default(), shutdown).await?)
        }
    });
}
