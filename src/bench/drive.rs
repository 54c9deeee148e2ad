//! One run: everybody listens, everybody sends, and it is over when everything has arrived.

use std::{fmt, time::Duration};

use anyhow::{Context, bail};
use eventlog::fresh;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Scenario,
    cpu::Used,
    figures::Figure,
    letter::{Address, Letter},
    listen::{Arrived, Listener},
    people::{Group, Pair},
    send::{Departures, Sent, Turns, Window, send},
    service::Service,
};

const WARM: Duration = Duration::from_secs(2);
/// How long everything may take to arrive after the last acknowledgement.
const PATIENCE: Duration = Duration::from_mins(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// How to drive the service.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub scenario: Scenario,
    pub senders: usize,
    /// So many from all of them together; otherwise as fast as they are acknowledged.
    pub per_s: Option<u32>,
    pub measured: Duration,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} senders", self.scenario.name(), self.senders)?;
        self.per_s
            .map_or(Ok(()), |per_s| write!(f, ", {per_s} messages a second"))
    }
}

impl Plan {
    fn turns(&self, begin: Instant, sender: usize) -> Option<Turns> {
        let senders = u32::try_from(self.senders).ok()?;
        let between = Duration::from_secs(1) / self.per_s?;
        Some(Turns {
            first: begin + between * u32::try_from(sender).ok()?,
            period: between * senders,
        })
    }
}

/// What came out.
pub struct Seen {
    pub send: Vec<Duration>,
    pub delivery: Vec<Duration>,
    pub messages: u32,
    pub used: Used,
    pub settled: Duration,
}

/// What a pair shares.
#[derive(Clone, Default)]
struct Book {
    departures: Departures,
    arrived: Arrived,
}

/// Runs one plan.
pub async fn drive(
    service: &Service,
    pairs: &[Pair],
    group: Option<&Group>,
    plan: &Plan,
    run: usize,
) -> anyhow::Result<Figure> {
    let books: Vec<Book> = pairs.iter().map(|_| Book::default()).collect();
    let mut listeners = Vec::new();
    for pair in pairs {
        listeners.push(Listener::open(service.address(), &pair.receiver.token).await?);
    }
    let begin = Instant::now();
    let window = Window {
        from: begin + WARM,
        until: begin + WARM + plan.measured,
    };
    let stop = CancellationToken::new();
    let mut listening = JoinSet::new();
    let mut sending = JoinSet::new();
    for (number, (listener, (pair, book))) in listeners
        .into_iter()
        .zip(pairs.iter().zip(&books))
        .enumerate()
    {
        let Book {
            departures,
            arrived,
        } = book.clone();
        listening.spawn(listener.listen(run, window, departures.clone(), arrived, stop.clone()));
        let address = group.map_or(Address::Person(&pair.receiver.name), |group| {
            Address::Group(&group.id)
        });
        let letter = Letter::to(address, &pair.sender.token, run);
        sending.spawn(send(
            service.address(),
            letter,
            plan.turns(begin, number),
            window,
            departures,
        ));
    }
    let (sent, used, settled) = tokio::select! {
        whole = whole(service, window, sending, &books) => whole?,
        failed = listening.join_next() => {
            let failure = failed.context("nobody listens")??.err();
            return Err(failure.context("a receiver stopped listening")?);
        }
    };
    stop.cancel();
    let mut delivery = Vec::new();
    for latencies in listening.join_all().await {
        delivery.extend(latencies?);
    }
    let messages = u32::try_from(sent.counted)?;
    Figure::of(
        plan,
        group.map_or(1, |group| group.recipients),
        &Seen {
            send: sent.latencies,
            delivery,
            messages,
            used,
            settled,
        },
    )
}

/// From the end of the warm-up until everything that was sent since is everywhere.
async fn whole(
    service: &Service,
    window: Window,
    sending: JoinSet<anyhow::Result<Sent>>,
    books: &[Book],
) -> anyhow::Result<(Sent, Used, Duration)> {
    let (before, sent) = tokio::try_join!(
        async {
            sleep_until(window.from).await;
            Used::by(service.pids())
        },
        gather(sending),
    )?;
    let acknowledged = Instant::now();
    arrive(books).await?;
    service.settle(PATIENCE).await?;
    Ok((
        sent,
        Used::by(service.pids())? - before,
        acknowledged.elapsed(),
    ))
}

async fn gather(mut sending: JoinSet<anyhow::Result<Sent>>) -> anyhow::Result<Sent> {
    let mut all = Sent::default();
    while let Some(sent) = sending.join_next().await {
        let sent = sent??;
        all.latencies.extend(sent.latencies);
        all.counted += sent.counted;
    }
    Ok(all)
}

async fn arrive(books: &[Book]) -> anyhow::Result<()> {
    let missing = || {
        books
            .iter()
            .map(|book| book.departures.count() - book.arrived.count())
            .sum::<usize>()
    };
    let wait = async {
        while missing() > 0 {
            fresh::pause(BETWEEN_LOOKS).await;
        }
    };
    if timeout(PATIENCE, wait).await.is_err() {
        bail!(
            "{} messages were acknowledged and did not arrive",
            missing()
        );
    }
    Ok(())
}
