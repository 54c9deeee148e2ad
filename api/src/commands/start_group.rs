//! Step 1: somebody makes a group.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use domain::{
    AccountId, ConversationId,
    group::{Command, STARTED},
    mailbox::{Conversation, ConversationKind, Member},
};
use eventlog::{Appended, fresh};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::group::{self, Title};
use crate::{
    Api,
    execute::{Done, Errand, Stream},
    fresh_read::written,
    http::{Problem, Strict, text},
    idempotency::{self, First, Key},
    identity,
};

/// A group to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGroup {
    /// 1 to 200 characters.
    title: String,
    /// The usernames of everybody else.
    #[schema(min_items = 1, max_items = 999)]
    members: Vec<String>,
}

/// Make a group. Its maker owns it.
#[utoipa::path(
    post, path = "/conversations", tag = "conversations", request_body = NewGroup,
    params(Key),
    responses(
        (status = 201, description = "It is there", body = Conversation),
        (status = 422, description = "A field breaks a rule; an unknown member is `/members/0`"),
    )
)]
pub(crate) async fn start_group(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    key: Key,
    Strict(request): Strict<NewGroup>,
) -> Result<Response, Problem> {
    let id = ConversationId(fresh::id());
    let result = serde_json::json!({ "conversation": id }).to_string();
    let kept = key.keep(&api, &caller, &request, StatusCode::CREATED, result)?;
    if let Some(first) = idempotency::seen(&api, kept.as_ref()).await? {
        return replay(&api, &first).await;
    }
    text::all([text::title("/title", &request.title)])?;
    let others = api.accounts_called("/members", &request.members).await?;
    api.identity.throttle().command(caller.account.0)?;
    let title = Title::seal(&api, &caller, STARTED, id, request.title).await?;
    let errand = Errand {
        keys: vec![title.key],
        idempotency: kept.clone(),
        ..Errand::from(Command::Start {
            by: caller.account,
            title: title.sealed,
            others,
        })
    };
    let done = group::execute(&api, &caller, id, Stream::New, errand, Some(&title.text)).await;
    match done.map_err(|failure| failure.problem(group::rejected))? {
        Done::Appended(appended) => answer(&api, id, Some(title.text), appended).await,
        Done::Replayed(replayed) => {
            let kept = kept.ok_or_else(|| Problem::internal("a replay without a key"))?;
            replay(&api, &idempotency::first(&kept, replayed)?).await
        }
        Done::Nothing => Err(Problem::internal("a group was neither made nor refused")),
    }
}

async fn replay(api: &Api, first: &First) -> Result<Response, Problem> {
    #[derive(Deserialize)]
    struct Ids {
        conversation: ConversationId,
    }
    #[derive(Deserialize)]
    struct Named {
        title: Option<String>,
    }
    let Ids { conversation: id } =
        serde_json::from_str(&first.result).map_err(Problem::internal)?;
    let started = api.reader.first_of("conversation", &id.to_string()).await?;
    let started = started.ok_or_else(|| Problem::internal("an answer without its group"))?;
    started.assert_opened()?;
    let Named { title } = serde_json::from_str(started.data.get()).map_err(Problem::internal)?;
    let answer = answer(api, id, title, first.appended).await?;
    Ok(idempotency::again(answer))
}

/// The group as it was made.
async fn answer(
    api: &Api,
    id: ConversationId,
    title: Option<String>,
    appended: Appended,
) -> Result<Response, Problem> {
    let group = api.groups.at(id, 1).await?;
    let accounts: Vec<AccountId> = group.members.iter().map(|member| member.account).collect();
    let names = api.identity.people().by_id(&accounts).await?;
    let members: Vec<Member> = group
        .members
        .iter()
        .zip(names)
        .map(|(member, known)| Member {
            id: member.account.0,
            username: known
                .map(|known| known.username.to_string())
                .unwrap_or_default(),
            role: member.role,
        })
        .collect();
    let conversation = Conversation {
        id: id.0,
        kind: ConversationKind::Group,
        title,
        member_count: i32::try_from(members.len()).unwrap_or_default(),
        members,
        last_message: None,
        unread: 0,
        archived: false,
        muted: false,
        left_at: None,
        updated_at: appended.recorded_at,
    };
    let mut response = written(
        api,
        StatusCode::CREATED,
        appended.first_position,
        Some(&conversation),
    );
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/conversations/{id}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}
