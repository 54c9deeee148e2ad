//! What the read models promise: whatever happens, in whatever portions it is projected, they come out the same.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::sync::Arc;

use domain::{
    AccountId, Day, MessageId, Metadata, StoredForm,
    account::{self, Profile, Registered},
    boxes::{self, Messages, Which},
    conversation,
    mailbox::News,
    marks::{self, Own, Received},
    message::{self, Content, Edited, Sent, Unsent},
};
use eventlog::{AccountKey, Command, NewEvent, Purpose, Role, Tail, connect, fresh};
use house::{LogWorld, position};
use nats::Feed;
use projector::Projector;
use sqlx::PgPool;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// A random number that is the same in every run of a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

struct Letter {
    id: MessageId,
    position: i64,
    sender: usize,
    recipient: usize,
    is_unsent: bool,
}

struct World {
    logs: LogWorld,
    pool: PgPool,
    people: Vec<(AccountId, AccountKey)>,
    letters: Vec<Letter>,
}

impl World {
    async fn new(people: usize) -> Self {
        let logs = LogWorld::new().await;
        let pool = connect(&logs.database.url(), Role::Projector, 2).unwrap();
        let mut world = Self {
            logs,
            pool,
            people: Vec::new(),
            letters: Vec::new(),
        };
        for n in 0..people {
            world.register(&format!("person{n}")).await;
        }
        world
    }

    async fn register(&mut self, username: &str) {
        let (account, key, row) = self.logs.account();
        let profile = Profile {
            username: username.to_owned(),
            ..Profile::default()
        };
        let stream = account.to_string();
        let purpose = Purpose {
            name: account::REGISTERED,
            aggregate_id: &stream,
        };
        let (sealed, profile_row) = key.seal(purpose, None, &serde_json::to_vec(&profile).unwrap());
        let event = account::Event::Registered(Registered { profile: sealed });
        let event = NewEvent::new("account", stream, 1, &event, &Metadata::default()).unwrap();
        self.append(Command {
            events: vec![event],
            keys: vec![row, profile_row],
            ..Command::default()
        })
        .await;
        self.people.push((account, key));
    }

    async fn append(&self, command: Command) -> i64 {
        position(&self.logs.log.append(command).await.unwrap())
    }

    async fn happen(
        &self,
        stream: &'static str,
        id: String,
        sequence: i64,
        event: &impl StoredForm,
    ) -> i64 {
        let event = NewEvent::new(stream, id, sequence, event, &Metadata::default()).unwrap();
        self.append(Command {
            events: vec![event],
            ..Command::default()
        })
        .await
    }

    fn account(&self, n: usize) -> AccountId {
        self.people[n].0
    }

    fn day_of(&self, n: usize) -> String {
        Day::of(fresh::now()).stream_of(self.account(n))
    }

    async fn send(&mut self, sender: usize, recipient: usize, body: &str) {
        let id = MessageId(house::id());
        let content = Content {
            subject: format!("about {body}"),
            body: body.to_owned(),
        };
        let (sealed, row) = self.seal(message::SENT, sender, id, &content);
        let recipients = if sender == recipient {
            vec![]
        } else {
            vec![self.account(recipient)]
        };
        let event = message::Event::Sent(Sent {
            sender: self.account(sender),
            conversation: conversation::id_of(&[self.account(sender), self.account(recipient)]),
            recipients,
            reply_to: None,
            content: sealed,
        });
        let event =
            NewEvent::new("message", id.to_string(), 1, &event, &Metadata::default()).unwrap();
        let position = self
            .append(Command {
                events: vec![event],
                keys: vec![row],
                ..Command::default()
            })
            .await;
        self.letters.push(Letter {
            id,
            position,
            sender,
            recipient,
            is_unsent: false,
        });
    }

    fn seal(
        &self,
        name: &str,
        sender: usize,
        id: MessageId,
        content: &Content,
    ) -> (domain::Sealed, eventlog::KeyRow) {
        let purpose = Purpose {
            name,
            aggregate_id: &id.to_string(),
        };
        self.people[sender]
            .1
            .seal(purpose, Some(id), &serde_json::to_vec(content).unwrap())
    }

