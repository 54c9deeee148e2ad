//! The client's files, as they were when the binary was built.

use std::borrow::Cow;

use axum::http::HeaderValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{
    PAGE,
    coding::{Codings, is_form},
};

/// The client. `web/dist` is there once `make` or `npm run build` has made it; build.rs notices.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Client;

/// The page of a binary that was built without Node.
#[derive(RustEmbed)]
#[folder = "web/placeholder"]
struct Placeholder;

/// One file, in the form that suits a request.
pub struct Asset {
    pub bytes: Bytes,
    pub media_type: HeaderValue,
    /// Of these bytes: each form has its own.
    pub etag: HeaderValue,
    pub coding: Option<&'static str>,
}

/// The file at a path, in the smallest form that the request takes and the build has made.
pub fn find(path: &str, codings: Codings) -> Option<Asset> {
    if is_form(path) {
        return None;
    }
    let plain = get(path)?;
    let media_type = plain.metadata.mimetype().parse().ok()?;
    let form = codings
        .forms()
        .find_map(|(coding, end)| Some((coding, get(&format!("{path}{end}"))?)));
    let (coding, file) = form.map_or((None, plain), |(coding, file)| (Some(coding), file));
    Some(Asset {
        media_type,
        etag: etag_of(&file)?,
        bytes: bytes_of(file),
        coding,
    })
}

fn get(path: &str) -> Option<EmbeddedFile> {
    if Client::get(PAGE).is_some() {
        Client::get(path)
    } else {
        Placeholder::get(path)
    }
}

fn etag_of(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash = URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..15]);
    HeaderValue::from_str(&format!("\"{hash}\"")).ok()
}

/// Without a copy: they lie in the binary.
fn bytes_of(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}
