//! Where the bytes are: a directory or a bucket, the same for every node.
//!
//! Objects are `<log id>/<file id>` and `<log id>/<file id>.preview`, so that two services in one bucket do not collect
//! each other's.

mod leftovers;
mod location;
mod put;

use std::{fs::File, io, ops::Range, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, future::ready, stream::BoxStream};
use object_store::{
    GetOptions, ObjectStore, ObjectStoreExt, RetryConfig, aws::AmazonS3Builder,
    local::LocalFileSystem, path::Path,
};
use uuid::Uuid;

use super::Error;

pub use location::Location;

const PREVIEW: &str = ".preview";

/// The objects of one service.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Where that is, if it is a directory of this machine.
    directory: Option<PathBuf>,
}

/// One of a file's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Object {
    /// The file itself.
    Whole(Uuid),
    /// The smaller picture.
    Preview(Uuid),
}

impl Store {
    /// Opens a place for the files of one log. A directory is made; whether a bucket is there shows with the first file.
    pub fn open(location: &Location, log_id: Uuid) -> Result<Self, Error> {
        match location {
            Location::Directory(path) => {
                let directory = path.join(log_id.to_string());
                make_private(&directory)?;
                let objects = LocalFileSystem::new_with_prefix(&directory)?.with_fsync(true);
                Ok(Self {
                    objects: Arc::new(objects),
                    prefix: Path::default(),
                    directory: Some(directory),
                })
            }
            Location::S3 { bucket, prefix } => {
                // Credentials, region and endpoint as every program that speaks S3 finds them.
                let objects = AmazonS3Builder::from_env()
                    .with_bucket_name(bucket)
                    .with_retry(RetryConfig {
                        max_retries: 3,
                        retry_timeout: Duration::from_secs(10),
                        ..RetryConfig::default()
                    })
                    .build()?;
                Ok(Self {
                    objects: Arc::new(objects),
                    prefix: Path::from(format!("{prefix}/{log_id}")),
                    directory: None,
                })
            }
        }
    }

    /// A file on its way there. It has no name: when the process ends, however it does, the kernel takes it away.
    pub(super) fn spool(&self) -> io::Result<File> {
        match &self.directory {
            Some(directory) => tempfile::tempfile_in(directory),
            None => tempfile::tempfile(),
        }
    }

    /// Keeps a file, from its cursor on. When this returns it is whole and on the disk; before, nobody finds it.
    pub(super) async fn put_file(&self, object: Object, file: File) -> Result<(), Error> {
        put::file(&*self.objects, &self.path(object), file).await
    }

    /// Keeps what is small.
    pub(super) async fn put_bytes(&self, object: Object, bytes: Vec<u8>) -> Result<(), Error> {
        self.objects.put(&self.path(object), bytes.into()).await?;
        Ok(())
    }

    /// Reads a part of an object, as it comes. `None`: there is no such object.
    pub(super) async fn get(
        &self,
        object: Object,
        range: Range<u64>,
    ) -> Result<Option<BoxStream<'static, object_store::Result<Bytes>>>, Error> {
        let options = GetOptions {
            range: Some(range.into()),
            ..GetOptions::default()
        };
        match self.objects.get_opts(&self.path(object), options).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file's objects. What is not there is removed already.
    pub(super) async fn remove(&self, id: Uuid) -> Result<(), Error> {
        for object in [Object::Preview(id), Object::Whole(id)] {
            match self.objects.delete(&self.path(object)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The files that have objects here which are older than a time, in portions.
    pub(super) fn older_than(
        &self,
        time: DateTime<Utc>,
    ) -> BoxStream<'static, Result<Vec<Uuid>, Error>> {
        self.objects
            .list(Some(&self.prefix))
            .try_filter_map(move |object| {
                let is_older = object.last_modified < time;
                ready(Ok(file_of(&object.location).filter(|_| is_older)))
            })
            .try_chunks(1000)
            .map_err(|error| error.1.into())
            .boxed()
    }

    /// Removes what writers that died left half done, if it is older than a time. Only directories have such: a bucket
    /// has a rule of its own for parts that were never put together.
    pub(super) async fn clear_leftovers(&self, time: DateTime<Utc>) -> Result<(), Error> {
        if let Some(directory) = self.directory.clone() {
            tokio::task::spawn_blocking(move || leftovers::clear(&directory, time.into()))
                .await??;
        }
        Ok(())
    }

    fn path(&self, object: Object) -> Path {
        match object {
            Object::Whole(id) => self.prefix.clone().join(id.to_string()),
            Object::Preview(id) => self.prefix.clone().join(format!("{id}{PREVIEW}")),
        }
    }
}

/// What has another name is not ours to remove.
fn file_of(object: &Path) -> Option<Uuid> {
    let name = object.filename()?;
    name.strip_suffix(PREVIEW).unwrap_or(name).parse().ok()
}

fn make_private(directory: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}
