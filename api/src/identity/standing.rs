//! An account as the log tells it now, opened. Asked where a read model might be a moment behind: at a log-in, before a
//! profile is changed, for a role.

use std::collections::BTreeSet;

use domain::{
    AccountId, Event,
    account::{
        Event as AccountEvent, Profile, ProfileChanged, Registered, Role, RoleGranted, RoleRevoked,
    },
};
use eventlog::Reader;
use serde::de::IgnoredAny;

use super::Error;

/// What has become of an account.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// Its names and address.
    pub profile: Profile,
    /// What it may do beyond writing messages.
    pub roles: BTreeSet<Role>,
    /// It may no longer log in.
    pub disabled: bool,
    /// It is gone.
    pub erased: bool,
    /// How many events made it so.
    pub sequence: i64,
}

impl Standing {
    /// Reads it; `None` if there is no such account, or it was erased. Fails where its newest profile does not open.
    pub(crate) async fn of(reader: &Reader, account: AccountId) -> Result<Option<Self>, Error> {
        let mut standing = Self::default();
        let mut profile = None;
        for recorded in reader.stream("account", &account.to_string()).await? {
            standing.sequence += 1;
            if recorded.missing.is_some() {
                profile = recorded.assert_opened().err().map(Err);
                continue;
            }
            let event = Event::<IgnoredAny, Profile, IgnoredAny>::read(
                &recorded.name,
                &recorded.version,
                recorded.data.get(),
            )
            .map_err(eventlog::Error::from)?;
            let Event::Account(event) = event else {
                continue;
            };
            if let Some(changed) = standing.apply(event) {
                profile = Some(Ok(changed));
            }
        }
        let profile = profile.filter(|_| !standing.erased).transpose()?;
        Ok(profile.map(|profile| Self {
            profile,
            ..standing
        }))
    }

    /// Gives the profile if the event has one.
    fn apply(&mut self, event: AccountEvent<Profile>) -> Option<Profile> {
        match event {
            AccountEvent::Registered(Registered { profile })
            | AccountEvent::ProfileChanged(ProfileChanged { profile }) => return Some(profile),
            AccountEvent::PasswordChanged(_) => {}
            AccountEvent::RoleGranted(RoleGranted { role }) => {
                self.roles.insert(role);
            }
            AccountEvent::RoleRevoked(RoleRevoked { role }) => {
                self.roles.remove(&role);
            }
            AccountEvent::Disabled(_) => self.disabled = true,
            AccountEvent::Enabled(_) => self.disabled = false,
            AccountEvent::Erased(_) => self.erased = true,
        }
        None
    }
}
