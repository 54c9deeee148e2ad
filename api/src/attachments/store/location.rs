//! The setting that says where files are kept.

use std::{path::PathBuf, str::FromStr};

use percent_encoding::percent_decode_str;

use crate::attachments::Error;

/// Where files are kept: `file:///a/directory` or `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A directory, which every node has to see.
    Directory(PathBuf),
    /// A bucket of something that speaks S3.
    S3 {
        /// Its name.
        bucket: String,
        /// What the names of its objects begin with; may be empty.
        prefix: String,
    },
}

impl FromStr for Location {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            Error::Location(format!(
                "{text} names no place for files: it is file:///a/directory or s3://bucket/prefix"
            ))
        };
        if let Some(path) = text.strip_prefix("file://") {
            let path = percent_decode_str(path)
                .decode_utf8()
                .map_err(|_| wrong())?;
            return if path.starts_with('/') {
                Ok(Self::Directory(path.into_owned().into()))
            } else {
                Err(wrong())
            };
        }
        let place = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.is_empty() {
            return Err(wrong());
        }
        Ok(Self::S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_directory_or_a_bucket() {
        let s3 = |bucket: &str, prefix: &str| Location::S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        };
        for (text, location) in [
            (
                "file:///var/lib/a%20b",
                Location::Directory("/var/lib/a b".into()),
            ),
            ("s3://files", s3("files", "")),
            ("s3://files/chat/a/", s3("files", "chat/a")),
        ] {
            assert_eq!(text.parse::<Location>().unwrap(), location);
        }
        for text in ["", "/var/lib", "file://relative", "s3://", "gs://files"] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }
}
