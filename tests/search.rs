//! Searches: everybody finds their own messages, in any script, and nothing else.

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, future::try_join_all, stream};
use house::{Answer, House, Person, Plan};
use serde_json::{Value, json};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

const STRINGS: &str = include_str!("naughty_strings.json");

async fn open(names: &[&str]) -> Result<(House, Vec<Person>)> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let mut people = Vec::new();
    for name in names {
        people.push(house.register(name).await?);
    }
    Ok((house, people))
}

/// Each byte escaped.
fn in_an_address(text: &str) -> String {
    let hex = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    text.bytes()
        .flat_map(|byte| ['%', hex(byte >> 4), hex(byte & 15)])
        .collect()
}

/// The address of a search; `more` begins with `&` or is empty.
fn path(question: &str, more: &str) -> String {
    format!("/api/v1/search?q={}{more}", in_an_address(question))
}

/// What somebody finds on the other node, once it shows what a token says.
async fn find(person: &Person, question: &str, more: &str, token: &str) -> Result<Vec<Value>> {
    let path = path(question, more);
    let found = person.at(1).get_since(&path, token).await?.is(200)?;
    found["items"].as_array().cloned().context("items")
}

fn bodies(items: &[Value]) -> Vec<&str> {
    let body = |item: &Value| item["message"]["body"].as_str().map(str::to_owned);
    assert!(items.iter().all(|item| body(item).is_some()));
    items
        .iter()
        .filter_map(|item| item["message"]["body"].as_str())
        .collect()
}

/// The highlighted pieces of a text, cut as JavaScript does.
fn highlighted(text: &Value, places: &Value) -> Vec<String> {
    let units: Vec<u16> = text.as_str().unwrap_or_default().encode_utf16().collect();
    let unit = |place: &Value, end: usize| {
        place[end]
            .as_u64()
            .and_then(|unit| usize::try_from(unit).ok())
            .unwrap_or(usize::MAX)
    };
    let places = places.as_array().into_iter().flatten();
    places
        .map(|place| String::from_utf16_lossy(&units[unit(place, 0)..unit(place, 1)]))
        .collect()
}

async fn write(sender: &Person, to: &[&str], subject: &str, body: &str) -> Result<Answer> {
    let message = json!({ "to": to, "subject": subject, "body": body });
    sender.post("/api/v1/messages", &message).await?.is(201)
}

fn id(message: &Answer) -> Result<&str> {
    message["id"].as_str().context("a message has an id")
}

/// A message, what is searched for, and what of the message is highlighted.
const SCRIPTS: [(&str, &str, &[&str]); 24] = [
    ("The harbour walk begins at noon", "HARBOUR", &["harbour"]),
    (
        "We have to talk about the supermarket",
        "market",
        &["market"],
    ),
    (
        "Die Zauberflöte, Freitagabend?",
        "zauberflote",
        &["Zauberflöte"],
    ),
    (
        "Wir treffen uns in der Hauptstraße",
        "hauptstrasse",
        &["Hauptstraße"],
    ),
    ("Завтра встречаемся у фонтана", "ФОНТАН", &["фонтан"]),
    ("Ёлка стоит в углу", "елка", &["Ёлка"]),
    ("我们明天在东京站见面", "东京", &["东京"]),
    ("會議改到星期五", "星期", &["星期"]),
    ("明日の会議室は三階です", "会議", &["会議"]),
    ("ひらがなだけのぶんしょう", "がな", &["がな"]),
    ("ｶﾞｲﾄﾞﾌﾞｯｸを忘れないで", "ガイドブック", &["ｶﾞｲﾄﾞﾌﾞｯｸ"]),
    ("カタカナ、パパの", "ぱぱ パパ", &[]),
    ("서울에서 만나요", "서울", &["서울"]),
    ("인천공항 도착", "공항", &["공항"]),
    ("مَرْحَبًا بكم في الميناء", "مرحبا", &["مَرْحَبًا"]),
    ("שלום לכולם", "לכולם", &["לכולם"]),
    ("Happy birthday 🎂🎉 to you", "🎉", &["🎉"]),
    ("The whole family: 👨‍👩‍👧 at home", "👨‍👩‍👧", &["👨‍👩‍👧"]),
    (
        "Ｗｉｄｅ Ｌｅｔｔｅｒｓ here",
        "wide letters",
        &["Ｗｉｄｅ", "Ｌｅｔｔｅｒｓ"],
    ),
    ("narrow again", "ｎａｒｒｏｗ", &["narrow"]),
    ("Ελληνικός καφές", "ΚΑΦΕΣ", &["καφές"]),
    ("สวัสดีครับทุกคน", "ครับ", &["ครับ"]),
    ("नमस्ते दुनिया", "दुनिया", &["दुनिया"]),
    ("𝕱𝖗𝖆𝖐𝖙𝖚𝖗 letters", "fraktur", &["𝕱𝖗𝖆𝖐𝖙𝖚𝖗"]),
];

