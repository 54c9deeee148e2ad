//! The read models, and what stands for them: what somebody did in a simulated world is projected into real tables.

use std::sync::Arc;

use domain::{
    AccountId,
    mailbox::{GroupRow, People, Row},
};
use eventlog::{Bug, Role, Tail, Token, options, plant};
use house::LogWorld;
use nats::Feed;
use notifier::{Range, Tables};
use projector::{Database, Projector};
use simulation::{Book, Bus, Chronicle, Dice, chronicle, shown};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Real tables, to be filled from a chronicle.
struct Filling {
    logs: LogWorld,
    pool: PgPool,
    chronicle: Chronicle,
    dice: Dice,
    book: Book,
}

impl Filling {
    async fn new(seed: u64) -> Self {
        let chronicle = chronicle(seed).unwrap();
        let logs = LogWorld::new().await;
        let options = options(&logs.database.url(), Role::Projector).unwrap();
        let options = options.options([("lock_timeout", "20ms")]);
        let pool = PgPoolOptions::new().max_connections(4);
        Self {
            pool: pool.connect_lazy_with(options),
            book: Book::new(chronicle.events.clone()),
            dice: Dice::new(seed),
            chronicle,
            logs,
        }
    }

    fn projector(&self) -> Projector<Database, Bus, Book> {
        let tail = Tail::default();
        tail.reach(i64::MAX);
        let feed = Feed::over(self.book.clone(), None, None, &tail);
        let tables = Database::new(self.pool.clone());
        let news = broadcast::channel(8).0;
        Projector::into(tables, feed, news, watch::Sender::new(0))
    }

    /// By two projectors, as the seed says, while tables are locked now and then; what is wrong.
    async fn fill(&mut self) -> Result<(), String> {
        let owner = self.logs.database.pool().await.unwrap();
        let mut projectors = [self.projector(), self.projector()];
        let (all, mut before) = (self.book.all(), 0);
        for _ in 0..20 * all {
            self.book.write(self.dice.between(1, 4));
            let locked = if self.dice.once_in(4) {
                let mut locked = owner.acquire().await.unwrap();
                let lock = "begin; lock table readmodel.inbox in exclusive mode";
                sqlx::raw_sql(lock).execute(&mut *locked).await.unwrap();
                Some(locked)
            } else {
                None
            };
            let projector = &mut projectors[self.dice.place(2)];
            // An error is tried again, as `Projector::run` does.
            let _ = projector.step(&CancellationToken::new()).await;
            if let Some(mut locked) = locked {
                sqlx::raw_sql("rollback")
                    .execute(&mut *locked)
                    .await
                    .unwrap();
            }
            let now = Tables::checkpoint(&self.logs.pool).await.unwrap();
            if now < before {
                return Err(format!("the checkpoint went from {before} to {now}"));
            }
            before = now;
            if now == all {
                return self.compare().await;
            }
        }
        Err(format!("{before} of {all} are projected"))
    }

    async fn compare(&self) -> Result<(), String> {
        for owner in &self.chronicle.people {
            let real = shown(self.real(*owner).await);
            let double = self.chronicle.rows.of(*owner).into_iter();
            let double = shown(double.map(without_names).collect());
            if let Some((key, row)) = double.iter().find(|(key, row)| real.get(*key) != Some(row)) {
                let theirs = real.get(key);
                return Err(format!("{owner}: {key}: {row:?} became {theirs:?}"));
            }
            if real.len() != double.len() {
                return Err(format!(
                    "{owner} has {} rows, not {}",
                    real.len(),
                    double.len()
                ));
            }
        }
        Ok(())
    }

    async fn real(&self, owner: AccountId) -> Vec<Row> {
        let (owners, range) = (
            [owner.0],
            Range {
                after: Token::default(),
                upto: self.book.all(),
            },
        );
        let pool = &self.logs.pool;
        let items = Tables::items(pool, &owners, range, 10_000).await.unwrap();
        let conversations = Tables::conversations(pool, &owners, range, 10_000);
        let rows = items.into_iter().chain(conversations.await.unwrap());
        rows.map(|change| without_names(change.row)).collect()
    }
}

/// Nobody has registered, so the real tables know no names of a group's members.
fn without_names(row: Row) -> Row {
    let Row::Conversation(mut row) = row else {
        return row;
    };
    if let People::Group(group) = &row.people {
        row.people = People::Group(Arc::new(GroupRow {
            members: "[]".to_owned(),
            ..GroupRow::clone(group)
        }));
    }
    Row::Conversation(row)
}

#[tokio::test]
async fn the_double_of_the_tables_holds_what_the_tables_hold() {
    for seed in 0..6 {
        Filling::new(seed).await.fill().await.unwrap();
    }
}

/// What is found from a seed on: the first that shows it, as long as people do what they do now.
async fn find(bug: Bug, first: u64, alteration: Option<[&str; 3]>) {
    for seed in first..first + 30 {
        let mut filling = Filling::new(seed).await;
        if let Some([function, part, other]) = alteration {
            super::alter(&filling.logs.database, function, part, other).await;
        }
        let _planted = plant(Some(bug));
        if let Err(found) = filling.fill().await {
            println!("{bug:?}: seed {seed}: {found}");
            return;
        }
    }
    panic!("{bug:?} is not found");
}

#[tokio::test]
async fn a_bookmark_before_the_rows_is_found() {
    find(Bug::BookmarkBeforeRows, 10, None).await;
}

#[tokio::test]
async fn unread_messages_that_count_twice_are_found() {
    find(Bug::DoubleUnread, 0, None).await;
}

#[tokio::test]
async fn a_removed_member_who_still_receives_is_found() {
    find(Bug::RememberTheRemoved, 15, None).await;
}

#[tokio::test]
async fn a_checkpoint_that_is_not_compared_is_found() {
    let compared = "and position = from_position and generation = of_generation";
    let alteration = ["projection.advance", compared, ""];
    find(Bug::CheckpointWithoutComparing, 25, Some(alteration)).await;
}
