//! What the wire promises, on a real Postgres and a real nats-server.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::path::Path;

use domain::{MessageId, Metadata, message, message::Recipients};
use eventlog::{NewEvent, Secret, Tail};
use house::{LogWorld, NatsServer, command, marked, message};
use nats::{Address, Envelope, Eraser, Error, Feed, Relay, STREAM, Stream, Wire};
use tokio::sync::watch;

struct World {
    logs: LogWorld,
    server: NatsServer,
    wire: Wire,
}

impl World {
    async fn new() -> Self {
        let (logs, server) = (LogWorld::new().await, NatsServer::start().await.unwrap());
        let wire = connect(&logs, &server).await;
        Self { logs, server, wire }
    }

    async fn append(&self, events: i64) {
        for _ in 0..events {
            self.logs
                .log
                .append(command(vec![marked("a:1", 0)]))
                .await
                .unwrap();
        }
    }

    /// A relay that knows nothing of what this process committed, as after a restart.
    fn relay(&self) -> Relay {
        Relay::new(
            self.wire.clone(),
            self.logs.reader.clone(),
            Tail::default(),
            watch::Sender::new(0),
        )
    }

    /// Relays until there is nothing more; tries again as `run` would.
    async fn relay_all(&self) {
        relay_by(&mut self.relay()).await;
    }

    /// Whether a text can be read in the stream.
    async fn store_holds(&self, text: &str) -> bool {
        let client = async_nats::connect(self.server.url()).await.unwrap();
        let stream = async_nats::jetstream::new(client)
            .get_stream(STREAM)
            .await
            .unwrap();
        let last = stream.cached_info().state.last_sequence;
        assert!(last > 0);
        for sequence in 1..=last {
            let message = stream.get_raw_message(sequence).await;
            let is_in = |payload: &[u8]| String::from_utf8_lossy(payload).contains(text);
            if message.is_ok_and(|message| is_in(&message.payload)) {
                return true;
            }
        }
        false
    }

    /// What the stream holds, read past every shortcut: sequence = position, and the same events.
    async fn assert_copy(&self) {
        let stream = Stream::open(&self.wire, &self.logs.reader).await.unwrap();
        let events = self.logs.reader.after(0, 100_000).await.unwrap();
        assert_eq!(
            stream.place.last,
            events.last().map_or(0, |event| event.position)
        );
        let mut subscription = nats::Subscription::open(&self.wire, 0).await.unwrap();
        let mut position = 0;
        while position < stream.place.last {
            let read = subscription
                .next(position, 1_000)
                .await
                .unwrap()
                .expect("nothing is missed");
            for event in read {
                position += 1;
                assert_eq!(event.position, position);
                let ours = &events[usize::try_from(position - 1).unwrap()];
                assert_eq!(
                    (event.event_id, event.data.get()),
                    (ours.event_id, ours.data.get())
                );
            }
        }
    }
}

/// A step, once NATS has answered: on a busy machine it may take longer than it is waited for.
async fn step(relay: &mut Relay) -> Result<usize, Error> {
    let stepped = house::until("NATS answers the relay", async || {
        match relay.step().await {
            Err(Error::Away(_)) => Ok(None),
            stepped => Ok(Some(stepped)),
        }
    });
    stepped.await.unwrap()
}

async fn relay_by(relay: &mut Relay) {
    for _ in 0..200 {
        if step(relay).await.unwrap() == 0 {
            return;
        }
    }
    panic!("the relay does not come to an end");
}

fn envelope(identity: eventlog::Identity) -> Envelope {
    Envelope::new(identity, Secret::new([9; 32]))
}

async fn connect(logs: &LogWorld, server: &NatsServer) -> Wire {
    let identity = logs.reader.identity().await.unwrap();
    let address = Address {
        url: server.url(),
        token: None,
    };
    let wire = Wire::connect(&address, envelope(identity)).await.unwrap();
    connected(&wire).await;
    wire
}

async fn connected(wire: &Wire) {
    house::until("NATS comes back", async || {
        Ok(wire.is_connected().then_some(()))
    })
    .await
    .unwrap();
}

