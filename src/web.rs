//! The web client, built into the binary.

mod assets;
mod coding;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use assets::Asset;
use coding::Codings;

const PAGE: &str = "index.html";

/// Where the build puts what it names by a hash of what is inside.
const HASHED: &str = "assets/";

/// Folders in which an address is a file or nothing, never a screen of the client's.
const NO_SCREENS: [&str; 2] = ["api", "assets"];

/// Serves `/` and everything that the page names.
pub fn router() -> Router {
    Router::new()
        .route("/", get(async |request: Request| page(request.headers())))
        .fallback(file)
}

/// A file of the client's; for a person's browser, the page itself at every address that may be one of its screens.
async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    // Whatever else is asked of an address that nobody serves, it is not there.
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(asset) = assets::find(path, Codings::of(request.headers())) {
        return answer(&asset, cache_of(path), request.headers());
    }
    if is_screen(path) && asks_for_a_page(request.headers()) {
        page(request.headers())
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

fn is_screen(path: &str) -> bool {
    let folder = path.split('/').next().unwrap_or_default();
    !NO_SCREENS.contains(&folder)
}

fn asks_for_a_page(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(header::ACCEPT).iter();
    accepted.any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")))
}

fn page(headers: &HeaderMap) -> Response {
    assets::find(PAGE, Codings::of(headers)).map_or_else(
        || StatusCode::NOT_FOUND.into_response(),
        |page| answer(&page, cache_of(PAGE), headers),
    )
}

/// Names with a hash in them never mean anything else. Everything else is asked for anew: the page, which names them, and
/// the service worker, by which a browser learns that there is a newer client.
fn cache_of(path: &str) -> &'static str {
    if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn answer(asset: &Asset, cache: &'static str, request: &HeaderMap) -> Response {
    let mut response = if api::is_known(request, &asset.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(asset.bytes.clone()))
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ETAG, asset.etag.clone());
    headers.insert(header::CONTENT_TYPE, asset.media_type.clone());
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = asset.coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::extract::FromRequest;
    use bytes::Bytes;
    use tower::ServiceExt;

    use super::*;

    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    async fn ask(method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = axum::http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        router().oneshot(request).await.unwrap()
    }

    async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        ask(Method::GET, path, headers).await
    }

    async fn body(response: Response) -> Bytes {
        let request = Request::new(response.into_body());
        Bytes::from_request(request, &()).await.unwrap()
    }

    #[tokio::test]
    async fn a_screen_has_an_address_and_data_or_a_lost_asset_has_no_page() {
        for path in ["/", "/inbox", "/c/42", "/apiary", "/settings/sessions"] {
            let answer = get(path, &[("accept", BROWSER)]).await;
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(answer.headers()["content-type"], "text/html", "{path}");
            assert_eq!(answer.headers()["cache-control"], "no-cache", "{path}");
        }
        for path in ["/api", "/api/v1/nowhere", "/assets/index-gone.js"] {
            assert_eq!(
                get(path, &[("accept", BROWSER)]).await.status(),
                404,
                "{path}"
            );
        }
        assert_eq!(get("/inbox", &[("accept", "*/*")]).await.status(), 404);
        assert_eq!(get("/inbox", &[]).await.status(), 404);
        let posted = ask(Method::POST, "/inbox", &[("accept", BROWSER)]).await;
        assert_eq!(posted.status(), 404);
    }

    #[tokio::test]
    async fn a_page_that_the_browser_has_is_not_sent_again() {
        let first = get("/", &[]).await;
        let etag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert!(!body(first).await.is_empty());

        for known in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}")] {
            let again = get("/", &[("if-none-match", &known)]).await;
            assert_eq!(again.status(), 304, "{known}");
            assert_eq!(again.headers()["etag"], etag);
            assert_eq!(again.headers()["vary"], "accept-encoding");
            assert!(body(again).await.is_empty());
        }
        assert_eq!(get("/", &[("if-none-match", "\"x\"")]).await.status(), 200);
    }

    #[test]
    fn what_is_named_by_its_hash_is_kept_and_nothing_else() {
        assert!(cache_of("assets/index-4f2a.js").contains("immutable"));
        for path in [PAGE, "sw.js", "manifest.webmanifest", "theme.js"] {
            assert_eq!(cache_of(path), "no-cache", "{path}");
        }
    }
}
