//! A file, for those who may see it.

use std::{ops::Range, sync::Arc};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{AccountId, Caller, MessageId, account, message};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    AttachmentRow, media_type,
    range::{Part, asked},
    row::attachment_row,
    store::Object,
};
use crate::{
    Api,
    fresh_read::is_known,
    http::{InPath, Params, Problem, problem::kind},
    identity,
};

/// Whatever a file is, as a page of its own it may do nothing.
const POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// Kept by this browser alone, and asked about each time: a file that was erased is not shown again.
const CACHE: HeaderValue = HeaderValue::from_static("private, no-cache");
/// RFC 8187's `attr-char`: everything else in a name is escaped.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Which of a file's objects.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The smaller picture, at most 640 pixels wide and high, instead of the file. Only images have one.
    #[serde(default)]
    preview: bool,
}

/// A file's bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(
    dead_code,
    reason = "it describes a body that is passed on as it comes"
)]
pub(super) struct Bytes(Vec<u8>);

/// What is sent.
struct Sending {
    object: Object,
    media_type: String,
    size: u64,
    etag: HeaderValue,
}

/// Download a file. One that was not sent yet is its uploader's alone; a sent one is for the message's sender and
/// recipients, until the message is taken back.
#[utoipa::path(
    get, path = "/attachments/{id}", tag = "attachments",
    params(
        ("id" = Uuid, Path), Which,
        ("Range" = Option<String>, Header, description = "One range of bytes; several get the whole file"),
        ("If-Range" = Option<String>, Header, description = "The ETag of the file that a part is missing of"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of what the client has"),
    ),
    responses(
        (status = 200, description = "Its bytes, with its own media type", content((Bytes = "application/octet-stream"), (Bytes = "*/*"))),
        (status = 206, description = "A part of it", content((Bytes = "application/octet-stream"), (Bytes = "*/*"))),
        (status = 304, description = "The client has it"),
        (status = 404, description = "There is no such file, it is not the caller's, it was taken back, or has no preview"),
        (status = 416, description = "The range is outside of the file"),
        (status = 503, description = "The files' store is away, or not configured"),
    )
)]
pub(super) async fn download(
    State(api): State<Arc<Api>>,
    identity::Caller(caller): identity::Caller,
    InPath(id): InPath<Uuid>,
    Params(which): Params<Which>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    api.attachments.store()?;
    let row = visible(&api, &caller, id).await?;
    let sending = Sending::of(&row, which.preview).ok_or_else(Problem::not_found)?;
    let described = sending.headers(&row.name);
    if is_known(&headers, &sending.etag) {
        return Ok((StatusCode::NOT_MODIFIED, described).into_response());
    }
    // A range is for GET alone.
    if method == Method::HEAD {
        return Ok((described, length(sending.size), Body::empty()).into_response());
    }
    let whole = 0..sending.size;
    let (status, part) = match asked(&headers, &sending.etag, sending.size) {
        Part::Whole => (StatusCode::OK, whole),
        Part::Some(part) => (StatusCode::PARTIAL_CONTENT, part),
        Part::Nothing => return Ok(unsatisfiable(sending.size)),
    };
    let body = bytes(&api, sending.object, part.clone()).await?;
    let mut response = (status, described, length(part.end - part.start), body).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let place = format!("bytes {}-{}/{}", part.start, part.end - 1, sending.size);
        response
            .headers_mut()
            .insert(header::CONTENT_RANGE, ascii(place));
    }
    Ok(response)
}

/// A file, if the caller may see it. What is not there and what is not theirs look the same.
async fn visible(api: &Api, caller: &Caller, id: Uuid) -> Result<AttachmentRow, Problem> {
    let found = sqlx::query!(
        r#"select a.id, a.owner_id, a.name, a.media_type, a.size, a.sha256, a.width, a.height, a.preview_type,
             a.preview_size, a.uploaded_at, c.label as "label?", c.key is not null as "is_sent!"
           from log.attachments a
           left join log.claims c on c.kind = 'attachment' and c.key = a.id::text
           where a.id = $1"#,
        id
    );
    let found = found
        .fetch_optional(&api.pool)
        .await?
        .ok_or_else(Problem::not_found)?;
    let (is_sent, message) = (found.is_sent, found.label.clone());
    let row = attachment_row!(found);
    if !is_sent {
        return if row.owner == caller.account {
            Ok(row)
        } else {
            Err(Problem::not_found())
        };
    }
    let message = message.and_then(|message| message.parse().ok());
    let message = MessageId(message.ok_or_else(Problem::not_found)?);
    api.own_letter(caller.account, message).await?;
    // At once, and not only when the eraser has come to it.
    if is_gone(api, message, row.owner).await? {
        return Err(Problem::not_found());
    }
    Ok(row)
}

/// Whether a message was taken back, or its sender is erased.
async fn is_gone(api: &Api, message: MessageId, sender: AccountId) -> Result<bool, Problem> {
    let gone = sqlx::query_scalar!(
        r#"select exists (select from log.events
               where aggregate_type = 'message' and aggregate_id = $1 and event_type = $2)
             or exists (select from log.events
               where aggregate_type = 'account' and aggregate_id = $3 and event_type = $4) as "gone!""#,
        message.to_string(),
        message::UNSENT,
        sender.to_string(),
        account::ERASED
    );
    Ok(gone.fetch_one(&api.pool).await?)
}

async fn bytes(api: &Api, object: Object, part: Range<u64>) -> Result<Body, Problem> {
    let Some(stream) = api.attachments.store()?.get(object, part).await? else {
        // Erased between the row and here, or lost: an operator has to know which.
        tracing::error!(?object, "an attachment has a row and no object");
        return Err(Problem::not_found());
    };
    Ok(Body::from_stream(stream))
}

impl Sending {
    /// `None`: there is no preview.
    fn of(row: &AttachmentRow, preview: bool) -> Option<Self> {
        let hash = URL_SAFE_NO_PAD.encode(row.sha256.get(..15)?);
        if preview {
            let preview = row.preview.as_ref()?;
            return Some(Self {
                object: Object::Preview(row.id),
                media_type: preview.media_type.clone(),
                size: preview.size.try_into().ok()?,
                etag: ascii(format!("\"{hash}.preview\"")),
            });
        }
        Some(Self {
            object: Object::Whole(row.id),
            media_type: row.media_type.clone(),
            size: row.size.try_into().ok()?,
            etag: ascii(format!("\"{hash}\"")),
        })
    }

    fn headers(&self, name: &str) -> HeaderMap {
        let media_type = if self.media_type == media_type::TEXT {
            HeaderValue::from_static("text/plain; charset=utf-8")
        } else {
            ascii(self.media_type.clone())
        };
        let shown = if media_type::is_shown(&self.media_type) {
            "inline"
        } else {
            "attachment"
        };
        let name = utf8_percent_encode(name, ATTR_CHAR);
        let disposition = ascii(format!("{shown}; filename*=UTF-8''{name}"));
        let same_origin = HeaderValue::from_static("same-origin");
        HeaderMap::from_iter([
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, disposition),
            (header::ETAG, self.etag.clone()),
            (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
            (header::CACHE_CONTROL, CACHE),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                same_origin,
            ),
        ])
    }
}

fn unsatisfiable(size: u64) -> Response {
    let mut response = Problem::plain(&kind::RANGE_NOT_SATISFIABLE).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_RANGE, ascii(format!("bytes */{size}")));
    response
}

fn length(bytes: u64) -> [(HeaderName, HeaderValue); 1] {
    [(header::CONTENT_LENGTH, bytes.into())]
}

/// What was made here of ASCII.
fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""))
}
