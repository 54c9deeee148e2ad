//! What the metrics tell of requests and whoever sends them.

use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::http::ThrottleLimit;

/// Says what each means, and shows at 0 what has not happened yet.
pub(crate) fn describe() {
    describe_histogram!(
        "http_server_request_duration_seconds",
        Unit::Seconds,
        "From a request's head to its answer's, by method, route and status."
    );
    describe_gauge!(
        "tidings_connections",
        "Open sockets, those of push streams included."
    );
    describe_counter!(
        "tidings_connections_refused_total",
        "Sockets closed at once: too many in all, or from one address."
    );
    describe_counter!(
        "tidings_throttled_total",
        "Requests answered with 429, by the limit that they met."
    );
    describe_counter!(
        "tidings_logins_total",
        "Passwords that were looked at, by outcome."
    );
    gauge!("tidings_connections").increment(0);
    refused(0);
    for limit in ThrottleLimit::ALL {
        counter!("tidings_throttled_total", "limit" => limit.name()).increment(0);
    }
    for accepted in [true, false] {
        count_logins(accepted, 0);
    }
}

/// A request was answered. `route` is the pattern, never the path.
pub(crate) fn answered(method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
    histogram!(
        "http_server_request_duration_seconds",
        "http_request_method" => method_name(method),
        "http_route" => route.unwrap_or("unmatched").to_owned(),
        "http_response_status_code" => status.as_str().to_owned(),
    )
    .record(took);
}

/// Sockets were closed at once.
pub(crate) fn refused(sockets: u64) {
    counter!("tidings_connections_refused_total").increment(sockets);
}

/// Somebody was told to come back later.
pub(crate) fn throttled(limit: ThrottleLimit) {
    counter!("tidings_throttled_total", "limit" => limit.name()).increment(1);
}

/// A password was looked at.
pub(crate) fn judged(accepted: bool) {
    count_logins(accepted, 1);
}

fn count_logins(accepted: bool, count: u64) {
    let outcome = if accepted { "accepted" } else { "refused" };
    counter!("tidings_logins_total", "outcome" => outcome).increment(count);
}

/// As a client spells it, for the methods that there are; a client may invent others.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// An open socket: counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Connection(());

impl Connection {
    pub(crate) fn open() -> Self {
        gauge!("tidings_connections").increment(1);
        Self(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        gauge!("tidings_connections").decrement(1);
    }
}
