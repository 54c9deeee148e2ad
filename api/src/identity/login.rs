//! Coming in: by a password, and again by a refresh token.

use std::net::IpAddr;

use chrono::{DateTime, SubsecRound, Utc};
use domain::{AccountId, SessionId};
use eventlog::{Reader, fresh};

use super::{
    Error, Identity, Password,
    access::{self, Claims, ClassicClaims, Issue},
    hashing::Verdict,
    people,
    sessions::{LogIn, Refreshed},
    standing::Standing,
};
use crate::{http::Problem, meters};

/// Somebody who came in.
pub(crate) struct Entry {
    /// Who.
    pub caller: domain::Caller,
    /// What the log says about the account.
    pub standing: Standing,
    /// The token to show from now on.
    pub access_token: String,
    /// The token to get the next pair with; empty for a classic session, which has none.
    pub refresh_token: String,
}

/// What somebody shows at the door.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Where from.
    pub address: IpAddr,
    /// In any case of letters.
    pub username: &'a str,
    /// As typed.
    pub password: &'a Password,
}

/// A password that was right.
pub(super) struct Credential {
    pub account: AccountId,
    pub hash: String,
    username: String,
    number: i64,
    is_stale: bool,
}

/// One answer for everybody who does not come in.
fn wrong() -> Problem {
    Problem::unauthorized("The username or the password is wrong.")
}

fn not_refreshed() -> Problem {
    Problem::unauthorized("This refresh token is not valid any more. Log in again.")
}

impl Identity {
    /// Begins a session.
    pub(crate) async fn log_in(
        &self,
        reader: &Reader,
        attempt: Attempt<'_>,
        device: Option<&str>,
    ) -> Result<Entry, Problem> {
        let (credential, standing) = self.admit(reader, attempt).await?;
        let now = self.now();
        let session = SessionId(fresh::id());
        let begun = self
            .sessions
            .begin(log_in_of(&credential, session, device, now))
            .await?;
        self.deny(begun.gone);
        let refresh_token = begun.session.ok_or_else(wrong)?;
        self.renew_hash(&credential, attempt.password).await;
        let caller = caller_of(&credential.username, credential.account, session, &standing);
        let issue = Issue {
            issuer: &self.issuer,
            caller: &caller,
            at: now,
            jti: refresh_token.id(),
        };
        let access_token = self.sign(&Claims::of(issue, access::LIFE)).await?;
        Ok(Entry {
            caller,
            standing,
            access_token,
            refresh_token: refresh_token.write(),
        })
    }

    /// Begins a session of the classic API: one token with the original's claims, which lives for a week.
    pub(crate) async fn log_in_classic(
        &self,
        reader: &Reader,
        attempt: Attempt<'_>,
    ) -> Result<Entry, Problem> {
        let (credential, standing) = self.admit(reader, attempt).await?;
        let now = self.now();
        let session = SessionId(fresh::id());
        let begun = self
            .sessions
            .begin_classic(log_in_of(&credential, session, None, now))
            .await?;
        self.deny(begun.gone);
        begun.session.ok_or_else(wrong)?;
        self.renew_hash(&credential, attempt.password).await;
        let caller = caller_of(&credential.username, credential.account, session, &standing);
        let issue = Issue {
            issuer: &self.issuer,
            caller: &caller,
            at: now,
            jti: fresh::id(),
        };
        let classic = ClassicClaims {
            user_id: credential.number,
            email: standing.profile.email.clone(),
        };
        let claims = Claims {
            classic: Some(classic),
            ..Claims::of(issue, access::CLASSIC_LIFE)
        };
        let access_token = self.sign(&claims).await?;
        Ok(Entry {
            caller,
            standing,
            access_token,
            refresh_token: String::new(),
        })
    }

    /// Gives the next pair of tokens; for the same refresh token the same pair, for a short while.
    pub(crate) async fn refresh(&self, reader: &Reader, presented: &str) -> Result<Entry, Problem> {
        let refresh = match self.sessions.refresh(presented, self.now()).await? {
            Refreshed::Goes(refresh) => refresh,
            Refreshed::Ended(session) => {
                tracing::warn!(%session, "a used refresh token was presented again: its session has ended");
                self.deny([session]);
                return Err(not_refreshed());
            }
            Refreshed::Refused => return Err(not_refreshed()),
        };
        let standing = Standing::of(reader, refresh.account)
            .await?
            .filter(|standing| !standing.disabled);
        let Some(standing) = standing else {
            self.end_session(refresh.account, refresh.session).await?;
            return Err(not_refreshed());
        };
        let caller = caller_of(
            &standing.profile.username,
            refresh.account,
            refresh.session,
            &standing,
        );
        let issue = Issue {
            issuer: &self.issuer,
            caller: &caller,
            at: refresh.at,
            jti: refresh.token.id(),
        };
        let access_token = self.sign(&Claims::of(issue, access::LIFE)).await?;
        Ok(Entry {
            caller,
            standing,
            access_token,
            refresh_token: refresh.token.write(),
        })
    }

