//! What the person at the terminal wants to see.

use std::{cmp::Ordering, thread};

use anyhow::Context;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;

use super::board::Process;

/// The columns of the processes, by which they can be sorted.
pub const COLUMNS: [&str; 6] = [
    "PROCESS",
    "STATE",
    "MEMORY",
    "DISK FREE",
    "SOCKETS",
    "POOLS",
];

/// The keyboard.
pub struct Keys(mpsc::Receiver<std::io::Result<Event>>);

/// What was chosen so far.
#[derive(Debug, Default)]
pub struct Choice {
    pub is_over: bool,
    pub is_paused: bool,
    /// One of [`COLUMNS`].
    pub column: usize,
    pub is_descending: bool,
}

impl Keys {
    /// On a thread, which goes with the process: reading a key waits.
    pub fn listen() -> Self {
        let (tell, keys) = mpsc::channel(16);
        thread::spawn(move || while tell.blocking_send(event::read()).is_ok() {});
        Self(keys)
    }

    pub async fn next(&mut self) -> anyhow::Result<Event> {
        Ok(self.0.recv().await.context("the keyboard is gone")??)
    }
}

impl Choice {
    /// A key was pressed, or the window has another size, which is drawn anyway.
    pub fn take(&mut self, event: &Event) {
        let Event::Key(KeyEvent {
            code,
            modifiers,
            kind: KeyEventKind::Press,
            ..
        }) = event
        else {
            return;
        };
        match code {
            KeyCode::Char('q') | KeyCode::Esc => self.is_over = true,
            KeyCode::Char('c') if modifiers.contains(KeyModifiers::CONTROL) => self.is_over = true,
            KeyCode::Char('p' | ' ') => self.is_paused = !self.is_paused,
            KeyCode::Left => self.column = (self.column + COLUMNS.len() - 1) % COLUMNS.len(),
            KeyCode::Right => self.column = (self.column + 1) % COLUMNS.len(),
            KeyCode::Up => self.is_descending = false,
            KeyCode::Down => self.is_descending = true,
            _ => {}
        }
    }

    /// The processes in the order that was chosen.
    pub fn sorted(&self, nodes: &[Process]) -> Vec<Process> {
        let mut nodes = nodes.to_vec();
        nodes.sort_by(|one, other| {
            let order = self.compare(one, other).then(one.name.cmp(&other.name));
            if self.is_descending {
                order.reverse()
            } else {
                order
            }
        });
        nodes
    }

    fn compare(&self, one: &Process, other: &Process) -> Ordering {
        let by = |value: fn(&Process) -> Option<f64>| {
            let (one, other) = (value(one).unwrap_or(-1.0), value(other).unwrap_or(-1.0));
            one.total_cmp(&other)
        };
        match self.column {
            0 => one.name.cmp(&other.name),
            1 => one.state.cmp(&other.state),
            2 => by(|process| process.memory),
            3 => by(|process| process.disk_free),
            4 => by(|process| process.connections),
            _ => by(|process| process.pools.map(|(used, _)| used)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(choice: &mut Choice, code: KeyCode) {
        choice.take(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    #[test]
    fn arrows_sort_p_pauses_and_q_ends() {
        let process = |name: &str, memory| Process {
            name: name.to_owned(),
            memory: Some(memory),
            ..Process::default()
        };
        let nodes = [process("b", 1.0), process("a", 2.0), process("c", 3.0)];
        let names = |choice: &Choice| {
            let sorted = choice.sorted(&nodes);
            sorted.into_iter().map(|node| node.name).collect::<String>()
        };
        let mut choice = Choice::default();
        assert_eq!(names(&choice), "abc");
        press(&mut choice, KeyCode::Right);
        press(&mut choice, KeyCode::Right);
        assert_eq!(names(&choice), "bac");
        press(&mut choice, KeyCode::Down);
        assert_eq!(names(&choice), "cab");
        press(&mut choice, KeyCode::Left);
        press(&mut choice, KeyCode::Left);
        press(&mut choice, KeyCode::Left);
        assert_eq!(choice.column, COLUMNS.len() - 1);

        press(&mut choice, KeyCode::Char('p'));
        assert!(choice.is_paused && !choice.is_over);
        press(&mut choice, KeyCode::Char('q'));
        assert!(choice.is_over);
    }
}
