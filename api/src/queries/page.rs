//! What lists have in common.
//!
//! A read answers with the token of what it shows, and the push stream from that token on has no gap and no overlap: so
//! rows and checkpoint come from one statement. An empty list has no row to carry the checkpoint; then it is read first.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Api,
    http::{Limit, Problem},
};

/// How a list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Page {
    /// How many items.
    #[serde(default)]
    #[param(inline)]
    pub limit: Limit,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last one.
    pub next: Option<String>,
}

/// The state of the read models that a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Snapshot {
    /// The checkpoint.
    pub position: i64,
    /// Unread messages in the whole mailbox.
    pub unread: i64,
}

impl Snapshot {
    /// The state now.
    pub(crate) async fn now(api: &Api, owner: uuid::Uuid) -> Result<Self, Problem> {
        let row = sqlx::query!(
            r#"select (select min(position) from readmodel.checkpoints) as "position!",
                 (select coalesce(sum(unread), 0) from readmodel.last_conversation where owner_id = $1) as "unread!""#,
            owner
        );
        let row = row.fetch_one(&api.reads).await?;
        Ok(Self {
            position: row.position,
            unread: row.unread,
        })
    }
}

/// As many rows as a page has, and one more that tells whether there is another page.
pub(crate) fn rows_for(limit: Limit) -> i64 {
    i64::try_from(limit.get() + 1).unwrap_or(i64::MAX)
}
