//! Where the next page of a list begins.

use eventlog::{Token, Tokens};

use crate::http::Problem;

/// Tells a cursor from a place in a push stream: neither is taken for the other.
const CURSOR: u32 = u32::MAX - 1;

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
        _ => Err(Problem::bad_request(
            "`cursor` is not one that this service gave.",
        )),
    }
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
