//! A client's frame, carried out as the request that it stands for, and what comes of it as a frame.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, ws::Utf8Bytes},
    response::Response,
};
use domain::Caller;
use http::{HeaderMap, HeaderValue, StatusCode, header, request};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::task::JoinHandle;

use super::Visitor;
use crate::{desk, refusal::Refusal};

/// An answer is a message or a problem, and neither is longer.
const LONGEST: usize = 1024 * 1024;

/// One command. Its value is the request's body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame<'a> {
    #[serde(borrow)]
    typing: Option<&'a RawValue>,
    #[serde(borrow)]
    read: Option<&'a RawValue>,
    #[serde(borrow)]
    send: Option<&'a RawValue>,
    idempotency_key: Option<String>,
    #[serde(borrow, rename = "ref")]
    mark: Option<&'a RawValue>,
}

/// What can still be read of a frame that says something else as well.
#[derive(Default, Deserialize)]
struct Mark<'a> {
    #[serde(borrow, rename = "ref")]
    mark: Option<&'a RawValue>,
}

/// What the client is told.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ack: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a RawValue>,
    /// As the header `Tidings-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    /// As the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    mark: Option<&'a RawValue>,
}

const NO_COMMAND: Refusal = Refusal::of(
    StatusCode::BAD_REQUEST,
    "A frame is one of {\"typing\"}, {\"read\"} and {\"send\"}, with \"idempotency_key\" and \"ref\" if need be.",
);
const BAD_MARK: Refusal = Refusal::of(StatusCode::BAD_REQUEST, "`ref` is a string or a number.");
const BAD_KEY: Refusal = Refusal::of(
    StatusCode::BAD_REQUEST,
    "`idempotency_key` is 1 to 255 visible ASCII characters.",
);

/// Carries out what a frame says, on a task: a client that goes away does not leave it half done.
pub(super) fn carry_out(
    visitor: &Visitor,
    caller: &Caller,
    said: Utf8Bytes,
) -> JoinHandle<Utf8Bytes> {
    let (visitor, caller) = (visitor.clone(), caller.clone());
    tokio::spawn(async move {
        let (frame, mark) = read(&said);
        match frame.and_then(|frame| command(&visitor, caller, frame)) {
            Ok(request) => answer(visitor.desk.ask(request).await, mark).await,
            Err(refusal) => problem(&visitor, refusal, mark).await,
        }
    })
}

/// What a frame says, and what its answer is to be marked with.
fn read(said: &str) -> (Result<Frame<'_>, Refusal>, Option<&RawValue>) {
    let frame: Result<Frame<'_>, _> = serde_json::from_str(said);
    let mark = match &frame {
        Ok(frame) => frame.mark,
        Err(_) => serde_json::from_str(said).unwrap_or(Mark::default()).mark,
    };
    match mark {
        Some(mark) if !is_text_or_number(mark) => (Err(BAD_MARK), None),
        mark => (frame.map_err(|_| NO_COMMAND), mark),
    }
}

fn command(visitor: &Visitor, caller: Caller, frame: Frame<'_>) -> Result<Request, Refusal> {
    let (path, body) = match (frame.typing, frame.read, frame.send) {
        (Some(body), None, None) => ("/api/v1/typing", body),
        (None, Some(body), None) => ("/api/v1/inbox/read", body),
        (None, None, Some(body)) => ("/api/v1/messages", body),
        _ => return Err(NO_COMMAND),
    };
    let mut builder = Request::post(path)
        .extension(caller)
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = frame.idempotency_key {
        let key = HeaderValue::from_str(&key).map_err(|_| BAD_KEY)?;
        builder = builder.header("idempotency-key", key);
    }
    request(visitor, builder, body.get().as_bytes().to_vec()).map_err(|_| NO_COMMAND)
}

/// A request that comes from where the visitor does.
pub(super) fn request(
    visitor: &Visitor,
    builder: request::Builder,
    body: Vec<u8>,
) -> Result<Request, http::Error> {
    let mut request = builder.body(Body::from(body))?;
    request.headers_mut().extend(visitor.forwarded.clone());
    if let Some(peer) = visitor.peer {
        request.extensions_mut().insert(peer);
    }
    Ok(request)
}

/// A refusal of this room's own, in the words in which every other one comes.
pub(super) async fn problem(
    visitor: &Visitor,
    refusal: Refusal,
    mark: Option<&RawValue>,
) -> Utf8Bytes {
    let builder = Request::get(desk::REFUSAL).extension(refusal);
    match request(visitor, builder, Vec::new()) {
        Ok(request) => answer(visitor.desk.ask(request).await, mark).await,
        Err(_) => Utf8Bytes::default(),
    }
}

/// A response as a frame.
pub(super) async fn answer(response: Response, mark: Option<&RawValue>) -> Utf8Bytes {
    let (head, body) = response.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap_or_default();
    let body: Option<&RawValue> = serde_json::from_slice(&body).ok();
    let is_done = head.status.is_success();
    let answer = Answer {
        ack: is_done.then(|| body.unwrap_or(empty())),
        problem: (!is_done).then(|| body.unwrap_or(empty())),
        token: text(&head.headers, "tidings-token"),
        retry_after: text(&head.headers, "retry-after").and_then(|seconds| seconds.parse().ok()),
        mark,
    };
    serde_json::to_string(&answer).unwrap_or_default().into()
}

fn is_text_or_number(mark: &RawValue) -> bool {
    let first = mark.get().bytes().next();
    first.is_some_and(|first| matches!(first, b'"' | b'-' | b'0'..=b'9'))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn empty() -> &'static RawValue {
    const EMPTY: &str = "{}";
    serde_json::from_str(EMPTY).unwrap_or(RawValue::NULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(said: &str) -> (bool, Option<&str>) {
        let (frame, mark) = read(said);
        (frame.is_ok(), mark.map(RawValue::get))
    }

    #[test]
    fn an_answer_is_marked_as_its_question_even_if_that_was_no_command() {
        assert_eq!(marked(r#"{"read": {}, "ref": 7}"#), (true, Some("7")));
        assert_eq!(
            marked(r#"{"shout": {}, "ref": "a"}"#),
            (false, Some(r#""a""#))
        );
        assert_eq!(
            marked(r#"{"read": {}, "ref": -1.5e3}"#),
            (true, Some("-1.5e3"))
        );
        assert_eq!(marked(r#"{"read": {}, "ref": null}"#), (true, None));
        assert_eq!(marked(r#"{"read": {}}"#), (true, None));
    }

    #[test]
    fn a_mark_is_a_text_or_a_number() {
        for wrong in ["{}", "[1]", "true", r#"{"a": "b"}"#] {
            let said = format!(r#"{{"read": {{}}, "ref": {wrong}}}"#);
            assert_eq!(marked(&said), (false, None), "{wrong}");
        }
    }

    #[test]
    fn what_is_no_json_is_no_command() {
        for wrong in ["", "x", "[]", "\"a\"", "{", r#"{"read": {}, "read": {}}"#] {
            assert_eq!(marked(wrong), (false, None), "{wrong}");
        }
    }
}
