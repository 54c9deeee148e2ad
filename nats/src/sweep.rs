//! Step 4: a stream that went back to what it once was may hold again what was erased since.

use eventlog::Source;

use crate::{Bus, Error, Place};

/// How much of the log is looked through at once.
const WINDOW: i64 = 10_000;

/// Deletes every copy that nobody may keep from all that the stream holds.
pub(crate) async fn sweep(bus: &impl Bus, log: &impl Source, place: Place) -> Result<(), Error> {
    let mut after = place.first - 1;
    tracing::info!(
        first = place.first,
        last = place.last,
        "the stream went back: what was erased since is looked for in it"
    );
    while after < place.last {
        let until = place.last.min(after + WINDOW);
        let erased = log.erased_between(after, until).await?;
        bus.erase(log, &erased).await?;
        after = until;
    }
    Ok(())
}
