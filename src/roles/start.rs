//! Starting the roles of one process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::anyhow;
use api::{
    Api, Freshness, Groups, Published, Settings, SizeOfStream, StreamSize,
    attachments::{Attachments, Store},
    audit::Audits,
    http::{AllowedOrigins, Clock, HttpSettings, Limits, ServeLimits, Throttle, TrustedProxies},
    identity::Identity,
};
use eventlog::{Hours, fresh};
use nats::{Bell, Eraser, Feed, Hint, Relay, Wire};
use notifier::{Notifier, Sources};
use projector::Projector;
use tokio::sync::{broadcast::error::RecvError, mpsc};
use tokio_util::sync::CancellationToken;

use super::{
    Crew, Doors, Parts, Place, Roles, attachments, delivered, seal, serve, typing, webhooks,
};
use crate::{
    cli::{Registration, RuleArgs},
    disk,
    health::{Engines, Health},
    net,
    telemetry::{self, Gauges},
};

/// How many hints wait for a notifier that is busy.
const HINTS: usize = 1_024;

/// The roles, running.
pub struct Running {
    crew: Crew,
    public: SocketAddr,
    admin: SocketAddr,
    /// For what is done beside the roles: the demonstration's accounts.
    pub api: Arc<Api>,
}

impl Running {
    /// Where it is to be found.
    pub fn url(&self) -> String {
        format!("http://{}", self.public)
    }

    /// Where the operator finds it.
    pub fn admin(&self) -> String {
        format!("http://{}", self.admin)
    }

    /// Ends the roles in order: no new requests, streams say goodbye, what they told is noted, then the log, then what
    /// follows it.
    pub async fn stop(self, shutdown: CancellationToken) {
        shutdown.cancel();
        self.crew.endings.doors.cancel();
        self.crew.doors.finished().await;
        self.crew.endings.chores.cancel();
        self.crew.chores.finished().await;
        self.crew.endings.works.cancel();
        self.crew.works.finished().await;
    }
}

/// Starts roles. Returns once they are at work.
pub async fn start(
    place: &Place,
    chosen: &RuleArgs,
    doors: Doors,
    roles: Roles,
    engines: Engines,
    shutdown: &CancellationToken,
) -> anyhow::Result<Running> {
    // A relay, a projector or a courier alone has nothing to show but its health.
    let listener = if roles.api || roles.notifier {
        Some(net::listen(doors.public).await?)
    } else {
        None
    };
    let admin = net::listen(doors.admin).await?;
    let parts = Parts::gather(place).await?;
    let crew = Crew::default();
    let settings = http_settings(chosen)?;
    let store = attachments::store(place, &parts, roles)?;
    let (hear, hints) = mpsc::channel(HINTS);
    let (noted, delivered) = delivered::channel();
    let notifier = Notifier::new(
        parts.reads.clone(),
        parts.tokens.clone(),
        notifier::Settings {
            delivered: Some(noted),
            ..notifier::Settings::default()
        },
    );

    let health = Health::new(
        parts.clone(),
        crew.clone(),
        roles,
        engines.clone(),
        roles.notifier.then(|| notifier.clone()),
        shutdown.clone(),
    );
    let api = make_api(&parts, store, &health, chosen, &settings, doors.public)?;

    count(&crew);
    telemetry::traces::know(&parts.pool);
    disk::keep(&crew, &parts);
    behind_the_doors(&crew, &parts, &api, roles);
    if roles.webhooks {
        webhooks::deliver(&crew, &parts, chosen)?;
    }
    if roles.api || roles.notifier {
        typing::pass_on(&crew, &parts);
    }
    if roles.notifier {
        listen_to_other_nodes(&crew, &parts, hear);
        typing::listen_to_other_nodes(&crew, &parts);
        tell(&crew, &parts, &notifier, hints);
        delivered::note(&crew, &api, delivered);
    }
    let gauges = Gauges::new(parts.clone(), crew.clone(), roles, engines);
    let running = Running {
        public: listener.as_ref().unwrap_or(&admin).local_addr()?,
        admin: admin.local_addr()?,
        crew: crew.clone(),
        api: Arc::clone(&api),
    };
    let limits = ServeLimits {
        connections_per_address: chosen.connections_per_address,
        proxies: settings.trusted_proxies.clone(),
        ..ServeLimits::default()
    };
    if let Some(listener) = listener {
        serve::public(
            &crew,
            listener,
            serve::app(&api, &notifier, &health, roles, settings),
            limits.clone(),
        );
    }
    serve::admin(&crew, admin, &health, gauges, limits);
    Ok(running)
}

fn http_settings(chosen: &RuleArgs) -> anyhow::Result<HttpSettings> {
    let mut settings = HttpSettings::new(Arc::new(fresh::id));
    settings.limits = Limits {
        on: chosen.throttle.is_on(),
        ..Limits::default()
    };
    settings.allowed_origins = chosen
        .cors_origins
        .parse::<AllowedOrigins>()
        .map_err(|error| anyhow!("TIDINGS_CORS_ORIGINS: {error}"))?;
    settings.trusted_proxies = chosen
        .trusted_proxies
        .parse::<TrustedProxies>()
        .map_err(|error| anyhow!("TIDINGS_TRUSTED_PROXIES: {error}"))?;
    Ok(settings)
}

