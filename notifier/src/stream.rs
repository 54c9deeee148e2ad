//! Step 6: the body of an open stream. Hyper pulls it, so it needs no task of its own, and a reader that does not read costs
//! nothing but what waits for it.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use domain::{Caller, mailbox::Delivered};
use sqlx::PgPool;
use tokio::task::JoinHandle;

use crate::{
    Hangup, Notifier, Tables, backlog,
    backlog::{Page, Then, Window},
    line::{Line, Start, Turn},
    meters::Kind,
    notifier::Shared,
    opening,
    opening::Opening,
    refusal::Refusal,
};

/// One open stream. Dropping it ends it.
pub(crate) struct Stream<T: Tables = PgPool> {
    shared: Arc<Shared<T>>,
    line: Arc<Line>,
    kind: Kind,
    opening: Option<Bytes>,
    /// On a task, so that a client which goes away does not leave a query half done on a pooled connection.
    reading: Option<JoinHandle<Result<Page, sqlx::Error>>>,
    window: Option<Window>,
}

impl<T: Tables> Stream<T> {
    /// Joins an account's streams, says hello and starts from the place its client has come to, or from now.
    pub(crate) async fn open(
        notifier: &Notifier<T>,
        kind: Kind,
        caller: &Caller,
        hangup: Option<Hangup>,
        last_event_id: Option<&[u8]>,
    ) -> Result<Self, Refusal> {
        let shared = &notifier.shared;
        let line = Line::new(caller.account, caller.session, hangup);
        // First it hears of everything, then it looks where it stands: nothing can fall between.
        let line = shared.registry.join(line, &shared.settings)?;
        let mut stream = Self::new(Arc::clone(shared), line, kind);
        match opening::read(shared, caller.session, last_event_id).await {
            Ok(opening) => stream.start(opening),
            Err(error) => {
                tracing::warn!(%error, "a stream cannot be opened");
                return Err(Refusal::DATABASE);
            }
        }
        Ok(stream)
    }

    fn new(shared: Arc<Shared<T>>, line: Arc<Line>, kind: Kind) -> Self {
        shared.meters.streams(kind).increment(1);
        Self {
            shared,
            line,
            kind,
            opening: None,
            reading: None,
            window: None,
        }
    }

    fn start(&mut self, opening: Opening) {
        self.opening = Some(opening.hello);
        if self.line.start(opening.cursor, opening.checkpoint) {
            self.shared.registry.uncount(self.line.owner);
        }
    }

    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if let Some(opening) = self.opening.take() {
            return Poll::Ready(Some(opening));
        }
        loop {
            if let Poll::Ready(page) = self.poll_page(context) {
                let Some(page) = page else { continue };
                return Poll::Ready(Some(page));
            }
            match self.line.turn(context, self.reading.is_some()) {
                Turn::Send(frame) => {
                    self.shared.meters.frames.increment(1);
                    if let Some(news) = frame.fresh {
                        self.shared.meters.pushed(news);
                    }
                    self.tell_delivered(frame.delivered);
                    eventlog::failpoint("notifier.writing");
                    return Poll::Ready(Some(frame.bytes));
                }
                Turn::Read(start) => self.read(start),
                Turn::Wait => return Poll::Pending,
                Turn::End => return Poll::Ready(None),
            }
        }
    }

    fn read(&mut self, start: Start) {
        let page = backlog::read(
            Arc::clone(&self.shared),
            self.line.owner,
            start,
            self.window.take(),
        );
        self.reading = Some(tokio::spawn(page));
    }

    /// The page being read, if one is: `None` when there is nothing to show of it.
    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(reading) = &mut self.reading else {
            return Poll::Pending;
        };
        let page = ready!(Pin::new(reading).poll(context));
        self.reading = None;
        Poll::Ready(
            match page
                .map_err(|panic| sqlx::Error::Protocol(panic.to_string()))
                .flatten()
            {
                Ok(page) => self.take(page),
                Err(error) => {
                    tracing::warn!(%error, "a backlog cannot be read: its client will come again with the place it has come to");
                    self.line.close(None);
                    None
                }
            },
        )
    }

    fn take(&mut self, page: Page) -> Option<Bytes> {
        if !self.line.advance(page.cursor) {
            return None;
        }
        match page.then {
            // The next page is read while this one goes out.
            Then::More(window) => {
                self.window = Some(window);
                self.read(self.line.place());
            }
            Then::CaughtUp { upto, rang } => {
                if self.line.caught_up(upto, rang) {
                    self.shared.registry.uncount(self.line.owner);
                }
            }
        }
        self.shared.meters.frames.increment(page.count);
        self.tell_delivered(page.delivered);
        (!page.bytes.is_empty()).then(|| page.bytes.into())
    }

    /// What finds no room is not told: reading the message marks it as well.
    fn tell_delivered(&self, delivered: impl IntoIterator<Item = Delivered>) {
        if let Some(sender) = &self.shared.settings.delivered {
            for item in delivered {
                let _ = sender.try_send(item);
            }
        }
    }
}

impl<T: Tables> Stream<T> {
    /// The next bytes; `None` at the end.
    pub(crate) async fn bytes(&mut self) -> Option<Bytes> {
        poll_fn(|context| self.next(context)).await
    }
}

impl<T: Tables> http_body::Body for Stream<T> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        self.next(context)
            .map(|bytes| bytes.map(|bytes| Ok(http_body::Frame::data(bytes))))
    }
}

impl<T: Tables> Drop for Stream<T> {
    fn drop(&mut self) {
        self.shared.registry.leave(&self.line);
        self.shared.meters.streams(self.kind).decrement(1);
    }
}
