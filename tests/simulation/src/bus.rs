//! A double of the stream: what `JetStream` promises, and how it fails, in memory.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use eventlog::Source;
use nats::{Envelope, Error, Message, Messages, Place};
use tokio::sync::watch;

use crate::{
    dice::Dice,
    turns::{Health, Part, Turns},
};

/// A connection to the stream.
#[derive(Clone)]
pub struct Bus {
    turns: Turns,
    stream: Arc<Mutex<Stream>>,
    line: Arc<Mutex<Line>>,
    envelope: Envelope,
    node: u64,
}

struct Stream {
    /// Where it begins; `None`: there is no stream.
    first: Option<i64>,
    /// What was lost from the middle is `None`.
    messages: Vec<Option<Message>>,
    /// How often it was made, or its server came up.
    made: u64,
    /// Publications whose sender has gone; they may yet arrive.
    strays: Vec<Publication>,
    changed: watch::Sender<u64>,
    dice: Dice,
}

#[derive(Clone)]
struct Publication {
    message: Message,
    expected: Option<i64>,
}

/// What one connection has sent: it arrives in this order.
#[derive(Default)]
struct Line {
    under_way: VecDeque<(u64, Publication)>,
    arrived: VecDeque<(u64, Option<i64>)>,
    sent: u64,
}

impl Bus {
    /// To a stream that is not there yet.
    #[must_use]
    pub fn new(turns: Turns, envelope: Envelope, dice: Dice) -> Self {
        let stream = Stream {
            first: None,
            messages: Vec::new(),
            made: 0,
            strays: Vec::new(),
            changed: watch::Sender::new(0),
            dice,
        };
        Self {
            turns,
            stream: Arc::new(Mutex::new(stream)),
            line: Arc::default(),
            envelope,
            node: 0,
        }
    }

    /// Another connection.
    #[must_use]
    pub fn of(&self, node: u64) -> Self {
        Self {
            line: Arc::default(),
            node,
            ..self.clone()
        }
    }

    /// Where the stream begins, and what it holds.
    #[must_use]
    pub fn content(&self) -> (i64, Vec<Option<Message>>) {
        let stream = self.stream();
        (stream.first.unwrap_or(1), stream.messages.clone())
    }

    /// The last sequence.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.stream().last()
    }

    pub(crate) fn lose_tail(&self) {
        let mut stream = self.stream();
        let length = stream.messages.len() as u64;
        let lost = 1 + stream.dice.roll(4.min(length));
        let kept = usize::try_from(length.saturating_sub(lost)).unwrap_or(0);
        stream.messages.truncate(kept);
        stream.restart();
    }

    pub(crate) fn roll_back(&self) {
        let mut stream = self.stream();
        let length = stream.messages.len();
        let kept = stream.dice.place(length + 1);
        stream.messages.truncate(kept);
        stream.restart();
    }

    pub(crate) fn wipe(&self) {
        let mut stream = self.stream();
        stream.first = None;
        stream.messages.clear();
        stream.restart();
    }

    pub(crate) fn lose_one(&self) {
        let mut stream = self.stream();
        let length = stream.messages.len();
        let place = stream.dice.place(length);
        if let Some(message) = stream.messages.get_mut(place) {
            *message = None;
        }
    }

    pub(crate) fn strays_arrive(&self) {
        let mut stream = self.stream();
        for stray in std::mem::take(&mut stream.strays) {
            stream.take(&stray);
        }
    }

    fn stream(&self) -> MutexGuard<'_, Stream> {
        self.stream.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was sent up to a number arrives, in the order of sending. The sequence of that one, if it was taken.
    fn arrive(&self, upto: u64) -> Option<i64> {
        let (mut line, mut stream) = (self.line(), self.stream());
        while line.under_way.front().is_some_and(|(n, _)| *n <= upto) {
            if let Some((n, publication)) = line.under_way.pop_front() {
                let taken = stream.take(&publication);
                line.arrived.push_back((n, taken));
            }
        }
        let found = line.arrived.iter().position(|(n, _)| *n == upto)?;
        line.arrived.remove(found)?.1
    }

    /// Is not waited for any more: it may be lost, or arrive later.
    fn go_astray(&self, number: u64) {
        let (mut line, mut stream) = (self.line(), self.stream());
        if let Some(found) = line.under_way.iter().position(|(n, _)| *n == number)
            && let Some((_, publication)) = line.under_way.remove(found)
            && stream.dice.once_in(2)
        {
            stream.strays.push(publication);
        }
    }
}

impl Stream {
    fn last(&self) -> i64 {
        let length = i64::try_from(self.messages.len()).unwrap_or(i64::MAX);
        self.first.unwrap_or(1) - 1 + length
    }

