//! Step 5: the read model `groups`: what groups are called, and who was in them from where to where.

use std::{collections::HashMap, sync::Arc};

use domain::{
    AccountId, ConversationId,
    group::{Event, MemberAdded, MemberRemoved, Renamed, Role, RoleChanged, Started},
    mailbox::GroupRow,
    message::{Content, Edited, Recipients, Unsent},
};
use eventlog::{Bug, planted};
use moka::sync::Cache;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    PARTITION,
    checkpoint::Checkpoint,
    last_conversation,
    touched::{At, Dirty},
};

/// A group as it is now.
pub(crate) struct Known {
    pub row: Arc<GroupRow>,
    pub members: Vec<AccountId>,
}

/// The groups in which something was written lately.
pub(crate) struct Groups {
    known: Cache<Uuid, Arc<Known>>,
}

impl Groups {
    pub(crate) fn new() -> Self {
        Self {
            known: Cache::new(2_000),
        }
    }

    pub(crate) fn forget(&self) {
        self.known.invalidate_all();
    }

    /// Some groups, as far as they are there.
    pub(crate) async fn of(
        &self,
        pool: &PgPool,
        at: Checkpoint,
        conversations: impl Iterator<Item = ConversationId>,
    ) -> sqlx::Result<HashMap<Uuid, Arc<Known>>> {
        let mut groups = HashMap::new();
        for ConversationId(conversation) in conversations {
            if groups.contains_key(&conversation) {
                continue;
            }
            let known = match self.known.get(&conversation) {
                Some(known) => Some(known),
                None => self.load(pool, at, conversation).await?,
            };
            groups.extend(known.map(|known| (conversation, known)));
        }
        Ok(groups)
    }

    async fn load(
        &self,
        pool: &PgPool,
        at: Checkpoint,
        conversation: Uuid,
    ) -> sqlx::Result<Option<Arc<Known>>> {
        let group = sqlx::query!(
            r#"select title, members::text as "members!", member_count, array(
                 select account_id from members m
                 where m.conversation_id = g.conversation_id and until is null order by since, n) as "people!"
               from groups g where conversation_id = $1 and projection.assert_at($2, $3, $4)"#,
            conversation,
            PARTITION,
            at.generation,
            at.position
        );
        let Some(group) = group.fetch_optional(pool).await? else {
            return Ok(None);
        };
        let row = GroupRow {
            title: group.title,
            members: group.members,
            member_count: group.member_count,
        };
        let known = Arc::new(Known {
            row: Arc::new(row),
            members: group.people.into_iter().map(AccountId).collect(),
        });
        self.known.insert(conversation, Arc::clone(&known));
        Ok(Some(known))
    }

    /// Applies an event of a group, and tells everybody in it.
    pub(crate) async fn apply(
        &self,
        tx: &mut PgConnection,
        at: At,
        ConversationId(conversation): ConversationId,
        event: &Event<Option<String>>,
        dirty: &mut Dirty,
    ) -> sqlx::Result<()> {
        if !(planted(Bug::RememberTheRemoved) && matches!(event, Event::MemberRemoved(_))) {
            self.known.invalidate(&conversation);
        }
        match event {
            Event::Started(Started { title, members }) => {
                start(tx, conversation).await?;
                if let Some(maker) = members.iter().next() {
                    rename(tx, conversation, maker.account, title.as_deref()).await?;
                }
                let everybody = members.iter().map(|member| (member.account, member.role));
                let everybody = come(tx, at, conversation, everybody).await?;
                last_conversation::join(tx, at, conversation, &everybody).await?;
            }
            Event::Renamed(Renamed { by, title }) => {
                rename(tx, conversation, *by, title.as_deref()).await?;
            }
            Event::MemberAdded(MemberAdded { member, role }) => {
                let newcomer = [(*member, *role)];
                let newcomer = come(tx, at, conversation, newcomer).await?;
                last_conversation::join(tx, at, conversation, &newcomer).await?;
            }
            Event::MemberRemoved(MemberRemoved { member }) => {
                go(tx, at, conversation, *member).await?;
                last_conversation::leave(tx, at, conversation, *member).await?;
                dirty.insert(*member);
            }
            Event::RoleChanged(RoleChanged { member, role }) => {
                change_role(tx, conversation, *member, *role).await?;
            }
        }
        recount(tx, conversation).await?;
        dirty.extend(last_conversation::touch(tx, at, conversation).await?);
        Ok(())
    }
}

