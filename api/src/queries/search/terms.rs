//! What was asked for: terms, all of which have to occur.

use regex::{Regex, RegexBuilder};

use super::alike;
use crate::http::{FieldError, Problem};

/// Characters in a question.
const LONGEST: usize = 200;
/// Terms in a question. Each is a pattern in two forms, and Postgres keeps 32 patterns ready.
const MOST: usize = 16;

/// The terms as Postgres looks for them, and as their places are found afterwards.
#[derive(Debug)]
pub(super) struct Terms {
    /// Patterns that match each term anywhere.
    pub parts: Vec<String>,
    /// Patterns that match each term as a word of its own.
    pub whole: Vec<String>,
    /// `parts`, ready.
    pub finders: Vec<Regex>,
}

impl Terms {
    /// Reads a question: words, and phrases between quotation marks.
    pub(super) fn read(question: &str) -> Result<Self, Problem> {
        let refused = |detail: String| Problem::validation(vec![FieldError::new("/q", detail)]);
        if question.chars().count() > LONGEST {
            return Err(refused(format!("Search for at most {LONGEST} characters.")));
        }
        let mut terms: Vec<String> = split(question)
            .into_iter()
            .map(|term| alike::folded(term).trim().to_owned())
            .filter(|term| !term.is_empty())
            .collect();
        if !terms.iter().any(|term| term.chars().any(says_something)) {
            let detail = "Search for a letter, a digit or a symbol at least.".to_owned();
            return Err(refused(detail));
        }
        // The longest is the rarest as a rule: it is looked for first.
        terms.sort_by_key(|term| (std::cmp::Reverse(term.chars().count()), term.clone()));
        terms.dedup();
        if terms.len() > MOST {
            return Err(refused(format!(
                "Search for at most {MOST} words; put a sentence between quotation marks."
            )));
        }
        let parts: Vec<String> = terms.iter().map(|term| alike::pattern(term)).collect();
        let finders: Result<Vec<Regex>, _> = parts.iter().map(|part| finder(part)).collect();
        Ok(Self {
            whole: parts.iter().map(|part| alike::whole(part)).collect(),
            finders: finders.map_err(Problem::internal)?,
            parts,
        })
    }
}

fn finder(pattern: &str) -> Result<Regex, regex::Error> {
    // A question of 200 letters in all their forms takes some megabytes at most.
    RegexBuilder::new(pattern).size_limit(32 << 20).build()
}

/// Words between white space. A quotation mark that begins a word and has its other one begins a phrase; any other one is
/// a character like the rest.
fn split(question: &str) -> Vec<&str> {
    let (mut terms, mut rest) = (Vec::new(), question.trim_start());
    while let Some(first) = rest.chars().next() {
        let quoted = closing(first).and_then(|closing| {
            let (phrase, behind) = rest[first.len_utf8()..].split_once(closing)?;
            behind
                .chars()
                .next()
                .is_none_or(char::is_whitespace)
                .then_some((phrase, behind))
        });
        let (term, behind) = quoted.unwrap_or_else(|| {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest.split_at(end)
        });
        terms.push(term);
        rest = behind.trim_start();
    }
    terms
}

/// What ends a phrase that this begins: keyboards of telephones turn quotation marks into these.
fn closing(quote: char) -> Option<&'static [char]> {
    match quote {
        '"' => Some(&['"']),
        '“' | '„' | '”' => Some(&['“', '”']),
        '«' => Some(&['»']),
        '「' => Some(&['」']),
        _ => None,
    }
}

/// Whether it is worth looking for: marks between words stand in every message.
fn says_something(letter: char) -> bool {
    letter.is_alphanumeric()
        || matches!(letter, '\u{20a0}'..='\u{20bf}' | '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases() {
        for (question, terms) in [
            ("one two", vec!["one", "two"]),
            ("  one\u{3000}two ", vec!["one", "two"]),
            ("\"one two\" three", vec!["one two", "three"]),
            ("“one two” three", vec!["one two", "three"]),
            ("„eins zwei“", vec!["eins zwei"]),
            ("say \"hi", vec!["say", "\"hi"]),
            ("5\" 7\"", vec!["5\"", "7\""]),
            ("a\"b c\"d", vec!["a\"b", "c\"d"]),
            ("\"\" one", vec!["", "one"]),
            ("", vec![]),
        ] {
            assert_eq!(split(question), terms, "{question}");
        }
    }

    #[test]
    fn a_question_says_something() {
        for question in [
            "", " ", "%", "_ %", "\"\"", "...", "\u{301}", "、。", "\u{200b}",
        ] {
            assert_eq!(
                Terms::read(question).unwrap_err().status(),
                422,
                "{question:?}"
            );
        }
        for question in ["a", "7", "漢", "한", "🎉", "€", "→", "a %"] {
            assert!(Terms::read(question).is_ok(), "{question:?}");
        }
    }

    #[test]
    fn a_question_has_bounds() {
        assert!(Terms::read(&"😀".repeat(200)).is_ok());
        assert!(Terms::read(&"a".repeat(201)).is_err());
        let words = |n: u32| {
            (0..n)
                .map(|n| format!("w{}", 100 + n))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(Terms::read(&words(16)).is_ok());
        assert!(Terms::read(&words(17)).is_err());
    }

    #[test]
    fn a_term_is_asked_for_once() {
        assert_eq!(Terms::read("port report Port").unwrap().parts.len(), 2);
    }
}
