//! The board on a terminal. Colours say nothing that the words do not.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::{Paragraph, Row, Table, Wrap},
};

use super::{
    board::Board,
    figures::{bars, number},
    keys::{COLUMNS, Choice},
    stages::Stage,
    table,
};

/// What a person may say to every program: <https://no-color.org>.
#[expect(
    clippy::disallowed_methods,
    reason = "a convention of terminals, not a setting of the service"
)]
pub fn may_be_coloured() -> bool {
    std::env::var("NO_COLOR").is_ok_and(|value| value.is_empty())
        || std::env::var_os("NO_COLOR").is_none()
}

/// Draws a board.
pub fn draw(frame: &mut Frame, board: &Board, choice: &Choice, is_coloured: bool) {
    let brush = Brush { is_coloured };
    let said = brush.troubles(board);
    let troubled = u16::try_from(said.len()).unwrap_or(0).min(6);
    let stages = u16::try_from(board.stages.len()).unwrap_or(0) + 1;
    let nodes = u16::try_from(board.nodes.len()).unwrap_or(0) + 1;
    let [
        head,
        trouble,
        flow,
        counted,
        processes,
        partitions,
        engines,
        foot,
    ] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(troubled),
        Constraint::Length(stages + 1),
        Constraint::Length(3),
        Constraint::Max(nodes + 1),
        Constraint::Min(2),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(brush.head(board, choice), head);
    frame.render_widget(Paragraph::new(said).wrap(Wrap { trim: true }), trouble);
    brush.stages(frame, flow, &board.stages);
    frame.render_widget(brush.figures(board), counted);
    brush.processes(frame, processes, board, choice);
    brush.partitions(frame, partitions, board);
    frame.render_widget(brush.engines(board), engines);
    let keys = "q quit   p pause   ← → sort by   ↑ ↓ order";
    frame.render_widget(Paragraph::new(keys).style(brush.faint()), foot);
}

#[derive(Clone, Copy)]
struct Brush {
    is_coloured: bool,
}

impl Brush {
    fn coloured(self, color: Color) -> Style {
        if self.is_coloured {
            Style::new().fg(color)
        } else {
            Style::new()
        }
    }

    fn faint(self) -> Style {
        self.coloured(Color::DarkGray)
    }

    fn heading(self) -> Style {
        self.coloured(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    fn state(self, state: &str) -> Style {
        match state {
            "ready" => self.coloured(Color::Green),
            "degraded" | "starting" | "asking" => self.coloured(Color::Yellow),
            _ => self.coloured(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    fn head(self, board: &Board, choice: &Choice) -> Line<'static> {
        let count = board.nodes.len();
        let ready = board.nodes.iter().filter(|node| node.state == "ready");
        let ready = ready.count();
        let state = if ready == count { "ready" } else { "degraded" };
        let mut spans = vec![
            Span::styled("tidings top  ", Style::new().add_modifier(Modifier::BOLD)),
            Span::styled(format!("{ready} of {count} ready"), self.state(state)),
        ];
        if choice.is_paused {
            let paused = Style::new().add_modifier(Modifier::REVERSED);
            spans.extend([Span::raw("  "), Span::styled(" PAUSED ", paused)]);
        }
        Line::from(spans)
    }

    fn troubles(self, board: &Board) -> Vec<Line<'static>> {
        let away = board.troubles.iter().cloned();
        let down = board.failures.iter();
        let down = down.map(|(task, why)| format!("the task {task} is down: {why}"));
        let lines = away.chain(down);
        let style = self.coloured(Color::Red).add_modifier(Modifier::BOLD);
        lines
            .map(|line| Line::styled(format!("! {line}"), style))
            .collect()
    }

    fn stages(self, frame: &mut Frame, area: Rect, stages: &[Stage]) {
        let widths = [12, 9, 8, 8, 9, 8].map(Constraint::Length);
        let taken = 12 + 9 + 8 + 8 + 9 + 8 + 6;
        let room = usize::from(area.width.saturating_sub(taken));
        let rows = stages.iter().map(|stage| {
            let trend = bars(stage.trend.iter().copied(), room.min(60));
            Row::new(table::stage(stage).into_iter().chain([trend]))
        });
        let head = table::STAGE.into_iter().chain(["LAST MINUTE"]);
        let widths = widths.into_iter().chain([Constraint::Min(0)]);
        let shown = Table::new(rows, widths).header(Row::new(head).style(self.heading()));
        frame.render_widget(shown, area);
    }

    fn figures(self, board: &Board) -> Paragraph<'static> {
        let mut line = Vec::new();
        for (name, value) in &board.figures {
            line.push(Span::styled(format!("{name} "), self.faint()));
            line.push(Span::raw(format!("{}   ", number(*value))));
        }
        Paragraph::new(Line::from(line)).wrap(Wrap { trim: true })
    }

    fn processes(self, frame: &mut Frame, area: Rect, board: &Board, choice: &Choice) {
        let mut head = COLUMNS.map(str::to_owned);
        head[choice.column].push(if choice.is_descending { '▼' } else { '▲' });
        let rows = choice.sorted(&board.nodes).into_iter().map(|node| {
            let style = self.state(&node.state);
            Row::new(table::process(&node)).style(style)
        });
        let widths = [
            Constraint::Min(22),
            Constraint::Length(12),
            Constraint::Length(9),
            Constraint::Length(14),
            Constraint::Length(9),
            Constraint::Length(7),
        ];
        let shown = Table::new(rows, widths).header(Row::new(head).style(self.heading()));
        frame.render_widget(shown, area);
    }

    fn partitions(self, frame: &mut Frame, area: Rect, board: &Board) {
        let rows = board.partitions.iter().map(table::partition).map(Row::new);
        let widths = [22, 16, 12, 9].map(Constraint::Length);
        let head = Row::new(table::PARTITION).style(self.heading());
        frame.render_widget(Table::new(rows, widths).header(head), area);
    }

    fn engines(self, board: &Board) -> Line<'static> {
        let mut line = Vec::new();
        for (name, state) in &board.engines {
            line.push(Span::styled(format!("{name} "), self.faint()));
            line.push(Span::styled(format!("{state}   "), self.state(state)));
        }
        Line::from(line)
    }
}

#[cfg(test)]
mod tests;
