//! Step 2: an account, from being registered on. Its password is not here: secrets are never events.

use std::collections::BTreeSet;

use cqrs_es::{Aggregate, DomainEvent, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Sealed, StoredForm, stored::json};

/// Stored name of [`Registered`].
pub const REGISTERED: &str = "account.registered";
/// Stored name of [`ProfileChanged`].
pub const PROFILE_CHANGED: &str = "account.profile_changed";
/// Stored name of [`PasswordChanged`].
pub const PASSWORD_CHANGED: &str = "account.password_changed";
/// Stored name of [`RoleGranted`].
pub const ROLE_GRANTED: &str = "account.role_granted";
/// Stored name of [`RoleRevoked`].
pub const ROLE_REVOKED: &str = "account.role_revoked";
/// Stored name of [`Disabled`].
pub const DISABLED: &str = "account.disabled";
/// Stored name of [`Enabled`].
pub const ENABLED: &str = "account.enabled";
/// Stored name of [`Erased`].
pub const ERASED: &str = "account.erased";

/// What happened to an account. `P` is its profile: sealed in the log, [`Profile`] on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event<P = Sealed> {
    /// It was registered.
    #[serde(rename = "account.registered")]
    Registered(Registered<P>),
    /// Its names or its e-mail address changed.
    #[serde(rename = "account.profile_changed")]
    ProfileChanged(ProfileChanged<P>),
    /// Its password changed: the fact, not the password.
    #[serde(rename = "account.password_changed")]
    PasswordChanged(PasswordChanged),
    /// It may do more.
    #[serde(rename = "account.role_granted")]
    RoleGranted(RoleGranted),
    /// It may do less.
    #[serde(rename = "account.role_revoked")]
    RoleRevoked(RoleRevoked),
    /// It may no longer log in.
    #[serde(rename = "account.disabled")]
    Disabled(Disabled),
    /// It may log in again.
    #[serde(rename = "account.enabled")]
    Enabled(Enabled),
    /// It is gone, with everything it wrote.
    #[serde(rename = "account.erased")]
    Erased(Erased),
}

/// An account was registered. Its number in the classic API is its ordinal among these events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountRegistered))]
pub struct Registered<P = Sealed> {
    /// Who it is.
    pub profile: P,
}

/// The profile as it is now, whole. The username never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountProfileChanged))]
pub struct ProfileChanged<P = Sealed> {
    /// Who it is.
    pub profile: P,
}

/// The password is another one from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountPasswordChanged))]
pub struct PasswordChanged {}

/// A role was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountRoleGranted))]
pub struct RoleGranted {
    /// Which.
    pub role: Role,
}

/// A role was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountRoleRevoked))]
pub struct RoleRevoked {
    /// Which.
    pub role: Role,
}

/// The account may no longer log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountDisabled))]
pub struct Disabled {}

/// The account may log in again, with the password it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountEnabled))]
pub struct Enabled {}

/// The account is gone: its keys are destroyed, and nothing it wrote can be opened any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountErased))]
pub struct Erased {}

/// The personal data of an account, opened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// As its owner spells it.
    pub username: String,
    /// May be empty, like the names.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// What an account may do beyond writing messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AccountRole))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads the log, as stored.
    Auditor,
    /// An auditor who may read texts as well.
    Bodies,
    /// Runs the service.
    Admin,
}

impl Role {
    /// Its name in the log, in tokens and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Auditor => "auditor",
            Self::Bodies => "bodies",
            Self::Admin => "admin",
        }
    }
}

/// An account as its own events tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    registered: bool,
    disabled: bool,
    erased: bool,
    roles: BTreeSet<Role>,
}

/// What somebody wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Make the account.
    Register {
        /// Who it is.
        profile: Sealed,
    },
    /// Give it other names or another e-mail address.
    ChangeProfile {
        /// The whole profile from now on.
        profile: Sealed,
    },
    /// Note that the password changed.
    ChangePassword,
    /// Let it do more.
    GrantRole(Role),
    /// Let it do less.
    RevokeRole(Role),
    /// Lock it out.
    Disable,
    /// Let it in again.
    Enable,
    /// Destroy it.
    Erase,
}

/// Why it does not happen.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Rejection {
    /// The id is taken.
    #[error("this account exists already")]
    AlreadyRegistered,
    /// There is no such account.
    #[error("there is no such account")]
    NotRegistered,
    /// It was locked out.
    #[error("this account is disabled")]
    Disabled,
}

impl Account {
    /// Decides what happens, from what has happened.
    pub fn decide(&self, command: Command) -> Result<Option<Event>, Rejection> {
        match command {
            Command::Register { .. } if self.registered => Err(Rejection::AlreadyRegistered),
            Command::Register { profile } => Ok(Some(Event::Registered(Registered { profile }))),
            _ if !self.registered => Err(Rejection::NotRegistered),
            Command::Erase => Ok((!self.erased).then_some(Event::Erased(Erased {}))),
            _ if self.erased => Err(Rejection::NotRegistered),
            // What is so already needs no event.
            Command::RevokeRole(role) => Ok(self
                .roles
                .contains(&role)
                .then_some(Event::RoleRevoked(RoleRevoked { role }))),
            Command::Disable => Ok((!self.disabled).then_some(Event::Disabled(Disabled {}))),
            Command::Enable => Ok(self.disabled.then_some(Event::Enabled(Enabled {}))),
            _ if self.disabled => Err(Rejection::Disabled),
            Command::ChangeProfile { profile } => {
                Ok(Some(Event::ProfileChanged(ProfileChanged { profile })))
            }
            Command::ChangePassword => Ok(Some(Event::PasswordChanged(PasswordChanged {}))),
            Command::GrantRole(role) => {
                Ok((!self.roles.contains(&role))
                    .then_some(Event::RoleGranted(RoleGranted { role })))
            }
        }
    }
}

