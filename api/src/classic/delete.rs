//! Step 1: one message leaves the caller's own view, as the original's clients ask for it.

use std::sync::Arc;

use axum::{Json, extract::State};
use domain::boxes::Which;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api, commands,
    http::{InPath, Params, Problem},
    identity,
};

/// Whose view.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// The caller's username.
    username: String,
}

/// It is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deleted {
    success: &'static str,
}

/// Delete one message from the caller's own view. The other side keeps it.
#[utoipa::path(
    delete, path = "/conversation/delete/{conversation_id}", tag = "classic",
    params(("conversation_id" = String, Path, description = "Names the message"), Whose),
    responses(
        (status = 200, body = Deleted),
        (status = 403, description = "`username` is not the caller"),
        (status = 404, description = "There is no such message"),
    )
)]
pub(crate) async fn delete(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(conversation_id): InPath<String>,
    Params(Whose { username }): Params<Whose>,
) -> Result<Json<Deleted>, Problem> {
    if !username.eq_ignore_ascii_case(&caller.username) {
        return Err(Problem::forbidden("username has to be your own."));
    }
    let position = position_of(&conversation_id).ok_or_else(Problem::not_found)?;
    let letter = api
        .letter_at(position)
        .await?
        .ok_or_else(Problem::not_found)?;
    // Only direct messages appear in the classic API.
    let recipients = &letter.sent.recipients;
    let is_direct = !recipients.is_group() && recipients.people().len() < 2;
    if !is_direct || !api.concerns(&letter, caller.account).await? {
        return Err(Problem::not_found());
    }
    let which = if letter.sent.sender == caller.account {
        Which::Sent
    } else {
        Which::Inbox
    };
    if let Some(position) = commands::delete(&api, &caller, &letter, which).await? {
        api.freshness.wait_for(position).await?;
    }
    Ok(Json(Deleted {
        success: "successfully deleted message",
    }))
}

/// The position that a classic id names: decimal, without a sign or leading zeros.
fn position_of(id: &str) -> Option<i64> {
    let position: i64 = id.parse().ok()?;
    (position > 0 && position.to_string() == id).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_one_message_in_one_way() {
        assert_eq!(position_of("17"), Some(17));
        for malformed in [
            "",
            "017",
            "+17",
            "-17",
            "0",
            "1e3",
            "17 ",
            "99999999999999999999",
            "x",
        ] {
            assert_eq!(position_of(malformed), None, "{malformed}");
        }
    }
}
