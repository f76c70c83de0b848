//! The terminal the console runs on: taken over at the start, given back whatever happens.

use std::io::{self, IsTerminal};

use chrono::Utc;
use ratatui::DefaultTerminal;

use super::model::Model;
use super::view;

/// Whether there is a terminal to draw on and to read keys from.
pub fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The terminal in full-screen mode. Dropping it, and a panic, give the terminal back as it was.
pub struct Screen(DefaultTerminal);

impl Screen {
    /// Takes the terminal over. Errors: what the system says.
    pub fn take() -> io::Result<Self> {
        ratatui::try_init().map(Self).inspect_err(|_| ratatui::restore())
    }

    /// Draws the model at the terminal's present size.
    pub fn draw(&mut self, model: &mut Model) -> io::Result<()> {
        self.0.draw(|frame| view::draw(frame, model, Utc::now())).map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A terminal that has gone away cannot be given back, and there is nobody to tell.
        drop(self.0.show_cursor());
        drop(ratatui::try_restore());
    }
}
