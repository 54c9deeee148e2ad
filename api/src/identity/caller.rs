//! Step 1: who asks: from the `Authorization` header, or from the session cookie.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};

use crate::{Api, http::Problem};

/// The account that asks. An extractor: without a valid token the answer is 401.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub domain::Caller);

impl Deref for Caller {
    type Target = domain::Caller;

    fn deref(&self) -> &domain::Caller {
        &self.0
    }
}

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        if let Some(caller) = parts.extensions.get::<domain::Caller>() {
            return Ok(Self(caller.clone()));
        }
        let caller = api.identity.caller(&parts.headers).await?;
        parts.extensions.insert(caller.clone());
        Ok(Self(caller))
    }
}

/// A middleware for other rooms' routers: leaves a [`domain::Caller`] in the request, or answers 401.
pub async fn require_caller(
    State(api): State<Arc<Api>>,
    mut request: Request,
    next: Next,
) -> Response {
    match api.identity.caller(request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// A middleware for a router whose callers may show themselves later: leaves a [`domain::Caller`] in the request if it
/// shows one. What is no good is as nothing, since a browser cannot read how a handshake was refused.
pub async fn note_caller(
    State(api): State<Arc<Api>>,
    mut request: Request,
    next: Next,
) -> Response {
    match api.identity.caller(request.headers()).await {
        Ok(caller) => drop(request.extensions_mut().insert(caller)),
        Err(problem) if problem.status() == StatusCode::UNAUTHORIZED => {}
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

/// What a request brings along to show who asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown<'a> {
    /// Nothing.
    Nothing,
    /// An access token.
    Token(&'a str),
    /// An `Authorization` header that cannot be one of ours.
    Unreadable,
}

impl<'a> Shown<'a> {
    /// Where there is an `Authorization` header the cookie counts nothing, whatever the header says: requests with one are
    /// spared the questions that a cookie raises.
    pub(super) fn by(headers: &'a HeaderMap, cookie: Option<&'a str>) -> Self {
        let mut lines = headers.get_all(header::AUTHORIZATION).into_iter();
        let Some(line) = lines.next() else {
            return cookie.map_or(Self::Nothing, Self::Token);
        };
        let token = line
            .to_str()
            .ok()
            .filter(|_| lines.next().is_none())
            .and_then(token);
        token.map_or(Self::Unreadable, Self::Token)
    }
}

/// `Bearer <token>`, or `jwt <token>` as the original's clients write it.
fn token(line: &str) -> Option<&str> {
    let (scheme, token) = line.trim().split_once(' ')?;
    let is_ours = ["bearer", "jwt"]
        .iter()
        .any(|ours| scheme.eq_ignore_ascii_case(ours));
    Some(token.trim()).filter(|_| is_ours)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| (header::AUTHORIZATION, HeaderValue::from_static(line)))
            .collect()
    }

    #[test]
    fn a_token_comes_under_either_scheme_in_any_case() {
        for line in [
            "Bearer a.b.c",
            "bearer a.b.c",
            "BEARER  a.b.c ",
            "jwt a.b.c",
            "JWT a.b.c",
        ] {
            assert_eq!(
                Shown::by(&headers(&[line]), None),
                Shown::Token("a.b.c"),
                "{line}"
            );
        }
    }

    #[test]
    fn another_header_is_not_passed_over_for_the_cookie() {
        for lines in [
            &["Basic YTpi"][..],
            &["Bearer"],
            &[""],
            &["a.b.c"],
            &["Bearer a", "Bearer b"],
        ] {
            assert_eq!(
                Shown::by(&headers(lines), Some("cookie")),
                Shown::Unreadable,
                "{lines:?}"
            );
        }
        assert_eq!(
            Shown::by(&headers(&[]), Some("cookie")),
            Shown::Token("cookie")
        );
        assert_eq!(Shown::by(&headers(&[]), None), Shown::Nothing);
    }
}
