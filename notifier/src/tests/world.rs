//! Tables, a hub and clients, all in the test's own hands.

use std::{future::poll_fn, sync::Arc, task::Poll};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use domain::{
    AccountId, Caller, SessionId,
    mailbox::{Change, News},
};
use eventlog::{Identity, Secret, Token, Tokens};
use futures::{FutureExt, StreamExt};
use http::{Request, Response, StatusCode};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{
    Hangup, Notifier, Range, Settings, Sources, events, feed,
    hub::{Hub, Occasion},
};
use nats::Hint;

pub(super) struct World {
    pub pool: PgPool,
    pub tokens: Tokens,
    pub notifier: Notifier,
    pub hub: Hub,
    pub hangup: CancellationToken,
    _database: house::Database,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub(super) async fn with(settings: Settings) -> Self {
        let database = house::Database::create(&eventlog::MIGRATIONS)
            .await
            .unwrap();
        let pool = database.pool().await.unwrap();
        let tokens = Tokens::new(&Secret::new([7; 32]), Identity::of(&pool).await.unwrap());
        let notifier = Notifier::new(pool.clone(), tokens.clone(), settings);
        let hub = Hub::new(Arc::clone(&notifier.shared), Sources::default());
        let mut world = Self {
            pool,
            tokens,
            notifier,
            hub,
            hangup: CancellationToken::new(),
            _database: database,
        };
        world.step(Occasion::Poll).await;
        world
    }

    pub(super) async fn step(&mut self, occasion: Occasion) {
        self.hub.step(occasion).await.unwrap();
    }

    /// Somebody with a session.
    pub(super) async fn somebody(&self) -> Caller {
        let caller = Caller {
            account: AccountId(house::id()),
            username: "somebody".into(),
            session: SessionId(house::id()),
            roles: [].into(),
        };
        sqlx::query(
            "insert into auth.sessions (session_id, account_id, created_at, used_at, expires_at)
             values ($1, $2, now(), now(), now() + interval '1 day')",
        )
        .bind(caller.session.0)
        .bind(caller.account.0)
        .execute(&self.pool)
        .await
        .unwrap();
        caller
    }

