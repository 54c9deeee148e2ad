use std::time::Duration;

use ratatui::{Terminal, backend::TestBackend};
use serde_json::json;

use super::*;
use crate::top::{
    board::Trends,
    exposition::Page,
    node::{Node, Sample, Target},
};

const QUIET: &str = "\
http_server_request_duration_seconds_count{http_request_method=\"POST\",http_route=\"/api/v1/messages\",http_response_status_code=\"201\"} 100
http_server_request_duration_seconds_bucket{le=\"0.005\"} 90
http_server_request_duration_seconds_bucket{le=\"0.01\"} 100
http_server_request_duration_seconds_bucket{le=\"+Inf\"} 100
tidings_appended_events_total 100
tidings_append_queue_commands 3
tidings_append_batch_events_sum 100
tidings_append_batch_events_count 20
tidings_relay_published_events_total 100
tidings_relay_lag_events 2
tidings_relay_lag_seconds 0.004
tidings_projected_events_total 100
tidings_projector_checkpoint{partition=\"0\"} 4711
tidings_projector_lag_events{partition=\"0\"} 5
tidings_projector_lag_seconds{partition=\"0\"} 0.25
tidings_stream_frames_total 300
tidings_streams{kind=\"sse\"} 40
tidings_streams{kind=\"websocket\"} 2
tidings_sealer_lag_events 12
tidings_sealer_lag_seconds 1.5
tidings_connections 57
tidings_disk_free_bytes 34000000000
tidings_disk_size_bytes 85000000000
process_resident_memory_bytes 91000000
tidings_pool_connections{pool=\"reads\",state=\"used\"} 3
tidings_pool_connections_max{pool=\"reads\"} 12
";

/// A second later: 40 more sends, nine in ten of them within 5 ms.
const BUSY: [(&str, &str); 8] = [
    ("\"201\"} 100", "\"201\"} 140"),
    ("le=\"0.005\"} 90", "le=\"0.005\"} 126"),
    ("le=\"0.01\"} 100", "le=\"0.01\"} 140"),
    ("le=\"+Inf\"} 100", "le=\"+Inf\"} 140"),
    ("appended_events_total 100", "appended_events_total 140"),
    ("batch_events_sum 100", "batch_events_sum 140"),
    ("batch_events_count 20", "batch_events_count 30"),
    ("frames_total 300", "frames_total 380"),
];

fn node(url: &str) -> Node {
    Node::new(Target::Admin(url.to_owned())).unwrap()
}

fn sample(second: u64, page: &str) -> Sample {
    Sample {
        at: Duration::from_secs(second),
        page: Page::read(page),
        readiness: json!({
            "status": "ready",
            "tasks": [{ "name": "relay", "running": true, "failure": null }],
            "engines": [{ "name": "nats", "state": "ready" }, { "name": "postgres", "state": "ready" }],
        }),
    }
}

/// A process that was looked at twice.
fn busy() -> Node {
    let mut node = node("http://127.0.0.1:9464");
    let later = BUSY
        .iter()
        .fold(QUIET.to_owned(), |page, (from, to)| page.replace(from, to));
    node.show(Some(sample(1, QUIET)), sample(2, &later));
    node
}

fn drawn(
    nodes: &[Node],
    choice: &Choice,
    is_coloured: bool,
    size: (u16, u16),
) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    let board = Board::of(nodes, &mut Trends::default());
    terminal
        .draw(|frame| draw(frame, &board, choice, is_coloured))
        .unwrap();
    terminal
}

#[test]
fn everything_fits_the_smallest_terminal() {
    let screen = drawn(&[busy()], &Choice::default(), false, (80, 24));
    insta::assert_snapshot!(screen.backend());
}

#[test]
fn a_larger_terminal_shows_every_process() {
    let mut away = node("http://127.0.0.1:9465");
    away.miss("Connection refused (os error 111)".to_owned());
    let choice = Choice {
        is_paused: true,
        column: 1,
        is_descending: true,
        ..Choice::default()
    };
    let screen = drawn(&[busy(), away], &choice, true, (120, 40));
    insta::assert_snapshot!(screen.backend());
}

#[test]
fn who_cannot_be_reached_is_said_and_nothing_is_made_up() {
    let mut away = node("http://127.0.0.1:9464");
    away.miss("Connection refused (os error 111)".to_owned());
    let screen = drawn(&[away], &Choice::default(), false, (80, 24));
    insta::assert_snapshot!(screen.backend());
}

#[test]
fn without_colours_there_are_none() {
    let colours = |is_coloured| {
        let screen = drawn(&[busy()], &Choice::default(), is_coloured, (80, 24));
        let cells = screen.backend().buffer().content();
        cells
            .iter()
            .filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
            .count()
    };
    assert_eq!(colours(false), 0);
    assert!(colours(true) > 0);
}

#[test]
fn one_look_knows_what_stands_and_no_rates() {
    let mut node = node("http://127.0.0.1:9464");
    node.show(None, sample(1, QUIET));
    let board = Board::of(&[node], &mut Trends::default());
    assert!(board.stages.iter().all(|stage| stage.rate.is_none()));
    let relay = board.stages.iter().find(|stage| stage.name == "4 relay");
    assert_eq!(relay.unwrap().lag, Some(2.0));
}
