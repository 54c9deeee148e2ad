//! Step 5: the read model `sent_box`: what somebody sent, and how far it came.

use domain::{
    AccountId,
    marks::Received,
    message::{Content, Edited, Unsent},
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::touched::{At, Dirty, Touched};

/// Another text.
pub(crate) async fn edit(
    tx: &mut PgConnection,
    at: At,
    edited: &Edited<Option<Content>>,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    let content = edited.content.as_ref();
    sqlx::query!(
        "with touched as (
           update sent_box set subject = $4, body = $5, edited_at = $6, changed = $3, changed_n = 0
           where owner_id = $1 and position = $2 and unsent_at is null returning owner_id)
         insert into sent_box_changes (owner_id, changed, positions)
         select owner_id, $3, array[$2::bigint] from touched",
        edited.sender.0,
        edited.position,
        at.position,
        content.map(|content| content.subject.as_str()),
        content.map(|content| content.body.as_str()),
        at.time
    )
    .execute(tx)
    .await?;
    dirty.insert(edited.sender);
    Ok(())
}

/// No text any more.
pub(crate) async fn unsend(
    tx: &mut PgConnection,
    at: At,
    unsent: &Unsent,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    sqlx::query!(
        "with touched as (
           update sent_box set subject = null, body = null, attachments = null, unsent_at = $4, changed = $3,
             changed_n = 0
           where owner_id = $1 and position = $2 returning owner_id)
         insert into sent_box_changes (owner_id, changed, positions)
         select owner_id, $3, array[$2::bigint] from touched",
        unsent.sender.0,
        unsent.position,
        at.position,
        at.time
    )
    .execute(tx)
    .await?;
    dirty.insert(unsent.sender);
    Ok(())
}

/// Somebody has received, and perhaps read, messages: their senders are told. Each reader counts once: where there is one
/// recipient the row itself knows whether, elsewhere its receipt.
pub(crate) async fn receipts(
    tx: &mut PgConnection,
    at: At,
    reader: AccountId,
    received: &Received,
    read: bool,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    let pairs = received.from.iter().flat_map(|from| {
        from.positions
            .iter()
            .map(|position| (from.sender.0, *position))
    });
    let (senders, positions): (Vec<Uuid>, Vec<i64>) = pairs.unzip();
    let owners = sqlx::query_scalar!(
        r#"with news as (
             select s.owner_id, s.position, s.recipients = 1 as alone,
               case when s.recipients = 1 then s.delivered_to = 0 else r.delivered_at is null end as arrives,
               $6 and case when s.recipients = 1 then s.read_by = 0 else r.read_at is null end as reads
             from unnest($1::uuid[], $2::bigint[]) as m(owner_id, position)
             join sent_box s on s.owner_id = m.owner_id and s.position = m.position
             left join receipts r on s.recipients <> 1
               and r.owner_id = m.owner_id and r.position = m.position and r.reader_id = $3),
           counted as (
             select n.*, row_number() over (partition by owner_id order by position) - 1 as n
             from news n where arrives or reads),
           noted as (
             insert into receipts as r (owner_id, position, reader_id, delivered_at, read_at)
             select owner_id, position, $3, $5::timestamptz, case when $6 then $5::timestamptz end from counted
             where not alone
             on conflict (owner_id, position, reader_id) do update set
               delivered_at = coalesce(r.delivered_at, excluded.delivered_at),
               read_at = coalesce(r.read_at, excluded.read_at)),
           listed as (
             insert into sent_box_changes (owner_id, changed, positions)
             select owner_id, $4, array_agg(position) from counted group by owner_id)
           update sent_box s set delivered_to = delivered_to + c.arrives::int,
             read_by = read_by + c.reads::int, changed = $4, changed_n = c.n,
             delivered_at = case when c.arrives and c.alone then $5 else s.delivered_at end,
             read_at = case when c.reads and c.alone then $5 else s.read_at end
           from counted c where s.owner_id = c.owner_id and s.position = c.position
           returning s.owner_id"#,
        &senders,
        &positions,
        reader.0,
        at.position,
        at.time,
        read
    );
    dirty.extend(owners.fetch_all(tx).await?.into_iter().map(AccountId));
    Ok(())
}

/// Out of sight.
pub(crate) async fn delete(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<Touched> {
    let conversations = sqlx::query_scalar!(
        "with flipped as (
           select position, row_number() over (order by position) - 1 as n from sent_box
           where owner_id = $1 and position = any($2) and deleted_at is null),
         listed as (
           insert into sent_box_changes (owner_id, changed, positions)
           select $1, $3, array_agg(position) from flipped having count(*) > 0)
         update sent_box s set deleted_at = $4, changed = $3, changed_n = f.n
         from flipped f where s.owner_id = $1 and s.position = f.position
         returning conversation_id",
        owner.0,
        of,
        at.position,
        at.time
    );
    Ok(touched(conversations.fetch_all(tx).await?))
}

/// Back in sight.
pub(crate) async fn restore(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    of: &[i64],
) -> sqlx::Result<Touched> {
    let conversations = sqlx::query_scalar!(
        "with flipped as (
           select position, row_number() over (order by position) - 1 as n from sent_box
           where owner_id = $1 and position = any($2) and deleted_at is not null),
         listed as (
           insert into sent_box_changes (owner_id, changed, positions)
           select $1, $3, array_agg(position) from flipped having count(*) > 0)
         update sent_box s set deleted_at = null, changed = $3, changed_n = f.n
         from flipped f where s.owner_id = $1 and s.position = f.position
         returning conversation_id",
        owner.0,
        of,
        at.position
    );
    Ok(touched(conversations.fetch_all(tx).await?))
}

fn touched(conversations: Vec<Uuid>) -> Touched {
    let mut touched = Touched::default();
    for conversation in conversations {
        touched.add(conversation, 0);
    }
    touched
}
