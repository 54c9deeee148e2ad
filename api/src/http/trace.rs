//! On whose errand a request comes: the W3C trace context, from the request's header to the metadata of its events.
//!
//! It goes around the verbs rather than through them: the front leaves it with the task, and where an event is made
//! ([`crate::execute`]) it is asked for.

use http::HeaderMap;

tokio::task_local! {
    static PARENT: Option<String>;
}

/// Runs what a request asks for.
pub(super) async fn within<F: Future>(parent: Option<String>, handler: F) -> F::Output {
    PARENT.scope(parent, handler).await
}

/// What the request that is being answered said; nothing outside of one.
pub(crate) fn parent() -> Option<String> {
    PARENT.try_with(Clone::clone).ok().flatten()
}

/// The header, if there is one and it is as the standard wants it. Of a version to come, the part that this one knows.
pub(super) fn of(headers: &HeaderMap) -> Option<String> {
    let mut lines = headers.get_all("traceparent").into_iter();
    let line = lines.next().filter(|_| lines.next().is_none())?;
    let line = line.to_str().ok()?.trim();
    let (known, rest) = line.split_at_checked(KNOWN)?;
    let (version, fields) = known.split_at(2);
    let ends = rest.is_empty() || (version != "00" && rest.starts_with('-'));
    (ends && is_hex(version, 2) && version != "ff" && are_fields(fields))
        .then(|| format!("00{fields}"))
}

/// The length of what every version begins with.
const KNOWN: usize = 55;

/// `-<trace>-<parent>-<flags>`, of which neither id is all zeros.
fn are_fields(text: &str) -> bool {
    let mut fields = text.split('-').skip(1);
    let mut id = |length| {
        fields
            .next()
            .is_some_and(|id| is_hex(id, length) && id.bytes().any(|byte| byte != b'0'))
    };
    id(32)
        && id(16)
        && fields.next().is_some_and(|flags| is_hex(flags, 2))
        && fields.next().is_none()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn parsed(lines: &[&'static str]) -> Option<String> {
        let line = |line: &&'static str| {
            let name = http::HeaderName::from_static("traceparent");
            (name, HeaderValue::from_static(line))
        };
        of(&lines.iter().map(line).collect())
    }

    #[test]
    fn a_valid_one_is_kept_as_it_came() {
        assert_eq!(parsed(&[GOOD]).as_deref(), Some(GOOD));
    }

    #[test]
    fn of_a_later_version_what_is_known_is_kept() {
        let later =
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings";
        assert_eq!(parsed(&[later]).as_deref(), Some(GOOD));
    }

    #[test]
    fn anything_else_is_ignored() {
        for wrong in [
            "",
            "x",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-zz",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        ] {
            assert_eq!(parsed(&[wrong]), None, "{wrong}");
        }
        assert_eq!(parsed(&[GOOD, GOOD]), None);
        assert_eq!(parsed(&[]), None);
    }

    #[tokio::test]
    async fn it_is_known_while_its_request_is_answered_and_not_after() {
        let seen = within(parsed(&[GOOD]), async { parent() }).await;
        assert_eq!(seen.as_deref(), Some(GOOD));
        assert_eq!(parent(), None);
    }
}