    /// Whether this is the password of this username. Guessing gets slower with every failure.
    pub async fn is_password(&self, attempt: Attempt<'_>) -> Result<bool, Problem> {
        Ok(self.judge(attempt).await?.is_some())
    }

    pub(super) async fn judge(&self, attempt: Attempt<'_>) -> Result<Option<Credential>, Problem> {
        let judging = self.throttle.login(attempt.address, attempt.username)?;
        let compared = self.compare(attempt).await;
        if let Ok(found) = &compared {
            meters::judged(found.is_some());
        }
        match compared {
            Ok(Some(credential)) => {
                judging.succeeded();
                Ok(Some(credential))
            }
            // Dropped, the attempt has failed.
            Ok(None) => Ok(None),
            Err(error) => {
                judging.not_judged();
                Err(error.into())
            }
        }
    }

    /// Takes as long for nobody's name as for somebody's.
    async fn compare(&self, attempt: Attempt<'_>) -> Result<Option<Credential>, Error> {
        let row = sqlx::query!(
            r#"select n.account_id, n.label as "label!", n.number as "number!", c.password_hash
               from log.claims n join auth.credentials c on c.account_id = n.account_id
               where n.kind = 'username' and n.label is not null and n.key = $1"#,
            people::folded(attempt.username)
        );
        let row = row.fetch_optional(&self.pool).await?;
        let stored = row.as_ref().map(|row| row.password_hash.clone());
        let verdict = self.hashing.verify(attempt.password, stored).await?;
        Ok(row
            .filter(|_| verdict != Verdict::Wrong)
            .map(|row| Credential {
                account: AccountId(row.account_id),
                hash: row.password_hash,
                username: row.label,
                number: row.number,
                is_stale: verdict == Verdict::RightButStale,
            }))
    }

    async fn admit(
        &self,
        reader: &Reader,
        attempt: Attempt<'_>,
    ) -> Result<(Credential, Standing), Problem> {
        let credential = self.judge(attempt).await?.ok_or_else(wrong)?;
        let standing = Standing::of(reader, credential.account)
            .await?
            .ok_or_else(wrong)?;
        if standing.disabled {
            return Err(Error::Disabled.into());
        }
        Ok((credential, standing))
    }

    async fn sign(&self, claims: &Claims) -> Result<String, Error> {
        access::sign(claims, &*self.keys.signer(self.now()).await?)
    }

    /// Hashes a password anew whose hash was made with other parameters. The log-in does not depend on it.
    async fn renew_hash(&self, credential: &Credential, password: &Password) {
        if !credential.is_stale {
            return;
        }
        let renewed = async {
            let hash = self.hashing.hash(password).await?;
            self.replace_hash(credential, &hash).await
        };
        if let Err(error) = renewed.await {
            tracing::warn!(%error, "a password could not be hashed with the present parameters");
        }
    }

    /// Not if it was changed in the meantime.
    async fn replace_hash(&self, credential: &Credential, hash: &str) -> Result<(), Error> {
        sqlx::query!(
            "update auth.credentials set password_hash = $3 where account_id = $1 and password_hash = $2",
            credential.account.0,
            credential.hash,
            hash
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// In the table's precision, so that what is told now and what is read later is the same.
    pub(super) fn now(&self) -> DateTime<Utc> {
        (self.now)().trunc_subsecs(6)
    }
}

fn log_in_of<'a>(
    credential: &'a Credential,
    session: SessionId,
    device: Option<&'a str>,
    at: DateTime<Utc>,
) -> LogIn<'a> {
    LogIn {
        account: credential.account,
        session,
        password_hash: &credential.hash,
        device,
        at,
    }
}

fn caller_of(
    username: &str,
    account: AccountId,
    session: SessionId,
    standing: &Standing,
) -> domain::Caller {
    domain::Caller {
        account,
        username: username.into(),
        session,
        roles: standing.roles.iter().copied().collect(),
    }
}
