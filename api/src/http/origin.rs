//! Which web pages may speak to the service, and what a cookie needs on top.

use std::str::FromStr;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, uri::Authority};
use percent_encoding::percent_decode_str;

use super::{client::Scheme, problem::Problem};

/// Answer headers that a page of another origin may read.
const EXPOSED: &str =
    "tidings-token, etag, idempotency-replayed, retry-after, x-request-id, location";
/// Request headers that it may send.
const ACCEPTED: &str = "authorization, content-type, idempotency-key, if-none-match, last-event-id, tidings-token, \
    traceparent, x-request-id";
const METHODS: &str = "GET, HEAD, POST, PUT, PATCH, DELETE";

/// The names a token is looked for under, so that nobody gets used to sending one where logs and histories keep it.
const TOKENS: [&str; 4] = ["access_token", "token", "jwt", "auth_token"];

/// The pages of other origins that may use the API: `TIDINGS_CORS_ORIGINS`.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins(Vec<String>);

impl FromStr for AllowedOrigins {
    type Err = String;

    /// From a list such as `https://chat.example, http://localhost:5173`.
    fn from_str(list: &str) -> Result<Self, String> {
        let entries = list
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let origin = |entry: &str| {
            let parsed = Origin::parse(entry).map(|origin| origin.to_text());
            parsed.ok_or_else(|| {
                format!("`{entry}` is no origin; write it like https://chat.example")
            })
        };
        entries.map(origin).collect::<Result<_, _>>().map(Self)
    }
}

/// Where a request comes from, as far as it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// It does not say; so it is no page, or a page's plain navigation.
    Unnamed,
    /// A page that this service has served.
    Own,
    /// A page of an allowed origin.
    Allowed(HeaderValue),
}

impl Sender {
    /// Refuses an origin that is neither own nor allowed.
    pub(super) fn of(
        request: &Request,
        scheme: Scheme,
        allowed: &AllowedOrigins,
    ) -> Result<Self, Problem> {
        let mut named = request.headers().get_all(header::ORIGIN).into_iter();
        let Some(value) = named.next() else {
            return Ok(Self::Unnamed);
        };
        let origin = value
            .to_str()
            .ok()
            .and_then(Origin::parse)
            .filter(|_| named.next().is_none());
        match origin {
            Some(origin) if origin.is_own(request, scheme) => Ok(Self::Own),
            Some(origin) if allowed.0.contains(&origin.to_text()) => {
                Ok(Self::Allowed(value.clone()))
            }
            _ => Err(Problem::forbidden(
                "Pages of this origin may not use the service. Its operator can allow them with TIDINGS_CORS_ORIGINS; \
                 for its own pages behind a TLS proxy, with TIDINGS_TRUSTED_PROXIES.",
            )),
        }
    }

    /// Lets an allowed page read the answer.
    pub(super) fn open(self, headers: &mut HeaderMap) {
        if let Self::Allowed(origin) = self {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(EXPOSED),
            );
            // Otherwise the same-origin default would hide what has just been allowed.
            headers.insert(
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("cross-origin"),
            );
        }
    }
}

/// The answer to a preflight, if `request` is one.
pub(super) fn preflight(request: &Request) -> Option<Response> {
    let asks = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let answer = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ACCEPTED),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    asks.then(|| (StatusCode::NO_CONTENT, answer).into_response())
}

/// A browser adds a cookie to whatever request any page makes. So one that changes something and is known by its cookie
/// alone has to prove that it comes from an own page.
pub(super) fn check_cookie(request: &Request, sender: &Sender) -> Result<(), Problem> {
    let headers = request.headers();
    let changes = !request.method().is_safe() || headers.contains_key(header::UPGRADE);
    if !changes || !has_cookie(headers) || headers.contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if *sender == Sender::Own || (*sender == Sender::Unnamed && site == Some(b"same-origin")) {
        return Ok(());
    }
    Err(Problem::forbidden(
        "With a session cookie this needs an Origin of the service's own, or Sec-Fetch-Site: same-origin. Other clients \
         send their token in the Authorization header.",
    ))
}

/// Refuses a token in the query string.
pub(super) fn check_query(uri: &Uri) -> Result<(), Problem> {
    let mut names = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or_default());
    let is_token = |name: &str| {
        let name = percent_decode_str(name).decode_utf8_lossy();
        TOKENS.iter().any(|token| name.eq_ignore_ascii_case(token))
    };
    if names.any(is_token) {
        return Err(Problem::bad_request(
            "A token does not belong in an address. Send it in the Authorization header.",
        ));
    }
    Ok(())
}

/// Whether one of the service's own cookies is there. Each of them counts, since a refresh cookie opens a session too.
fn has_cookie(headers: &HeaderMap) -> bool {
    let lines = headers
        .get_all(header::COOKIE)
        .into_iter()
        .map(|line| String::from_utf8_lossy(line.as_bytes()));
    let is_own = |cookie: &str| {
        cookie
            .trim()
            .trim_start_matches("__Host-")
            .starts_with("tidings_")
    };
    lines.into_iter().any(|line| line.split(';').any(is_own))
}

struct Origin {
    is_https: bool,
    authority: Authority,
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let is_https = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let authority: Authority = authority.parse().ok()?;
        let is_bare = !authority.as_str().contains(['@', '*']) && !authority.host().is_empty();
        is_bare.then_some(Self {
            is_https,
            authority,
        })
    }

    fn to_text(&self) -> String {
        let scheme = if self.is_https { "https" } else { "http" };
        format!(
            "{scheme}://{}:{}",
            self.authority.host().to_ascii_lowercase(),
            port(&self.authority, self.is_https)
        )
    }

    fn is_own(&self, request: &Request, scheme: Scheme) -> bool {
        let fits = match scheme {
            Scheme::Http => !self.is_https,
            Scheme::Https => self.is_https,
            Scheme::Either => true,
        };
        let Some(host) = host_of(request) else {
            return false;
        };
        fits && self.authority.host().eq_ignore_ascii_case(host.host())
            && port(&self.authority, self.is_https) == port(&host, self.is_https)
    }
}

fn port(authority: &Authority, is_https: bool) -> u16 {
    authority
        .port_u16()
        .unwrap_or(if is_https { 443 } else { 80 })
}

/// The host that was asked for, in the request line if it stands there.
fn host_of(request: &Request) -> Option<Authority> {
    let header = || {
        request
            .headers()
            .get(header::HOST)?
            .to_str()
            .ok()?
            .parse()
            .ok()
    };
    request.uri().authority().cloned().or_else(header)
}

#[cfg(test)]
mod tests;
