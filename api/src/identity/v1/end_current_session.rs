//! `DELETE /api/v1/sessions/current`

use std::sync::Arc;

use axum::{extract::State, response::IntoResponse};
use http::{HeaderMap, StatusCode};

use crate::{Api, http::Problem, identity::Caller};

/// Log out
///
/// Takes the cookies away, if there are any.
#[utoipa::path(
    delete,
    path = "/sessions/current",
    tag = "sessions",
    responses((status = NO_CONTENT, description = "Logged out."))
)]
pub(crate) async fn end_current_session(
    State(api): State<Arc<Api>>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    api.identity
        .end_session(caller.account, caller.session)
        .await?;
    let mut cookies = HeaderMap::new();
    api.identity.cookies.clear(&mut cookies);
    Ok((StatusCode::NO_CONTENT, cookies))
}
