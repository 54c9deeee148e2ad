//! The relay alone, and mending a stream that is not a copy of this log.

use nats::Stream;

use super::{Parts, Place, Roles};
use crate::cli::RelayArgs;

/// Runs the relay; with `--rebuild-stream`, on a stream made anew.
pub async fn run(args: RelayArgs) -> anyhow::Result<()> {
    if args.rebuild_stream {
        let parts = Parts::gather(&Place::of(&args.role.place)?).await?;
        wait_for_nats(&parts).await?;
        let stream = Stream::rebuild(&parts.wire, &parts.reader).await?;
        tracing::info!(
            first = stream.place.first,
            "the stream is made anew, and is filled by the relay"
        );
    }
    super::run(args.role, Roles::RELAY).await
}

async fn wait_for_nats(parts: &Parts) -> anyhow::Result<()> {
    for _ in 0..100 {
        if parts.wire.is_connected() {
            return Ok(());
        }
        eventlog::fresh::pause(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("NATS does not answer")
}
