//! By which keys heads are signed.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::audit::What;
use http::header;

use super::{
    admit::admit,
    checkpoint::{TEXT, unsigned},
};
use crate::{Api, http::Problem, identity};

/// The public keys that have signed heads, the first first, one a line, as C2SP writes them: `<name>+<id>+<key>`.
///
/// An auditor keeps them from elsewhere (`tidings audit key` prints the newest): a service that has something to hide would
/// show another one here.
#[utoipa::path(
    get, path = "/audit/key", tag = "audit",
    responses(
        (status = 200, description = "Public keys", content_type = "text/plain", body = String),
        (status = 403, description = "The role `auditor` is needed"),
        (status = 503, description = "Nothing was signed yet"),
    )
)]
pub(crate) async fn key(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
) -> Result<Response, Problem> {
    admit(&api, &caller, What::Tree).await?;
    let keys = api.audits.heads.keys().await?;
    if keys.is_empty() {
        return Err(unsigned());
    }
    let text = keys.into_iter().map(|key| key + "\n").collect::<String>();
    Ok(([(header::CONTENT_TYPE, TEXT)], text).into_response())
}
