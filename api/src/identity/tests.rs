//! Accounts, sessions and tokens on a real Postgres, through the whole router. The clock is turned by hand.

mod accounts;
mod admin;
mod classic;
mod keys;
mod log_in;
mod refresh;
mod sessions;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use axum::{Router, body::Body};
use chrono::TimeDelta;
use domain::webhook::Reach;
use eventlog::{Keyring, Log, MIGRATIONS, Reader, Role, Secret, Secrets, Tail, Tokens, fresh};
use house::Database;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::*;
use crate::{
    Api, Freshness,
    http::{Clock, HttpSettings, Limits, layers},
};

/// A good password.
const PASSWORD: &str = "correct horse battery";

/// The service without the rooms behind it, and its clock.
struct Door {
    api: Arc<Api>,
    app: Router,
    /// As the database's owner.
    owner: PgPool,
    seconds: Arc<AtomicI64>,
    _writing: tokio_util::sync::DropGuard,
    database: Database,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

/// Who asks.
#[derive(Clone, Copy)]
enum By<'a> {
    Nobody,
    Token(&'a str),
    Cookies(&'a str),
}

impl Door {
    async fn open() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = Database::create(&MIGRATIONS).await.unwrap();
        let owner = database.pool().await.unwrap();
        let mut settings = Settings {
            registration_open: true,
            password_rule: true,
            classic: true,
            loopback: true,
            issuer: "0190c3f2-0000-7000-8000-000000000001".to_owned(),
            // Nobody waits for a turn: some of these log in at once.
            hashing_permits: 20,
            sessions_per_account: 3,
            reach: Reach::default(),
        };
        change(&mut settings);
        let limits = Limits {
            on: false,
            ..Limits::default()
        };
        Self::over(database, owner, settings, &limits, Arc::default()).await
    }

    async fn over(
        database: Database,
        owner: PgPool,
        settings: Settings,
        limits: &Limits,
        seconds: Arc<AtomicI64>,
    ) -> Self {
        let shutdown = CancellationToken::new();
        let throttle = {
            let seconds = Arc::clone(&seconds);
            let clock =
                Clock::new(move || Duration::from_secs(seconds.load(Relaxed).unsigned_abs()));
            Arc::new(Throttle::new(limits, clock))
        };
        let pool = eventlog::connect(&database.url(), Role::Service, 8).unwrap();
        let api = Arc::new(
            api(
                &database,
                pool,
                settings,
                &throttle,
                &seconds,
                shutdown.clone(),
            )
            .await,
        );
        let http = HttpSettings::new(Arc::new(house::id));
        let app = layers(crate::router(Arc::clone(&api)), http, throttle);
        Self {
            api,
            app,
            owner,
            seconds,
            _writing: shutdown.drop_guard(),
            database,
        }
    }

    /// Another node over the same database, with the same clock.
    fn another_node(&self) -> Identity {
        let pool = eventlog::connect(&self.database.url(), Role::Service, 2).unwrap();
        let keyring = Keyring::new(pool.clone(), &secrets());
        let throttle = Arc::new(Throttle::new(&Limits::default(), Clock::system()));
        Identity::new(
            pool,
            keyring,
            &secrets(),
            &self.api.settings,
            throttle,
            clock(&self.seconds),
        )
    }

    fn later(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Relaxed);
    }