fn copy_dir(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .arg(from)
        .arg(to)
        .status()
        .unwrap();
    assert!(copied.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_streams_sequence_is_the_logs_position() {
    let world = World::new().await;
    world.append(300).await;
    world.relay_all().await;
    world.assert_copy().await;
    world.append(10).await;
    world.relay_all().await;
    world.assert_copy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hot_tail_says_the_same_as_the_log() {
    let world = World::new().await;
    let (sender, key, row) = world.logs.account();
    let mut first = command(vec![marked("a:1", 0)]);
    first.keys.push(row);
    world.logs.log.append(first).await.unwrap();
    for n in 0..50 {
        let text = format!("message {n} \u{1F600}");
        world
            .logs
            .log
            .append(message(sender, &key, MessageId(house::id()), &text))
            .await
            .unwrap();
    }
    let hot = world.logs.log.tail().clone();
    let mut relay = Relay::new(
        world.wire.clone(),
        world.logs.reader.clone(),
        hot,
        watch::Sender::new(0),
    );
    relay_by(&mut relay).await;
    world.assert_copy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_does_not_come_back_with_the_stream() {
    let mut world = World::new().await;
    let (sender, key, row) = world.logs.account();
    let id = MessageId(house::id());
    let mut sent = message(sender, &key, id, "the secret of the day");
    sent.keys.push(row);
    let position = house::position(&world.logs.log.append(sent).await.unwrap());
    let unsent = message::Event::<domain::Sealed>::Unsent(message::Unsent {
        sender,
        conversation: domain::conversation::id_of(&[sender]),
        recipients: Recipients::People(vec![]),
        position,
    });
    let unsent =
        NewEvent::new("message", id.to_string(), 2, &unsent, &Metadata::default()).unwrap();
    world.logs.log.append(command(vec![unsent])).await.unwrap();

    // This process still has the text in its tail, as it committed it.
    let (hot, relayed) = (world.logs.log.tail().clone(), watch::Sender::new(0));
    let mut relay = Relay::new(
        world.wire.clone(),
        world.logs.reader.clone(),
        hot.clone(),
        relayed.clone(),
    );
    relay_by(&mut relay).await;
    world.server.stop().await.unwrap();
    world.server.keep_copy().unwrap();
    world.server.start_again().await.unwrap();
    connected(&world.wire).await;
    let (pool, reader) = (world.logs.pool.clone(), world.logs.reader.clone());
    let mut eraser = Eraser::new(
        pool,
        reader,
        Secret::new([5; 32]),
        world.wire.clone(),
        relayed.subscribe(),
    );
    world.append(1).await;
    world.relay_all().await;
    relayed.send_replace(3);
    house::until("everything is erased", async || match eraser.step().await {
        Ok(true) | Err(Error::Away(_)) => Ok(None),
        Ok(false) => Ok(Some(())),
        Err(error) => Err(error.into()),
    })
    .await
    .unwrap();
    assert!(!world.store_holds("the secret of the day").await);

    // A store as it was before, and a relay that has just started: it takes away what was erased since.
    world.server.stop().await.unwrap();
    world.server.roll_back().unwrap();
    world.server.start_again().await.unwrap();
    connected(&world.wire).await;
    assert!(world.store_holds("the secret of the day").await);
    world.relay_all().await;
    assert!(!world.store_holds("the secret of the day").await);

    world.server.stop().await.unwrap();
    world.server.wipe().unwrap();
    world.server.start_again().await.unwrap();
    connected(&world.wire).await;
    let mut relay = Relay::new(world.wire.clone(), world.logs.reader.clone(), hot, relayed);
    relay_by(&mut relay).await;
    assert!(!world.store_holds("the secret of the day").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_at_once_do_no_harm() {
    let world = World::new().await;
    world.append(400).await;
    let race = |mut relay: Relay| async move {
        for _ in 0..200 {
            match relay.step().await {
                Ok(0) => return,
                Ok(_) | Err(Error::Away(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::join!(
        race(world.relay()),
        race(world.relay()),
        race(world.relay())
    );
    world.relay_all().await;
    world.assert_copy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_store_is_filled_again_under_the_same_numbers() {
    let mut world = World::new().await;
    world.append(50).await;
    world.relay_all().await;
    world.server.stop().await.unwrap();
    world.server.wipe().unwrap();
    world.append(10).await;
    world.server.start_again().await.unwrap();
    connected(&world.wire).await;
    world.relay_all().await;
    world.assert_copy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_rolled_back_gets_its_tail_again_under_the_same_numbers() {
    let mut world = World::new().await;
    world.append(50).await;
    world.relay_all().await;
    world.server.stop().await.unwrap();
    let store = world.server.store_dir();
    let older = store.with_extension("older");
    copy_dir(&store, &older);
    world.server.start_again().await.unwrap();
    connected(&world.wire).await;
    world.append(50).await;
    world.relay_all().await;
    world.server.stop().await.unwrap();
    world.server.wipe().unwrap();
    std::fs::remove_dir_all(&store).ok();
    std::fs::rename(&older, &store).unwrap();
    world.server.start_again().await.unwrap();
    connected(&world.wire).await;
    world.relay_all().await;
    world.assert_copy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_of_another_log_is_refused_until_it_is_rebuilt() {
    let world = World::new().await;
    world.append(5).await;
    world.relay_all().await;

    let others = LogWorld::new().await;
    let wire = connect(&others, &world.server).await;
    let mut relay = Relay::new(
        wire.clone(),
        others.reader.clone(),
        Tail::default(),
        watch::Sender::new(0),
    );
    let refused = step(&mut relay).await.unwrap_err();
    assert!(matches!(refused, Error::Foreign { .. }), "{refused}");
    assert!(refused.to_string().contains("another log"), "{refused}");

    let rebuilt = Stream::rebuild(&wire, &others.reader).await.unwrap();
    assert_eq!((rebuilt.place.first, rebuilt.place.last), (1, 0));
    assert_eq!(step(&mut relay).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_from_before_a_restore_is_made_anew() {
    let mut world = World::new().await;
    world.append(5).await;
    world.relay_all().await;
    // What was told behind the restored position.
    publish(&world, 6, "of the old history").await;
    let owner = world.logs.database.pool().await.unwrap();
    sqlx::query("update log.identity set epoch = 2")
        .execute(&owner)
        .await
        .unwrap();
    // A process that has not noticed goes on being refused; one that starts makes the stream of its epoch.
    let before = world.wire.clone();
    world.wire = connect(&world.logs, &world.server).await;
    world.relay_all().await;
    world.append(1).await;
    world.relay_all().await;
    let stream = Stream::open(&world.wire, &world.logs.reader).await.unwrap();
    assert_eq!((stream.place.first, stream.place.last), (1, 6));
    assert!(!world.store_holds("of the old history").await);
    let refused = Stream::open(&before, &world.logs.reader)
        .await
        .err()
        .unwrap();
    assert!(refused.to_string().contains("another epoch"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ahead_of_the_log_is_refused() {
    let world = World::new().await;
    world.append(5).await;
    world.relay_all().await;
    publish(&world, 6, "nonsense").await;
    let refused = step(&mut world.relay()).await.unwrap_err();
    assert!(
        refused.to_string().contains("ahead of the log (6 after 5)"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_event_is_not_believed_and_the_log_is_read_instead() {
    let world = World::new().await;
    world.append(5).await;
    world.relay_all().await;
    let tail = Tail::default();
    let mut feed = Feed::new(world.logs.reader.clone(), Some(world.wire.clone()), &tail);
    let mut position = 0;
    while position < 5 {
        position += i64::try_from(feed.next(position, 100).await.unwrap().len()).unwrap();
    }
    // Somebody who may write to the stream, but has not the key, is faster than the relay.
    publish(&world, 6, r#"{"specversion":"1.0","data":{"evil":true}}"#).await;
    world.append(1).await;
    tail.reach(6);
    let events = loop {
        let events = feed.next(5, 100).await.unwrap();
        if !events.is_empty() {
            break events;
        }
    };
    let ours = world.logs.reader.after(5, 1).await.unwrap();
    assert_eq!(events[0].event_id, ours[0].event_id);
    // And the relay says in one sentence that this is not its log's stream any more.
    let refused = step(&mut world.relay()).await.unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("another event than the log at position 6"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_goes_on_without_nats_and_with_it_again() {
    let mut world = World::new().await;
    let tail = Tail::default();
    let mut feed = Feed::new(world.logs.reader.clone(), Some(world.wire.clone()), &tail);
    let mut position = 0;
    for round in 0..3 {
        if round == 1 {
            world.server.kill();
        }
        if round == 2 {
            world.server.start_again().await.unwrap();
            connected(&world.wire).await;
        }
        world.append(20).await;
        if round != 1 {
            world.relay_all().await;
        }
        let head = world.logs.reader.head().await.unwrap();
        tail.reach(head);
        while position < head {
            for event in feed.next(position, 7).await.unwrap() {
                position += 1;
                assert_eq!(event.position, position);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_beside_the_writer_misses_nothing_that_others_append() {
    let world = World::new().await;
    let (other, _running) = world.logs.another_log();
    let tail = world.logs.log.tail().clone();
    let mut feed = Feed::beside_the_writer(world.logs.reader.clone(), &tail);
    let mut position = 0;
    for round in 0..30 {
        let log = if round % 3 == 1 {
            &other
        } else {
            &world.logs.log
        };
        for _ in 0..5 {
            log.append(command(vec![marked("a:1", 0)])).await.unwrap();
        }
        let head = world.logs.reader.head().await.unwrap();
        tail.reach(head);
        while position < head {
            for event in feed.next(position, 7).await.unwrap() {
                position += 1;
                assert_eq!(event.position, position);
            }
        }
    }
    // A checkpoint that was set back is nothing special.
    assert_eq!(feed.next(3, 1).await.unwrap()[0].position, 4);
}

/// As somebody else who can reach the stream.
async fn publish(world: &World, sequence: u64, payload: &str) {
    let client = async_nats::connect(world.server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let epoch = world.wire.identity().epoch;
    let ack = jetstream
        .publish(
            nats::subject(epoch, "marks.unread", "a:1"),
            payload.to_owned().into(),
        )
        .await
        .unwrap()
        .await
        .unwrap();
    assert_eq!((ack.sequence, ack.stream.as_str()), (sequence, STREAM));
}
