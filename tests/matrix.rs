//! Every operation of the description, called by everybody: by its owner, nobody, with bad tokens, by a stranger, and by
//! somebody who was removed.
//!
//! A new operation needs an example in [`matrix::calls`], or the first of these fails.

mod matrix {
    pub mod calls;
    pub mod description;
    pub mod tokens;
    pub mod world;
}

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use house::{Answer, until};
use matrix::{
    calls::{Call, Outsider, calls},
    description::Description,
    tokens,
    world::World,
};
use serde_json::Value;

const TIDINGS: &str = env!("CARGO_BIN_EXE_tidings");

#[tokio::test]
async fn every_operation_has_an_example_and_answers_its_owner_as_described() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    let description = Description::of(&world.house).await?;
    let names: Vec<String> = calls().iter().map(Call::name).collect();
    let known: BTreeSet<String> = names.iter().cloned().collect();
    assert_eq!(known.len(), names.len(), "an operation has two examples");
    let described = description.names();
    let missing: Vec<_> = described.difference(&known).collect();
    assert!(missing.is_empty(), "without an example: {missing:?}");
    let strange: Vec<_> = known.difference(&described).collect();
    assert!(strange.is_empty(), "no operations: {strange:?}");

    assert_eq!(description.dangling(), Vec::<String>::new());

    for call in calls() {
        assert_is_filled_in(&call);
        assert_eq!(
            call.is_open.is_some(),
            description.is_open(&call),
            "{} needs a token, or needs none",
            call.name()
        );
        let owner = world.person(call.by);
        let owner = match call.is_open {
            Some(_) => owner.with_token(""),
            None => owner.clone(),
        };
        let answer = world.ask(&call, &owner).await?;
        let successes = description.successes(&call);
        assert!(
            successes.contains(&answer.status),
            "{}: {} is not in {successes:?}: {}",
            call.name(),
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        description.check(&call, &answer)?;
    }
    world.house.finish().await
}

#[tokio::test]
async fn nobody_and_no_bad_token_gets_past_401() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    let description = Description::of(&world.house).await?;
    let bad = tokens::bad(&world).await?;
    let ended = &world.ended;
    for call in ["/api/v1/me", "/api/v1/events"] {
        let call = calls()
            .into_iter()
            .find(|known| known.template == call)
            .context("it is there")?;
        until("the end of the session is known", async || {
            Ok((world.ask(&call, ended).await?.status == 401).then_some(()))
        })
        .await?;
    }
    world.house.settle().await?;
    let before = world.events().await?;
    for call in calls().iter().filter(|call| call.is_open.is_none()) {
        let nobody = [("none", String::new())];
        for (what, token) in nobody.iter().chain(&bad) {
            let person = world.person(call.by).with_token(token);
            let answer = world.ask(call, &person).await?;
            let answer = answer
                .is_problem(401)
                .with_context(|| format!("{}, token: {what}", call.name()))?;
            description.check(call, &answer)?;
        }
    }
    assert_eq!(world.events().await?, before, "nothing was stored");
    world.house.finish().await
}

#[tokio::test]
async fn a_stranger_and_a_removed_member_meet_what_is_not_there() -> Result<()> {
    let world = World::open(TIDINGS).await?;
    let description = Description::of(&world.house).await?;
    let before = world.events().await?;
    let mut of_group = 0;
    for call in &calls() {
        let Outsider::IsTold(status) = call.outsider else {
            continue;
        };
        if call.is_open.is_some() {
            continue;
        }
        let told = world.ask(call, &world.carol).await?;
        description.check(call, &told)?;
        let told = problem(call, told, status)?;
        let nothing = world.ask_about_nothing(call, &world.carol).await?;
        assert_eq!(
            told,
            problem(call, nothing, status)?,
            "{}: a stranger is told whether it is there",
            call.name()
        );
        if call.is_of_group() {
            of_group += 1;
            let removed = world.ask(call, &world.dora).await?;
            description.check(call, &removed)?;
            assert_eq!(problem(call, removed, 404)?, told, "{}", call.name());
        }
    }
    assert!(of_group > 10, "{of_group} calls are about the group");
    world.house.settle().await?;
    assert_eq!(world.events().await?, before, "nothing was stored");
    world.house.finish().await
}

/// A problem without what differs from request to request.
fn problem(call: &Call, answer: Answer, status: u16) -> Result<Value> {
    let answer = answer.is_problem(status).with_context(|| call.name())?;
    ensure!(answer["request_id"] == answer.header("x-request-id").unwrap_or_default());
    let mut problem = answer.json;
    problem["request_id"] = Value::Null;
    Ok(problem)
}

/// The example is one of its operation: the path fits the template, and says something for each of its gaps.
fn assert_is_filled_in(call: &Call) {
    let path = call.path.split('?').next().unwrap_or_default();
    let (path, template): (Vec<_>, Vec<_>) = (
        path.split('/').collect(),
        call.template.split('/').collect(),
    );
    let is_path = template.last().is_some_and(|last| *last == "{path}");
    assert!(
        path.len() == template.len() || (is_path && path.len() > template.len()),
        "{}",
        call.name()
    );
    for (part, expected) in path.into_iter().zip(template) {
        assert!(
            part == expected || expected.starts_with('{'),
            "{}",
            call.name()
        );
    }
}
