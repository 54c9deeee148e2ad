use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use http::header::RETRY_AFTER;

use super::*;
use axum::response::IntoResponse;

/// A throttle whose clock is turned by hand.
struct Turned {
    throttle: Throttle,
    seconds: Arc<AtomicU64>,
}

impl Turned {
    fn new(limits: Limits) -> Self {
        let seconds = Arc::new(AtomicU64::new(1_000_000));
        let read = Arc::clone(&seconds);
        let clock = Clock::new(move || Duration::from_secs(read.load(Relaxed)));
        Self {
            throttle: Throttle::new(&limits, clock),
            seconds,
        }
    }

    /// Only the back-off, so that the address's own limit is not in the way.
    fn logins() -> Self {
        Self::new(Limits {
            logins_per_address: 1_000_000,
            ..Limits::default()
        })
    }

    fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Relaxed);
    }

    fn fail(&self, from: u8, username: &str) -> Result<(), u64> {
        self.throttle
            .login(ip(from), username)
            .map(drop)
            .map_err(seconds_of)
    }

    fn succeed(&self, from: u8, username: &str) -> Result<(), u64> {
        self.throttle
            .login(ip(from), username)
            .map(Attempt::succeeded)
            .map_err(seconds_of)
    }

    fn fail_often(&self, from: u8, username: &str, times: u32) {
        for _ in 0..times {
            while let Err(wait) = self.fail(from, username) {
                self.pass(wait);
            }
        }
    }
}

