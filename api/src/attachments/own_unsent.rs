//! Which files somebody can send.

use chrono::{DateTime, Utc};
use domain::{AccountId, Caller};
use eventlog::fresh;
use sqlx::PgPool;
use uuid::Uuid;

use super::{AttachmentRow, MARGIN, WAITS, row::attachment_row};
use crate::{
    Api,
    http::{FieldError, Problem},
};

/// The most files of one message.
const MOST: usize = 10;

/// The caller's own files with these ids, complete and not sent yet, in this order. For each of the others an error at
/// `/attachments/<n>` that is the same whether the file is not there, somebody else's, sent already or nearly too old.
///
/// Whoever sends them claims each (kind `attachment`, key its id, label the message's id) in the message's own append:
/// the claim decides when two messages want the same file.
pub async fn own_unsent(
    api: &Api,
    caller: &Caller,
    ids: &[Uuid],
) -> Result<Vec<AttachmentRow>, Problem> {
    pick(&api.pool, caller.account, ids, fresh::now()).await
}

pub(super) async fn pick(
    pool: &PgPool,
    owner: AccountId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<AttachmentRow>, Problem> {
    if ids.len() > MOST {
        return Err(Problem::validation(vec![FieldError::new(
            "/attachments",
            format!("A message has at most {MOST} files."),
        )]));
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = find(pool, owner, ids, now).await?;
    let (mut rows, mut errors) = (Vec::with_capacity(ids.len()), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        match found.iter().find(|row| row.id == *id) {
            Some(row) if !ids[..place].contains(id) => rows.push(row.clone()),
            Some(_) => errors.push(wrong(place, "This file is there twice.")),
            None => errors.push(wrong(
                place,
                "There is no such file of yours that can be sent. Upload it again.",
            )),
        }
    }
    if errors.is_empty() {
        Ok(rows)
    } else {
        Err(Problem::validation(errors))
    }
}

fn wrong(place: usize, detail: &'static str) -> FieldError {
    FieldError::new(format!("/attachments/{place}"), detail)
}

async fn find(
    pool: &PgPool,
    owner: AccountId,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<AttachmentRow>> {
    let rows = sqlx::query!(
        "select id, owner_id, name, media_type, size, sha256, width, height, preview_type, preview_size, uploaded_at
         from log.attachments a
         where id = any($1) and owner_id = $2 and uploaded_at > $3
           and not exists (select from log.claims c where c.kind = 'attachment' and c.key = a.id::text)",
        ids,
        owner.0,
        now - (WAITS - MARGIN),
    );
    let rows = rows.fetch_all(pool).await?;
    Ok(rows.into_iter().map(|row| attachment_row!(row)).collect())
}
