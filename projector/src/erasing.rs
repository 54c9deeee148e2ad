//! Step 5: an account was erased: its own mailbox goes, and what it wrote goes from everybody else's.
//!
//! Nobody is asked who received what: whoever shares a conversation with the account is looked through.

use domain::AccountId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::touched::{At, Dirty};

/// Scrubs every mailbox.
pub(crate) async fn erase(
    tx: &mut PgConnection,
    at: At,
    account: AccountId,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    let AccountId(account) = account;
    let (owners, conversations) = shared(tx, account).await?;
    let touched = [
        scrub_inboxes(tx, at, account, &owners, &conversations).await?,
        scrub_conversations(tx, at, account, &owners, &conversations).await?,
    ];
    dirty.extend(touched.into_iter().flatten().map(AccountId));
    leave_groups(tx, at, account).await?;
    untitle_groups(tx, account).await?;
    rename_in_groups(tx, account).await?;
    drop_mailbox(tx, account).await
}

/// With whom it shares, or shared, which conversation.
async fn shared(tx: &mut PgConnection, account: Uuid) -> sqlx::Result<(Vec<Uuid>, Vec<Uuid>)> {
    let pairs = sqlx::query!(
        r#"select (m.person->>'id')::uuid as "owner_id!", c.conversation_id as "conversation_id!"
           from last_conversation c cross join lateral json_array_elements(c.members) as m(person)
           where c.owner_id = $1 and c.members is not null and (m.person->>'id')::uuid <> $1
           union
           select others.account_id, others.conversation_id from members own
           join members others on others.conversation_id = own.conversation_id
           where own.account_id = $1 and others.account_id <> $1
           order by 1, 2"#,
        account
    );
    let pairs = pairs.fetch_all(tx).await?;
    Ok(pairs
        .into_iter()
        .map(|pair| (pair.owner_id, pair.conversation_id))
        .unzip())
}

async fn scrub_inboxes(
    tx: &mut PgConnection,
    at: At,
    account: Uuid,
    owners: &[Uuid],
    conversations: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    let touched = sqlx::query_scalar!(
        "with written as (
           select i.owner_id, i.position, row_number() over (partition by i.owner_id order by i.position) - 1 as n
           from unnest($3::uuid[], $4::uuid[]) as s(owner_id, conversation_id)
           join inbox i on i.owner_id = s.owner_id and i.conversation_id = s.conversation_id
           where i.sender_id = $1),
         listed as (
           insert into inbox_changes (owner_id, changed, positions)
           select owner_id, $2, array_agg(position) from written group by owner_id)
         update inbox i set subject = null, body = null, attachments = null,
           unsent_at = coalesce(i.unsent_at, $5),
           sender_name = (select username from accounts where account_id = $1), changed = $2, changed_n = w.n
         from written w where i.owner_id = w.owner_id and i.position = w.position
         returning i.owner_id",
        account,
        at.position,
        owners,
        conversations,
        at.time
    );
    touched.fetch_all(tx).await
}

/// Numbered behind the inbox's rows, as everywhere.
async fn scrub_conversations(
    tx: &mut PgConnection,
    at: At,
    account: Uuid,
    owners: &[Uuid],
    conversations: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    let touched = sqlx::query_scalar!(
        r#"with touched as (
             select s.owner_id, s.conversation_id,
               (select coalesce(sum(cardinality(i.positions)), 0) from inbox_changes i
                  where i.owner_id = s.owner_id and i.changed = $2)
                 + row_number() over (partition by s.owner_id order by s.conversation_id) - 1 as n
             from unnest($3::uuid[], $4::uuid[]) as s(owner_id, conversation_id)),
           name as (select username from accounts where account_id = $1)
           update last_conversation c set changed = $2, changed_n = t.n,
             members = case when c.members is not null then (
               select json_agg(json_build_object('id', m.person->>'id', 'username',
                 case when (m.person->>'id')::uuid = $1 then name.username else m.person->>'username' end) order by m.n)
               from json_array_elements(c.members) with ordinality as m(person, n)) end,
             last_sender_name = case when c.last_sender_id = $1 then name.username else c.last_sender_name end,
             last_subject = case when c.last_sender_id <> $1 then c.last_subject end,
             last_body = case when c.last_sender_id <> $1 then c.last_body end,
             last_attachments = case when c.last_sender_id <> $1 then c.last_attachments end,
             last_unsent_at = case when c.last_sender_id = $1 then coalesce(c.last_unsent_at, $5)
               else c.last_unsent_at end
           from touched t, name where c.owner_id = t.owner_id and c.conversation_id = t.conversation_id
           returning c.owner_id"#,
        account,
        at.position,
        owners,
        conversations,
        at.time
    );
    touched.fetch_all(tx).await
}

/// It left them before; but somebody may have let it in again at the same moment.
async fn leave_groups(tx: &mut PgConnection, at: At, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update members set until = $2 where account_id = $1 and until is null",
        account,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn untitle_groups(tx: &mut PgConnection, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update groups set title = null where titled_by = $1",
        account
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn rename_in_groups(tx: &mut PgConnection, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "select projection.recount_group(conversation_id)
         from (select distinct conversation_id from members where account_id = $1) m",
        account
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn drop_mailbox(tx: &mut PgConnection, account: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "with i as (delete from inbox where owner_id = $1),
           s as (delete from sent_box where owner_id = $1),
           r as (delete from receipts where owner_id = $1),
           ic as (delete from inbox_changes where owner_id = $1),
           sc as (delete from sent_box_changes where owner_id = $1),
           b as (delete from blocks where owner_id = $1 or account_id = $1)
         delete from last_conversation where owner_id = $1",
        account
    )
    .execute(tx)
    .await?;
    Ok(())
}
