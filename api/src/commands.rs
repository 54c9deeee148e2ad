//! Step 1: one verb, one file.

mod act;
mod archive;
mod block;
mod blocking;
mod delete_received;
mod delete_sent;
mod delivered_by_stream;
mod drop_draft;
mod edit;
mod group;
mod keep_draft;
mod mark_delivered;
mod mark_read;
mod mark_unread;
mod mute;
mod own_view;
mod put_member;
mod remove_member;
mod rename_group;
mod restore_received;
mod restore_sent;
pub(crate) mod send;
mod start_group;
mod typing;
mod unarchive;
mod unblock;
mod unmute;
mod unsend;

use std::sync::Arc;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

pub(crate) use act::delete;
pub use delivered_by_stream::keep_delivered;
pub(crate) use group::change_group;

/// The commands' routes, below `/api/v1`.
pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(send::send))
        .routes(routes!(edit::edit, unsend::unsend))
        .routes(routes!(delete_received::delete_received))
        .routes(routes!(delete_sent::delete_sent))
        .routes(routes!(restore_received::restore_received))
        .routes(routes!(restore_sent::restore_sent))
        .routes(routes!(mark_read::mark_read))
        .routes(routes!(mark_unread::mark_unread))
        .routes(routes!(mark_delivered::mark_delivered))
        .routes(routes!(start_group::start_group))
        .routes(routes!(rename_group::rename_group))
        .routes(routes!(
            put_member::put_member,
            remove_member::remove_member
        ))
        .routes(routes!(archive::archive, unarchive::unarchive))
        .routes(routes!(mute::mute, unmute::unmute))
        .routes(routes!(keep_draft::keep_draft, drop_draft::drop_draft))
        .routes(routes!(block::block, unblock::unblock))
        .routes(routes!(typing::typing))
}
