//! `GET /.well-known/jwks.json`

use std::sync::Arc;

use axum::{Json, extract::State, response::IntoResponse};
use http::header;

use crate::{Api, http::Problem, identity::signing::Jwks};

/// The keys by which access tokens can be verified
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "sessions",
    security(()),
    responses((status = OK, description = "Public keys (RFC 7517).", body = Jwks))
)]
pub(crate) async fn jwks(State(api): State<Arc<Api>>) -> Result<impl IntoResponse, Problem> {
    let keys = api.identity.public_keys().await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=300")], Json(keys)))
}