pub(super) fn make_api(
    parts: &Parts,
    store: Option<Store>,
    health: &Health,
    chosen: &RuleArgs,
    http: &HttpSettings,
    listen: SocketAddr,
) -> anyhow::Result<Arc<Api>> {
    let reach = webhooks::reach(chosen)?;
    let settings = Settings {
        registration_open: chosen.registration == Registration::Open,
        password_rule: chosen.password_rule.is_on(),
        classic: chosen.classic.is_on(),
        loopback: listen.ip().is_loopback(),
        issuer: format!("tidings/{}", parts.identity.log_id),
        hashing_permits: std::thread::available_parallelism()
            .map_or(1, |cores| (cores.get() / 2).max(1)),
        sessions_per_account: chosen.sessions_per_account,
        reach,
    };
    let throttle = Arc::new(Throttle::new(&http.limits, Clock::system()));
    Ok(Arc::new(Api {
        log: parts.log.clone(),
        reader: parts.reader.clone(),
        pool: parts.pool.clone(),
        reads: parts.reads.clone(),
        searches: parts.searches.clone(),
        keyring: parts.keyring.clone(),
        secrets: parts.secrets.clone(),
        tokens: parts.tokens.clone(),
        freshness: Freshness::new(parts.pool.clone()),
        typing: parts.typing.clone(),
        identity: Identity::new(
            parts.pool.clone(),
            parts.keyring.clone(),
            &parts.secrets,
            &settings,
            throttle,
            Arc::new(fresh::now),
        ),
        groups: Groups::new(parts.pool.clone()),
        audits: Audits::new(parts.pool.clone()),
        published: published(&parts.wire),
        readiness: health.look(),
        stream_size: stream_size(&parts.wire),
        attachments: Attachments::new(store),
        settings,
    }))
}

/// Asks the stream, for a moment: it is a diagnostic, and NATS may be away.
fn published(wire: &Wire) -> Published {
    let wire = wire.clone();
    Box::new(move |position| {
        let wire = wire.clone();
        Box::pin(async move {
            let asked = nats::Stream::published_at(&wire, position);
            let answer = tokio::time::timeout(Duration::from_secs(1), asked).await;
            answer.ok().and_then(Result::ok).flatten()
        })
    })
}

/// Asks NATS, for a moment: it may be away.
fn stream_size(wire: &Wire) -> SizeOfStream {
    let wire = wire.clone();
    Box::new(move || {
        let wire = wire.clone();
        Box::pin(async move {
            let asked = nats::Stream::size(&wire);
            let answer = tokio::time::timeout(Duration::from_secs(1), asked).await;
            let (bytes, events) = answer.ok()?.ok()?;
            Some(StreamSize { bytes, events })
        })
    })
}

/// What is counted takes no more room with time.
fn count(crew: &Crew) {
    let works = crew.endings.works.clone();
    crew.works.keep("metrics", works, |shutdown| async move {
        telemetry::keep_small(shutdown).await;
        Ok(())
    });
}

/// The tasks that no request waits for.
fn behind_the_doors(crew: &Crew, parts: &Parts, api: &Arc<Api>, roles: Roles) {
    let works = crew.endings.works.clone();
    let own = parts.clone();
    crew.works.keep("listener", works.clone(), move |shutdown| {
        let parts = own.clone();
        async move {
            Ok(
                eventlog::listen(&parts.database_url, &parts.reader, &parts.tail, &shutdown)
                    .await?,
            )
        }
    });
    // Commands come in over a notifier's streams as well.
    if roles.api || roles.notifier {
        let log = parts.log.clone();
        crew.works.keep("writer", works.clone(), move |shutdown| {
            let writer = log.writer();
            async move {
                writer.run(shutdown).await;
                Ok(())
            }
        });
    }
    if roles.api {
        prune(crew, parts, api, &works);
        attachments::look_after(crew, parts, api, &works);
    }
    if roles.api || roles.notifier {
        let own = Arc::clone(api);
        crew.works.keep("sessions", works.clone(), move |shutdown| {
            let api = Arc::clone(&own);
            async move {
                api.identity.run(shutdown).await;
                Ok(())
            }
        });
    }
    if roles.relay {
        relay(crew, parts, &works);
        seal::keep(crew, parts);
    }
    if roles.projector {
        project(crew, parts, api, roles.api, &works);
    }
}

