//! A part of the tree.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use domain::audit::What;
use eventlog::merkle::Tile;
use http::header;

use super::admit::admit;
use crate::{
    Api,
    http::{InPath, Problem},
    identity,
};

/// A full tile never changes. Not for shared caches: it is an auditor's.
const FOR_EVER: &str = "private, max-age=31536000, immutable";
/// At the right edge it is soon another one's part.
const FOR_NOW: &str = "private, max-age=60";

/// A tile of the log's Merkle tree (C2SP tlog-tiles).
///
/// `<level>/<N>[.p/<W>]`: 256 hashes of 32 bytes each, or W of them at the right edge; `N` in groups of three digits, all but
/// the last behind an `x` (`x001/x234/067`). `entries/<N>[.p/<W>]`: the entries whose hashes stand in the tile of level 0,
/// 57 bytes each, behind their length in two bytes: version, position, sequence, time and the hash of the record. The record
/// itself is a line of `GET /audit/events`. What the newest signed head does not cover is not there.
#[utoipa::path(
    get, path = "/audit/tile/{*path}", tag = "audit",
    params(("path" = String, Path, description = "Which tile, such as `0/x001/234` or `entries/000.p/17`")),
    responses(
        (status = 200, description = "Hashes, or entries", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 403, description = "The role `auditor` is needed"),
        (status = 404, description = "There is no such tile"),
    )
)]
pub(crate) async fn tile(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(path): InPath<String>,
) -> Result<Response, Problem> {
    admit(&api, &caller, What::Tree).await?;
    let tile: Tile = path.parse().map_err(|_| Problem::not_found())?;
    let head = api.audits.heads.latest().await?;
    let size = head.map_or(0, |head| u64::try_from(head.size).unwrap_or(0));
    if !tile.is_in(size) {
        return Err(Problem::not_found());
    }
    let bytes = api.audits.tiles.read(&tile).await?;
    let keep = if tile.is_full() { FOR_EVER } else { FOR_NOW };
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, keep),
    ];
    Ok((headers, bytes).into_response())
}
