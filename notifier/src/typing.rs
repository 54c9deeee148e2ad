//! Who writes just now, told to the other members who are connected here. It touches nothing that the hub tells: no table,
//! no position, and when it is late or lost nobody comes to harm.

use std::{collections::HashMap, time::Duration};

use domain::{AccountId, Typing};
use sqlx::PgPool;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{MissedTickBehavior, interval},
};
use uuid::Uuid;

use crate::{Event, frame, notifier::Shared, tables::Tables};

/// How often it is told: whoever types in the meantime is told of once.
const EVERY: Duration = Duration::from_millis(200);
/// Of how many at a time. More of them have to say it again.
const AT_ONCE: usize = 64;
/// Owners in one query.
const OWNERS: usize = 1_000;

/// Those who said so since it was told last, each once.
#[derive(Default)]
pub(crate) struct Writing(HashMap<(Uuid, Uuid), Typing>);

/// Tells whatever is heard, for ever.
pub(crate) async fn tell(shared: &Shared<impl Tables>, heard: Option<broadcast::Receiver<Typing>>) {
    let Some(mut heard) = heard else { return };
    let mut writing = Writing::default();
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            typing = heard.recv() => match typing {
                Ok(typing) => writing.add(typing),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            _ = ticks.tick(), if !writing.0.is_empty() => {
                if let Err(error) = step(shared, &mut writing).await {
                    tracing::debug!(%error, "nobody was told who types");
                }
            }
        }
    }
}

/// Tells once.
pub(crate) async fn step(
    shared: &Shared<impl Tables>,
    writing: &mut Writing,
) -> Result<(), sqlx::Error> {
    let writing = std::mem::take(&mut writing.0);
    let conversations: Vec<Uuid> = writing
        .keys()
        .map(|(conversation, _)| *conversation)
        .collect();
    let connected = shared.registry.owners();
    let mut members: HashMap<Uuid, Vec<AccountId>> = HashMap::new();
    for owners in connected.chunks(OWNERS) {
        for (conversation, owner) in shared.tables.listeners(owners, &conversations).await? {
            members.entry(conversation).or_default().push(owner);
        }
    }
    for ((conversation, account), typing) in writing {
        let event = frame::alone(None, &Event::from(typing));
        let others = members.get(&conversation).into_iter().flatten();
        for owner in others.filter(|owner| owner.0 != account) {
            shared.registry.each_of(*owner, |line| {
                line.mention(&event, shared.settings.queue_bytes);
            });
        }
    }
    Ok(())
}

/// Which of the owners are in which of the conversations.
pub(crate) async fn listeners(
    pool: &PgPool,
    owners: &[AccountId],
    conversations: &[Uuid],
) -> Result<Vec<(Uuid, AccountId)>, sqlx::Error> {
    let owners: Vec<Uuid> = owners.iter().copied().map(Uuid::from).collect();
    let rows = sqlx::query!(
        "select conversation_id, owner_id from readmodel.last_conversation c
         where owner_id = any($1) and conversation_id = any($2) and left_at is null and not exists (
           select from json_array_elements(c.members) as m
           join readmodel.blocks b on b.owner_id = c.owner_id and b.account_id = (m->>'id')::uuid)",
        &owners,
        conversations
    );
    let rows = rows.fetch_all(pool).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.conversation_id, AccountId(row.owner_id)))
        .collect())
}

impl Writing {
    pub(crate) fn add(&mut self, typing: Typing) {
        let key = (typing.conversation.0, typing.account.id);
        if self.0.len() < AT_ONCE || self.0.contains_key(&key) {
            self.0.insert(key, typing);
        }
    }
}
