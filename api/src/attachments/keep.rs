//! A file that has come is looked at, cleaned and kept: first its objects, then its row, so that a row is a whole file.

use std::{
    fs::File,
    io::{self, Read, Seek},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use domain::AccountId;
use eventlog::{AppendError, fresh};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

use super::{
    AttachmentRow, Error, SOON, UNSENT, WAITS,
    image::{self, Picture, Unfit},
    media_type,
    row::PreviewRow,
    spool::Spooled,
    store::Object,
};
use crate::{
    Api,
    http::{FieldError, Problem},
};

/// How long a picture waits for its turn: the rest of a request's patience is for opening it.
const TURN: Duration = Duration::from_secs(10);

/// A file as it will be kept.
struct Ready {
    file: File,
    media_type: &'static str,
    size: i64,
    sha256: Vec<u8>,
    picture: Option<Picture>,
}

/// Refuses an account that has too much already, before anything of the next file is read.
pub(super) async fn assert_room(
    api: &Api,
    owner: AccountId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if api.log.is_full() {
        return Err(AppendError::Full.into());
    }
    let unsent = sqlx::query_scalar!(
        r#"select log.unsent_bytes($1, $2) as "unsent!""#,
        owner.0,
        now - WAITS
    );
    if unsent.fetch_one(&api.pool).await? >= UNSENT {
        return Err(too_much());
    }
    Ok(())
}

/// Keeps it.
pub(super) async fn keep(
    api: &Api,
    owner: AccountId,
    spooled: Spooled,
) -> Result<AttachmentRow, Problem> {
    let store = api.attachments.store()?;
    let Ready {
        file,
        media_type,
        size,
        sha256,
        picture,
    } = ready(api, spooled.file).await?;
    let mut row = AttachmentRow {
        id: fresh::id(),
        owner,
        name: spooled.name,
        media_type: media_type.to_owned(),
        size,
        sha256,
        width: picture.as_ref().and_then(|it| it.width.try_into().ok()),
        height: picture.as_ref().and_then(|it| it.height.try_into().ok()),
        preview: None,
        uploaded_at: fresh::now(),
    };
    if let Some((media_type, bytes)) = picture.and_then(|picture| picture.preview) {
        row.preview = Some(PreviewRow {
            media_type: media_type.to_owned(),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        });
        store.put_bytes(Object::Preview(row.id), bytes).await?;
    }
    store.put_file(Object::Whole(row.id), file).await?;
    if !write(api, &row).await? {
        store.remove(row.id).await?;
        return Err(too_much());
    }
    Ok(row)
}

/// What it is, and cleaned if it is a picture. A broken one is no picture.
async fn ready(api: &Api, file: File) -> Result<Ready, Problem> {
    let (file, media_type) = spawn_blocking(move || {
        let media_type = media_type::of(&file)?;
        io::Result::Ok((file, media_type))
    })
    .await
    .map_err(Error::from)?
    .map_err(Error::from)?;
    let Some(format) = media_type::picture(media_type) else {
        return measured(file, media_type, None).await;
    };
    let store = api.attachments.store()?.clone();
    let permit = permit(&api.attachments.images).await?;
    let (file, cleaned) = spawn_blocking(move || {
        // It goes when the work is done, and not when nobody waits for it any more.
        let _permit = permit;
        // A file that confuses its decoder so much is no picture.
        let cleaned = catch_unwind(AssertUnwindSafe(|| {
            image::clean(&file, format, || store.spool())
        }));
        let cleaned = cleaned.unwrap_or(Err(Unfit::Broken));
        (file, cleaned)
    })
    .await
    .map_err(Error::from)?;
    match cleaned {
        Ok((cleaned, picture)) => measured(cleaned, media_type, Some(picture)).await,
        Err(Unfit::Broken) => measured(file, media_type::ANYTHING, None).await,
        Err(Unfit::TooLarge) => Err(Problem::validation(vec![FieldError::new(
            "/file",
            "This picture has too many pixels to be cleaned of what it says about its maker. Make it smaller, or put \
             it into an archive.",
        )])),
        Err(Unfit::File(error)) => Err(Error::from(error).into()),
    }
}

/// A turn at opening a picture. Who would wait for so long that nobody waits for the answer any more is told so instead.
async fn permit(images: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    match timeout(TURN, Arc::clone(images).acquire_owned()).await {
        Ok(permit) => permit.map_err(Problem::internal),
        Err(_) => Err(Problem::unavailable(
            "Too many pictures are being looked at right now. Try again.",
            SOON,
        )),
    }
}

async fn measured(
    mut file: File,
    media_type: &'static str,
    picture: Option<Picture>,
) -> Result<Ready, Problem> {
    let ready = spawn_blocking(move || {
        let (size, sha256) = measure(&mut file)?;
        io::Result::Ok(Ready {
            file,
            media_type,
            size,
            sha256,
            picture,
        })
    });
    Ok(ready.await.map_err(Error::from)?.map_err(Error::from)?)
}

/// Its length and hash; the cursor is at its beginning afterwards.
fn measure(file: &mut File) -> io::Result<(i64, Vec<u8>)> {
    file.rewind()?;
    let (mut size, mut hash) = (0, Context::new(&SHA256));
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            read => {
                hash.update(&chunk[..read]);
                size += i64::try_from(read).unwrap_or_default();
            }
        }
    }
    file.rewind()?;
    Ok((size, hash.finish().as_ref().to_vec()))
}

/// `false`: its owner has too much already. When it fails nobody knows whether the row is there, so the objects stay: the
/// collector finds out.
async fn write(api: &Api, row: &AttachmentRow) -> Result<bool, Problem> {
    let kept = sqlx::query_scalar!(
        r#"select log.keep_attachment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as "kept!""#,
        row.id,
        row.owner.0,
        row.name,
        row.media_type,
        row.size,
        row.sha256,
        row.width,
        row.height,
        row.preview
            .as_ref()
            .map(|preview| preview.media_type.clone()) as Option<String>,
        row.preview.as_ref().map(|preview| preview.size),
        row.uploaded_at,
        row.uploaded_at - WAITS,
        UNSENT,
    );
    Ok(kept.fetch_one(&api.pool).await?)
}

fn too_much() -> Problem {
    Problem::unprocessable(
        "250 MiB of files wait to be sent. Send them, or wait: what was not sent is gone after a day.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_would_wait_too_long_for_a_turn_is_told_so() {
        let images = Arc::new(Semaphore::new(1));
        let taken = permit(&images).await.unwrap();
        assert_eq!(permit(&images).await.unwrap_err().status(), 503);
        drop(taken);
        assert!(permit(&images).await.is_ok());
    }
}
