//! A double of the read models' database: rows and checkpoint in one transaction, for projectors and notifiers.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use domain::{
    AccountId, Event, Opened, SessionId,
    mailbox::{Change, News, Row},
    message,
};
use eventlog::Token;
use notifier::{Bounds, Range};
use projector::{Checkpoint, Run};
use uuid::Uuid;

use crate::{
    chronicler::note,
    journal::Journal,
    rows::{Dirty, Rows},
    turns::{Part, Turns},
};

/// The tables.
#[derive(Clone)]
pub struct Tables {
    turns: Turns,
    journal: Journal,
    state: Arc<Mutex<State>>,
    /// Who asks.
    node: u64,
}

#[derive(Default)]
struct State {
    checkpoint: i64,
    rows: Rows,
}

/// A projector's way to them: with what it remembers.
pub struct Remembering {
    tables: Tables,
    groups: Mutex<BTreeMap<Uuid, Vec<AccountId>>>,
}

impl Tables {
    /// Empty ones.
    #[must_use]
    pub fn new(turns: Turns, journal: Journal) -> Self {
        Self {
            turns,
            journal,
            state: Arc::default(),
            node: 0,
        }
    }

    /// The same ones, asked by another.
    #[must_use]
    pub fn of(&self, node: u64) -> Self {
        Self {
            node,
            ..self.clone()
        }
    }

    /// For a projector.
    #[must_use]
    pub fn remembering(&self) -> Remembering {
        Remembering {
            tables: self.clone(),
            groups: Mutex::default(),
        }
    }

    /// How far they are.
    #[must_use]
    pub fn position(&self) -> i64 {
        self.state().checkpoint
    }

    /// Does something with the rows.
    pub fn with<T>(&self, look: impl FnOnce(i64, &Rows) -> T) -> T {
        let state = self.state();
        look(state.checkpoint, &state.rows)
    }

    /// Rows and checkpoint fall back together, as where nothing was flushed.
    pub(crate) fn set_back(&self, position: i64) {
        let events = self.journal.up_to(position);
        *self.state() = State::default();
        let run: Vec<(eventlog::Recorded, Opened)> = events
            .into_iter()
            .filter_map(|recorded| {
                let opened =
                    Opened::read(&recorded.name, &recorded.version, recorded.data.get()).ok()?;
                Some((recorded, opened))
            })
            .collect();
        let mut state = self.state();
        for one in run {
            let groups = state.groups_in(std::slice::from_ref(&one));
            state.project(std::slice::from_ref(&one), &groups);
        }
        state.checkpoint = position;
        note(|| format!("the tables are set back to {position}"));
    }

    async fn call<T>(
        &self,
        what: u64,
        act: impl FnOnce(&mut State) -> T,
    ) -> Result<T, sqlx::Error> {
        let who = (Part::Tables, self.node, what);
        let done = self.turns.call(who, || act(&mut self.state())).await;
        done.map_err(|_| sqlx::Error::PoolTimedOut)
    }

    async fn feed(
        &self,
        owners: &[Uuid],
        range: Range,
        limit: i64,
        conversations: bool,
    ) -> Result<Vec<Change>, sqlx::Error> {
        let what = 6 + u64::from(conversations);
        let read = self.call(asked_by(owners, what), |state| {
            let is_there = state.checkpoint >= range.upto;
            is_there.then(|| state.feed(owners, range, limit, conversations))
        });
        read.await?.ok_or(sqlx::Error::RowNotFound)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn project(
        &mut self,
        events: &[(eventlog::Recorded, Opened)],
        groups: &BTreeMap<Uuid, Vec<AccountId>>,
    ) -> (Vec<Change>, Dirty) {
        let mut dirty = Dirty::new();
        if events.first().is_some_and(|(_, event)| is_sent(event)) {
            return (self.rows.send(events, groups), dirty);
        }
        for (recorded, event) in events {
            self.rows.apply(recorded, event, &mut dirty);
        }
        (Vec::new(), dirty)
    }

    fn groups_in(&self, events: &[(eventlog::Recorded, Opened)]) -> BTreeMap<Uuid, Vec<AccountId>> {
        groups_of(events)
            .filter_map(|group| Some((group, self.rows.members(group)?)))
            .collect()
    }

    fn feed(&self, owners: &[Uuid], range: Range, limit: i64, conversations: bool) -> Vec<Change> {
        let mut changes = Vec::new();
        for owner in owners.iter().copied().collect::<BTreeSet<_>>() {
            let owner = AccountId(owner);
            let rows = self.rows.of(owner).into_iter().filter(|row| {
                matches!(row, Row::Conversation(_)) == conversations
                    && place(row) > range.after
                    && row.changed().0 <= range.upto
            });
            let rows = rows.take(usize::try_from(limit).unwrap_or(0));
            changes.extend(rows.map(|row| Change { owner, row }));
        }
        changes
    }

    fn bounds(&self, owner: AccountId, after: i64, upto: Option<i64>, items: i64) -> Bounds {
        let upto = upto.unwrap_or(self.checkpoint);
        let items = usize::try_from(items).unwrap_or(0);
        let inbox = self.rows.inbox_of(owner).map(|row| row.message.position);
        let sent = self.rows.sent_of(owner).map(|row| row.message.position);
        let inbox = inbox.filter(|position| *position > after).nth(items);
        let sent = sent.filter(|position| *position > after).nth(items);
        let horizon = inbox.into_iter().chain(sent).fold(upto, i64::min);
        let mut conversations = self.rows.conversations_of(owner);
        Bounds {
            upto,
            horizon,
            conversations: conversations.any(|row| (after..=horizon).contains(&row.changed)),
        }
    }
}

fn is_sent(event: &Opened) -> bool {
    matches!(event, Event::Message(message::Event::Sent(_)))
}

fn groups_of(events: &[(eventlog::Recorded, Opened)]) -> impl Iterator<Item = Uuid> {
    events.iter().filter_map(|(_, event)| match event {
        Event::Message(message::Event::Sent(sent)) if sent.recipients.is_group() => {
            Some(sent.conversation.0)
        }
        _ => None,
    })
}

/// A row's place in its owner's feed.
#[must_use]
pub fn place(row: &Row) -> Token {
    let (position, ordinal) = row.changed();
    Token {
        position,
        ordinal: ordinal.unsigned_abs(),
    }
}

impl projector::Tables for Remembering {
    async fn checkpoint(&self) -> Result<Checkpoint, projector::Error> {
        let position = self.tables.call(1, |state| state.checkpoint).await?;
        Ok(Checkpoint {
            position,
            generation: 0,
        })
    }

