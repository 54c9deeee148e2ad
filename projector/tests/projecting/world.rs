//! A log in which things happen, and the read models of it.

use std::sync::Arc;

use domain::{
    AccountId, ConversationId, Day, MessageId, Metadata, Sealed, StoredForm,
    account::{self, Erased, Profile, Registered},
    boxes, conversation,
    group::{self, MemberAdded, MemberRemoved, Members, Renamed, Role as GroupRole, Started},
    mailbox::News,
    message::{self, Content, Edited, Recipients, Sent, Unsent},
};
use eventlog::{AccountKey, Command, KeyRow, NewEvent, Purpose, Role, Tail, connect, fresh};
use house::{LogWorld, position};
use nats::Feed;
use projector::Projector;
use sqlx::PgPool;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Whom a message is for.
#[derive(Clone, Debug)]
pub enum Audience {
    /// These people.
    People(Vec<usize>),
    /// A named group.
    Group(usize),
}

pub struct Letter {
    pub id: MessageId,
    pub position: i64,
    pub sender: usize,
    pub receivers: Vec<usize>,
    pub is_unsent: bool,
    pub conversation: ConversationId,
    recipients: Recipients,
}

pub struct Group {
    pub id: ConversationId,
    pub members: Vec<usize>,
    sequence: i64,
}

pub struct World {
    pub logs: LogWorld,
    pub pool: PgPool,
    pub people: Vec<(AccountId, AccountKey)>,
    pub letters: Vec<Letter>,
    pub groups: Vec<Group>,
    erased: Vec<usize>,
}

