//! The web client, built into the binary.

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rust_embed::RustEmbed;

/// The client as it was built; a placeholder page where it was not.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Assets;

const PAGE: &str = "index.html";

/// Serves `/` and everything that the page names.
pub fn router() -> Router {
    Router::new()
        .route("/", get(async |request: Request| serve(PAGE, &request)))
        .fallback(file)
}

/// A file of the client's; for a person's browser, the page itself at every address that is not the API's.
async fn file(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    // Whatever else is asked of an address that nobody serves, it is not there.
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if Assets::get(path).is_some() {
        return serve(path, &request);
    }
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    let is_page = !path.starts_with("api/") && accept.contains("text/html");
    if is_page {
        serve(PAGE, &request)
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

fn serve(path: &str, request: &Request) -> Response {
    let Some(asset) = Assets::get(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(&asset.metadata.sha256_hash()[..15])
    );
    let is_known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes());
    // Names with a hash in them never mean anything else.
    let cache = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(asset.data.into_owned()))
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let (Ok(etag), Ok(kind)) = (etag.parse(), asset.metadata.mimetype().parse()) {
        headers.insert(header::ETAG, etag);
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}
