//! Step 1: messages that were written to an open stream have arrived. Nobody asks for it: what the streams tell is
//! gathered, and becomes one event an owner now and then.

mod gathered;

use std::{sync::Arc, time::Duration};

use domain::{
    Day, Metadata,
    mailbox::Delivered,
    marks::{self, Marks},
};
use eventlog::fresh;
use futures::{StreamExt, stream};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

use self::gathered::{Due, Gathered};
use super::mark_read::by_sender;
use crate::{
    Api,
    execute::{Errand, Failure, Stream},
};

/// How often somebody looks whose marks are due.
const LOOK: Duration = Duration::from_millis(100);
/// How many are taken out of the channel at once.
const AT_ONCE: usize = 1_024;
/// How many owners' marks are on their way at once: the log's writer makes few batches of them.
const ABREAST: usize = 256;
/// How long the last ones may take.
const LAST: Duration = Duration::from_secs(5);

/// Notes what the streams tell until shutdown, and then what is left.
pub async fn keep_delivered(
    api: Arc<Api>,
    told: &mut mpsc::Receiver<Delivered>,
    shutdown: CancellationToken,
) {
    let mut gathered = Gathered::default();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut batch = Vec::with_capacity(AT_ONCE);
    loop {
        tokio::select! {
            count = told.recv_many(&mut batch, AT_ONCE) => {
                if count == 0 {
                    break;
                }
                gathered.take(batch.drain(..));
            }
            _ = looks.tick(), if !gathered.is_empty() => {
                let due = gathered.due(Instant::now());
                note(&api, &mut gathered, due).await;
            }
            () = shutdown.cancelled() => break,
        }
    }
    while let Ok(item) = told.try_recv() {
        gathered.take([item]);
    }
    let rest = gathered.rest();
    let _ = timeout(LAST, note(&api, &mut gathered, rest)).await;
    // The last stream may have gone before.
    shutdown.cancelled().await;
}

/// Appends an event an owner. What the log does not take now waits for the next time.
async fn note(api: &Api, gathered: &mut Gathered, due: Vec<Due>) {
    let noted = stream::iter(due)
        .map(async |due| (append(api, &due).await, due))
        .buffer_unordered(ABREAST);
    let mut noted = std::pin::pin!(noted);
    while let Some((result, due)) = noted.next().await {
        match result {
            Ok(()) => {}
            Err(Failure::Append(error)) => {
                tracing::debug!(%error, "marks of delivery wait");
                gathered.put_back(due);
            }
            Err(error) => tracing::warn!(%error, "marks of delivery are lost"),
        }
    }
}

async fn append(api: &Api, due: &Due) -> Result<(), Failure<marks::Rejection>> {
    let Due { owner, positions } = due;
    let metadata = Metadata {
        actor: Some(*owner),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let pairs = positions
        .iter()
        .map(|(position, told)| (told.sender.0, *position));
    let errand = Errand::from(marks::Command::Deliver(by_sender(pairs)));
    let day = Day::of(fresh::now()).stream_of(*owner);
    api.execute::<Marks>(Stream::Open, &day, &metadata, errand, |_, new| Ok(new))
        .await?;
    if let Err(error) = note_times(api, due).await {
        tracing::debug!(%error, "nobody will know when these were pushed");
    }
    Ok(())
}

/// For the trace of a message.
async fn note_times(api: &Api, due: &Due) -> sqlx::Result<()> {
    let Due { owner, positions } = due;
    let (Some(first), Some(last)) = (positions.keys().next(), positions.keys().next_back()) else {
        return Ok(());
    };
    sqlx::query!(
        "insert into log.pushed (owner_id, first, last, positions, at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
        owner.0,
        first,
        last,
        &positions.keys().copied().collect::<Vec<_>>(),
        &positions.values().map(|told| told.at).collect::<Vec<_>>()
    )
    .execute(&api.pool)
    .await?;
    Ok(())
}
