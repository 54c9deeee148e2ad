//! A mailbox as it was.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::What;
use serde::Deserialize;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::{
    admit::{admit, may_read_bodies},
    mailbox_of::{MailboxAt, known_as, mailbox_of},
};
use crate::{
    Api,
    http::{InPath, Params, Problem, problem::kind},
    identity,
};

/// A little less than any answer may take, so that it is this that is said.
const LONGEST: Duration = Duration::from_secs(25);

/// When.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct When {
    /// A position, or a time (RFC 3339) whose events are all seen; without it, now.
    at: Option<String>,
}

/// Somebody's mailbox as it was at a position, made from the log alone: no read model is asked.
///
/// Deleted messages are there, with `deleted_at`. Texts are `null` without the role `bodies`; and, at every position, where
/// they were erased since, for their keys are gone. Somebody who was erased is named by account id. What cannot be read is told
/// in `unreadable`, by its position, and everything else is shown.
#[utoipa::path(
    get, path = "/audit/mailbox/{username}", tag = "audit",
    params(("username" = String, Path, description = "A username, or an account's id"), When),
    responses(
        (status = 200, body = MailboxAt),
        (status = 400, description = "Not a position of the log, and no time"),
        (status = 403, description = "The role `auditor` is needed"),
        (status = 404, description = "Nobody is called so"),
        (status = 503, description = "The log is longer than can be gone through in 25 s"),
    )
)]
pub(crate) async fn mailbox(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(username): InPath<String>,
    Params(when): Params<When>,
) -> Result<Json<MailboxAt>, Problem> {
    let bodies = may_read_bodies(&api, &caller).await?;
    let of = known_as(&api, &username).await;
    // Whoever may not audit is not told who is there.
    let what = match &of {
        Ok(Some(of)) => What::Mailbox { of: *of, bodies },
        _ => What::Events,
    };
    admit(&api, &caller, what).await?;
    let of = of?.ok_or_else(Problem::not_found)?;
    let position = position_of(&api, when.at.as_deref()).await?;
    let made = timeout(LONGEST, mailbox_of(&api, of, position, bodies)).await;
    Ok(Json(made.map_err(|_| too_long(position))??))
}

fn too_long(position: i64) -> Problem {
    let detail = format!(
        "The log's {position} events cannot be gone through in {} seconds. Ask for an earlier `at`, or run `tidings audit mailbox` \
         on the database or an export, where it has the time it needs.",
        LONGEST.as_secs()
    );
    Problem::new(&kind::UNAVAILABLE, detail)
}

/// The position that is meant by a position or a time; without either, the log's head.
pub async fn position_of(api: &Api, at: Option<&str>) -> Result<i64, Problem> {
    let head = api.reader.head().await?;
    let Some(at) = at else { return Ok(head) };
    if let Ok(position) = at.parse::<i64>() {
        if (0..=head).contains(&position) {
            return Ok(position);
        }
        let detail = format!("`at` is a position from 0 to {head}, where the log ends now.");
        return Err(Problem::bad_request(detail));
    }
    let time: DateTime<Utc> = at.parse().map_err(|_| {
        Problem::bad_request("`at` is a position, or a time such as 2026-11-23T00:27:57Z.")
    })?;
    Ok(api
        .reader
        .first_since(time + TimeDelta::microseconds(1))
        .await?
        - 1)
}
