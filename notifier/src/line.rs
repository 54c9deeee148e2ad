//! Step 6: one connection, as the hub sees it: a cursor in its owner's feed and a short queue.

use std::{
    collections::VecDeque,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

use bytes::Bytes;
use domain::{AccountId, SessionId};
use eventlog::{Bug, Token, Tokens, planted};
use tokio_util::sync::CancellationToken;

use crate::frame::{Frame, HEARTBEAT, Shared};

/// Seconds in which a closed stream may still take its last event.
const LAST_WORDS: u32 = 5;
/// A batch larger than the queue may be is taken by an empty one, up to this many times its size.
const BURST: usize = 4;

/// What an accept loop may put into a request's extensions: cancelled when the stream's reader stood still, so that the
/// connection can be dropped. No body can do that, since nobody polls it while the socket takes nothing.
#[derive(Clone, Debug)]
pub struct Hangup(pub CancellationToken);

/// One open stream.
pub(crate) struct Line {
    pub owner: AccountId,
    pub session: SessionId,
    hangup: Option<Hangup>,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    /// What of the owner's feed has been queued or read.
    cursor: Token,
    /// Items up to here are known to the client.
    seen: i64,
    /// How far the hub has rung.
    rang: i64,
    queue: VecDeque<Frame>,
    bytes: usize,
    /// The unread count shown last, and one that waits to be shown.
    total: Option<i64>,
    unread: Option<Bytes>,
    beat: bool,
    /// Seconds for which nobody polled, though woken.
    strikes: u32,
    waker: Option<Waker>,
}

#[derive(Debug, PartialEq, Eq)]
enum Phase {
    /// The tables hold more than was read, or may.
    Behind,
    /// The tables hold less than was rung: they were set back, and come again. Asked once a second.
    SetBack,
    /// Everything is queued as it happens.
    Live,
    /// At its end, perhaps with a last event.
    Closed(Option<Bytes>),
}

/// What the reader does next.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Hands this over.
    Send(Frame),
    /// Reads the tables from here.
    Read(Start),
    /// Waits to be woken.
    Wait,
    /// Ends.
    End,
}

/// Where a stream's reading of the tables starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    pub cursor: Token,
    pub seen: i64,
    pub rang: i64,
}

impl Line {
    pub(crate) fn new(owner: AccountId, session: SessionId, hangup: Option<Hangup>) -> Self {
        let state = State {
            phase: Phase::Behind,
            cursor: Token::default(),
            seen: 0,
            rang: 0,
            queue: VecDeque::new(),
            bytes: 0,
            total: None,
            unread: None,
            beat: false,
            strikes: 0,
            waker: None,
        };
        Self {
            owner,
            session,
            hangup,
            state: Mutex::new(state),
        }
    }

    /// Starts from a place, when the tables have come to `checkpoint`. True if it is live at once.
    pub(crate) fn start(&self, cursor: Token, checkpoint: i64) -> bool {
        let mut state = self.state();
        state.cursor = cursor;
        state.seen = cursor.position;
        cursor >= Token::after(checkpoint) && state.caught_up(checkpoint, i64::MIN)
    }

