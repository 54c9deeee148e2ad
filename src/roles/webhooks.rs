//! Delivering events to the addresses that administrators have named.

use std::time::Duration;

use anyhow::anyhow;
use domain::webhook::Reach;
use nats::Envelope;
use webhooks::{Courier, Settings};

use super::{Crew, Parts};
use crate::cli::RuleArgs;

/// Which machines a webhook may name.
pub fn reach(chosen: &RuleArgs) -> anyhow::Result<Reach> {
    Reach::new(&chosen.webhooks_allow, chosen.webhooks_http.is_on())
        .map_err(|error| anyhow!("TIDINGS_WEBHOOKS_ALLOW: {error}"))
}

/// Keeps a courier at work, or standing by.
pub fn deliver(crew: &Crew, parts: &Parts, chosen: &RuleArgs) -> anyhow::Result<()> {
    let settings = Settings {
        reach: reach(chosen)?,
        patience: Duration::from_hours(24 * u64::from(chosen.webhooks_patience)),
    };
    let own = parts.clone();
    let works = crew.endings.works.clone();
    crew.works.keep("webhooks", works, move |shutdown| {
        let courier = Courier::new(
            own.database_url.clone(),
            own.pool.clone(),
            own.keyring.clone(),
            own.reader.clone(),
            own.tail.clone(),
            Envelope::new(own.identity, own.secrets.wire()),
            settings.clone(),
        );
        async move { Ok(courier?.run(shutdown).await?) }
    });
    Ok(())
}