    fn forget(&self) {
        self.groups().clear();
    }

    async fn is_skipped(&self, _: i64) -> Result<bool, projector::Error> {
        Ok(false)
    }

    async fn project(&self, from: Checkpoint, run: Run) -> Result<News, projector::Error> {
        let mut groups = BTreeMap::new();
        for group in groups_of(&run.events) {
            let remembered = self.groups().get(&group).cloned();
            let members = if remembered.is_some() {
                remembered
            } else {
                let look = self.tables.call(2, |state| {
                    let is_there = state.checkpoint == from.position;
                    is_there.then(|| state.rows.members(group))
                });
                look.await?.ok_or(projector::Error::Overtaken)?
            };
            if let Some(members) = members {
                self.groups().insert(group, members.clone());
                groups.insert(group, members);
            }
        }
        for (recorded, event) in &run.events {
            if let (Event::Group(_), Ok(group)) = (event, recorded.aggregate_id.parse()) {
                self.groups().remove(&group);
            }
        }
        let to = run.to();
        let projected = self.tables.call(3, |state| {
            (state.checkpoint == from.position).then(|| {
                state.checkpoint = to;
                note(|| format!("{} projects {} to {to}", self.tables.node, from.position));
                state.project(&run.events, &groups)
            })
        });
        let (rows, dirty) = projected.await?.ok_or(projector::Error::Overtaken)?;
        Ok(News {
            from: from.position,
            to,
            rows,
            dirty: dirty.into_iter().collect(),
        })
    }
}

impl Remembering {
    fn groups(&self) -> MutexGuard<'_, BTreeMap<Uuid, Vec<AccountId>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls of one owner's streams are told from those of the hub, and of other owners'.
fn asked_by(owners: &[Uuid], what: u64) -> u64 {
    let [owner] = owners else { return what };
    owner.as_u64_pair().1 << 4 | what
}

impl notifier::Tables for Tables {
    async fn checkpoint(&self) -> Result<i64, sqlx::Error> {
        self.call(4, |state| state.checkpoint).await
    }

    async fn head(&self) -> Result<i64, sqlx::Error> {
        self.call(5, |_| self.journal.last()).await
    }

    async fn items(
        &self,
        owners: &[Uuid],
        range: Range,
        limit: i64,
    ) -> Result<Vec<Change>, sqlx::Error> {
        self.feed(owners, range, limit, false).await
    }

    async fn conversations(
        &self,
        owners: &[Uuid],
        range: Range,
        limit: i64,
    ) -> Result<Vec<Change>, sqlx::Error> {
        self.feed(owners, range, limit, true).await
    }

    async fn bounds(
        &self,
        owner: AccountId,
        after: i64,
        upto: Option<i64>,
        items: i64,
    ) -> Result<Bounds, sqlx::Error> {
        self.call(asked_by(&[owner.0], 8), |state| {
            state.bounds(owner, after, upto, items)
        })
        .await
    }

    async fn unread(&self, owners: &[AccountId]) -> Result<HashMap<AccountId, i64>, sqlx::Error> {
        self.call(9, |state| {
            let counted = owners.iter().filter_map(|owner| {
                let mut own = state.rows.conversations_of(*owner);
                own.next()
                    .is_some()
                    .then(|| (*owner, state.rows.unread(*owner)))
            });
            counted.collect()
        })
        .await
    }

    async fn over(&self, _: &[Uuid], _: DateTime<Utc>) -> Result<Vec<SessionId>, sqlx::Error> {
        Ok(Vec::new())
    }

    async fn listeners(
        &self,
        _: &[AccountId],
        _: &[Uuid],
    ) -> Result<Vec<(Uuid, AccountId)>, sqlx::Error> {
        Ok(Vec::new())
    }
}
