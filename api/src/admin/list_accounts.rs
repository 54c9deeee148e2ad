//! `GET /api/v1/admin/accounts`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::account::Role;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::row::AdminAccount;
use crate::{
    Api,
    fresh_read::FreshRead,
    http::{Limit, Params, Problem},
    identity::{Admin, by_username},
};

/// Which accounts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The beginning of a username, of a word of the name, or of the e-mail address, in any case.
    #[serde(default)]
    #[param(example = "ali")]
    q: String,
    /// Only those with this role.
    #[param(inline)]
    role: Option<Role>,
    /// Only those that are disabled, or only the others.
    disabled: Option<bool>,
    /// Where the page before ended.
    cursor: Option<String>,
    /// How many.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
}

/// Accounts, by username.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdminAccountPage {
    items: Vec<AdminAccount>,
    /// The cursor of the next page, if there is one.
    next: Option<String>,
}

/// List accounts
///
/// For administrators. All that are there, the disabled ones too; not those that were erased.
#[utoipa::path(
    get, path = "/admin/accounts", tag = "administration", params(Which, FreshRead),
    responses((status = 200, description = "By username", body = AdminAccountPage))
)]
pub(crate) async fn list_accounts(
    State(api): State<Arc<Api>>,
    _: Admin,
    fresh: FreshRead,
    Params(which): Params<Which>,
) -> Result<Response, Problem> {
    let after = by_username::read(which.cursor.as_deref())?;
    let position = api.freshness.checkpoint().await?;
    let mut items = read(&api, &which, &after).await?;
    let next = by_username::cut(&mut items, which.limit.get(), |account| &account.username);
    fresh.answer(&api, position, &AdminAccountPage { items, next })
}

/// One more than asked for, to know whether there is another page.
async fn read(api: &Api, which: &Which, after: &str) -> Result<Vec<AdminAccount>, Problem> {
    let accounts = sqlx::query_as!(
        AdminAccount,
        r#"select a.account_id as id, a.username, a.first_name, a.last_name, a.email, a.roles, a.registered_at, a.disabled_at,
             s.open as "sessions!", s.seen_at
           from readmodel.accounts a cross join lateral (
             select count(*) filter (where ended_at is null and expires_at > $6) as open, max(used_at) as seen_at
             from auth.sessions where account_id = a.account_id) s
           where lower(a.username) ~>~ $2 and a.erased_at is null
             and (lower(a.username) like lower($1) || '%'
               or ' ' || lower(a.first_name) || ' ' || lower(a.last_name) like '% ' || lower($1) || '%'
               or lower(a.email) like lower($1) || '%')
             and ($4::text is null or $4 = any(a.roles))
             and ($5::boolean is null or $5 = (a.disabled_at is not null))
           order by lower(a.username) using ~<~ limit $3"#,
        by_username::literal(&which.q),
        after,
        i64::try_from(which.limit.get())
            .unwrap_or(i64::MAX)
            .saturating_add(1),
        which.role.map(Role::name),
        which.disabled,
        eventlog::fresh::now()
    );
    Ok(accounts.fetch_all(&api.pool).await?)
}
