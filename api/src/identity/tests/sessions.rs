use super::*;

async fn sessions(door: &Door, token: &str) -> Vec<Value> {
    door.get("/api/v1/sessions", By::Token(token)).await.body["items"]
        .as_array()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_log_out_reaches_every_node() {
    let door = Door::open().await;
    let other = door.another_node();
    let session = door.somebody("alice").await;
    assert!(other.authenticate(session.access()).await.is_ok());
    other.step().await.unwrap();

    let out = door
        .ask(
            Method::DELETE,
            "/api/v1/sessions/current",
            By::Token(session.access()),
            None,
        )
        .await;
    assert_eq!(out.status, 204);
    assert!(!door.lets_in(session.access()).await);
    other.step().await.unwrap();
    assert!(other.authenticate(session.access()).await.is_err());
    // A node that starts now has nothing to remember, and asks.
    assert!(
        door.another_node()
            .authenticate(session.access())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_device_can_be_logged_out_by_another_one_of_the_same_account_only() {
    let door = Door::open().await;
    let (alice, bob) = (door.somebody("alice").await, door.somebody("bob").await);
    let body = json!({"username": "alice", "password": PASSWORD, "device": "phone"});
    let phone = door.post("/api/v1/sessions", By::Nobody, body).await;
    let list = sessions(&door, alice.access()).await;
    assert_eq!(
        (list.len(), &list[0]["device"], &list[1]["current"]),
        (2, &json!("phone"), &json!(true))
    );
    let path = format!("/api/v1/sessions/{}", list[0]["id"].as_str().unwrap());

    assert_eq!(
        door.ask(Method::DELETE, &path, By::Token(bob.access()), None)
            .await
            .status,
        404
    );
    assert!(door.lets_in(phone.access()).await);
    for _ in 0..2 {
        assert_eq!(
            door.ask(Method::DELETE, &path, By::Token(alice.access()), None)
                .await
                .status,
            204
        );
    }
    assert!(!door.lets_in(phone.access()).await);
    assert_eq!(door.refresh(phone.refresh()).await.status, 401);
    for id in ["x", "00000000-0000-7000-8000-000000000000"] {
        let path = format!("/api/v1/sessions/{id}");
        assert_eq!(
            door.ask(Method::DELETE, &path, By::Token(alice.access()), None)
                .await
                .status,
            404
        );
    }
}

#[tokio::test]
async fn the_session_that_was_used_longest_ago_goes() {
    let door = Door::open().await;
    let first = door.somebody("alice").await;
    let mut others = Vec::new();
    for _ in 0..2 {
        door.later(1);
        others.push(door.log_in("alice").await);
    }
    door.later(1);
    let first = door.refresh(first.refresh()).await;
    door.later(1);
    let fourth = door.log_in("alice").await;
    assert!(!door.lets_in(others[0].access()).await);
    for kept in [&first, &others[1], &fourth] {
        assert!(door.lets_in(kept.access()).await);
    }
    assert_eq!(sessions(&door, fourth.access()).await.len(), 3);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let door = Door::open().await;
    let (here, there) = (door.somebody("alice").await, door.log_in("alice").await);
    let classic = door
        .post(
            "/api/auth/token/",
            By::Nobody,
            json!({"username": "alice", "password": PASSWORD}),
        )
        .await;
    let change = async |current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        door.ask(
            Method::PUT,
            "/api/v1/me/password",
            By::Token(here.access()),
            Some(body),
        )
        .await
    };
    let wrong = change("wrong", "another horse battery").await;
    assert_eq!(
        (wrong.status, &wrong.body["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/current"))
    );
    let weak = change(PASSWORD, "alice").await;
    assert_eq!(
        (weak.status, &weak.body["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/new"))
    );
    assert!(door.lets_in(there.access()).await);

    assert_eq!(change(PASSWORD, "another horse battery").await.status, 204);
    assert!(door.lets_in(here.access()).await);
    assert!(!door.lets_in(there.access()).await);
    assert!(!door.lets_in(classic.text("token")).await);
    assert_eq!(door.log_in("alice").await.status, 401);
    assert_eq!(
        door.log_in_with("alice", "another horse battery")
            .await
            .status,
        201
    );
    assert_eq!(
        door.count("select count(*) from log.events where event_type = 'account.password_changed'")
            .await,
        1
    );
}

#[tokio::test]
async fn of_two_changes_of_a_password_at_once_one_counts() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    let change = async |new: &str| {
        let body = json!({"current": PASSWORD, "new": new});
        door.ask(
            Method::PUT,
            "/api/v1/me/password",
            By::Token(session.access()),
            Some(body),
        )
        .await
        .status
        .as_u16()
    };
    let (one, other) = tokio::join!(
        change("first horse battery"),
        change("second horse battery")
    );
    let works = async |password: &str| door.log_in_with("alice", password).await.status == 201;
    assert_eq!(
        [one, other].iter().filter(|status| **status == 204).count(),
        1,
        "{one} {other}"
    );
    assert_eq!(
        (
            works("first horse battery").await,
            works("second horse battery").await
        ),
        (one == 204, other == 204)
    );
}

#[tokio::test]
async fn what_is_over_is_forgotten_after_a_day() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    door.api
        .identity
        .sessions
        .prune(door.api.identity.now())
        .await
        .unwrap();
    assert_eq!(door.count("select count(*) from auth.sessions").await, 1);
    door.ask(
        Method::DELETE,
        "/api/v1/sessions/current",
        By::Token(session.access()),
        None,
    )
    .await;
    door.later(2 * 86_400);
    door.api
        .identity
        .sessions
        .prune(door.api.identity.now())
        .await
        .unwrap();
    assert_eq!(door.count("select count(*) from auth.sessions").await, 0);
    assert!(!door.lets_in(session.access()).await);
}
