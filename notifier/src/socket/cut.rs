//! An event stream's bytes, cut into frames: what stands between `id:`, `event:` and `data:` is put into one JSON object.
//!
//! Every line of those bytes was written by [`crate::frame`], and none of its values holds a line end.

/// What one block of lines is to a `WebSocket`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// An event, as the text of a frame.
    Event { name: &'a str, text: String },
    /// Nothing happened, and the connection works.
    Heartbeat,
}

/// The pieces of some bytes, which hold whole blocks. When to come again is for an event stream alone.
pub(super) fn pieces(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    text.split_terminator("\n\n").filter_map(piece)
}

fn piece(block: &str) -> Option<Piece<'_>> {
    if block == ":" {
        return Some(Piece::Heartbeat);
    }
    let (mut id, mut name, mut data) = (None, None, None);
    for line in block.split('\n') {
        match line.split_once(": ") {
            Some(("id", value)) => id = Some(value),
            Some(("event", value)) => name = Some(value),
            Some(("data", value)) => data = Some(value),
            _ => {}
        }
    }
    let (name, data) = (name?, data?);
    let id = id.map(|id| ["\"id\":\"", id, "\","]);
    let id = id.as_ref().map_or(&[][..], |id| &id[..]);
    let event = ["\"event\":\"", name, "\",\"data\":", data];
    let text = [&["{"], id, &event, &["}"]].concat().concat();
    Some(Piece::Event { name, text })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::SessionId;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::{
        Event,
        frame::{self, HEARTBEAT},
    };

    #[test]
    fn a_frame_says_what_the_lines_say() {
        let occurred_at = DateTime::UNIX_EPOCH;
        let hello = Event::Hello {
            occurred_at,
            token: "a: b\n\nid: c\"".to_owned(),
        };
        let mut bytes = Vec::new();
        frame::retry(&mut bytes, SessionId(Uuid::nil()), 1, 1);
        frame::write(&mut bytes, Some("the-id"), &hello);
        frame::write(&mut bytes, None, &Event::Bye { occurred_at });
        let frames: Vec<Value> = pieces(&bytes)
            .map(|piece| match piece {
                Piece::Event { text, .. } => serde_json::from_str(&text).unwrap(),
                Piece::Heartbeat => Value::Null,
            })
            .collect();
        let time = "1970-01-01T00:00:00.000000Z";
        let hello = json!({ "type": "hello", "occurred_at": time, "token": "a: b\n\nid: c\"" });
        let bye = json!({ "type": "bye", "occurred_at": time });
        assert_eq!(
            frames,
            [
                json!({ "id": "the-id", "event": "hello", "data": hello }),
                json!({ "event": "bye", "data": bye }),
            ]
        );
    }

    #[test]
    fn a_comment_is_a_heartbeat() {
        assert_eq!(pieces(&HEARTBEAT).collect::<Vec<_>>(), [Piece::Heartbeat]);
    }
}