    /// Something happens, chance says what.
    async fn anything(&mut self, dice: &mut Dice) {
        let people = self.people.len();
        if self.letters.is_empty() || dice.roll(10) < 4 {
            let (sender, recipient) = (dice.roll(people), dice.roll(people));
            let body = format!("message {} \u{1F4EE}", self.letters.len());
            self.send(sender, recipient, &body).await;
            return;
        }
        let place = dice.roll(self.letters.len());
        let Letter {
            id,
            position,
            sender,
            recipient,
            is_unsent,
        } = self.letters[place];
        let (is_own, mine) = (dice.roll(2) == 0, sender == recipient);
        let owner = if is_own || mine { sender } else { recipient };
        let which = if owner == sender {
            Which::Sent
        } else {
            Which::Inbox
        };
        let some = || Messages {
            which,
            positions: vec![position],
        };
        match dice.roll(8) {
            0 => drop(
                self.happen("box", self.day_of(owner), 0, &boxes::Event::Deleted(some()))
                    .await,
            ),
            1 => drop(
                self.happen(
                    "box",
                    self.day_of(owner),
                    0,
                    &boxes::Event::Restored(some()),
                )
                .await,
            ),
            2 | 3 if !mine => {
                let read = marks::Event::Read(self.received_by(recipient, dice));
                self.happen("marks", self.day_of(recipient), 0, &read).await;
            }
            4 if !mine => {
                let positions = vec![position];
                self.happen(
                    "marks",
                    self.day_of(recipient),
                    0,
                    &marks::Event::Unread(Own { positions }),
                )
                .await;
            }
            5 if !mine => {
                let delivered = marks::Event::Delivered(self.received_by(recipient, dice));
                self.happen("marks", self.day_of(recipient), 0, &delivered)
                    .await;
            }
            6 if !is_unsent => self.edit(id, position, sender, recipient).await,
            7 if !is_unsent => {
                self.unsend(id, position, sender, recipient).await;
                self.letters[place].is_unsent = true;
            }
            _ => {}
        }
    }

    /// Some of the messages that somebody received; some of them for the second time.
    fn received_by(&self, recipient: usize, dice: &mut Dice) -> Received {
        let mut from: Vec<marks::From> = Vec::new();
        for letter in self
            .letters
            .iter()
            .filter(|letter| letter.recipient == recipient && letter.sender != recipient)
        {
            if dice.roll(3) == 0 {
                let sender = self.account(letter.sender);
                match from.iter_mut().find(|from| from.sender == sender) {
                    Some(from) => from.positions.push(letter.position),
                    None => from.push(marks::From {
                        sender,
                        positions: vec![letter.position],
                    }),
                }
            }
        }
        Received { from }
    }

    async fn next_sequence(&self, id: MessageId) -> i64 {
        sqlx::query_scalar("select max(sequence) + 1 from log.events where aggregate_id = $1")
            .bind(id.to_string())
            .fetch_one(&self.logs.pool)
            .await
            .unwrap()
    }

    async fn edit(&self, id: MessageId, position: i64, sender: usize, recipient: usize) {
        let content = Content {
            subject: "edited".into(),
            body: format!("edited {position}"),
        };
        let (sealed, row) = self.seal(message::EDITED, sender, id, &content);
        let event = message::Event::Edited(Edited {
            sender: self.account(sender),
            conversation: conversation::id_of(&[self.account(sender), self.account(recipient)]),
            recipients: if sender == recipient {
                vec![]
            } else {
                vec![self.account(recipient)]
            },
            position,
            content: sealed,
        });
        let sequence = self.next_sequence(id).await;
        let event = NewEvent::new(
            "message",
            id.to_string(),
            sequence,
            &event,
            &Metadata::default(),
        )
        .unwrap();
        self.append(Command {
            events: vec![event],
            keys: vec![row],
            ..Command::default()
        })
        .await;
    }

    async fn unsend(&self, id: MessageId, position: i64, sender: usize, recipient: usize) {
        let event = message::Event::<domain::Sealed>::Unsent(Unsent {
            sender: self.account(sender),
            conversation: conversation::id_of(&[self.account(sender), self.account(recipient)]),
            recipients: if sender == recipient {
                vec![]
            } else {
                vec![self.account(recipient)]
            },
            position,
        });
        self.happen(
            "message",
            id.to_string(),
            self.next_sequence(id).await,
            &event,
        )
        .await;
    }

    fn projector(&self, news: &broadcast::Sender<Arc<News>>) -> Projector {
        let tail = Tail::default();
        tail.reach(i64::MAX);
        let feed = Feed::new(self.logs.reader.clone(), None, &tail);
        Projector::new(self.pool.clone(), feed, news.clone(), watch::Sender::new(0))
    }

    async fn project(&self) {
        let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
        let mut projector = self.projector(&news);
        while projector.step(&running).await.unwrap() > 0 {}
    }

    async fn throw_away(&self) {
        sqlx::raw_sql(
            "truncate readmodel.accounts, readmodel.inbox, readmodel.sent_box, readmodel.receipts,
               readmodel.last_conversation;
             update readmodel.checkpoints set position = 0",
        )
        .execute(&self.logs.pool)
        .await
        .unwrap();
    }

    /// Everything that the read models hold.
    async fn everything(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in [
            "accounts",
            "inbox",
            "sent_box",
            "receipts",
            "last_conversation",
            "checkpoints",
        ] {
            let rows: Vec<String> = sqlx::query_scalar(&format!(
                "select '{table} ' || t::text from readmodel.{table} t order by 1"
            ))
            .fetch_all(&self.logs.pool)
            .await
            .unwrap();
            lines.extend(rows);
        }
        lines
    }

