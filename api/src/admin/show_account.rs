//! `GET /api/v1/admin/accounts/{id}`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::row::AdminAccount;
use crate::{
    Api,
    fresh_read::FreshRead,
    http::{InPath, Problem},
    identity::Admin,
};

/// Show an account
///
/// For administrators.
#[utoipa::path(
    get, path = "/admin/accounts/{id}", tag = "administration", params(("id" = Uuid, Path), FreshRead),
    responses(
        (status = 200, description = "How it is", body = AdminAccount),
        (status = 404, description = "There is no such account, or no longer"),
    )
)]
pub(crate) async fn show_account(
    State(api): State<Arc<Api>>,
    _: Admin,
    InPath(id): InPath<Uuid>,
    fresh: FreshRead,
) -> Result<Response, Problem> {
    let position = api.freshness.checkpoint().await?;
    let account = sqlx::query_as!(
        AdminAccount,
        r#"select a.account_id as id, a.username, a.first_name, a.last_name, a.email, a.roles, a.registered_at, a.disabled_at,
             s.open as "sessions!", s.seen_at
           from readmodel.accounts a cross join lateral (
             select count(*) filter (where ended_at is null and expires_at > $2) as open, max(used_at) as seen_at
             from auth.sessions where account_id = a.account_id) s
           where a.account_id = $1 and a.erased_at is null"#,
        id,
        eventlog::fresh::now()
    );
    let account = account.fetch_optional(&api.pool).await?;
    fresh.answer(&api, position, &account.ok_or_else(Problem::not_found)?)
}
