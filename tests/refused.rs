//! Bad input: a problem document that says what is wrong, and nothing stored.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use house::{Answer, House, Person, Plan};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const MESSAGES: &str = "/api/v1/messages";

async fn post_raw(person: &Person, kind: &str, body: impl Into<Vec<u8>>) -> Result<Answer> {
    let request = person.request(Method::POST, MESSAGES);
    let body: Vec<u8> = body.into();
    person
        .ask(request.header("Content-Type", kind).body(body))
        .await
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused_and_nothing_is_stored() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    house.register("bob").await?;
    let before = house.head().await?;
    let json = "application/json";

    let not_json: &[&[u8]] = &[
        b"",
        b"{",
        b"hello",
        b"{\"to\":[\"bob\"],\"body\":\"hello\"} and more",
        b"{\"to\":[\"bob\"],\"body\":\"\xff\xfe\"}",
        b"{\"to\":[\"bob\"],\"body\":\"a\nb\"}",
        b"{'to':['bob'],'body':'hello'}",
        br#"{"to":["bob"],"body":"\ud800"}"#,
        br#"{"to":["bob"],"body":"\udc00\ud800"}"#,
        br#"{"to":["bob"],"body":"\x"}"#,
        br#"{"to":["bob"],"body":"one","body":"two"}"#,
        b"[]",
        br#"[["bob"],null,"","hello",[],null,null]"#,
        b"null",
        b"\"hello\"",
    ];
    for body in not_json {
        post_raw(&alice, json, *body).await?.is_problem(400)?;
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    post_raw(&alice, json, deep).await?.is_problem(400)?;
    for kind in ["text/plain", "application/xml", "multipart/form-data"] {
        let body = r#"{"to":["bob"],"body":"hello"}"#;
        post_raw(&alice, kind, body).await?.is_problem(415)?;
    }
    let large = format!(r#"{{"to":["bob"],"body":"{}"}}"#, "x".repeat(1024 * 1024));
    post_raw(&alice, json, large).await?.is_problem(413)?;

    let nul = br#"{"to":["bob"],"body":"a\u0000b"}"#;
    let refused = post_raw(&alice, json, *nul).await?;
    let status = refused.status;
    assert!([400, 422].contains(&status), "{status}");
    assert_eq!(refused.is_problem(status)?.pointers(), ["/body"]);

    assert_eq!(house.head().await?, before, "nothing was stored");
    house.finish().await
}

#[tokio::test]
async fn a_field_that_breaks_a_rule_is_named_and_nothing_is_stored() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    house.register("bob").await?;
    let before = house.head().await?;
    let long = |count: usize| "x".repeat(count);
    let random = house::id();
    for (status, pointer, body) in [
        (400, "/body", json!({ "to": ["bob"], "body": 1 })),
        (400, "/body", json!({ "to": ["bob"], "body": null })),
        (400, "/body", json!({ "to": ["bob"] })),
        (400, "/to", json!({ "to": "bob", "body": "hello" })),
        (400, "/to/0", json!({ "to": [1], "body": "hello" })),
        (
            400,
            "/color",
            json!({ "to": ["bob"], "body": "hello", "color": "red" }),
        ),
        (
            400,
            "/id",
            json!({ "to": ["bob"], "body": "hello", "id": "x" }),
        ),
        (
            422,
            "/id",
            json!({ "to": ["bob"], "body": "hello", "id": "00000000-0000-4000-8000-000000000000" }),
        ),
        (
            422,
            "/id",
            json!({ "to": ["bob"], "body": "hello", "id": "00000000-0000-7000-8000-000000000000" }),
        ),
        (
            422,
            "/id",
            json!({ "to": ["bob"], "body": "hello", "id": "ffffffff-ffff-7fff-bfff-ffffffffffff" }),
        ),
        (422, "/body", json!({ "to": ["bob"], "body": "" })),
        (422, "/body", json!({ "to": ["bob"], "body": long(20_001) })),
        (
            422,
            "/subject",
            json!({ "to": ["bob"], "body": "hello", "subject": long(256) }),
        ),
        (422, "/to/0", json!({ "to": ["nobody"], "body": "hello" })),
        (
            422,
            "/to/1",
            json!({ "to": ["bob", "nobody"], "body": "hello" }),
        ),
        (422, "/to", json!({ "to": [], "body": "hello" })),
        (
            422,
            "/reply_to",
            json!({ "to": ["bob"], "body": "hello", "reply_to": random }),
        ),
    ] {
        let refused = alice.post(MESSAGES, &body).await?.is_problem(status)?;
        assert_eq!(refused.pointers(), [pointer], "{body}");
    }
    for body in [
        json!({ "body": "hello" }),
        json!({ "to": ["bob"], "conversation_id": random, "body": "hello" }),
    ] {
        alice.post(MESSAGES, &body).await?.is_problem(422)?;
    }
    // Each wrong field has its row.
    let body = json!({ "to": ["bob"], "body": "", "subject": long(256) });
    let refused = alice.post(MESSAGES, &body).await?.is_problem(422)?;
    assert_eq!(refused.pointers(), ["/subject", "/body"]);

    let hello = json!({ "to": ["bob"], "body": "hello" });
    for key in ["", " ", "two words", &long(256), "ключ"] {
        let refused = alice.post_once(MESSAGES, &hello, key).await;
        refused?.is_problem(400)?;
    }
    assert_eq!(house.head().await?, before, "nothing was stored");

    // And the longest that fit.
    for (key, body) in [("a", long(20_000)), ("b", "😀".repeat(20_000))] {
        let body = json!({ "to": ["bob"], "subject": long(255), "body": body });
        let key = key.repeat(255);
        alice.post_once(MESSAGES, &body, &key).await?.is(201)?;
    }
    house.finish().await
}

#[tokio::test]
async fn a_token_that_is_not_ours_opens_nothing() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let before = house.head().await?;
    let [header, claims, signature]: [&str; 3] = alice
        .token
        .split('.')
        .collect::<Vec<_>>()
        .try_into()
        .ok()
        .context("three parts")?;
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut own: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    let kid = serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(header)?)?["kid"].clone();
    own["sub"] = json!(bob.id);
    own["username"] = json!("bob");
    let none = encoded(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid }));
    let symmetric = encoded(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": kid }));
    let of_bob = bob.token.rsplit_once('.').context("a signature")?.1;
    let other = House::open(TIDINGS, Plan::default()).await?;
    let forged = [
        "x".to_owned(),
        "x.y.z".to_owned(),
        "..".to_owned(),
        "a".repeat(5_000),
        alice.refresh_token.clone(),
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}.{claims}.{of_bob}"),
        format!("{header}.{}.{signature}", encoded(&own)),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{none}.{}.", encoded(&own)),
        format!("{symmetric}.{claims}.{signature}"),
        // Good elsewhere, and not here.
        other.register("alice").await?.token,
    ];
    let hello = json!({ "to": ["bob"], "body": "hello" });
    for token in &forged {
        let somebody = alice.with_token(token);
        somebody.get("/api/v1/inbox").await?.is_problem(401)?;
        somebody.post(MESSAGES, &hello).await?.is_problem(401)?;
        let stream = somebody.events(None).await;
        let refused = format!("{:#}", stream.err().context("a stream was opened")?);
        assert!(refused.contains("401 and not 200"), "{refused}");
    }
    alice
        .with_token("")
        .get("/api/v1/me")
        .await?
        .is_problem(401)?;
    for scheme in ["Basic", "Token", "", "Bearer Bearer"] {
        let request = alice.with_token("").request(Method::GET, "/api/v1/me");
        let request = request.header("Authorization", format!("{scheme} {}", alice.token));
        alice.ask(request).await?.is_problem(401)?;
    }
    for name in ["access_token", "token", "jwt", "auth_token", "TOKEN"] {
        let path = format!("/api/v1/inbox?{name}={}", alice.token);
        alice.get(&path).await?.is_problem(400)?;
        alice.with_token("").get(&path).await?.is_problem(400)?;
    }
    assert_eq!(house.head().await?, before, "nothing was stored");
    other.finish().await?;
    house.finish().await
}

