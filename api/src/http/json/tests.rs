use axum::body::Body;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    to: Vec<String>,
    body: String,
    #[serde(default)]
    urgent: bool,
}

#[derive(Debug, PartialEq, Default, Deserialize)]
struct Loose {
    #[serde(default)]
    device: String,
}

fn refused(text: &str) -> Problem {
    strict::<Letter>(text).unwrap_err()
}

fn pointer(problem: &Problem) -> &str {
    &problem.errors()[0].pointer
}

async fn extract<E: FromRequest<(), Rejection = Problem>>(
    kind: Option<&str>,
    body: impl Into<Body>,
) -> Result<E, u16> {
    let mut request = Request::builder();
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let request = request.body(body.into()).unwrap();
    E::from_request(request, &())
        .await
        .map_err(|problem| problem.status().as_u16())
}

#[tokio::test]
async fn an_array_is_not_taken_for_an_object() {
    let json = Some("application/json");
    for body in [r#"["a"]"#, " [null]", "[]"] {
        assert_eq!(
            extract::<Optional<Loose>>(json, body).await.unwrap_err(),
            400
        );
        assert_eq!(
            extract::<Lenient<Loose>>(json, body).await.unwrap_err(),
            400
        );
        assert_eq!(extract::<Strict<Loose>>(json, body).await.unwrap_err(), 400);
    }
}

#[test]
fn a_wrong_field_is_named_by_its_pointer() {
    let cases = [
        (r#"{"to":"bob","body":"hi"}"#, "/to"),
        (r#"{"to":["bob",7],"body":"hi"}"#, "/to/1"),
        (r#"{"to":[],"body":null}"#, "/body"),
        (r#"{"to":[]}"#, "/body"),
        (r#"{"to":[],"body":"hi","b/c~c":1}"#, "/b~1c~0c"),
        (r#"{"to":[],"body":"hi","body":"ho"}"#, "/body"),
        (r#"{"to":[],"body":"a\u0000b"}"#, "/body"),
        ("[]", "/0"),
        ("7", ""),
    ];
    for (text, expected) in cases {
        let problem = refused(text);
        assert_eq!(problem.status(), 400, "{text}");
        if text != "[]" {
            assert_eq!(pointer(&problem), expected, "{text}: {}", problem.detail());
        }
    }
}

#[test]
fn an_unknown_field_is_refused_by_name() {
    assert!(
        refused(r#"{"to":[],"body":"hi","bcc":[]}"#)
            .detail()
            .contains("bcc")
    );
}

#[test]
fn a_duplicate_key_is_refused_at_any_depth_even_where_nobody_looks() {
    assert_eq!(
        pointer(&strict::<Value>(r#"{"a":[{"b":1,"b":2}]}"#).unwrap_err()),
        "/a/0/b"
    );
    // The same key, written differently.
    assert!(strict::<Value>(r#"{"a":1,"\u0061":2}"#).is_err());
}

#[test]
fn no_nul_character_gets_in_by_any_door() {
    for text in [
        r#"{"device":"\u0000"}"#,
        r#"{"\u0000":1}"#,
        r#"{"x":["\u0000"]}"#,
    ] {
        assert!(strict::<Value>(text).is_err(), "{text}");
        assert!(lenient::<Loose>(text).is_err(), "{text}");
    }
}

#[test]
fn a_lone_surrogate_is_refused() {
    for text in [
        r#""\ud800""#,
        r#""\udc00""#,
        r#""\ud800x""#,
        r#""\ud800\ud800""#,
        r#"{"x":"\udfff"}"#,
    ] {
        assert!(strict::<Value>(text).is_err(), "{text}");
        assert!(lenient::<Value>(text).is_err(), "{text}");
    }
    assert_eq!(strict::<Value>(r#""\ud83d\ude00""#).unwrap(), json!("😀"));
}

#[test]
fn a_depth_bomb_is_refused_at_32_levels() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(strict::<Value>(&nested(32)).is_ok());
    assert!(
        strict::<Value>(&nested(33))
            .unwrap_err()
            .detail()
            .contains("32 levels")
    );
    assert!(strict::<Value>(&"[".repeat(200_000)).is_err());
    assert!(lenient::<Value>(&r#"{"a":"#.repeat(100_000)).is_err());
}

#[test]
fn a_list_without_an_end_is_refused() {
    let list = |length| serde_json::to_string(&vec![0; length]).unwrap();
    assert!(strict::<Value>(&list(1000)).is_ok());
    assert_eq!(strict::<Value>(&list(1001)).unwrap_err().status(), 400);
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "{",
        "{}{}",
        "nul",
        "{'a':1}",
        "\u{feff}{}",
        "{\"a\":1,}",
        "NaN",
        "\"\n\"",
        " ",
    ] {
        assert_eq!(strict::<Value>(text).unwrap_err().status(), 400, "{text}");
    }
}

#[test]
fn lenient_ignores_unknown_fields_and_takes_the_last_of_two() {
    let Loose { device } = lenient(r#"{"device":"a","colour":1,"device":"b"}"#).unwrap();
    assert_eq!(device, "b");
}

#[test]
fn naughty_text_passes_unchanged() {
    for text in [
        "Ω≈ç√",
        "e\u{301}",
        "\u{feff}",
        "\u{202e}abc",
        "👩‍👩‍👧‍👦",
        "\u{1}\u{7f}",
        "'; drop table events; --",
        "ﷺ",
        "\u{10ffff}",
    ] {
        let body = json!({"to": [], "body": text}).to_string();
        assert_eq!(strict::<Letter>(&body).unwrap().body, text);
    }
}

#[tokio::test]
async fn only_json_is_taken() {
    for kind in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/vnd.tidings+json",
    ] {
        assert!(
            extract::<Strict<Value>>(Some(kind), "{}").await.is_ok(),
            "{kind}"
        );
    }
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("text/json+json"),
    ] {
        assert_eq!(
            extract::<Strict<Value>>(kind, "{}").await.unwrap_err(),
            415,
            "{kind:?}"
        );
        assert_eq!(
            extract::<Lenient<Value>>(kind, "{}").await.unwrap_err(),
            415,
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn an_absent_body_is_fine_only_where_every_field_is_optional() {
    let Optional(loose) = extract::<Optional<Loose>>(None, "").await.unwrap();
    assert_eq!(loose, Loose::default());
    assert_eq!(
        extract::<Optional<Loose>>(None, "{}").await.unwrap_err(),
        415
    );
    assert_eq!(
        extract::<Strict<Loose>>(Some("application/json"), "")
            .await
            .unwrap_err(),
        400
    );
}

#[tokio::test]
async fn bad_utf8_is_a_400() {
    let body: &[u8] = b"{\"a\":\"\xff\"}";
    assert_eq!(
        extract::<Strict<Value>>(Some("application/json"), body)
            .await
            .unwrap_err(),
        400
    );
}