impl World {
    pub async fn new(people: usize) -> Self {
        let logs = LogWorld::new().await;
        let pool = connect(&logs.database.url(), Role::Projector, 2).unwrap();
        let mut world = Self {
            logs,
            pool,
            people: Vec::new(),
            letters: Vec::new(),
            groups: Vec::new(),
            erased: Vec::new(),
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
        let (sealed, profile_row) = seal(&key, account::REGISTERED, &stream, None, &profile);
        let event = account::Event::Registered(Registered { profile: sealed });
        self.append(vec![row, profile_row], "account", stream, 1, &event)
            .await;
        self.people.push((account, key));
    }

    pub async fn happen(
        &self,
        stream: &'static str,
        id: String,
        sequence: i64,
        event: &impl StoredForm,
    ) -> i64 {
        self.append(Vec::new(), stream, id, sequence, event).await
    }

    async fn append(
        &self,
        keys: Vec<KeyRow>,
        stream: &'static str,
        id: String,
        sequence: i64,
        event: &impl StoredForm,
    ) -> i64 {
        let event = NewEvent::new(stream, id, sequence, event, &Metadata::default()).unwrap();
        let command = Command {
            events: vec![event],
            keys,
            ..Command::default()
        };
        position(&self.logs.log.append(command).await.unwrap())
    }

    pub fn account(&self, n: usize) -> AccountId {
        self.people[n].0
    }

    pub fn day_of(&self, n: usize) -> String {
        Day::of(fresh::now()).stream_of(self.account(n))
    }

    pub fn is_erased(&self, person: usize) -> bool {
        self.erased.contains(&person)
    }

    pub fn may_send(&self, sender: usize, audience: &Audience) -> bool {
        match audience {
            Audience::People(people) => !people.iter().any(|person| self.is_erased(*person)),
            Audience::Group(group) => self.groups[*group].members.contains(&sender),
        }
    }

    pub async fn send(&mut self, sender: usize, audience: &Audience, body: &str) {
        let id = MessageId(house::id());
        let content = Content {
            subject: format!("about {body}"),
            body: body.to_owned(),
            attachments: Vec::new(),
        };
        let stream = id.to_string();
        let key = &self.people[sender].1;
        let (content, row) = seal(key, message::SENT, &stream, Some(id), &content);
        let (conversation, recipients, receivers) = self.address(sender, audience);
        let event = message::Event::Sent(Sent {
            sender: self.account(sender),
            conversation,
            recipients: recipients.clone(),
            reply_to: None,
            content,
        });
        let position = self.append(vec![row], "message", stream, 1, &event).await;
        self.letters.push(Letter {
            id,
            position,
            sender,
            receivers,
            is_unsent: false,
            conversation,
            recipients,
        });
    }

    fn address(
        &self,
        sender: usize,
        audience: &Audience,
    ) -> (ConversationId, Recipients, Vec<usize>) {
        match audience {
            Audience::People(people) => {
                let accounts: Vec<_> = people.iter().map(|n| self.account(*n)).collect();
                let mut everybody = accounts.clone();
                everybody.push(self.account(sender));
                (
                    conversation::id_of(&everybody),
                    Recipients::People(accounts),
                    people.clone(),
                )
            }
            Audience::Group(group) => {
                let Group {
                    id,
                    members,
                    sequence,
                } = &self.groups[*group];
                let others = members.iter().copied().filter(|other| *other != sender);
                let recipients = Recipients::Group {
                    membership: *sequence,
                };
                (*id, recipients, others.collect())
            }
        }
    }

    pub async fn edit(&self, letter: usize, body: &str) {
        let letter = &self.letters[letter];
        let content = Content {
            subject: "edited".into(),
            body: body.to_owned(),
            attachments: Vec::new(),
        };
        let stream = letter.id.to_string();
        let key = &self.people[letter.sender].1;
        let (content, row) = seal(key, message::EDITED, &stream, Some(letter.id), &content);
        let event = message::Event::Edited(Edited {
            sender: self.account(letter.sender),
            conversation: letter.conversation,
            recipients: letter.recipients.clone(),
            position: letter.position,
            content,
        });
        let sequence = self.next_sequence(&stream).await;
        self.append(vec![row], "message", stream, sequence, &event)
            .await;
    }

    pub async fn unsend(&mut self, letter: usize) {
        self.letters[letter].is_unsent = true;
        let letter = &self.letters[letter];
        let event = message::Event::<Sealed>::Unsent(Unsent {
            sender: self.account(letter.sender),
            conversation: letter.conversation,
            recipients: letter.recipients.clone(),
            position: letter.position,
        });
        let stream = letter.id.to_string();
        let sequence = self.next_sequence(&stream).await;
        self.happen("message", stream, sequence, &event).await;
    }

    pub async fn start(&mut self, maker: usize, others: &[usize]) {
        let id = ConversationId(house::id());
        let mut members = vec![maker];
        members.extend(others);
        let listed = members.iter().map(|n| group::Member {
            account: self.account(*n),
            role: GroupRole::Member,
        });
        let members_of: Members = listed.collect();
        let title = format!("title {}", self.groups.len());
        let key = &self.people[maker].1;
        let (title, row) = seal(key, group::STARTED, &id.to_string(), None, &title);
        let event = group::Event::Started(Started {
            title,
            members: members_of,
        });
        self.append(vec![row], "conversation", id.to_string(), 1, &event)
            .await;
        self.groups.push(Group {
            id,
            members,
            sequence: 1,
        });
    }

    pub async fn rename(&mut self, group: usize) {
        let Some(by) = self.groups[group].members.first().copied() else {
            return;
        };
        let stream = self.groups[group].id.to_string();
        let key = &self.people[by].1;
        let text = format!("renamed {group}");
        let (title, row) = seal(key, group::RENAMED, &stream, None, &text);
        let event = group::Event::Renamed(Renamed {
            by: self.account(by),
            title,
        });
        self.groups[group].sequence += 1;
        let sequence = self.groups[group].sequence;
        self.append(vec![row], "conversation", stream, sequence, &event)
            .await;
    }

    pub async fn put(&mut self, group: usize, member: usize) {
        let event = group::Event::<Sealed>::MemberAdded(MemberAdded {
            member: self.account(member),
            role: GroupRole::Member,
        });
        self.change(group, &event).await;
        self.groups[group].members.push(member);
    }

    pub async fn remove(&mut self, group: usize, member: usize) {
        let event = group::Event::<Sealed>::MemberRemoved(MemberRemoved {
            member: self.account(member),
        });
        self.change(group, &event).await;
        self.groups[group].members.retain(|other| *other != member);
    }

    async fn change(&mut self, group: usize, event: &group::Event) {
        self.groups[group].sequence += 1;
        let Group { id, sequence, .. } = &self.groups[group];
        self.happen("conversation", id.to_string(), *sequence, event)
            .await;
    }

    pub async fn block(&self, owner: usize, other: usize, on: bool) {
        let person = boxes::Person {
            account: self.account(other),
        };
        let event = if on {
            boxes::Event::Blocked(person)
        } else {
            boxes::Event::Unblocked(person)
        };
        self.happen("box", self.day_of(owner), 0, &event).await;
    }

    /// As the service does it: out of every group first; the keys go when it is in the log.
    pub async fn erase(&mut self, person: usize) {
        for group in 0..self.groups.len() {
            if self.groups[group].members.contains(&person) {
                self.remove(group, person).await;
            }
        }
        let stream = self.account(person).to_string();
        let sequence = self.next_sequence(&stream).await;
        let event = account::Event::<Sealed>::Erased(Erased {});
        self.happen("account", stream, sequence, &event).await;
        sqlx::query("delete from log.keys where account_id = $1")
            .bind(self.account(person).0)
            .execute(&self.logs.pool)
            .await
            .unwrap();
        self.erased.push(person);
    }

    async fn next_sequence(&self, stream: &str) -> i64 {
        sqlx::query_scalar("select max(sequence) + 1 from log.events where aggregate_id = $1")
            .bind(stream)
            .fetch_one(&self.logs.pool)
            .await
            .unwrap()
    }

    pub fn projector(&self, news: &broadcast::Sender<Arc<News>>) -> Projector {
        let tail = Tail::default();
        tail.reach(i64::MAX);
        let feed = Feed::new(self.logs.reader.clone(), None, &tail);
        Projector::new(self.pool.clone(), feed, news.clone(), watch::Sender::new(0))
    }

    pub async fn project(&self) {
        let (news, running) = (broadcast::Sender::new(16), CancellationToken::new());
        let mut projector = self.projector(&news);
        while projector.step(&running).await.unwrap() > 0 {}
    }

    pub async fn throw_away(&self) {
        let tables = TABLES.map(|table| format!("readmodel.{table}")).join(", ");
        let sql = format!("truncate {tables}; update readmodel.checkpoints set position = 0");
        sqlx::raw_sql(&sql).execute(&self.logs.pool).await.unwrap();
    }

    /// Everything that the read models hold.
    pub async fn everything(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in TABLES.iter().chain(&["checkpoints"]) {
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

    /// What somebody received, in order.
    pub async fn received(&self, person: usize) -> Vec<String> {
        sqlx::query_scalar("select body from readmodel.inbox where owner_id = $1 order by position")
            .bind(self.account(person).0)
            .fetch_all(&self.logs.pool)
            .await
            .unwrap()
    }

    pub async fn assert_counted(&self) {
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
               select count(delivered_at), count(read_at) from (
                 select r.delivered_at, r.read_at from readmodel.receipts r
                 where r.owner_id = s.owner_id and r.position = s.position
                 union all select s.delivered_at, s.read_at where s.recipients = 1) r)",
        )
        .fetch_one(&self.logs.pool)
        .await
        .unwrap();
        assert_eq!(wrong, 0, "receipts have drifted from a recount");
    }

    /// No two rows of one owner have the same place in the feed, and each is found there.
    pub async fn assert_feed(&self) {
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
        let unlisted: i64 = sqlx::query_scalar(
            "select count(*) from (
               select owner_id, changed, position from readmodel.inbox where changed <> position
               except select owner_id, changed, unnest(positions) from readmodel.inbox_changes
               union all (
                 select owner_id, changed, position from readmodel.sent_box where changed <> position
                 except select owner_id, changed, unnest(positions) from readmodel.sent_box_changes)) u",
        )
        .fetch_one(&self.logs.pool)
        .await
        .unwrap();
        assert_eq!(unlisted, 0, "a changed row is not in the feed");
    }
}

/// What can be thrown away.
const TABLES: [&str; 10] = [
    "accounts",
    "groups",
    "members",
    "blocks",
    "inbox",
    "inbox_changes",
    "sent_box",
    "sent_box_changes",
    "receipts",
    "last_conversation",
];

fn seal(
    key: &AccountKey,
    name: &str,
    stream: &str,
    message: Option<MessageId>,
    text: &impl serde::Serialize,
) -> (Sealed, KeyRow) {
    let purpose = Purpose {
        name,
        aggregate_id: stream,
    };
    key.seal(purpose, message, &serde_json::to_vec(text).unwrap())
}
