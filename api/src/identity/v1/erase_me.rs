//! `DELETE /api/v1/me`

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{ConversationId, account::Command, group};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api, commands,
    fresh_read::written,
    http::{ClientAddr, FieldError, Problem, Strict},
    identity::{
        Attempt, Caller, Password,
        admin::{self, By},
        erasure::ErasureReport,
    },
};

/// That it is really its owner who asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// The present password.
    password: Password,
}

/// Erase the own account
///
/// And everything it wrote, for good: its keys are destroyed, so that what stays sealed in the log can never be opened again.
/// Its messages leave a tombstone in others' mailboxes. The name stays taken.
#[utoipa::path(
    delete,
    path = "/me",
    tag = "accounts",
    request_body = Confirmation,
    responses(
        (
            status = OK,
            description = "It is erased. The report names every store, and what is left in it until when.",
            body = ErasureReport,
            headers(("Tidings-Token", description = "The place of this in the log.")),
        ),
        (status = GONE, description = "It was erased before."),
        (status = UNPROCESSABLE_ENTITY, description = "`password` is wrong."),
    )
)]
pub(crate) async fn erase_me(
    State(api): State<Arc<Api>>,
    caller: Caller,
    ClientAddr(address): ClientAddr,
    Strict(Confirmation { password }): Strict<Confirmation>,
) -> Result<Response, Problem> {
    let attempt = Attempt {
        address,
        username: &caller.username,
        password: &password,
    };
    if api.identity.judge(attempt).await?.is_none() {
        let detail = "This is not the present password.";
        return Err(Problem::validation(vec![FieldError::new(
            "/password",
            detail,
        )]));
    }
    leave_groups(&api, &caller).await?;
    let position = admin::execute(&api, caller.account, By::Owner(&caller), Command::Erase).await?;
    // What fails from here on is made good behind the log.
    let position = position.ok_or_else(|| Problem::gone("This account was erased."))?;
    eventlog::forget_account(&api.pool, &api.secrets.names(), caller.account).await?;
    api.identity.lock_out(caller.account).await?;
    let report = ErasureReport::of(caller.account);
    Ok(written(&api, StatusCode::OK, position, Some(&report)))
}

/// Out of every group first, so that nobody goes on writing to somebody who is gone.
async fn leave_groups(api: &Api, caller: &Caller) -> Result<(), Problem> {
    api.await_position(api.reader.head().await?).await?;
    let groups = sqlx::query_scalar!(
        "select m.conversation_id from readmodel.members m
         join readmodel.groups g on g.conversation_id = m.conversation_id and g.named
         where m.account_id = $1 and m.until is null",
        caller.account.0
    );
    for group in groups.fetch_all(&api.reads).await? {
        let command = group::Command::Remove {
            by: caller.account,
            member: caller.account,
        };
        commands::change_group(api, caller, ConversationId(group), command).await?;
    }
    Ok(())
}
