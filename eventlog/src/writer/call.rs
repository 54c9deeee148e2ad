//! Step 3: the one call that appends.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::columns::Columns;
use crate::{Appended, Outcome, Replayed};

/// What became of a batch: its events stand one behind the other after this position, but for those of commands that lost.
struct Row {
    after: i64,
    recorded_at: DateTime<Utc>,
    losses: String,
}

/// Why a command's events are not there.
#[derive(Deserialize)]
struct Loss {
    command: usize,
    #[serde(flatten)]
    why: Why,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
enum Why {
    Conflict,
    Claimed,
    Replayed {
        first_position: i64,
        recorded_at: DateTime<Utc>,
        /// In base64.
        fingerprint: String,
        status: i16,
        result: String,
    },
}

/// Calls `log.append_batch`, outside of any transaction: the statement is one. The outcomes are in the commands' order.
pub(super) async fn append(
    connection: &mut PgConnection,
    batch: Uuid,
    columns: &Columns,
) -> Result<Vec<Outcome>, sqlx::Error> {
    let Columns {
        command_events,
        events,
        keys,
        claims,
        expects,
        idempotency,
    } = columns;
    let row = sqlx::query_as!(
        Row,
        r#"select after as "after!", recorded_at as "recorded_at!", losses::text as "losses!"
           from log.append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)"#,
        batch,
        command_events,
        &events.aggregate_type,
        &events.aggregate_id,
        &events.sequence,
        &events.name,
        &events.version,
        &events.id,
        &events.payload,
        &events.metadata,
        &events.record_hash,
        &keys.command,
        &keys.id,
        &keys.account,
        &keys.message as &[Option<Uuid>],
        &keys.wrapped,
        &claims.command,
        &claims.kind,
        &claims.key,
        &claims.account,
        &claims.label as &[Option<String>],
        &expects.command,
        &expects.aggregate_type,
        &expects.aggregate_id,
        &expects.sequence,
        &idempotency.command,
        &idempotency.event,
        &idempotency.account,
        &idempotency.key,
        &idempotency.fingerprint,
        &idempotency.status,
        &idempotency.result,
    )
    .fetch_one(connection)
    .await?;
    row.outcomes(command_events)
        .map_err(|error| sqlx::Error::Decode(error.into()))
}

impl Row {
    /// `command_events` is how many events each command has.
    fn outcomes(self, command_events: &[i32]) -> Result<Vec<Outcome>, serde_json::Error> {
        let losses: Vec<Loss> = serde_json::from_str(&self.losses)?;
        let mut losses: HashMap<usize, Why> =
            losses.into_iter().map(|it| (it.command, it.why)).collect();
        let mut first_position = self.after + 1;
        let outcomes = command_events.iter().enumerate().map(|(command, events)| {
            if let Some(why) = losses.remove(&command) {
                return Outcome::from(why);
            }
            let appended = Appended {
                first_position,
                recorded_at: self.recorded_at,
            };
            first_position += i64::from(*events);
            Outcome::Appended(appended)
        });
        Ok(outcomes.collect())
    }
}

impl From<Why> for Outcome {
    fn from(why: Why) -> Self {
        match why {
            Why::Conflict => Self::Conflict,
            Why::Claimed => Self::Claimed,
            Why::Replayed {
                first_position,
                recorded_at,
                fingerprint,
                status,
                result,
            } => Self::Replayed(Replayed {
                appended: Appended {
                    first_position,
                    recorded_at,
                },
                // What is no fingerprint is nobody's.
                fingerprint: STANDARD.decode(fingerprint).unwrap_or_default(),
                status,
                result,
            }),
        }
    }
}