    async fn ask(&self, method: Method, path: &str, by: By<'_>, body: Option<Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost");
        request = match by {
            By::Nobody => request,
            By::Token(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            By::Cookies(cookies) => request
                .header(header::COOKIE, cookies)
                .header("sec-fetch-site", "same-origin"),
        };
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let response = self.app.clone().oneshot(request.unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    async fn post(&self, path: &str, by: By<'_>, body: Value) -> Answer {
        self.ask(Method::POST, path, by, Some(body)).await
    }

    async fn get(&self, path: &str, by: By<'_>) -> Answer {
        self.ask(Method::GET, path, by, None).await
    }

    /// Whether a token is believed.
    async fn lets_in(&self, token: &str) -> bool {
        self.api.identity.authenticate(token).await.is_ok()
    }

    async fn register(&self, username: &str) -> Answer {
        // Nobody projects here.
        self.api.freshness.reach(i64::MAX);
        self.post(
            "/api/v1/accounts",
            By::Nobody,
            json!({"username": username, "password": PASSWORD}),
        )
        .await
    }

    async fn log_in(&self, username: &str) -> Answer {
        self.log_in_with(username, PASSWORD).await
    }

    async fn log_in_with(&self, username: &str, password: &str) -> Answer {
        self.post(
            "/api/v1/sessions",
            By::Nobody,
            json!({"username": username, "password": password}),
        )
        .await
    }

    async fn refresh(&self, refresh_token: &str) -> Answer {
        self.post(
            "/api/v1/sessions/refresh",
            By::Nobody,
            json!({"refresh_token": refresh_token}),
        )
        .await
    }

    /// Somebody who is registered and logged in.
    async fn somebody(&self, username: &str) -> Answer {
        assert_eq!(self.register(username).await.status, 201);
        let answer = self.log_in(username).await;
        assert_eq!(answer.status, 201);
        answer
    }

    /// What the projector would have written.
    async fn project(&self, number: i64, username: &str, first_name: &str, last_name: &str) {
        let known = self
            .api
            .identity
            .people()
            .by_username(username)
            .await
            .unwrap();
        let account = known.map_or_else(house::id, |known| known.account.0);
        sqlx::query(
            "insert into readmodel.accounts
               (account_id, number, username, email, first_name, last_name, registered_at, changed)
             values ($1, $2, $3, $3 || '@example.org', $4, $5, now(), $2)",
        )
        .bind(account)
        .bind(number)
        .bind(username)
        .bind(first_name)
        .bind(last_name)
        .execute(&self.owner)
        .await
        .unwrap();
    }

    async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(query)
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }
}

impl Answer {
    fn text(&self, field: &str) -> &str {
        self.body[field]
            .as_str()
            .unwrap_or_else(|| panic!("no {field} in {}", self.body))
    }

    fn access(&self) -> &str {
        self.text("access_token")
    }

    fn refresh(&self) -> &str {
        self.text("refresh_token")
    }

    /// The cookies that it sets, as a browser sends them.
    fn cookies(&self) -> String {
        let lines = self
            .headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|line| line.to_str().unwrap());
        let pairs: Vec<_> = lines.map(|line| line.split(';').next().unwrap()).collect();
        pairs.join("; ")
    }

    /// The body without what differs from request to request.
    fn anonymous(mut self) -> Value {
        self.body.as_object_mut().unwrap().remove("request_id");
        self.body
    }
}

async fn api(
    database: &Database,
    pool: PgPool,
    settings: Settings,
    throttle: &Arc<Throttle>,
    seconds: &Arc<AtomicI64>,
    shutdown: CancellationToken,
) -> Api {
    let secrets = secrets();
    let keyring = Keyring::new(pool.clone(), &secrets);
    let log = Log::new(
        eventlog::options(&database.url(), Role::Service).unwrap(),
        Tail::default(),
    );
    tokio::spawn(log.writer().run(shutdown));
    let reader = Reader::new(pool.clone(), keyring.clone());
    let tokens = Tokens::new(&secrets.tokens(), reader.identity().await.unwrap());
    let identity = Identity::new(
        pool.clone(),
        keyring.clone(),
        &secrets,
        &settings,
        Arc::clone(throttle),
        clock(seconds),
    );
    Api {
        typing: tokio::sync::broadcast::Sender::new(1),
        log,
        reader,
        freshness: Freshness::new(pool.clone()),
        groups: crate::Groups::new(pool.clone()),
        audits: crate::audit::Audits::new(pool.clone()),
        published: Box::new(|_| Box::pin(std::future::ready(None))),
        // Nobody asks at this door.
        readiness: Box::new(|| Box::pin(std::future::pending())),
        stream_size: Box::new(|| Box::pin(std::future::ready(None))),
        reads: pool.clone(),
        searches: pool.clone(),
        pool,
        keyring,
        secrets,
        tokens,
        identity,
        attachments: crate::attachments::Attachments::new(None),
        settings,
    }
}

fn secrets() -> Secrets {
    Secrets::new(Secret::new([7; 32]))
}

fn clock(seconds: &Arc<AtomicI64>) -> Now {
    let (start, seconds) = (fresh::now(), Arc::clone(seconds));
    Arc::new(move || start + TimeDelta::seconds(seconds.load(Relaxed)))
}
