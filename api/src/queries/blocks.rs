//! Whose direct messages the caller does not want.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::mailbox::Person;

use super::page::{List, Page, Snapshot, rows_for};
use crate::{
    Api, cursor,
    fresh_read::FreshRead,
    http::{Params, Problem},
    identity,
};

/// Who is blocked, the last one first.
#[utoipa::path(
    get, path = "/blocks", tag = "people", params(Page, FreshRead),
    responses(
        (status = 200, description = "A page of them", body = List<Person>),
        (status = 400, description = "Bad cursor"),
    )
)]
pub(crate) async fn blocks(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    Params(page): Params<Page>,
) -> Result<Response, Problem> {
    let before = cursor::read(&api.tokens, page.cursor.as_deref())?;
    let owner = caller.account.0;
    let position = Snapshot::now(&api, owner).await?.position;
    let rows = sqlx::query!(
        "select b.since, b.account_id, a.username from readmodel.blocks b
         join readmodel.accounts a on a.account_id = b.account_id
         where b.owner_id = $1 and b.since < $2 order by b.since desc limit $3",
        owner,
        before,
        rows_for(page.limit)
    );
    let mut rows = rows.fetch_all(&api.reads).await?;
    let next = cursor::cut(&api.tokens, &mut rows, page.limit.get(), |row| row.since);
    let items: Vec<Person> = rows
        .into_iter()
        .map(|row| Person {
            id: row.account_id,
            username: row.username,
        })
        .collect();
    fresh.answer(&api, position, &List { items, next })
}
