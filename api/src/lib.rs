//! Step 1: who asks, is it well-formed. Commands become events; reads come from the read models, beside the flow.
//!
//! Stands on `domain` and `eventlog`. One verb, one file: commands in `commands/`, reads in `queries/`, the original
//! service's eight calls in `classic/`, files in `attachments/`, who may come in in `identity/`, whom to tell elsewhere in
//! `webhooks/`, what administrators do in `admin/`, and HTTP itself in `http/`.

mod admin;
pub mod attachments;
pub mod audit;
mod classic;
mod commands;
mod cursor;
mod description;
mod execute;
mod failure;
mod fresh_read;
mod freshness;
mod groups;
pub mod http;
mod idempotency;
pub mod identity;
mod letters;
mod meters;
mod queries;
pub mod readiness;
mod reading;
mod router;
mod rows;
mod settings;
mod state;
mod webhooks;

pub use admin::StreamSize;
pub use commands::keep_delivered;
pub use fresh_read::is_known;
pub use freshness::Freshness;
pub use groups::Groups;
pub use reading::{reading_pool, searching_pool};
pub use router::{openapi, router};
pub use settings::Settings;
pub use state::{Api, Look, Published, SizeOfStream};
