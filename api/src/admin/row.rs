//! An account, as administrators see it.

use chrono::{DateTime, Utc};
use domain::times::{micros, micros_option};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// An account, as administrators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdminAccount {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Never changes.
    #[schema(example = "alice")]
    pub username: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// May be empty.
    #[schema(example = "alice@example.org")]
    pub email: String,
    /// What it may do beyond writing messages: `auditor`, `bodies`, `admin`.
    #[schema(example = json!(["auditor"]))]
    pub roles: Vec<String>,
    /// When it was made.
    #[serde(serialize_with = "micros")]
    pub registered_at: DateTime<Utc>,
    /// Since when it cannot log in; `null` if it can.
    #[serde(serialize_with = "micros_option")]
    pub disabled_at: Option<DateTime<Utc>>,
    /// On how many devices it is logged in.
    #[schema(example = 2)]
    pub sessions: i64,
    /// When one of its devices was heard of last, give or take the ten minutes after which they are. A log-in that has ended
    /// is forgotten after a day.
    #[serde(serialize_with = "micros_option")]
    pub seen_at: Option<DateTime<Utc>>,
}
