//! Which messages of a conversation a page shows: older ones behind a place, newer ones before it, or both around a message.

use std::cmp::Reverse;

use domain::{Caller, MessageId};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    Api,
    cursor::{self, Way},
    http::{Limit, Problem},
    queries::page::rows_for,
};

/// How messages are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// How many items.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next` or `previous` of a page before.
    cursor: Option<String>,
    /// A message of the conversation: the page shows it in the middle of what was written before and after it.
    around: Option<Uuid>,
}

/// What is read for a page: messages older than one position and newer than another, the nearest of them. Each way one more
/// than is shown; 0 where the page does not lead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub older_than: i64,
    pub older: i64,
    pub newer_than: i64,
    pub newer: i64,
}

impl Window {
    pub(super) async fn of(
        api: &Api,
        caller: &Caller,
        conversation: Uuid,
        asked: Asked,
    ) -> Result<Self, Problem> {
        let Some(message) = asked.around else {
            let read = rows_for(asked.limit);
            let way = cursor::read_either(&api.tokens, asked.cursor.as_deref())?;
            return Ok(match way {
                Way::Older(position) => Self::at(position, read, 0),
                Way::Newer(position) => Self::at(position, 0, read),
            });
        };
        if asked.cursor.is_some() {
            return Err(Problem::bad_request(
                "Give either `around` or `cursor`: the pages beside it are `next` and `previous`.",
            ));
        }
        let letter = api.own_letter(caller.account, MessageId(message)).await?;
        if letter.sent.conversation.0 != conversation {
            return Err(Problem::not_found());
        }
        let newer = rows_for(asked.limit) / 2;
        Ok(Self {
            older_than: letter.position + 1,
            ..Self::at(letter.position, rows_for(asked.limit) + 1 - newer, newer)
        })
    }

    fn at(position: i64, older: i64, newer: i64) -> Self {
        Self {
            older_than: position,
            older,
            newer_than: position,
            newer,
        }
    }

    /// Rows of both boxes as they are shown, newest first, and whether there are others: older ones, newer ones.
    pub(super) fn cut<T>(self, rows: Vec<(i64, T)>) -> (Vec<(i64, T)>, bool, bool) {
        let is_newer = |(position, _): &(i64, T)| self.newer > 0 && *position > self.newer_than;
        let (mut newer, mut older): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_newer);
        newer.sort_unstable_by_key(|(position, _)| *position);
        older.sort_unstable_by_key(|(position, _)| Reverse(*position));
        let has_newer = shorten(&mut newer, self.newer);
        let has_older = shorten(&mut older, self.older);
        newer.reverse();
        newer.append(&mut older);
        (newer, has_older, has_newer)
    }
}

/// Keeps what is shown of rows that were read with one too many.
fn shorten<T>(rows: &mut Vec<T>, read: i64) -> bool {
    let shown = usize::try_from(read - 1).unwrap_or_default();
    let has_more = rows.len() > shown;
    rows.truncate(shown);
    has_more
}