    async fn assert_counted(&self) {
        let drifted: i64 = sqlx::query_scalar(
            "select count(*) from readmodel.last_conversation c where unread <> (
               select count(*) from readmodel.inbox i where i.owner_id = c.owner_id
                 and i.conversation_id = c.conversation_id and i.read_at is null and i.deleted_at is null)",
        )
        .fetch_one(&self.logs.pool)
        .await
        .unwrap();
        assert_eq!(drifted, 0, "unread has drifted from a recount");
        let wrong: i64 = sqlx::query_scalar(
            "select count(*) from readmodel.sent_box s where (delivered_to, read_by) <> (
               select count(delivered_at), count(read_at) from readmodel.receipts r
               where r.owner_id = s.owner_id and r.position = s.position)",
        )
        .fetch_one(&self.logs.pool)
        .await
        .unwrap();
        assert_eq!(wrong, 0, "receipts have drifted from a recount");
    }

    /// No two rows of one owner have the same place in the feed.
    async fn assert_feed(&self) {
        let twice: i64 = sqlx::query_scalar(
            "select count(*) from (
               select owner_id, changed, changed_n from readmodel.inbox
               union all select owner_id, changed, changed_n from readmodel.sent_box
               union all select owner_id, changed, changed_n from readmodel.last_conversation) f
             group by owner_id, changed, changed_n having count(*) > 1",
        )
        .fetch_optional(&self.logs.pool)
        .await
        .unwrap()
        .unwrap_or(0);
        assert_eq!(twice, 0, "two rows have one place in the feed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_whatever_portions_the_read_models_come_out_the_same() {
    for seed in [1, 2, 3] {
        println!("seed {seed}");
        let (mut world, mut dice) = (World::new(4).await, Dice(seed));
        for _ in 0..150 {
            world.anything(&mut dice).await;
            if dice.roll(5) == 0 {
                world.project().await;
                world.assert_counted().await;
            }
        }
        world.project().await;
        let bit_by_bit = world.everything().await;
        world.assert_counted().await;
        world.assert_feed().await;

        world.throw_away().await;
        world.project().await;
        assert_eq!(world.everything().await, bit_by_bit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_projectors_at_once_do_what_one_does() {
    let (mut world, mut dice) = (World::new(3).await, Dice(7));
    for _ in 0..100 {
        world.anything(&mut dice).await;
    }
    world.project().await;
    let alone = world.everything().await;
    world.throw_away().await;

    let (news, running) = (broadcast::Sender::new(1_024), CancellationToken::new());
    let (mut one, mut other) = (world.projector(&news), world.projector(&news));
    let head = world.logs.reader.head().await.unwrap();
    loop {
        let (first, second) = tokio::join!(one.step(&running), other.step(&running));
        first.unwrap();
        second.unwrap();
        let checkpoint: i64 = sqlx::query_scalar("select position from readmodel.checkpoints")
            .fetch_one(&world.pool)
            .await
            .unwrap();
        if checkpoint == head {
            break;
        }
    }
    assert_eq!(world.everything().await, alone);
}

#[tokio::test(flavor = "multi_thread")]
async fn news_say_what_the_tables_say() {
    let mut world = World::new(2).await;
    world.project().await;
    let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
    let mut heard = news.subscribe();
    let mut projector = world.projector(&news);
    for n in 0..5 {
        world.send(0, 1, &format!("news {n}")).await;
    }
    while projector.step(&running).await.unwrap() > 0 {}
    let mut last = 2;
    let mut inbox = Vec::new();
    while let Ok(news) = heard.try_recv() {
        assert_eq!(news.from, last);
        last = news.to;
        for change in &news.rows {
            if let domain::mailbox::Row::Inbox(row) = &change.row {
                inbox.push((
                    change.owner,
                    row.position,
                    row.body.clone().unwrap_or_default(),
                ));
            }
        }
    }
    let tables: Vec<(uuid::Uuid, i64, String)> =
        sqlx::query_as("select owner_id, position, body from readmodel.inbox order by position")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    let tables: Vec<_> = tables
        .into_iter()
        .map(|(owner, position, body)| (AccountId(owner), position, body))
        .collect();
    assert_eq!((inbox, last), (tables, 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_erased_comes_out_as_a_tombstone() {
    let mut world = World::new(2).await;
    world.send(0, 1, "soon gone").await;
    sqlx::query("delete from log.keys where message_id is not null")
        .execute(&world.logs.pool)
        .await
        .unwrap();
    world.project().await;
    let (body, is_tombstone): (Option<String>, bool) =
        sqlx::query_as("select body, unsent_at is not null from readmodel.inbox")
            .fetch_one(&world.pool)
            .await
            .unwrap();
    assert_eq!((body, is_tombstone), (None, true));
}
