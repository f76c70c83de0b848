//! A list with a bar: columns on a grid, pages, and keys of its screen.

use dialtone_terminal::text::{fit, width};
use dialtone_terminal::{Key, Style};

use super::frame::cut;
use super::{Call, Frame, Hint, Leave, LineInput, View, Wake, theme};

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Its width in cells; 0 takes what the others leave.
    pub columns: u16,
    /// Whether it is drawn only where there is room to spare.
    pub spare: bool,
    /// Whether it is aligned right.
    pub right: bool,
    /// Its colour.
    pub style: Style,
}

impl Column {
    /// A column aligned left.
    pub const fn new(title: &'static str, columns: u16, style: Style) -> Self {
        Self { title, columns, spare: false, right: false, style }
    }

    /// Aligned right.
    pub const fn right(self) -> Self {
        Self { right: true, ..self }
    }

    /// Left out on narrow terminals.
    pub const fn spare(self) -> Self {
        Self { spare: true, ..self }
    }
}

/// A cell's text, and its colour where it differs from its column's.
pub type CellText = (String, Option<Style>);

/// What is listed.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, one text for each column.
    pub rows: Vec<Vec<CellText>>,
    /// What is said when there are none.
    pub empty: String,
    /// Keys of the screen, besides the bar's own.
    pub keys: Vec<Hint>,
    /// A remark above the prompt.
    pub note: String,
    /// The row under the bar.
    pub chosen: usize,
    /// Whether there are more rows to fetch below.
    pub more: bool,
    /// Whether news is of interest.
    pub live: bool,
}

/// What the caller did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// Chose a row.
    Row(usize),
    /// Pressed a key of the screen, upper case, with the bar on a row.
    Key(char),
    /// Wants the rows below those there are.
    More,
    /// Something changed that the list may want to show.
    News,
    /// Wants to read the pager.
    Pages,
    /// Wants out.
    Back,
}

/// Cells of the columns narrower than which spare columns go.
const NARROW: u16 = 60;

impl List {
    fn layout(&self, columns: u16) -> Vec<(usize, u16, u16)> {
        let drawn: Vec<(usize, &Column)> =
            self.columns.iter().enumerate().filter(|(_, c)| !(c.spare && columns < NARROW)).collect();
        let fixed: u16 = drawn.iter().map(|(_, c)| c.columns + 1).sum();
        let room = columns.saturating_sub(3);
        let rest = room.saturating_sub(fixed);
        // Where the fixed columns are too wide together, the first gives way.
        let over = fixed.saturating_sub(room);
        let mut x = 2;
        drawn
            .into_iter()
            .enumerate()
            .map(|(place, (n, column))| {
                let wide = match column.columns {
                    0 => rest.max(4),
                    first if place == 0 => first.saturating_sub(over).max(4),
                    fixed => fixed,
                };
                let at = x;
                x += wide + 1;
                (n, at, wide)
            })
            .collect()
    }

