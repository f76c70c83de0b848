//! The foot of the screen: kept right while the caller thinks, and in the terminal's own status line for callers who want
//! it there.

use dialtone_terminal::{Charset, Grid, draw};

use super::Call;
use crate::ui::chrome::View;
use crate::ui::{EndReason, chrome};

impl Call {
    /// Whether the terminal could lend its own status line.
    pub fn has_status_line(&self) -> bool {
        self.found.status_line
    }

    /// The status line as it is to look now.
    fn status_row(&self) -> Grid {
        let theme = self.theme();
        let mut row = chrome::status(&self.surroundings(&theme), self.terminal.columns);
        if let Some(palette) = self.palette(&theme) {
            palette.grid(&mut row, self.terminal.colors);
        }
        row
    }

    /// Another minute, or somebody came or went: of the screen that `view` drew, only the status line is drawn again.
    pub(super) async fn tick(&mut self, view: &dyn View) -> Result<(), EndReason> {
        // Lines of words stay as they were said; a screen that is to be drawn whole will have it all.
        if self.plain() || self.screen_unknown || self.output.drops() != self.drops {
            return Ok(());
        }
        if self.terminal.status_line {
            self.look_at_clock();
            return self.show_status().await;
        }
        if !self.look_at_clock() {
            return Ok(());
        }
        let new = self.status_row();
        let Some(shown) = &mut self.shown else { return Ok(()) };
        let old = shown.last_row();
        shown.set_last_row(&new);
        let y = self.terminal.rows.saturating_sub(1);
        let mut bytes = Vec::new();
        if self.terminal.charset == Charset::Petscii {
            let screen = |row: &Grid| {
                let mut grid = Grid::new(self.terminal.columns, self.terminal.rows);
                grid.blit(0, y, row);
                grid.set_cursor(self.cursor);
                grid
            };
            draw(Some(&screen(&old)), &screen(&new), &self.wire(), &mut bytes);
        } else {
            draw::draw_row(&old, &new, y, self.cursor, &self.wire(), &mut bytes);
        }
        if !bytes.is_empty() {
            self.output.draw(bytes, self.drops, view.typing()).await?;
        }
        Ok(())
    }

    /// Brings the terminal's status line up to date.
    pub(super) async fn show_status(&mut self) -> Result<(), EndReason> {
        let status = self.status_row();
        if self.status.as_deref() == Some(&status) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        draw::status_line(&status, &self.wire(), &mut bytes);
        self.output.write(bytes).await?;
        // CTerm wants what follows in a write of its own, and the cursor sent where it was.
        let (x, y) = self.cursor.unwrap_or_default();
        self.output.write(format!("\x1b[{};{}H", y + 1, x + 1).into_bytes()).await?;
        self.status = Some(Box::new(status));
        Ok(())
    }
}
