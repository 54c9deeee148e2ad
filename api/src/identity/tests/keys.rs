use super::*;

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn published(door: &Door) -> Vec<String> {
    let keys = door.get("/.well-known/jwks.json", By::Nobody).await.body["keys"]
        .as_array()
        .unwrap()
        .clone();
    keys.iter()
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn keys_change_without_a_restart_and_without_a_token_lost() {
    let door = Door::open().await;
    let other = door.another_node();
    let before = door.somebody("alice").await;
    assert!(other.authenticate(before.access()).await.is_ok());

    door.later(60);
    door.api.identity.rotate().await.unwrap();
    assert_eq!(published(&door).await.len(), 2);
    let meanwhile = door.log_in("alice").await;
    assert_eq!(
        kid(meanwhile.access()),
        kid(before.access()),
        "not every node has seen the new one"
    );
    door.later(10);
    other.step().await.unwrap();
    let after = door.log_in("alice").await;
    assert_ne!(kid(after.access()), kid(before.access()));
    for token in [before.access(), meanwhile.access(), after.access()] {
        assert!(door.lets_in(token).await && other.authenticate(token).await.is_ok());
    }
}

#[tokio::test]
async fn the_first_log_ins_of_all_share_one_key() {
    let door = Door::open().await;
    door.register("alice").await;
    let answers = futures::future::join_all((0..4).map(|_| door.log_in("alice"))).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    assert_eq!(published(&door).await.len(), 1);
}

#[tokio::test]
async fn two_nodes_that_start_at_once_believe_each_other() {
    let door = Door::open().await;
    let other = door.another_node();
    door.register("alice").await;
    let (one, two) = tokio::join!(door.api.identity.step(), other.step());
    one.unwrap();
    two.unwrap();
    let (here, attempt) = (
        door.log_in("alice").await,
        Password::new(PASSWORD.to_owned()),
    );
    let attempt = Attempt {
        address: [127, 0, 0, 1].into(),
        username: "alice",
        password: &attempt,
    };
    let there = other.log_in(&door.api.reader, attempt, None).await.unwrap();
    for token in [here.access(), &there.access_token] {
        assert!(door.lets_in(token).await && other.authenticate(token).await.is_ok());
    }
}

#[tokio::test]
async fn a_node_that_just_started_believes_everybody_who_comes_at_once() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    let other = door.another_node();
    let answers =
        futures::future::join_all((0..20).map(|_| other.authenticate(session.access()))).await;
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_key_that_is_let_go_of_is_believed_no_more() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    assert!(door.lets_in(session.access()).await);
    door.api.identity.rotate().await.unwrap();
    sqlx::query("update auth.signing_keys set retired_at = now() where kid = $1")
        .bind(kid(session.access()))
        .execute(&door.owner)
        .await
        .unwrap();
    let other = door.another_node();
    assert!(other.authenticate(session.access()).await.is_err());
    // Also where the token is remembered.
    door.api.identity.step().await.unwrap();
    assert!(!door.lets_in(session.access()).await);
    assert_eq!(other.public_keys().await.unwrap().kids().len(), 1);
}

#[tokio::test]
async fn keys_are_followed_by_others_in_time_and_then_let_go_of() {
    let door = Door::open().await;
    let first = published(&door).await;
    door.later(91 * 86_400);
    door.api.identity.step().await.unwrap();
    let both = published(&door).await;
    assert_eq!((both.len(), &both[1]), (2, &first[0]));
    door.later(8 * 86_400);
    door.api
        .identity
        .keys
        .step(door.api.identity.now())
        .await
        .unwrap();
    assert_eq!(published(&door).await, both[..1]);
}

#[tokio::test]
async fn private_halves_are_not_in_the_database() {
    let door = Door::open().await;
    published(&door).await;
    let wrapped: Vec<u8> = sqlx::query_scalar("select wrapped from auth.signing_keys")
        .fetch_one(&door.owner)
        .await
        .unwrap();
    // The beginning of every Ed25519 key in PKCS#8.
    assert!(
        !wrapped
            .windows(4)
            .any(|window| window == [0x06, 0x03, 0x2b, 0x65])
    );
}
