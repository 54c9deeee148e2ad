//! Step 3: the one call that appends.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::columns::Columns;
use crate::{Appended, Outcome, Replayed};

struct Row {
    outcome: String,
    first_position: Option<i64>,
    recorded_at: Option<DateTime<Utc>>,
    fingerprint: Option<Vec<u8>>,
    status: Option<i16>,
    result: Option<String>,
}

/// Calls `log.append`, outside of any transaction: the statement is one. The outcomes are in the commands' order.
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
    let rows = sqlx::query_as!(
        Row,
        r#"select outcome as "outcome!", first_position, recorded_at, fingerprint, status, result
           from log.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)
           order by command"#,
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
        &idempotency.account,
        &idempotency.key,
        &idempotency.fingerprint,
        &idempotency.status,
        &idempotency.result,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::outcome).collect()
}

impl Row {
    fn outcome(self) -> Result<Outcome, sqlx::Error> {
        Ok(
            match (self.outcome.as_str(), self.first_position, self.recorded_at) {
                ("appended", Some(first_position), Some(recorded_at)) => {
                    Outcome::Appended(Appended {
                        first_position,
                        recorded_at,
                    })
                }
                ("replayed", Some(first_position), Some(recorded_at)) => {
                    Outcome::Replayed(Replayed {
                        appended: Appended {
                            first_position,
                            recorded_at,
                        },
                        fingerprint: self.fingerprint.unwrap_or_default(),
                        status: self.status.unwrap_or_default(),
                        result: self.result.unwrap_or_default(),
                    })
                }
                ("claimed", ..) => Outcome::Claimed,
                ("conflict", ..) => Outcome::Conflict,
                (other, ..) => {
                    return Err(sqlx::Error::Decode(
                        format!("append gave the outcome {other}").into(),
                    ));
                }
            },
        )
    }
}
