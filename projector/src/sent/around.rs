//! What has to be known of the people in a run before it is projected.

use std::{collections::HashMap, sync::Arc};

use domain::{
    AccountId, Event, Opened,
    message::{self, Content, Recipients, Sent},
};
use eventlog::Recorded;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Error, checkpoint::Checkpoint, groups, known::Known, names::Name};

/// What is known of the people in a run.
pub(super) struct Around {
    pub names: HashMap<AccountId, Name>,
    pub groups: HashMap<Uuid, Arc<groups::Known>>,
    pub blocks: HashMap<Uuid, Arc<[Uuid]>>,
}

/// Looks it up, most of it in what is remembered. An error, where the tables are not at the checkpoint.
pub(super) async fn look_around(
    pool: &PgPool,
    known: &Known,
    at: Checkpoint,
    run: &[(Recorded, Opened)],
) -> Result<Around, Error> {
    let sent = || run.iter().filter_map(|(_, event)| sent_of(event));
    let direct = || sent().filter(|sent| !is_group(&sent.recipients));
    let groups = sent().filter(|sent| is_group(&sent.recipients));
    let writers = sent().map(|sent| sent.sender);
    let readers = sent().flat_map(|sent| sent.recipients.people().iter().copied());
    let receivers = direct().flat_map(|sent| sent.recipients.people());
    Ok(Around {
        names: known.names.of(pool, at, writers.chain(readers)).await?,
        groups: known
            .groups
            .of(pool, at, groups.map(|sent| sent.conversation))
            .await?,
        blocks: known
            .blocks
            .of(pool, at, receivers.map(|person| person.0))
            .await?,
    })
}

fn sent_of(event: &Opened) -> Option<&Sent<Option<Content>>> {
    match event {
        Event::Message(message::Event::Sent(sent)) => Some(sent),
        _ => None,
    }
}

/// Named, or of people who can never change.
fn is_group(recipients: &Recipients) -> bool {
    recipients.is_group() || recipients.people().len() > 1
}
