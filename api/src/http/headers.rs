//! The headers that every answer carries, errors too.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::path::{DOCS, is_under};

/// For answers that are data: nothing may be loaded, run or framed.
const DATA: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For the web client, which runs nothing but its own files.
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; \
    font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'";

/// For Swagger UI, which writes its own styles.
const MANUAL: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
    img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Which part of the site a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The API and what machines ask for.
    Data,
    /// The web client.
    Page,
    /// Swagger UI.
    Manual,
}

impl Part {
    pub(super) fn of(path: &str) -> Self {
        let machines = [
            "/api",
            "/livez",
            "/readyz",
            "/metrics",
            "/openapi.json",
            "/asyncapi.json",
            "/.well-known",
        ];
        if is_under(DOCS, path) {
            Self::Manual
        } else if machines.iter().any(|folder| is_under(folder, path)) {
            Self::Data
        } else {
            Self::Page
        }
    }

    fn policy(self) -> &'static str {
        match self {
            Self::Data => DATA,
            Self::Page => PAGE,
            Self::Manual => MANUAL,
        }
    }
}

/// Adds them. What a handler has set on purpose (the policy of an attachment, the cache time of an asset) stays.
pub(super) fn secure(headers: &mut HeaderMap, part: Part) {
    const ALWAYS: [(HeaderName, HeaderValue); 5] = [
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    headers.reserve(10);
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(part.policy()));
    if part == Part::Data {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, extract::Request, response::Response, routing::get};

    use super::*;
    use crate::http::testing::{ask, http};

    async fn answer(uri: &str) -> Response {
        let cached = async || {
            (
                [
                    (header::CACHE_CONTROL, "private, max-age=60"),
                    (header::VARY, "accept"),
                ],
                "",
            )
        };
        let router = Router::new()
            .route("/", get(async || axum::response::Html("")))
            .route("/api/v1/cached", get(cached))
            .route("/api/v1/me", get(async || ""))
            .route("/api/v1/panic", get(panics))
            .route("/docs/", get(async || ""));
        ask(
            &http(router),
            Request::get(uri).body(Body::empty()).unwrap(),
        )
        .await
    }

    async fn panics() {
        panic!("on purpose");
    }

    #[tokio::test]
    async fn every_answer_is_secured_errors_too() {
        for uri in [
            "/",
            "/nowhere",
            "/docs/",
            "/api/v1/me",
            "/api/v1/nowhere",
            "/api/v1/panic",
            "/api?token=x",
        ] {
            let answer = answer(uri).await;
            let headers = answer.headers();
            assert_eq!(headers["x-content-type-options"], "nosniff", "{uri}");
            assert_eq!(headers["referrer-policy"], "no-referrer", "{uri}");
            assert_eq!(
                headers["cross-origin-opener-policy"], "same-origin",
                "{uri}"
            );
            assert_eq!(headers["x-frame-options"], "DENY", "{uri}");
            assert_eq!(headers["vary"], "origin", "{uri}");
            assert!(
                headers["content-security-policy"]
                    .to_str()
                    .unwrap()
                    .starts_with("default-src 'none'"),
                "{uri}"
            );
            assert!(headers.contains_key("x-request-id"), "{uri}");
        }
    }

    #[tokio::test]
    async fn each_part_of_the_site_has_its_policy() {
        for (uri, policy) in [
            ("/", PAGE),
            ("/login", PAGE),
            ("/docs/", MANUAL),
            ("/api/v1/me", DATA),
            ("/apiary", PAGE),
        ] {
            assert_eq!(
                answer(uri).await.headers()["content-security-policy"],
                policy,
                "{uri}"
            );
        }
    }

    #[tokio::test]
    async fn data_is_not_stored_unless_its_handler_says_so() {
        assert_eq!(
            answer("/api/v1/me").await.headers()["cache-control"],
            "no-store"
        );
        let cached = answer("/api/v1/cached").await;
        assert_eq!(cached.headers()["cache-control"], "private, max-age=60");
        let vary: Vec<_> = cached.headers().get_all("vary").iter().collect();
        assert_eq!(vary, ["accept", "origin"]);
        assert!(!answer("/").await.headers().contains_key("cache-control"));
    }
}
