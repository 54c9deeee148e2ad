//! Where passwords are kept: written once an account is made, replaced, and dropped.

use domain::{AccountId, SessionId};

use super::{Error, Identity, Password, login::Credential};

impl Identity {
    /// The hash of a password, to be stored.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, Error> {
        self.hashing.hash(password).await
    }

    /// Keeps the password of an account that is about to be made.
    pub(super) async fn keep_password(
        &self,
        account: AccountId,
        password: &Password,
    ) -> Result<(), Error> {
        let hash = self.hashing.hash(password).await?;
        sqlx::query!(
            "insert into auth.credentials (account_id, password_hash, changed_at) values ($1, $2, $3)",
            account.0,
            hash,
            self.now()
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes the password away: nobody can log in to the account.
    pub(super) async fn drop_password(&self, account: AccountId) -> Result<(), Error> {
        sqlx::query!(
            "delete from auth.credentials where account_id = $1",
            account.0
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Replaces a password that was right a moment ago, and ends the account's other sessions with the same statement.
    /// Whether it is still the one to be replaced.
    pub(super) async fn replace_password(
        &self,
        old: &Credential,
        new_hash: &str,
        staying: SessionId,
    ) -> Result<bool, Error> {
        let ended = sqlx::query!(
            r#"with changed as (
                 update auth.credentials set password_hash = $3, changed_at = $4
                 where account_id = $1 and password_hash = $2 returning account_id),
               ended as (
                 update auth.sessions s set ended_at = clock_timestamp() from changed
                 where s.account_id = changed.account_id and s.session_id <> $5 and s.ended_at is null
                 returning s.session_id)
               select array(select session_id from ended) as "ended!" from changed"#,
            old.account.0,
            old.hash,
            new_hash,
            self.now(),
            staying.0
        );
        let Some(row) = ended.fetch_optional(&self.pool).await? else {
            return Ok(false);
        };
        self.deny(row.ended.into_iter().map(SessionId));
        // A log-in with the old password may have been written while the statement ran; the next one would be refused.
        self.deny(self.sessions.end_others(old.account, staying).await?);
        Ok(true)
    }

    /// Gives an account another password, whatever it was, and ends all of its sessions.
    pub(super) async fn reset_password(
        &self,
        account: AccountId,
        password: &Password,
    ) -> Result<(), Error> {
        let hash = self.hashing.hash(password).await?;
        sqlx::query!(
            "insert into auth.credentials (account_id, password_hash, changed_at) values ($1, $2, $3)
             on conflict (account_id) do update set password_hash = $2, changed_at = $3, locked_at = null",
            account.0,
            hash,
            self.now()
        )
        .execute(&self.pool)
        .await?;
        self.end_all_sessions(account).await
    }

    /// Locks an account out until it is let in again, on every node within two seconds: its password waits, its sessions end.
    pub(super) async fn lock(&self, account: AccountId) -> Result<(), Error> {
        sqlx::query!(
            "update auth.credentials set locked_at = coalesce(locked_at, $2) where account_id = $1",
            account.0,
            self.now()
        )
        .execute(&self.pool)
        .await?;
        self.end_all_sessions(account).await
    }

    /// Lets an account log in again with the password it had.
    pub(super) async fn unlock(&self, account: AccountId) -> Result<(), Error> {
        sqlx::query!(
            "update auth.credentials set locked_at = null where account_id = $1",
            account.0
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Locks an account out for good, on every node within two seconds: no password, no session.
    pub(crate) async fn lock_out(&self, account: AccountId) -> Result<(), Error> {
        self.drop_password(account).await?;
        self.people().forget(account);
        self.end_all_sessions(account).await
    }

    /// Ends one session of an account; again is fine. Whether it has such a one.
    pub(super) async fn end_session(
        &self,
        account: AccountId,
        session: SessionId,
    ) -> Result<bool, Error> {
        let has = self.sessions.end(account, session).await?;
        if has {
            self.deny([session]);
        }
        Ok(has)
    }

    pub(super) async fn end_all_sessions(&self, account: AccountId) -> Result<(), Error> {
        self.deny(self.sessions.end_all(account).await?);
        Ok(())
    }
}
