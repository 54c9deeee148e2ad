//! Attached files: where this process finds them, and the tasks that remove them.

use std::sync::Arc;

use anyhow::Context;
use api::{
    Api,
    attachments::{Collector, Eraser, Store},
};
use tokio_util::sync::CancellationToken;

use super::{Crew, Parts, Place, Roles};

/// Where this process finds attached files: only the api has to.
pub fn store(place: &Place, parts: &Parts, roles: Roles) -> anyhow::Result<Option<Store>> {
    if !roles.api {
        return Ok(None);
    }
    let Some(location) = &place.attachments else {
        tracing::warn!(
            "attachments are not configured: give --attachments (TIDINGS_ATTACHMENTS) to every api"
        );
        return Ok(None);
    };
    let store = Store::open(location, parts.identity.log_id)
        .with_context(|| format!("attachments cannot be kept at {location:?}"))?;
    Ok(Some(store))
}

/// Removes files that nobody sent, and files of what was taken back.
pub fn look_after(crew: &Crew, parts: &Parts, api: &Arc<Api>, works: &CancellationToken) {
    if api.attachments.configured().is_none() {
        return;
    }
    let own = Arc::clone(api);
    crew.works
        .keep("collector", works.clone(), move |shutdown| {
            let collector = Collector::new(&own);
            async move {
                if let Some(collector) = collector {
                    collector.run(shutdown).await?;
                }
                Ok(())
            }
        });
    let (own, tail) = (Arc::clone(api), parts.tail.clone());
    crew.works
        .keep("attachment eraser", works.clone(), move |shutdown| {
            let eraser = Eraser::new(&own, &tail);
            async move {
                if let Some(eraser) = eraser {
                    eraser.run(shutdown).await;
                }
                Ok(())
            }
        });
}
