//! Attachments: what may be uploaded, what becomes of it, and who sees it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attachments {
    pub mod form;
}

use std::{fs, io::Cursor};

use anyhow::{Context, Result};
use attachments::form::{Form, upload};
use house::{Answer, House, Person, Plan, Role, until};
use image::{DynamicImage, ImageEncoder, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");
const MIB: usize = 1024 * 1024;
/// What nobody may find in a picture.
const SECRET: &[u8] = b"52.5200N 13.4050E";

fn url(answer: &Answer) -> String {
    answer["url"].as_str().unwrap().to_owned()
}

async fn head(person: &Person, path: &str) -> Result<Answer> {
    person.ask(person.request(Method::HEAD, path)).await
}

async fn get_with(person: &Person, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
    let mut request = person.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    person.ask(request).await
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_whole_and_in_parts_and_after_a_restart() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let content: Vec<u8> = (0..=250).cycle().take(6 * MIB).collect();
    let kept = upload(&alice, "années.bin", &content).await?.is(201)?;
    assert_eq!(kept["name"], "années.bin");
    assert_eq!(kept["media_type"], "application/octet-stream");
    assert_eq!(kept["size"], 6 * MIB);
    let path = url(&kept);
    assert_eq!(kept.header("location"), Some(path.as_str()));
    assert_eq!(kept.json.as_object().unwrap().len(), 5);

    let whole = alice.get(&path).await?.is(200)?;
    assert!(whole.body == content);
    for (name, value) in [
        (
            "content-disposition",
            "attachment; filename*=UTF-8''ann%C3%A9es.bin",
        ),
        ("content-type", "application/octet-stream"),
        ("content-length", "6291456"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-cache"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(whole.header(name), Some(value), "{name}");
    }
    let only_head = head(&alice, &path).await?.is(200)?;
    assert!(only_head.body.is_empty());
    assert_eq!(only_head.header("content-length"), Some("6291456"));

    let etag = whole.header("etag").context("etag")?.to_owned();
    get_with(&alice, &path, &[("if-none-match", &etag)])
        .await?
        .is(304)?;
    let part = get_with(
        &alice,
        &path,
        &[("range", "bytes=100-199"), ("if-range", &etag)],
    )
    .await?
    .is(206)?;
    assert!(part.body == content[100..200]);
    assert_eq!(part.header("content-range"), Some("bytes 100-199/6291456"));
    assert_eq!(part.header("content-length"), Some("100"));
    let end = get_with(&alice, &path, &[("range", "bytes=-10")])
        .await?
        .is(206)?;
    assert!(end.body == content[content.len() - 10..]);
    let outside = get_with(&alice, &path, &[("range", "bytes=6291456-")])
        .await?
        .is_problem(416)?;
    assert_eq!(outside.header("content-range"), Some("bytes */6291456"));
    let stale = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
    assert!(get_with(&alice, &path, &stale).await?.is(200)?.body == content);

    house.node(Role::Api).restart().await?;
    assert!(alice.get(&path).await?.is(200)?.body == content);
    house.finish().await
}

#[tokio::test]
async fn nothing_that_was_uploaded_runs_in_a_browser() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let anything = "application/octet-stream";
    let cases: [(&str, &[u8], &str); 8] = [
        (
            "a.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            anything,
        ),
        (
            "a.html",
            b"<!DOCTYPE html><script>alert(1)</script>",
            anything,
        ),
        ("a.xml", b"<?xml version=\"1.0\"?><a/>", anything),
        ("a.gif", b"GIF89a/*\0\0\0\0\0*/=1;alert(1)//;", anything),
        (
            "a.exe",
            b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0",
            anything,
        ),
        ("a.js", b"alert(1)", "text/plain"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\n", "application/pdf"),
        // Whatever is inside, nobody looks.
        (
            "bomb.zip",
            b"PK\x03\x04\x14\0\0\0\x08\0\xff\xff\xff\xff",
            "application/zip",
        ),
    ];
    for (name, content, media_type) in cases {
        // What the client says about it is not believed.
        let form = Form::default().file("file", name, "text/html", content);
        let kept = form.send(&alice).await?.is(201)?;
        assert_eq!(kept["media_type"], media_type, "{name}");
        let back = alice.get(&url(&kept)).await?.is(200)?;
        assert_eq!(back.body, content, "{name}");
        let header = |header| back.header(header).unwrap_or_default().to_owned();
        assert!(header("content-type").starts_with(media_type), "{name}");
        assert!(
            header("content-disposition").starts_with("attachment;"),
            "{name}"
        );
        assert_eq!(
            header("content-security-policy"),
            "sandbox; default-src 'none'"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        alice
            .get(&format!("{}?preview=true", url(&kept)))
            .await?
            .is_problem(404)?;
    }
    house.finish().await
}

#[tokio::test]
async fn a_photo_loses_where_it_was_taken_and_stands_upright() -> Result<()> {
    // It takes a while to make; a connection that rests as long is closed.
    let bomb = bomb();
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let photo = photo(1200, 800);
    assert!(holds(&photo, SECRET));
    let kept = upload(&alice, "IMG_1.jpg", &photo).await?.is(201)?;
    assert_eq!(kept["media_type"], "image/jpeg");
    let back = alice.get(&url(&kept)).await?.is(200)?;
    assert_eq!(kept["size"], back.body.len());
    assert!(!holds(&back.body, SECRET) && !holds(&back.body, b"Exif"));
    assert_eq!(
        back.header("content-disposition"),
        Some("inline; filename*=UTF-8''IMG_1.jpg")
    );
    assert_eq!(size_of(&back.body)?, (800, 1200));

    let path = format!("{}?preview=true", url(&kept));
    let preview = alice.get(&path).await?.is(200)?;
    assert_eq!(preview.header("content-type"), Some("image/jpeg"));
    assert_eq!(size_of(&preview.body)?, (427, 640));
    assert_ne!(preview.header("etag"), back.header("etag"));
    assert_eq!(
        head(&alice, &path).await?.header("content-length"),
        preview.header("content-length")
    );
    alice
        .get(&format!("{}?colour=true", url(&kept)))
        .await?
        .is_problem(400)?;

    // Nothing else of the photo is anywhere in the store.
    for file in fs::read_dir(objects(&house).await?)? {
        assert!(!holds(&fs::read(file?.path())?, SECRET));
    }
    let bomb = upload(&alice, "bomb.png", &bomb).await?.is_problem(422)?;
    assert_eq!(bomb.pointers(), ["/file"]);
    house.finish().await
}

#[tokio::test]
async fn a_file_has_at_most_25_mib_and_its_client_reads_the_refusal() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let content = vec![7; 25 * MIB + 1];
    let largest = upload(&alice, "a", &content[1..]).await?.is(201)?;
    assert_eq!(largest["size"], 25 * MIB);
    upload(&alice, "a", &content).await?.is_problem(413)?;
    upload(&alice, "a", &vec![0; 40 * MIB])
        .await?
        .is_problem(413)?;
    let empty = upload(&alice, "a", b"").await?.is_problem(422)?;
    assert_eq!(empty.pointers(), ["/file"]);
    upload(&alice.with_token(""), "a", &content)
        .await?
        .is_problem(401)?;
    assert_eq!(fs::read_dir(objects(&house).await?)?.count(), 1);

    // As if 250 MiB waited to be sent.
    sqlx::query("update log.attachments set size = 250 * 1024 * 1024")
        .execute(&house.pool)
        .await?;
    let full = upload(&alice, "a", b"a").await?.is_problem(422)?;
    assert!(full["detail"].as_str().unwrap().contains("250 MiB"));
    send_with(&alice, "alice", &[&largest]).await?.is(201)?;
    upload(&alice, "a", b"a").await?.is(201)?;
    house.finish().await
}

#[tokio::test]
async fn a_form_has_one_file_and_nothing_else() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let file = |name| Form::default().file(name, "a.txt", "text/plain", b"hello");
    let again = file("file").file("file", "b.txt", "text/plain", b"hello");
    let beside = file("file").file("text", "b.txt", "text/plain", b"hello");
    for wrong in [
        Form::default(),
        file("text"),
        file("File"),
        again,
        beside,
        file("file").unfinished(),
    ] {
        wrong.send(&alice).await?.is_problem(400)?;
    }
    let path = "/api/v1/attachments";
    alice
        .post(path, &serde_json::json!({ "file": "a" }))
        .await?
        .is_problem(415)?;
    let request = alice
        .request(Method::POST, path)
        .header("content-type", "multipart/form-data");
    alice.ask(request.body("--a--")).await?.is_problem(400)?;
    alice.get(path).await?.is_problem(405)?;

    for (given, shown) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\fakepath\\\\a.txt", "a.txt"),
        ("a\u{202e}txt.exe", "atxt.exe"),
        ("", "file"),
        ("..", "file"),
    ] {
        let kept = upload(&alice, given, b"hello").await?.is(201)?;
        assert_eq!(kept["name"], shown, "{given:?}");
    }
    // A header of its own making, at most: never one of ours.
    let split = upload(&alice, "a\r\nX: y", b"hello").await?;
    assert!(split.status == 400 || split["name"] == "file", "{split:?}");
    let escaped = upload(&alice, "a%0D%0AX: y'\u{301}", b"hello")
        .await?
        .is(201)?;
    let back = alice.get(&url(&escaped)).await?.is(200)?;
    assert_eq!(
        back.header("content-disposition"),
        Some("attachment; filename*=UTF-8''a%250D%250AX%3A%20y%27%CC%81")
    );
    assert!(back.header("x").is_none());
    house.finish().await
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let address = house.node(Role::Api).url().replace("http://", "");
    // As many as one account may have under way, and more: each gives its place back.
    for _ in 0..12 {
        let mut socket = TcpStream::connect(&address).await?;
        let head = format!(
            "POST /api/v1/attachments HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n",
            alice.token
        );
        socket.write_all(head.as_bytes()).await?;
        socket.write_all(&vec![7; 500_000]).await?;
        socket.shutdown().await?;
    }
    let kept = until("there is room again", async || {
        let answer = upload(&alice, "a", b"hello").await?;
        Ok((answer.status == 201).then_some(answer))
    })
    .await?;
    alice.get(&url(&kept)).await?.is(200)?;
    assert_eq!(fs::read_dir(objects(&house).await?)?.count(), 1);
    assert_eq!(
        house.count("select count(*) from log.attachments").await?,
        1
    );
    house.finish().await
}

