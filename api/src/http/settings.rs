//! What an operator can set about HTTP.

use super::{
    Limits, body::Pace, client::TrustedProxies, origin::AllowedOrigins, request_id::NewRequestId,
};

/// The settings of [`super::layers`].
#[derive(Clone)]
pub struct HttpSettings {
    /// Pages of other origins that may use the API (`TIDINGS_CORS_ORIGINS`).
    pub allowed_origins: AllowedOrigins,
    /// Whose forwarded headers are believed (`TIDINGS_TRUSTED_PROXIES`).
    pub trusted_proxies: TrustedProxies,
    /// The throttles.
    pub limits: Limits,
    /// The longest body of a command in bytes. 20,000 characters can take 120 kB as JSON.
    pub command_bytes: usize,
    /// How much time a request gets.
    pub pace: Pace,
    /// Where request ids come from.
    pub new_request_id: NewRequestId,
}

impl HttpSettings {
    /// The defaults: nothing is trusted, everything is limited.
    #[must_use]
    pub fn new(new_request_id: NewRequestId) -> Self {
        Self {
            allowed_origins: AllowedOrigins::default(),
            trusted_proxies: TrustedProxies::default(),
            limits: Limits::default(),
            command_bytes: 256 * 1024,
            pace: Pace::default(),
            new_request_id,
        }
    }
}
