//! The newest signed head.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::audit::What;
use http::header;

use super::admit::admit;
use crate::{Api, http::Problem, identity};

/// What a person and a program can read.
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// The newest signed head of the log's Merkle tree.
///
/// A C2SP tlog-checkpoint: origin, size (the position of the last event) and root, in a note signed with Ed25519. A new one is
/// there at most two seconds after an event.
#[utoipa::path(
    get, path = "/audit/checkpoint", tag = "audit",
    responses(
        (status = 200, description = "A signed note", content_type = "text/plain", body = String),
        (status = 403, description = "The role `auditor` is needed"),
        (status = 503, description = "Nothing was signed yet"),
    )
)]
pub(crate) async fn checkpoint(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
) -> Result<Response, Problem> {
    admit(&api, &caller, What::Tree).await?;
    let head = api.audits.heads.latest().await?.ok_or_else(unsigned)?;
    Ok(([(header::CONTENT_TYPE, TEXT)], head.note).into_response())
}

/// The first head takes a moment; without a key there will be none.
pub(super) fn unsigned() -> Problem {
    let detail =
        "Nothing of the log is signed yet. If it stays so, no relay runs with the audit key.";
    Problem::unavailable(detail, Duration::from_secs(1))
}
