//! All signed heads.

use std::sync::Arc;

use axum::{body::Bytes, extract::State, response::Response};
use domain::audit::What;
use eventlog::audit::head_line;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    admit::admit,
    stream::{NDJSON, pages},
};
use crate::{
    Api,
    http::{Params, Problem},
    identity,
};

/// How many are read at once.
const ROWS: i64 = 500;

/// Which heads.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Since {
    /// Larger than this size.
    #[serde(default)]
    #[param(minimum = 0)]
    after: i64,
}

/// All heads that were ever signed, the smallest first.
///
/// A line is `{"size": …, "note": "…"}`; the note is what `GET /audit/checkpoint` showed when it was the newest.
#[utoipa::path(
    get, path = "/audit/checkpoints", tag = "audit", params(Since),
    responses(
        (status = 200, description = "Signed notes", content_type = "application/x-ndjson", body = String),
        (status = 403, description = "The role `auditor` is needed"),
    )
)]
pub(crate) async fn checkpoints(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    Params(since): Params<Since>,
) -> Result<Response, Problem> {
    admit(&api, &caller, What::Tree).await?;
    Ok(pages(NDJSON, (api, since.after), step))
}

async fn step((api, after): (Arc<Api>, i64)) -> Result<Option<(Bytes, (Arc<Api>, i64))>, Problem> {
    let heads = api.audits.heads.after(after, ROWS).await?;
    let Some(last) = heads.last().map(|head| head.size) else {
        return Ok(None);
    };
    let lines = heads.iter().map(|head| head_line(head.size, &head.note));
    Ok(Some((lines.collect::<String>().into(), (api, last))))
}
