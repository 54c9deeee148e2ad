//! Search: the caller's own visible messages in which some words stand, the best first.
//!
//! Nothing is kept for it. Each search reads the owner's rows by their key and looks at each text
//! (docs/decisions/0008-search.md), so what was sent, edited, deleted or taken back counts as soon as the boxes show it.

mod alike;
mod find;
mod highlights;
mod terms;
mod which;

use std::sync::Arc;

use axum::{extract::State, response::Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use self::{
    find::Found,
    highlights::{Highlights, Snippet},
    terms::Terms,
    which::Which,
};
use super::{
    conversation_messages::Item,
    page::{List, Snapshot, rows_for},
};
use crate::{
    Api,
    cursor::Ranked,
    fresh_read::FreshRead,
    http::{Limit, Params, Problem},
    identity,
};

/// What to look for, and where.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Question {
    /// What to look for: 1–200 characters and at most 16 terms, among them a letter, a digit or a symbol. All terms have to
    /// occur, in the subject or in the body, and they may be parts of words. What stands between quotation marks is one
    /// term. Case, width, accents and ligatures make no difference. There are no wildcards: every character is itself.
    #[param(min_length = 1, max_length = 200, example = "\"good morning\" harbour")]
    q: String,
    /// Written by the person of this username; it may be the caller's own.
    from: Option<String>,
    /// In the direct conversation with the person of this username.
    with: Option<String>,
    /// In this conversation.
    conversation_id: Option<Uuid>,
    /// In this box only.
    #[param(inline)]
    r#box: Option<MailBox>,
    /// Sent at this time or later. A `+` in it is written `%2B`.
    since: Option<DateTime<Utc>>,
    /// Sent before this time.
    until: Option<DateTime<Utc>>,
    /// How many items.
    #[serde(default)]
    #[param(value_type = u16, minimum = 1, maximum = 200, default = 50)]
    limit: Limit,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// One of the two boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailBox {
    /// What was received.
    Inbox,
    /// What was sent.
    Sent,
}

/// A message that was found, as its box shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hit {
    #[serde(flatten)]
    item: Item,
    /// How well it matches, 1–6: whether the terms stand in the subject counts most (all, some, none), then whether all of
    /// them are words of their own. Higher is better and comes first; among equals the newer one does.
    #[schema(minimum = 1, maximum = 6)]
    score: u8,
    /// Where the terms stand.
    highlights: Highlights,
    /// What a list may show of the body.
    snippet: Snippet,
}

/// Search the own messages
///
/// Finds messages of both boxes that are neither deleted nor taken back, each once. A search that takes too long is a 503
/// which says how to narrow it.
#[utoipa::path(
    get, path = "/search", tag = "search", params(Question),
    responses(
        (status = 200, description = "A page of what was found, the best first", body = List<Hit>),
        (status = 400, description = "A missing or unknown parameter, a bad time or cursor"),
        (status = 422, description = "Too much or nothing to look for, or nobody of that name"),
        (status = 429, description = "Too many searches by this account"),
        (status = 503, description = "It took too long, or too many searches are going on"),
    )
)]
pub(crate) async fn search(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    fresh: FreshRead,
    Params(question): Params<Question>,
) -> Result<Response, Problem> {
    api.identity.throttle().search(caller.account.0)?;
    let behind = Ranked::read(&api.tokens, question.cursor.as_deref())?;
    let terms = Terms::read(&question.q)?;
    let which = Which::of(&api, &caller, &question).await?;
    // Read first: what is added meanwhile is found, and comes again by the stream, rather than be missed.
    let position = Snapshot::now(&api, which.owner).await?.position;
    let mut found = find::find(
        &api.searches,
        &which,
        &terms,
        behind,
        rows_for(question.limit),
    )
    .await?;
    let more = found.len() > question.limit.get();
    found.truncate(question.limit.get());
    let last = found.last().filter(|_| more);
    let next = last.map(|last| last.place.write(&api.tokens));
    let items: Vec<Hit> = found.into_iter().map(|found| hit(found, &terms)).collect();
    fresh.answer(&api, position, &List { items, next })
}

/// Shows where the terms stand.
fn hit(found: Found, terms: &Terms) -> Hit {
    let message = match &found.item {
        Item::Inbox(item) => &item.message,
        Item::Sent(item) => &item.message,
    };
    let subject = message.subject.as_deref().unwrap_or_default();
    let body = message.body.as_deref().unwrap_or_default();
    let in_subject = highlights::found(&terms.finders, subject);
    let in_body = highlights::found(&terms.finders, body);
    Hit {
        highlights: Highlights {
            subject: highlights::places(subject, &in_subject),
            body: highlights::places(body, &in_body),
        },
        snippet: highlights::snippet(body, &in_body),
        score: found.place.score,
        item: found.item,
    }
}
