//! Step 1: somebody gives an own message another text.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    MessageId, Metadata,
    mailbox::Message,
    message::{self, Command, Content, Edited},
};
use eventlog::{Purpose, fresh};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::unsend::rejected;
use crate::{
    Api,
    execute::{Done, Errand, Stream},
    fresh_read::written,
    http::{InPath, Problem, Strict, text},
    identity,
};

/// The new text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewText {
    /// 1 to 20,000 characters.
    body: String,
}

/// Edit an own message. The log keeps every version.
#[utoipa::path(
    patch, path = "/messages/{id}", tag = "messages", params(("id" = Uuid, Path)), request_body = NewText,
    responses(
        (status = 200, description = "The message as it is now", body = Message),
        (status = 403, description = "It is somebody else's"),
        (status = 404, description = "There is no such message"),
        (status = 409, description = "It was taken back"),
    )
)]
pub(crate) async fn edit(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
    Strict(NewText { body }): Strict<NewText>,
) -> Result<Response, Problem> {
    text::all([text::body("/body", &body)])?;
    api.identity.throttle().command(caller.account.0)?;
    let id = MessageId(id);
    let letter = api.own_letter(caller.account, id).await?;
    // All but the text stays; once erased there is nothing to edit, and the domain says so.
    let content = Content {
        body,
        ..letter.content()?.cloned().unwrap_or_default()
    };
    let key = api
        .keyring
        .account(caller.account)
        .await?
        .ok_or_else(Problem::not_found)?;
    let plain = serde_json::to_vec(&content).map_err(Problem::internal)?;
    let stream_id = id.to_string();
    let purpose = Purpose {
        name: message::EDITED,
        aggregate_id: &stream_id,
    };
    let (sealed, key_row) = key.seal(purpose, Some(id), &plain);
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        conversation: Some(letter.sent.conversation),
        command: Some(fresh::id()),
        traceparent: None,
    };
    let opened = message::Event::Edited(Edited {
        sender: letter.sent.sender,
        conversation: letter.sent.conversation,
        recipients: letter.sent.recipients.clone(),
        position: letter.position,
        content: content.clone(),
    });
    let command = Command::Edit {
        by: caller.account,
        position: letter.position,
        content: sealed,
    };
    let errand = Errand {
        keys: vec![key_row],
        ..Errand::from(command)
    };
    let done = api
        .execute::<message::Message>(Stream::Loaded, &stream_id, &metadata, errand, |_, new| {
            new.opened_as(&opened)
        })
        .await
        .map_err(|failure| failure.problem(rejected))?;
    let Done::Appended(appended) = done else {
        return Err(Problem::internal("an edit without an event"));
    };
    let message = Message {
        edited_at: Some(appended.recorded_at),
        ..letter.shown(&caller, id, Some(content))
    };
    Ok(written(
        &api,
        StatusCode::OK,
        appended.first_position,
        Some(&message),
    ))
}
