//! An upload on its way: from the socket to a file without a name, never the whole of it in memory.

use std::{fs::File, io::Seek};

use axum::extract::multipart::{Field, MultipartError};
use http::StatusCode;
use tokio::io::AsyncWriteExt;

use super::{Error, LARGEST, Store, file_name};
use crate::http::{FieldError, Problem};

/// What came.
#[derive(Debug)]
pub(super) struct Spooled {
    /// Its bytes, the cursor at their beginning.
    pub file: File,
    /// The client's name for it, made fit to be shown.
    pub name: String,
}

/// Takes one file. The limit holds while it comes.
pub(super) async fn spool(store: &Store, mut field: Field<'_>) -> Result<Spooled, Problem> {
    let name = file_name::clean(field.file_name().unwrap_or_default());
    let own = store.clone();
    let file = tokio::task::spawn_blocking(move || own.spool())
        .await
        .map_err(Error::from)?
        .map_err(Error::from)?;
    let mut file = tokio::fs::File::from_std(file);
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        size += chunk.len() as u64;
        if size > LARGEST {
            return Err(too_large());
        }
        file.write_all(&chunk).await.map_err(Error::from)?;
    }
    if size == 0 {
        return Err(Problem::validation(vec![FieldError::new(
            "/file",
            "The file is empty.",
        )]));
    }
    file.flush().await.map_err(Error::from)?;
    let mut file = file.into_std().await;
    file.rewind().map_err(Error::from)?;
    Ok(Spooled { file, name })
}

/// What went wrong with the form. The client's own sentence is not repeated.
pub(super) fn broken(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Problem::bad_request("The form is not whole. Send multipart/form-data with one part, `file`.")
}

fn too_large() -> Problem {
    Problem::new(
        &crate::http::problem::kind::PAYLOAD_TOO_LARGE,
        "A file may have at most 25 MiB.",
    )
}
