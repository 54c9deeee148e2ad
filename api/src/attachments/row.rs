//! What is known of a file.

use chrono::{DateTime, Utc};
use domain::{AccountId, mailbox::Attachment, message};
use uuid::Uuid;

/// A row of `log.attachments`: a file that was uploaded completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentRow {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Who uploaded it.
    pub owner: AccountId,
    /// File name, for display only.
    pub name: String,
    /// As its bytes say.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of what is kept.
    pub sha256: Vec<u8>,
    /// Of an image, in pixels, upright.
    pub width: Option<i32>,
    /// Of an image, in pixels, upright.
    pub height: Option<i32>,
    /// The smaller picture, if there is one.
    pub preview: Option<PreviewRow>,
    /// When it was complete.
    pub uploaded_at: DateTime<Utc>,
}

/// A smaller picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRow {
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
}

impl AttachmentRow {
    /// As it stands in a message.
    #[must_use]
    pub fn content(&self) -> message::Attachment {
        message::Attachment {
            id: self.id,
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            size: self.size,
        }
    }

    /// As clients see it.
    #[must_use]
    pub fn shape(&self) -> Attachment {
        self.content().into()
    }
}

/// A whole row of `log.attachments` as its query gives it.
macro_rules! attachment_row {
    ($row:expr) => {{
        let row = $row;
        $crate::attachments::row::AttachmentRow {
            id: row.id,
            owner: domain::AccountId(row.owner_id),
            name: row.name,
            media_type: row.media_type,
            size: row.size,
            sha256: row.sha256,
            width: row.width,
            height: row.height,
            preview: row
                .preview_type
                .zip(row.preview_size)
                .map(|(media_type, size)| $crate::attachments::row::PreviewRow {
                    media_type,
                    size,
                }),
            uploaded_at: row.uploaded_at,
        }
    }};
}
pub(super) use attachment_row;
