//! Which series and labels a query asks for: as much of `PromQL` as that takes.

/// Words that are not the name of a series.
const WORDS: [&str; 12] = [
    "and",
    "or",
    "unless",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "inf",
    "nan",
];

/// A series that a query asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    pub series: String,
    pub labels: Vec<String>,
}

/// Everything that a query asks for.
pub fn asked(query: &str) -> Vec<Asked> {
    let mut asked: Vec<Asked> = Vec::new();
    let mut rest = query;
    // Whether the next parentheses hold names of labels.
    let mut is_grouping = false;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_alphabetic() || first == '_' {
            let (word, behind) = word(rest);
            rest = behind;
            let is_call = rest.trim_start().starts_with('(');
            is_grouping = is_call && WORDS.contains(&word);
            if !is_call && !is_grouped(rest) && !WORDS.contains(&word) {
                asked.push(Asked {
                    series: word.to_owned(),
                    labels: Vec::new(),
                });
            }
        } else if first == '{' {
            let (inside, behind) = until(rest, '}');
            rest = behind;
            if let Some(last) = asked.last_mut() {
                last.labels = labels(inside);
            }
        } else if first == '(' && is_grouping {
            is_grouping = false;
            rest = until(rest, ')').1;
        } else if first == '[' {
            rest = until(rest, ']').1;
        } else if first.is_ascii_digit() {
            // A number, or a duration with its unit.
            rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '.');
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    asked
}

/// Whether what stands before this adds up by labels.
fn is_grouped(rest: &str) -> bool {
    let next = word(rest.trim_start()).0;
    ["by", "without"].contains(&next)
}

fn word(text: &str) -> (&str, &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()))
}

/// What is within a pair of brackets, and what is behind it. Neither stands in a quoted text here.
fn until(text: &str, end: char) -> (&str, &str) {
    let (inside, behind) = text.split_once(end).unwrap_or((text, ""));
    (&inside[1..], behind)
}

fn labels(matchers: &str) -> Vec<String> {
    let named = matchers.split(',').map(|matcher| word(matcher.trim()).0);
    named
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_query_asks_for_series_and_not_for_functions_labels_or_durations() {
    let query = r#"sum by (a, le) (rate(x_total{b="1",c!~"2|3"}[5m])) / 2e9 > vector(0) or y"#;
    let found = asked(query);
    let asked = |series: &str, labels: &[&str]| Asked {
        series: series.to_owned(),
        labels: labels.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(found, [asked("x_total", &["b", "c"]), asked("y", &[])]);
}
