//! What the service tells of itself: metrics as documented, alerts and a dashboard that ask for what is there, and no word of
//! what people write.

mod monitoring {
    #[cfg(feature = "otel")]
    pub mod collector;
    pub mod exposition;
    pub mod promql;
    pub mod up;
}

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, ensure};
use house::until;
use monitoring::{
    exposition::Exposition,
    promql::asked,
    up::{PASSWORD, Up, is, token},
};
use serde_json::{Value, json};
use tokio::process::Command;

const HOUSE: &str = env!("CARGO_MANIFEST_DIR");
/// What Prometheus adds itself.
const ITS_OWN: [&str; 2] = ["up", "ALERTS"];
/// Labels that Prometheus adds to everything that it reads.
const OF_EVERYTHING: [&str; 2] = ["job", "instance"];

fn file(path: &str) -> Result<String> {
    let path = format!("{HOUSE}/{path}");
    fs::read_to_string(&path).context(path)
}

/// A service in which everything has happened of which there is a metric, and what it shows once it shows all of these.
async fn shown(documented: &BTreeMap<&str, &str>) -> Result<Exposition> {
    let up = Up::start(&[
        ("TIDINGS_WEBHOOKS_ALLOW", "127.0.0.0/8"),
        ("TIDINGS_WEBHOOKS_HTTP", "on"),
    ])
    .await?;
    up.register("alice").await?;
    up.operate(&["account", "grant", "alice", "admin"]).await?;
    let session = up.log_in("alice").await?;
    let webhook = json!({ "url": "http://127.0.0.1:9/nobody" });
    let hooked = up.post("webhooks", token(&session)?, &webhook).send();
    is(201, hooked.await?).await?;
    let message = json!({ "to": ["alice"], "body": "to oneself" });
    let sent = up.post("messages", token(&session)?, &message).send();
    is(201, sent.await?).await?;
    let mut page = String::new();
    let whole = until("everything has happened", async || {
        page = up.page("/metrics").await?;
        // A name may be described before there is a value.
        let is_there = [
            "tidings_webhook_lag{",
            "tidings_drift ",
            "tidings_sealer_lag_events ",
        ];
        let is_there = is_there.iter().all(|name| page.contains(name));
        let exported = Exposition::read(&page).0;
        let is_whole = documented.keys().all(|name| exported.contains_key(*name));
        Ok((is_there && is_whole).then_some(()))
    })
    .await;
    up.end().await?;
    let shown = Exposition::read(&page);
    whole.with_context(|| {
        let missing = documented
            .keys()
            .filter(|name| !shown.0.contains_key(**name));
        format!("not there: {:?}", missing.collect::<Vec<_>>())
    })?;
    Ok(shown)
}

#[tokio::test]
async fn what_is_exported_is_documented_and_asked_for_and_nothing_else_is() -> Result<()> {
    let document = file("docs/monitoring.md")?;
    let rows = section(&document, "## Metrics").lines();
    let rows = rows.filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        Some((cells.next()?.trim_end_matches('`'), cells.next()?))
    });
    let documented: BTreeMap<_, _> = rows.collect();
    let shown = shown(&documented).await?;
    for (name, metric) in &shown.0 {
        ensure!(!metric.help.is_empty(), "{name} is not described");
    }
    let exported: BTreeMap<&str, &str> = shown
        .0
        .iter()
        .map(|(name, metric)| (name.as_str(), metric.kind.as_str()))
        .collect();
    assert_eq!(documented, exported);

    let queries = [alerts()?, dashboard()?].concat();
    ensure!(queries.len() > 80, "only {} queries", queries.len());
    for (whose, query) in queries {
        for asked in asked(&query) {
            if ITS_OWN.contains(&asked.series.as_str()) {
                continue;
            }
            let metric = shown.of_series(&asked.series);
            let metric = metric.with_context(|| format!("{whose} asks for {asked:?}"))?;
            for label in &asked.labels {
                let is_known = metric.labels.contains(label);
                let is_added = OF_EVERYTHING.contains(&label.as_str());
                ensure!(is_known || is_added, "{whose} asks for {asked:?}");
            }
        }
    }
    Ok(())
}

/// What stands below a heading, up to the next one that is as large.
fn section<'a>(document: &'a str, heading: &str) -> &'a str {
    let below = document.split_once(&format!("\n{heading}\n"));
    let below = below.map_or("", |(_, below)| below);
    below.split("\n## ").next().unwrap_or_default()
}

/// Each alert's expression.
fn alerts() -> Result<Vec<(String, String)>> {
    let rules = rules()?;
    let rules = rules.iter().map(|rule| {
        let (name, expr) = (rule["alert"].as_str(), rule["expr"].as_str());
        Ok((
            name.context("a name")?.to_owned(),
            expr.context("an expression")?.to_owned(),
        ))
    });
    rules.collect()
}