#[tokio::test]
async fn every_script_is_found_whole_and_in_part() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let mut token = String::new();
    for (body, ..) in SCRIPTS {
        token = alice.send("bob", body).await?.token()?;
    }
    for (body, question, expected) in SCRIPTS {
        for (person, mailbox) in [(alice, "sent"), (bob, "inbox")] {
            let found = find(person, question, "", &token).await?;
            if expected.is_empty() {
                assert_eq!(found, [] as [Value; 0], "{question}");
                continue;
            }
            assert_eq!(bodies(&found), [body], "{question}");
            let hit = &found[0];
            assert_eq!(hit["box"], mailbox);
            let marked = highlighted(&hit["message"]["body"], &hit["highlights"]["body"]);
            assert_eq!(marked, expected, "{question}");
            assert_eq!(hit["highlights"]["subject"], json!([]));
            assert_eq!(hit["snippet"]["text"], body);
            assert_eq!(hit["snippet"]["highlights"], hit["highlights"]["body"]);
        }
    }
    assert_eq!(find(bob, "nowhere", "", &token).await?, [] as [Value; 0]);
    house.finish().await
}

#[tokio::test]
async fn every_character_is_itself_and_all_terms_have_to_occur() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let mut token = String::new();
    for body in [
        "100% sure",
        "1000 sure",
        "a snake_case name",
        "a snakeXcase name",
        "say \"good morning\" to them",
        "good evening, and in the morning",
        "it's C:\\dir [x] (y) a.c $5 ^top",
        "abc",
    ] {
        token = write(alice, &["bob"], "Re: odd", body).await?.token()?;
    }
    for (question, expected) in [
        ("100%", &["100% sure"][..]),
        ("snake_case", &["a snake_case name"]),
        ("snake%case", &[]),
        ("a.c", &["it's C:\\dir [x] (y) a.c $5 ^top"]),
        (r"c:\dir", &["it's C:\\dir [x] (y) a.c $5 ^top"]),
        ("[x]", &["it's C:\\dir [x] (y) a.c $5 ^top"]),
        ("(y) ^top $5", &["it's C:\\dir [x] (y) a.c $5 ^top"]),
        ("it's", &["it's C:\\dir [x] (y) a.c $5 ^top"]),
        (".*b", &[]),
        ("***=b", &[]),
        ("' or 1=1 --", &[]),
        (
            "morning good",
            &[
                "good evening, and in the morning",
                "say \"good morning\" to them",
            ],
        ),
        ("\"good morning\"", &["say \"good morning\" to them"]),
        ("“Good   Morning” say", &["say \"good morning\" to them"]),
        ("\"good", &["say \"good morning\" to them"]),
        ("good tomorrow", &[]),
        // One in the subject, one in the body; but no phrase reaches from one into the other.
        ("odd 1000", &["1000 sure"]),
        ("\"odd abc\"", &[]),
        ("oddabc", &[]),
    ] {
        let found = find(bob, question, "", &token).await?;
        assert_eq!(bodies(&found), expected, "{question}");
    }
    for question in ["", " ", "%", "_", "\"\"", "...", "、"] {
        bob.get(&path(question, "")).await?.is_problem(422)?;
    }
    bob.get(&path(&"x".repeat(201), ""))
        .await?
        .is_problem(422)?;
    bob.get(&path(&"😀".repeat(200), "")).await?.is(200)?;
    bob.get("/api/v1/search").await?.is_problem(400)?;
    bob.get(&path("x", "&colour=red")).await?.is_problem(400)?;
    bob.with_token("")
        .get(&path("x", ""))
        .await?
        .is_problem(401)?;
    house.finish().await
}

