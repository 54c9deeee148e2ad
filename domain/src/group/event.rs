//! What happens to a group.

use serde::{Deserialize, Serialize};

use super::{Members, Role};
use crate::{AccountId, Sealed, StoredForm, stored::json};

/// Stored name of [`Started`].
pub const STARTED: &str = "conversation.started";
/// Stored name of [`Renamed`].
pub const RENAMED: &str = "conversation.renamed";
/// Stored name of [`MemberAdded`].
pub const MEMBER_ADDED: &str = "conversation.member_added";
/// Stored name of [`MemberRemoved`].
pub const MEMBER_REMOVED: &str = "conversation.member_removed";
/// Stored name of [`RoleChanged`].
pub const ROLE_CHANGED: &str = "conversation.role_changed";

/// What happened to a group. `T` is its title: sealed in the log, a text on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event<T = Sealed> {
    /// It was made.
    #[serde(rename = "conversation.started")]
    Started(Started<T>),
    /// It is called something else.
    #[serde(rename = "conversation.renamed")]
    Renamed(Renamed<T>),
    /// Somebody came.
    #[serde(rename = "conversation.member_added")]
    MemberAdded(MemberAdded),
    /// Somebody went, or was sent.
    #[serde(rename = "conversation.member_removed")]
    MemberRemoved(MemberRemoved),
    /// Somebody may do more, or less.
    #[serde(rename = "conversation.role_changed")]
    RoleChanged(RoleChanged),
}

/// A group was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ConversationStarted))]
pub struct Started<T = Sealed> {
    /// What it is called.
    pub title: T,
    /// Who is in it: first its maker, who owns it.
    pub members: Members,
}

/// A group is called something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ConversationRenamed))]
pub struct Renamed<T = Sealed> {
    /// Who calls it so: the title goes when they are erased.
    pub by: AccountId,
    /// What it is called now.
    pub title: T,
}

/// Somebody receives what is sent from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ConversationMemberAdded))]
pub struct MemberAdded {
    /// Who.
    pub member: AccountId,
    /// As what.
    pub role: Role,
}

/// Somebody receives nothing from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ConversationMemberRemoved))]
pub struct MemberRemoved {
    /// Who.
    pub member: AccountId,
}

/// Somebody has another role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ConversationRoleChanged))]
pub struct RoleChanged {
    /// Who.
    pub member: AccountId,
    /// Which.
    pub role: Role,
}

impl<T: Serialize> StoredForm for Event<T> {
    fn name(&self) -> &'static str {
        match self {
            Self::Started(_) => STARTED,
            Self::Renamed(_) => RENAMED,
            Self::MemberAdded(_) => MEMBER_ADDED,
            Self::MemberRemoved(_) => MEMBER_REMOVED,
            Self::RoleChanged(_) => ROLE_CHANGED,
        }
    }

    fn payload(&self) -> serde_json::Result<String> {
        match self {
            Self::Started(started) => json(started),
            Self::Renamed(renamed) => json(renamed),
            Self::MemberAdded(added) => json(added),
            Self::MemberRemoved(removed) => json(removed),
            Self::RoleChanged(changed) => json(changed),
        }
    }
}
