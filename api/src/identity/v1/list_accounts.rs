//! `GET /api/v1/accounts`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    fresh_read::FreshRead,
    http::{Limit, Params, Problem},
    identity::{Caller, by_username, shapes::Account},
};

/// Whom to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whom {
    /// The beginning of a username or of a word of the name, in any case.
    #[serde(default)]
    query: String,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
    /// How many.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// People, by username.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountPage {
    items: Vec<Account>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// List people to write to
#[utoipa::path(
    get,
    path = "/accounts",
    tag = "accounts",
    params(Whom, FreshRead),
    responses((status = OK, description = "By username.", body = AccountPage))
)]
pub(crate) async fn list_accounts(
    State(api): State<Arc<Api>>,
    _caller: Caller,
    fresh: FreshRead,
    Params(whom): Params<Whom>,
) -> Result<Response, Problem> {
    let after = by_username::read(whom.cursor.as_deref())?;
    let position = api.freshness.checkpoint().await?;
    let mut items = read(&api, &whom.query, &after, whom.limit.get()).await?;
    let next = by_username::cut(&mut items, whom.limit.get(), |account| &account.username);
    fresh.answer(&api, position, &AccountPage { items, next })
}

/// One more than asked for, to know whether there is another page. Compared byte by byte, as the index is.
async fn read(api: &Api, query: &str, after: &str, limit: usize) -> Result<Vec<Account>, Problem> {
    let accounts = sqlx::query_as!(
        Account,
        r#"select account_id as id, username, first_name, last_name from readmodel.accounts
           where lower(username) ~>~ $2 and disabled_at is null and erased_at is null
             and (lower(username) like lower($1) || '%'
               or ' ' || lower(first_name) || ' ' || lower(last_name) like '% ' || lower($1) || '%')
           order by lower(username) using ~<~ limit $3"#,
        by_username::literal(query),
        after,
        i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
    );
    Ok(accounts.fetch_all(&api.pool).await?)
}