/// In whose mailboxes a message is, but its sender's.
pub(crate) async fn receivers(tx: &mut PgConnection, unsent: &Unsent) -> sqlx::Result<Vec<Uuid>> {
    if !unsent.recipients.is_group() {
        return Ok(named(&unsent.recipients));
    }
    let members = sqlx::query_scalar!(
        "select account_id from members
         where conversation_id = $1 and since < $2 and (until is null or until > $2)",
        unsent.conversation.0,
        unsent.position
    );
    members.fetch_all(tx).await
}

/// To whom another text of a message goes: whoever has left the group meanwhile keeps what they were sent.
pub(crate) async fn still_there(
    tx: &mut PgConnection,
    edited: &Edited<Option<Content>>,
    at: At,
) -> sqlx::Result<Vec<Uuid>> {
    if !edited.recipients.is_group() {
        return Ok(named(&edited.recipients));
    }
    let members = sqlx::query_scalar!(
        "select account_id from members m
         where conversation_id = $1 and since < $2 and (until is null or until > $2) and exists (
           select from members now where now.conversation_id = $1 and now.account_id = m.account_id
             and now.since < $3 and now.until is null)",
        edited.conversation.0,
        edited.position,
        at.position
    );
    members.fetch_all(tx).await
}

fn named(recipients: &Recipients) -> Vec<Uuid> {
    let people = recipients.people().iter();
    people.map(|person| person.0).collect()
}

async fn start(tx: &mut PgConnection, conversation: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into groups (conversation_id, named, members, member_count) values ($1, true, '[]', 0)",
        conversation
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn rename(
    tx: &mut PgConnection,
    conversation: Uuid,
    by: AccountId,
    title: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update groups set title = $2, titled_by = $3 where conversation_id = $1",
        conversation,
        title,
        by.0
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn come(
    tx: &mut PgConnection,
    at: At,
    conversation: Uuid,
    newcomers: impl IntoIterator<Item = (AccountId, Role)>,
) -> sqlx::Result<Vec<Uuid>> {
    let (accounts, roles): (Vec<Uuid>, Vec<String>) = newcomers
        .into_iter()
        .map(|(account, role)| (account.0, role.name().to_owned()))
        .unzip();
    sqlx::query!(
        "insert into members (conversation_id, account_id, since, n, role)
         select $1, m.account, $2, m.n, m.role from unnest($3::uuid[], $4::text[]) with ordinality as m(account, role, n)",
        conversation,
        at.position,
        &accounts,
        &roles
    )
    .execute(tx)
    .await?;
    Ok(accounts)
}

async fn go(
    tx: &mut PgConnection,
    at: At,
    conversation: Uuid,
    member: AccountId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update members set until = $3 where conversation_id = $1 and account_id = $2 and until is null",
        conversation,
        member.0,
        at.position
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn change_role(
    tx: &mut PgConnection,
    conversation: Uuid,
    member: AccountId,
    role: Role,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update members set role = $3 where conversation_id = $1 and account_id = $2 and until is null",
        conversation,
        member.0,
        role.name()
    )
    .execute(tx)
    .await?;
    Ok(())
}

async fn recount(tx: &mut PgConnection, conversation: Uuid) -> sqlx::Result<()> {
    sqlx::query!("select projection.recount_group($1)", conversation)
        .execute(tx)
        .await?;
    Ok(())
}
