//! Where the terms stand in a text.

use std::ops::Range;

use regex::Regex;
use serde::Serialize;
use utoipa::ToSchema;

/// Of one field: who reads a message with more of them sees enough.
const MOST: usize = 100;
/// Characters in a snippet,
const SNIPPET: usize = 200;
/// and how many of them stand before the first match.
const BEFORE: usize = 60;

/// Places of a text: `[start, end)` in UTF-16 code units, as JavaScript's `text.slice(start, end)` takes them; in order,
/// and none overlaps another. The first 100.
pub(super) type Places = Vec<[usize; 2]>;

/// Where the terms stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Highlights {
    /// Places in `message.subject`: `[start, end)` in UTF-16 code units, as JavaScript's `slice` takes them, in order, none
    /// overlapping; the first 100.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub subject: Places,
    /// The same in `message.body`.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub body: Places,
}

/// The part of the body around the first place, or its beginning where the terms stand in the subject only.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Snippet {
    /// At most 200 characters of the body, as they stand there. Text, never HTML.
    pub text: String,
    /// Places in `text`, as in `highlights`.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub highlights: Places,
}

/// The bytes that match any of the terms.
pub(super) fn found(finders: &[Regex], text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = finders
        .iter()
        .flat_map(|finder| finder.find_iter(text).take(MOST))
        .map(|place| place.range())
        .collect();
    found.sort_unstable_by_key(|place| (place.start, place.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for place in found {
        match merged.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged.truncate(MOST);
    merged
}

/// Bytes as UTF-16 code units.
pub(super) fn places(text: &str, found: &[Range<usize>]) -> Places {
    let (mut byte, mut unit) = (0, 0);
    let mut units_before = |end: usize| {
        unit += text[byte..end].chars().map(char::len_utf16).sum::<usize>();
        byte = end;
        unit
    };
    found
        .iter()
        .map(|place| [units_before(place.start), units_before(place.end)])
        .collect()
}

/// What a list shows of a body.
pub(super) fn snippet(body: &str, found: &[Range<usize>]) -> Snippet {
    let first = found.first().map_or(0, |place| place.start);
    let start = back(body, first, BEFORE);
    let end = body[start..]
        .char_indices()
        .nth(SNIPPET)
        .map_or(body.len(), |(length, _)| start + length);
    let text = &body[start..end];
    let inside: Vec<Range<usize>> = found
        .iter()
        .filter(|place| place.start < end)
        .map(|place| place.start - start..place.end.min(end) - start)
        .collect();
    Snippet {
        text: text.to_owned(),
        highlights: places(text, &inside),
    }
}

/// So many characters further to the front, at the edge of a word if there is one.
fn back(text: &str, from: usize, most: usize) -> usize {
    let before = &text[..from];
    let Some((start, _)) = before.char_indices().rev().nth(most) else {
        return 0;
    };
    let reach = &before[start..];
    let edge = reach
        .char_indices()
        .find(|(_, letter)| letter.is_whitespace());
    edge.map_or(start, |(length, space)| start + length + space.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finders(patterns: &[&str]) -> Vec<Regex> {
        patterns
            .iter()
            .map(|pattern| Regex::new(pattern).unwrap())
            .collect()
    }

    fn cut(text: &str, [start, end]: [usize; 2]) -> String {
        let units: Vec<u16> = text.encode_utf16().collect();
        String::from_utf16(&units[start..end]).unwrap()
    }

    #[test]
    fn places_are_counted_as_javascript_does() {
        let text = "😀 é 漢字 port 😀port";
        let places = places(text, &found(&finders(&["port", "漢"]), text));
        let cut: Vec<String> = places.iter().map(|place| cut(text, *place)).collect();
        assert_eq!(cut, ["漢", "port", "port"]);
        assert_eq!(places[0], [5, 6]);
    }

    #[test]
    fn places_that_touch_become_one() {
        assert_eq!(
            found(&finders(&["abc", "cd", "e"]), "abcdef e"),
            [0..5, 7..8]
        );
    }

    #[test]
    fn a_text_full_of_matches_has_bounds() {
        let text = "a ".repeat(10_000);
        assert_eq!(found(&finders(&["a"]), &text).len(), MOST);
    }

    #[test]
    fn a_snippet_lies_around_the_first_match() {
        let body = format!(
            "{}Here it is: a port. {}",
            "lorem ipsum ".repeat(50),
            "end ".repeat(90)
        );
        let snippet = snippet(&body, &found(&finders(&["port"]), &body));
        assert!(snippet.text.chars().count() <= SNIPPET);
        assert!(body.contains(&snippet.text));
        assert!(snippet.text.starts_with("ipsum") || snippet.text.starts_with("lorem"));
        assert_eq!(cut(&snippet.text, snippet.highlights[0]), "port");
    }

    #[test]
    fn a_short_body_is_its_snippet() {
        let body = "漢字 only";
        assert_eq!(
            snippet(body, &[]),
            Snippet {
                text: body.into(),
                highlights: vec![]
            }
        );
        assert_eq!(snippet("", &[]).text, "");
    }

    #[test]
    fn a_snippet_of_a_match_longer_than_it_ends_within() {
        let body = "x".repeat(500);
        let snippet = snippet(&body, &[Range { start: 0, end: 500 }]);
        assert_eq!(snippet.highlights, [[0, SNIPPET]]);
    }
}
