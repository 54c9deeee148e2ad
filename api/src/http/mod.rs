//! HTTP itself: what holds for every request, whatever it asks for.
//!
//! [`layers`] puts it around a router; `front.rs` is the order of things. A handler takes [`Strict`], [`Optional`],
//! [`Params`], [`InPath`] (classic: [`Lenient`]) and returns `Result<_, Problem>`.

mod body;
mod client;
mod errors;
mod front;
mod headers;
mod json;
mod origin;
mod path;
mod patience;
pub mod problem;
mod query;
mod request_id;
pub mod serve;
mod settings;
#[cfg(test)]
mod testing;
pub mod text;
mod throttle;
pub(crate) mod trace;

pub use body::Pace;
pub use client::{ClientAddr, TrustedProxies};
pub use front::layers;
pub use json::{Lenient, Optional, Strict, lenient, strict};
pub use origin::AllowedOrigins;
pub use problem::{FieldError, Problem};
pub use query::{InPath, Limit, Params};
pub use request_id::{NewRequestId, RequestId};
pub use serve::{Hangup, ServeLimits, serve};
pub use settings::HttpSettings;
pub use throttle::{Attempt, Clock, Limit as ThrottleLimit, Limits, Refused, Throttle, Who};