#[tokio::test]
async fn a_file_is_its_uploaders_until_it_is_sent_and_its_messages_then() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let alice = house.register("alice").await?;
    let (bob, carol) = (house.register("bob").await?, house.register("carol").await?);
    let kept = upload(&alice, "photo.jpg", &photo(20, 10)).await?.is(201)?;
    let other = upload(&alice, "other", b"hello").await?.is(201)?;
    let path = url(&kept);
    let nowhere = format!("/api/v1/attachments/{}", house::id());
    let missing = bob.get(&nowhere).await?.is_problem(404)?;
    let hidden = bob.get(&path).await?.is_problem(404)?;
    let told = |answer: &Answer| (answer["type"].clone(), answer["detail"].clone());
    assert_eq!(told(&missing), told(&hidden));
    alice.with_token("").get(&path).await?.is_problem(401)?;
    alice.get("/api/v1/attachments/1").await?.is_problem(404)?;

    let sent = send_with(&alice, "bob", &[&kept]).await?.is(201)?;
    let message = sent["id"].as_str().unwrap();
    let preview = format!("{path}?preview=true");
    for (person, path) in [(&alice, &path), (&bob, &path), (&bob, &preview)] {
        for api in 0..2 {
            person.at(api).get(path).await?.is(200)?;
        }
    }
    carol.get(&path).await?.is_problem(404)?;
    bob.get(&url(&other)).await?.is_problem(404)?;

    let etag = alice.get(&path).await?.header("etag").unwrap().to_owned();
    alice
        .delete(&format!("/api/v1/messages/{message}"))
        .await?
        .is(204)?;
    // At once, and not only when the bytes are gone.
    for person in [&alice, &bob, &alice.at(1)] {
        person.get(&path).await?.is_problem(404)?;
        person.get(&preview).await?.is_problem(404)?;
        get_with(person, &path, &[("if-none-match", &etag)])
            .await?
            .is_problem(404)?;
    }
    let directory = objects(&house).await?;
    let id = kept["id"].as_str().unwrap();
    until("the file is erased", async || {
        let rows = house.count("select count(*) from log.attachments").await?;
        let is_there =
            directory.join(id).exists() || directory.join(format!("{id}.preview")).exists();
        Ok((rows == 1 && !is_there).then_some(()))
    })
    .await?;
    alice.get(&path).await?.is_problem(404)?;
    alice.get(&url(&other)).await?.is(200)?;
    house.finish().await
}

