use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;

async fn register(door: &Door, username: &str) -> Answer {
    door.api.freshness.reach(i64::MAX);
    let body = json!({"email": format!("{username}@example.org"), "password": PASSWORD, "username": username, "x": 1});
    door.post("/api/account/register/", By::Nobody, body).await
}

async fn log_in(door: &Door, username: &str) -> Answer {
    door.post(
        "/api/auth/token/",
        By::Nobody,
        json!({"username": username, "password": PASSWORD}),
    )
    .await
}

async fn verify(door: &Door, token: &str) -> Answer {
    door.post("/api/token-verify/", By::Nobody, json!({"token": token}))
        .await
}

#[tokio::test]
async fn the_original_service_field_by_field() {
    let door = Door::open().await;
    let made = register(&door, "alice").await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.body,
        json!({"username": "alice", "email": "alice@example.org"})
    );
    assert_eq!(register(&door, "Alice").await.status, 409);
    assert_eq!(register(&door, "bob").await.status, 201);

    let answer = log_in(&door, "bob").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.as_object().unwrap().len(), 1);
    let token = answer.text("token");
    let claims: Value = serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).unwrap())
            .unwrap(),
    )
    .unwrap();
    assert_eq!(
        (&claims["user_id"], &claims["username"]),
        (&json!(2), &json!("bob"))
    );
    assert_eq!(claims["email"], "bob@example.org");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        7 * 86_400
    );

    let verified = verify(&door, token).await;
    assert_eq!(
        (verified.status, verified.body),
        (StatusCode::OK, json!({"token": token}))
    );
    assert_eq!(verify(&door, "x.y.z").await.status, 401);
    assert_eq!(
        door.post("/api/token-verify/", By::Nobody, json!({}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn everybody_is_listed_by_number() {
    let door = Door::open().await;
    register(&door, "bob").await;
    let token = log_in(&door, "bob").await.text("token").to_owned();
    door.project(2, "alice", "Alice", "").await;
    door.project(1, "bob", "", "").await;
    let request =
        Request::get("/api/account/").header(header::AUTHORIZATION, format!("jwt {token}"));
    let response = door
        .app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&bytes).unwrap(),
        json!([
            {"id": 1, "username": "bob", "email": "bob@example.org", "first_name": "", "last_name": ""},
            {"id": 2, "username": "alice", "email": "alice@example.org", "first_name": "Alice", "last_name": ""},
        ])
    );
    assert_eq!(door.get("/api/account/", By::Nobody).await.status, 401);
}

#[tokio::test]
async fn a_token_is_good_for_seven_days_unless_it_is_revoked() {
    let door = Door::open().await;
    register(&door, "alice").await;
    let token = log_in(&door, "alice").await.text("token").to_owned();
    door.later(7 * 86_400);
    assert_eq!(verify(&door, &token).await.status, 200);
    door.later(6);
    assert_eq!(verify(&door, &token).await.status, 401);

    let token = log_in(&door, "alice").await.text("token").to_owned();
    assert_eq!(verify(&door, &token).await.status, 200);
    let out = door
        .ask(
            Method::DELETE,
            "/api/v1/sessions/current",
            By::Token(&token),
            None,
        )
        .await;
    assert_eq!(out.status, 204);
    assert_eq!(verify(&door, &token).await.status, 401);
}
