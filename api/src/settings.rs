//! What an operator can choose. The root package reads it from flags and environment.

use domain::webhook::Reach;

/// Rules of the API.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Anybody may register.
    pub registration_open: bool,
    /// Passwords have to be hard to guess. Off in the demonstration only.
    pub password_rule: bool,
    /// The original service's calls are served. They show e-mail addresses to every account.
    pub classic: bool,
    /// The service is reached by a loopback address only, so cookies may travel without TLS.
    pub loopback: bool,
    /// The issuer that access tokens name: the service's own id, not its address, which may change.
    pub issuer: String,
    /// How many passwords are hashed at once.
    pub hashing_permits: usize,
    /// How many sessions one account may have; the oldest goes.
    pub sessions_per_account: i64,
    /// Which machines a webhook may name.
    pub reach: Reach,
}