#[tokio::test]
async fn what_nobody_sends_is_gone_after_a_day() -> Result<()> {
    let mut house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let kept = upload(&alice, "a", b"hello").await?.is(201)?;
    let young = upload(&alice, "b", b"hello").await?.is(201)?;
    sqlx::query("update log.attachments set uploaded_at = uploaded_at - interval '25 hours' where name = 'a'")
        .execute(&house.pool)
        .await?;
    // The collector looks when it starts, and each hour.
    house.node(Role::Api).restart().await?;
    until("the old one is collected", async || {
        Ok((alice.get(&url(&kept)).await?.status == 404).then_some(()))
    })
    .await?;
    alice.get(&url(&young)).await?.is(200)?;
    let directory = objects(&house).await?;
    until("nothing of it is left", async || {
        Ok((fs::read_dir(&directory)?.count() == 1).then_some(()))
    })
    .await?;
    house.finish().await
}

#[tokio::test]
async fn the_description_says_that_files_are_binary() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let description = alice.get("/openapi.json").await?.is(200)?;
    let schemas = &description["components"]["schemas"];
    assert_eq!(schemas["Upload"]["properties"]["file"]["format"], "binary");
    let paths = &description["paths"];
    let form = &paths["/api/v1/attachments"]["post"]["requestBody"]["content"];
    assert!(form["multipart/form-data"].is_object(), "{form}");
    let answer = &paths["/api/v1/attachments/{id}"]["get"]["responses"]["200"]["content"];
    assert!(answer["application/octet-stream"].is_object(), "{answer}");
    house.finish().await
}