#[tokio::test]
async fn the_best_comes_first_and_the_newest_of_the_equally_good() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let mut token = String::new();
    for (subject, body) in [
        ("The port", "1"),
        ("A report", "2"),
        ("", "3: to the port, then home"),
        ("", "4: our airports"),
        ("", "5: to the port"),
        ("The Port!", "6"),
        ("", "7: reported"),
    ] {
        token = write(alice, &["bob"], subject, body).await?.token()?;
    }
    let found = find(bob, "port", "", &token).await?;
    let order: Vec<&str> = bodies(&found).iter().map(|body| &body[..1]).collect();
    assert_eq!(order, ["6", "1", "2", "5", "3", "7", "4"]);
    let scores: Vec<&Value> = found.iter().map(|hit| &hit["score"]).collect();
    assert_eq!(scores, [6, 6, 5, 2, 2, 1, 1]);
    assert_eq!(
        highlighted(
            &found[2]["message"]["subject"],
            &found[2]["highlights"]["subject"]
        ),
        ["port"]
    );
    // One term of two in the subject is better than none.
    let found = find(bob, "port to", "", &token).await?;
    assert_eq!(
        bodies(&found),
        ["5: to the port", "3: to the port, then home"]
    );
    let token = write(alice, &["bob"], "A port", "8: to").await?.token()?;
    alice.send("bob", "9: to the port").await?;
    let found = find(bob, "port to", "", &token).await?;
    assert_eq!(bodies(&found)[0], "8: to");
    assert_eq!(found[0]["score"], 4);
    house.finish().await
}

#[tokio::test]
async fn a_search_is_narrowed_by_person_conversation_box_and_time() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol"]).await?;
    let [alice, bob, carol] = &people[..] else {
        unreachable!()
    };
    let first = write(alice, &["bob"], "", "tea 1 from alice").await?;
    write(carol, &["bob"], "", "tea 2 from carol").await?;
    write(bob, &["alice"], "", "tea 3 to alice").await?;
    write(bob, &["bob"], "", "tea 4 to myself").await?;
    let group = write(carol, &["alice", "bob"], "", "tea 5 to both").await?;
    let last = write(bob, &["alice", "carol"], "", "tea 6 to both").await?;
    assert_eq!(group["conversation_id"], last["conversation_id"]);
    let token = last.token()?;
    let conversation = format!(
        "&conversation_id={}",
        last["conversation_id"].as_str().unwrap_or("")
    );
    let time = |message: &Answer| in_an_address(message["sent_at"].as_str().unwrap_or_default());
    let (since, until) = (
        format!("&since={}", time(&group)),
        format!("&until={}", time(&group)),
    );
    let both = format!("&since={}{until}", time(&first));
    for (more, expected) in [
        ("", "654321"),
        ("&box=inbox", "521"),
        ("&box=sent", "643"),
        ("&from=alice", "1"),
        ("&from=CAROL", "52"),
        ("&from=bob", "643"),
        ("&from=bob&box=inbox", ""),
        ("&with=alice", "31"),
        ("&with=carol", "2"),
        ("&with=bob", "4"),
        ("&with=alice&from=bob", "3"),
        (&*conversation, "65"),
        (&*since, "65"),
        (&*until, "4321"),
        (&*both, "4321"),
        (&*format!("{until}&box=inbox"), "21"),
        (&*format!("{since}&from=carol"), "5"),
        ("&since=2100-01-01T00:00:00Z", ""),
        ("&until=2000-01-01T00:00:00%2B02:00", ""),
    ] {
        let found = find(bob, "tea", more, &token).await?;
        let numbers: String = bodies(&found).iter().map(|body| &body[4..5]).collect();
        assert_eq!(numbers, expected, "{more}");
    }
    bob.get(&path("tea", "&from=nobody"))
        .await?
        .is_problem(422)?;
    bob.get(&path("tea", &format!("&with=alice{conversation}")))
        .await?
        .is_problem(422)?;
    for more in [
        "&since=yesterday",
        "&box=attic",
        "&conversation_id=7",
        "&limit=0",
        "&cursor=x",
    ] {
        bob.get(&path("tea", more)).await?.is_problem(400)?;
    }
    house.finish().await
}

