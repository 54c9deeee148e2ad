//! As whom the engines run. Postgres refuses root, so there root hands its children to somebody else.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use nix::unistd::{Gid, Uid, User, geteuid};

/// The user tidings' own package makes, the one Postgres' package makes, and one that is always there.
const IN_THIS_ORDER: [&str; 3] = ["tidings", "postgres", "nobody"];

#[derive(Clone)]
pub(super) struct RunAs {
    user: User,
    /// Set if we are root and must become `user`.
    changes: bool,
}

impl RunAs {
    pub(super) fn choose(data: &Path) -> anyhow::Result<Self> {
        let me = geteuid();
        if !me.is_root() {
            let user = User::from_uid(me)?.with_context(|| {
                format!("the user id {me} has no name in /etc/passwd, and Postgres wants one")
            })?;
            return Ok(Self {
                user,
                changes: false,
            });
        }
        let user = owner_of_what_is_there(data)
            .or_else(|| {
                IN_THIS_ORDER
                    .iter()
                    .find_map(|name| User::from_name(name).ok().flatten())
            })
            .context(
                "Postgres does not run as root: make a user for it (useradd --system tidings)",
            )?;
        may_pass(&user, data)?;
        Ok(Self {
            user,
            changes: true,
        })
    }

    /// Whom the child has to become.
    pub(super) fn other_user(&self) -> Option<&str> {
        self.changes.then_some(self.user.name.as_str())
    }

    /// To whom the engines' directories are given, if they are not ours.
    pub(super) fn owner(&self) -> Option<(Uid, Gid)> {
        self.changes.then_some((self.user.uid, self.user.gid))
    }

    /// The names of all who may connect as the database's owner: the engines' user, and root, for whom an operator's commands
    /// work beside a service that is not root's; root may become that user anyway.
    pub(super) fn names(&self) -> [&str; 2] {
        ["root", &self.user.name]
    }

    pub(super) fn uid(&self) -> Uid {
        self.user.uid
    }
}

/// A user made later, by a package for example, must not lock us out of data that another one owns.
fn owner_of_what_is_there(data: &Path) -> Option<User> {
    let owner = fs::metadata(data.join("postgres")).ok()?.uid();
    if owner == 0 {
        None
    } else {
        User::from_uid(Uid::from_raw(owner)).ok().flatten()
    }
}

fn may_pass(user: &User, data: &Path) -> anyhow::Result<()> {
    for directory in data.ancestors() {
        let metadata = fs::metadata(directory)
            .with_context(|| format!("cannot read {}", directory.display()))?;
        let class = if metadata.uid() == user.uid.as_raw() {
            0o100
        } else if metadata.gid() == user.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        if metadata.permissions().mode() & class == 0 {
            let (name, closed) = (&user.name, directory.display());
            bail!(
                "Postgres runs as the user {name}, who may not enter {closed}: \
                 choose another place with --data, or allow it (chmod o+x {closed})"
            );
        }
    }
    Ok(())
}
