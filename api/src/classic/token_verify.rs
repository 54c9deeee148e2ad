//! Whether a token is good, as the original's clients ask it.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Api,
    http::{Lenient, Problem},
};

/// A token, both ways.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct ClassicTokenToVerify {
    token: String,
}

/// Verify a token.
#[utoipa::path(
    post, path = "/token-verify", tag = "classic", security(()), request_body = ClassicTokenToVerify,
    responses(
        (status = 200, description = "It is good", body = ClassicTokenToVerify),
        (status = 401, description = "It has expired, was revoked, or is forged"),
    )
)]
pub(crate) async fn token_verify(
    State(api): State<Arc<Api>>,
    Lenient(body): Lenient<ClassicTokenToVerify>,
) -> Result<Json<ClassicTokenToVerify>, Problem> {
    api.identity.authenticate(&body.token).await?;
    Ok(Json(body))
}