fn rules() -> Result<Vec<Value>> {
    let rules: Value = serde_norway::from_str(&file("deploy/alerts.yaml")?)?;
    let groups = rules["groups"].as_array().context("groups")?;
    let rules = groups.iter().filter_map(|group| group["rules"].as_array());
    Ok(rules.flatten().cloned().collect())
}

/// Each panel's queries, and those of the variables.
fn dashboard() -> Result<Vec<(String, String)>> {
    let dashboard: Value = serde_json::from_str(&file("deploy/dashboard.json")?)?;
    let mut queries = Vec::new();
    for panel in dashboard["panels"].as_array().context("panels")? {
        let title = panel["title"].as_str().context("a title")?;
        let targets = panel["targets"].as_array();
        for target in targets.into_iter().flatten() {
            let expr = target["expr"].as_str().context("a query")?;
            queries.push((title.to_owned(), expr.to_owned()));
        }
        ensure!(
            panel["type"] == "row" || targets.is_some(),
            "{title} shows nothing"
        );
    }
    Ok(queries)
}

#[test]
fn every_alert_says_what_to_do_and_the_document_says_it_at_length() -> Result<()> {
    let document = file("docs/monitoring.md")?;
    let sections: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("#### "))
        .collect();
    let mut names = Vec::new();
    for rule in rules()? {
        let name = rule["alert"].as_str().context("a name")?.to_owned();
        let severity = rule["labels"]["severity"].as_str();
        ensure!(
            matches!(severity, Some("critical" | "warning")),
            "{name}: {severity:?}"
        );
        ensure!(rule["for"].is_string(), "{name}: for how long?");
        let annotation = |what: &str| rule["annotations"][what].as_str().unwrap_or_default();
        ensure!(annotation("summary").ends_with('.'), "{name}: what is it?");
        ensure!(annotation("action").ends_with('.'), "{name}: what to do?");
        let section = format!("docs/monitoring.md#{}", name.to_lowercase());
        assert_eq!(annotation("runbook_url"), section);
        names.push(name);
    }
    assert_eq!(names, sections, "one section for each, in the same order");
    let tests = file("deploy/alerts.test.yaml")?;
    for name in names {
        for what in ["fires", "is silent"] {
            let test = format!("- name: {name} {what}\n");
            ensure!(tests.contains(&test), "no test says when {name} {what}");
        }
    }
    Ok(())
}

/// Whatever a person would not want to read in a log.
const BODY: &str = "Meet me under the old clock";
const SUBJECT: &str = "A rendezvous";
const WRONG: &str = "not the password at all";
const OF_THE_DATABASE: &str = "open-sesame-5432";

