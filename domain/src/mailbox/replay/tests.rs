//! What a mailbox shows, told event by event.

use uuid::Uuid;

use super::*;

fn account(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

fn text(n: u128) -> Sealed {
    Sealed {
        key: Uuid::from_u128(n),
        sealed: String::new(),
    }
}

/// Account 1 looks; 2 and 3 write.
struct Story(Replay, i64);

impl Story {
    fn new() -> Self {
        Self(Replay::of(account(1)), 0)
    }

    fn happens(&mut self, aggregate_id: &str, event: &Event) -> i64 {
        self.1 += 1;
        let place = Place {
            position: self.1,
            time: DateTime::from_timestamp(self.1, 0).unwrap(),
            aggregate_id,
        };
        self.0.apply(place, event);
        self.1
    }

    fn sends(&mut self, sender: u128, people: &[u128]) -> i64 {
        let sent = Sent {
            sender: account(sender),
            conversation: ConversationId(Uuid::nil()),
            recipients: Recipients::People(people.iter().map(|n| account(*n)).collect()),
            reply_to: None,
            content: text(sender),
        };
        let id = Uuid::from_u128(100).to_string();
        self.happens(&id, &Event::Message(message::Event::Sent(sent)))
    }

    fn blocks(&mut self, who: u128) {
        let person = boxes::Person {
            account: account(who),
        };
        let stream = format!("{}:20260101", account(1));
        self.happens(&stream, &Event::Box(boxes::Event::Blocked(person)));
    }

    fn erases(&mut self, who: u128) {
        let gone = account::Event::Erased(account::Erased {});
        self.happens(&account(who).to_string(), &Event::Account(gone));
    }

    fn received(&self) -> Vec<i64> {
        let inbox = self.0.inbox();
        inbox.map(|received| received.letter.position).collect()
    }
}

#[test]
fn whom_one_has_blocked_is_kept_out_directly_and_not_among_others() {
    let mut story = Story::new();
    let before = story.sends(2, &[1]);
    story.blocks(2);
    story.sends(2, &[1]);
    let among_others = story.sends(2, &[1, 3]);
    let of_another = story.sends(3, &[1]);
    assert_eq!(story.received(), [of_another, among_others, before]);
}

#[test]
fn of_an_erased_sender_a_tombstone_stays() {
    let mut story = Story::new();
    story.sends(2, &[1]);
    story.erases(2);
    let received: Vec<_> = story.0.inbox().collect();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].letter.first, None);
    assert!(received[0].letter.unsent_at.is_some());
}

#[test]
fn an_erased_owner_has_no_mailbox_ever_after() {
    let mut story = Story::new();
    story.sends(2, &[1]);
    story.sends(1, &[2]);
    story.erases(1);
    story.sends(2, &[1]);
    assert_eq!((story.0.inbox().count(), story.0.sent().count()), (0, 0));
}

#[test]
fn each_reader_counts_once() {
    let mut story = Story::new();
    let position = story.sends(1, &[2, 3]);
    let marked = || marks::Received {
        from: vec![marks::From {
            sender: account(1),
            positions: vec![position],
        }],
    };
    let stream = format!("{}:20260101", account(2));
    story.happens(&stream, &Event::Marks(marks::Event::Delivered(marked())));
    story.happens(&stream, &Event::Marks(marks::Event::Read(marked())));
    story.happens(&stream, &Event::Marks(marks::Event::Read(marked())));
    let sent: Vec<_> = story.0.sent().collect();
    let counts = (sent[0].delivered_to.len(), sent[0].read_by.len());
    assert_eq!((sent[0].recipients, counts), (2, (1, 1)));
}
