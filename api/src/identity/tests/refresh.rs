use super::*;

#[tokio::test]
async fn each_refresh_gives_a_new_pair() {
    let door = Door::open().await;
    let first = door.somebody("alice").await;
    door.later(590);
    let second = door.refresh(first.refresh()).await;
    assert_eq!(second.status, 200);
    door.later(590);
    let third = door.refresh(second.refresh()).await;
    assert_eq!(third.status, 200);
    assert_ne!(second.refresh(), third.refresh());
    assert!(door.lets_in(third.access()).await);
    assert!(!door.lets_in(first.access()).await);
    let list = door
        .get("/api/v1/sessions", By::Token(third.access()))
        .await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_repeat_within_20_seconds_gets_the_same_pair() {
    let door = Door::open().await;
    let first = door.somebody("alice").await;
    door.later(20);
    let second = door.refresh(first.refresh()).await;
    door.later(20);
    let again = door.refresh(first.refresh()).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body, second.body);
    assert!(door.lets_in(again.access()).await);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_get_the_same_pair() {
    let door = Door::open().await;
    let first = door.somebody("alice").await;
    let answers = futures::future::join_all((0..8).map(|_| door.refresh(first.refresh()))).await;
    for answer in &answers {
        assert_eq!(
            (answer.status, &answer.body),
            (StatusCode::OK, &answers[0].body)
        );
    }
}

#[tokio::test]
async fn a_used_token_presented_later_ends_the_session() {
    let door = Door::open().await;
    let first = door.somebody("alice").await;
    let second = door.refresh(first.refresh()).await;
    assert!(door.lets_in(second.access()).await);
    door.later(25);
    assert_eq!(door.refresh(first.refresh()).await.status, 401);
    assert!(!door.lets_in(second.access()).await);
    assert_eq!(door.refresh(second.refresh()).await.status, 401);
    assert_eq!(
        door.count("select count(*) from auth.sessions where ended_at is null")
            .await,
        0
    );
}

#[tokio::test]
async fn a_thief_who_refreshed_twice_is_found_out_too() {
    let door = Door::open().await;
    let victim = door.somebody("alice").await;
    let thief = door.refresh(victim.refresh()).await;
    let thief = door.refresh(thief.refresh()).await;
    assert_eq!(door.refresh(victim.refresh()).await.status, 401);
    assert!(!door.lets_in(thief.access()).await);
    assert_eq!(door.refresh(thief.refresh()).await.status, 401);
}

#[tokio::test]
async fn an_invented_token_ends_nothing() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    let mut invented = session.refresh().to_owned();
    invented.replace_range(30..31, if &invented[30..31] == "A" { "B" } else { "A" });
    for token in [invented.as_str(), "", "x", session.access()] {
        assert_eq!(door.refresh(token).await.status, 401);
    }
    assert_eq!(door.refresh(session.refresh()).await.status, 200);
}

#[tokio::test]
async fn a_session_that_nobody_refreshes_ends_after_30_days() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    door.later(30 * 86_400);
    assert_eq!(door.refresh(session.refresh()).await.status, 401);
    let idle = door.log_in("alice").await;
    door.later(30 * 86_400 - 1);
    assert_eq!(door.refresh(idle.refresh()).await.status, 200);
}
