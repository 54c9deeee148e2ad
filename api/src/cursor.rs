//! Where the next page of a list begins.

use eventlog::{Token, Tokens};

use crate::http::Problem;

/// Tells a cursor from a place in a push stream: neither is taken for the other.
const CURSOR: u32 = u32::MAX - 1;

/// The same in a list that can be read both ways, towards what is newer.
const NEWER: u32 = CURSOR - 1_000;

/// Which way a list goes on, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Before this position.
    Older(i64),
    /// After it.
    Newer(i64),
}

/// A cursor behind a row.
pub(crate) fn write(tokens: &Tokens, position: i64) -> String {
    tokens.write(Token {
        position,
        ordinal: CURSOR,
    })
}

/// The position behind which to go on; the highest there is without a cursor.
pub(crate) fn read(tokens: &Tokens, cursor: Option<&str>) -> Result<i64, Problem> {
    let Some(cursor) = cursor else {
        return Ok(i64::MAX);
    };
    match tokens.read(cursor) {
        Ok(Token {
            position,
            ordinal: CURSOR,
        }) => Ok(position),
        _ => Err(unreadable()),
    }
}

/// A cursor before a row, towards what is newer.
pub(crate) fn write_newer(tokens: &Tokens, position: i64) -> String {
    tokens.write(Token {
        position,
        ordinal: NEWER,
    })
}

/// Where to go on in a list that can be read both ways; from its newest row without a cursor.
pub(crate) fn read_either(tokens: &Tokens, cursor: Option<&str>) -> Result<Way, Problem> {
    match cursor.map(|cursor| tokens.read(cursor)) {
        Some(Ok(Token {
            position,
            ordinal: NEWER,
        })) => Ok(Way::Newer(position)),
        _ => read(tokens, cursor).map(Way::Older),
    }
}

/// A place in a list whose best rows come first: behind this score, and among equals behind this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranked {
    /// 1 to [`Ranked::HIGHEST`]; higher is better.
    pub score: u8,
    /// Newer is better.
    pub position: i64,
}

impl Ranked {
    /// The best score there is.
    pub(crate) const HIGHEST: u8 = 99;
    /// Before every row.
    const FRONT: Self = Self {
        score: Self::HIGHEST,
        position: i64::MAX,
    };

    /// A cursor behind such a row.
    pub(crate) fn write(self, tokens: &Tokens) -> String {
        tokens.write(Token {
            position: self.position,
            ordinal: CURSOR - u32::from(self.score),
        })
    }

    /// The place behind which to go on; before every row without a cursor.
    pub(crate) fn read(tokens: &Tokens, cursor: Option<&str>) -> Result<Self, Problem> {
        let Some(cursor) = cursor else {
            return Ok(Self::FRONT);
        };
        let Token { position, ordinal } = tokens.read(cursor).map_err(|_| unreadable())?;
        match CURSOR.checked_sub(ordinal).map(u8::try_from) {
            Some(Ok(score @ 1..=Self::HIGHEST)) => Ok(Self { score, position }),
            _ => Err(unreadable()),
        }
    }
}

fn unreadable() -> Problem {
    Problem::bad_request("`cursor` is not one that this service gave.")
}

/// Cuts a page that was read with one row too many, and says where the next one begins.
pub(crate) fn cut<T>(
    tokens: &Tokens,
    rows: &mut Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> i64,
) -> Option<String> {
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| write(tokens, position(row)))
}

#[cfg(test)]
mod tests {
    use eventlog::{Identity, Secret};
    use uuid::Uuid;

    use super::*;

    fn tokens() -> Tokens {
        let identity = Identity {
            log_id: Uuid::nil(),
            epoch: 1,
        };
        Tokens::new(&Secret::new([7; 32]), identity)
    }

    #[test]
    fn a_cursor_of_one_kind_of_list_is_not_one_of_the_other() {
        let tokens = tokens();
        let plain = write(&tokens, 7);
        let ranked = Ranked {
            score: 1,
            position: 7,
        };
        let place = tokens.write(Token::after(7));
        assert_eq!(read(&tokens, Some(&plain)).unwrap(), 7);
        assert_eq!(
            Ranked::read(&tokens, Some(&ranked.write(&tokens))).unwrap(),
            ranked
        );
        assert!(read(&tokens, Some(&ranked.write(&tokens))).is_err());
        assert!(Ranked::read(&tokens, Some(&plain)).is_err());
        assert!(Ranked::read(&tokens, Some(&place)).is_err());
        assert!(read(&tokens, Some(&place)).is_err());
        let newer = write_newer(&tokens, 7);
        assert_eq!(read_either(&tokens, Some(&newer)).unwrap(), Way::Newer(7));
        assert_eq!(read_either(&tokens, Some(&plain)).unwrap(), Way::Older(7));
        assert!(read_either(&tokens, Some(&place)).is_err());
        assert!(read(&tokens, Some(&newer)).is_err());
    }
}
