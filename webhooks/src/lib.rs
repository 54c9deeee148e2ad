//! Beside the flow: tells other systems what happens, by calling the addresses that administrators have named.
//!
//! One event a request, in the log's order, the next only after the one before was taken. What is not taken is sent again,
//! for days; nothing is skipped. Stands on `domain`, `eventlog` and, for the form in which events travel, `nats`.

mod backoff;
mod courier;
mod error;
mod feed;
mod line;
mod meters;
mod post;
mod resolver;
mod rewrap;
mod settings;
mod signature;
mod table;
mod turn;

pub use courier::Courier;
pub use error::Error;
pub use rewrap::rewrap_secrets;
pub use settings::Settings;
