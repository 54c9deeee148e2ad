//! `GET /api/v1/admin/throttles`

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use domain::{AccountId, times::micros};
use eventlog::fresh;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Api,
    http::{Limits, Problem, Refused, ThrottleLimit, Who},
    identity::Admin,
};

/// Who is held back, and by what.
#[derive(Serialize, ToSchema)]
pub(crate) struct Throttles {
    /// Throttles are on. They are off for load tests.
    on: bool,
    /// What is allowed.
    limits: Vec<Allowance>,
    /// Who was refused within the last ten minutes or has to wait, the latest first; of more than a thousand at once not all.
    refused: Vec<Held>,
}

/// How often something may be done at once, and evenly after that.
#[derive(Serialize, ToSchema)]
struct Allowance {
    limit: ThrottleLimit,
    /// How often.
    #[schema(example = 600)]
    times: u32,
    /// Within how many seconds.
    #[schema(example = 60)]
    seconds: u32,
}

/// Somebody who was refused.
#[derive(Serialize, ToSchema)]
struct Held {
    limit: ThrottleLimit,
    /// An address, an account's id, or the username that somebody tried to log in with: as
    /// `DELETE /api/v1/admin/throttles/{limit}/{who}` wants it.
    #[schema(example = "203.0.113.7")]
    who: String,
    /// The account's name, where it is an account.
    #[schema(example = "alice")]
    username: Option<String>,
    /// How often, of late.
    times: u64,
    /// When last.
    #[serde(serialize_with = "micros")]
    refused_at: DateTime<Utc>,
    /// For how many seconds it goes on; 0 if they may ask again.
    seconds_left: u64,
}

/// List throttles
///
/// For administrators. Who asks too often, of the process that answers: each counts for itself, and forgets it with a restart.
#[utoipa::path(
    get, path = "/admin/throttles", tag = "administration",
    responses((status = 200, description = "What is allowed, and who was refused lately", body = Throttles))
)]
pub(crate) async fn list_throttles(
    State(api): State<Arc<Api>>,
    _: Admin,
) -> Result<Json<Throttles>, Problem> {
    let throttle = api.identity.throttle();
    let refused = throttle.refused();
    let accounts: Vec<AccountId> = refused.iter().filter_map(account).collect();
    let known = api.identity.people().by_id(&accounts).await?;
    let mut names = known.into_iter();
    let refused = refused.iter().map(|refused| {
        let known = account(refused).and_then(|_| names.next().flatten());
        held(refused, known.map(|known| known.username.to_string()))
    });
    Ok(Json(Throttles {
        on: throttle.limits().on,
        limits: allowances(throttle.limits()).into(),
        refused: refused.collect(),
    }))
}

fn account(refused: &Refused) -> Option<AccountId> {
    match refused.who {
        Who::Account(account) => Some(AccountId(account)),
        Who::Address(_) | Who::Username(_) => None,
    }
}

fn held(refused: &Refused, username: Option<String>) -> Held {
    Held {
        limit: refused.limit,
        who: match &refused.who {
            Who::Address(address) => address.to_string(),
            Who::Account(account) => account.to_string(),
            Who::Username(username) => username.clone(),
        },
        username,
        times: refused.times,
        refused_at: fresh::now() - refused.ago,
        seconds_left: refused
            .left
            .as_millis()
            .div_ceil(1000)
            .try_into()
            .unwrap_or(u64::MAX),
    }
}

/// Wrong passwords have none: each makes the next attempt wait longer.
fn allowances(limits: &Limits) -> [Allowance; 6] {
    let within = |seconds, limit, times| Allowance {
        limit,
        times,
        seconds,
    };
    [
        within(60, ThrottleLimit::Requests, limits.requests_per_address),
        within(60, ThrottleLimit::Commands, limits.commands_per_account),
        within(60, ThrottleLimit::Typing, limits.typing_per_account),
        within(60, ThrottleLimit::Searches, limits.searches_per_account),
        within(60, ThrottleLimit::Logins, limits.logins_per_address),
        within(
            3600,
            ThrottleLimit::Registrations,
            limits.registrations_per_address,
        ),
    ]
}
