//! Whether the counts that move as events come still are what a recount finds: a little of it, again and again.

use sqlx::PgPool;

use crate::Error;

/// How many conversations are counted again at a time.
const SOME: i64 = 500;

/// Counts the unread messages of some conversations again, by chance whose; how many differ is shown as a metric, whose
/// target is 0.
pub async fn recount(pool: &PgPool) -> Result<i64, Error> {
    let drifted = sqlx::query_scalar!(
        r#"with start as materialized (select floor(random() * max(number))::bigint as number from accounts),
           some_people as (
             select a.account_id from accounts a, start where a.number > start.number order by a.number limit $1),
           some_conversations as (
             select c.owner_id, c.conversation_id, c.unread
             from some_people p join last_conversation c on c.owner_id = p.account_id limit $1)
           select count(*) filter (where c.unread <> (
             select count(*) from inbox i where i.owner_id = c.owner_id and i.conversation_id = c.conversation_id
               and i.read_at is null and i.deleted_at is null)) as "drifted!"
           from some_conversations c"#,
        SOME
    )
    .fetch_one(pool)
    .await?;
    #[expect(clippy::cast_precision_loss, reason = "a metric")]
    metrics::gauge!("tidings_drift").set(drifted as f64);
    if drifted > 0 {
        tracing::error!(
            drifted,
            "unread counts are not what a recount finds: `tidings doctor`"
        );
    }
    Ok(drifted)
}