/// Sends files with a message that says nothing.
async fn send_with(sender: &Person, to: &str, files: &[&Answer]) -> Result<Answer> {
    let files: Vec<&Value> = files.iter().map(|file| &file["id"]).collect();
    let message = json!({ "to": [to], "body": "", "attachments": files });
    sender.post("/api/v1/messages", &message).await
}

/// Where the service keeps its objects.
async fn objects(house: &House) -> Result<std::path::PathBuf> {
    let log_id: String = sqlx::query_scalar("select log_id::text from log.identity")
        .fetch_one(&house.pool)
        .await?;
    Ok(house.attachments().join(log_id))
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

fn size_of(bytes: &[u8]) -> Result<(u32, u32)> {
    let image = image::load_from_memory(bytes)?;
    Ok((image.width(), image.height()))
}

/// As a phone takes it: on its side, and with the place.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend(b"\x0e\x01\x02\0\x11\0\0\0\x26\0\0\0\0\0\0\0");
    exif.extend(SECRET);
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(exif).unwrap();
    let image = DynamicImage::new_rgb8(width, height);
    image.write_with_encoder(encoder).unwrap();
    bytes.into_inner()
}

/// A hundred kilobytes that are 300 megabytes when they are opened.
fn bomb() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::new_luma8(16_000, 16_000);
    image
        .write_with_encoder(PngEncoder::new(&mut bytes))
        .unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn files_travel_with_their_message() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let alice = house.register("alice").await?;
    let (bob, carol) = (house.register("bob").await?, house.register("carol").await?);
    let picture = upload(&alice, "photo.jpg", &photo(20, 10)).await?.is(201)?;
    let text = upload(&alice, "notes.txt", b"hello").await?.is(201)?;
    let foreign = upload(&carol, "hers.txt", b"hello").await?.is(201)?;

    let nothing = json!({ "to": ["bob"], "body": "" });
    alice
        .post("/api/v1/messages", &nothing)
        .await?
        .is_problem(422)?;
    for wrong in [&foreign["id"], &json!(house::id())] {
        let message = json!({ "to": ["bob"], "body": "x", "attachments": [text["id"], wrong] });
        let refused = alice
            .post("/api/v1/messages", &message)
            .await?
            .is_problem(422)?;
        assert_eq!(refused.pointers(), ["/attachments/1"]);
    }

    let mut news = bob.events(None).await?;
    news.next_of("hello").await?;
    let id = house::id();
    let files = [&text["id"], &picture["id"]];
    let message = json!({ "id": id, "to": ["bob"], "body": "", "attachments": files });
    let sent = alice.post("/api/v1/messages", &message).await?.is(201)?;
    assert_eq!(sent["attachments"], json!([text.json, picture.json]));
    let told = news.next_of("message.new").await?;
    assert_eq!(told.data["message"], sent.json);
    let inbox = bob
        .get_since("/api/v1/inbox", &sent.token()?)
        .await?
        .is(200)?;
    assert_eq!(inbox["items"][0]["message"], sent.json);
    assert_eq!(alice.sent().await?["items"][0]["message"], sent.json);
    let conversations = bob.get("/api/v1/conversations").await?.is(200)?;
    assert_eq!(conversations["items"][0]["last_message"], sent.json);
    let path = format!("/api/v1/messages/{id}");
    let edited = alice
        .patch(&path, &json!({ "body": "two files" }))
        .await?
        .is(200)?;
    assert_eq!(edited["attachments"], sent["attachments"]);

    // The same message again is the same message; a file goes with one message only.
    let again = alice.post("/api/v1/messages", &message).await?.is(201)?;
    assert_eq!(again.json, sent.json);
    let other = json!({ "id": id, "to": ["bob"], "body": "", "attachments": [text["id"]] });
    alice
        .post("/api/v1/messages", &other)
        .await?
        .is_problem(422)?;
    send_with(&alice, "bob", &[&text]).await?.is_problem(422)?;

    let classic = "/api/conversations/?msg_sender=alice&msg_receiver=bob";
    let classic = bob.get(classic).await?.is(200)?;
    assert_eq!(classic.json[0]["image"], url(&picture));
    assert_eq!(classic.json[0]["file"], url(&text));
    bob.get(&url(&text)).await?.is(200)?;
    carol.get(&url(&text)).await?.is_problem(404)?;
    house.finish().await
}

