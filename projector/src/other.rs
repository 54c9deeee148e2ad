//! Step 5: a run of events other than `message.sent`: one after the other, in one transaction with the checkpoint.

use domain::{
    AccountId, Event, account,
    boxes::{self, Messages, Which},
    mailbox::News,
    marks::{self, Own},
    message::{self, Content},
};
use eventlog::Recorded;
use sqlx::{PgConnection, PgPool};

use crate::{
    Error, PARTITION, accounts, inbox, last_conversation,
    projector::Opened,
    sent_box,
    touched::{At, Dirty},
};

/// Projects a run, checkpoint and all.
#[expect(
    clippy::disallowed_methods,
    reason = "a projector's task is not dropped between BEGIN and COMMIT"
)]
pub(crate) async fn project(
    pool: &PgPool,
    from: i64,
    to: i64,
    run: Vec<(Recorded, Opened)>,
) -> Result<News, Error> {
    let mut dirty = Dirty::new();
    let mut tx = pool.begin().await?;
    sqlx::query!("select readmodel.advance($1, $2, $3)", PARTITION, from, to)
        .execute(&mut *tx)
        .await?;
    for (recorded, event) in &run {
        apply(&mut tx, recorded, event, &mut dirty).await?;
    }
    tx.commit().await?;
    Ok(News {
        from,
        to,
        rows: Vec::new(),
        dirty: dirty.into_iter().collect(),
    })
}

async fn apply(
    tx: &mut PgConnection,
    recorded: &Recorded,
    event: &Opened,
    dirty: &mut Dirty,
) -> Result<(), Error> {
    let at = At {
        position: recorded.position,
        time: recorded.recorded_at,
    };
    let nobody = || Error::Nobody(recorded.position);
    match event {
        Event::Message(event) => message(tx, at, event, dirty).await?,
        Event::Account(event) => {
            let account = recorded.aggregate_id.parse().map_err(|_| nobody())?;
            self::account(tx, at, account, event).await?;
        }
        Event::Box(event) => {
            let owner = owner_of(recorded).ok_or_else(nobody)?;
            own_box(tx, at, owner, event).await?;
            dirty.insert(owner);
        }
        Event::Marks(event) => {
            let owner = owner_of(recorded).ok_or_else(nobody)?;
            own_marks(tx, at, owner, event, dirty).await?;
        }
    }
    Ok(())
}

/// The owner in the id of a day stream.
fn owner_of(recorded: &Recorded) -> Option<AccountId> {
    recorded.aggregate_id.split_once(':')?.0.parse().ok()
}

async fn message(
    tx: &mut PgConnection,
    at: At,
    event: &message::Event<Option<Content>>,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    match event {
        // Never in such a run: `sent` projects these.
        message::Event::Sent(_) => Ok(()),
        message::Event::Edited(edited) => {
            inbox::edit(tx, at, edited, dirty).await?;
            sent_box::edit(tx, at, edited, dirty).await?;
            last_conversation::edit(tx, at, edited).await
        }
        message::Event::Unsent(unsent) => {
            inbox::unsend(tx, at, unsent, dirty).await?;
            sent_box::unsend(tx, at, unsent, dirty).await?;
            last_conversation::unsend(tx, at, unsent).await
        }
    }
}

async fn account(
    tx: &mut PgConnection,
    at: At,
    account: uuid::Uuid,
    event: &account::Event<Option<account::Profile>>,
) -> sqlx::Result<()> {
    accounts::apply(tx, at, account, event).await
}

async fn own_box(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    event: &boxes::Event,
) -> sqlx::Result<()> {
    let touched = match event {
        boxes::Event::Deleted(Messages {
            which: Which::Inbox,
            positions,
        }) => inbox::delete(tx, at, owner, positions).await?,
        boxes::Event::Deleted(Messages {
            which: Which::Sent,
            positions,
        }) => sent_box::delete(tx, at, owner, positions).await?,
        boxes::Event::Restored(Messages {
            which: Which::Inbox,
            positions,
        }) => inbox::restore(tx, at, owner, positions).await?,
        boxes::Event::Restored(Messages {
            which: Which::Sent,
            positions,
        }) => sent_box::restore(tx, at, owner, positions).await?,
    };
    last_conversation::look_again(tx, at, owner, &touched).await
}

async fn own_marks(
    tx: &mut PgConnection,
    at: At,
    owner: AccountId,
    event: &marks::Event,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    match event {
        marks::Event::Read(received) => {
            dirty.insert(owner);
            let touched = inbox::read(tx, at, owner, &inbox::positions(received)).await?;
            last_conversation::count(tx, at, owner, &touched).await?;
            sent_box::receipts(tx, at, owner, received, true, dirty).await
        }
        marks::Event::Unread(Own { positions }) => {
            dirty.insert(owner);
            let touched = inbox::unread(tx, at, owner, positions).await?;
            last_conversation::count(tx, at, owner, &touched).await
        }
        // No news to the owner: see `deliver`.
        marks::Event::Delivered(received) => {
            inbox::deliver(tx, at, owner, &inbox::positions(received)).await?;
            sent_box::receipts(tx, at, owner, received, false, dirty).await
        }
    }
}
