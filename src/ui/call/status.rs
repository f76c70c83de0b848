//! The foot of the screen in the terminal's own status line, for callers who want it there.

use dialtone_terminal::{Grid, draw};

use super::Call;
use crate::ui::{Leave, frame};

impl Call {
    /// Whether the terminal could lend its own status line.
    pub fn has_status_line(&self) -> bool {
        self.found.status_line
    }

    /// Brings the terminal's status line up to date below what `screen` shows.
    pub(super) async fn show_status(&mut self, screen: &Grid) -> Result<(), Leave> {
        let gallery = self.gallery();
        let mut status = frame::status(&self.surroundings(&gallery), self.terminal.columns);
        if let Some(paint) = self.paint(&gallery) {
            paint.grid(&mut status, self.terminal.colors);
        }
        if self.status.as_deref() == Some(&status) {
            return Ok(());
        }
        let mut bytes = Vec::new();
        draw::status_line(&status, &self.wire(), &mut bytes);
        self.output.write(bytes).await?;
        // CTerm wants what follows in a write of its own, and the cursor sent where it was.
        let (x, y) = screen.cursor().unwrap_or_default();
        self.output.write(format!("\x1b[{};{}H", y + 1, x + 1).into_bytes()).await?;
        self.status = Some(Box::new(status));
        Ok(())
    }
}
