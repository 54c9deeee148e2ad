//! Step 1: somebody takes an own message back, for everybody.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode, response::Response};
use domain::{
    MessageId, Metadata,
    message::{Command, Message, Rejection},
};
use eventlog::fresh;
use uuid::Uuid;

use crate::{
    Api,
    execute::{Done, Errand, Stream},
    fresh_read::written,
    http::{InPath, Problem},
    identity,
};

/// Take an own message back for everybody. Its text is erased for good, a tombstone stays.
#[utoipa::path(
    delete, path = "/messages/{id}", tag = "messages", params(("id" = Uuid, Path)),
    responses(
        (status = 204, description = "It is taken back"),
        (status = 403, description = "It is somebody else's"),
        (status = 404, description = "There is no such message"),
    )
)]
pub(crate) async fn unsend(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
) -> Result<Response, Problem> {
    api.identity.throttle().command(caller.account.0)?;
    let id = MessageId(id);
    let letter = api.own_letter(caller.account, id).await?;
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        conversation: Some(letter.sent.conversation),
        command: Some(fresh::id()),
        traceparent: None,
    };
    let errand = Errand::from(Command::Unsend {
        by: caller.account,
        position: letter.position,
    });
    let done = api
        .execute::<Message>(
            Stream::Loaded,
            &id.to_string(),
            &metadata,
            errand,
            |_, new| Ok(new),
        )
        .await
        .map_err(|failure| failure.problem(rejected))?;
    Ok(match done {
        Done::Appended(appended) => written(
            &api,
            StatusCode::NO_CONTENT,
            appended.first_position,
            None::<&()>,
        ),
        // It was so already. A token all the same: whoever asks again has not seen the first answer.
        Done::Replayed(_) | Done::Nothing => {
            let head = api.reader.head().await?;
            written(&api, StatusCode::NO_CONTENT, head, None::<&()>)
        }
    })
}

/// What the domain's refusal means to the client.
pub(super) fn rejected(rejection: Rejection) -> Problem {
    match rejection {
        Rejection::NotSent => Problem::not_found(),
        Rejection::NotTheSender => Problem::forbidden("Only its sender can change a message."),
        Rejection::TakenBack => Problem::conflict("This message was taken back."),
        Rejection::AlreadySent => Problem::conflict("This message was sent already."),
    }
}
