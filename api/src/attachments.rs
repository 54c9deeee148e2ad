//! Files that come with messages: taken, cleaned, kept, shown; collected when they were never sent, erased with their
//! message.
//!
//! The bytes are objects in a [`Store`], named by the file's id. What they are stands in `log.attachments`; which message
//! they belong to is a claim that the log's append writes together with `message.sent`. An uploaded file is its
//! uploader's alone until then, and its message's people's from then on.

mod collector;
mod download;
mod eraser;
mod error;
mod file_name;
mod image;
mod keep;
mod media_type;
mod own_unsent;
mod range;
mod row;
mod seats;
mod spool;
mod store;
#[cfg(test)]
mod tests;
mod upload;

use std::{sync::Arc, time::Duration};

use axum::extract::DefaultBodyLimit;
use chrono::TimeDelta;
use tokio::sync::Semaphore;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use crate::{Api, http::Problem};

pub use self::{
    collector::Collector,
    eraser::Eraser,
    error::Error,
    own_unsent::own_unsent,
    row::AttachmentRow,
    store::{Location, Store},
};

/// The largest file, in bytes.
pub const LARGEST: u64 = 25 * 1024 * 1024;
/// What the form around a file may add.
const FORM: usize = 64 * 1024;
/// How much one account may have uploaded and not sent, in bytes.
const UNSENT: i64 = 250 * 1024 * 1024;
/// How long a file waits for its message.
const WAITS: TimeDelta = TimeDelta::hours(24);
/// What is left of that, a message can no longer be sent with: while it is, the collector must not come.
const MARGIN: TimeDelta = TimeDelta::hours(1);
/// When to come again to a store that is away.
const SOON: Duration = Duration::from_secs(5);
const LATER: Duration = Duration::from_mins(1);

/// The handlers' means.
pub struct Attachments {
    store: Option<Store>,
    /// How many images are open at once: each may take some hundred megabytes.
    images: Arc<Semaphore>,
    seats: Arc<seats::Seats>,
}

impl Attachments {
    /// Over a store; without one every request is a 503 that says so.
    #[must_use]
    pub fn new(store: Option<Store>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            store,
            images: Arc::new(Semaphore::new((cores / 4).clamp(1, 4))),
            seats: Arc::default(),
        }
    }

    /// Where the bytes are, if an operator said so.
    #[must_use]
    pub fn configured(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    fn store(&self) -> Result<&Store, Problem> {
        self.store.as_ref().ok_or_else(|| {
            Problem::unavailable("Attachments are not configured on this service.", LATER)
        })
    }
}

/// The attachments' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    let largest = usize::try_from(LARGEST).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(upload::upload).layer(DefaultBodyLimit::max(largest + FORM)))
        .routes(routes!(download::download))
}
