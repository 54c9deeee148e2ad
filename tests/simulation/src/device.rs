//! A client with a stream: it asks for the mailbox, then follows, is cut off, and comes again with the place it has come to.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use tower::ServiceExt;

use crate::{chronicler::note, dice::Dice, node::Node, turns::Part, view::View, world::World};

/// How long it waits before it comes again.
const AGAIN: Duration = Duration::from_millis(500);

/// Follows a person's mailbox, for ever.
pub(crate) async fn follow(world: World, person: usize, device: u64, mut dice: Dice) {
    let owner = world.people[person].account;
    if world.turns.take((Part::Client, device, 1)).await.is_err() {
        return;
    }
    let view = world
        .tables
        .with(|checkpoint, rows| View::of(owner, checkpoint, rows, &world.tokens));
    world.views().insert(device, view);
    loop {
        let node = world.some_node(&mut dice).await;
        let _ = world.turns.take((Part::Client, device, 2)).await;
        let _ = node
            .power
            .clone()
            .run_until_cancelled(listen(&world, &node, person, device, &mut dice))
            .await;
        eventlog::fresh::pause(AGAIN).await;
    }
}

/// One stream, to its end.
async fn listen(world: &World, node: &Node, person: usize, device: u64, dice: &mut Dice) {
    let id = {
        let mut views = world.views();
        let Some(view) = views.get_mut(&device) else {
            return;
        };
        view.reconnect();
        view.id.clone()
    };
    let request = Request::get("/api/v1/events")
        .header(header::HeaderName::from_static("last-event-id"), id)
        .extension(world.people[person].clone())
        .body(Empty::<Bytes>::new());
    let Ok(request) = request else { return };
    let router = notifier::events(node.notifier.clone());
    let Ok(response) = router.oneshot(request).await;
    if response.status() != StatusCode::OK {
        return;
    }
    note(|| format!("device {device} is at node {}", node.id));
    let mut body = response.into_body();
    loop {
        if world.turns.is_stormy() {
            let _ = world.turns.take((Part::Client, device, 3)).await;
            if dice.once_in(15) {
                // Slow, perhaps so slow that it is cut off.
                let pause = dice.roll(6_000);
                eventlog::fresh::pause(Duration::from_millis(pause)).await;
            }
            if dice.once_in(25) {
                return;
            }
        }
        let Some(Ok(frame)) = body.frame().await else {
            return;
        };
        note(|| {
            let told = frame.data_ref().map(|told| String::from_utf8_lossy(told));
            let told = told.unwrap_or_default();
            let places = told.lines().filter_map(|line| line.strip_prefix("id: "));
            let places = places.filter_map(|id| world.tokens.read(id).ok());
            let places: Vec<_> = places
                .map(|place| (place.position, place.ordinal))
                .collect();
            let name = told.lines().find_map(|line| line.strip_prefix("event: "));
            format!(
                "device {device} hears {} {places:?}",
                name.unwrap_or("that it goes on")
            )
        });
        if let Ok(bytes) = frame.into_data()
            && let Some(view) = world.views().get_mut(&device)
            && let Err(wrong) = view.hear(&bytes, &world.tokens)
        {
            world.find(wrong);
        }
    }
}