#[tokio::test]
async fn what_is_somebody_elses_looks_like_what_is_not_there() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let carol = house.register("carol").await?;
    let sent = alice.send("bob", "for bob alone").await?;
    bob.get_since("/api/v1/inbox", &sent.token()?)
        .await?
        .is(200)?;
    let message = sent["id"].as_str().context("id")?;
    let conversation = sent["conversation_id"].as_str().context("id")?;
    let session = bob.get("/api/v1/sessions").await?.is(200)?;
    let session = session["items"][0]["id"].as_str().context("id")?.to_owned();
    let before = house.head().await?;

    // Each call about something that is there, and about something that is not.
    let nothing = house::id().to_string();
    let edit = json!({ "body": "changed" });
    let by_id = |path: &str, id: &str| path.replace("{}", id);
    for (method, path, body, is_there) in [
        (Method::GET, "/api/v1/messages/{}", None, message),
        (Method::PATCH, "/api/v1/messages/{}", Some(&edit), message),
        (Method::DELETE, "/api/v1/messages/{}", None, message),
        (Method::DELETE, "/api/v1/inbox/{}", None, message),
        (Method::DELETE, "/api/v1/sent/{}", None, message),
        (Method::POST, "/api/v1/inbox/{}/restore", None, message),
        (Method::POST, "/api/v1/sent/{}/restore", None, message),
        (Method::GET, "/api/v1/conversations/{}", None, conversation),
        (
            Method::GET,
            "/api/v1/conversations/{}/messages",
            None,
            conversation,
        ),
        (
            Method::DELETE,
            "/api/v1/sessions/{}",
            None,
            session.as_str(),
        ),
    ] {
        let ask = async |id: &str| -> Result<Value> {
            let request = carol.request(method.clone(), &by_id(path, id));
            let request = match body {
                Some(body) => request.json(body),
                None => request,
            };
            let mut answer = carol.ask(request).await?.is_problem(404)?.json;
            answer["request_id"] = Value::Null;
            Ok(answer)
        };
        assert_eq!(
            ask(is_there).await?,
            ask(&nothing).await?,
            "{method} {path}"
        );
    }
    for (path, body) in [
        (MESSAGES, json!({ "conversation_id": "?", "body": "hello" })),
        (
            MESSAGES,
            json!({ "to": ["bob"], "body": "hello", "reply_to": "?" }),
        ),
        ("/api/v1/inbox/read", json!({ "message_ids": ["?"] })),
        (
            "/api/v1/inbox/read",
            json!({ "conversation_id": conversation, "up_to": "?" }),
        ),
        ("/api/v1/inbox/unread", json!({ "message_ids": ["?"] })),
    ] {
        let ask = async |id: &str| -> Result<(u16, Value)> {
            let body: Value = serde_json::from_str(&body.to_string().replace('?', id))?;
            let answer = carol.post(path, &body).await?;
            let status = answer.status;
            assert!([404, 422].contains(&status), "{path} {body}: {status}");
            let mut json = answer.is_problem(status)?.json;
            json["request_id"] = Value::Null;
            Ok((status, json))
        };
        let is_there = if body["conversation_id"] == "?" {
            conversation
        } else {
            message
        };
        assert_eq!(ask(is_there).await?, ask(&nothing).await?, "{path} {body}");
    }
    for path in ["/api/v1/inbox", "/api/v1/sent", "/api/v1/conversations"] {
        assert_eq!(carol.all(path).await?, Vec::<Value>::new());
    }
    let filtered = format!("/api/v1/inbox?conversation_id={conversation}");
    assert_eq!(carol.all(&filtered).await?, Vec::<Value>::new());

    assert_eq!(house.head().await?, before, "nothing was stored");
    house.finish().await
}

