//! Somebody uploads a file, to send it later.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::mailbox::Attachment;
use eventlog::fresh;
use utoipa::ToSchema;

use super::{
    Error, Store, keep,
    spool::{Spooled, broken, spool},
};
use crate::{Api, http::Problem, identity};

/// The form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes a form that is read as it comes")]
pub(super) struct Upload {
    /// 1 byte to 25 MiB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Upload a file. Nobody else sees it until a message is sent with it; without one it is gone after a day.
///
/// What it is, its bytes say: a media type of the client's is ignored. JPEG and PNG are encoded anew (an animated PNG keeps
/// its first picture), GIF and WebP lose everything but their pictures; nothing of where and with what they were taken is
/// left in any of them. Other files are kept as they are, broken pictures too, as `application/octet-stream`.
#[utoipa::path(
    post, path = "/attachments", tag = "attachments",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "It is kept", body = Attachment),
        (status = 400, description = "The form is broken, or has not exactly one part, `file`"),
        (status = 413, description = "It has more than 25 MiB"),
        (status = 415, description = "This is not multipart/form-data"),
        (status = 422, description = "It is empty; it is a picture with too many pixels; or more than 250 MiB of the \
            account's wait to be sent"),
        (status = 429, description = "Too many uploads at once"),
        (status = 503, description = "The files' store is away, or not configured"),
    )
)]
pub(super) async fn upload(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let store = api.attachments.store()?;
    api.identity.throttle().command(caller.account.0)?;
    let seat = api.attachments.seats.take(caller.account)?;
    keep::assert_room(&api, caller.account, fresh::now()).await?;
    let file = only_file(store, open(form, &headers)?).await?;
    // To its end, also when the client goes away now: what is in the store without a row would wait for the collector.
    let own = Arc::clone(&api);
    let kept = tokio::spawn(async move {
        let _seat = seat;
        keep::keep(&own, caller.account, file).await
    });
    let row = kept.await.map_err(Error::from)??;
    let shape = row.shape();
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, shape.url.clone())],
        Json(shape),
    )
        .into_response())
}

fn open(
    form: Result<Multipart, MultipartRejection>,
    headers: &HeaderMap,
) -> Result<Multipart, Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if !kind
        .trim_start()
        .to_ascii_lowercase()
        .starts_with("multipart/form-data")
    {
        return Err(Problem::unsupported_media_type(
            "Send the file with Content-Type: multipart/form-data.",
        ));
    }
    form.map_err(|_| Problem::bad_request("The form's boundary is missing or malformed."))
}

async fn only_file(store: &Store, mut form: Multipart) -> Result<Spooled, Problem> {
    let exactly_one = || Problem::bad_request("Send exactly one part, `file`.");
    let first = form.next_field().await.map_err(|error| broken(&error))?;
    let first = first.ok_or_else(exactly_one)?;
    if first.name() != Some("file") {
        return Err(exactly_one());
    }
    let file = spool(store, first).await?;
    match form.next_field().await.map_err(|error| broken(&error))? {
        None => Ok(file),
        Some(_) => Err(exactly_one()),
    }
}
