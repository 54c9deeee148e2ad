//! `GET /api/v1/admin/health`

use std::sync::Arc;

use axum::{Json, extract::State};

use crate::{Api, http::Problem, identity::Admin, readiness::Readiness};

/// Show how every stage is
///
/// For administrators. The facts of `/readyz`, of the process that answers and of what it stands on.
#[utoipa::path(
    get, path = "/admin/health", tag = "administration",
    responses((status = 200, description = "How each stage is", body = Readiness))
)]
pub(crate) async fn show_health(
    State(api): State<Arc<Api>>,
    _: Admin,
) -> Result<Json<Readiness>, Problem> {
    Ok(Json((api.readiness)().await))
}
