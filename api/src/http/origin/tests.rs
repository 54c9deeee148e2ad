use axum::{Router, body::Body, routing::get};

use super::*;
use crate::http::{HttpSettings, layers, testing};

fn app() -> Router {
    let settings = HttpSettings {
        allowed_origins: "https://chat.example, http://localhost:5173"
            .parse()
            .unwrap(),
        ..testing::settings()
    };
    let answer = async || [("tidings-token", "t1")];
    layers(
        Router::new().route("/api/v1/x", get(answer).post(answer)),
        settings,
        testing::throttle(),
    )
}

async fn ask(method: Method, headers: &[(&str, &str)]) -> Response {
    let mut request = Request::builder()
        .method(method)
        .uri("/api/v1/x")
        .header("host", "tidings.example:8000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    testing::ask(&app(), request.body(Body::empty()).unwrap()).await
}

fn sender(origin: &str, host: &str, scheme: Scheme) -> Option<Sender> {
    let request = Request::builder()
        .header("origin", origin)
        .header("host", host)
        .body(Body::empty())
        .unwrap();
    Sender::of(&request, scheme, &"https://chat.example".parse().unwrap()).ok()
}

#[test]
fn an_origin_is_own_when_scheme_host_and_port_are() {
    let own = Some(Sender::Own);
    assert_eq!(sender("http://a.example", "a.example", Scheme::Http), own);
    assert_eq!(
        sender("http://A.example", "a.EXAMPLE:80", Scheme::Http),
        own
    );
    assert_eq!(
        sender("http://127.0.0.1:8000", "127.0.0.1:8000", Scheme::Http),
        own
    );
    assert_eq!(sender("http://[::1]:8000", "[::1]:8000", Scheme::Http), own);
    assert_eq!(sender("https://a.example", "a.example", Scheme::Https), own);
    assert_eq!(
        sender("https://a.example", "a.example", Scheme::Either),
        own
    );
    assert_eq!(sender("http://a.example", "a.example", Scheme::Either), own);

    assert_eq!(sender("https://a.example", "a.example", Scheme::Http), None);
    assert_eq!(sender("http://a.example", "a.example", Scheme::Https), None);
    assert_eq!(
        sender("http://a.example:81", "a.example", Scheme::Http),
        None
    );
    assert_eq!(
        sender("http://b.a.example", "a.example", Scheme::Http),
        None
    );
    assert_eq!(
        sender("http://a.example.evil", "a.example", Scheme::Http),
        None
    );
}

#[test]
fn rubbish_is_nobodys_origin() {
    for origin in [
        "null",
        "",
        "*",
        "file://",
        "http://",
        "a.example",
        "http://a.example@evil",
        "ftp://a.example",
        "http://a.example/",
    ] {
        assert_eq!(sender(origin, "a.example", Scheme::Http), None, "{origin}");
    }
}

#[test]
fn no_star_can_be_allowed() {
    for list in [
        "*",
        "https://*",
        "https://*.example",
        "chat.example",
        "https://chat.example/path",
        "null",
    ] {
        assert!(list.parse::<AllowedOrigins>().is_err(), "{list}");
    }
}

#[tokio::test]
async fn a_foreign_origin_is_refused_for_reads_too() {
    for method in [Method::GET, Method::POST, Method::OPTIONS] {
        let answer = ask(method, &[("origin", "https://evil.example")]).await;
        assert_eq!(answer.status(), 403);
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
    let twice = ask(
        Method::GET,
        &[
            ("origin", "https://chat.example"),
            ("origin", "https://chat.example"),
        ],
    )
    .await;
    assert_eq!(twice.status(), 403);
}

#[tokio::test]
async fn an_allowed_origin_may_read_answers_and_errors() {
    for (method, status) in [(Method::GET, 200), (Method::PUT, 405)] {
        let answer = ask(method, &[("origin", "https://chat.example")]).await;
        assert_eq!(answer.status(), status);
        assert_eq!(
            answer.headers()["access-control-allow-origin"],
            "https://chat.example"
        );
        assert!(
            !answer
                .headers()
                .contains_key("access-control-allow-credentials")
        );
        let exposed = answer.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        for name in [
            "tidings-token",
            "etag",
            "idempotency-replayed",
            "retry-after",
        ] {
            assert!(exposed.contains(name), "{name}");
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_allowed_origins_only() {
    let asks = ("access-control-request-method", "POST");
    let answer = ask(
        Method::OPTIONS,
        &[("origin", "http://localhost:5173"), asks],
    )
    .await;
    assert_eq!(answer.status(), 204);
    assert_eq!(
        answer.headers()["access-control-allow-origin"],
        "http://localhost:5173"
    );
    assert!(
        answer.headers()["access-control-allow-headers"]
            .to_str()
            .unwrap()
            .contains("idempotency-key")
    );
    assert_eq!(
        ask(
            Method::OPTIONS,
            &[("origin", "http://localhost:5174"), asks]
        )
        .await
        .status(),
        403
    );
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_unless_the_page_is_own() {
    let cookie = ("cookie", "theme=dark; tidings_session=abc");
    let host_cookie = ("cookie", "__Host-tidings_session=abc");
    let own = ("origin", "http://tidings.example:8000");
    let same_site = ("sec-fetch-site", "same-origin");
    let token = ("authorization", "Bearer abc");
    let allowed = ("origin", "https://chat.example");
    let cases: &[(&[(&str, &str)], u16)] = &[
        (&[cookie], 403),
        (&[host_cookie], 403),
        (&[cookie, own], 200),
        (&[host_cookie, own], 200),
        (&[cookie, same_site], 200),
        (&[cookie, ("sec-fetch-site", "same-site")], 403),
        (&[cookie, ("sec-fetch-site", "cross-site")], 403),
        (&[cookie, ("sec-fetch-site", "none")], 403),
        (&[cookie, allowed], 403),
        (&[cookie, allowed, same_site], 403),
        (&[cookie, token], 200),
        (&[("cookie", "theme=dark")], 200),
        (&[], 200),
    ];
    for (headers, status) in cases {
        assert_eq!(
            ask(Method::POST, headers).await.status(),
            *status,
            "{headers:?}"
        );
    }
    assert_eq!(ask(Method::GET, &[cookie]).await.status(), 200);
    let websocket = [cookie, ("connection", "upgrade"), ("upgrade", "websocket")];
    assert_eq!(ask(Method::GET, &websocket).await.status(), 403);
}

#[test]
fn a_token_in_the_query_is_refused_however_it_is_written() {
    for query in [
        "token=x",
        "a=b&access_token=x",
        "jwt",
        "auth_token=",
        "Token=x",
        "%74oken=x",
    ] {
        assert!(
            check_query(&format!("/?{query}").parse().unwrap()).is_err(),
            "{query}"
        );
    }
    for query in ["", "q=token", "last_event_id=t", "tokens=1"] {
        assert!(
            check_query(&format!("/?{query}").parse().unwrap()).is_ok(),
            "{query}"
        );
    }
}
