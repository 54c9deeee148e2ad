//! `POST /api/v1/sessions/refresh`

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    http::{Optional, Problem},
    identity::{
        access,
        login::Entry,
        shapes::{Account, Tokens},
    },
};

/// What was given at the log-in, or at the last refresh.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    /// May be left out when it is in the cookie.
    #[serde(default)]
    refresh_token: Option<String>,
}

/// Get the next pair of tokens
///
/// A refresh token is used once. The same one again gets the same pair for 20 seconds, since an answer may be lost on its
/// way; later it ends the session, since it may have been stolen. Tokens from a cookie are answered in cookies.
#[utoipa::path(
    post,
    path = "/sessions/refresh",
    tag = "sessions",
    security(()),
    request_body = Option<Refresh>,
    responses(
        (status = OK, description = "The next pair.", body = Tokens),
        (status = UNAUTHORIZED, description = "The session is over: log in again."),
    )
)]
pub(crate) async fn refresh_session(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Optional(body): Optional<Refresh>,
) -> Result<Response, Problem> {
    let cookie = api.identity.cookies.refresh(&headers);
    let presented = body.refresh_token.as_deref().or(cookie);
    let presented = presented
        .ok_or_else(|| Problem::unauthorized("Send a refresh_token, or the session's cookies."))?;
    let entry = api.identity.refresh(&api.reader, presented).await?;
    Ok(answer(
        &api,
        StatusCode::OK,
        entry,
        body.refresh_token.is_none(),
    ))
}

/// The tokens, in the body or in cookies.
pub(super) fn answer(api: &Api, status: StatusCode, entry: Entry, in_cookies: bool) -> Response {
    let account = Account::of(entry.caller.account, &entry.standing.profile);
    let mut cookies = HeaderMap::new();
    let (access_token, refresh_token) = if in_cookies {
        api.identity
            .cookies
            .set(&mut cookies, &entry.access_token, &entry.refresh_token);
        (None, None)
    } else {
        (Some(entry.access_token), Some(entry.refresh_token))
    };
    let expires_in = access::LIFE.num_seconds();
    (
        status,
        cookies,
        Json(Tokens {
            access_token,
            expires_in,
            refresh_token,
            account,
        }),
    )
        .into_response()
}
