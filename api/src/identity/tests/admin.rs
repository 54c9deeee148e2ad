use cqrs_es::Aggregate;
use domain::account::{Account, Role};
use eventlog::Expect;

use super::*;
use crate::identity::{
    Admin, Standing,
    admin::{By, grant_to},
};

fn roles(answer: &Answer) -> Vec<Role> {
    let payload = answer.access().split('.').nth(1).unwrap();
    let bytes =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload).unwrap();
    let claims: Value = serde_json::from_slice(&bytes).unwrap();
    serde_json::from_value(claims["roles"].clone()).unwrap()
}

fn new(username: &str, password: &str) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        password: Password::new(password.to_owned()),
        email: String::new(),
        first_name: String::new(),
        last_name: String::new(),
    }
}

#[tokio::test]
async fn a_role_that_is_granted_is_had_at_once_and_one_that_is_revoked_is_gone() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    let caller = door
        .api
        .identity
        .authenticate(session.access())
        .await
        .unwrap();
    let has = async || {
        door.api
            .identity
            .has_role(&door.api.reader, &caller, Role::Auditor)
            .await
            .unwrap()
    };
    assert!(!has().await);
    for _ in 0..2 {
        grant(&door.api, "Alice", Role::Auditor).await.unwrap();
    }
    assert!(has().await);
    assert_eq!(
        roles(&door.refresh(session.refresh()).await),
        [Role::Auditor]
    );

    revoke(&door.api, "alice", Role::Auditor).await.unwrap();
    assert!(!has().await);
    assert!(!door.lets_in(session.access()).await);
    assert_eq!(roles(&door.log_in("alice").await), []);
    assert!(matches!(
        grant(&door.api, "nobody", Role::Admin).await,
        Err(Error::Nobody)
    ));
}

#[tokio::test]
async fn a_disabled_account_is_locked_out() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    disable(&door.api, "alice").await.unwrap();
    disable(&door.api, "alice").await.unwrap();
    assert!(!door.lets_in(session.access()).await);
    assert_eq!(door.refresh(session.refresh()).await.status, 401);
    // Whoever knows the password is told why; nobody else is told anything.
    let told = door.log_in("alice").await;
    assert_eq!(
        (told.status.as_u16(), &told.body["detail"]),
        (403, &json!("This account is disabled."))
    );
    assert_eq!(
        door.log_in_with("alice", "not the password").await.status,
        401
    );
    let reset = reset_password(&door.api, "alice", &Password::new(PASSWORD.to_owned())).await;
    assert!(matches!(reset, Err(Error::Disabled)));
    assert_eq!(door.register("alice").await.status, 409);
}

#[tokio::test]
async fn an_enabled_account_has_its_password_and_its_roles_back_but_no_session() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    grant(&door.api, "alice", Role::Auditor).await.unwrap();
    for _ in 0..2 {
        disable(&door.api, "alice").await.unwrap();
    }
    for _ in 0..2 {
        enable(&door.api, "alice").await.unwrap();
    }
    assert!(!door.lets_in(session.access()).await);
    assert_eq!(door.refresh(session.refresh()).await.status, 401);
    let back = door.log_in("alice").await;
    assert_eq!(
        (back.status.as_u16(), roles(&back)),
        (201, vec![Role::Auditor])
    );
    assert!(matches!(
        enable(&door.api, "nobody").await,
        Err(Error::Nobody)
    ));
}

#[tokio::test]
async fn a_log_in_that_was_let_in_before_a_disabling_gets_no_session_after_it() {
    let door = Door::open().await;
    door.somebody("alice").await;
    let known = door
        .api
        .identity
        .people()
        .by_username("alice")
        .await
        .unwrap()
        .unwrap();
    door.api.identity.lock(known.account).await.unwrap();
    assert_eq!(door.log_in("alice").await.status, 401);
    door.api.identity.unlock(known.account).await.unwrap();
    assert_eq!(door.log_in("alice").await.status, 201);
}

#[tokio::test]
async fn an_administrator_whose_role_was_taken_cannot_give_it_back_to_themself() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    grant(&door.api, "alice", Role::Admin).await.unwrap();
    let caller = door.api.identity.authenticate(session.access());
    let caller = caller.await.unwrap();
    let account = caller.account;
    let standing = Standing::of(&door.api.reader, account).await;
    // As it was looked at when the request came.
    let admin = Admin {
        caller,
        standing: Expect {
            aggregate_type: Account::TYPE,
            aggregate_id: account.to_string(),
            sequence: standing.unwrap().unwrap().sequence,
        },
    };
    revoke(&door.api, "alice", Role::Admin).await.unwrap();
    let given = grant_to(&door.api, account, By::Admin(&admin), Role::Admin).await;
    assert!(matches!(given, Err(Error::Changed)), "{given:?}");
}

#[tokio::test]
async fn a_reset_password_ends_all_sessions() {
    let door = Door::open().await;
    let session = door.somebody("alice").await;
    let weak = reset_password(&door.api, "alice", &Password::new("1234".to_owned())).await;
    assert!(matches!(weak, Err(Error::Refused(_))));
    reset_password(
        &door.api,
        "alice",
        &Password::new("another horse battery".to_owned()),
    )
    .await
    .unwrap();
    assert!(!door.lets_in(session.access()).await);
    assert_eq!(door.log_in("alice").await.status, 401);
    assert_eq!(
        door.log_in_with("alice", "another horse battery")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn accounts_are_made_and_listed_from_the_command_line() {
    let door = Door::with(|settings| {
        settings.registration_open = false;
        settings.password_rule = false;
    })
    .await;
    let account = create_account(&door.api, new("test1", "1234"))
        .await
        .unwrap();
    assert!(matches!(
        create_account(&door.api, new("TEST1", "1234")).await,
        Err(Error::Taken)
    ));
    let refused = create_account(&door.api, new("a b", "")).await.unwrap_err();
    assert!(refused.to_string().starts_with("username: "), "{refused}");
    assert_eq!(door.log_in_with("test1", "1234").await.status, 201);
    door.project(1, "test1", "", "").await;
    let listed = list(&door.api).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].account, listed[0].number),
        (1, account, 1)
    );
}
