//! `PUT /api/v1/me/password`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    fresh_read::written,
    http::{ClientAddr, FieldError, Problem, Strict},
    identity::{
        Attempt, Caller, Password, Standing,
        admin::{self, By},
    },
};

/// The password there is, and the one to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present one.
    current: Password,
    /// The next one; the rules of `POST /api/v1/accounts` hold.
    new: Password,
}

/// Change the own password
///
/// Ends every other session of the account within two seconds.
#[utoipa::path(
    put,
    path = "/me/password",
    tag = "accounts",
    request_body = PasswordChange,
    responses(
        (
            status = NO_CONTENT,
            description = "It is changed.",
            headers(("Tidings-Token", description = "The place of this in the log.")),
        ),
        (status = UNPROCESSABLE_ENTITY, description = "`current` is wrong, or a rule refuses `new`."),
    )
)]
pub(crate) async fn change_password(
    State(api): State<Arc<Api>>,
    caller: Caller,
    ClientAddr(address): ClientAddr,
    Strict(PasswordChange { current, new }): Strict<PasswordChange>,
) -> Result<Response, Problem> {
    let wrong = |error: FieldError| Problem::validation(vec![error]);
    let Some(standing) = Standing::of(&api.reader, caller.account).await? else {
        return Err(Problem::not_found());
    };
    let profile = &standing.profile;
    let names = [
        profile.username.as_str(),
        &profile.email,
        &profile.first_name,
        &profile.last_name,
        "tidings",
    ];
    new.check("/new", api.settings.password_rule, &names)
        .map_err(wrong)?;
    let attempt = Attempt {
        address,
        username: &caller.username,
        password: &current,
    };
    let credential = api.identity.judge(attempt).await?;
    let credential = credential.ok_or_else(|| {
        wrong(FieldError::new(
            "/current",
            "This is not the present password.",
        ))
    })?;
    let hash = api.identity.hash(&new).await?;
    // The fact first: if what follows fails, the password is as it was and the client is told so.
    let position = admin::password_changed(&api, caller.account, By::Owner(&caller)).await?;
    if !api
        .identity
        .replace_password(&credential, &hash, caller.session)
        .await?
    {
        return Err(crate::identity::Error::Changed.into());
    }
    Ok(written(&api, StatusCode::NO_CONTENT, position, None::<&()>))
}
