//! Step 1: somebody registers, as the original's clients do it.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    http::{ClientAddr, Lenient, Problem},
    identity::{NewAccount, Password, register_publicly},
};

/// An account to be made.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClassicAccountToMake {
    email: String,
    password: Password,
    #[schema(example = "alice")]
    username: String,
}

/// The account that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClassicAccountMade {
    username: String,
    email: String,
}

/// Make an account.
#[utoipa::path(
    post, path = "/account/register", tag = "classic", security(()), request_body = ClassicAccountToMake,
    responses(
        (status = 201, body = ClassicAccountMade),
        (status = 403, description = "Registration is closed"),
        (status = 409, description = "The username is taken"),
    )
)]
pub(crate) async fn register(
    State(api): State<Arc<Api>>,
    ClientAddr(address): ClientAddr,
    Lenient(body): Lenient<ClassicAccountToMake>,
) -> Result<(StatusCode, Json<ClassicAccountMade>), Problem> {
    let new = NewAccount {
        username: body.username,
        password: body.password,
        email: body.email,
        first_name: String::new(),
        last_name: String::new(),
    };
    let made = register_publicly(&api, address, new).await?;
    let account = ClassicAccountMade {
        username: made.profile.username,
        email: made.profile.email,
    };
    Ok((StatusCode::CREATED, Json(account)))
}