    /// Takes what of a batch is new here, or leaves it to the tables if it is too much.
    pub(crate) fn offer(&self, batch: &[Shared<'_>], to: i64, tokens: &Tokens, room: usize) {
        let mut state = self.state();
        state.rang = state.rang.max(to);
        if state.phase != Phase::Live {
            return;
        }
        let (cursor, seen) = (state.cursor, state.seen);
        let fresh = || batch.iter().filter(|row| row.place() > cursor);
        let frames: Vec<Frame> = fresh().map(|row| row.frame(seen, tokens)).collect();
        let bytes = frames.iter().map(|frame| frame.bytes.len()).sum();
        if !state.has_room(bytes, room) {
            state.phase = Phase::Behind;
            if planted(Bug::DropForTheSlow) {
                state.phase = Phase::Live;
                state.cursor = Token::after(to);
            }
        } else if let Some(last) = fresh().next_back() {
            state.cursor = last.place();
            state.seen = state.seen.max(to);
            state.bytes += bytes;
            state.queue.extend(frames);
        }
        state.wake();
    }

    /// Says that the tables hold more, without the rows.
    pub(crate) fn ring(&self, to: i64) {
        let mut state = self.state();
        state.rang = state.rang.max(to);
        if state.phase == Phase::Live {
            state.phase = Phase::Behind;
            state.wake();
        }
    }

    /// Tells what no table holds, to a reader that keeps up. Nobody else misses it.
    pub(crate) fn mention(&self, event: &Bytes, room: usize) {
        let mut state = self.state();
        if state.phase == Phase::Live && state.has_room(event.len(), room) {
            state.bytes += event.len();
            state.queue.push_back(Frame {
                bytes: event.clone(),
                delivered: None,
                fresh: None,
            });
            state.wake();
        }
    }

    /// Shows how many are unread, if that is not what it shows already. Whoever is behind is told when it has caught up.
    pub(crate) fn count(&self, total: i64, event: &Bytes) {
        let mut state = self.state();
        if state.phase == Phase::Live && state.total != Some(total) {
            state.total = Some(total);
            state.unread = Some(event.clone());
            state.wake();
        }
    }

    /// Ends it, whatever is queued: its client resumes from the last event that it has.
    pub(crate) fn close(&self, last: Option<Bytes>) {
        let mut state = self.state();
        if !state.is_closed() {
            state.close(last);
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state().is_closed()
    }

    #[cfg(test)]
    pub(crate) fn is_behind(&self) -> bool {
        self.state().phase == Phase::Behind
    }

    /// A second has passed. True if its reader stood still for too long and was cut off.
    pub(crate) fn second(&self, beat: bool, patience: u32) -> bool {
        let mut state = self.state();
        state.strikes = if state.waker.is_none() {
            state.strikes + 1
        } else {
            0
        };
        if state.is_closed() {
            self.hang_up_if(state.strikes > LAST_WORDS);
            return false;
        }
        let cut_off = state.strikes >= patience;
        if cut_off {
            state.close(None);
            self.hang_up_if(true);
        } else if beat || state.phase == Phase::SetBack {
            state.beat |= beat;
            if state.phase == Phase::SetBack {
                state.phase = Phase::Behind;
            }
            state.wake();
        }
        cut_off
    }

    /// What its reader does next. While it reads the tables it takes nothing but heartbeats and the end.
    pub(crate) fn turn(&self, context: &Context<'_>, reading: bool) -> Turn {
        let mut state = self.state();
        state.strikes = 0;
        state.waker = None;
        let turn = state.turn(reading);
        if matches!(turn, Turn::Wait) {
            state.waker = Some(context.waker().clone());
        }
        turn
    }

    /// Notes that the tables were read to a place. False if it was closed meanwhile, and nothing of it may be shown.
    pub(crate) fn advance(&self, cursor: Token) -> bool {
        let mut state = self.state();
        state.cursor = state.cursor.max(cursor);
        !state.is_closed()
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Start {
        self.state().place()
    }

    /// Notes that the tables hold nothing more up to `upto`, when `rang` was the hub's word before. True if it is live now.
    pub(crate) fn caught_up(&self, upto: i64, rang: i64) -> bool {
        self.state().caught_up(upto, rang)
    }

    fn hang_up_if(&self, hopeless: bool) {
        if let Some(hangup) = self.hangup.as_ref().filter(|_| hopeless) {
            hangup.0.cancel();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn turn(&mut self, reading: bool) -> Turn {
        if let Phase::Closed(last) = &mut self.phase {
            return last.take().map_or(Turn::End, ours);
        }
        if !reading {
            if let Some(frame) = self.pop() {
                self.beat = false;
                return Turn::Send(frame);
            }
            if self.phase == Phase::Behind {
                return Turn::Read(self.place());
            }
        }
        if let Some(unread) = self.unread.take() {
            return ours(unread);
        }
        if mem::take(&mut self.beat) {
            return ours(HEARTBEAT);
        }
        Turn::Wait
    }

    fn place(&self) -> Start {
        Start {
            cursor: self.cursor,
            seen: self.seen,
            rang: self.rang,
        }
    }

    fn pop(&mut self) -> Option<Frame> {
        let frame = self.queue.pop_front();
        if let Some(frame) = &frame {
            self.bytes -= frame.bytes.len();
        }
        if self.queue.is_empty() {
            // An idle stream keeps nothing.
            self.queue = VecDeque::new();
        }
        frame
    }

    fn has_room(&self, bytes: usize, room: usize) -> bool {
        self.bytes + bytes <= room || (self.queue.is_empty() && bytes <= BURST * room)
    }

    fn caught_up(&mut self, upto: i64, rang: i64) -> bool {
        self.seen = self.seen.max(upto);
        if self.phase != Phase::Behind {
            return false;
        }
        if self.rang <= upto {
            self.phase = Phase::Live;
        } else if rang > upto {
            self.phase = Phase::SetBack;
        }
        self.phase == Phase::Live
    }

    fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed(_))
    }

    fn close(&mut self, last: Option<Bytes>) {
        self.phase = Phase::Closed(last);
        self.queue = VecDeque::new();
        self.bytes = 0;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

fn ours(bytes: Bytes) -> Turn {
    Turn::Send(Frame {
        bytes,
        delivered: None,
        fresh: None,
    })
}
