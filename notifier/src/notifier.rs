//! What the streams and the hub share.

use std::{sync::Arc, time::Duration};

use eventlog::{STATEMENT, Tokens};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::{Settings, Sources, Tables, hub::Hub, meters::Meters, registry::Registry, typing};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The push stream's state. Cheap to clone.
#[derive(Clone)]
pub struct Notifier<T = PgPool> {
    pub(crate) shared: Arc<Shared<T>>,
}

pub(crate) struct Shared<T = PgPool> {
    pub tables: T,
    pub tokens: Tokens,
    pub settings: Settings,
    pub registry: Registry,
    pub meters: Meters,
    /// Cancelled when nobody is let in any more.
    pub closing: CancellationToken,
}

impl<T: Tables> Notifier<T> {
    /// Over the read models' database. A metrics recorder has to be installed before, if there is to be one.
    #[must_use]
    pub fn new(tables: T, tokens: Tokens, settings: Settings) -> Self {
        let (registry, meters) = (Registry::default(), Meters::new());
        Self {
            shared: Arc::new(Shared {
                tables,
                tokens,
                settings,
                registry,
                meters,
                closing: CancellationToken::new(),
            }),
        }
    }

    /// How many streams are open.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.shared.registry.total()
    }

    /// Tells the streams the news until shutdown; then each of them says `bye` and ends, and no new one is let in. While
    /// the database is down, they wait. May be called again if it was dropped or has panicked.
    pub async fn run(self, mut sources: Sources, shutdown: CancellationToken) {
        let typing = typing::tell(&self.shared, sources.typing.take());
        let news = self.tell(Hub::new(Arc::clone(&self.shared), sources));
        shutdown
            .run_until_cancelled(async { tokio::join!(news, typing) })
            .await;
        self.bye();
    }

    async fn tell(&self, mut hub: Hub<T>) {
        let mut pause = None;
        loop {
            let occasion = hub.wait().await;
            match eventlog::answered(STATEMENT, hub.step(occasion))
                .await
                .flatten()
            {
                Ok(()) => {
                    if pause.take().is_some() {
                        tracing::info!("the read models can be read again");
                    }
                }
                Err(error) => {
                    if pause.is_none() {
                        tracing::warn!(%error, "the read models cannot be read: streams wait");
                    }
                    let length = pause.map_or(FIRST_PAUSE, |pause| LONGEST_PAUSE.min(pause * 2));
                    pause = Some(length);
                    eventlog::fresh::pause(length).await;
                }
            }
        }
    }

    pub(crate) fn bye(&self) {
        self.shared.closing.cancel();
        let occurred_at = eventlog::fresh::now();
        self.shared
            .registry
            .close(|line| crate::opening::bye(line.session, occurred_at));
    }
}
