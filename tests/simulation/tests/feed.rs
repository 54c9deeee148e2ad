//! A stream that says nothing holds nobody up.

use std::time::Duration;

use eventlog::{Identity, Secret, Tail};
use nats::{Envelope, Feed};
use simulation::{Book, Bus, Dice, Turns, chronicle};
use tokio::time::Instant;
use uuid::Uuid;

#[tokio::test(start_paused = true)]
async fn the_log_is_read_while_a_stream_that_does_not_answer_is_looked_for() {
    let book = Book::new(chronicle(1).unwrap().events);
    book.write(10);
    let tail = Tail::default();
    tail.reach(10);
    let identity = Identity {
        log_id: Uuid::nil(),
        epoch: 1,
    };
    let envelope = Envelope::new(identity, Secret::new([1; 32]));
    // Nobody is ever let on here.
    let bus = Bus::new(Turns::new(Dice::new(1), 0), envelope, Dice::new(2));
    let mut feed = Feed::over(book, Some(bus), None, &tail);
    let started = Instant::now();
    assert_eq!(feed.next(0, 3).await.unwrap().len(), 3);
    assert!(started.elapsed() <= Duration::from_millis(200));
    let started = Instant::now();
    assert_eq!(feed.next(3, 3).await.unwrap().len(), 3);
    assert_eq!(started.elapsed(), Duration::ZERO, "it is waited for once");
}
