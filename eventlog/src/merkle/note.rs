//! Signed notes (c2sp.org/signed-note): a text, an empty line, and who signs it.

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use thiserror::Error;

use super::hash::sha256;
use crate::{Identity, Secret};

/// The kind of key, and of signature: Ed25519.
const ED25519_KIND: u8 = 1;
/// An em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a note or a key is not to be believed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NoteError {
    /// Not of this form.
    #[error("it is not written as a signed note")]
    Form,
    /// Not a public key as C2SP writes it.
    #[error("it is not a public key: <name>+<id>+<key>")]
    Key,
    /// Signed by somebody else, or by nobody.
    #[error("it is not signed by this key")]
    Unsigned,
    /// Signed, and changed afterwards.
    #[error("its signature is wrong")]
    Forged,
}

/// How a log is called in its heads: its origin line, and the name of its key.
#[must_use]
pub fn name_of(identity: Identity) -> String {
    format!("tidings/{}/{}", identity.log_id, identity.epoch)
}

/// Signs notes under a name.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: VerifyingKey,
}

/// Tells whether a note was signed by the key of a name. Written as `<name>+<id>+<key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    public: [u8; 32],
}

impl SigningKey {
    /// From 32 secret bytes.
    ///
    /// # Panics
    /// Never: any 32 bytes are a seed.
    #[must_use]
    pub fn new(name: String, seed: &Secret) -> Self {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose())
            .unwrap_or_else(|_| unreachable!("32 bytes are a seed"));
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Self {
            pair,
            public: VerifyingKey { name, public },
        }
    }

    /// Its public part.
    #[must_use]
    pub fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// Signs a text, which ends with a line's end.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        let line = [&self.public.id()[..], signature.as_ref()].concat();
        format!(
            "{text}\n{DASH}{} {}\n",
            self.public.name,
            STANDARD.encode(line)
        )
    }
}

impl VerifyingKey {
    /// Whose key it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of what names the key.
    fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.name.as_bytes(), b"\n", &[ED25519_KIND], &self.public]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The text of a note, if this key signed it. Signatures of others beside it are passed over.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let text = &note[..=text.len()];
        let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Form)?;
        for line in signatures.split('\n') {
            let (name, signature) = line
                .strip_prefix(DASH)
                .and_then(|line| line.split_once(' '))
                .ok_or(NoteError::Form)?;
            let signature = STANDARD.decode(signature).map_err(|_| NoteError::Form)?;
            let (id, signature) = signature.split_at_checked(4).ok_or(NoteError::Form)?;
            if name == self.name && id == self.id() {
                return UnparsedPublicKey::new(&ED25519, &self.public)
                    .verify(text.as_bytes(), signature)
                    .map(|()| text)
                    .map_err(|_| NoteError::Forged);
            }
        }
        Err(NoteError::Unsigned)
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = STANDARD.encode([&[ED25519_KIND], &self.public[..]].concat());
        write!(f, "{}+{id:08x}+{key}", self.name)
    }
}

impl FromStr for VerifyingKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let mut next = || parts.next().ok_or(NoteError::Key);
        let (name, _, key) = (next()?, next()?, next()?);
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519_KIND, public)) = key.split_first() else {
            return Err(NoteError::Key);
        };
        let key = Self {
            name: name.to_owned(),
            public: public.try_into().map_err(|_| NoteError::Key)?,
        };
        // The id is a checksum over everything else.
        let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
        (is_name && key.to_string() == text)
            .then_some(key)
            .ok_or(NoteError::Key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tests of golang.org/x/mod/sumdb/note, where the format comes from.
    const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SAID: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const SIGNED: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key() -> SigningKey {
        SigningKey::new("tidings/log/1".to_owned(), &Secret::new([5; 32]))
    }

    #[test]
    fn a_note_of_the_specification_opens() {
        let key: VerifyingKey = NEUMANN.parse().unwrap();
        assert_eq!(key.to_string(), NEUMANN);
        assert_eq!(key.open(&format!("{SAID}\n{SIGNED}")), Ok(SAID));
        let changed = SAID.replace("problem is", "problem was");
        assert_eq!(
            key.open(&format!("{changed}\n{SIGNED}")),
            Err(NoteError::Forged)
        );
    }

    #[test]
    fn a_note_comes_back_as_it_went_also_beside_others_signatures() {
        let note = key().sign("one\n\ntwo\n");
        assert_eq!(key().public().open(&note), Ok("one\n\ntwo\n"));
        let witnessed = format!("{note}{SIGNED}");
        assert_eq!(key().public().open(&witnessed), Ok("one\n\ntwo\n"));
        let neumann: VerifyingKey = NEUMANN.parse().unwrap();
        assert_eq!(neumann.open(&note), Err(NoteError::Unsigned));
        for broken in [
            "",
            "one\n",
            "one\n\n",
            "one\n\n\u{2014} x\n",
            "one\n\nx y z\n",
        ] {
            assert_eq!(
                key().public().open(broken),
                Err(NoteError::Form),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn a_key_with_one_wrong_letter_is_none() {
        let text = key().public().to_string();
        for place in 0..text.len() {
            let mut wrong = text.clone().into_bytes();
            wrong[place] = if wrong[place] == b'b' { b'c' } else { b'b' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(
                wrong.parse::<VerifyingKey>(),
                Err(NoteError::Key),
                "{wrong}"
            );
        }
    }
}