    fn take(&mut self, publication: &Publication) -> Option<i64> {
        self.first?;
        let last = self.last();
        if publication
            .expected
            .is_some_and(|expected| expected != last)
        {
            return None;
        }
        self.messages.push(Some(Message {
            sequence: last + 1,
            ..publication.message.clone()
        }));
        self.changed.send_modify(|changes| *changes += 1);
        Some(last + 1)
    }

    fn restart(&mut self) {
        self.made += 1;
        self.changed.send_modify(|changes| *changes += 1);
    }

    fn at(&self, sequence: i64) -> Option<&Message> {
        let place = usize::try_from(sequence - self.first?).ok()?;
        self.messages.get(place)?.as_ref()
    }
}

/// Waits for an answer; who drops it does not know what became of the message.
struct Waiting {
    bus: Bus,
    number: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.bus.go_astray(self.number);
    }
}

fn cut() -> Error {
    Error::Away("the way is cut".into())
}

impl nats::Bus for Bus {
    type Ack = Pin<Box<dyn Future<Output = Result<i64, Error>> + Send>>;
    type Messages = Following;

    fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    fn is_connected(&self) -> bool {
        self.turns.health(Part::Bus) != Health::Down
    }

    async fn place(&self, log: &impl Source) -> Result<Place, Error> {
        let young = log.first_since(chrono::DateTime::UNIX_EPOCH).await?;
        let place = self.turns.call((Part::Bus, self.node, 1), || {
            let mut stream = self.stream();
            Place {
                first: *stream.first.get_or_insert(young),
                last: stream.last(),
            }
        });
        place.await.map_err(|_| cut())
    }

    // Nothing is erased here.
    async fn erase(&self, _: &impl Source, _: &[i64]) -> Result<(), Error> {
        Ok(())
    }

    async fn publish(
        &self,
        _: String,
        message: Message,
        expected: Option<i64>,
    ) -> Result<Self::Ack, Error> {
        let number = {
            let mut line = self.line();
            line.sent += 1;
            let number = line.sent;
            let publication = Publication { message, expected };
            line.under_way.push_back((number, publication));
            number
        };
        let waiting = Waiting {
            bus: self.clone(),
            number,
        };
        Ok(Box::pin(async move {
            let Waiting { bus, number } = &waiting;
            let who = (Part::Bus, bus.node, 1_000 + number);
            let taken = bus.turns.call(who, || bus.arrive(*number)).await;
            let refused = || Error::Away("wrong last sequence".into());
            taken.map_err(|_| cut())?.ok_or_else(refused)
        }))
    }

    async fn messages(&self, after: i64) -> Result<Following, Error> {
        let who = (Part::Bus, self.node, 2);
        let following = self.turns.call(who, || {
            let (made, dice, changed) = {
                let mut stream = self.stream();
                let dice = stream.dice.fork();
                (stream.made, dice, stream.changed.subscribe())
            };
            Following {
                bus: self.clone(),
                next: after + 1,
                made,
                arrived: VecDeque::new(),
                changed,
                dice,
            }
        });
        following.await.map_err(|_| cut())
    }
}

/// A consumer of the stream.
pub struct Following {
    bus: Bus,
    next: i64,
    made: u64,
    arrived: VecDeque<Message>,
    changed: watch::Receiver<u64>,
    dice: Dice,
}

impl Messages for Following {
    async fn next(&mut self) -> Result<Message, Error> {
        loop {
            if let Some(message) = self.arrived.pop_front() {
                return Ok(message);
            }
            self.wait().await?;
            let turn = self.bus.turns.take((Part::Bus, self.bus.node, 3));
            turn.await.map_err(|_| cut())?;
            self.deliver();
        }
    }
}

impl Following {
    /// Until there is something to deliver.
    async fn wait(&mut self) -> Result<(), Error> {
        loop {
            let (last, made) = {
                let stream = self.bus.stream();
                (stream.last(), stream.made)
            };
            if made != self.made {
                self.made = made;
                // A consumer notices that its server went away, or comes up again where it was.
                if !self.bus.turns.is_stormy() || self.dice.once_in(2) {
                    return Err(cut());
                }
            }
            if last >= self.next {
                return Ok(());
            }
            self.changed.changed().await.map_err(|_| cut())?;
        }
    }

    /// Some of it: now and then not all, twice, or in another order.
    fn deliver(&mut self) {
        let stream = self.bus.stream();
        let stormy = self.bus.turns.is_stormy();
        let many = self.dice.between(1, 6);
        for _ in 0..many {
            if self.next > stream.last() {
                break;
            }
            let sequence = self.next;
            self.next += 1;
            if stormy && self.dice.once_in(30) {
                continue;
            }
            self.arrived.extend(stream.at(sequence).cloned());
            if stormy && self.dice.once_in(15) {
                let again = self.dice.between(1, sequence);
                self.arrived.extend(stream.at(again).cloned());
            }
        }
        if stormy && self.dice.once_in(30) {
            self.arrived
                .rotate_left(self.dice.place(self.arrived.len()));
        }
    }
}
