//! Bugs that the tests plant, one at a time, to prove that their checkers would find them (`tests/simulation`).
//!
//! Without the feature `planted` there is none: [`planted`] is `false` when it is compiled, and the branch is gone. What is
//! written in SQL is altered by the test itself, in a database of its own.

/// What is wrong. `docs/reliability.md` says what would come of it, and who finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// In SQL: a command that loses in `log.append_batch` keeps its numbers.
    NumberBurnt,
    /// In SQL: a key that is there already is written over.
    KeyOverwritten,
    /// In SQL: a checkpoint is set without being compared.
    CheckpointWithoutComparing,
    /// A relay that was refused, or has not looked for long, goes on where it was: what NATS lost is never filled in.
    LostTail,
    /// A projector commits its checkpoint, and then the rows.
    BookmarkBeforeRows,
    /// The notifier tells what the doorbell says, and leaves out what it says nothing of.
    HintAsCourier,
    /// A client that comes again starts from now, not from where it was.
    ResumeFromTheHead,
    /// Of a run of messages the first of each conversation counts twice.
    DoubleUnread,
    /// A lost connection is taken for a success.
    AcknowledgeBeforeCommit,
    /// A batch with an unknown outcome is called again under another id.
    RetryUnderANewId,
    /// The relay publishes without the sequence before as a condition.
    PublishUnconditionally,
    /// What was delivered twice is taken twice.
    TakeTwice,
    /// What does not fit into a slow reader's queue is dropped.
    DropForTheSlow,
    /// Who was removed from a group is still remembered as a member.
    RememberTheRemoved,
}

/// Whether a bug is planted.
#[cfg(not(feature = "planted"))]
#[must_use]
#[inline]
pub const fn planted(_: Bug) -> bool {
    false
}

#[cfg(feature = "planted")]
pub use soil::{plant, planted};

#[cfg(feature = "planted")]
mod soil {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether a bug is planted on this thread.
    #[must_use]
    pub fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Plants a bug on this thread, or none, until this is dropped.
    #[must_use]
    pub fn plant(bug: Option<Bug>) -> impl Drop {
        struct Weed;
        impl Drop for Weed {
            fn drop(&mut self) {
                PLANTED.set(None);
            }
        }
        PLANTED.set(bug);
        Weed
    }
}
