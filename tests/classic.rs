//! The original service's eight calls, as its documentation shows them: a client written for it works unchanged.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use house::{Answer, House, Person, Plan};
use reqwest::Method;
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const PASSWORD: &str = "1234";

/// A client of the original service: how it writes its paths and its token.
struct Client {
    http: Person,
    slash: &'static str,
    scheme: &'static str,
}

impl Client {
    async fn ask(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let joint = if query.is_empty() { "" } else { "?" };
        let path = format!("{path}{}{joint}{query}", self.slash);
        let mut request = self.http.request(method, &path);
        if !token.is_empty() {
            request = request.header("Authorization", format!("{} {token}", self.scheme));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.http.ask(request).await
    }

    async fn get(&self, token: &str, path: &str) -> Result<Answer> {
        self.ask(token, Method::GET, path, None).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Result<Answer> {
        self.ask(token, Method::POST, path, Some(body)).await
    }

    async fn delete(&self, token: &str, path: &str) -> Result<Answer> {
        self.ask(token, Method::DELETE, path, None).await
    }

    async fn log_in(&self, username: &str) -> Result<String> {
        let body = json!({ "username": username, "password": PASSWORD });
        let answer = self.post("", "/api/auth/token", body).await?.is(200)?;
        Ok(answer["token"].as_str().context("token")?.to_owned())
    }
}

/// A client that knows nothing but the address.
async fn stranger(house: &House) -> Result<Person> {
    Ok(house.register("stranger").await?.with_token(""))
}

#[tokio::test]
async fn the_documented_example_answers_field_by_field() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let http = stranger(&house).await?;
    let manners = [("", "jwt"), ("/", "Bearer"), ("/", "JWT"), ("", "bearer")];
    for (n, (slash, scheme)) in manners.into_iter().enumerate() {
        let client = Client {
            http: http.at(n),
            slash,
            scheme,
        };
        let names = [format!("test{n}a"), format!("test{n}b")];
        // The stranger has the number 1.
        let numbers = [2 * n as u64 + 2, 2 * n as u64 + 3];
        let names = names.each_ref().map(String::as_str);
        let tokens = accounts(&client, names, numbers).await?;
        messages(
            &client,
            names,
            numbers,
            tokens.each_ref().map(String::as_str),
        )
        .await?;
    }
    house.finish().await
}

fn email(name: &str) -> String {
    format!("{name}@example.com")
}

fn person(name: &str, number: u64) -> Value {
    json!({
        "id": number, "username": name, "first_name": "", "last_name": "", "email": email(name),
    })
}

/// Two people register and log in; their tokens.
async fn accounts(client: &Client, names: [&str; 2], numbers: [u64; 2]) -> Result<[String; 2]> {
    let [one, two] = names;
    let people = [person(one, numbers[0]), person(two, numbers[1])];
    for name in [one, two] {
        let body = json!({ "email": email(name), "password": PASSWORD, "username": name });
        let made = client
            .post("", "/api/account/register", body)
            .await?
            .is(201)?;
        assert_eq!(made.json, json!({ "username": name, "email": email(name) }));
    }

    let token = client.log_in(one).await?;
    let claims = claims(&token)?;
    assert_eq!(claims["user_id"], numbers[0]);
    assert_eq!(claims["username"], one);
    assert_eq!(claims["email"], email(one));
    let (from, until) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    let life = until.context("exp")? - from.context("iat")?;
    assert_eq!(life, 7 * 24 * 60 * 60, "seven days");

    let body = json!({ "token": token });
    let verified = client
        .post("", "/api/token-verify", body.clone())
        .await?
        .is(200)?;
    assert_eq!(verified.json, body);

    let all = client.get(&token, "/api/account").await?.is(200)?;
    let all = all.json.as_array().context("a list")?.clone();
    assert_eq!(all[all.len() - 2..], people);
    let ids: Vec<_> = all.iter().map(|person| person["id"].as_u64()).collect();
    assert!(ids.is_sorted());

    Ok([token, client.log_in(two).await?])
}

/// One writes, the other one answers, and both look.
async fn messages(
    client: &Client,
    names: [&str; 2],
    numbers: [u64; 2],
    tokens: [&str; 2],
) -> Result<()> {
    let ([one, two], [token, token_of_two]) = (names, tokens);
    let people = [person(one, numbers[0]), person(two, numbers[1])];
    let create = |from: &str, to: &str, message: &str, subject: &str| json!({ "msg_sender": from, "msg_receiver": to, "message": message, "conversation_subject": subject });
    let first = client
        .post(
            token,
            "/api/conversation/create",
            create(one, two, "hello", "greetings"),
        )
        .await?
        .is(201)?;
    let first_id = first["conversation_id"].as_str().context("id")?.to_owned();
    assert_eq!(
        first.json,
        json!({
            "msg_sender": numbers[0], "msg_receiver": numbers[1], "message": "hello",
            "image": null, "conversation_id": first_id,
        })
    );
    let second = client
        .post(
            token_of_two,
            "/api/conversation/create",
            create(two, one, "hello yourself", ""),
        )
        .await?
        .is(201)?;
    let second_id = second["conversation_id"].as_str().context("id")?.to_owned();

    // What was written is read at once, in both directions, newest first, whoever is named first.
    let path = format!("/api/conversations?msg_sender={one}&msg_receiver={two}");
    let both = client.get(token, &path).await?.is(200)?;
    let expected = |shown: &Value, id: &str, by: usize, message: &str, subject: &str| {
        let time = shown["timestamp"].as_str().unwrap_or_default();
        is_classic_time(time);
        json!({
            "id": id.parse::<u64>().ok(),
            "msg_sender_data": people[by],
            "msg_receiver_data": people[1 - by],
            "message": message,
            "image": "",
            "file": "",
            "conversation_id": id,
            "conversation_subject": subject,
            "archived": false,
            "publish": &time[..10],
            "timestamp": time,
            "updated": time,
        })
    };
    assert_eq!(
        both.json,
        json!([
            expected(&both.json[0], &second_id, 1, "hello yourself", ""),
            expected(&both.json[1], &first_id, 0, "hello", "greetings"),
        ])
    );
    let turned = format!("/api/conversations?msg_sender={two}&msg_receiver={one}");
    assert_eq!(client.get(token, &turned).await?.is(200)?.json, both.json);

    let path = format!("/api/last_conversation?username={one}");
    let last = client.get(token, &path).await?.is(200)?;
    let time = last["result"][0]["timestamp"].clone();
    is_classic_time(time.as_str().context("a time")?);
    assert_eq!(
        last.json,
        json!({ "status": "success", "result": [{
            "id": numbers[1], "username": two, "email": email(two), "first_name": "", "last_name": "",
            "last_message": "hello yourself", "timestamp": time, "read": false, "delivered": false,
            "msg_sender": two, "msg_receiver": one,
        }] })
    );

    // A delete is for one's own view only, and may come twice.
    let delete = format!("/api/conversation/delete/{second_id}");
    for _ in 0..2 {
        let gone = client
            .delete(token, &format!("{delete}?username={one}"))
            .await?
            .is(200)?;
        assert_eq!(
            gone.json,
            json!({ "success": "successfully deleted message" })
        );
        let path = format!("/api/conversations?msg_sender={one}&msg_receiver={two}");
        let own = client.get(token, &path).await?.is(200)?;
        assert_eq!(own.json, json!([both.json[1]]));
        let others = client.get(token_of_two, &path).await?.is(200)?;
        assert_eq!(others.json, both.json);
    }
    let path = format!("/api/last_conversation?username={one}");
    let last = client.get(token, &path).await?.is(200)?;
    assert_eq!(last["result"][0]["last_message"], "hello");
    assert_eq!(last["result"][0]["msg_sender"], one);
    Ok(())
}

#[tokio::test]
async fn nobody_comes_in_without_a_name_and_a_password() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let client = Client {
        http: stranger(&house).await?,
        slash: "/",
        scheme: "jwt",
    };
    register(&client, &["test1"]).await?;
    let one = client.log_in("test1").await?;
    let before = house.head().await?;

