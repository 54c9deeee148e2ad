//! Asking, until it is told.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use house::Person;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::Client;
use crate::{
    a_moment,
    chaos::history::{Deed, Entry, NO_TOKEN, Outcome},
};

/// How long one answer is waited for, and how long one is asked for again and again.
pub const ANSWER: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_mins(1);

/// What a try told.
#[derive(Debug)]
pub enum Told {
    /// It is done.
    Done(house::Answer),
    /// It is not known what became of it.
    Unknown,
    /// What it is about is not there.
    NotThere(String),
}

/// A request to be asked.
pub fn request(person: &Person, method: Method, path: &str, body: &Value) -> RequestBuilder {
    let request = person.request(method, path);
    if body.is_null() {
        request
    } else {
        request.json(body)
    }
}

/// Asks once.
pub async fn ask(person: &Person, request: RequestBuilder) -> anyhow::Result<Told> {
    Ok(match timeout(ANSWER, person.ask(request)).await {
        Err(_) | Ok(Err(_)) => Told::Unknown,
        Ok(Ok(answer)) => match answer.status {
            200..300 => Told::Done(answer),
            500.. => Told::Unknown,
            404 | 422 => Told::NotThere(format!("{} {}", answer.status, answer.json)),
            status => bail!("{status} {}", answer.json),
        },
    })
}

impl Client {
    /// Asks until it is told, of one api process after the other. `None`: it gave up.
    pub(super) async fn insist(
        &mut self,
        method: Method,
        path: &str,
        body: &Value,
        gives_up: bool,
    ) -> anyhow::Result<Option<house::Answer>> {
        let what = format!("{method} {path}");
        let make = |person: &Person| request(person, method.clone(), path, body);
        self.insist_on((Deed::Change, None), &what, make, gives_up)
            .await
    }

    pub(super) async fn insist_on(
        &mut self,
        (deed, about): (Deed, Option<Uuid>),
        what: &str,
        make: impl Fn(&Person) -> RequestBuilder,
        gives_up: bool,
    ) -> anyhow::Result<Option<house::Answer>> {
        let invoked = Instant::now();
        let mut tries = 0;
        let answer = loop {
            tries += 1;
            let person = self.person.at(self.api);
            match ask(&person, make(&person)).await.context(what.to_owned())? {
                Told::Done(answer) => {
                    self.ledger.acknowledged += 1;
                    break Some(answer);
                }
                Told::Unknown if gives_up => {
                    self.ledger.unknown += 1;
                    break None;
                }
                Told::Unknown => {
                    self.ledger.unknown += 1;
                    self.api += 1;
                }
                // What was heard of was there; so it comes again.
                Told::NotThere(ref refusal) => {
                    self.ledger.set_back += 1;
                    ensure!(
                        invoked.elapsed() < PATIENCE,
                        "{what}: in vain for {PATIENCE:?}: {refusal}"
                    );
                }
            }
            ensure!(
                invoked.elapsed() < PATIENCE,
                "{what}: no answer for {PATIENCE:?}"
            );
            a_moment().await;
        };
        let outcome = match &answer {
            Some(answer) => Outcome::Acknowledged(self.keep_token(answer)?),
            None => Outcome::Unknown,
        };
        self.ledger.history.push(Entry {
            client: self.number,
            deed,
            about,
            invoked,
            ended: Instant::now(),
            tries,
            asked: 0,
            outcome,
        });
        Ok(answer)
    }

    /// The position of an answer's token; an upload has none.
    pub(super) fn keep_token(&mut self, answer: &house::Answer) -> anyhow::Result<i64> {
        let Some(token) = answer.header("tidings-token") else {
            return Ok(NO_TOKEN);
        };
        let position = self.mirror.tokens.read(token)?.position;
        if self
            .newest
            .as_ref()
            .is_none_or(|newest| newest.1 < position)
        {
            self.newest = Some((token.to_owned(), position));
        }
        Ok(position)
    }
}
