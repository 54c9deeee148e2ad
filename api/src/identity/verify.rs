//! Showing an access token: verified once, remembered for a while, and refused from the moment its session or key is gone.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

use super::{Error, Identity, access};
use crate::http::Problem;

/// A token that was found to be good.
pub(super) struct Verified {
    caller: domain::Caller,
    exp: i64,
    kid: String,
}

impl Identity {
    /// The account that a token stands for; 401 if it is not good.
    pub async fn authenticate(&self, token: &str) -> Result<domain::Caller, Problem> {
        self.verify(token)
            .await?
            .ok_or_else(|| Problem::unauthorized("This token is not valid. Log in again."))
    }

    async fn verify(&self, token: &str) -> Result<Option<domain::Caller>, Error> {
        let now = self.now();
        let fingerprint = fingerprint(token);
        if let Some(verified) = self.verified.get(&fingerprint) {
            let is_good = access::is_valid(verified.exp, now)
                && self.keys.believes(&verified.kid)
                && !self.ended.contains(verified.caller.session);
            return Ok(is_good.then(|| verified.caller.clone()));
        }
        let Some(kid) = access::kid_of(token) else {
            return Ok(None);
        };
        let Some(key) = self.keys.find(&kid, now).await? else {
            return Ok(None);
        };
        let Some(claims) = access::read(token, &key, &self.issuer, now) else {
            return Ok(None);
        };
        if self.ended.contains(claims.sid) || !self.sessions.is_open(claims.sub, claims.sid).await?
        {
            return Ok(None);
        }
        let caller = claims.caller();
        self.verified.insert(
            fingerprint,
            Arc::new(Verified {
                caller: caller.clone(),
                exp: claims.exp,
                kid,
            }),
        );
        Ok(Some(caller))
    }
}

/// Tokens are remembered by their hash: a dump of the memory shows fewer of them.
fn fingerprint(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}