#[tokio::test]
async fn each_side_has_its_own_box_and_only_the_sender_changes_a_message() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let sent = alice.send("bob", "hello").await?;
    let message = sent["id"].as_str().context("id")?;
    let before = house.head().await?;
    for (person, method, path, status) in [
        (&alice, Method::DELETE, "/api/v1/inbox/{}", 404),
        (&bob, Method::DELETE, "/api/v1/sent/{}", 404),
        (&alice, Method::POST, "/api/v1/inbox/{}/restore", 404),
        (&bob, Method::POST, "/api/v1/sent/{}/restore", 404),
        (&bob, Method::DELETE, "/api/v1/messages/{}", 403),
    ] {
        let request = person.request(method, &path.replace("{}", message));
        person.ask(request).await?.is_problem(status)?;
    }
    let edit = json!({ "body": "changed" });
    bob.patch(&format!("{MESSAGES}/{message}"), &edit)
        .await?
        .is_problem(403)?;
    assert_eq!(house.head().await?, before, "nothing was stored");
    house.finish().await
}

#[tokio::test]
async fn places_limits_and_addresses_that_nobody_gave_are_refused() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    house.register("bob").await?;
    let mut token = String::new();
    for n in 0..3 {
        token = alice.send("bob", &format!("message {n}")).await?.token()?;
    }
    let page = alice.get_since("/api/v1/sent?limit=1", &token).await?;
    let cursor = page.is(200)?["next"].as_str().context("next")?.to_owned();
    let before = house.head().await?;

    for path in [
        "/api/v1/inbox",
        "/api/v1/sent",
        "/api/v1/conversations",
        "/api/v1/accounts",
    ] {
        for wrong in [
            "x",
            "AAAAAAAAAAAAAAAAAAAAAA",
            "-1",
            "%F0%9F%98%80",
            "%00",
            "%ff",
            &token,
        ] {
            alice
                .get(&format!("{path}?cursor={wrong}"))
                .await?
                .is_problem(400)?;
        }
        for wrong in ["0", "201", "-1", "x", "1.5", "99999999999999999999", ""] {
            alice
                .get(&format!("{path}?limit={wrong}"))
                .await?
                .is_problem(400)?;
        }
        alice
            .get(&format!("{path}?color=red"))
            .await?
            .is_problem(400)?;
    }
    for path in ["/api/v1/inbox", "/api/v1/sent", "/api/v1/conversations"] {
        for wrong in ["x", "", "AAAAAAAAAAAAAAAAAAAAAA"] {
            alice.get_since(path, wrong).await?.is_problem(400)?;
        }
        // A cursor is a place in a list, not in the log; it must not be taken for one that is far ahead either.
        let answer = alice.get_since(path, &cursor).await?;
        assert!([200, 400].contains(&answer.status), "{}", answer.status);
    }
    alice
        .get("/api/v1/inbox?unread=maybe")
        .await?
        .is_problem(400)?;
    alice
        .get("/api/v1/inbox?conversation_id=x")
        .await?
        .is_problem(400)?;
    let delivered = json!({ "up_to": "x" });
    alice
        .post("/api/v1/inbox/delivered", &delivered)
        .await?
        .is_problem(422)?;

    for (method, path, status) in [
        (Method::GET, "/api/v1/nothing", 404),
        (Method::GET, "/api/v2/inbox", 404),
        (Method::POST, "/api/v1/nothing", 404),
        (Method::GET, "/api/v1/messages/x", 404),
        (Method::GET, "/api/v1/messages/%00", 404),
        (Method::GET, "/api/v1/messages/%ff", 404),
        (Method::PUT, "/api/v1/inbox", 405),
        (Method::DELETE, "/api/v1/messages", 405),
        (Method::POST, "/api/account/", 405),
    ] {
        let what = format!("{method} {path}");
        let answer = alice.ask(alice.request(method, path)).await?;
        let answer = answer.is_problem(status).context(what)?;
        assert_eq!(answer.header("allow").is_some(), status == 405);
    }
    assert_eq!(house.head().await?, before, "nothing was stored");
    house.finish().await
}
