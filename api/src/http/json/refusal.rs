//! What serde found wrong, said to a person and with a pointer.

use std::fmt::Write as _;

use serde_path_to_error::{Path, Segment};

use crate::http::problem::{FieldError, Problem};

/// Text that is no JSON. serde's own sentence tells line and column.
pub(super) fn syntax(error: &serde_json::Error) -> Problem {
    Problem::bad_request(format!("The body is not valid JSON: {error}."))
}

/// JSON of the wrong shape.
pub(super) fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let sentence = without_position(error.inner());
    let mut pointer = pointer_to(error.path());
    if let Some(missing) = sentence
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        // serde points at the object; the client wants to know which of its fields.
        let _ = write!(pointer, "/{}", escape(missing));
        return field(FieldError::new(pointer, "This field is missing."));
    }
    field(FieldError::new(
        pointer,
        format!("{}.", capitalised(&sentence)),
    ))
}

pub(super) fn field(error: FieldError) -> Problem {
    let place = if error.pointer.is_empty() {
        "The body".into()
    } else {
        format!("`{}`", error.pointer)
    };
    Problem::bad_request(format!("{place}: {}", error.detail)).with_errors(vec![error])
}

/// A key as a step of a JSON pointer (RFC 6901).
pub(super) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn pointer_to(path: &Path) -> String {
    path.iter().fold(String::new(), |mut pointer, segment| {
        // Writing to a string cannot fail.
        let _ = match segment {
            Segment::Seq { index } => write!(pointer, "/{index}"),
            Segment::Map { key } => write!(pointer, "/{}", escape(key)),
            Segment::Enum { variant } => write!(pointer, "/{}", escape(variant)),
            Segment::Unknown => Ok(()),
        };
        pointer
    })
}

/// Beside a pointer, line and column only distract.
fn without_position(error: &serde_json::Error) -> String {
    let sentence = error.to_string();
    match sentence.rfind(" at line ") {
        Some(end) if error.line() > 0 => sentence[..end].to_owned(),
        _ => sentence,
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
