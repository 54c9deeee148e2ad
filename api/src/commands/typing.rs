//! Step 1: somebody types. No command: nothing is kept of it.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use domain::{ConversationId, Typing, mailbox::Person};
use eventlog::fresh;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    Api,
    http::{Problem, Strict},
    identity,
};

/// Where the caller types.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhereItTypes {
    /// A conversation of the caller's.
    conversation_id: Uuid,
}

/// Say that the caller types. The conversation's other members who are connected are told `typing`; nothing is kept.
#[utoipa::path(
    post, path = "/typing", tag = "push", request_body = WhereItTypes,
    responses(
        (status = 204, description = "Whoever is connected is told. To be said again every few seconds"),
        (status = 404, description = "There is no such conversation"),
        (status = 429, description = "It was said too often"),
    )
)]
pub(crate) async fn typing(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    Strict(request): Strict<WhereItTypes>,
) -> Result<StatusCode, Problem> {
    api.identity.throttle().typing(caller.account.0)?;
    api.assert_own_conversation(&caller, request.conversation_id)
        .await?;
    let typing = Typing {
        conversation: ConversationId(request.conversation_id),
        account: Person {
            id: caller.account.0,
            username: caller.username.to_string(),
        },
        at: fresh::now(),
    };
    // Nobody listens: then nobody is told.
    let _ = api.typing.send(typing);
    Ok(StatusCode::NO_CONTENT)
}
