//! What the verbs on a named group have in common.

use axum::response::Response;
use domain::{
    AccountId, Caller, ConversationId, Metadata, Sealed,
    group::{Command, Event, Group, Rejection, Renamed, Started},
};
use eventlog::{KeyRow, Purpose, fresh};

use super::act::nothing;
use crate::{
    Api,
    execute::{Done, Errand, Failure, Stream},
    fresh_read::written,
    http::Problem,
};

/// A title, and what is appended of it.
pub(super) struct Title {
    pub text: String,
    pub sealed: Sealed,
    pub key: KeyRow,
}

impl Title {
    /// Seals it, for an event of a group.
    pub(super) async fn seal(
        api: &Api,
        caller: &Caller,
        event: &str,
        group: ConversationId,
        text: String,
    ) -> Result<Self, Problem> {
        let key = api
            .keyring
            .account(caller.account)
            .await?
            .ok_or_else(|| Problem::internal("an account without a key"))?;
        let purpose = Purpose {
            name: event,
            aggregate_id: &group.to_string(),
        };
        let plain = serde_json::to_vec(&text).map_err(Problem::internal)?;
        let (sealed, key) = key.seal(purpose, None, &plain);
        Ok(Self { text, sealed, key })
    }
}

/// Executes a command on a group. `title` is the text of the title in it.
pub(super) async fn execute(
    api: &Api,
    caller: &Caller,
    group: ConversationId,
    stream: Stream,
    errand: Errand<Command>,
    title: Option<&str>,
) -> Result<Done, Failure<Rejection>> {
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        conversation: Some(group),
        command: Some(fresh::id()),
        traceparent: None,
    };
    let stream_id = group.to_string();
    api.execute::<Group>(stream, &stream_id, &metadata, errand, |event, new| {
        match (event, title) {
            (Event::Started(started), Some(title)) => new.opened_as(&Event::Started(Started {
                title,
                members: started.members.clone(),
            })),
            (Event::Renamed(Renamed { by, .. }), Some(title)) => {
                new.opened_as(&Event::Renamed(Renamed { by: *by, title }))
            }
            _ => Ok(new),
        }
    })
    .await
}

/// Executes a command on a group that is there, and answers 204.
pub(super) async fn change(
    api: &Api,
    caller: &Caller,
    group: ConversationId,
    errand: Errand<Command>,
    title: Option<&str>,
) -> Result<Response, Problem> {
    api.identity.throttle().command(caller.account.0)?;
    let done = execute(api, caller, group, Stream::Loaded, errand, title)
        .await
        .map_err(|failure| failure.problem(rejected))?;
    Ok(match done {
        Done::Appended(appended) => written(
            api,
            axum::http::StatusCode::NO_CONTENT,
            appended.first_position,
            None::<&()>,
        ),
        Done::Replayed(_) | Done::Nothing => nothing(),
    })
}

/// Executes a command without a title.
pub(crate) async fn change_group(
    api: &Api,
    caller: &Caller,
    group: ConversationId,
    command: Command,
) -> Result<Response, Problem> {
    change(api, caller, group, Errand::from(command), None).await
}

/// What the domain's refusal means to the client.
pub(super) fn rejected(rejection: Rejection) -> Problem {
    match rejection {
        Rejection::NotAMember => Problem::not_found(),
        Rejection::NotAnOwner => Problem::forbidden("Only an owner of the group can do this."),
        Rejection::AlreadyStarted => Problem::internal("a new id was taken"),
        Rejection::TooFew => Problem::unprocessable("A group has at least two people."),
        Rejection::Full => Problem::unprocessable("A group has at most 1,000 people."),
        Rejection::LastOwner => {
            Problem::conflict("A group needs an owner: make somebody else one first.")
        }
    }
}

/// The account of a name in a path.
pub(super) async fn account_of(api: &Api, username: &str) -> Result<AccountId, Problem> {
    let known = api.identity.people().by_username(username).await?;
    Ok(known.ok_or_else(Problem::not_found)?.account)
}
