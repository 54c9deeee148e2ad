//! Step 5: an event that cannot be read halts its partition, where everybody sees it, until an operator says to pass over it.

use domain::{Event, Opened};
use eventlog::{Reader, Recorded};
use serde::Serialize;
use sqlx::PgPool;

use crate::{Error, checkpoint::Checkpoint, other};

/// Where a projector cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Halt {
    /// The event.
    pub position: i64,
    /// What is wrong with it.
    pub reason: String,
}

impl Halt {
    /// Whether the event behind the live checkpoint is one that this version cannot read. Any process may ask.
    pub async fn look(pool: &PgPool, reader: &Reader) -> Result<Option<Self>, Error> {
        let position = Checkpoint::read(pool).await?.position + 1;
        let reason = match reader.after(position - 1, 1).await?.first().map(read) {
            Some(Err(error)) => complaint(&error),
            Some(Ok(_)) | None => return Ok(None),
        };
        let is_passed_over = is_skipped(pool, position).await?;
        Ok((!is_passed_over).then_some(Self { position, reason }))
    }
}

/// With what lies beneath it.
fn complaint(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The event, if this version can read it, it opens, and it belongs to somebody.
pub(crate) fn read(recorded: &Recorded) -> Result<Opened, Error> {
    recorded.assert_opened()?;
    let event =
        Opened::read(&recorded.name, &recorded.version, recorded.data.get()).map_err(|source| {
            Error::Unreadable {
                position: recorded.position,
                source,
            }
        })?;
    let is_somebodys = match &event {
        Event::Message(_) | Event::Account(_) | Event::Group(_) => {
            recorded.aggregate_id.parse::<uuid::Uuid>().is_ok()
        }
        Event::Box(_) | Event::Marks(_) | Event::Audit(_) => other::owner_of(recorded).is_some(),
    };
    if is_somebodys {
        Ok(event)
    } else {
        Err(Error::Nobody(recorded.position))
    }
}

/// Whether an operator has said to pass over it.
pub(crate) async fn is_skipped(pool: &PgPool, position: i64) -> Result<bool, Error> {
    let skipped = sqlx::query_scalar!(
        r#"select exists (select from log.skipped where position = $1) as "skipped!""#,
        position
    );
    Ok(skipped.fetch_one(pool).await?)
}
