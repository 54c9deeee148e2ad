//! Which characters are the same to somebody who searches, and patterns that match them.
//!
//! A pattern names every character by its number and nothing by a class of the engine's, so it means the same to Postgres,
//! whatever the database's locale, and to the `regex` crate, which finds the places afterwards. Thus nothing folded is kept
//! beside the texts (docs/decisions/0008-search.md).

use std::{collections::HashMap, fmt::Write, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;

/// White space, as often as it comes.
const SPACES: &str =
    r"[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+";

/// Letters and digits of scripts that put spaces between words. The others have no edges of words to look for.
const WORDS: &str = r"0-9A-Z_a-z\u00aa\u00b5\u00ba\u00c0-\u02af\u0370-\u0dff\u10a0-\u177f\u1800-\u1aaf\u1b00-\u1fff\u2c00-\u2dff\ua640-\ua97f\uab30-\uabff\uac00-\ud7a3\ufb00-\ufdff\ufe70-\ufefc\uff10-\uff19\uff21-\uff3a\uff41-\uff5a";

/// Marks that are often left out: accents, vowel signs of Arabic and Hebrew, hyphens and joiners that do not show.
const MARKS: [(char, char); 21] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{300}', '\u{36f}'),
    ('\u{483}', '\u{487}'),
    ('\u{591}', '\u{5bd}'),
    ('\u{5bf}', '\u{5bf}'),
    ('\u{5c1}', '\u{5c2}'),
    ('\u{5c4}', '\u{5c5}'),
    ('\u{5c7}', '\u{5c7}'),
    ('\u{610}', '\u{61a}'),
    ('\u{640}', '\u{640}'),
    ('\u{64b}', '\u{65f}'),
    ('\u{670}', '\u{670}'),
    ('\u{6d6}', '\u{6dc}'),
    ('\u{1ab0}', '\u{1aff}'),
    ('\u{1dc0}', '\u{1dff}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2060}', '\u{2060}'),
    ('\u{20d0}', '\u{20ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{fe20}', '\u{fe2f}'),
    ('\u{feff}', '\u{feff}'),
];

/// The characters that may be written in another form: not Han and Hangul, which are only their own.
const LOOKED_AT: [std::ops::Range<u32>; 4] = [
    0..0x3400,
    0xa000..0xac00,
    0xf900..0x1_f300,
    0x2_f800..0x2_fa20,
];

/// A form longer than this is nobody's way of writing a word.
const LONGEST: usize = 4;

struct Alike {
    /// All characters that are written for one, itself among them.
    one: HashMap<char, Vec<char>>,
    /// All that are written for several, such as `ﬁ`.
    several: HashMap<Vec<char>, Vec<char>>,
    /// Any number of marks.
    marks: String,
}

static ALIKE: LazyLock<Alike> = LazyLock::new(Alike::of_unicode);

/// A text without its case, width, accents and ligatures.
pub(super) fn folded(text: &str) -> String {
    let lower = text.chars().flat_map(apart).flat_map(char::to_lowercase);
    let bare = lower.nfd().filter(|letter| !is_mark(*letter));
    bare.flat_map(plain).nfc().collect()
}

/// A pattern that matches what folds to this folded text.
pub(super) fn pattern(folded: &str) -> String {
    let words: Vec<String> = folded.split_whitespace().map(word).collect();
    words.join(SPACES)
}

/// The same where it does not begin or end within a word.
pub(super) fn whole(pattern: &str) -> String {
    format!("(?:^|[^{WORDS}]){pattern}(?:$|[^{WORDS}])")
}

fn word(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let (mut pattern, mut rest) = (String::new(), &letters[..]);
    while !rest.is_empty() {
        let ligature = (2..=LONGEST.min(rest.len()))
            .rev()
            .find_map(|length| Some((length, ALIKE.several.get(&rest[..length])?)));
        let (length, forms) = ligature.map_or((1, &[][..]), |(length, forms)| (length, forms));
        let spelled: String = rest[..length].iter().map(|letter| one(*letter)).collect();
        if forms.is_empty() {
            pattern.push_str(&spelled);
        } else {
            let _ = write!(pattern, "(?:{spelled}|{}{})", any(forms), ALIKE.marks);
        }
        rest = &rest[length..];
    }
    pattern
}

/// One letter, composed or not.
fn one(letter: char) -> String {
    let parts: Vec<char> = std::iter::once(letter).nfd().collect();
    let composed = forms(letter);
    let marks = &ALIKE.marks;
    if parts.len() == 1 {
        return format!("{composed}{marks}");
    }
    let parts: Vec<String> = parts.into_iter().map(forms).collect();
    format!("(?:{composed}|{}){marks}", parts.concat())
}

fn forms(letter: char) -> String {
    match ALIKE.one.get(&letter) {
        Some(forms) => any(forms),
        None => number(letter),
    }
}

fn any(letters: &[char]) -> String {
    let letters: String = letters.iter().map(|letter| number(*letter)).collect();
    format!("[{letters}]")
}

