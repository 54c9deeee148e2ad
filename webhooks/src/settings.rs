//! What an operator can choose. The root package reads it from flags and environment.

use std::time::Duration;

use domain::webhook::Reach;

/// Rules of the deliveries.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which machines may be called.
    pub reach: Reach,
    /// How long a receiver may fail before its webhook is paused.
    pub patience: Duration,
}