impl Aggregate for Account {
    const TYPE: &'static str = "account";
    type Command = Command;
    type Event = Event;
    type Error = Rejection;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Rejection> {
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Registered(_) => self.registered = true,
            Event::ProfileChanged(_) | Event::PasswordChanged(_) => {}
            Event::RoleGranted(RoleGranted { role }) => {
                self.roles.insert(role);
            }
            Event::RoleRevoked(RoleRevoked { role }) => {
                self.roles.remove(&role);
            }
            Event::Disabled(_) => self.disabled = true,
            Event::Enabled(_) => self.disabled = false,
            Event::Erased(_) => self.erased = true,
        }
    }
}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        self.version().to_owned()
    }
}

impl<P: Serialize> StoredForm for Event<P> {
    fn name(&self) -> &'static str {
        match self {
            Self::Registered(_) => REGISTERED,
            Self::ProfileChanged(_) => PROFILE_CHANGED,
            Self::PasswordChanged(_) => PASSWORD_CHANGED,
            Self::RoleGranted(_) => ROLE_GRANTED,
            Self::RoleRevoked(_) => ROLE_REVOKED,
            Self::Disabled(_) => DISABLED,
            Self::Enabled(_) => ENABLED,
            Self::Erased(_) => ERASED,
        }
    }

    fn payload(&self) -> serde_json::Result<String> {
        match self {
            Self::Registered(registered) => json(registered),
            Self::ProfileChanged(changed) => json(changed),
            Self::PasswordChanged(changed) => json(changed),
            Self::RoleGranted(granted) => json(granted),
            Self::RoleRevoked(revoked) => json(revoked),
            Self::Disabled(disabled) => json(disabled),
            Self::Enabled(enabled) => json(enabled),
            Self::Erased(erased) => json(erased),
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use uuid::Uuid;

    use super::*;

    fn profile(n: u128) -> Sealed {
        Sealed {
            key: Uuid::from_u128(n),
            sealed: "c2VhbGVk".into(),
        }
    }

    fn registered() -> Event {
        Event::Registered(Registered {
            profile: profile(1),
        })
    }

    fn granted() -> Event {
        Event::RoleGranted(RoleGranted {
            role: Role::Auditor,
        })
    }

    fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<Account> {
        TestFramework::with(()).given(events)
    }

    #[test]
    fn an_account_is_registered_once() {
        let register = Command::Register {
            profile: profile(1),
        };
        given(vec![])
            .when(register.clone())
            .then_expect_events(vec![registered()]);
        given(vec![registered()])
            .when(register)
            .then_expect_error(Rejection::AlreadyRegistered);
    }

    #[test]
    fn not_registered() {
        given(vec![])
            .when(Command::ChangePassword)
            .then_expect_error(Rejection::NotRegistered);
        given(vec![])
            .when(Command::Disable)
            .then_expect_error(Rejection::NotRegistered);
    }

    #[test]
    fn a_disabled_account_changes_nothing_but_can_lose_roles() {
        let history = vec![registered(), granted(), Event::Disabled(Disabled {})];
        given(history.clone())
            .when(Command::ChangePassword)
            .then_expect_error(Rejection::Disabled);
        given(history)
            .when(Command::RevokeRole(Role::Auditor))
            .then_expect_events(vec![Event::RoleRevoked(RoleRevoked {
                role: Role::Auditor,
            })]);
    }

    #[test]
    fn an_enabled_account_is_as_it_was_before_it_was_disabled() {
        let mut history = vec![registered(), granted(), Event::Disabled(Disabled {})];
        given(history.clone())
            .when(Command::Enable)
            .then_expect_events(vec![Event::Enabled(Enabled {})]);
        history.push(Event::Enabled(Enabled {}));
        given(history.clone())
            .when(Command::GrantRole(Role::Auditor))
            .then_expect_events(vec![]);
        given(history)
            .when(Command::ChangePassword)
            .then_expect_events(vec![Event::PasswordChanged(PasswordChanged {})]);
    }

    #[test]
    fn what_is_so_already_needs_no_event() {
        given(vec![registered(), granted()])
            .when(Command::GrantRole(Role::Auditor))
            .then_expect_events(vec![]);
        given(vec![registered()])
            .when(Command::RevokeRole(Role::Admin))
            .then_expect_events(vec![]);
        given(vec![registered(), Event::Disabled(Disabled {})])
            .when(Command::Disable)
            .then_expect_events(vec![]);
        given(vec![registered()])
            .when(Command::Enable)
            .then_expect_events(vec![]);
    }

    #[test]
    fn stored_forms_are_frozen() {
        let events = [
            registered(),
            Event::ProfileChanged(ProfileChanged {
                profile: profile(2),
            }),
            Event::PasswordChanged(PasswordChanged {}),
            granted(),
            Event::RoleRevoked(RoleRevoked { role: Role::Admin }),
            Event::Disabled(Disabled {}),
            Event::Enabled(Enabled {}),
            Event::Erased(Erased {}),
        ];
        for event in events {
            let stored = format!("{} {}", event.name(), event.payload().unwrap());
            insta::assert_snapshot!(event.name(), stored);
        }
    }
}