fn relay(crew: &Crew, parts: &Parts, works: &CancellationToken) {
    let own = parts.clone();
    crew.works.keep("relay", works.clone(), move |shutdown| {
        let Parts {
            wire,
            reader,
            tail,
            relayed,
            ..
        } = own.clone();
        async move {
            Ok(Relay::new(wire, reader, tail, relayed)
                .run(shutdown)
                .await?)
        }
    });
    let own = parts.clone();
    crew.works.keep("eraser", works.clone(), move |shutdown| {
        let Parts {
            pool,
            reader,
            secrets,
            wire,
            relayed,
            ledger,
            ..
        } = own.clone();
        async move {
            Eraser::new(pool, reader, secrets.names(), wire, relayed.subscribe())
                .with_ledger(ledger)
                .run(shutdown)
                .await;
            Ok(())
        }
    });
}

fn project(
    crew: &Crew,
    parts: &Parts,
    api: &Arc<Api>,
    is_beside_the_writer: bool,
    works: &CancellationToken,
) {
    let own = parts.clone();
    crew.works
        .keep("projector", works.clone(), move |shutdown| {
            let Parts {
                projecting,
                reader,
                wire,
                tail,
                news,
                projected,
                ..
            } = own.clone();
            async move {
                let feed = if is_beside_the_writer {
                    Feed::beside_the_writer(reader, &tail)
                } else {
                    Feed::new(reader, Some(wire), &tail)
                };
                Projector::new(projecting, feed, news, projected)
                    .run(shutdown)
                    .await;
                Ok(())
            }
        });
    let own = parts.clone();
    crew.works
        .keep("caretaker", works.clone(), move |shutdown| {
            let (pool, drift) = (own.projecting.clone(), own.drift.clone());
            async move {
                let mut minutes = tokio::time::interval(Duration::from_mins(1));
                while shutdown.run_until_cancelled(minutes.tick()).await.is_some() {
                    projector::drop_old(&pool).await?;
                    drift.send_replace(Some(projector::recount(&pool).await?));
                }
                Ok(())
            }
        });
    let (own, api) = (parts.clone(), Arc::clone(api));
    crew.works
        .keep("freshness", works.clone(), move |shutdown| {
            let (mut projected, api) = (own.projected.subscribe(), Arc::clone(&api));
            async move {
                while let Some(Ok(())) = shutdown.run_until_cancelled(projected.changed()).await {
                    api.freshness.reach(*projected.borrow_and_update());
                }
                Ok(())
            }
        });
    let own = parts.clone();
    crew.works.keep("bell", works.clone(), move |shutdown| {
        let (mut news, bell) = (own.news.subscribe(), bell(&own));
        async move {
            while let Some(next) = shutdown.run_until_cancelled(news.recv()).await {
                match next {
                    Ok(news) => {
                        let mut owners: Vec<_> =
                            news.rows.iter().map(|change| change.owner).collect();
                        owners.extend(&news.dirty);
                        owners.sort_unstable();
                        owners.dedup();
                        bell.ring(&Hint {
                            from: news.from,
                            to: news.to,
                            owners,
                        })
                        .await;
                        eventlog::failpoint("projector.rung");
                    }
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => break,
                }
            }
            Ok(())
        }
    });
}

/// This node's bell among those of the others.
fn bell(parts: &Parts) -> Bell {
    Bell::new(parts.wire.clone(), parts.node.clone())
}

/// Hints of projectors elsewhere: also where one runs in this process, since any of them may be the one that projects.
fn listen_to_other_nodes(crew: &Crew, parts: &Parts, hear: mpsc::Sender<Hint>) {
    let own = parts.clone();
    crew.works
        .keep("hints", crew.endings.works.clone(), move |shutdown| {
            let (bell, hear) = (bell(&own), hear.clone());
            async move { Ok(bell.listen(hear, shutdown).await?) }
        });
}

/// What is kept for a while only.
fn prune(crew: &Crew, parts: &Parts, api: &Arc<Api>, works: &CancellationToken) {
    let (pool, api) = (parts.pool.clone(), Arc::clone(api));
    crew.works.keep("pruner", works.clone(), move |shutdown| {
        let (pool, api) = (pool.clone(), Arc::clone(&api));
        async move {
            let mut hours = Hours::default();
            while let Some(now) = shutdown.run_until_cancelled(hours.tick()).await {
                eventlog::prune(&pool, now).await?;
                api.identity.prune(now).await?;
            }
            Ok(())
        }
    });
}

fn tell(crew: &Crew, parts: &Parts, notifier: &Notifier, hints: mpsc::Receiver<Hint>) {
    let (own, notifier) = (parts.clone(), notifier.clone());
    let hints = std::sync::Mutex::new(Some(hints));
    crew.doors
        .keep("notifier", crew.endings.doors.clone(), move |shutdown| {
            // After a panic the hints' channel is gone; the tick and the news remain.
            let hints = hints.lock().ok().and_then(|mut hints| hints.take());
            let sources = Sources {
                news: Some(own.news.subscribe()),
                hints,
                typing: Some(own.typing_told.subscribe()),
            };
            let notifier = notifier.clone();
            async move {
                notifier.run(sources, shutdown).await;
                Ok(())
            }
        });
}
