//! Step 5: the read model `inbox`: what somebody received.

use domain::{
    AccountId,
    marks::Received,
    message::{Content, Edited, Unsent},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::touched::{At, Dirty, Touched};

/// A flipped row.
struct Flipped {
    conversation_id: Uuid,
    /// It counts as unread, before or after.
    counts: bool,
}

fn touched(rows: Vec<Flipped>, unread: i32) -> Touched {
    let mut touched = Touched::default();
    for row in rows {
        touched.add(row.conversation_id, if row.counts { unread } else { 0 });
    }
    touched
}

/// All positions in a mark.
pub(crate) fn positions(received: &Received) -> Vec<i64> {
    received
        .from
        .iter()
        .flat_map(|from| from.positions.iter().copied())
        .collect()
}

/// Another text.
pub(crate) async fn edit(
    tx: &mut PgConnection,
    at: At,
    edited: &Edited<Option<Content>>,
    owners: &[Uuid],
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    let content = edited.content.as_ref();
    let touched = sqlx::query_scalar!(
        "with touched as (
           update inbox set subject = $4, body = $5, edited_at = $6, changed = $3, changed_n = 0
           where owner_id = any($1) and position = $2 and unsent_at is null returning owner_id)
         insert into inbox_changes (owner_id, changed, positions)
         select owner_id, $3, array[$2::bigint] from touched returning owner_id",
        owners,
        edited.position,
        at.position,
        content.map(|content| content.subject.as_str()),
        content.map(|content| content.body.as_str()),
        at.time
    );
    dirty.extend(touched.fetch_all(tx).await?.into_iter().map(AccountId));
    Ok(())
}

/// No text any more.
pub(crate) async fn unsend(
    tx: &mut PgConnection,
    at: At,
    unsent: &Unsent,
    owners: &[Uuid],
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    let touched = sqlx::query_scalar!(
        "with touched as (
           update inbox set subject = null, body = null, attachments = null, unsent_at = $4, changed = $3,
             changed_n = 0
           where owner_id = any($1) and position = $2 returning owner_id)
         insert into inbox_changes (owner_id, changed, positions)
         select owner_id, $3, array[$2::bigint] from touched returning owner_id",
        owners,
        unsent.position,
        at.position,
        at.time
    );
    dirty.extend(touched.fetch_all(tx).await?.into_iter().map(AccountId));
    Ok(())
}

/// Read: reading is also having arrived.
pub(crate) async fn read(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<Touched> {
    let rows = sqlx::query_as!(
        Flipped,
        r#"with flipped as (
             select position, row_number() over (order by position) - 1 as n from inbox
             where owner_id = $1 and position = any($2) and read_at is null),
           listed as (
             insert into inbox_changes (owner_id, changed, positions)
             select $1, $3, array_agg(position) from flipped having count(*) > 0)
           update inbox i set read_at = $4, delivered_at = coalesce(delivered_at, $4),
             changed = $3, changed_n = f.n
           from flipped f where i.owner_id = $1 and i.position = f.position
           returning conversation_id, deleted_at is null as "counts!""#,
        owner.0,
        of,
        at.position,
        at.time
    );
    Ok(touched(rows.fetch_all(tx).await?, -1))
}

/// Unread again.
pub(crate) async fn unread(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<Touched> {
    let rows = sqlx::query_as!(
        Flipped,
        r#"with flipped as (
             select position, row_number() over (order by position) - 1 as n from inbox
             where owner_id = $1 and position = any($2) and read_at is not null),
           listed as (
             insert into inbox_changes (owner_id, changed, positions)
             select $1, $3, array_agg(position) from flipped having count(*) > 0)
           update inbox i set read_at = null, changed = $3, changed_n = f.n
           from flipped f where i.owner_id = $1 and i.position = f.position
           returning conversation_id, deleted_at is null as "counts!""#,
        owner.0,
        of,
        at.position
    );
    Ok(touched(rows.fetch_all(tx).await?, 1))
}

/// Arrived. The item keeps its place in the owner's feed: that it came to one device is no news to the others, and one of
/// them that was away is still told of it as new, and in its turn.
pub(crate) async fn deliver(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update inbox set delivered_at = $3
         where owner_id = $1 and position = any($2) and delivered_at is null",
        owner.0,
        of,
        at.time
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Out of sight.
pub(crate) async fn delete(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<Touched> {
    let rows = sqlx::query_as!(
        Flipped,
        r#"with flipped as (
             select position, row_number() over (order by position) - 1 as n from inbox
             where owner_id = $1 and position = any($2) and deleted_at is null),
           listed as (
             insert into inbox_changes (owner_id, changed, positions)
             select $1, $3, array_agg(position) from flipped having count(*) > 0)
           update inbox i set deleted_at = $4, changed = $3, changed_n = f.n
           from flipped f where i.owner_id = $1 and i.position = f.position
           returning conversation_id, read_at is null as "counts!""#,
        owner.0,
        of,
        at.position,
        at.time
    );
    Ok(touched(rows.fetch_all(tx).await?, -1))
}

/// Back in sight.
pub(crate) async fn restore(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<Touched> {
    let rows = sqlx::query_as!(
        Flipped,
        r#"with flipped as (
             select position, row_number() over (order by position) - 1 as n from inbox
             where owner_id = $1 and position = any($2) and deleted_at is not null),
           listed as (
             insert into inbox_changes (owner_id, changed, positions)
             select $1, $3, array_agg(position) from flipped having count(*) > 0)
           update inbox i set deleted_at = null, changed = $3, changed_n = f.n
           from flipped f where i.owner_id = $1 and i.position = f.position
           returning conversation_id, read_at is null as "counts!""#,
        owner.0,
        of,
        at.position
    );
    Ok(touched(rows.fetch_all(tx).await?, 1))
}
