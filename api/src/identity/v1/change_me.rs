//! `PATCH /api/v1/me`

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    Metadata,
    account::{Account, Command, Event, PROFILE_CHANGED, Profile, ProfileChanged},
};
use eventlog::{Expect, Purpose, fresh};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    Api,
    execute::{Done, Errand, Stream},
    fresh_read::written,
    http::{Optional, Problem, text},
    identity::{Caller, Error, Standing, registration, shapes::Me},
};

/// How often a change is made again because the profile was changed at the same time.
const TRIES: usize = 3;

/// What is to be different. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProfileChange {
    /// First name; may be empty.
    #[serde(default)]
    #[schema(max_length = 150)]
    first_name: Option<String>,
    /// Last name; may be empty.
    #[serde(default)]
    #[schema(max_length = 150)]
    last_name: Option<String>,
    /// E-mail address; may be empty.
    #[serde(default)]
    email: Option<String>,
}

/// Change the own names or address
#[utoipa::path(
    patch,
    path = "/me",
    tag = "accounts",
    request_body = Option<ProfileChange>,
    responses(
        (status = OK, body = Me, headers(("Tidings-Token", description = "The place of this in the log."))),
    )
)]
pub(crate) async fn change_me(
    State(api): State<Arc<Api>>,
    caller: Caller,
    Optional(change): Optional<ProfileChange>,
) -> Result<Response, Problem> {
    text::all([
        text::name(
            "/first_name",
            change.first_name.as_deref().unwrap_or_default(),
        ),
        text::name(
            "/last_name",
            change.last_name.as_deref().unwrap_or_default(),
        ),
        registration::email_or_none("/email", change.email.as_deref().unwrap_or_default()),
    ])?;
    api.identity.throttle().command(caller.account.0)?;
    for _ in 0..TRIES {
        let before = Standing::of(&api.reader, caller.account)
            .await?
            .ok_or_else(Problem::not_found)?;
        let profile = change.applied_to(&before.profile);
        if profile == before.profile {
            return Ok(Json(Me::of(caller.account, before)).into_response());
        }
        match append(&api, &caller, &profile, before.sequence).await {
            Ok(position) => {
                let me = Me::of(caller.account, Standing { profile, ..before });
                return Ok(written(&api, StatusCode::OK, position, Some(&me)));
            }
            Err(Error::Changed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Changed.into())
}

impl ProfileChange {
    fn applied_to(&self, profile: &Profile) -> Profile {
        let either = |new: &Option<String>, old: &String| new.as_ref().unwrap_or(old).clone();
        Profile {
            username: profile.username.clone(),
            email: either(&self.email, &profile.email),
            first_name: either(&self.first_name, &profile.first_name),
            last_name: either(&self.last_name, &profile.last_name),
        }
    }
}

/// The event holds the whole profile, so it must follow the one that was read.
async fn append(
    api: &Api,
    caller: &domain::Caller,
    profile: &Profile,
    sequence: i64,
) -> Result<i64, Error> {
    let aggregate_id = caller.account.to_string();
    let key = api
        .keyring
        .account(caller.account)
        .await?
        .ok_or(Error::Nobody)?;
    let text = serde_json::to_vec(profile).map_err(eventlog::Error::from)?;
    let (sealed, row) = key.seal(
        Purpose {
            name: PROFILE_CHANGED,
            aggregate_id: &aggregate_id,
        },
        None,
        &text,
    );
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let errand = Errand {
        keys: vec![row],
        expects: vec![Expect {
            aggregate_type: "account",
            aggregate_id: aggregate_id.clone(),
            sequence,
        }],
        ..Errand::from(Command::ChangeProfile { profile: sealed })
    };
    let done = api.execute::<Account>(
        Stream::Loaded,
        &aggregate_id,
        &metadata,
        errand,
        |_, event| {
            event.opened_as(&Event::ProfileChanged(ProfileChanged {
                profile: profile.clone(),
            }))
        },
    );
    match done.await? {
        Done::Appended(appended) => Ok(appended.first_position),
        Done::Replayed(_) | Done::Nothing => Err(Error::Changed),
    }
}