#[tokio::test]
async fn no_level_of_logging_tells_what_people_write_or_keep_secret() -> Result<()> {
    let database = house::Database::create(&eventlog::MIGRATIONS).await?;
    let database_url = format!("{}&password={OF_THE_DATABASE}", database.url());
    let up = Up::start(&[
        ("RUST_LOG", "trace"),
        ("TIDINGS_DATABASE_URL", &database_url),
    ])
    .await?;
    for username in ["alice", "bob"] {
        up.register(username).await?;
    }
    let session = up.log_in("alice").await?;
    let (access, refresh) = (token(&session)?, session["refresh_token"].as_str());
    let refresh = refresh.context("a refresh token")?;
    let news = up.http.get(format!("{}/api/v1/events", up.url));
    let mut news = news.bearer_auth(access).send().await?;
    news.chunk().await?;

    let message = json!({ "to": ["bob"], "subject": SUBJECT, "body": BODY });
    is(201, up.post("messages", access, &message).send().await?).await?;
    let to_nobody = json!({ "to": ["nobody"], "subject": SUBJECT, "body": BODY });
    is(422, up.post("messages", access, &to_nobody).send().await?).await?;
    let unknown = json!({ "to": ["bob"], "body": BODY, "surprise": SUBJECT });
    is(400, up.post("messages", access, &unknown).send().await?).await?;
    let guess = json!({ "username": "alice", "password": WRONG });
    is(401, up.post("sessions", "", &guess).send().await?).await?;
    let again = json!({ "refresh_token": refresh });
    let next = is(200, up.post("sessions/refresh", "", &again).send().await?).await?;
    let search = format!("{}/api/v1/search?q=clock", up.url);
    up.http.get(search).bearer_auth(access).send().await?;
    let log = up.end().await?;

    ensure!(
        log.contains("\"level\":\"TRACE\""),
        "it was not on the lowest level"
    );
    let next_refresh = next["refresh_token"].as_str().context("a refresh token")?;
    let secrets = [
        ("the body", BODY),
        ("the subject", SUBJECT),
        ("the password", PASSWORD),
        ("a wrong password", WRONG),
        ("the access token", access),
        ("the refresh token", refresh),
        ("the next access token", token(&next)?),
        ("the next refresh token", next_refresh),
        ("the database's password", OF_THE_DATABASE),
    ];
    for (what, secret) in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        ensure!(
            line.is_none(),
            "{what} is in the log: {}",
            line.unwrap_or_default()
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_look_at_a_running_service_shows_every_stage_and_says_when_there_is_none() -> Result<()> {
    let up = Up::start(&[]).await?;
    up.register("alice").await?;
    let looked = up.operate(&["top", "--once"]).await?;
    let table = String::from_utf8(looked.stdout)?;
    ensure!(looked.status.success(), "{table}");
    for row in [
        "1 requests",
        "3 appends",
        "4 relay",
        "5 projector",
        "6 push",
        "sealer",
    ] {
        let line = table.lines().find(|line| line.starts_with(row));
        ensure!(line.is_some(), "no {row} in\n{table}");
    }
    ensure!(table.contains(&format!("{}  ready", up.admin)), "{table}");
    for engine in ["postgres  ready", "nats      ready"] {
        ensure!(table.contains(engine), "no {engine} in\n{table}");
    }

    let admin = up.admin.clone();
    up.end().await?;
    let gone = Command::new(env!("CARGO_BIN_EXE_tidings"))
        .args(["top", "--once", "--admin", &admin])
        .output()
        .await?;
    let told = String::from_utf8(gone.stderr)?;
    ensure!(gone.status.code() == Some(1), "{told}");
    ensure!(
        told.contains(&format!("{admin} cannot be reached")),
        "{told}"
    );
    Ok(())
}

#[cfg(feature = "otel")]
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
#[cfg(feature = "otel")]
const CALLER: &str = "00f067aa0ba902b7";
#[cfg(feature = "otel")]
const NOT_SAMPLED: &str = "00-11112222333344445555666677778888-00f067aa0ba902b7-00";

/// Sends a message on somebody's errand, while its reader listens.
#[cfg(feature = "otel")]
async fn send_traced(up: &Up, notifier: &str, parent: &str) -> Result<()> {
    let (session, sender) = (up.log_in("alice").await?, up.log_in("bob").await?);
    let news = up.http.get(format!("{notifier}/api/v1/events"));
    let mut news = news.bearer_auth(token(&session)?).send().await?;
    news.chunk().await?;
    let message = json!({ "to": ["alice"], "body": "traced" });
    let sent = up.post("messages", token(&sender)?, &message);
    is(201, sent.header("traceparent", parent).send().await?).await?;
    let mut told = Vec::new();
    while !String::from_utf8_lossy(&told).contains("event: message.new") {
        told.extend(news.chunk().await?.context("the stream has ended")?);
    }
    Ok(())
}

#[cfg(feature = "otel")]
#[tokio::test]
async fn one_trace_leads_from_the_request_to_the_push() -> Result<()> {
    let (collector, url) = monitoring::collector::Collector::open().await?;
    let up = Up::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &url),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ])
    .await?;
    for username in ["alice", "bob"] {
        up.register(username).await?;
    }
    send_traced(&up, &up.url, NOT_SAMPLED).await?;
    send_traced(&up, &up.url, &format!("00-{TRACE}-{CALLER}-01")).await?;
    let names = [
        "POST /api/v1/messages",
        "append",
        "publish",
        "project",
        "push",
    ];
    let spans = until("the whole way has arrived", async || {
        let spans = collector.of(TRACE);
        let is_there = |name: &&str| spans.iter().any(|span| span.name == **name);
        Ok(names.iter().all(is_there).then_some(spans))
    })
    .await?;
    let hex = monitoring::collector::hex;
    let request = spans.iter().find(|span| span.name == names[0]);
    let request = request.context("the request")?;
    assert_eq!(hex(&request.parent_span_id), CALLER);
    for span in spans.iter().filter(|span| span.name != names[0]) {
        assert_eq!(span.parent_span_id, request.span_id, "{}", span.name);
        ensure!(names.contains(&span.name.as_str()), "{}", span.name);
        ensure!(
            span.end_time_unix_nano >= span.start_time_unix_nano,
            "{span:?}"
        );
    }
    let unasked = collector.of(&NOT_SAMPLED[3..35]);
    ensure!(unasked.is_empty(), "{unasked:?}");
    up.end().await.map(drop)
}

#[cfg(feature = "otel")]
#[tokio::test]
async fn a_push_elsewhere_finds_its_trace_in_the_log() -> Result<()> {
    let (collector, url) = monitoring::collector::Collector::open().await?;
    let up = Up::start(&[]).await?;
    for username in ["alice", "bob"] {
        up.register(username).await?;
    }
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    let notifier = up.beside("notifier", &settings).await?;
    send_traced(&up, &notifier.url, &format!("00-{TRACE}-{CALLER}-01")).await?;
    let push = until("the push has arrived", async || {
        Ok(collector
            .of(TRACE)
            .into_iter()
            .find(|span| span.name == "push"))
    })
    .await?;
    assert_eq!(monitoring::collector::hex(&push.parent_span_id), CALLER);
    notifier.end().await?;
    up.end().await.map(drop)
}
