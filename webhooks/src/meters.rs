//! What an operator sees of deliveries: by webhook, of which there are few.

use metrics::{describe_counter, describe_gauge};
use uuid::Uuid;

/// One webhook's.
pub(crate) struct Meters(String);

impl Meters {
    pub(crate) fn of(webhook: Uuid) -> Self {
        describe_counter!(
            "tidings_webhook_deliveries_total",
            "Events that a webhook has taken."
        );
        describe_counter!(
            "tidings_webhook_failures_total",
            "Deliveries that a webhook has not taken."
        );
        describe_gauge!(
            "tidings_webhook_failures",
            "Deliveries that a webhook has not taken since the last one that it took."
        );
        describe_gauge!(
            "tidings_webhook_lag",
            "Events of the log that lie before a webhook."
        );
        let own = Self(webhook.to_string());
        // From the first event that is taken or not, there is something to compare with.
        metrics::counter!("tidings_webhook_deliveries_total", "webhook" => own.0.clone())
            .increment(0);
        metrics::counter!("tidings_webhook_failures_total", "webhook" => own.0.clone())
            .increment(0);
        metrics::gauge!("tidings_webhook_failures", "webhook" => own.0.clone()).increment(0.0);
        own
    }

    /// An event was taken.
    pub(crate) fn taken(&self) {
        metrics::counter!("tidings_webhook_deliveries_total", "webhook" => self.0.clone())
            .increment(1);
        metrics::gauge!("tidings_webhook_failures", "webhook" => self.0.clone()).set(0.0);
    }

    /// An event was not taken, so many times in a row now.
    pub(crate) fn failed(&self, failures: i32) {
        metrics::counter!("tidings_webhook_failures_total", "webhook" => self.0.clone())
            .increment(1);
        metrics::gauge!("tidings_webhook_failures", "webhook" => self.0.clone())
            .set(f64::from(failures));
    }

    /// So many events lie before it.
    #[expect(clippy::cast_precision_loss, reason = "a metric")]
    pub(crate) fn lag(&self, events: i64) {
        metrics::gauge!("tidings_webhook_lag", "webhook" => self.0.clone())
            .set(events.max(0) as f64);
    }
}
