//! `DELETE /api/v1/admin/throttles/{limit}/{who}`

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{
    Api,
    http::{InPath, Problem, ThrottleLimit, Who},
    identity::Admin,
};

/// Lift a throttle
///
/// For administrators. Whoever it is may ask again as if they had not asked before. The counters are those of the process that
/// answers, and nothing is kept of them, so this is no event in the log; the service's own log has a line about it.
#[utoipa::path(
    delete, path = "/admin/throttles/{limit}/{who}", tag = "administration",
    params(
        ("limit" = inline(ThrottleLimit), Path),
        ("who" = String, Path, description = "As the list of throttles has it", example = "203.0.113.7"),
    ),
    responses(
        (status = 204, description = "Nothing holds them back; again: 204"),
        (status = 404, description = "There is no such limit, or it cannot hold such a one back"),
    )
)]
pub(crate) async fn lift_throttle(
    State(api): State<Arc<Api>>,
    Admin { caller, .. }: Admin,
    InPath((limit, who)): InPath<(ThrottleLimit, String)>,
) -> Result<StatusCode, Problem> {
    let who = read(limit, &who).ok_or_else(Problem::not_found)?;
    if !api.identity.throttle().lift(limit, &who) {
        return Err(Problem::not_found());
    }
    tracing::info!(?limit, ?who, by = %caller.account, "a throttle was lifted");
    Ok(StatusCode::NO_CONTENT)
}

fn read(limit: ThrottleLimit, who: &str) -> Option<Who> {
    match limit {
        ThrottleLimit::Requests | ThrottleLimit::Logins | ThrottleLimit::Registrations => {
            who.parse().ok().map(Who::Address)
        }
        ThrottleLimit::Commands | ThrottleLimit::Typing | ThrottleLimit::Searches => {
            who.parse().ok().map(Who::Account)
        }
        ThrottleLimit::Guesses => Some(Who::Username(who.to_lowercase())),
    }
}
