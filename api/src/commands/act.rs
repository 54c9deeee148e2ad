//! What the verbs on an owner's boxes and marks have in common: their streams are open, so nothing is loaded.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use cqrs_es::Aggregate;
use domain::{
    Caller, Day, Metadata, StoredForm,
    boxes::{self, Boxes, Messages, Which},
};
use eventlog::{Idempotency, fresh};

use crate::{
    Api,
    execute::{Done, Errand, Stream},
    fresh_read::written,
    http::Problem,
    idempotency,
    letters::Letter,
};

/// Executes a command on the caller's stream of today, and answers 204.
pub(super) async fn act<A>(
    api: &Api,
    caller: &Caller,
    command: A::Command,
    kept: Option<Idempotency>,
) -> Result<Response, Problem>
where
    A: Aggregate<Services = ()>,
    A::Command: Clone + Send + Sync,
    A::Event: StoredForm + Send + Sync,
    A::Error: Send + Sync + 'static,
{
    let done = execute::<A>(api, caller, command, kept.clone()).await?;
    Ok(match done {
        Done::Appended(appended) => written(
            api,
            StatusCode::NO_CONTENT,
            appended.first_position,
            None::<&()>,
        ),
        Done::Replayed(replayed) => {
            if let Some(kept) = kept {
                idempotency::first(&kept, replayed)?;
            }
            idempotency::again(nothing())
        }
        Done::Nothing => nothing(),
    })
}

/// Waits until the read models show what the caller did on streams of this kind: whether something is so already can only be
/// asked of them then.
pub(super) async fn settled<A: Aggregate>(api: &Api, caller: &Caller) -> Result<(), Problem> {
    let now = fresh::now();
    // A stream of yesterday may have its last event from a moment ago.
    let days = [now, now - TimeDelta::hours(1)].map(|time| Day::of(time).stream_of(caller.account));
    let last = sqlx::query_scalar!(
        r#"select coalesce(max(l.position), 0) as "position!" from unnest($2::text[]) as d(id)
           cross join lateral (
             select position from log.events where aggregate_type = $1 and aggregate_id = d.id
             order by sequence desc limit 1) l"#,
        A::TYPE,
        &days
    );
    let last = last.fetch_one(&api.pool).await?;
    api.await_position(last).await
}

/// The answer to a command when everything is so already.
pub(super) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

async fn execute<A>(
    api: &Api,
    caller: &Caller,
    command: A::Command,
    kept: Option<Idempotency>,
) -> Result<Done, Problem>
where
    A: Aggregate<Services = ()>,
    A::Command: Clone + Send + Sync,
    A::Event: StoredForm + Send + Sync,
    A::Error: Send + Sync + 'static,
{
    api.identity.throttle().command(caller.account.0)?;
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let stream_id = Day::of(fresh::now()).stream_of(caller.account);
    let errand = Errand {
        idempotency: kept,
        ..Errand::from(command)
    };
    api.execute::<A>(Stream::Open, &stream_id, &metadata, errand, |_, new| {
        Ok(new)
    })
    .await
    .map_err(|failure| failure.problem(Problem::internal))
}

/// Takes a message out of one of the caller's boxes; the position to wait for, if anything changed.
pub(crate) async fn delete(
    api: &Api,
    caller: &Caller,
    letter: &Letter,
    which: Which,
) -> Result<Option<i64>, Problem> {
    settled::<Boxes>(api, caller).await?;
    if is_deleted(api, caller, letter, which).await? == Some(true) {
        return Ok(None);
    }
    let messages = Messages {
        which,
        positions: vec![letter.position],
    };
    let done = execute::<Boxes>(api, caller, boxes::Command::Delete(messages), None).await?;
    Ok(position_of(&done))
}

/// Puts a message back into one of the caller's boxes; the position to wait for, if anything changed.
pub(super) async fn restore(
    api: &Api,
    caller: &Caller,
    letter: &Letter,
    which: Which,
    kept: Option<Idempotency>,
) -> Result<Response, Problem> {
    if idempotency::seen(api, kept.as_ref()).await?.is_some() {
        return Ok(idempotency::again(nothing()));
    }
    settled::<Boxes>(api, caller).await?;
    if is_deleted(api, caller, letter, which).await? == Some(false) {
        return Ok(nothing());
    }
    let messages = Messages {
        which,
        positions: vec![letter.position],
    };
    act::<Boxes>(api, caller, boxes::Command::Restore(messages), kept).await
}

fn position_of(done: &Done) -> Option<i64> {
    match done {
        Done::Appended(appended) => Some(appended.first_position),
        Done::Replayed(_) | Done::Nothing => None,
    }
}

/// Whether the box shows the message as deleted; `None` while it does not show it at all, because it was only just sent.
async fn is_deleted(
    api: &Api,
    caller: &Caller,
    letter: &Letter,
    which: Which,
) -> Result<Option<bool>, Problem> {
    let (owner, position) = (caller.account.0, letter.position);
    Ok(match which {
        Which::Inbox => {
            sqlx::query_scalar!(
                r#"select deleted_at is not null as "deleted!" from readmodel.inbox
                   where owner_id = $1 and position = $2"#,
                owner,
                position
            )
            .fetch_optional(&api.reads)
            .await?
        }
        Which::Sent => {
            sqlx::query_scalar!(
                r#"select deleted_at is not null as "deleted!" from readmodel.sent_box
                   where owner_id = $1 and position = $2"#,
                owner,
                position
            )
            .fetch_optional(&api.reads)
            .await?
        }
    })
}

/// A message which the caller has in a box, whatever the read models show yet.
pub(super) async fn letter_in(
    api: &Api,
    caller: &Caller,
    id: uuid::Uuid,
    which: Which,
) -> Result<Letter, Problem> {
    let letter = api
        .own_letter(caller.account, domain::MessageId(id))
        .await?;
    let is_there = match which {
        Which::Inbox => api.was_sent_to(&letter, caller.account).await?,
        Which::Sent => letter.sent.sender == caller.account,
    };
    if is_there {
        Ok(letter)
    } else {
        Err(Problem::not_found())
    }
}
