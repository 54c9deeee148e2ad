//! An API without doors, for commands that work beside a running service.

use std::{net::SocketAddr, sync::Arc};

use api::{Api, http::HttpSettings};
use clap::Parser;
use eventlog::fresh;
use tokio_util::sync::CancellationToken;

use super::{Crew, Parts, Place, Roles, start::make_api};
use crate::{cli::RuleArgs, health::Health};

/// An API, and the writer behind it.
pub struct Hands {
    pub api: Arc<Api>,
    crew: Crew,
}

#[derive(Parser)]
struct Defaults {
    #[command(flatten)]
    rules: RuleArgs,
}

/// Opens a service's log to write to.
pub async fn hands(place: &Place) -> anyhow::Result<Hands> {
    let parts = Parts::gather(place).await?;
    let rules = Defaults::parse_from(["tidings"]).rules;
    let http = HttpSettings::new(Arc::new(fresh::id));
    // Whoever works beside the service has no business with its files.
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let crew = Crew::default();
    let health = Health::new(
        parts.clone(),
        crew.clone(),
        Roles::NONE,
        Vec::new(),
        None,
        CancellationToken::new(),
    );
    let api = make_api(&parts, None, &health, &rules, &http, loopback)?;
    let log = parts.log.clone();
    crew.works.keep(
        "writer",
        crew.endings.works.clone(),
        move |shutdown: CancellationToken| {
            let writer = log.writer();
            async move {
                writer.run(shutdown).await;
                Ok(())
            }
        },
    );
    Ok(Hands { api, crew })
}

impl Hands {
    /// What was begun is seen through.
    pub async fn put_down(self) {
        self.crew.endings.works.cancel();
        self.crew.works.finished().await;
    }
}