    /// A message for somebody, as the read models have it after projecting one.
    pub(super) async fn receive(&self, owner: &Caller, position: i64, body: &str) {
        sqlx::query(
            "with item as (
               insert into readmodel.inbox (owner_id, position, changed, changed_n, message_id, conversation_id,
                 sender_id, sender_name, body, sent_at)
               values ($1, $2, $2, 0, $3, $4, $5, 'bob', $6, now()) returning *)
             insert into readmodel.last_conversation (owner_id, conversation_id, changed, changed_n, unread,
               last_position, updated_at)
             select owner_id, conversation_id, position, 1, 1, position, sent_at from item
             on conflict (owner_id, conversation_id) do update set changed = excluded.changed,
               changed_n = excluded.changed_n, unread = last_conversation.unread + 1",
        )
        .bind(owner.account.0)
        .bind(position)
        .bind(house::id())
        .bind(Uuid::from_u128(u128::from(position.unsigned_abs() % 7)))
        .bind(house::id())
        .bind(body)
        .execute(&self.pool)
        .await
        .unwrap();
        self.reach(position).await;
    }

    /// A message of somebody.
    pub(super) async fn send(&self, owner: &Caller, position: i64) {
        sqlx::query(
            "insert into readmodel.sent_box (owner_id, position, changed, changed_n, message_id, conversation_id,
               sender_name, body, sent_at, recipients)
             values ($1, $2, $2, 0, $3, $3, 'somebody', 'sent', now(), 1)",
        )
        .bind(owner.account.0)
        .bind(position)
        .bind(house::id())
        .execute(&self.pool)
        .await
        .unwrap();
        self.reach(position).await;
    }

    /// Conversations without messages, one changed at each position.
    pub(super) async fn talk(&self, owner: &Caller, conversations: i64) {
        sqlx::query(
            "insert into readmodel.last_conversation (owner_id, conversation_id, changed, changed_n, updated_at)
             select $1, gen_random_uuid(), position, 0, now() from generate_series(1, $2) as position",
        )
        .bind(owner.account.0)
        .bind(conversations)
        .execute(&self.pool)
        .await
        .unwrap();
        self.reach(conversations).await;
    }

    /// Marks received messages as read.
    pub(super) async fn mark_read(&self, owner: &Caller, messages: &[i64], position: i64) {
        sqlx::query(
            "with listed as (
               insert into readmodel.inbox_changes (owner_id, changed, positions) values ($1, $3, $2))
             update readmodel.inbox as i set changed = $3, changed_n = m.n - 1, read_at = now()
             from unnest($2::bigint[]) with ordinality as m(position, n)
             where owner_id = $1 and i.position = m.position",
        )
        .bind(owner.account.0)
        .bind(messages)
        .bind(position)
        .execute(&self.pool)
        .await
        .unwrap();
        self.reach(position).await;
    }

    /// Rows and checkpoint fall back, as after a crash of Postgres.
    pub(super) async fn set_back(&self, position: i64) {
        for statement in [
            "delete from readmodel.inbox where position > $1",
            "delete from readmodel.last_conversation where changed > $1",
            "update readmodel.checkpoints set position = $1",
        ] {
            let update = sqlx::query(statement).bind(position);
            update.execute(&self.pool).await.unwrap();
        }
    }

    /// Moves the checkpoint.
    pub(super) async fn reach(&self, position: i64) {
        let update =
            sqlx::query("update readmodel.checkpoints set position = $1 where position < $1");
        update.bind(position).execute(&self.pool).await.unwrap();
    }

    pub(super) async fn rows(&self, owner: &Caller, after: Token, upto: i64) -> Vec<Change> {
        let (range, owners) = (Range { after, upto }, [owner.account.0]);
        let mut rows = feed::items(&self.pool, &owners, range, 100_000)
            .await
            .unwrap();
        rows.extend(
            feed::conversations(&self.pool, &owners, range, 100_000)
                .await
                .unwrap(),
        );
        rows.sort_by_key(|change| change.row.changed());
        rows
    }

    /// What a projector would tell of a batch.
    pub(super) async fn news(&self, owner: &Caller, from: i64, to: i64) -> Arc<News> {
        let rows = self.rows(owner, Token::after(from), to).await;
        Arc::new(News {
            from,
            to,
            rows,
            dirty: Vec::new(),
        })
    }

    pub(super) async fn tell(&mut self, owner: &Caller, from: i64, to: i64) {
        let news = self.news(owner, from, to).await;
        self.step(Occasion::News(news)).await;
    }

    pub(super) async fn hint(&mut self, owner: &Caller, from: i64, to: i64) {
        self.step(Occasion::Hint(Hint {
            from,
            to,
            owners: vec![owner.account],
        }))
        .await;
    }

    pub(super) async fn ask(
        &self,
        caller: Option<&Caller>,
        last_event_id: Option<&str>,
    ) -> Response<Body> {
        let mut request = Request::get("/api/v1/events");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(caller) = caller {
            request.extensions_mut().insert(caller.clone());
        }
        request.extensions_mut().insert(Hangup(self.hangup.clone()));
        self.call(request).await
    }

    pub(super) async fn call(&self, request: Request<Body>) -> Response<Body> {
        events(self.notifier.clone())
            .oneshot(request)
            .await
            .unwrap()
    }

    /// A stream whose hello was read.
    pub(super) async fn open(&self, caller: &Caller, last_event_id: Option<&str>) -> Client {
        let response = self.ask(Some(caller), last_event_id).await;
        assert_eq!(response.status(), StatusCode::OK);
        let mut client = Client {
            body: response.into_body().into_data_stream(),
            text: String::new(),
            last_id: None,
        };
        assert_eq!(client.event().await.name, "hello");
        client
    }

    /// Whether a stream of theirs has to read the tables.
    pub(super) fn is_behind(&self, owner: &Caller) -> bool {
        let mut behind = false;
        self.notifier
            .shared
            .registry
            .each_of(owner.account, |line| behind |= line.is_behind());
        behind
    }

    pub(super) fn id(&self, token: Token) -> String {
        self.tokens.write(token)
    }
}

/// An event as a client parses it.
#[derive(Debug)]
pub(super) struct Heard {
    pub id: Option<String>,
    pub name: String,
    pub data: serde_json::Value,
}

/// One that reads as it is told to.
pub(super) struct Client {
    body: BodyDataStream,
    text: String,
    pub last_id: Option<String>,
}

impl Client {
    /// The next event.
    pub(super) async fn event(&mut self) -> Heard {
        self.try_event().await.expect("the stream goes on")
    }

    /// The next event, or `None` at the end.
    pub(super) async fn try_event(&mut self) -> Option<Heard> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let heard = parse(block);
                self.text = rest.to_owned();
                if let Some(heard) = heard {
                    self.last_id = heard.id.clone().or(self.last_id.take());
                    return Some(heard);
                }
            }
            let bytes: Bytes = self.body.next().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// Events up to one with this token as its id.
    pub(super) async fn until(&mut self, id: &str) -> Vec<Heard> {
        let mut heard = Vec::new();
        loop {
            let event = self.event().await;
            let found = event.id.as_deref() == Some(id);
            heard.push(event);
            if found {
                return heard;
            }
        }
    }

    /// Reads until there is nothing more to read just now, tables included.
    pub(super) async fn settle(&mut self, world: &World, owner: &Caller) -> Vec<Heard> {
        let mut heard = Vec::new();
        loop {
            while let Some(event) = self.try_event().now_or_never() {
                heard.push(event.expect("the stream goes on"));
            }
            if !world.is_behind(owner) {
                return heard;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The raw bytes that are there, if any.
    pub(super) async fn raw(&mut self) -> Option<Bytes> {
        poll_fn(|context| Poll::Ready(self.body.poll_next_unpin(context)))
            .map(|polled| match polled {
                Poll::Ready(bytes) => bytes.map(Result::unwrap),
                Poll::Pending => None,
            })
            .await
    }
}

fn parse(block: &str) -> Option<Heard> {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    };
    let data = serde_json::from_str(&field("data")?).unwrap();
    Some(Heard {
        id: field("id"),
        name: field("event").unwrap(),
        data,
    })
}
