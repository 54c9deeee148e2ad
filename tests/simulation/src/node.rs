//! A process with all of its tasks. It can be killed, and so can each task alone.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::mailbox::News;
use eventlog::{Log, Source, Tail};
use nats::{Feed, Hint, Relay};
use notifier::{Notifier, Settings, Sources};
use projector::Projector;
use sqlx::postgres::PgConnectOptions;
use tokio::{
    sync::{broadcast, mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{dice::Dice, tables::Tables, turns::Part, world::World};

/// As in `eventlog::listen`.
const POLL: Duration = Duration::from_millis(500);

/// The tasks of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Writer,
    Relay,
    Projector,
    Notifier,
    Listener,
    Bell,
}

pub(crate) const ROLES: [Role; 6] = [
    Role::Writer,
    Role::Relay,
    Role::Projector,
    Role::Notifier,
    Role::Listener,
    Role::Bell,
];

/// A process.
#[derive(Clone)]
pub(crate) struct Node {
    pub log: Log,
    pub notifier: Notifier<Tables>,
    /// Cancelled when it is killed.
    pub power: CancellationToken,
    pub id: u64,
    tail: Tail,
    is_beside_the_writer: bool,
    news: broadcast::Sender<Arc<News>>,
    hear: Arc<Mutex<Option<mpsc::Sender<Hint>>>>,
    tasks: Arc<Mutex<BTreeMap<Role, JoinHandle<()>>>>,
}

impl Node {
    /// Starts one.
    pub(crate) fn start(world: &World, id: u64, dice: &mut Dice) {
        let tail = Tail::default();
        let settings = Settings {
            queue_bytes: 400 << dice.roll(5),
            patience: 3,
            ..Settings::default()
        };
        let node = Self {
            log: Log::new(PgConnectOptions::new_without_pgpass(), tail.clone()),
            notifier: Notifier::new(world.tables.of(id), world.tokens.clone(), settings),
            power: CancellationToken::new(),
            id,
            tail,
            is_beside_the_writer: dice.once_in(3),
            news: broadcast::channel(8).0,
            hear: Arc::default(),
            tasks: Arc::default(),
        };
        for role in ROLES {
            node.begin(world, role);
        }
        world.comes_up(id, node);
    }

    /// Ends it, whatever it is doing.
    pub(crate) fn kill(&self) {
        self.power.cancel();
        for task in self.tasks().values() {
            task.abort();
        }
    }

    /// Ends one of its tasks, and begins it anew.
    pub(crate) fn kill_one(&self, world: &World, role: Role) {
        if let Some(task) = self.tasks().remove(&role) {
            task.abort();
        }
        self.begin(world, role);
    }

    fn begin(&self, world: &World, role: Role) {
        let (node, world) = (self.clone(), world.clone());
        let task = tokio::spawn(async move {
            let watch = Watch(&world, role);
            node.run(&world, role).await;
            watch.0.find(format!("the {role:?} ended by itself"));
        });
        self.tasks().insert(role, task);
    }

    async fn run(&self, world: &World, role: Role) {
        let never = CancellationToken::new();
        match role {
            Role::Writer => {
                let journal = world.journal.of(self.id);
                self.log.writer_to(journal).run(never).await;
            }
            Role::Relay => {
                let (bus, journal) = (world.bus.of(self.id), world.journal.of(self.id + 10));
                let relay = Relay::new(bus, journal, self.tail.clone(), watch::Sender::new(0));
                if let Err(error) = relay.run(never).await {
                    world.find(format!("the relay gave up: {error}"));
                }
            }
            Role::Projector => self.projector(world).run(never).await,
            Role::Notifier => {
                let (hear, hints) = mpsc::channel(4);
                *self.hear.lock().unwrap_or_else(PoisonError::into_inner) = Some(hear);
                let sources = Sources {
                    news: Some(self.news.subscribe()),
                    hints: Some(hints),
                    typing: None,
                };
                self.notifier.clone().run(sources, never).await;
            }
            Role::Listener => self.listen(world).await,
            Role::Bell => self.ring(world).await,
        }
    }

    fn projector(
        &self,
        world: &World,
    ) -> Projector<crate::tables::Remembering, crate::bus::Bus, crate::journal::Journal> {
        let journal = world.journal.of(self.id + 20);
        let feed = if self.is_beside_the_writer {
            Feed::over(journal, None, Some(self.tail.clone()), &self.tail)
        } else {
            let bus = world.bus.of(self.id + 20);
            Feed::over(journal, Some(bus), None, &self.tail)
        };
        let tables = world.tables.of(self.id + 20).remembering();
        Projector::into(tables, feed, self.news.clone(), watch::Sender::new(0))
    }

    /// Hears what other processes append, or looks now and then.
    async fn listen(&self, world: &World) {
        let journal = world.journal.of(self.id + 30);
        let mut bell = journal.bell();
        loop {
            let rung = timeout(POLL, bell.changed()).await.is_ok();
            if rung {
                let position = *bell.borrow_and_update();
                let who = (Part::Doorbell, self.id, 1);
                if world.turns.take(who).await.is_ok() {
                    self.tail.reach(position);
                }
            } else if let Ok(head) = journal.head().await {
                self.tail.reach(head);
            }
        }
    }

    /// Tells the other nodes what changed here: late, twice, in another order or not at all.
    async fn ring(&self, world: &World) {
        let mut news = self.news.subscribe();
        let mut rung = 0;
        loop {
            let Ok(news) = news.recv().await else {
                continue;
            };
            let mut owners: Vec<_> = news.rows.iter().map(|change| change.owner).collect();
            owners.extend(&news.dirty);
            owners.sort_unstable();
            owners.dedup();
            let others: Vec<Node> = world.nodes().values().cloned().collect();
            for other in others.into_iter().filter(|other| other.id != self.id) {
                rung += 1;
                let hint = Hint {
                    from: news.from,
                    to: news.to,
                    owners: owners.clone(),
                };
                let who = (Part::Doorbell, self.id, 10 + rung);
                tokio::spawn(other.hears(world.clone(), who, hint));
            }
        }
    }

    async fn hears(self, world: World, who: crate::turns::Who, hint: Hint) {
        let twice = 1 + u64::from(world.turns.is_stormy() && who.2.is_multiple_of(5));
        for _ in 0..twice {
            if world.turns.take(who).await.is_ok() {
                let hear = self.hear.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(hear) = &*hear {
                    let _ = hear.try_send(hint.clone());
                }
            }
        }
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, BTreeMap<Role, JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says so when a task panics.
struct Watch<'a>(&'a World, Role);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.find(format!("the {:?} panicked", self.1));
        }
    }
}
