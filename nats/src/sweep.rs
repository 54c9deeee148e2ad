//! Step 4: a stream that went back to what it once was may hold again what was erased since.

use eventlog::Reader;

use crate::{Error, Stream};

/// How much of the log is looked through at once.
const WINDOW: i64 = 10_000;

/// Deletes every copy that nobody may keep from all that the stream holds.
pub(crate) async fn sweep(stream: &Stream, reader: &Reader) -> Result<(), Error> {
    let mut after = stream.place.first - 1;
    tracing::info!(
        first = stream.place.first,
        last = stream.place.last,
        "the stream went back: what was erased since is looked for in it"
    );
    while after < stream.place.last {
        let until = stream.place.last.min(after + WINDOW);
        let erased = reader.erased_between(after, until).await?;
        stream.erase(&erased).await?;
        after = until;
    }
    Ok(())
}