    let register = "/api/account/register";
    for (status, body) in [
        (
            409,
            json!({ "email": "", "password": PASSWORD, "username": "test1" }),
        ),
        (
            409,
            json!({ "email": "", "password": PASSWORD, "username": "TEST1" }),
        ),
        (
            422,
            json!({ "email": "", "password": PASSWORD, "username": "not a name" }),
        ),
        (400, json!({ "email": "", "password": PASSWORD })),
        (
            400,
            json!({ "email": 1, "password": PASSWORD, "username": "test9" }),
        ),
        (400, json!([])),
    ] {
        client.post("", register, body).await?.is_problem(status)?;
    }
    for (status, body) in [
        (401, json!({ "username": "test1", "password": "wrong" })),
        (401, json!({ "username": "nobody", "password": PASSWORD })),
        (400, json!({ "username": "test1" })),
    ] {
        client
            .post("", "/api/auth/token", body)
            .await?
            .is_problem(status)?;
    }
    for (status, body) in [
        (401, json!({ "token": "" })),
        (401, json!({ "token": "x.y.z" })),
        (401, json!({ "token": tampered(&one) })),
        (400, json!({})),
    ] {
        client
            .post("", "/api/token-verify", body)
            .await?
            .is_problem(status)?;
    }
    for token in ["", "x.y.z", &tampered(&one)] {
        client.get(token, "/api/account").await?.is_problem(401)?;
    }
    assert_eq!(house.head().await?, before, "nothing was stored");
    house.finish().await
}