/// As both engines write a character by its number.
fn number(letter: char) -> String {
    match u32::from(letter) {
        letter @ 0..=0xffff => format!(r"\u{letter:04x}"),
        letter => format!(r"\U{letter:08x}"),
    }
}

fn is_mark(letter: char) -> bool {
    MARKS
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&letter))
}

/// What a character is made of. An accent that stands alone is not a space with an accent on it, as Unicode has it.
fn apart(letter: char) -> impl Iterator<Item = char> {
    let parts: Vec<char> = std::iter::once(letter).nfkd().collect();
    if parts.iter().any(|part| part.is_whitespace()) && !letter.is_whitespace() {
        vec![letter].into_iter()
    } else {
        parts.into_iter()
    }
}

/// What Unicode does not take apart, but people do.
fn plain(letter: char) -> impl Iterator<Item = char> {
    let apart: &[char] = match letter {
        'ß' => &['s', 's'],
        'æ' => &['a', 'e'],
        'œ' => &['o', 'e'],
        'ø' => &['o'],
        'đ' => &['d'],
        'ł' => &['l'],
        'ı' => &['i'],
        'ς' => &['σ'],
        _ => &[],
    };
    let itself = apart.is_empty().then_some(letter);
    apart.iter().copied().chain(itself)
}

impl Alike {
    fn of_unicode() -> Self {
        let mut one: HashMap<char, Vec<char>> = HashMap::new();
        let mut several: HashMap<Vec<char>, Vec<char>> = HashMap::new();
        for form in LOOKED_AT.into_iter().flatten().filter_map(char::from_u32) {
            let means: Vec<char> = folded(form.encode_utf8(&mut [0; 4])).chars().collect();
            match means[..] {
                [] => {}
                [letter] => {
                    let forms = one.entry(letter).or_insert_with(|| vec![letter]);
                    forms.extend((form != letter).then_some(form));
                }
                _ if means.len() > LONGEST || means.iter().any(|letter| letter.is_whitespace()) => {
                }
                _ => several.entry(means).or_default().push(form),
            }
        }
        let marks = MARKS.map(|(first, last)| format!("{}-{}", number(first), number(last)));
        Self {
            one,
            several,
            marks: format!("[{}]*", marks.concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    fn finds(term: &str, text: &str) -> Option<String> {
        let pattern = Regex::new(&pattern(&folded(term))).unwrap();
        pattern.find(text).map(|found| found.as_str().to_owned())
    }

    #[test]
    fn case_width_accents_and_ligatures_do_not_matter() {
        for (term, text) in [
            ("zauberflote", "ZAUBERFLÖTE"),
            ("Zauberflöte", "zauberflo\u{308}te"),
            ("tidings", "Ｔｉｄｉｎｇｓ"),
            ("ｔｉｄｉｎｇｓ", "tidings"),
            ("strasse", "Straße"),
            ("STRAẞE", "strasse"),
            ("finden", "ﬁnden"),
            ("ガイド", "ｶﾞｲﾄﾞ"),
            ("ｶﾞｲﾄﾞ", "ガイド"),
            ("елка", "Ёлка"),
            ("ΟΔΟΣ", "οδός"),
            ("ΟΔΟΣ", "οδος"),
            ("مرحبا", "مَرْحَبًا"),
            ("한글", "\u{1112}\u{1161}\u{11ab}글"),
            ("❤", "❤\u{fe0f}"),
            ("𝐀bc", "abc"),
            ("a˜b", "A˜b"),
            ("good morning", "Good\u{3000}\n morning"),
        ] {
            assert_eq!(finds(term, text).as_deref(), Some(text), "{term} in {text}");
        }
    }

    #[test]
    fn other_letters_are_other_letters() {
        for (term, text) in [
            ("ハハ", "パパ"),
            ("かき", "がき"),
            ("a.c", "abc"),
            ("100%", "1000"),
            ("snake_case", "snakeXcase"),
            ("(", "["),
            ("\\d", "1"),
            ("a˜b", "a b"),
        ] {
            assert_eq!(finds(term, text), None, "{term} in {text}");
        }
    }

    #[test]
    fn a_word_has_edges_where_its_script_has() {
        for (term, text, is_whole) in [
            ("port", "to port.", true),
            ("port", "port", true),
            ("port", "report", false),
            ("port", "ports", false),
            ("сад", "фасад", false),
            ("مرحبا", "مرحبا!", true),
            ("会議", "明日の会議室", true),
            ("c++", "in C++,", true),
        ] {
            let whole = Regex::new(&whole(&pattern(&folded(term)))).unwrap();
            assert_eq!(whole.is_match(text), is_whole, "{term} in {text}");
        }
    }

    #[test]
    fn every_form_is_found_by_what_it_folds_to() {
        for (letter, forms) in &ALIKE.one {
            for form in forms {
                assert_eq!(folded(&form.to_string()), letter.to_string());
            }
            // Making all six thousand patterns takes a minute.
            if u32::from(*letter) % 32 == 1 {
                let finder = Regex::new(&pattern(&letter.to_string())).unwrap();
                assert!(forms.iter().all(|form| finder.is_match(&form.to_string())));
            }
        }
    }
}
