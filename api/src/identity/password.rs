//! Passwords: what may be one. How they are kept is in [`super::hashing`].

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use crate::http::{FieldError, text::Checked};

const SHORTEST: usize = 8;
const LONGEST: usize = 128;

/// What the throttles let a stranger try on one account in three years: ten at once, then some hundred a day.
const GUESSES: u64 = 100_000;

/// How much of a long password is looked at when its guesses are counted: that takes more than linear time.
const LOOKED_AT: usize = 64;

/// A password as it was typed. Never shown, never serialized.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(value_type = String, format = Password)]
pub struct Password(String);

impl Password {
    /// Takes it over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The bytes that are hashed. Keyboards write the same letter in different ways; normalised, it is the same.
    pub(super) fn normalised(&self) -> Vec<u8> {
        self.0.nfc().collect::<String>().into_bytes()
    }

    /// Whether it may be the password of somebody with these names; the username comes first.
    ///
    /// No composition rules: length counts, and that it is not among the first that anybody would try. Without `strict`
    /// (in the demonstration) anything goes that is not empty.
    pub(super) fn check(&self, pointer: &'static str, strict: bool, names: &[&str]) -> Checked {
        let refuse = |detail: &'static str| Err(FieldError::new(pointer, detail));
        let length = self.0.chars().count();
        if length > LONGEST {
            return refuse("A password has at most 128 characters.");
        }
        if length == 0 || (strict && length < SHORTEST) {
            return refuse("A password has at least 8 characters.");
        }
        if !strict {
            return Ok(());
        }
        if names.iter().any(|name| self.0.eq_ignore_ascii_case(name)) {
            return refuse("The password must not be the name.");
        }
        let beginning: String = self.0.chars().take(LOOKED_AT).collect();
        if zxcvbn::zxcvbn(&beginning, names).guesses() < GUESSES {
            return refuse(
                "This password is among the first that anybody would try. A few words in a row are better.",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(text: &str) -> bool {
        Password::new(text.to_owned())
            .check(
                "/password",
                true,
                &["marguerite", "m.d@example.org", "tidings"],
            )
            .is_ok()
    }

    #[test]
    fn length_counts_and_composition_does_not() {
        for text in [
            "correcthorse",
            "dxkvbqpz",
            "12984751093",
            "eight é ü",
            &"ab1 ".repeat(32),
            "two words here",
        ] {
            assert!(is_fine(text), "{text}");
        }
        for text in ["", "1234", "dxkvbqp", &"x1y2".repeat(33)] {
            assert!(!is_fine(text), "{text}");
        }
    }

    #[test]
    fn what_anybody_would_try_first_is_refused() {
        for text in [
            "password",
            "password1",
            "Passw0rd",
            "12345678",
            "qwertyuiop",
            "aaaaaaaaaaaa",
            "iloveyou",
            "letmein123",
        ] {
            assert!(!is_fine(text), "{text}");
        }
    }

    #[test]
    fn it_is_not_the_name() {
        for text in [
            "marguerite",
            "Marguerite",
            "marguerite1",
            "m.d@example.org",
            "tidings1",
        ] {
            assert!(!is_fine(text), "{text}");
        }
    }

    #[test]
    fn the_rule_is_off_in_the_demonstration() {
        let check = |text: &str| {
            Password::new(text.to_owned())
                .check("/password", false, &["test1"])
                .is_ok()
        };
        assert!(check("1234"));
        assert!(!check(""));
        assert!(!check(&"x".repeat(129)));
    }

    #[test]
    fn the_same_letters_are_the_same_password() {
        let composed = Password::new("caf\u{e9}".to_owned());
        let decomposed = Password::new("cafe\u{301}".to_owned());
        assert_eq!(composed.normalised(), decomposed.normalised());
    }
}
