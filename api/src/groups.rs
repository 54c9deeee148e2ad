//! Who is in a named group, as the log knows it: at once, on any node, before a read model does.

use std::sync::Arc;

use domain::{
    AccountId, ConversationId, Event, Sealed,
    group::{Members, Role},
};
use eventlog::Expect;
use moka::sync::Cache;
use sqlx::PgPool;

use crate::http::Problem;

/// A group at some length of its stream.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// How many events made it so.
    pub sequence: i64,
    /// Who is in it.
    pub members: Members,
}

/// Groups. Cheap to clone.
#[derive(Clone)]
pub struct Groups {
    pool: PgPool,
    /// As they were when somebody looked last. What is decided by it is refused by the log once it is no longer so.
    now: Cache<ConversationId, Arc<Group>>,
    /// As they were at a sequence, for ever.
    then: Cache<(ConversationId, i64), Arc<Group>>,
}

impl Group {
    /// What the log is to refuse a command by.
    pub(crate) fn expect(&self, id: ConversationId) -> Expect {
        Expect {
            aggregate_type: "conversation",
            aggregate_id: id.to_string(),
            sequence: self.sequence,
        }
    }

    pub(crate) fn role(&self, of: AccountId) -> Option<Role> {
        self.members.role(of)
    }
}

/// Whether an id is a named group's: all others follow from who takes part.
pub(crate) fn is_named(ConversationId(id): ConversationId) -> bool {
    id.get_version_num() == 7
}

impl Groups {
    /// Over the log.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            now: Cache::new(2_000),
            then: Cache::new(2_000),
        }
    }

    /// A group that somebody is in. What is not there and what is not theirs look the same.
    pub(crate) async fn own(
        &self,
        account: AccountId,
        id: ConversationId,
    ) -> Result<Arc<Group>, Problem> {
        let known = self
            .now
            .get(&id)
            .filter(|group| group.role(account).is_some());
        match known {
            Some(group) => Ok(group),
            // Whoever was not in it when somebody looked last may be by now.
            None => self.own_now(account, id).await,
        }
    }

    /// As [`Groups::own`], after what was known has turned out to be no longer so.
    pub(crate) async fn own_now(
        &self,
        account: AccountId,
        id: ConversationId,
    ) -> Result<Arc<Group>, Problem> {
        let group = self.load(id, i64::MAX).await?;
        self.now.insert(id, Arc::clone(&group));
        match group.role(account) {
            Some(_) => Ok(group),
            None => Err(Problem::not_found()),
        }
    }

    /// A group at a length of its stream.
    pub(crate) async fn at(
        &self,
        id: ConversationId,
        sequence: i64,
    ) -> Result<Arc<Group>, Problem> {
        if let Some(group) = self.then.get(&(id, sequence)) {
            return Ok(group);
        }
        let group = self.load(id, sequence).await?;
        self.then.insert((id, sequence), Arc::clone(&group));
        Ok(group)
    }

    async fn load(&self, id: ConversationId, until: i64) -> Result<Arc<Group>, Problem> {
        let events = sqlx::query!(
            r#"select sequence, event_type, event_version, payload::text as "payload!" from log.events
               where aggregate_type = 'conversation' and aggregate_id = $1 and sequence <= $2 order by sequence"#,
            id.to_string(),
            until
        );
        let mut group = Group {
            sequence: 0,
            members: Members::default(),
        };
        for row in events.fetch_all(&self.pool).await? {
            let event = Event::<Sealed, Sealed, Sealed>::read(
                &row.event_type,
                &row.event_version,
                &row.payload,
            )
            .map_err(Problem::internal)?;
            if let Event::Group(event) = event {
                group.members.apply(&event);
            }
            group.sequence = row.sequence;
        }
        Ok(Arc::new(group))
    }
}