    /// Rows of the list that fit on a screen with this many body rows.
    fn room(&self, rows: u16) -> usize {
        usize::from(rows.saturating_sub(2)).max(1)
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

impl View for List {
    fn draw(&self, frame: &mut Frame<'_>) {
        let layout = self.layout(frame.columns());
        for (n, x, columns) in &layout {
            if let Some(column) = self.columns.get(*n) {
                frame.text(*x, 0, &aligned(column.title, *columns, column.right), theme::HEADING);
            }
        }
        if self.rows.is_empty() {
            frame.text(2, 2, &self.empty, theme::ASIDE);
        }
        let room = self.room(frame.rows());
        let first = self.chosen / room * room;
        for (y, (n, row)) in (1..).zip(self.rows.iter().enumerate().skip(first).take(room)) {
            let chosen = n == self.chosen;
            if chosen {
                frame.band(1, y, frame.columns().saturating_sub(2), theme::CHOSEN);
            }
            for (c, x, columns) in &layout {
                if let (Some(column), Some((text, style))) = (self.columns.get(*c), row.get(*c)) {
                    let style = style.unwrap_or(column.style);
                    let style = if chosen { theme::chosen(style) } else { style };
                    frame.text(*x, y, &aligned(text, *columns, column.right), style);
                }
            }
        }
        let pages = self.rows.len().div_ceil(room);
        let note = match (self.note.is_empty(), pages > 1 || self.more) {
            (true, true) => {
                format!("page {} of {pages}{}", first / room + 1, if self.more { "+" } else { "" })
            }
            _ => self.note.clone(),
        };
        frame.life(&note, theme::ASIDE);
        let mut hints: Vec<Hint> = Vec::new();
        if !self.rows.is_empty() {
            hints.push(("Enter", "choose"));
        }
        hints.extend(&self.keys);
        hints.push(("Esc", "back"));
        frame.hints(&hints);
    }
}

/// Shows a list until the caller does something that is not the bar's own.
pub async fn pick(call: &mut Call, list: &mut List) -> Result<Picked, Leave> {
    list.chosen = list.chosen.min(list.rows.len().saturating_sub(1));
    if call.plain() {
        return Box::pin(pick_in_words(call, list)).await;
    }
    loop {
        let key = match call.wake(list).await? {
            Wake::Key(key) => key,
            Wake::News(_) if list.live => return Ok(Picked::News),
            Wake::News(_) => continue,
        };
        // The body's height, as the frame gives it: header 6, footer 4 on a full screen.
        let room = list.room(call.terminal.rows.saturating_sub(10));
        let last = list.rows.len().saturating_sub(1);
        match key {
            Key::Up => list.chosen = list.chosen.saturating_sub(1),
            Key::Down | Key::PageDown if list.chosen == last && list.more => return Ok(Picked::More),
            Key::Down => list.chosen = (list.chosen + 1).min(last),
            Key::PageUp => list.chosen = list.chosen.saturating_sub(room),
            Key::PageDown => list.chosen = (list.chosen + room).min(last),
            Key::Home => list.chosen = 0,
            Key::End => list.chosen = last,
            Key::Enter if !list.rows.is_empty() => return Ok(Picked::Row(list.chosen)),
            Key::Escape => return Ok(Picked::Back),
            Key::Char('/') => return Ok(Picked::Pages),
            Key::Char(c) => {
                let key = c.to_ascii_uppercase();
                if list.keys.iter().any(|(name, _)| name.starts_with(key)) {
                    return Ok(Picked::Key(key));
                }
                if key == 'Q' {
                    return Ok(Picked::Back);
                }
            }
            _ => {}
        }
    }
}

async fn pick_in_words(call: &mut Call, list: &mut List) -> Result<Picked, Leave> {
    let mut words = String::from("\n");
    if list.rows.is_empty() {
        words.push_str(&list.empty);
        words.push('\n');
    }
    for (n, row) in (1..).zip(&list.rows) {
        let cells: Vec<String> = list
            .columns
            .iter()
            .zip(row)
            .filter(|(_, (text, _))| !matches!(text.trim(), "" | "·"))
            .map(|(column, (text, _))| match column.title {
                "" => text.trim().to_owned(),
                title => format!("{title}: {}", text.trim()),
            })
            .collect();
        words.push_str(&format!("{n}. {}\n", cells.join(", ")));
    }
    if !list.note.is_empty() {
        words.push_str(&format!("{}\n", list.note));
    }
    call.say(&words).await?;
    let keys: Vec<String> = list.keys.iter().map(|(key, does)| format!("{key} {does}")).collect();
    let prompt = match (list.rows.is_empty(), keys.is_empty()) {
        (true, true) => "Enter goes back: ".to_owned(),
        (true, false) => format!("{}, or Enter to go back: ", keys.join(", ")),
        (false, true) => "A number, or Enter to go back: ".to_owned(),
        (false, false) => format!("A number, {}, or Enter to go back: ", keys.join(", ")),
    };
    loop {
        let Some(answer) = call.ask(&prompt, LineInput::new(12)).await? else { return Ok(Picked::Back) };
        let answer = answer.trim().to_ascii_uppercase();
        if answer.is_empty() || answer == "Q" {
            return Ok(Picked::Back);
        }
        if answer == "/" {
            return Ok(Picked::Pages);
        }
        // A number chooses; a number behind a key says what the key is for, as in "R 3".
        let (key, number) =
            answer.split_at(answer.find(|c: char| c.is_ascii_digit()).unwrap_or(answer.len()));
        if let Ok(number) = number.parse::<usize>() {
            if number == 0 || number > list.rows.len() {
                call.say(&format!("There is no number {number} here.")).await?;
                continue;
            }
            list.chosen = number - 1;
        }
        match key.trim().chars().next() {
            None => return Ok(Picked::Row(list.chosen)),
            Some(key) if list.keys.iter().any(|(name, _)| name.starts_with(key)) => {
                return Ok(Picked::Key(key));
            }
            Some(_) => call.say("That is not one of the choices.").await?,
        }
    }
}