async fn register(client: &Client, names: &[&str]) -> Result<()> {
    for name in names {
        let body = json!({ "email": "", "password": PASSWORD, "username": name });
        client
            .post("", "/api/account/register", body)
            .await?
            .is(201)?;
    }
    Ok(())
}

#[tokio::test]
async fn nobody_reads_writes_or_deletes_in_anothers_name() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let client = Client {
        http: stranger(&house).await?,
        slash: "/",
        scheme: "jwt",
    };
    register(&client, &["test1", "test2", "test3"]).await?;
    let [one, three] = [client.log_in("test1").await?, client.log_in("test3").await?];
    let message = json!({ "msg_sender": "test1", "msg_receiver": "test2", "message": "hello", "conversation_subject": "" });
    let sent = client
        .post(&one, "/api/conversation/create", message)
        .await?
        .is(201)?;
    let id = sent["conversation_id"].as_str().context("id")?;
    let before = house.head().await?;

    for (status, query) in [
        (403, "msg_sender=test2&msg_receiver=test3"),
        (403, "msg_sender=test1&msg_receiver=test1"),
        (404, "msg_sender=test1&msg_receiver=nobody"),
        (400, "msg_sender=test1"),
        (400, ""),
    ] {
        let path = format!("/api/conversations?{query}");
        client.get(&one, &path).await?.is_problem(status)?;
    }
    for (status, sender, receiver, text) in [
        (403, "test2", "test1", json!("as somebody else")),
        (404, "test1", "nobody", json!("to nobody")),
        (422, "test1", "test2", json!("")),
        (400, "test1", "test2", json!(1)),
        (400, "test1", "test2", Value::Null),
    ] {
        let body = json!({ "msg_sender": sender, "msg_receiver": receiver, "message": text, "conversation_subject": "" });
        client
            .post(&one, "/api/conversation/create", body)
            .await?
            .is_problem(status)?;
    }
    for (status, token, id, name) in [
        (403, &one, id, "test2"),
        (404, &three, id, "test3"),
        (404, &one, "999999", "test1"),
        // The position of an event that is no message.
        (404, &one, "1", "test1"),
        (404, &one, "hello", "test1"),
        (404, &one, "-1", "test1"),
        (404, &one, "99999999999999999999", "test1"),
    ] {
        let path = format!("/api/conversation/delete/{id}?username={name}");
        client.delete(token, &path).await?.is_problem(status)?;
    }
    let path = format!("/api/conversation/delete/{id}");
    client.delete(&one, &path).await?.is_problem(400)?;
    for (status, query) in [(403, "username=test2"), (400, "")] {
        let path = format!("/api/last_conversation?{query}");
        client.get(&one, &path).await?.is_problem(status)?;
    }
    assert_eq!(house.head().await?, before, "nothing was stored");

    // What these calls do not know they pass over, as the original does.
    let more = json!({ "msg_sender": "test1", "msg_receiver": "test2", "message": "hello", "conversation_subject": "", "color": "red" });
    client
        .post(&one, "/api/conversation/create", more)
        .await?
        .is(201)?;
    house.finish().await
}

#[tokio::test]
async fn the_classic_calls_can_be_switched_off() -> Result<()> {
    let flags = vec!["--classic".to_owned(), "off".to_owned()];
    let house = House::open(
        TIDINGS,
        Plan {
            flags,
            ..Plan::default()
        },
    )
    .await?;
    let alice = house.register("alice").await?;
    for path in ["/api/account/", "/api/last_conversation?username=alice"] {
        alice.get(path).await?.is_problem(404)?;
    }
    let body = json!({ "username": "alice", "password": house::PASSWORD });
    alice
        .post("/api/auth/token/", &body)
        .await?
        .is_problem(404)?;
    house.finish().await
}

fn claims(token: &str) -> Result<Value> {
    let payload = token.split('.').nth(1).context("three parts")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}

/// The same token with another signature.
fn tampered(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap_or_default();
    let turned: String = signature.chars().rev().collect();
    format!("{signed}.{turned}")
}

/// `2022-08-15T03:47:38.999542`
fn is_classic_time(time: &str) {
    let shape: String = time
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000", "{time}");
}
