//! Making an account, whoever asks for it.

use std::net::IpAddr;

use domain::{
    AccountId, Metadata,
    account::{Account, Command, Event, Profile, REGISTERED, Registered},
};
use eventlog::{AppendError, Claim, FOR_EVER, Purpose, fresh, name_for_ever};

use super::{Error, Password, people};
use crate::{
    Api,
    execute::{Done, Errand, Stream},
    http::{Problem, text},
};

/// An account to be. E-mail address and names may be empty.
pub struct NewAccount {
    /// Unique without regard to case, and for ever.
    pub username: String,
    /// What to log in with.
    pub password: Password,
    /// An address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

/// An account that was made.
pub(crate) struct Made {
    /// Its id.
    pub account: AccountId,
    /// Where it is in the log.
    pub position: i64,
    /// Who it is.
    pub profile: Profile,
}

/// Makes an account.
///
/// The credential goes in first: after a crash in between there is one without an account, which harms nobody, and the name
/// is free. The other way round there would be an account nobody can log in to.
pub(crate) async fn register(api: &Api, new: NewAccount) -> Result<Made, Error> {
    let NewAccount {
        username,
        password,
        email,
        first_name,
        last_name,
    } = new;
    let profile = Profile {
        username,
        email,
        first_name,
        last_name,
    };
    check(api, &profile, &password)?;
    if api
        .identity
        .people()
        .by_username(&profile.username)
        .await?
        .is_some()
    {
        return Err(Error::Taken);
    }
    let account = AccountId(fresh::id());
    api.identity.keep_password(account, &password).await?;
    match append(api, account, &profile).await {
        Ok(position) => Ok(Made {
            account,
            position,
            profile,
        }),
        Err(error) => {
            if matches!(error, Error::Taken) {
                api.identity.drop_password(account).await?;
            }
            Err(error)
        }
    }
}

/// Makes an account for a stranger, and waits until everybody can see it; for two seconds at most.
pub(crate) async fn register_publicly(
    api: &Api,
    address: IpAddr,
    new: NewAccount,
) -> Result<Made, Problem> {
    if !api.settings.registration_open {
        return Err(Problem::forbidden(
            "Registration is closed here. Ask the operator for an account.",
        ));
    }
    api.identity.throttle().registration(address)?;
    if api.log.is_full() {
        // Its credentials, which come first, would stay behind.
        return Err(AppendError::Full.into());
    }
    let made = register(api, new).await?;
    // It is made, so the answer says so, whatever comes of waiting.
    let _ = api.freshness.wait_for(made.position).await;
    Ok(made)
}

async fn append(api: &Api, account: AccountId, profile: &Profile) -> Result<i64, Error> {
    let aggregate_id = account.to_string();
    let (key, account_key) = api.keyring.new_account(account);
    let text = serde_json::to_vec(profile).map_err(eventlog::Error::from)?;
    let (sealed, profile_key) = key.seal(
        Purpose {
            name: REGISTERED,
            aggregate_id: &aggregate_id,
        },
        None,
        &text,
    );
    let metadata = Metadata {
        actor: Some(account),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let errand = Errand {
        keys: vec![account_key, profile_key],
        claims: claims(api, account, &profile.username),
        ..Errand::from(Command::Register { profile: sealed })
    };
    let done = api.execute::<Account>(Stream::New, &aggregate_id, &metadata, errand, |_, event| {
        event.opened_as(&Event::Registered(Registered {
            profile: profile.clone(),
        }))
    });
    match done.await? {
        Done::Appended(appended) => Ok(appended.first_position),
        Done::Replayed(_) | Done::Nothing => Err(Error::Changed),
    }
}

/// The name, and what keeps it taken once the account is erased.
fn claims(api: &Api, account: AccountId, username: &str) -> Vec<Claim> {
    let folded = people::folded(username);
    let for_ever = Claim {
        kind: FOR_EVER,
        key: name_for_ever(&api.secrets.names(), &folded),
        account,
        label: None,
    };
    let name = Claim {
        kind: people::USERNAME,
        key: folded,
        account,
        label: Some(username.to_owned()),
    };
    vec![name, for_ever]
}

fn check(api: &Api, profile: &Profile, password: &Password) -> Result<(), Error> {
    let Profile {
        username,
        email,
        first_name,
        last_name,
    } = profile;
    let names = [username.as_str(), email, first_name, last_name, "tidings"];
    let rules = [
        text::username("/username", username),
        email_or_none("/email", email),
        text::name("/first_name", first_name),
        text::name("/last_name", last_name),
        password.check("/password", api.settings.password_rule, &names),
    ];
    let errors: Vec<_> = rules.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Refused(errors))
    }
}

/// An address may be left out.
pub(super) fn email_or_none(pointer: &'static str, email: &str) -> text::Checked {
    if email.is_empty() {
        Ok(())
    } else {
        text::email(pointer, email)
    }
}
