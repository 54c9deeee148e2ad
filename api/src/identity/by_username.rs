//! Lists of accounts by username: in the byte order of the index, and where the next page begins.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::http::{Problem, text};

/// The name behind which a page begins; before all of them without a cursor.
pub(crate) fn read(cursor: Option<&str>) -> Result<String, Problem> {
    let Some(cursor) = cursor else {
        return Ok(String::new());
    };
    let bytes = URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    bytes
        .filter(|username| text::username("", username).is_ok())
        .ok_or_else(|| Problem::bad_request("`cursor` has to be the `next` of a page before."))
}

/// Cuts a page that was read with one row too many, and says where the next one begins.
pub(crate) fn cut<T>(
    rows: &mut Vec<T>,
    limit: usize,
    username: impl Fn(&T) -> &String,
) -> Option<String> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more)?;
    Some(URL_SAFE_NO_PAD.encode(username(last).to_ascii_lowercase()))
}

/// Text for `like` that stands for itself.
pub(crate) fn literal(text: &str) -> String {
    text.replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_")
}
