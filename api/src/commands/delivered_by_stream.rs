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
    let noting = stream::iter(due)
        .map(async |due| (append(api, &due).await, due))
        .buffer_unordered(ABREAST);
    let mut noting = std::pin::pin!(noting);
    let mut noted = Vec::new();
    while let Some((result, due)) = noting.next().await {
        match result {
            Ok(()) => noted.push(due),
            Err(Failure::Append(error)) => {
                tracing::debug!(%error, "marks of delivery wait");
                gathered.put_back(due);
            }
            Err(error) => tracing::warn!(%error, "marks of delivery are lost"),
        }
    }
    if let Err(error) = note_times(api, &noted).await {
        tracing::debug!(%error, "nobody will know when these were pushed");
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
    Ok(())
}

/// For the trace of a message: worth no flush.
async fn note_times(api: &Api, noted: &[Due]) -> sqlx::Result<()> {
    let told = || {
        noted.iter().flat_map(|due| {
            let positions = due.positions.iter();
            positions.map(|(position, told)| (due.owner.0, *position, told.at))
        })
    };
    sqlx::query!(
        "insert into log.pushed (owner_id, first, last, positions, at)
         select owner_id, min(position), max(position), array_agg(position order by position), array_agg(at order by position)
         from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as told(owner_id, position, at)
         where (select set_config('synchronous_commit', 'off', true)) = 'off'
         group by owner_id on conflict do nothing",
        &told().map(|told| told.0).collect::<Vec<_>>(),
        &told().map(|told| told.1).collect::<Vec<_>>(),
        &told().map(|told| told.2).collect::<Vec<_>>()
    )
    .execute(&api.pool)
    .await?;
    Ok(())
}
