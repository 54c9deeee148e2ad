use super::*;

#[tokio::test]
async fn who_registers_can_log_in_and_is_known_at_once() {
    let door = Door::open().await;
    let made = door.register("Alice").await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.text("username"), "Alice");
    let token = made.headers["tidings-token"].to_str().unwrap();
    assert_eq!(door.api.tokens.read(token).unwrap().position, 1);

    let answer = door.log_in("aLICE").await;
    assert_eq!(
        (answer.status, answer.body["expires_in"].clone()),
        (StatusCode::CREATED, json!(600))
    );
    assert_eq!(answer.body["account"], made.body);

    let known = door
        .api
        .identity
        .people()
        .resolve(&["bob".into(), "ALICE".into()])
        .await
        .unwrap();
    assert_eq!(known[0], None);
    let alice = known[1].clone().unwrap();
    assert_eq!(
        (
            &*alice.username,
            alice.number,
            alice.account.to_string().as_str()
        ),
        ("Alice", 1, made.text("id"))
    );
    assert_eq!(
        door.another_node()
            .people()
            .by_id(&[alice.account])
            .await
            .unwrap(),
        [Some(alice)]
    );
}

#[tokio::test]
async fn the_hot_tail_shows_the_profile_and_the_log_does_not() {
    let door = Door::open().await;
    door.register("alice").await;
    let tail = door.api.log.tail().after(0, 10);
    assert!(
        tail[0].data.get().contains(r#""username":"alice""#),
        "{}",
        tail[0].data
    );
    let stored = door
        .count("select count(*) from log.events where payload::text like '%alice%'")
        .await;
    assert_eq!(stored, 0);
    let read = door.api.reader.after(0, 10).await.unwrap();
    let [read, tailed] = [&read[0].data, &tail[0].data]
        .map(|data| serde_json::from_str::<Value>(data.get()).unwrap());
    assert_eq!(read, tailed);
}

#[tokio::test]
async fn a_name_is_given_once_whatever_its_case() {
    let door = Door::open().await;
    let names = ["alice", "Alice", "ALICE", "aLice", "alIce"];
    let answers = futures::future::join_all(names.map(|name| door.register(name))).await;
    let mut statuses: Vec<_> = answers
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409]);
    assert_eq!(door.register("alicE").await.status, 409);
    // Who lost left nothing behind.
    assert_eq!(door.count("select count(*) from auth.credentials").await, 1);
    assert_eq!(door.count("select count(*) from log.events").await, 1);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let door = Door::open().await;
    let body =
        json!({"username": "a b", "password": "password", "email": "x", "first_name": "a\nb"});
    let answer = door.post("/api/v1/accounts", By::Nobody, body).await;
    assert_eq!(answer.status, 422);
    let pointers: Vec<_> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["pointer"])
        .collect();
    assert_eq!(
        pointers,
        ["/username", "/email", "/first_name", "/password"]
    );
    let unknown = json!({"username": "a", "password": PASSWORD, "roles": ["admin"]});
    assert_eq!(
        door.post("/api/v1/accounts", By::Nobody, unknown)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn registration_can_be_closed() {
    let door = Door::with(|settings| settings.registration_open = false).await;
    assert_eq!(door.register("alice").await.status, 403);
}

#[tokio::test]
async fn people_are_found_by_the_beginnings_of_their_names() {
    let door = Door::open().await;
    let token = door.somebody("zoe").await.access().to_owned();
    for (number, username, first, last) in [
        (2, "bob", "Robert", "van der Berg"),
        (3, "Ber_nard", "Anna Maria", ""),
        (4, "carol", "100%", "Bernd"),
        (5, "dave", "", ""),
    ] {
        door.project(number, username, first, last).await;
    }
    let find = async |query: &str| {
        let answer = door
            .get(&format!("/api/v1/accounts?{query}"), By::Token(&token))
            .await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        let items = answer.body["items"].as_array().unwrap().clone();
        let names: Vec<_> = items
            .iter()
            .map(|item| item["username"].as_str().unwrap().to_owned())
            .collect();
        (
            names.join(" "),
            answer.body["next"].as_str().map(str::to_owned),
        )
    };
    for (query, found) in [
        ("", "Ber_nard bob carol dave"),
        ("query=BER", "Ber_nard bob carol"),
        ("query=mar", "Ber_nard"),
        ("query=van%20der", "bob"),
        ("query=erg", ""),
        ("query=ber_", "Ber_nard"),
        ("query=10_", ""),
        ("query=100%25", "carol"),
        ("query=%5C", ""),
    ] {
        assert_eq!(find(query).await.0, found, "{query}");
    }
    let (first, next) = find("limit=2").await;
    assert_eq!(first, "Ber_nard bob");
    let (second, last) = find(&format!("limit=2&cursor={}", next.unwrap())).await;
    assert_eq!((second.as_str(), last), ("carol dave", None));
    for query in ["cursor=x", "cursor=", "limit=0", "colour=red"] {
        assert_eq!(
            door.get(&format!("/api/v1/accounts?{query}"), By::Token(&token))
                .await
                .status,
            400,
            "{query}"
        );
    }
    let items = door.get("/api/v1/accounts", By::Token(&token)).await;
    assert!(
        !items.body.to_string().contains('@'),
        "nobody sees another one's address"
    );
}

#[tokio::test]
async fn a_profile_is_changed_field_by_field() {
    let door = Door::open().await;
    let token = door.somebody("alice").await.access().to_owned();
    let change = async |body: Value| {
        door.ask(Method::PATCH, "/api/v1/me", By::Token(&token), Some(body))
            .await
    };
    let answer = change(json!({"first_name": "Alice", "email": "a@example.org"})).await;
    assert_eq!(
        (answer.status, answer.text("first_name")),
        (StatusCode::OK, "Alice")
    );
    assert!(answer.headers.contains_key("tidings-token"));
    let answer = change(json!({"last_name": "Liddell"})).await;
    let shown = [
        answer.text("first_name"),
        answer.text("last_name"),
        answer.text("email"),
        answer.text("username"),
    ];
    assert_eq!(shown, ["Alice", "Liddell", "a@example.org", "alice"]);
    // What is so already needs no event.
    assert_eq!(change(json!({"last_name": "Liddell"})).await.status, 200);
    assert_eq!(
        door.ask(Method::PATCH, "/api/v1/me", By::Token(&token), None)
            .await
            .status,
        200
    );
    assert_eq!(door.count("select count(*) from log.events").await, 3);
    assert_eq!(change(json!({"username": "bob"})).await.status, 400);
    assert_eq!(change(json!({"email": "nonsense"})).await.status, 422);
}

#[tokio::test]
async fn two_changes_at_the_same_time_both_count() {
    let door = Door::open().await;
    let token = door.somebody("alice").await.access().to_owned();
    let change = async |body: Value| {
        door.ask(Method::PATCH, "/api/v1/me", By::Token(&token), Some(body))
            .await
            .status
    };
    let (one, other) = tokio::join!(
        change(json!({"first_name": "A"})),
        change(json!({"last_name": "B"}))
    );
    assert_eq!((one, other), (StatusCode::OK, StatusCode::OK));
    let answer = door
        .ask(Method::PATCH, "/api/v1/me", By::Token(&token), None)
        .await;
    assert_eq!(
        (answer.text("first_name"), answer.text("last_name")),
        ("A", "B")
    );
}

#[tokio::test]
async fn me_is_shown_once_it_is_projected_and_then_cheaply() {
    let door = Door::open().await;
    let token = door.somebody("alice").await.access().to_owned();
    assert_eq!(door.get("/api/v1/me", By::Token(&token)).await.status, 503);
    door.project(1, "alice", "Alice", "").await;
    let me = door.get("/api/v1/me", By::Token(&token)).await;
    assert_eq!(
        (me.status, me.text("email"), &me.body["roles"]),
        (StatusCode::OK, "alice@example.org", &json!([]))
    );
    assert!(me.headers.contains_key("etag") && me.headers.contains_key("tidings-token"));
}