#[tokio::test]
async fn a_file_is_sent_once_however_many_want_it_at_once() -> Result<()> {
    let house = House::open(TIDINGS, Plan::two_apis()).await?;
    let (alice, _bob) = (house.register("alice").await?, house.register("bob").await?);
    let file = upload(&alice, "notes.txt", b"hello").await?.is(201)?;
    let sends = (0..8).map(|n| {
        let (alice, file) = (alice.at(n), &file);
        async move { send_with(&alice, "bob", &[file]).await }
    });
    let answers = futures::future::try_join_all(sends).await?;
    let sent = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 422).count();
    assert_eq!((sent, refused), (1, 7));
    house.finish().await
}

#[tokio::test]
async fn of_an_erased_account_no_file_is_left() -> Result<()> {
    let house = House::open(TIDINGS, Plan::default()).await?;
    let (alice, bob) = (house.register("alice").await?, house.register("bob").await?);
    let sent = upload(&alice, "canary-file.txt", b"canary")
        .await?
        .is(201)?;
    let unsent = upload(&alice, "canary-unsent.txt", b"canary")
        .await?
        .is(201)?;
    send_with(&alice, "bob", &[&sent]).await?.is(201)?;
    bob.get(&url(&sent)).await?.is(200)?;
    house.settle().await?;
    let confirm = json!({ "password": house::PASSWORD });
    let request = alice.request(Method::DELETE, "/api/v1/me").json(&confirm);
    alice.ask(request).await?.is(200)?;
    bob.get(&url(&sent)).await?.is_problem(404)?;
    let directory = objects(&house).await?;
    until("its files are erased", async || {
        let rows = house.count("select count(*) from log.attachments").await?;
        Ok((rows == 0 && fs::read_dir(&directory)?.count() == 0).then_some(()))
    })
    .await?;
    bob.get(&url(&unsent)).await?.is_problem(404)?;
    house.finish().await
}
