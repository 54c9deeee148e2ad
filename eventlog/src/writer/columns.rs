//! Step 3: a batch as `log.append_batch` takes it: one array a column.

use uuid::Uuid;

use crate::{Command, record_hash};

#[derive(Default)]
pub(super) struct Columns {
    pub command_events: Vec<i32>,
    pub events: Events,
    pub keys: Keys,
    pub claims: Claims,
    pub expects: Expects,
    pub idempotency: Idempotency,
}

#[derive(Default)]
pub(super) struct Events {
    pub aggregate_type: Vec<String>,
    pub aggregate_id: Vec<String>,
    pub sequence: Vec<i64>,
    pub name: Vec<String>,
    pub version: Vec<String>,
    pub id: Vec<Uuid>,
    pub payload: Vec<String>,
    pub metadata: Vec<String>,
    pub record_hash: Vec<Vec<u8>>,
}

#[derive(Default)]
pub(super) struct Keys {
    pub command: Vec<i32>,
    pub id: Vec<Uuid>,
    pub account: Vec<Uuid>,
    pub message: Vec<Option<Uuid>>,
    pub wrapped: Vec<Vec<u8>>,
}

#[derive(Default)]
pub(super) struct Claims {
    pub command: Vec<i32>,
    pub kind: Vec<String>,
    pub key: Vec<String>,
    pub account: Vec<Uuid>,
    pub label: Vec<Option<String>>,
}

#[derive(Default)]
pub(super) struct Expects {
    pub command: Vec<i32>,
    pub aggregate_type: Vec<String>,
    pub aggregate_id: Vec<String>,
    pub sequence: Vec<i64>,
}

#[derive(Default)]
pub(super) struct Idempotency {
    pub command: Vec<i32>,
    /// The place of the command's first event in the batch, from 1.
    pub event: Vec<i32>,
    pub account: Vec<Uuid>,
    pub key: Vec<Vec<u8>>,
    pub fingerprint: Vec<Vec<u8>>,
    pub status: Vec<i16>,
    pub result: Vec<String>,
}

impl Columns {
    pub fn of(commands: &[&Command]) -> Self {
        let mut columns = Self::default();
        for (number, command) in (0..).zip(commands) {
            columns.add(number, command);
        }
        columns
    }

    fn add(&mut self, number: i32, command: &Command) {
        let first_event = i32::try_from(self.events.id.len() + 1).unwrap_or(i32::MAX);
        self.command_events
            .push(i32::try_from(command.events.len()).unwrap_or(i32::MAX));
        for event in &command.events {
            let hash = record_hash(
                event.aggregate_type,
                &event.aggregate_id,
                event.name,
                event.version,
                event.event_id,
                &event.payload,
                &event.metadata,
            );
            self.events
                .aggregate_type
                .push(event.aggregate_type.to_owned());
            self.events.aggregate_id.push(event.aggregate_id.clone());
            self.events.sequence.push(event.sequence);
            self.events.name.push(event.name.to_owned());
            self.events.version.push(event.version.to_owned());
            self.events.id.push(event.event_id);
            self.events.payload.push(event.payload.clone());
            self.events.metadata.push(event.metadata.clone());
            self.events.record_hash.push(hash.to_vec());
        }
        for key in &command.keys {
            self.keys.command.push(number);
            self.keys.id.push(key.key_id);
            self.keys.account.push(key.account.0);
            self.keys.message.push(key.message.map(Uuid::from));
            self.keys.wrapped.push(key.wrapped.clone());
        }
        for claim in &command.claims {
            self.claims.command.push(number);
            self.claims.kind.push(claim.kind.to_owned());
            self.claims.key.push(claim.key.clone());
            self.claims.account.push(claim.account.0);
            self.claims.label.push(claim.label.clone());
        }
        for expect in &command.expects {
            self.expects.command.push(number);
            self.expects
                .aggregate_type
                .push(expect.aggregate_type.to_owned());
            self.expects.aggregate_id.push(expect.aggregate_id.clone());
            self.expects.sequence.push(expect.sequence);
        }
        if let Some(idempotency) = &command.idempotency {
            self.idempotency.command.push(number);
            self.idempotency.event.push(first_event);
            self.idempotency.account.push(idempotency.account.0);
            self.idempotency.key.push(idempotency.key_hash.clone());
            self.idempotency
                .fingerprint
                .push(idempotency.fingerprint.clone());
            self.idempotency.status.push(idempotency.status);
            self.idempotency.result.push(idempotency.result.clone());
        }
    }
}