#[tokio::test]
async fn nobody_finds_what_is_not_theirs() -> Result<()> {
    let (house, people) = open(&["alice", "bob", "carol", "dave"]).await?;
    let [alice, bob, carol, dave] = &people[..] else {
        unreachable!()
    };
    let secret = write(alice, &["bob"], "hush", "a secret for bob").await?;
    let group = json!({ "title": "Conspiracy", "members": ["bob", "carol"] });
    let group = alice.post("/api/v1/conversations", &group).await?.is(201)?;
    let say = |body| {
        let message = json!({ "conversation_id": group["id"], "body": body });
        async move { alice.post("/api/v1/messages", &message).await?.is(201) }
    };
    say("a secret for the group").await?;
    let members = format!(
        "/api/v1/conversations/{}/members",
        group["id"].as_str().unwrap_or("")
    );
    alice.delete(&format!("{members}/bob")).await?.is(204)?;
    alice
        .put(&format!("{members}/dave"), &json!({}))
        .await?
        .is(204)?;
    let token = say("a secret for those who stayed").await?.token()?;

    let conversation = secret["conversation_id"].as_str().context("id")?;
    let narrowed = format!("&conversation_id={conversation}");
    for more in ["", &narrowed, "&from=alice", "&box=inbox", "&with=bob"] {
        let found = find(carol, "bob", more, &token).await?;
        assert_eq!(found, [] as [Value; 0], "{more}");
    }
    for (person, expected) in [
        (
            alice,
            &[
                "a secret for those who stayed",
                "a secret for the group",
                "a secret for bob",
            ][..],
        ),
        // What was received is kept; what came later was not.
        (bob, &["a secret for the group", "a secret for bob"]),
        (
            carol,
            &["a secret for those who stayed", "a secret for the group"],
        ),
        (dave, &["a secret for those who stayed"]),
    ] {
        let found = find(person, "secret", "", &token).await?;
        assert_eq!(bodies(&found), expected, "{}", person.username);
    }
    house.finish().await
}

#[tokio::test]
async fn a_change_counts_at_once() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let sent = write(alice, &["bob"], "Lunch", "at noon").await?;
    let (message, of_bob) = (
        format!("/api/v1/messages/{}", id(&sent)?),
        format!("/api/v1/inbox/{}", id(&sent)?),
    );
    let count = async |person: &Person, question: &str, token: &str| {
        anyhow::Ok(find(person, question, "", token).await?.len())
    };
    let token = sent.token()?;
    assert_eq!(count(bob, "noon", &token).await?, 1);
    let item = bob.inbox().await?["items"][0].clone();
    let hit = &find(bob, "lunch", "", &token).await?[0];
    for field in ["message", "read_at", "delivered_at", "deleted_at"] {
        assert_eq!(hit[field], item[field], "{field}");
    }

    let token = bob.delete(&of_bob).await?.is(204)?.token()?;
    assert_eq!(count(bob, "noon", &token).await?, 0);
    assert_eq!(count(alice, "noon", &token).await?, 1);
    let restored = bob.post(&format!("{of_bob}/restore"), &json!({})).await?;
    assert_eq!(count(bob, "noon", &restored.is(204)?.token()?).await?, 1);

    let edited = alice
        .patch(&message, &json!({ "body": "at midnight" }))
        .await?;
    let token = edited.is(200)?.token()?;
    for person in [alice, bob] {
        assert_eq!(count(person, "noon", &token).await?, 0);
        assert_eq!(count(person, "midnight", &token).await?, 1);
    }

    let token = alice.delete(&message).await?.is(204)?.token()?;
    for person in [alice, bob] {
        for question in ["midnight", "noon", "lunch", "null"] {
            assert_eq!(count(person, question, &token).await?, 0, "{question}");
        }
    }
    // The same answer again is no answer.
    let found = bob.get(&path("lunch", "")).await?.is(200)?;
    let etag = found.header("etag").context("an ETag")?.to_owned();
    let again = bob.request(reqwest::Method::GET, &path("lunch", ""));
    bob.ask(again.header("If-None-Match", etag))
        .await?
        .is(304)?;
    house.finish().await
}