fn ip(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

fn seconds_of(problem: Problem) -> u64 {
    assert_eq!(problem.status(), 429);
    problem.into_response().headers()[RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn ten_failures_are_free_then_the_delay_doubles_up_to_a_quarter_of_an_hour() {
    let house = Turned::logins();
    for _ in 0..10 {
        assert_eq!(house.fail(1, "alice"), Ok(()));
    }
    for delay in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        assert_eq!(house.fail(1, "alice"), Err(delay));
        house.pass(delay);
        assert_eq!(house.fail(1, "alice"), Ok(()));
    }
}

#[test]
fn failures_count_from_wherever_they_come_and_however_the_name_is_written() {
    let house = Turned::logins();
    for from in 0..10 {
        assert_eq!(
            house.fail(from, if from % 2 == 0 { "alice" } else { "ALICE" }),
            Ok(())
        );
    }
    assert_eq!(house.fail(99, "Alice"), Err(1));
    assert_eq!(house.fail(99, "bob"), Ok(()));
}

#[test]
fn attempts_at_the_same_time_cannot_all_be_the_first() {
    let house = Turned::logins();
    let attempts: Vec<_> = (0..20)
        .filter_map(|_| house.throttle.login(ip(1), "alice").ok())
        .collect();
    assert_eq!(attempts.len(), 10);
}

#[test]
fn success_resets() {
    let house = Turned::logins();
    house.fail_often(1, "alice", 9);
    assert_eq!(house.succeed(1, "alice"), Ok(()));
    house.fail_often(2, "alice", 9);
    assert_eq!(house.fail(2, "alice"), Ok(()));
}

#[test]
fn a_stranger_cannot_keep_the_owner_out() {
    let house = Turned::logins();
    assert_eq!(house.succeed(1, "alice"), Ok(()));
    house.fail_often(66, "alice", 25);
    assert!(house.fail(66, "alice").is_err());
    assert_eq!(house.succeed(1, "alice"), Ok(()));
}

#[test]
fn a_familiar_address_is_slowed_down_too() {
    let house = Turned::logins();
    assert_eq!(house.succeed(1, "alice"), Ok(()));
    house.fail_often(1, "alice", 10);
    assert_eq!(house.fail(1, "alice"), Err(1));
}

#[test]
fn a_day_of_quiet_forgets_the_failures() {
    let house = Turned::logins();
    house.fail_often(1, "alice", 25);
    house.pass(24 * 3600);
    for _ in 0..10 {
        assert_eq!(house.fail(1, "alice"), Ok(()));
    }
}

#[test]
fn an_attempt_that_nobody_judged_does_not_count() {
    let house = Turned::logins();
    for _ in 0..50 {
        house.throttle.login(ip(1), "alice").unwrap().not_judged();
    }
}

#[test]
fn an_address_has_thirty_attempts_a_minute_whoever_it_tries() {
    let house = Turned::new(Limits::default());
    for name in 0..30 {
        assert_eq!(house.succeed(1, &name.to_string()), Ok(()));
    }
    assert_eq!(house.succeed(1, "alice"), Err(2));
    assert_eq!(house.succeed(2, "alice"), Ok(()));
    house.pass(2);
    assert_eq!(house.succeed(1, "alice"), Ok(()));
}

#[test]
fn neighbours_in_an_ipv6_network_are_one_address() {
    assert_eq!(
        network("2001:db8::1".parse().unwrap()),
        network("2001:db8::ffff:1".parse().unwrap())
    );
    assert_ne!(
        network("2001:db8::1".parse().unwrap()),
        network("2001:db8:0:1::1".parse().unwrap())
    );
}

#[test]
fn accounts_and_addresses_have_their_own_limits() {
    let house = Turned::new(Limits {
        commands_per_account: 2,
        requests_per_address: 3,
        ..Limits::default()
    });
    let account = Uuid::from_u128(1);
    assert!((0..2).all(|_| house.throttle.command(account).is_ok()));
    assert_eq!(seconds_of(house.throttle.command(account).unwrap_err()), 30);
    assert!(house.throttle.command(Uuid::from_u128(2)).is_ok());
    assert!((0..3).all(|_| house.throttle.request(ip(1)).is_ok()));
    assert!(house.throttle.request(ip(1)).is_err());
}

#[test]
fn off_is_off() {
    let house = Turned::new(Limits {
        on: false,
        commands_per_account: 1,
        logins_per_address: 1,
        ..Limits::default()
    });
    for _ in 0..100 {
        assert!(house.throttle.command(Uuid::nil()).is_ok());
        assert_eq!(house.fail(1, "alice"), Ok(()));
    }
}

#[test]
fn a_flood_of_names_and_addresses_does_not_grow_memory_without_end() {
    let house = Turned::logins();
    for number in 0..300_000_u32 {
        if number % 1000 == 0 {
            house.pass(1);
        }
        let _ = house
            .throttle
            .login(IpAddr::from(number.to_be_bytes()), &number.to_string());
    }
    assert!(house.throttle.failures.len() <= 100_000);
    assert!(house.throttle.logins.len() <= 1 << 18);
}

#[test]
fn whoever_says_all_the_time_that_it_types_may_still_send() {
    let house = Turned::new(Limits {
        typing_per_account: 2,
        ..Limits::default()
    });
    let account = Uuid::from_u128(1);
    for _ in 0..2 {
        house.throttle.typing(account).unwrap();
    }
    let wait = seconds_of(house.throttle.typing(account).unwrap_err());
    house.throttle.command(account).unwrap();
    house.throttle.typing(Uuid::from_u128(2)).unwrap();
    house.pass(wait);
    house.throttle.typing(account).unwrap();
}

#[test]
fn whoever_was_refused_is_known_for_ten_minutes_and_can_be_let_in_at_once() {
    let house = Turned::new(Limits {
        commands_per_account: 1,
        logins_per_address: 2,
        ..Limits::default()
    });
    let account = Uuid::from_u128(1);
    house.throttle.command(account).unwrap();
    for _ in 0..3 {
        house.throttle.command(account).unwrap_err();
    }
    house.pass(20);
    house.fail_often(1, "alice", 2);
    house.fail(1, "alice").unwrap_err();
    let refused = house.throttle.refused();
    assert_eq!(refused.len(), 2);
    assert_eq!(
        (refused[0].limit, &refused[0].who),
        (Limit::Logins, &Who::Address(ip(1)))
    );
    let of_account = Refused {
        limit: Limit::Commands,
        who: Who::Account(account),
        times: 3,
        ago: Duration::from_secs(20),
        left: Duration::from_secs(40),
    };
    assert_eq!(refused[1], of_account);

    assert!(house.throttle.lift(of_account.limit, &of_account.who));
    house.throttle.command(account).unwrap();
    assert_eq!(house.throttle.refused().len(), 1);
    assert!(!house.throttle.lift(Limit::Commands, &Who::Address(ip(1))));

    house.pass(10 * 60);
    assert_eq!(house.throttle.refused(), []);
}

#[test]
fn a_lifted_delay_is_lifted_at_familiar_addresses_too() {
    let house = Turned::logins();
    assert_eq!(house.succeed(1, "alice"), Ok(()));
    house.fail_often(1, "alice", 11);
    house.fail_often(2, "alice", 11);
    house.fail_often(2, "bob", 11);
    let alice = Who::Username("alice".to_owned());
    assert!(house.throttle.lift(Limit::Guesses, &alice));
    assert_eq!(house.fail(1, "Alice"), Ok(()));
    assert_eq!(house.fail(2, "Alice"), Ok(()));
    assert_eq!(house.fail(2, "bob"), Err(2));
}

#[test]
fn a_whole_ipv6_network_is_let_in_by_any_of_its_addresses() {
    let house = Turned::new(Limits {
        requests_per_address: 1,
        ..Limits::default()
    });
    let neighbours = ["2001:db8::1", "2001:db8::2", "2001:db8::3"];
    let [one, two, three] = neighbours.map(|address| address.parse::<IpAddr>().unwrap());
    house.throttle.request(one).unwrap();
    house.throttle.request(two).unwrap_err();
    assert!(house.throttle.lift(Limit::Requests, &Who::Address(three)));
    assert_eq!(house.throttle.refused(), []);
    house.throttle.request(two).unwrap();
}

#[test]
fn a_flood_of_refusals_does_not_grow_memory_without_end() {
    let house = Turned::new(Limits {
        logins_per_address: 1,
        ..Limits::default()
    });
    for number in 0..5_000_u32 {
        let address = IpAddr::from(number.to_be_bytes());
        for _ in 0..2 {
            let _ = house.throttle.login(address, "alice");
        }
    }
    assert!(house.throttle.refused().len() <= 1_001);
}
