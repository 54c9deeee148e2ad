//! `POST /api/v1/accounts`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    fresh_read::written,
    http::{ClientAddr, Problem, Strict},
    identity::{NewAccount, Password, registration, shapes::Account},
};

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountToMake {
    /// 1–32 of `A-Z a-z 0-9 _ . -`, unique without regard to case.
    #[schema(
        example = "alice",
        min_length = 1,
        max_length = 32,
        pattern = "^[A-Za-z0-9_.-]+$"
    )]
    username: String,
    /// At least 8 characters; not a common one, not the name. No composition rules.
    #[schema(min_length = 8, max_length = 128)]
    password: Password,
    /// An address.
    #[serde(default)]
    email: Option<String>,
    /// First name.
    #[serde(default)]
    #[schema(max_length = 150)]
    first_name: Option<String>,
    /// Last name.
    #[serde(default)]
    #[schema(max_length = 150)]
    last_name: Option<String>,
}

/// Make an account
///
/// Answers once the account can log in, be written to on any node, and be listed (at most 2 s).
#[utoipa::path(
    post,
    path = "/accounts",
    tag = "accounts",
    security(()),
    request_body = AccountToMake,
    responses(
        (status = CREATED, body = Account, headers(("Tidings-Token", description = "The place of this in the log."))),
        (status = FORBIDDEN, description = "Registration is closed."),
        (status = CONFLICT, description = "The username is taken."),
    )
)]
pub(crate) async fn create_account(
    State(api): State<Arc<Api>>,
    ClientAddr(address): ClientAddr,
    Strict(body): Strict<AccountToMake>,
) -> Result<Response, Problem> {
    let new = NewAccount {
        username: body.username,
        password: body.password,
        email: body.email.unwrap_or_default(),
        first_name: body.first_name.unwrap_or_default(),
        last_name: body.last_name.unwrap_or_default(),
    };
    let made = registration::register_publicly(&api, address, new).await?;
    let account = Account::of(made.account, &made.profile);
    Ok(written(
        &api,
        StatusCode::CREATED,
        made.position,
        Some(&account),
    ))
}
