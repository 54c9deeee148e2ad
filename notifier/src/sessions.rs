//! A stream lives as long as its session.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::SessionId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Event, frame, registry::Registry, tables::Tables};

/// An access token lives ten minutes; a client that wants to stay has refreshed by then.
const UNREFRESHED: TimeDelta = TimeDelta::minutes(11);

/// Ends the streams whose sessions are over.
pub(crate) async fn end_those_over(
    tables: &impl Tables,
    registry: &Registry,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let sessions: Vec<Uuid> = registry.sessions().into_iter().map(Uuid::from).collect();
    if sessions.is_empty() {
        return Ok(());
    }
    let over: HashSet<SessionId> = tables.over(&sessions, now).await?.into_iter().collect();
    if !over.is_empty() {
        let last = frame::alone(None, &Event::SessionEnded { occurred_at: now });
        registry.each(|line| {
            if over.contains(&line.session) {
                line.close(Some(last.clone()));
            }
        });
    }
    Ok(())
}

pub(crate) async fn over(
    pool: &PgPool,
    sessions: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, sqlx::Error> {
    let over = sqlx::query_scalar!(
        r#"select asked.session_id as "session_id!"
           from unnest($1::uuid[]) as asked(session_id)
           left join auth.sessions as s on s.session_id = asked.session_id
           where s.session_id is null or s.ended_at is not null or s.expires_at < $2
             or (not s.classic and s.used_at < $3)"#,
        sessions,
        now,
        now - UNREFRESHED
    );
    Ok(over
        .fetch_all(pool)
        .await?
        .into_iter()
        .map(SessionId)
        .collect())
}
