//! Opaque places in the log.
//!
//! A bare position would tell everybody the traffic of the whole service, so a token is one AES block of
//! (magic, epoch, shard, position, ordinal). It is the `id` of the push stream and the read-your-writes token.

use aes::{
    Aes256,
    cipher::{BlockDecrypt, BlockEncrypt, KeyInit},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use thiserror::Error;

use crate::{Identity, Secret};

const MAGIC: [u8; 2] = *b"td";

/// A place in the log as one owner sees it: after this row of this event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token {
    /// The event.
    pub position: i64,
    /// The row among those of this owner that the event touched; [`Token::WHOLE`]: all of them.
    pub ordinal: u32,
}

impl Token {
    /// Behind every row that the event touched.
    pub const WHOLE: u32 = u32::MAX;

    /// After all of an event.
    #[must_use]
    pub fn after(position: i64) -> Self {
        Self {
            position,
            ordinal: Self::WHOLE,
        }
    }
}

/// Not a token of this log and epoch.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the token is unreadable, or of another log")]
pub struct UnreadableToken;

/// Makes and reads tokens.
#[derive(Clone)]
pub struct Tokens {
    cipher: Aes256,
    epoch: u16,
}

impl Tokens {
    /// For a log. Another log's tokens are unreadable here, since its id is part of the key.
    #[must_use]
    pub fn new(key: &Secret, identity: Identity) -> Self {
        let key = key.mac(&[identity.log_id.as_bytes()]);
        Self {
            cipher: Aes256::new(&key.into()),
            epoch: identity.epoch,
        }
    }

    /// A token as clients see it: 22 characters.
    #[must_use]
    pub fn write(&self, token: Token) -> String {
        let mut block = [0; 16];
        block[..2].copy_from_slice(&MAGIC);
        block[2..4].copy_from_slice(&self.epoch.to_be_bytes());
        // block[4..6] is the shard: 0 while there is one log.
        block[6..12].copy_from_slice(&token.position.to_be_bytes()[2..]);
        block[12..].copy_from_slice(&token.ordinal.to_be_bytes());
        let mut block = block.into();
        self.cipher.encrypt_block(&mut block);
        URL_SAFE_NO_PAD.encode(block)
    }

    /// Reads what [`Tokens::write`] wrote.
    pub fn read(&self, text: &str) -> Result<Token, UnreadableToken> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| UnreadableToken)?;
        let block: [u8; 16] = bytes.try_into().map_err(|_| UnreadableToken)?;
        let mut block = block.into();
        self.cipher.decrypt_block(&mut block);
        let block: [u8; 16] = block.into();
        let [m0, m1, e0, e1, 0, 0, p0, p1, p2, p3, p4, p5, o0, o1, o2, o3] = block else {
            return Err(UnreadableToken);
        };
        if [m0, m1] != MAGIC || u16::from_be_bytes([e0, e1]) != self.epoch {
            return Err(UnreadableToken);
        }
        Ok(Token {
            position: i64::from_be_bytes([0, 0, p0, p1, p2, p3, p4, p5]),
            ordinal: u32::from_be_bytes([o0, o1, o2, o3]),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn tokens(log: u128, epoch: u16) -> Tokens {
        Tokens::new(
            &Secret::new([7; 32]),
            Identity {
                log_id: Uuid::from_u128(log),
                epoch,
            },
        )
    }

    proptest! {
        #[test]
        fn a_token_comes_back_as_it_went(position in 0..1_i64 << 47, ordinal: u32) {
            let token = Token { position, ordinal };
            prop_assert_eq!(tokens(1, 1).read(&tokens(1, 1).write(token)), Ok(token));
        }

        #[test]
        fn garbage_is_unreadable(text in ".{0,40}") {
            prop_assert_eq!(tokens(1, 1).read(&text), Err(UnreadableToken));
        }
    }

    #[test]
    fn another_log_or_epoch_is_unreadable() {
        let text = tokens(1, 1).write(Token::after(9));
        assert_eq!(tokens(2, 1).read(&text), Err(UnreadableToken));
        assert_eq!(tokens(1, 2).read(&text), Err(UnreadableToken));
    }
}
