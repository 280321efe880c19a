//! A picture on a terminal.

use super::columns::{CHANNELS, Column, RENDERERS};
use super::keys::{Choice, Choices, Focus};
use super::model::{Flow, Picture};
use crate::activity;
use crate::table::Side;
use crate::units::{bytes, count, legible, span};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Cell, Paragraph, Row, Table};
use ringmain::monitor::{Activity, MainView};

/// Between two columns.
const GAP: u16 = 1;

/// A table's title and its header.
const ABOVE_ROWS: u16 = 2;

/// Draws all of it. What was scrolled past the last row is scrolled back.
pub(super) fn draw(frame: &mut Frame<'_>, picture: &Picture, choice: &mut Choice) {
    let [top, middle, bottom] =
        Layout::vertical([Constraint::Length(3), Constraint::Min(0), Constraint::Length(1)])
            .areas(frame.area());
    let [name, activity, flows] = head(picture).map(Line::from);
    let head = vec![name.bold(), activity.style(mood(picture)), flows];
    frame.render_widget(Paragraph::new(head), top);

    let wanted = |rows: usize| u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(ABOVE_ROWS);
    let below = wanted(picture.channels.len().max(1)).min(middle.height);
    let above = wanted(picture.renderers.len().max(1));
    let above = above.min((middle.height / 2).max(middle.height - below));
    let [above, below] =
        Layout::vertical([Constraint::Length(above), Constraint::Min(0)]).areas(middle);
    let focus = choice.focus;
    let renderers = (&RENDERERS[..], &mut choice.renderers, focus == Focus::Renderers);
    table(frame, above, "Renderers", &picture.renderers, renderers);
    let channels = (&CHANNELS[..], &mut choice.channels, focus == Focus::Channels);
    table(frame, below, "Channels", &picture.channels, channels);
    if let Some(reason) = nothing_counted(picture) {
        let [_, rest] =
            Layout::vertical([Constraint::Length(ABOVE_ROWS), Constraint::Min(0)]).areas(below);
        frame.render_widget(Paragraph::new(reason).dark_gray(), rest);
    }
    frame.render_widget(Paragraph::new(keys()), bottom);
}

/// What is told of main itself: who it is, what it does, and how much.
pub(super) fn head(picture: &Picture) -> [String; 3] {
    let main = &picture.main;
    let does = match picture.is_over {
        true => "has ended; these were its last numbers".to_owned(),
        false => activity::sentence(main),
    };
    let hidden = match main.hidden {
        0 => String::new(),
        hidden => format!(" ({hidden} not shown)"),
    };
    let flow = |flow: Flow| format!("{}/s, {}/s", count(flow.messages), bytes(flow.bytes));
    [
        format!(
            "{}  pid {}  release {}  up {}",
            legible(&main.endpoint),
            main.pid,
            legible(&main.release),
            span(main.up)
        ),
        format!("{does}  {}", holds(main)),
        format!(
            "renderers {}{hidden}  made {}  refused {}  in {}  out {}",
            main.sessions,
            main.made,
            main.refused,
            flow(picture.received),
            flow(picture.sent)
        ),
    ]
}

/// What main has in private memory for its renderers.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
fn holds(main: &MainView) -> String {
    let (kept, gathered) = (bytes(main.kept as f64), bytes(main.gathered as f64));
    format!("kept {kept}  gathered {gathered}  handlers {}", main.running)
}

/// Why there are no channels, if there are none.
pub(super) fn nothing_counted(picture: &Picture) -> Option<&'static str> {
    match (picture.counts_channels, picture.channels.is_empty()) {
        (_, false) => None,
        (true, true) => Some("nothing received since this program looks"),
        (false, true) => Some("main counts by channel as soon as it goes on"),
    }
}

fn mood(picture: &Picture) -> Style {
    match picture.main.activity {
        _ if picture.is_over || activity::stuck(&picture.main).is_some() => {
            Style::new().red().bold()
        }
        Activity::Busy => Style::new().green(),
        _ => Style::new().dark_gray(),
    }
}

