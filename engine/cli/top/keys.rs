//! What the keys do, and what of it is remembered.

use super::columns::{BY_BUSY, BY_RECEIVED, CHANNELS, RENDERERS};
use super::order::Order;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What the user has chosen.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) renderers: Choices,
    pub(super) channels: Choices,
    pub(super) focus: Focus,
}

/// What the user has chosen for one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) order: Order,
    /// Rows above the first that is shown, as far as there are so many.
    pub(super) scrolled: usize,
}

/// The table that the keys are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    Renderers,
    Channels,
}

/// What follows from a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// The picture is drawn again.
    Redraw,
    /// The program ends.
    Quit,
    /// Nothing.
    Ignore,
}

impl Choice {
    pub(super) fn new() -> Self {
        let first = |order| Choices { order, scrolled: 0 };
        Self {
            renderers: first(Order::by(BY_RECEIVED, &RENDERERS)),
            channels: first(Order::by(BY_BUSY, &CHANNELS)),
            focus: Focus::Renderers,
        }
    }

    /// Does what an event of the terminal asks for.
    pub(super) fn take(&mut self, event: &Event) -> Answer {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.press(*key),
            Event::Resize(..) => Answer::Redraw,
            _ => Answer::Ignore,
        }
    }

    fn press(&mut self, key: KeyEvent) -> Answer {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if is_control => return Answer::Quit,
            _ if is_control => return Answer::Ignore,
            KeyCode::Char('q') | KeyCode::Esc => return Answer::Quit,
            KeyCode::Right | KeyCode::Char('s') => self.sort(1),
            KeyCode::Left | KeyCode::Char('S') => self.sort(-1),
            KeyCode::Char('r') => {
                let choices = self.focused();
                choices.order = choices.order.reversed();
            }
            KeyCode::Tab | KeyCode::BackTab => {
                self.focus = match self.focus {
                    Focus::Renderers => Focus::Channels,
                    Focus::Channels => Focus::Renderers,
                }
            }
            KeyCode::Down => self.focused().scrolled += 1,
            KeyCode::Up => self.focused().scrolled = self.focused().scrolled.saturating_sub(1),
            _ => return Answer::Ignore,
        }
        Answer::Redraw
    }

    fn focused(&mut self) -> &mut Choices {
        match self.focus {
            Focus::Renderers => &mut self.renderers,
            Focus::Channels => &mut self.channels,
        }
    }

    fn sort(&mut self, steps: isize) {
        match self.focus {
            Focus::Renderers => {
                self.renderers.order = self.renderers.order.moved(steps, &RENDERERS)
            }
            Focus::Channels => self.channels.order = self.channels.order.moved(steps, &CHANNELS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(keys: &[KeyCode]) -> Choice {
        let mut choice = Choice::new();
        for key in keys {
            let answer = choice.take(&Event::Key(KeyEvent::new(*key, KeyModifiers::NONE)));
            assert_eq!(answer, Answer::Redraw, "{key:?}");
        }
        choice
    }

    #[test]
    fn keys_are_for_the_table_that_has_the_focus() {
        let choice =
            pressed(&[KeyCode::Char('s'), KeyCode::Tab, KeyCode::Left, KeyCode::Char('r')]);
        assert_eq!(choice.renderers.order, Order::by(BY_RECEIVED + 1, &RENDERERS));
        assert_eq!(choice.channels.order, Order::by(BY_BUSY - 1, &CHANNELS).reversed());
    }

    #[test]
    fn scrolling_ends_at_the_top() {
        let choice = pressed(&[KeyCode::Up, KeyCode::Down, KeyCode::Down, KeyCode::Up]);
        assert_eq!((choice.renderers.scrolled, choice.channels.scrolled), (1, 0));
    }

    #[test]
    fn q_escape_and_control_c_quit_and_a_plain_c_does_nothing() {
        let press =
            |code, modifiers| Choice::new().take(&Event::Key(KeyEvent::new(code, modifiers)));
        for (code, modifiers) in [
            (KeyCode::Char('q'), KeyModifiers::NONE),
            (KeyCode::Esc, KeyModifiers::NONE),
            (KeyCode::Char('c'), KeyModifiers::CONTROL),
        ] {
            assert_eq!(press(code, modifiers), Answer::Quit);
        }
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::NONE), Answer::Ignore);
        assert_eq!(press(KeyCode::Char('s'), KeyModifiers::CONTROL), Answer::Ignore);
    }
}
