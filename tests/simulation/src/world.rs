//! Everything there is, in one history.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{AccountId, Caller, SessionId};
use eventlog::{Identity, Secret, Tokens};
use nats::Envelope;
use tokio::sync::watch;
use uuid::Uuid;

use crate::{
    bus::Bus, commands::Ledger, dice::Dice, journal::Journal, node::Node, tables::Tables,
    turns::Turns, view::View,
};

/// The world.
#[derive(Clone)]
pub(crate) struct World {
    pub turns: Turns,
    pub journal: Journal,
    pub bus: Bus,
    pub tables: Tables,
    pub tokens: Tokens,
    pub people: Arc<[Caller]>,
    pub ledger: Arc<Mutex<Ledger>>,
    pub views: Arc<Mutex<BTreeMap<u64, View>>>,
    /// How many nodes there may be, and those that are up.
    pub size: u64,
    nodes: Arc<Mutex<BTreeMap<u64, Node>>>,
    /// How often one of them came up.
    came: watch::Sender<u64>,
    findings: Arc<Mutex<Vec<String>>>,
}

impl World {
    pub(crate) fn new(dice: &mut Dice, cuts: u64) -> Self {
        let identity = Identity {
            log_id: Uuid::from_u128(7),
            epoch: 1,
        };
        let turns = Turns::new(dice.fork(), cuts);
        let journal = Journal::new(turns.clone(), dice.fork());
        let envelope = Envelope::new(identity, Secret::new([1; 32]));
        let people: Vec<Caller> = (0..2 + dice.roll(3)).map(|_| somebody(dice)).collect();
        Self {
            bus: Bus::new(turns.clone(), envelope, dice.fork()),
            tables: Tables::new(turns.clone(), journal.clone()),
            turns,
            journal,
            tokens: Tokens::new(&Secret::new([2; 32]), identity),
            people: people.into(),
            ledger: Arc::default(),
            views: Arc::default(),
            size: 1 + dice.roll(3),
            nodes: Arc::default(),
            came: watch::Sender::new(0),
            findings: Arc::default(),
        }
    }

    /// The nodes that are up.
    pub(crate) fn nodes(&self) -> MutexGuard<'_, BTreeMap<u64, Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some node that is up, once one is.
    pub(crate) async fn some_node(&self, dice: &mut Dice) -> Node {
        let mut came = self.came.subscribe();
        loop {
            let up: Vec<Node> = self.nodes().values().cloned().collect();
            if let Some(node) = dice.one_of(&up) {
                return node.clone();
            }
            // This world lives as long as the channel.
            let _ = came.changed().await;
        }
    }

    pub(crate) fn comes_up(&self, id: u64, node: Node) {
        self.nodes().insert(id, node);
        self.came.send_modify(|times| *times += 1);
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn views(&self) -> MutexGuard<'_, BTreeMap<u64, View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something that must not be.
    pub(crate) fn find(&self, what: impl Into<String>) {
        let findings = self.findings.lock();
        findings
            .unwrap_or_else(PoisonError::into_inner)
            .push(what.into());
    }

    /// The first thing that must not be.
    pub(crate) fn finding(&self) -> Option<String> {
        let findings = self.findings.lock();
        findings
            .unwrap_or_else(PoisonError::into_inner)
            .first()
            .cloned()
    }
}

fn somebody(dice: &mut Dice) -> Caller {
    Caller {
        account: AccountId(dice.id()),
        username: "somebody".into(),
        session: SessionId(dice.id()),
        roles: [].into(),
    }
}
