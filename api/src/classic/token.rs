//! Step 1: somebody logs in, as the original's clients do it.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    http::{ClientAddr, Lenient, Problem},
    identity::{Attempt, Password},
};

/// Who comes in.
#[derive(Deserialize, ToSchema)]
pub(crate) struct ClassicLogIn {
    #[schema(example = "alice")]
    username: String,
    password: Password,
}

/// What to show from now on, for seven days.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClassicToken {
    /// A JWT with the claims `user_id`, `username`, `exp`, `email`.
    token: String,
}

/// Log in.
#[utoipa::path(
    post, path = "/auth/token", tag = "classic", security(()), request_body = ClassicLogIn,
    responses((status = 200, body = ClassicToken), (status = 401, description = "The username or the password is wrong"))
)]
pub(crate) async fn token(
    State(api): State<Arc<Api>>,
    ClientAddr(address): ClientAddr,
    Lenient(body): Lenient<ClassicLogIn>,
) -> Result<Json<ClassicToken>, Problem> {
    let attempt = Attempt {
        address,
        username: &body.username,
        password: &body.password,
    };
    let entry = api.identity.log_in_classic(&api.reader, attempt).await?;
    Ok(Json(ClassicToken {
        token: entry.access_token,
    }))
}