fn table<R: Clone>(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    rows: &[R],
    (columns, choices, is_focused): (&[Column<R>], &mut Choices, bool),
) {
    let mut rows = rows.to_vec();
    choices.order.sort(&mut rows, columns);
    let room = area.height.saturating_sub(ABOVE_ROWS) as usize;
    choices.scrolled = choices.scrolled.min(rows.len().saturating_sub(room));
    let shown = &rows[choices.scrolled..rows.len().min(choices.scrolled + room)];

    let order = choices.order;
    let columns = &columns[..fitting(columns, area.width)];
    let titles = columns.iter().enumerate().map(|(at, column)| {
        let title = cell(column.title.to_owned(), column.side).bold();
        if at == order.column { title.reversed() } else { title }
    });
    let cells =
        shown.iter().map(|row| Row::new(columns.iter().map(|it| cell((it.cell)(row), it.side))));
    let widths = columns.iter().map(|column| match column.side {
        Side::Left if columns[0].side == Side::Left => Constraint::Min(column.width),
        _ => Constraint::Length(column.width),
    });
    let place = match shown.len() == rows.len() {
        true => format!("{}", rows.len()),
        false => {
            format!("{}–{} of {}", choices.scrolled + 1, choices.scrolled + shown.len(), rows.len())
        }
    };
    let by = columns.get(order.column).map_or("a column that does not fit", |it| it.title);
    let arrow = if order.descends { '▼' } else { '▲' };
    let style = Style::new().bold().fg(if is_focused { Color::Cyan } else { Color::Reset });
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(Style::new().dark_gray())
        .title(Span::styled(format!("{title}: {place}, by {by} {arrow} "), style));
    let table = Table::new(cells, widths).column_spacing(GAP).header(Row::new(titles)).block(block);
    frame.render_widget(table, area);
}

/// How many columns there is room for. The last ones go first.
fn fitting<R>(columns: &[Column<R>], room: u16) -> usize {
    let mut taken = 0;
    columns
        .iter()
        .take_while(|column| {
            taken += column.width + GAP;
            taken <= room + GAP
        })
        .count()
}

/// A cell; what is nothing is grey.
fn cell(text: String, side: Side) -> Cell<'static> {
    let is_nothing = matches!(text.as_str(), "0" | "-" | "0 %");
    let line = match side {
        Side::Left => Line::from(text),
        Side::Right => Line::from(text).right_aligned(),
    };
    let cell = Cell::from(line);
    if is_nothing { cell.fg(Color::DarkGray) } else { cell }
}

fn keys() -> Line<'static> {
    let key = |text| Span::styled(text, Modifier::REVERSED);
    Line::from(vec![
        key(" q "),
        " quit  ".into(),
        key(" ← → "),
        " sort by  ".into(),
        key(" r "),
        " reverse  ".into(),
        key(" Tab "),
        " other table  ".into(),
        key(" ↑ ↓ "),
        " scroll".into(),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::{look, renderer};
    use super::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    /// The screen's lines.
    fn screen(width: u16, height: u16, picture: &Picture, choice: &mut Choice) -> Vec<String> {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, picture, choice)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect();
        (0..height).map(line).collect()
    }

    fn picture(renderers: u32) -> Picture {
        let before = look(1, vec![], vec![]);
        let views = (1..=renderers).map(|id| renderer(id, u64::from(id) * 10, 0)).collect();
        Picture::between(&before, &look(2, views, vec![]))
    }

    #[test]
    fn eighty_columns_have_room_for_all_of_a_renderer() {
        let lines = screen(80, 12, &picture(2), &mut Choice::new());
        for column in &RENDERERS {
            assert!(lines[4].contains(column.title), "{}: {lines:#?}", column.title);
        }
        assert!(lines[5].trim_start().starts_with("2 "), "{lines:#?}");
        assert!(lines.iter().any(|line| line.contains("main counts by channel")), "{lines:#?}");
    }

    #[test]
    fn columns_that_do_not_fit_are_left_out_whole() {
        let lines = screen(30, 12, &picture(1), &mut Choice::new());
        assert!(lines[4].contains("IN/s") && !lines[4].contains("OUT"), "{lines:#?}");
    }

    #[test]
    fn what_is_scrolled_past_the_end_is_scrolled_back() {
        let mut choice = Choice::new();
        choice.renderers.scrolled = 1_000;
        let lines = screen(80, 24, &picture(100), &mut choice);
        assert!(choice.renderers.scrolled < 100);
        assert!(lines[3].contains("–100 of 100"), "{lines:#?}");
    }

    #[test]
    fn no_terminal_is_too_small() {
        for (width, height) in [(1, 1), (2, 5), (200, 2), (3, 60)] {
            screen(width, height, &picture(9), &mut Choice::new());
        }
    }

    #[test]
    fn a_main_that_has_ended_is_told_in_its_second_line() {
        let mut picture = picture(1);
        picture.is_over = true;
        let lines = screen(80, 12, &picture, &mut Choice::new());
        assert!(lines[1].starts_with("has ended"), "{lines:#?}");
    }
}
