//! `GET /api/v1/sessions`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    http::Problem,
    identity::{Caller, shapes::Session},
};

/// The own sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionPage {
    items: Vec<Session>,
    /// Always `null`: their number is limited.
    next: Option<String>,
}

/// List the own sessions
#[utoipa::path(
    get,
    path = "/sessions",
    tag = "sessions",
    responses((status = OK, description = "The last used first.", body = SessionPage))
)]
pub(crate) async fn list_sessions(
    State(api): State<Arc<Api>>,
    caller: Caller,
) -> Result<Json<SessionPage>, Problem> {
    let rows = api
        .identity
        .sessions
        .of(caller.account, api.identity.now())
        .await?;
    let items = rows.into_iter().map(|row| Session {
        id: row.session_id,
        device: row.device,
        created_at: row.created_at,
        used_at: row.used_at,
        expires_at: row.expires_at,
        current: row.session_id == caller.session.0,
    });
    Ok(Json(SessionPage {
        items: items.collect(),
        next: None,
    }))
}
