//! The rules for text. Whatever passes is kept as it came: nothing is trimmed, folded or normalised.
//!
//! A string in Rust cannot hold an unpaired surrogate, and `json.rs` refuses U+0000 before any rule is asked; it is
//! asked for here again because not every text comes as JSON (a file's name does not).

use super::problem::{FieldError, Problem};

/// What a rule answers.
pub type Checked = Result<(), FieldError>;

const LONGEST_BODY: usize = 20_000;
const LONGEST_SUBJECT: usize = 255;
const LONGEST_NAME: usize = 150;
const LONGEST_EMAIL: usize = 254;
const LONGEST_USERNAME: usize = 32;

/// Collects the findings of several rules into one answer: a row for every wrong field.
pub fn all(rules: impl IntoIterator<Item = Checked>) -> Result<(), Problem> {
    let errors: Vec<_> = rules.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Problem::validation(errors))
    }
}

/// A message's body: 1–20,000 characters.
pub fn body(pointer: &'static str, text: &str) -> Checked {
    if text.is_empty() {
        return Err(FieldError::new(pointer, "Write something."));
    }
    at_most(LONGEST_BODY, pointer, text)
}

/// The body of a message that has an attachment: it may be empty.
pub fn body_beside_attachment(pointer: &'static str, text: &str) -> Checked {
    at_most(LONGEST_BODY, pointer, text)
}

/// A message's subject: up to 255 characters, as in the original.
pub fn subject(pointer: &'static str, text: &str) -> Checked {
    at_most(LONGEST_SUBJECT, pointer, text)
}

/// A first or last name: up to 150 characters, none of which rewrites the line around it.
pub fn name(pointer: &'static str, text: &str) -> Checked {
    if text
        .chars()
        .any(|letter| letter.is_control() || turns_text_around(letter))
    {
        return Err(FieldError::new(
            pointer,
            "A name has no control characters and no changes of direction.",
        ));
    }
    at_most(LONGEST_NAME, pointer, text)
}

/// A conversation's title: a name that is not blank.
pub fn title(pointer: &'static str, text: &str) -> Checked {
    if text.trim().is_empty() {
        return Err(FieldError::new(pointer, "Give it a title."));
    }
    name(pointer, text)
}

/// A username: 1–32 of `A-Z a-z 0-9 _ . -`.
pub fn username(pointer: &'static str, text: &str) -> Checked {
    let fits = (1..=LONGEST_USERNAME).contains(&text.len());
    if fits
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    {
        return Ok(());
    }
    Err(FieldError::new(
        pointer,
        "A username is 1 to 32 of the characters A-Z a-z 0-9 _ . -",
    ))
}

/// An e-mail address: something on both sides of the last `@`. Whether it is one, only a mail to it can tell.
pub fn email(pointer: &'static str, text: &str) -> Checked {
    let is_plausible = text
        .rsplit_once('@')
        .is_some_and(|(who, host)| !who.is_empty() && !host.is_empty());
    let is_clean = !text
        .chars()
        .any(|letter| letter.is_control() || letter.is_whitespace() || turns_text_around(letter));
    if is_plausible && is_clean {
        return at_most(LONGEST_EMAIL, pointer, text);
    }
    Err(FieldError::new(pointer, "This is not an e-mail address."))
}

fn at_most(longest: usize, pointer: &'static str, text: &str) -> Checked {
    if text.contains('\0') {
        return Err(FieldError::new(
            pointer,
            "The character U+0000 is not allowed.",
        ));
    }
    // No character is shorter than a byte, so short texts need no counting.
    if text.len() > longest && text.chars().count() > longest {
        return Err(FieldError::new(
            pointer,
            format!("At most {longest} characters are allowed."),
        ));
    }
    Ok(())
}

/// Embeddings, overrides and isolates: with them a name can pose as another one. The mere marks U+200E and U+200F, which
/// names in right-to-left scripts need, cannot.
fn turns_text_around(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_counted_in_characters_not_in_bytes() {
        assert!(body("/body", &"😀".repeat(20_000)).is_ok());
        assert!(body("/body", &"a".repeat(20_001)).is_err());
        assert!(body("/body", "").is_err());
        assert!(body_beside_attachment("/body", "").is_ok());
    }

    #[test]
    fn naughty_text_is_fine_in_a_body() {
        for text in [
            " ",
            "\u{200b}",
            "\u{202e}abc",
            "\u{1}",
            "\r\n",
            "\u{feff}",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "<script>alert(1)</script>",
        ] {
            assert!(body("/body", text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn nul_is_refused_everywhere() {
        for rule in [
            body,
            body_beside_attachment,
            subject,
            name,
            title,
            username,
            email,
        ] {
            assert!(rule("/x", "a\0b@c").is_err());
        }
    }

    #[test]
    fn a_name_cannot_pose_as_another_one() {
        for text in ["a\u{202e}b", "\u{2066}a", "a\nb", "\u{7f}", "\u{85}"] {
            assert!(name("/first_name", text).is_err(), "{text:?}");
        }
        for text in ["", "Zoë", "مريم\u{200f}", "👩‍💻", "O'Neil"] {
            assert!(name("/first_name", text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn usernames() {
        for text in ["a", "A.b-c_9", &"x".repeat(32)] {
            assert!(username("/username", text).is_ok(), "{text:?}");
        }
        for text in ["", &"x".repeat(33), "a b", "ä", "a/b", "a@b", "a\n"] {
            assert!(username("/username", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn emails() {
        for text in ["test1@gmail.com", "a@b", "\"a@b\"@c.example"] {
            assert!(email("/email", text).is_ok(), "{text:?}");
        }
        for text in ["", "@", "a@", "@b", "a b@c", "a@b\r\nBcc: d@e"] {
            assert!(email("/email", text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_wrong_field_gets_its_row() {
        let problem = all([
            body("/body", ""),
            subject("/subject", "ok"),
            username("/to/0", ""),
        ])
        .unwrap_err();
        let pointers: Vec<_> = problem
            .errors()
            .iter()
            .map(|error| &*error.pointer)
            .collect();
        assert_eq!(pointers, ["/body", "/to/0"]);
    }
}
