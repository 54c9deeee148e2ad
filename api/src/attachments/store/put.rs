//! A file on its way into the store, a part at a time.

use std::fs::File;

use bytes::{Bytes, BytesMut};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, path::Path};
use tokio::io::AsyncReadExt;

use crate::attachments::Error;

/// How much of a file is in memory: the least that S3 takes as a part.
const PART: usize = 5 * 1024 * 1024;

/// Keeps a file, from its cursor on.
pub(super) async fn file(objects: &dyn ObjectStore, path: &Path, file: File) -> Result<(), Error> {
    let mut file = tokio::fs::File::from_std(file);
    let first = part(&mut file).await?;
    if first.len() < PART {
        objects.put(path, first.into()).await?;
        return Ok(());
    }
    let mut upload = objects.put_multipart(path).await?;
    let result = parts(&mut *upload, first, file).await;
    if result.is_err() {
        // What came would be paid for until the bucket's own rule removes it. The first error tells more than this one.
        let _ = upload.abort().await;
    }
    result
}

async fn parts(
    upload: &mut dyn MultipartUpload,
    first: Bytes,
    mut file: tokio::fs::File,
) -> Result<(), Error> {
    let mut next = first;
    while !next.is_empty() {
        upload.put_part(next.into()).await?;
        next = part(&mut file).await?;
    }
    upload.complete().await?;
    Ok(())
}

/// The next part; only the last one is shorter than the others.
async fn part(file: &mut tokio::fs::File) -> std::io::Result<Bytes> {
    let mut part = BytesMut::with_capacity(PART);
    let mut rest = file.take(PART as u64);
    while part.len() < PART && rest.read_buf(&mut part).await? > 0 {}
    Ok(part.freeze())
}
