//! One delivery: a signed request, and what came of it.

use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::webhook::{Destination, Refused};
use eventlog::{Recorded, Secret};
use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect, retry,
};

use crate::{Error, Settings, resolver::Resolver, signature::signature};

/// How long a receiver may take, from the name's being asked for to the end of its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of an answer is read, so that the connection can be kept. Nobody looks at it.
const LONGEST_ANSWER: usize = 64 * 1024;

/// What came of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was taken.
    Taken,
    /// It has to be sent again.
    Failed {
        /// A sentence for the administrator.
        why: String,
        /// How long the receiver wants to be left alone.
        wait: Option<Duration>,
    },
    /// The receiver does not want to hear of it any more.
    Gone,
}

/// A client for everybody's deliveries.
pub(crate) fn client(settings: &Settings) -> Result<Client, Error> {
    Client::builder()
        .user_agent(concat!("tidings/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        // A proxy would ask for names by itself.
        .no_proxy()
        .http1_only()
        .https_only(!settings.reach.is_plain())
        .pool_max_idle_per_host(4)
        .dns_resolver(Resolver {
            reach: settings.reach.clone(),
        })
        .build()
        .map_err(Error::Client)
}

/// One attempt.
pub(crate) struct Delivery<'a> {
    pub event: &'a Recorded,
    /// The event as it travels.
    pub body: Bytes,
    /// Of the log.
    pub epoch: u16,
    /// When it is made.
    pub at: DateTime<Utc>,
}

/// Sends an event.
pub(crate) async fn post(
    client: &Client,
    to: &Result<Destination, Refused>,
    secret: &Secret,
    delivery: Delivery<'_>,
) -> Outcome {
    let to = match to {
        Ok(to) => to,
        Err(refused) => return failed(refused.to_string(), None),
    };
    let Delivery {
        event,
        body,
        epoch,
        at,
    } = delivery;
    let id = event.event_id;
    let mut request = client
        .post(to.as_str())
        .header(CONTENT_TYPE, "application/cloudevents+json")
        .header("webhook-id", id.to_string())
        .header("webhook-timestamp", at.timestamp().to_string())
        .header("webhook-signature", signature(secret, id, at, &body))
        .header("tidings-epoch", epoch.to_string())
        .header("tidings-position", event.position.to_string());
    if let Some(traceparent) = &event.traceparent {
        request = request.header("traceparent", traceparent);
    }
    match request.body(body).send().await {
        Ok(answer) => read(answer, at).await,
        Err(error) => failed(sentence(&error), None),
    }
}

async fn read(answer: Response, at: DateTime<Utc>) -> Outcome {
    let status = answer.status();
    let wait = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|wait| asked(wait.to_str().ok()?, at));
    drain(answer).await;
    match status {
        _ if status.is_success() => Outcome::Taken,
        StatusCode::GONE => Outcome::Gone,
        _ if status.is_redirection() => failed(
            format!(
                "It answered {}: redirects are not followed.",
                status.as_u16()
            ),
            wait,
        ),
        _ => failed(format!("It answered {}.", status.as_u16()), wait),
    }
}

/// Reads an answer to its end, or gives it up together with its connection.
async fn drain(mut answer: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = answer.chunk().await {
        read += chunk.len();
        if read > LONGEST_ANSWER {
            return;
        }
    }
}

/// `Retry-After`: seconds, or a time.
fn asked(header: &str, at: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(header).ok()?;
    until.signed_duration_since(at).to_std().ok()
}

fn failed(why: String, wait: Option<Duration>) -> Outcome {
    Outcome::Failed { why, wait }
}

/// What is at the bottom of it: the layers above only say that a request failed.
fn sentence(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("No answer within {} seconds.", PATIENCE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    format!("It cannot be reached: {cause}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_says_when_to_come_again_in_seconds_or_by_the_clock() {
        let at = DateTime::from_timestamp(1_445_412_480, 0).unwrap();
        let asked = |header| asked(header, at).map(|wait| wait.as_secs());
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Wed, 21 Oct 2015 07:28:30 GMT"), Some(30));
        assert_eq!(asked("Wed, 21 Oct 2015 07:27:00 GMT"), None);
        assert_eq!(asked("-1"), None);
        assert_eq!(asked("soon"), None);
    }
}
