//! An answer, read to its end.

use std::ops::Index;

use anyhow::{Context, anyhow, ensure};
use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status' number.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as JSON; `null` where it is none.
    pub json: Value,
    /// The body as it came.
    pub body: Vec<u8>,
    what: String,
}

impl Answer {
    /// Reads it; of what has no end (the push stream, a socket) the head alone. `what` was asked, and stands in every
    /// complaint.
    pub(super) async fn read(what: String, response: Response) -> reqwest::Result<Self> {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let is_endless = status == 101
            || headers
                .get("content-type")
                .is_some_and(|kind| kind == "text/event-stream");
        let body = if is_endless {
            Vec::new()
        } else {
            response.bytes().await?.to_vec()
        };
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Self {
            status,
            headers,
            json,
            body,
            what,
        })
    }

    /// This answer, if it has the status that is expected.
    pub fn is(self, status: u16) -> anyhow::Result<Self> {
        if self.status == status {
            Ok(self)
        } else {
            Err(self.unlike(status))
        }
    }

    /// What is said of it when another status was expected.
    pub(super) fn unlike(&self, status: u16) -> anyhow::Error {
        anyhow!(
            "{}: {} and not {status}: {}",
            self.what,
            self.status,
            String::from_utf8_lossy(&self.body)
        )
    }

    /// This answer, if it is a problem document of this status, whole and without anything internal in it.
    pub fn is_problem(self, status: u16) -> anyhow::Result<Self> {
        let answer = self.is(status)?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let kind = answer.header("content-type");
        ensure!(
            kind == Some("application/problem+json"),
            "{}: {kind:?} is no problem document: {text}",
            answer.what
        );
        let says = |name: &str| answer[name].as_str().is_some_and(|value| !value.is_empty());
        let is_whole = ["type", "title", "detail", "request_id"]
            .into_iter()
            .all(says);
        ensure!(
            is_whole && answer["status"] == status,
            "{}: it has to say type, title, status, detail and request_id: {text}",
            answer.what
        );
        let leaks = ["sqlx", "panicked", "postgres", ".rs:", "src/"]
            .into_iter()
            .find(|word| text.contains(word));
        ensure!(
            leaks.is_none(),
            "{}: {leaks:?} is nobody's business: {text}",
            answer.what
        );
        if status == 401 {
            ensure!(
                answer.header("www-authenticate").is_some(),
                "{}: 401 without a scheme",
                answer.what
            );
        }
        Ok(answer)
    }

    /// A header, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The `Tidings-Token`, which a read can carry and a stream can start from.
    pub fn token(&self) -> anyhow::Result<String> {
        let token = self.header("tidings-token");
        Ok(token
            .with_context(|| format!("{}: without a Tidings-Token", self.what))?
            .to_owned())
    }

    /// The pointers of a validation's errors.
    #[must_use]
    pub fn pointers(&self) -> Vec<&str> {
        let errors = self["errors"].as_array().map_or(&[][..], Vec::as_slice);
        errors
            .iter()
            .filter_map(|error| error["pointer"].as_str())
            .collect()
    }
}

/// A member of the body; `null` where there is none.
impl Index<&str> for Answer {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        &self.json[name]
    }
}
