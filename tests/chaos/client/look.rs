//! Reads with a token: what somebody has seen, or done, does not go away again.

use anyhow::{Context, ensure};
use reqwest::Method;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{ANSWER, Client};
use crate::chaos::history::{Deed, Entry, Outcome};

impl Client {
    /// Looks at its inbox, at any api process, with the newest token that it has.
    pub(super) async fn look(&mut self) -> anyhow::Result<()> {
        self.read_with_the_token("/api/v1/inbox?limit=1", None)
            .await
            .map(drop)
    }

    /// After a change of an own message: it says what it should, wherever it is looked at.
    pub(super) async fn look_back(&mut self, id: Uuid, text: Option<&str>) -> anyhow::Result<()> {
        let path = format!("/api/v1/messages/{id}");
        if let Some(shown) = self.read_with_the_token(&path, Some(id)).await? {
            let message = shown.get("message").unwrap_or(&shown);
            ensure!(
                message["body"].as_str() == text,
                "{id} says {shown} instead of {text:?}"
            );
        }
        Ok(())
    }

    /// `None` where it could not be read.
    async fn read_with_the_token(
        &mut self,
        path: &str,
        about: Option<Uuid>,
    ) -> anyhow::Result<Option<Value>> {
        let Some((token, asked)) = self.newest.clone() else {
            return Ok(None);
        };
        let invoked = Instant::now();
        let api = usize::try_from(self.random.below(2)).unwrap_or(0);
        let person = self.person.at(api);
        let answer = timeout(ANSWER, person.get_since_at_once(path, &token)).await;
        let answer = answer.ok().and_then(Result::ok);
        let answer = answer.filter(|answer| answer.status < 500);
        let outcome = match &answer {
            Some(answer) => {
                ensure!(
                    answer.status == 200,
                    "{path} with a token: {} {}",
                    answer.status,
                    answer.json
                );
                let told = answer.token()?;
                let position = self.mirror.tokens.read(&told).context("a token")?.position;
                Outcome::Acknowledged(position)
            }
            None => Outcome::Unknown,
        };
        if let Some(answer) = &answer {
            self.keep_token(answer)?;
        }
        self.ledger.history.push(Entry {
            client: self.number,
            deed: Deed::Look,
            about,
            invoked,
            ended: Instant::now(),
            tries: 1,
            asked,
            outcome,
        });
        Ok(answer.map(|answer| answer.json))
    }

    /// Its maker lets a guest into the group, or puts them out of it.
    pub(super) async fn let_in_or_put_out(&mut self) -> anyhow::Result<()> {
        let path = format!(
            "/api/v1/conversations/{}/members/{}",
            self.group.id, self.group.guest
        );
        let (method, body) = if self.random.percent(50) {
            (Method::PUT, serde_json::json!({}))
        } else {
            (Method::DELETE, Value::Null)
        };
        self.insist(method, &path, &body, false).await.map(drop)
    }
}
