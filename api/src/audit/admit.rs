//! Who may audit, and that it is noted before anything is shown.

use cqrs_es::Aggregate;
use domain::{
    Caller, Day, Metadata,
    account::Role,
    audit::{Audit, Command, Read, What},
};
use eventlog::fresh;

use crate::{
    Api,
    execute::{Errand, Stream},
    http::Problem,
};

/// Lets an auditor in, and notes what is read: once a minute, auditor and kind, whatever the number of nodes.
pub(super) async fn admit(api: &Api, caller: &Caller, what: What) -> Result<(), Problem> {
    assert_role(api, caller, Role::Auditor).await?;
    if let What::Bodies | What::Mailbox { bodies: true, .. } = what {
        assert_role(api, caller, Role::Bodies).await?;
    }
    note(api, caller, what).await
}

/// Whether texts may be shown as well.
pub(super) async fn may_read_bodies(api: &Api, caller: &Caller) -> Result<bool, Problem> {
    Ok(api
        .identity
        .has_role(&api.reader, caller, Role::Bodies)
        .await?)
}

/// By the log, not by the token: a role that was taken is gone at once.
async fn assert_role(api: &Api, caller: &Caller, role: Role) -> Result<(), Problem> {
    if api.identity.has_role(&api.reader, caller, role).await? {
        return Ok(());
    }
    let role = role.name();
    Err(Problem::forbidden(format!(
        "This needs the role `{role}`, which an operator gives."
    )))
}

async fn note(api: &Api, caller: &Caller, what: What) -> Result<(), Problem> {
    let now = fresh::now();
    let (known, read) = ((caller.account, what), Read::at(what, now));
    if api
        .audits
        .noted
        .get(&known)
        .is_some_and(|minute| minute >= read.minute)
    {
        return Ok(());
    }
    let metadata = Metadata {
        actor: Some(caller.account),
        session: Some(caller.session),
        command: Some(fresh::id()),
        ..Metadata::default()
    };
    let stream = Day::of(now).stream_of(caller.account);
    let errand = Errand::from(Command::Read { what, at: now });
    api.execute::<Audit>(Stream::Loaded, &stream, &metadata, errand, |_, new| Ok(new))
        .await
        .map_err(|failure| failure.problem(|never| match never {}))?;
    api.audits.noted.insert(known, read.minute);
    tracing::debug!(aggregate = Audit::TYPE, %stream, "noted");
    Ok(())
}
