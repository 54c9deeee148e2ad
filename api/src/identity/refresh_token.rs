//! Refresh tokens: opaque, and each used once.
//!
//! A token is its session's id, 256 secret bits and a tag that tells ours from inventions. The first secret is random,
//! each further one is an HMAC of the token before it: so the same token always gets the same successor, and the table
//! keeps hashes only. Thanks to the tag a token from long ago is known for what it is, without a list of all that were.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::SessionId;
use eventlog::Secret;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::Error;

const TAG: usize = 16;

/// A genuine token.
pub(super) struct RefreshToken {
    session: SessionId,
    secret: [u8; 32],
    tag: [u8; TAG],
}

impl RefreshToken {
    /// The first one of a session.
    pub(super) fn first(key: &Secret, session: SessionId) -> Result<Self, Error> {
        let mut secret = [0; 32];
        rand::fill(&mut secret).map_err(|_| Error::Hashing)?;
        Ok(Self::new(key, session, secret))
    }

    /// Reads a token; `None` for one that was never given out.
    pub(super) fn read(key: &Secret, text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (session, rest) = bytes.split_first_chunk::<16>()?;
        let (secret, tag) = rest.split_first_chunk::<32>()?;
        let token = Self::new(key, SessionId(Uuid::from_bytes(*session)), *secret);
        bool::from(token.tag.ct_eq(tag)).then_some(token)
    }

    /// The one that follows it.
    pub(super) fn successor(&self, key: &Secret) -> Self {
        Self::new(
            key,
            self.session,
            key.mac(&[b"successor", self.session.0.as_bytes(), &self.secret]),
        )
    }

    /// As clients see it.
    pub(super) fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(
            [
                self.session.0.as_bytes().as_slice(),
                &self.secret,
                &self.tag,
            ]
            .concat(),
        )
    }

    /// As the table keeps it.
    pub(super) fn hash(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &self.secret).as_ref());
        hash
    }

    pub(super) fn session(&self) -> SessionId {
        self.session
    }

    /// An id for what is given out together with it: the same each time.
    pub(super) fn id(&self) -> Uuid {
        let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.hash();
        uuid::Builder::from_custom_bytes(id).into_uuid()
    }

    fn new(key: &Secret, session: SessionId, secret: [u8; 32]) -> Self {
        let mut tag = [0; TAG];
        tag.copy_from_slice(&key.mac(&[b"tag", session.0.as_bytes(), &secret])[..TAG]);
        Self {
            session,
            secret,
            tag,
        }
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefreshToken({})", self.session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Secret {
        Secret::new([7; 32])
    }

    #[test]
    fn a_token_comes_back_as_it_went_and_always_has_the_same_successor() {
        let first = RefreshToken::first(&key(), SessionId(Uuid::from_u128(9))).unwrap();
        let read = RefreshToken::read(&key(), &first.write()).unwrap();
        assert_eq!(
            (read.session(), read.hash()),
            (first.session(), first.hash())
        );
        assert_eq!(
            first.successor(&key()).write(),
            read.successor(&key()).write()
        );
        assert_ne!(first.successor(&key()).write(), first.write());
        assert_eq!(first.id(), read.id());
    }

    #[test]
    fn an_invention_is_refused() {
        let token = RefreshToken::first(&key(), SessionId(Uuid::from_u128(9)))
            .unwrap()
            .write();
        assert!(RefreshToken::read(&Secret::new([8; 32]), &token).is_none());
        let other = RefreshToken::first(&key(), SessionId(Uuid::from_u128(u128::MAX)))
            .unwrap()
            .write();
        // The session of one with the secret of the other.
        let mixed = format!("{}{}", &other[..20], &token[20..]);
        for text in [
            "",
            "x",
            &token[1..],
            &format!("{token}AAAA"),
            &mixed,
            &"A".repeat(86),
        ] {
            assert!(RefreshToken::read(&key(), text).is_none(), "{text}");
        }
    }

    #[test]
    fn two_log_ins_have_nothing_in_common() {
        let session = SessionId(Uuid::from_u128(9));
        let [one, two] = [(), ()].map(|()| RefreshToken::first(&key(), session).unwrap().write());
        assert_ne!(one, two);
    }
}
