//! A message of the benchmark: 200 bytes, by which its receiver knows which one of which run it is.

use super::http::{find, request};

const LENGTH: usize = 200;
const MARK: &str = "tidings-bench ";
/// Digits of a run's number, and of a letter's.
const RUN: usize = 4;
const NUMBER: usize = 10;

/// Where a message goes.
#[derive(Clone, Copy)]
pub enum Address<'a> {
    /// To one person, by name.
    Person(&'a str),
    /// To everybody in a group, by its id.
    Group(&'a str),
}

/// A request to send, ready but for its number.
pub struct Letter {
    request: Vec<u8>,
    number_at: usize,
}

impl Letter {
    /// In one run.
    pub fn to(address: Address<'_>, token: &str, run: usize) -> Self {
        let mut text = format!("{MARK}{run:0RUN$} {:0NUMBER$} ", 0);
        text.extend(('a'..='z').cycle().take(LENGTH.saturating_sub(text.len())));
        let to = match address {
            Address::Person(name) => format!(r#""to":["{name}"]"#),
            Address::Group(id) => format!(r#""conversation_id":"{id}""#),
        };
        let body = format!(r#"{{{to},"body":"{text}"}}"#);
        let request = request("POST", "/api/v1/messages", Some(token), &body);
        let number_at = find(&request, MARK.as_bytes()).unwrap_or_default() + MARK.len() + RUN + 1;
        Self { request, number_at }
    }

    /// The request with this number in it.
    pub fn numbered(&mut self, number: usize) -> &[u8] {
        let digits = format!("{number:0NUMBER$}");
        self.request[self.number_at..self.number_at + NUMBER].copy_from_slice(digits.as_bytes());
        &self.request
    }
}

/// Which run's letter it is that stands in an event, and which one.
pub fn read(event: &[u8]) -> Option<(usize, usize)> {
    let after = &event[find(event, MARK.as_bytes())? + MARK.len()..];
    let digits = std::str::from_utf8(after.get(..RUN + 1 + NUMBER)?).ok()?;
    let (run, number) = digits.split_once(' ')?;
    Some((run.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_numbered_can_be_read() {
        let mut letter = Letter::to(Address::Person("bob"), "token", 7);
        assert_eq!(read(letter.numbered(0)), Some((7, 0)));
        assert_eq!(read(letter.numbered(1_234_567)), Some((7, 1_234_567)));
        assert_eq!(read(b"data: nothing of the kind"), None);
    }

    #[test]
    fn a_letter_has_200_bytes() {
        let letter = Letter::to(Address::Person("bob"), "token", 7);
        let text = String::from_utf8(letter.request).unwrap();
        let body: serde_json::Value =
            serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
        assert_eq!(body["body"].as_str().unwrap().len(), LENGTH);
    }
}
