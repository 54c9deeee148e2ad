//! The one place where subjects are spelt.

use domain::subject_bucket;

/// The stream of all events.
pub const STREAM: &str = "TIDINGS_EVENTS";

/// Where an event goes: `tidings.v1.<epoch>.events.<aggregate>.<event>.<bucket>`.
#[must_use]
pub fn subject(epoch: u16, name: &str, aggregate_id: &str) -> String {
    format!(
        "tidings.v1.{epoch}.events.{name}.{}",
        subject_bucket(aggregate_id)
    )
}

/// Everything the stream takes up.
pub(crate) fn events_of(epoch: u16) -> String {
    format!("tidings.v1.{epoch}.events.>")
}

/// Where a node that projects rings for those that do not.
pub(crate) const MAILBOX: &str = "tidings.v1.mailbox";

/// Where a node tells the others who types.
pub(crate) const TYPING: &str = "tidings.v1.typing";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_spelt_as_documented() {
        let subject = subject(1, "message.sent", "01900000-0000-7000-8000-000000000001");
        assert!(
            subject.starts_with("tidings.v1.1.events.message.sent."),
            "{subject}"
        );
    }
}
