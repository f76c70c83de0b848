//! How a list is drawn: its columns, the bar, what a search found, and the panel beside or below.

use dialtone_terminal::Style;
use dialtone_terminal::text::{fit, width, wrap};

use super::List;
use super::{CellText, Column, Live};
use crate::ui::body::cut;
use crate::ui::keys::{Act, Keys};
use crate::ui::widgets::search::find;
use crate::ui::{Canvas, View, styles};

/// Columns of the list narrower than which spare columns go.
const NARROW: u16 = 60;
/// The least columns of one that takes what the others leave.
const STRETCHED: u16 = 8;
/// Columns of the screen from which the panel stands beside the list.
const BESIDE: u16 = 110;
/// Columns of a panel beside the list.
const PANEL_COLUMNS: u16 = 44;
/// Rows of the body from which the panel stands below the list.
const BELOW: u16 = 12;
/// Rows of a panel below the list, its title included.
const PANEL_ROWS: u16 = 4;

impl List<'_> {
    fn layout(&self, columns: u16) -> Vec<(usize, u16, u16)> {
        let drawn: Vec<(usize, &Column)> =
            self.columns.iter().enumerate().filter(|(_, c)| !(c.spare && columns < NARROW)).collect();
        let at_least = |c: &Column| if c.columns == 0 { STRETCHED } else { c.columns };
        let fixed: u16 = drawn.iter().map(|(_, c)| at_least(c) + 1).sum();
        let room = columns.saturating_sub(3);
        let rest = room.saturating_sub(fixed) + STRETCHED;
        // Where the fixed columns are too wide together, the widest gives way.
        let over = fixed.saturating_sub(room);
        let widest = drawn.iter().map(|(_, c)| c.columns).max().unwrap_or(0);
        let mut x = 2;
        let mut place = |(n, column): (usize, &Column)| {
            let wide = match column.columns {
                0 => rest,
                wide if wide == widest => wide.saturating_sub(over).max(4),
                fixed => fixed,
            };
            let at = x;
            x += wide + 1;
            (n, at, wide)
        };
        drawn.into_iter().map(&mut place).collect()
    }

    /// Columns and rows that the panel leaves the list.
    fn share(&self, columns: u16, rows: u16) -> (u16, u16) {
        if self.about.is_none() || self.rows.is_empty() {
            (columns, rows)
        } else if columns >= BESIDE {
            (columns - PANEL_COLUMNS - 2, rows)
        } else if rows >= BELOW {
            (columns, rows - PANEL_ROWS - self.spare_for_panel(columns, rows))
        } else {
            (columns, rows)
        }
    }

    /// Rows that a short list has no use for and the largest of its panels has.
    fn spare_for_panel(&self, columns: u16, rows: u16) -> u16 {
        let listed = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(1);
        let spare = rows.saturating_sub(PANEL_ROWS).saturating_sub(listed);
        let Some(about) = self.about.as_ref().filter(|_| spare > 0) else { return 0 };
        let panels = (0..self.rows.len()).map(|n| about(n).rows(columns.saturating_sub(4)).saturating_add(1));
        panels.max().unwrap_or(0).saturating_sub(PANEL_ROWS).min(spare)
    }

    /// Rows of the list that fit into a body of this size.
    pub(super) fn room(&self, columns: u16, rows: u16) -> usize {
        usize::from(self.share(columns, rows).1.saturating_sub(1)).max(1)
    }

    /// Where the bar is: `12 of 340`, with a plus where there are more to fetch.
    fn position(&self) -> String {
        let more = if self.more { "+" } else { "" };
        match self.rows.len() {
            0 => String::new(),
            all => format!("{} of {all}{more}", self.bar.chosen + 1),
        }
    }

    fn draw_row(
        &self,
        frame: &mut Canvas<'_>,
        layout: &[(usize, u16, u16)],
        y: u16,
        n: usize,
        row: &[CellText],
    ) {
        let chosen = n == self.bar.chosen;
        if chosen {
            frame.band(1, y, frame.columns().saturating_sub(2), styles::CHOSEN);
        }
        let needle = self.bar.search.as_ref().filter(|search| search.number().is_none());
        let needle = needle.map(|search| search.needle()).unwrap_or_default();
        for (c, x, columns) in layout {
            let (Some(column), Some((text, style))) = (self.columns.get(*c), row.get(*c)) else { continue };
            let style = style.unwrap_or(column.style);
            let style = if chosen { styles::chosen(style) } else { style };
            let text = aligned(text, *columns, column.right);
            frame.text(*x, y, &text, style);
            if let Some((at, long)) = find(&text, &needle) {
                let found: String = text.chars().skip(at).take(long).collect();
                let marked = Style { reverse: !style.reverse, ..styles::chosen(styles::FIGURE) };
                frame.text(x + u16::try_from(at).unwrap_or(0), y, &found, marked);
            }
        }
    }

    fn draw_panel(&self, frame: &mut Canvas<'_>, room: (u16, u16)) {
        let Some(about) = self.about.as_ref().filter(|_| !self.rows.is_empty()) else { return };
        let (columns, rows) = (frame.columns(), frame.rows());
        if room.0 < columns {
            let panel = about(self.bar.chosen);
            let high = panel.rows(PANEL_COLUMNS - 4).saturating_add(2).min(rows);
            panel.draw(&mut frame.boxed(room.0 + 1, 0, PANEL_COLUMNS, high, &panel.title));
        } else if room.1 < rows {
            let panel = about(self.bar.chosen);
            frame.rule(room.1, &panel.title);
            panel.draw(&mut frame.part(2, room.1 + 1, columns.saturating_sub(4), rows - room.1 - 1));
        }
    }
}

