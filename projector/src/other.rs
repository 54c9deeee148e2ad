//! Step 5: a run of events other than `message.sent`: one after the other, in one transaction with the checkpoint.

use domain::{
    AccountId, ConversationId, Event, Opened, account, audit,
    boxes::{self, Conversation, Messages, Person, Which},
    mailbox::News,
    marks::{self, Own},
    message::{self, Content},
};
use eventlog::{Bug, Recorded, planted};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    Error, PARTITION, accounts,
    checkpoint::Checkpoint,
    erasing, groups, inbox,
    known::Known,
    last_conversation, sent_box,
    touched::{At, Dirty},
};

/// Projects a run, checkpoint and all.
#[expect(
    clippy::disallowed_methods,
    reason = "a projector's task is not dropped between BEGIN and COMMIT"
)]
pub(crate) async fn project(
    pool: &PgPool,
    known: &Known,
    from: Checkpoint,
    to: i64,
    run: Vec<(Recorded, Opened)>,
) -> Result<News, Error> {
    let mut dirty = Dirty::new();
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "select projection.advance($1, $2, $3, $4)",
        PARTITION,
        from.generation,
        from.position,
        to
    )
    .execute(&mut *tx)
    .await?;
    if planted(Bug::BookmarkBeforeRows) {
        tx.commit().await?;
        tx = pool.begin().await?;
    }
    for (recorded, event) in &run {
        apply(&mut tx, known, recorded, event, &mut dirty).await?;
    }
    eventlog::failpoint("projector.applied");
    tx.commit().await?;
    Ok(News {
        from: from.position,
        to,
        rows: Vec::new(),
        dirty: dirty.into_iter().collect(),
    })
}

async fn apply(
    tx: &mut PgConnection,
    known: &Known,
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
            self::account(tx, known, at, AccountId(account), event, dirty).await?;
        }
        Event::Group(event) => {
            let group = recorded.aggregate_id.parse().map_err(|_| nobody())?;
            known
                .groups
                .apply(tx, at, ConversationId(group), event, dirty)
                .await?;
        }
        Event::Box(event) => {
            let owner = owner_of(recorded).ok_or_else(nobody)?;
            own_box(tx, known, at, owner, event).await?;
            dirty.insert(owner);
        }
        Event::Marks(event) => {
            let owner = owner_of(recorded).ok_or_else(nobody)?;
            own_marks(tx, at, owner, event, dirty).await?;
        }
        // In nobody's mailbox.
        Event::Audit(audit::Event::Read(_)) => {}
    }
    Ok(())
}

/// The owner in the id of a day stream.
pub(crate) fn owner_of(recorded: &Recorded) -> Option<AccountId> {
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
            let owners = groups::still_there(tx, edited, at).await?;
            inbox::edit(tx, at, edited, &owners, dirty).await?;
            sent_box::edit(tx, at, edited, dirty).await?;
            let everybody = with(owners, edited.sender);
            last_conversation::edit(tx, at, edited, &everybody).await
        }
        message::Event::Unsent(unsent) => {
            let owners = groups::receivers(tx, unsent).await?;
            inbox::unsend(tx, at, unsent, &owners, dirty).await?;
            sent_box::unsend(tx, at, unsent, dirty).await?;
            let everybody = with(owners, unsent.sender);
            last_conversation::unsend(tx, at, unsent, &everybody).await
        }
    }
}

fn with(mut owners: Vec<Uuid>, sender: AccountId) -> Vec<Uuid> {
    owners.push(sender.0);
    owners
}

async fn account(
    tx: &mut PgConnection,
    known: &Known,
    at: At,
    account: AccountId,
    event: &account::Event<Option<account::Profile>>,
    dirty: &mut Dirty,
) -> sqlx::Result<()> {
    accounts::apply(tx, at, account.0, event).await?;
    if let account::Event::Erased(_) = event {
        known.forget();
        erasing::erase(tx, at, account, dirty).await?;
    }
    Ok(())
}

async fn own_box(
    tx: &mut PgConnection,
    known: &Known,
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
        boxes::Event::Archived(Conversation { conversation }) => {
            return last_conversation::archive(tx, at, owner, *conversation, true).await;
        }
        boxes::Event::Unarchived(Conversation { conversation }) => {
            return last_conversation::archive(tx, at, owner, *conversation, false).await;
        }
        boxes::Event::Muted(Conversation { conversation }) => {
            return last_conversation::mute(tx, at, owner, *conversation, true).await;
        }
        boxes::Event::Unmuted(Conversation { conversation }) => {
            return last_conversation::mute(tx, at, owner, *conversation, false).await;
        }
        boxes::Event::Blocked(Person { account }) => {
            return known.blocks.block(tx, at, owner, *account).await;
        }
        boxes::Event::Unblocked(Person { account }) => {
            return known.blocks.unblock(tx, owner, *account).await;
        }
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
