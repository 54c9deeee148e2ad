//! The shapes of accounts and sessions on the wire.

use chrono::{DateTime, Utc};
use domain::{
    AccountId,
    account::{Profile, Role},
    times::micros,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::standing::Standing;

/// Somebody to write to.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Account {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Never changes.
    #[schema(example = "alice")]
    pub username: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
}

/// The caller's own account.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Me {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Never changes.
    #[schema(example = "alice")]
    pub username: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// May be empty. Shown to nobody else here; the classic API shows it to every account.
    pub email: String,
    /// What it may do beyond writing messages: `auditor`, `admin`.
    pub roles: Vec<String>,
}

/// A log-in on one device.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    /// `UUIDv7`.
    pub id: Uuid,
    /// What it was called at the log-in.
    pub device: Option<String>,
    /// When it began.
    #[serde(serialize_with = "micros")]
    pub created_at: DateTime<Utc>,
    /// When it was refreshed last.
    #[serde(serialize_with = "micros")]
    pub used_at: DateTime<Utc>,
    /// When it ends unless it is refreshed.
    #[serde(serialize_with = "micros")]
    pub expires_at: DateTime<Utc>,
    /// It is the one that asks.
    pub current: bool,
}

/// Tokens to go on with. With cookies, the two tokens are in them and not here.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// For the `Authorization` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// How long the access token is good for, in seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// For `POST /api/v1/sessions/refresh`, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Whose they are.
    pub account: Account,
}

impl Account {
    pub(super) fn of(id: AccountId, profile: &Profile) -> Self {
        Self {
            id: id.0,
            username: profile.username.clone(),
            first_name: profile.first_name.clone(),
            last_name: profile.last_name.clone(),
        }
    }
}

impl Me {
    pub(super) fn of(id: AccountId, standing: Standing) -> Self {
        let Profile {
            username,
            email,
            first_name,
            last_name,
        } = standing.profile;
        let roles = standing
            .roles
            .into_iter()
            .map(|role: Role| role.name().to_owned())
            .collect();
        Self {
            id: id.0,
            username,
            first_name,
            last_name,
            email,
            roles,
        }
    }
}
