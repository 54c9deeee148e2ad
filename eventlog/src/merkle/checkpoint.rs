//! A tree's head as it is signed (c2sp.org/tlog-checkpoint): whose it is, how large, and its root.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Hash, NoteError, SigningKey, VerifyingKey};

/// A head: the text of a signed note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, and which of its epochs ([`super::name_of`]).
    pub origin: String,
    /// How many leaves: the position of the last event.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note of it.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> String {
        key.sign(&self.to_string())
    }

    /// Reads a note that a key signed for its own log.
    pub fn open(note: &str, key: &VerifyingKey) -> Result<Self, NoteError> {
        let checkpoint: Self = key.open(note)?.parse()?;
        if checkpoint.origin == key.name() {
            Ok(checkpoint)
        } else {
            Err(NoteError::Unsigned)
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = STANDARD.encode(self.root);
        write!(f, "{}\n{}\n{root}\n", self.origin, self.size)
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    /// Lines behind the third are extensions, and are passed over.
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.split('\n');
        let mut next = || lines.next().ok_or(NoteError::Form);
        let (origin, size, root) = (next()?, next()?, next()?);
        let root = STANDARD.decode(root).map_err(|_| NoteError::Form)?;
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| NoteError::Form)?,
            root: root.try_into().map_err(|_| NoteError::Form)?,
        };
        // One way to write each: no leading zeros, no plus, an end to the last line.
        text.starts_with(&checkpoint.to_string())
            .then_some(checkpoint)
            .ok_or(NoteError::Form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "tidings/log/1".to_owned(),
            size: 20_852_163,
            root: [7; 32],
        }
    }

    #[test]
    fn a_head_comes_back_as_it_went() {
        let key = SigningKey::new("tidings/log/1".to_owned(), &Secret::new([5; 32]));
        let note = checkpoint().sign(&key);
        assert_eq!(Checkpoint::open(&note, key.public()), Ok(checkpoint()));
        // What anybody else's program has to read.
        insta::assert_snapshot!(format!("{}\n\n{note}", key.public()));
    }

    #[test]
    fn a_head_is_not_believed_from_the_key_of_another_log() {
        let other = SigningKey::new("tidings/log/2".to_owned(), &Secret::new([5; 32]));
        let note = checkpoint().sign(&other);
        assert_eq!(
            Checkpoint::open(&note, other.public()),
            Err(NoteError::Unsigned)
        );
    }

    #[test]
    fn there_is_one_way_to_write_it() {
        let text = checkpoint().to_string();
        assert_eq!(text.parse(), Ok(checkpoint()));
        assert_eq!(format!("{text}an extension\n").parse(), Ok(checkpoint()));
        for wrong in [
            text.replace("\n2", "\n02"),
            text.replace("\n2", "\n+2"),
            text.trim_end().to_owned(),
            text.replace('=', ""),
            "a\n1\n".to_owned(),
        ] {
            assert_eq!(
                wrong.parse::<Checkpoint>(),
                Err(NoteError::Form),
                "{wrong:?}"
            );
        }
    }
}
