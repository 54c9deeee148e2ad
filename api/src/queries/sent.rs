//! The sent box: what the caller sent and has not deleted, with how far it came.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::mailbox::{SentItem, SentRow};
use uuid::Uuid;

use super::page::{List, Page, Snapshot, rows_for};
use crate::{
    Api, cursor,
    fresh_read::FreshRead,
    http::{Params, Problem},
    identity,
    rows::sent_row,
};

/// The sent box.
#[utoipa::path(
    get, path = "/sent", tag = "sent", params(Page, FreshRead),
    responses(
        (status = 200, description = "A page of it", body = List<SentItem>),
        (status = 400, description = "Bad cursor"),
    )
)]
pub(crate) async fn sent(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    Params(page): Params<Page>,
) -> Result<Response, Problem> {
    let before = cursor::read(&api.tokens, page.cursor.as_deref())?;
    let owner = caller.account.0;
    let (mut position, mut rows) = read(&api, owner, before, &page).await?;
    if rows.is_empty() {
        let now = Snapshot::now(&api, owner).await?.position;
        (position, rows) = read(&api, owner, before, &page).await?;
        position = position.or(Some(now));
    }
    let next = cursor::cut(&api.tokens, &mut rows, page.limit.get(), |row| {
        row.message.position
    });
    let items: Vec<SentItem> = rows.into_iter().map(SentItem::from).collect();
    fresh.answer(&api, position.unwrap_or_default(), &List { items, next })
}

async fn read(
    api: &Api,
    owner: Uuid,
    before: i64,
    page: &Page,
) -> Result<(Option<i64>, Vec<SentRow>), Problem> {
    let rows = sqlx::query!(
        r#"select position, changed, changed_n, message_id, conversation_id, owner_id, sender_name, subject, body,
             attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at, deleted_at, recipients,
             delivered_to, read_by,
             (select min(position) from readmodel.checkpoints) as "checkpoint!"
           from readmodel.sent_box where owner_id = $1 and position < $2 and deleted_at is null
           order by position desc limit $3"#,
        owner,
        before,
        rows_for(page.limit)
    );
    let rows = rows.fetch_all(&api.reads).await?;
    let position = rows.first().map(|row| row.checkpoint);
    Ok((
        position,
        rows.into_iter().map(|row| sent_row!(row)).collect(),
    ))
}
