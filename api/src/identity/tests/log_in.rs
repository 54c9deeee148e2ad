use super::*;

#[tokio::test]
async fn a_strangers_name_and_a_wrong_password_are_answered_alike() {
    let door = Door::open().await;
    door.register("alice").await;
    let wrong = door.log_in_with("alice", "correct horse batterx").await;
    let unknown = door.log_in_with("nobody", PASSWORD).await;
    assert_eq!(
        (wrong.status, unknown.status),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
    );
    assert_eq!(wrong.anonymous(), unknown.anonymous());
}

#[tokio::test]
async fn guessing_gets_slower() {
    let database = Database::create(&MIGRATIONS).await.unwrap();
    let owner = database.pool().await.unwrap();
    let settings = Door::open().await.api.settings.clone();
    let limits = Limits {
        on: true,
        logins_per_address: 1000,
        ..Limits::default()
    };
    let door = Door::over(database, owner, settings, &limits, Arc::default()).await;
    door.register("alice").await;
    for _ in 0..10 {
        assert_eq!(door.log_in_with("alice", "wrong").await.status, 401);
    }
    let refused = door.log_in("Alice").await;
    assert_eq!(
        (refused.status, refused.headers["retry-after"].as_bytes()),
        (StatusCode::TOO_MANY_REQUESTS, &b"1"[..])
    );
    door.later(1);
    assert_eq!(door.log_in("alice").await.status, 201);
    assert_eq!(door.log_in_with("alice", "wrong").await.status, 401);
}

#[tokio::test]
async fn an_old_hash_is_made_anew_at_a_log_in() {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
    let door = Door::open().await;
    door.register("alice").await;
    let weak = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8 * 1024, 1, 1, None).unwrap(),
    );
    let stored = weak.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    sqlx::query("update auth.credentials set password_hash = $1")
        .bind(stored)
        .execute(&door.owner)
        .await
        .unwrap();
    let current = "select count(*) from auth.credentials where password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'";
    assert_eq!(door.log_in_with("alice", "wrong").await.status, 401);
    assert_eq!(door.count(current).await, 0);
    assert_eq!(door.log_in("alice").await.status, 201);
    assert_eq!(door.count(current).await, 1);
    assert_eq!(door.log_in("alice").await.status, 201);
}

#[tokio::test]
async fn without_a_valid_token_the_answer_is_401_and_says_how() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    let foreign = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IngifQ.e30.AAAA";
    let asked = [
        By::Nobody,
        By::Token("x"),
        By::Token(foreign),
        By::Token(session.refresh()),
        By::Cookies("tidings_session=x"),
    ];
    for by in asked {
        let answer = door.get("/api/v1/sessions", by).await;
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.headers["www-authenticate"],
            "Bearer realm=\"tidings\""
        );
    }
    let bad = door
        .get("/api/v1/sessions", By::Token("x"))
        .await
        .anonymous();
    assert_eq!(
        door.get("/api/v1/sessions", By::Token(foreign))
            .await
            .anonymous(),
        bad
    );
    assert_eq!(
        door.get("/api/v1/sessions", By::Token(session.access()))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn an_access_token_ends_after_ten_minutes() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    assert!(door.lets_in(session.access()).await);
    door.later(600);
    assert!(door.lets_in(session.access()).await);
    door.later(6);
    assert!(!door.lets_in(session.access()).await);
}

#[tokio::test]
async fn the_web_client_has_its_tokens_in_cookies() {
    let door = Door::open().await;
    door.register("alice").await;
    let body = json!({"username": "alice", "password": PASSWORD, "cookie": true});
    let answer = door.post("/api/v1/sessions", By::Nobody, body).await;
    assert_eq!(answer.status, 201);
    assert!(
        answer.body.get("access_token").is_none() && answer.body.get("refresh_token").is_none()
    );
    let cookies = answer.cookies();
    let list = door.get("/api/v1/sessions", By::Cookies(&cookies)).await;
    assert_eq!(list.body["items"][0]["current"], true);

    let refreshed = door
        .ask(
            Method::POST,
            "/api/v1/sessions/refresh",
            By::Cookies(&cookies),
            None,
        )
        .await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    assert!(refreshed.body.get("refresh_token").is_none());
    let newer = refreshed.cookies();
    assert_ne!(newer, cookies);

    let out = door
        .ask(
            Method::DELETE,
            "/api/v1/sessions/current",
            By::Cookies(&newer),
            None,
        )
        .await;
    assert_eq!(
        (out.status, out.cookies().as_str()),
        (StatusCode::NO_CONTENT, "tidings_session=; tidings_refresh=")
    );
    assert_eq!(
        door.get("/api/v1/sessions", By::Cookies(&newer))
            .await
            .status,
        401
    );
    assert_eq!(
        door.ask(Method::POST, "/api/v1/sessions/refresh", By::Nobody, None)
            .await
            .status,
        401
    );
}
