//! `POST /api/v1/sessions`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::refresh_session;
use crate::{
    Api,
    http::{ClientAddr, Problem, Strict, text},
    identity::{Attempt, Password, shapes::Tokens},
};

/// How much is kept of a browser's own name, which is taken when the client does not name the device.
const LONGEST_DEVICE: usize = 150;

/// Who comes in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    /// In any case of letters.
    #[schema(example = "alice")]
    username: String,
    /// The password.
    password: Password,
    /// Set the tokens as cookies that no script can read, and leave them out of the answer. For the web client.
    #[serde(default)]
    cookie: Option<bool>,
    /// What to call this log-in in the list of sessions.
    #[serde(default)]
    #[schema(max_length = 150)]
    device: Option<String>,
}

/// Log in
#[utoipa::path(
    post,
    path = "/sessions",
    tag = "sessions",
    security(()),
    request_body = LogIn,
    responses(
        (status = CREATED, description = "Logged in. An account keeps a limited number of sessions: the oldest goes.",
            body = Tokens),
        (status = UNAUTHORIZED, description = "The username or the password is wrong."),
    )
)]
pub(crate) async fn create_session(
    State(api): State<Arc<Api>>,
    ClientAddr(address): ClientAddr,
    headers: HeaderMap,
    Strict(body): Strict<LogIn>,
) -> Result<Response, Problem> {
    text::all([text::name(
        "/device",
        body.device.as_deref().unwrap_or_default(),
    )])?;
    let agent = || headers.get(header::USER_AGENT)?.to_str().ok();
    let named = body
        .device
        .as_deref()
        .filter(|device| !device.is_empty())
        .or_else(agent);
    let device: Option<String> = named.map(|name| name.chars().take(LONGEST_DEVICE).collect());
    let attempt = Attempt {
        address,
        username: &body.username,
        password: &body.password,
    };
    let entry = api
        .identity
        .log_in(&api.reader, attempt, device.as_deref())
        .await?;
    Ok(refresh_session::answer(
        &api,
        StatusCode::CREATED,
        entry,
        body.cookie == Some(true),
    ))
}