fn aligned(text: &str, columns: u16, right: bool) -> String {
    let room = usize::from(columns);
    if right {
        let text = cut(text, room);
        format!("{}{text}", " ".repeat(room.saturating_sub(width(&text))))
    } else {
        fit(text, room)
    }
}

impl View for List<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        let share = self.share(frame.columns(), frame.rows());
        self.draw_panel(frame, share);
        let mut list = frame.part(0, 0, share.0, share.1);
        let layout = self.layout(list.columns());
        if self.rows.is_empty() {
            let wide = list.columns().saturating_sub(2);
            let lines = wrap(&self.empty, usize::from(wide.saturating_sub(4)).max(10));
            let high = u16::try_from(lines.len()).unwrap_or(1).saturating_add(2);
            let mut page = list.boxed(1, 0, wide, high, "");
            for (y, line) in (0..).zip(&lines) {
                page.text(0, y, line, styles::WORDS);
            }
        } else {
            for (n, x, columns) in &layout {
                if let Some(column) = self.columns.get(*n) {
                    list.text(*x, 0, &aligned(column.title, *columns, column.right), styles::HEADING);
                }
            }
        }
        let room = usize::from(list.rows().saturating_sub(1)).max(1);
        let first = self.bar.chosen / room * room;
        for (y, (n, row)) in (1..).zip(self.rows.iter().enumerate().skip(first).take(room)) {
            self.draw_row(&mut list, &layout, y, n, row);
        }
        frame.tagline(&self.note, styles::ASIDE);
        if let Some(search) = &self.bar.search {
            let label = if search.number().is_some() { "to number: " } else { "find: " };
            frame.prompt_input(label, &search.line, &self.position());
        }
    }

    fn shows_callers(&self) -> bool {
        self.live == Live::Callers
    }

    fn keys(&self) -> Keys {
        if self.bar.search.is_some() {
            let topics = [
                ("letters", "are looked for as you type; digits go to a row"),
                ("Down", "the next that matches; Tab too"),
                ("Up", "the one before"),
                ("Enter", "chooses what was found"),
                ("Esc", "ends the search where the bar is"),
            ];
            let topics = topics.map(|(key, about)| (key.to_owned(), about.to_owned())).to_vec();
            return Keys { typing: true, topics, ..Keys::default() };
        }
        let mut acts = vec![Act::Back, Act::Pages];
        if !self.rows.is_empty() {
            acts.extend([
                Act::Choose,
                Act::Forward,
                Act::Up,
                Act::Down,
                Act::PageUp,
                Act::PageDown,
                Act::First,
                Act::Last,
                Act::Find,
            ]);
        }
        let topics = vec![("1 to 9".to_owned(), "go to the row of that number".to_owned())];
        Keys { own: self.keys.clone(), topics, aside: self.position(), ..Keys::of(&acts) }
    }
}
