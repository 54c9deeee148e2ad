//! `DELETE /api/v1/sessions/{id}`

use std::sync::Arc;

use axum::extract::State;
use domain::SessionId;
use http::StatusCode;
use uuid::Uuid;

use crate::{
    Api,
    http::{InPath, Problem},
    identity::Caller,
};

/// Log a device out
///
/// Its token is refused and its stream ends within two seconds, on every node. Again: 204 again.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "sessions",
    params(("id" = Uuid, Path, description = "One of the own sessions.")),
    responses((status = NO_CONTENT, description = "It has ended."))
)]
pub(crate) async fn end_session(
    State(api): State<Arc<Api>>,
    caller: Caller,
    InPath(id): InPath<Uuid>,
) -> Result<StatusCode, Problem> {
    let is_own = api
        .identity
        .end_session(caller.account, SessionId(id))
        .await?;
    if is_own {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found())
    }
}
