use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;

const ALICE: AccountId = AccountId(Uuid::from_u128(1));
const BOB: AccountId = AccountId(Uuid::from_u128(2));
const CAROL: AccountId = AccountId(Uuid::from_u128(3));

fn title(n: u128) -> Sealed {
    Sealed {
        key: Uuid::from_u128(n),
        sealed: "c2VhbGVk".into(),
    }
}

fn start(others: &[AccountId]) -> Command {
    Command::Start {
        by: ALICE,
        title: title(1),
        others: others.to_vec(),
    }
}

fn started() -> Event {
    let mut members = Members::of(ALICE);
    members.add(BOB, Role::Member);
    Event::Started(Started {
        title: title(1),
        members,
    })
}

fn added(member: AccountId, role: Role) -> Event {
    Event::MemberAdded(MemberAdded { member, role })
}

fn removed(member: AccountId) -> Event {
    Event::MemberRemoved(MemberRemoved { member })
}

fn changed(member: AccountId, role: Role) -> Event {
    Event::RoleChanged(RoleChanged { member, role })
}

fn put(by: AccountId, member: AccountId, role: Option<Role>) -> Command {
    Command::Put { by, member, role }
}

fn remove(by: AccountId, member: AccountId) -> Command {
    Command::Remove { by, member }
}

fn given(events: Vec<Event>) -> AggregateTestExecutor<Group> {
    TestFramework::with(()).given(events)
}

#[test]
fn its_maker_owns_it_and_nobody_is_in_it_twice() {
    given(vec![])
        .when(start(&[BOB, ALICE, BOB]))
        .then_expect_events(vec![started()]);
}

#[test]
fn already_started() {
    given(vec![started()])
        .when(start(&[BOB]))
        .then_expect_error(Rejection::AlreadyStarted);
}

#[test]
fn too_few() {
    given(vec![])
        .when(start(&[ALICE]))
        .then_expect_error(Rejection::TooFew);
}

#[test]
fn full() {
    let people: Vec<AccountId> = (100..1_100)
        .map(|n| AccountId(Uuid::from_u128(n)))
        .collect();
    given(vec![])
        .when(start(&people))
        .then_expect_error(Rejection::Full);
    let mut members = Members::of(ALICE);
    for person in &people[1..] {
        members.add(*person, Role::Member);
    }
    let started = Event::Started(Started {
        title: title(1),
        members,
    });
    given(vec![started])
        .when(put(ALICE, BOB, None))
        .then_expect_error(Rejection::Full);
}

#[test]
fn not_an_owner() {
    let group = || given(vec![started()]);
    for command in [
        put(BOB, CAROL, None),
        put(BOB, BOB, Some(Role::Owner)),
        remove(BOB, ALICE),
        Command::Rename {
            by: BOB,
            title: title(2),
        },
    ] {
        group()
            .when(command)
            .then_expect_error(Rejection::NotAnOwner);
    }
}

#[test]
fn to_somebody_outside_it_is_not_there() {
    for command in [
        put(CAROL, CAROL, None),
        remove(CAROL, BOB),
        remove(CAROL, CAROL),
    ] {
        given(vec![started()])
            .when(command)
            .then_expect_error(Rejection::NotAMember);
    }
    given(vec![])
        .when(remove(ALICE, BOB))
        .then_expect_error(Rejection::NotAMember);
    given(vec![started(), removed(BOB)])
        .when(put(BOB, BOB, None))
        .then_expect_error(Rejection::NotAMember);
}

#[test]
fn an_owner_adds_removes_and_renames() {
    given(vec![started()])
        .when(put(ALICE, CAROL, None))
        .then_expect_events(vec![added(CAROL, Role::Member)]);
    given(vec![started()])
        .when(remove(ALICE, BOB))
        .then_expect_events(vec![removed(BOB)]);
    given(vec![started()])
        .when(Command::Rename {
            by: ALICE,
            title: title(2),
        })
        .then_expect_events(vec![Event::Renamed(Renamed {
            by: ALICE,
            title: title(2),
        })]);
}

#[test]
fn what_is_so_already_needs_no_event() {
    given(vec![started()])
        .when(put(ALICE, BOB, Some(Role::Member)))
        .then_expect_events(vec![]);
    given(vec![started()])
        .when(put(ALICE, ALICE, None))
        .then_expect_events(vec![]);
    given(vec![started()])
        .when(remove(ALICE, CAROL))
        .then_expect_events(vec![]);
}

#[test]
fn it_is_handed_over_and_never_without_an_owner() {
    given(vec![started()])
        .when(put(ALICE, ALICE, Some(Role::Member)))
        .then_expect_error(Rejection::LastOwner);
    given(vec![started()])
        .when(put(ALICE, BOB, Some(Role::Owner)))
        .then_expect_events(vec![changed(BOB, Role::Owner)]);
    given(vec![started(), changed(BOB, Role::Owner)])
        .when(put(ALICE, ALICE, Some(Role::Member)))
        .then_expect_events(vec![changed(ALICE, Role::Member)]);
}

#[test]
fn where_the_last_owner_leaves_the_oldest_member_owns_it() {
    given(vec![started(), added(CAROL, Role::Member)])
        .when(remove(ALICE, ALICE))
        .then_expect_events(vec![removed(ALICE), changed(BOB, Role::Owner)]);
    given(vec![started(), changed(BOB, Role::Owner)])
        .when(remove(ALICE, ALICE))
        .then_expect_events(vec![removed(ALICE)]);
    given(vec![started(), removed(BOB)])
        .when(remove(ALICE, ALICE))
        .then_expect_events(vec![removed(ALICE)]);
}

#[test]
fn anyone_leaves() {
    given(vec![started()])
        .when(remove(BOB, BOB))
        .then_expect_events(vec![removed(BOB)]);
}

#[test]
fn stored_forms_are_frozen() {
    let renamed = Event::Renamed(Renamed {
        by: ALICE,
        title: title(2),
    });
    for event in [
        started(),
        renamed,
        added(CAROL, Role::Member),
        removed(CAROL),
        changed(BOB, Role::Owner),
    ] {
        let stored = format!("{} {}", event.name(), event.payload().unwrap());
        insta::assert_snapshot!(event.name(), stored);
    }
}
