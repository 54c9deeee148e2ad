//! `GET /api/v1/me`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::AccountId;

use crate::{
    Api,
    fresh_read::FreshRead,
    http::{Problem, problem::kind},
    identity::{Caller, shapes::Me},
};

/// Show the own account
#[utoipa::path(
    get,
    path = "/me",
    tag = "accounts",
    params(FreshRead),
    responses((status = OK, description = "The own account.", body = Me))
)]
pub(crate) async fn show_me(
    State(api): State<Arc<Api>>,
    caller: Caller,
    fresh: FreshRead,
) -> Result<Response, Problem> {
    let position = api.freshness.checkpoint().await?;
    // An account that has a token and no row was made a moment ago.
    let me = read(&api, caller.account)
        .await?
        .ok_or_else(|| Problem::plain(&kind::UNAVAILABLE))?;
    fresh.answer(&api, position, &me)
}

pub(super) async fn read(api: &Api, account: AccountId) -> Result<Option<Me>, Problem> {
    let me = sqlx::query_as!(
        Me,
        "select account_id as id, username, first_name, last_name, email, roles from readmodel.accounts
         where account_id = $1",
        account.0
    );
    Ok(me.fetch_optional(&api.pool).await?)
}
