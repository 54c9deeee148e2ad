//! The one statement of a search: an owner's rows, read by their key, each text looked at.

use std::time::Duration;

use sqlx::PgPool;

use super::{terms::Terms, which::Which};
use crate::{
    cursor::Ranked,
    http::Problem,
    queries::conversation_messages::Item,
    rows::{inbox_row, sent_row},
};

/// A message that was found.
pub(super) struct Found {
    pub place: Ranked,
    pub item: Item,
}

/// The best of what there is, in order.
///
/// The texts are joined with a character that no term can contain, so that each term is looked for once. The score says
/// first whether the terms stand in the subject, all or some, then whether all are words of their own. A message's time
/// grows with its position, so that what is older than `since` is not even read.
pub(super) async fn find(
    pool: &PgPool,
    which: &Which,
    terms: &Terms,
    behind: Ranked,
    rows: i64,
) -> Result<Vec<Found>, Problem> {
    let found = sqlx::query!(
        r#"select is_sent as "is_sent!", score as "score!", position as "position!", changed as "changed!",
             changed_n as "changed_n!", owner_id as "owner_id!", message_id as "message_id!",
             conversation_id as "conversation_id!", sender_id as "sender_id!", sender_name as "sender_name!", subject, body,
             attachments, reply_to, sent_at as "sent_at!", edited_at, unsent_at, read_at, delivered_at, deleted_at,
             recipients as "recipients!", delivered_to as "delivered_to!", read_by as "read_by!"
           from (
             select false as is_sent, position, changed, changed_n, owner_id, message_id, conversation_id, sender_id,
               sender_name, subject, body, attachments::text as attachments, reply_to, sent_at, edited_at, unsent_at,
               read_at, delivered_at, deleted_at, 0 as recipients, 0 as delivered_to, 0 as read_by,
               1 + case when subject collate "C" ~ all ($8) then 4 + (subject collate "C" ~ all ($9))::int
                 else 2 * (subject collate "C" ~ any ($8))::int
                   + ((coalesce(subject, '') || U&'\FFFF' || body) collate "C" ~ all ($9))::int end as score
             from readmodel.inbox
             where $2 and owner_id = $1 and deleted_at is null and unsent_at is null
               and ($4::uuid is null or conversation_id = $4) and ($5::uuid is null or sender_id = $5)
               and ($6::timestamptz is null or sent_at >= $6 and position > coalesce((
                 select before.position from readmodel.inbox before where before.owner_id = $1 and before.sent_at < $6
                 order by before.position desc limit 1), 0))
               and ($7::timestamptz is null or sent_at < $7)
               and (coalesce(subject, '') || U&'\FFFF' || body) collate "C" ~ all ($8)
             union all
             select true, position, changed, changed_n, owner_id, message_id, conversation_id, owner_id,
               sender_name, subject, body, attachments::text, reply_to, sent_at, edited_at, unsent_at,
               null, null, deleted_at, recipients, delivered_to, read_by,
               1 + case when subject collate "C" ~ all ($8) then 4 + (subject collate "C" ~ all ($9))::int
                 else 2 * (subject collate "C" ~ any ($8))::int
                   + ((coalesce(subject, '') || U&'\FFFF' || body) collate "C" ~ all ($9))::int end
             from readmodel.sent_box
             where $3 and owner_id = $1 and deleted_at is null and unsent_at is null
               and ($4::uuid is null or conversation_id = $4)
               and ($6::timestamptz is null or sent_at >= $6 and position > coalesce((
                 select before.position from readmodel.sent_box before where before.owner_id = $1 and before.sent_at < $6
                 order by before.position desc limit 1), 0))
               and ($7::timestamptz is null or sent_at < $7)
               and (coalesce(subject, '') || U&'\FFFF' || body) collate "C" ~ all ($8)
             offset 0) found
           where (score, position) < ($10, $11)
           order by score desc, position desc limit $12"#,
        which.owner,
        which.inbox,
        which.sent,
        which.conversation,
        which.sender,
        which.since,
        which.until,
        &terms.parts,
        &terms.whole,
        i32::from(behind.score),
        behind.position,
        rows
    );
    let found = found.fetch_all(pool).await.map_err(refusal)?;
    Ok(found
        .into_iter()
        .map(|row| Found {
            place: Ranked {
                // It is between 1 and 6.
                score: u8::try_from(row.score).unwrap_or_default(),
                position: row.position,
            },
            item: if row.is_sent {
                Item::Sent(sent_row!(row).into())
            } else {
                Item::Inbox(inbox_row!(row).into())
            },
        })
        .collect())
}

/// Says what helps when a search took too long, or when too many were going on.
fn refusal(error: sqlx::Error) -> Problem {
    match &error {
        sqlx::Error::PoolTimedOut => Problem::unavailable(
            "Too many searches are going on right now. Try again.",
            Duration::from_secs(2),
        )
        .because(error),
        // query_canceled: `statement_timeout`.
        sqlx::Error::Database(database) if database.code().as_deref() == Some("57014") => {
            Problem::unavailable(
                "This search took too long. Narrow it down: to newer messages with `since`, to one conversation with \
                 `conversation_id` or `with`.",
                Duration::from_secs(2),
            )
            .because(error)
        }
        _ => error.into(),
    }
}
