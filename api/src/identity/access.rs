//! Access tokens: who may ask, for a short time, told by a signature.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Caller, SessionId, account::Role};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Error, signing::SigningKey};

/// How long a token lives: so long may a role that was taken away still be in it.
pub(super) const LIFE: TimeDelta = TimeDelta::seconds(600);
/// How long the classic API's tokens live, which cannot be refreshed.
pub(super) const CLASSIC_LIFE: TimeDelta = TimeDelta::days(7);

const AUDIENCE: &str = "tidings";
/// RFC 9068: nothing else that is signed with these keys can pose as an access token.
const TYPE: &str = "at+jwt";
/// How much the nodes' clocks may differ, in seconds.
const LEEWAY: i64 = 5;
/// Ours have some 500 bytes.
const LONGEST: usize = 4096;

/// What a token says. All of it is required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: AccountId,
    pub sid: SessionId,
    pub exp: i64,
    pub iat: i64,
    pub jti: Uuid,
    pub username: String,
    pub roles: Vec<Role>,
    /// What clients of the original service read in their tokens.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub classic: Option<ClassicClaims>,
}

/// The original service's names for who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClassicClaims {
    pub user_id: i64,
    pub email: String,
}

/// A token for a session, and from when on.
#[derive(Clone, Copy)]
pub(super) struct Issue<'a> {
    pub issuer: &'a str,
    pub caller: &'a Caller,
    pub at: DateTime<Utc>,
    pub jti: Uuid,
}

impl Claims {
    pub(super) fn of(issue: Issue<'_>, life: TimeDelta) -> Self {
        Self {
            iss: issue.issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: issue.caller.account,
            sid: issue.caller.session,
            exp: (issue.at + life).timestamp(),
            iat: issue.at.timestamp(),
            jti: issue.jti,
            username: issue.caller.username.as_ref().to_owned(),
            roles: issue.caller.roles.to_vec(),
            classic: None,
        }
    }

    pub(super) fn caller(&self) -> Caller {
        Caller {
            account: self.sub,
            username: self.username.as_str().into(),
            session: self.sid,
            roles: self.roles.as_slice().into(),
        }
    }
}

/// Signs.
pub(super) fn sign(claims: &Claims, key: &SigningKey) -> Result<String, Error> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    encode(&header, claims, &key.private).map_err(|_| Error::Signing)
}

/// The key that a token names, if it can be one of ours. Keys or addresses of keys that it brings along count nothing.
pub(super) fn kid_of(token: &str) -> Option<String> {
    if token.len() > LONGEST {
        return None;
    }
    let header = decode_header(token).ok()?;
    let is_ours = header.alg == Algorithm::EdDSA
        && header.typ.is_some_and(|typ| typ.eq_ignore_ascii_case(TYPE))
        // Extensions that must be understood, and none is.
        && header.crit.is_none();
    header.kid.filter(|_| is_ours)
}

/// What a token says, if this key has signed it and it is for us and still valid.
pub(super) fn read(
    token: &str,
    key: &SigningKey,
    issuer: &str,
    now: DateTime<Utc>,
) -> Option<Claims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    // Looked at below, by the clock that was handed in.
    validation.validate_exp = false;
    let claims: Claims = decode(token, &key.public, &validation).ok()?.claims;
    is_valid(claims.exp, now).then_some(claims)
}

/// Whether a token that ends then is valid.
pub(super) fn is_valid(exp: i64, now: DateTime<Utc>) -> bool {
    exp.saturating_add(LEEWAY) >= now.timestamp()
}

#[cfg(test)]
mod tests;
