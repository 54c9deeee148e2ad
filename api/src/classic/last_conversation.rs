//! One row per partner, newest first.

use std::sync::Arc;

use axum::{Json, extract::State};
use domain::mailbox::Member;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::person::{naive, people};
use crate::{
    Api,
    http::{Params, Problem},
    identity,
};

/// Whose conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// The caller's username.
    username: String,
}

/// The last messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastConversations {
    status: &'static str,
    result: Vec<LastConversation>,
}

/// A partner, and the last message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastConversation {
    id: i64,
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    last_message: String,
    timestamp: String,
    read: bool,
    delivered: bool,
    msg_sender: String,
    msg_receiver: String,
}

/// A conversation of the caller's, as the read models have it.
struct Row {
    members: String,
    last_sender_id: Uuid,
    last_body: Option<String>,
    last_sent_at: chrono::DateTime<chrono::Utc>,
    read: bool,
    delivered: bool,
}

/// The last message with each partner.
#[utoipa::path(
    get, path = "/last_conversation", tag = "classic", params(Whose),
    responses((status = 200, body = LastConversations), (status = 403, description = "`username` is not the caller"))
)]
pub(crate) async fn last_conversation(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    Params(Whose { username }): Params<Whose>,
) -> Result<Json<LastConversations>, Problem> {
    if !username.eq_ignore_ascii_case(&caller.username) {
        return Err(Problem::forbidden("username has to be your own."));
    }
    let rows = rows(&api, caller.account.0).await?;
    let mut result = Vec::with_capacity(rows.len());
    let partners: Vec<(Option<Uuid>, Row)> = rows
        .into_iter()
        .map(|row| (partner(&row.members, caller.account.0), row))
        .collect();
    let ids: Vec<Uuid> = partners
        .iter()
        .filter_map(|(partner, _)| *partner)
        .collect();
    let people = people(&api, &ids).await?;
    for (partner, row) in partners {
        let Some(person) = partner.and_then(|partner| people.get(&partner)) else {
            continue;
        };
        let (own, other) = (caller.username.to_string(), person.username.clone());
        let (msg_sender, msg_receiver) = if row.last_sender_id == caller.account.0 {
            (own, other)
        } else {
            (other, own)
        };
        result.push(LastConversation {
            id: person.id,
            username: person.username.clone(),
            email: person.email.clone(),
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            last_message: row.last_body.unwrap_or_default(),
            timestamp: naive(row.last_sent_at),
            read: row.read,
            delivered: row.delivered,
            msg_sender,
            msg_receiver,
        });
    }
    Ok(Json(LastConversations {
        status: "success",
        result,
    }))
}

async fn rows(api: &Api, owner: Uuid) -> Result<Vec<Row>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        r#"select c.members::text as "members!", c.last_sender_id as "last_sender_id!", c.last_body,
             c.last_sent_at as "last_sent_at!",
             coalesce(i.read_at is not null, s.read_by > 0, false) as "read!",
             coalesce(i.delivered_at is not null, s.delivered_to > 0, false) as "delivered!"
           from readmodel.last_conversation c
           left join readmodel.inbox i
             on c.last_sender_id <> $1 and i.owner_id = $1 and i.position = c.last_position
           left join readmodel.sent_box s
             on c.last_sender_id = $1 and s.owner_id = $1 and s.position = c.last_position
           where c.owner_id = $1 and c.last_position is not null and c.members is not null
           order by c.last_position desc"#,
        owner
    );
    Ok(rows.fetch_all(&api.reads).await?)
}

/// The other one of two; oneself, in notes; nobody, in a group.
fn partner(members: &str, own: Uuid) -> Option<Uuid> {
    let members: Vec<Member> = serde_json::from_str(members).ok()?;
    match members.as_slice() {
        [only] => Some(only.id),
        [one, other] => Some(if one.id == own { other.id } else { one.id }),
        _ => None,
    }
}