#[tokio::test]
async fn pages_lose_nothing_and_show_nothing_twice() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let mut token = String::new();
    for n in 0..40 {
        let subject = ["", "Goose", "Mongoose", "Goose and gander"][n % 4];
        let body = ["a goose", "geese", "mongooses", "goose"][n / 4 % 4];
        let (from, to) = if n % 3 == 0 {
            (bob, "alice")
        } else {
            (alice, "bob")
        };
        let message = write(from, &[to], subject, &format!("{body} {n}")).await?;
        token = message.token()?;
    }
    let whole = find(bob, "goose", "&limit=200", &token).await?;
    let scores: Vec<i64> = whole
        .iter()
        .filter_map(|hit| hit["score"].as_i64())
        .collect();
    assert!(scores.is_sorted_by(|better, worse| better >= worse));
    assert_eq!(whole.len(), 37, "three have geese only");
    for limit in [1, 7, 37, 38] {
        let paged = bob.pages(&path("goose", ""), limit).await?;
        assert!(paged == whole, "pages of {limit}");
    }
    // What comes while somebody turns pages changes none of those behind.
    let first = bob.get(&path("goose", "&limit=10")).await?.is(200)?;
    let late = alice.send("bob", "goose, late").await?.token()?;
    let next = first["next"].as_str().context("another page")?;
    let rest = find(bob, "goose", &format!("&limit=200&cursor={next}"), &late).await?;
    let rest: Vec<Value> = rest
        .into_iter()
        .filter(|hit| hit["message"]["body"] != "goose, late")
        .collect();
    assert!(rest == whole[10..]);
    // Another list's cursor is not one of a search.
    let inbox = bob.get("/api/v1/inbox?limit=1").await?.is(200)?;
    let cursor = format!("&cursor={}", inbox["next"].as_str().context("a cursor")?);
    bob.get(&path("goose", &cursor)).await?.is_problem(400)?;
    bob.get(&format!("/api/v1/inbox?cursor={next}"))
        .await?
        .is_problem(400)?;
    house.finish().await
}

#[tokio::test]
async fn naughty_strings_are_found_or_refused() -> Result<()> {
    let (house, people) = open(&["alice"]).await?;
    let alice = &people[0];
    let strings: Vec<String> = serde_json::from_str(STRINGS)?;
    let is_sendable = |text: &&String| !text.is_empty() && !text.contains('\0');
    let mut token = String::new();
    for text in strings.iter().filter(is_sendable) {
        token = alice.send("alice", text).await?.token()?;
    }
    let found: Vec<usize> = stream::iter(&strings)
        .map(|text| {
            let token = &token;
            async move {
                let question: String = text.chars().take(200).collect();
                let address = path(&question, "&limit=200");
                let answer = alice.get_since(&address, token).await?;
                if answer.status != 200 {
                    ensure!(
                        [400, 422].contains(&answer.status),
                        "{text:?}: {}",
                        answer.status
                    );
                    let status = answer.status;
                    answer.is_problem(status)?;
                    return Ok(0);
                }
                let items = answer["items"].as_array().cloned().unwrap_or_default();
                ensure!(
                    items
                        .iter()
                        .all(|hit| hit["highlights"]["body"] != json!([])),
                    "{text:?} is found and not highlighted"
                );
                // Quotation marks may have been taken for those around a phrase.
                let is_there = items
                    .iter()
                    .any(|hit| hit["message"]["body"] == text.as_str());
                ensure!(is_there || text.contains('"'), "{text:?} is not found");
                Ok(items.len())
            }
        })
        .buffer_unordered(2)
        .try_collect()
        .await?;
    assert!(found.iter().filter(|found| **found > 0).count() > 100);
    house.finish().await
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_ended_and_says_what_helps() -> Result<()> {
    let (house, people) = open(&["alice", "bob"]).await?;
    let [alice, bob] = &people[..] else {
        unreachable!()
    };
    let token = alice.send("bob", "slow and steady").await?.token()?;
    assert_eq!(find(bob, "steady", "", &token).await?.len(), 1);
    // What makes it slow here is that somebody holds the table.
    let mut holder = house.pool.acquire().await?;
    sqlx::query("begin").execute(&mut *holder).await?;
    sqlx::query("lock table readmodel.inbox in access exclusive mode")
        .execute(&mut *holder)
        .await?;
    let searches = (0..4).map(|_| async { bob.get(&path("steady", "")).await?.is_problem(503) });
    let (refused, others) = tokio::join!(
        try_join_all(searches),
        // Nobody else waits for them.
        bob.get("/api/v1/conversations")
    );
    others?.is(200)?;
    for answer in refused? {
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("`since`"), "{detail}");
        assert!(answer.header("retry-after").is_some());
    }
    sqlx::query("rollback").execute(&mut *holder).await?;
    drop(holder);
    assert_eq!(find(bob, "steady", "", &token).await?.len(), 1);
    house.finish().await
}
