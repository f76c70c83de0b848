//! A menu on screen: hotkeys and a lightbar, at the marks of its art or in plain columns.

use dialtone_terminal::text::width;
use dialtone_terminal::{Charset, Key};

use super::frame::{HEADER, cut};
use super::{Call, Frame, Leave, LineInput, View, notice, theme};
use crate::menu::{Item, MenuId};

/// What the caller chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// A command's key.
    Key(char),
    /// Out of this menu.
    Back,
    /// The pager.
    Pages,
}

/// One command as it is drawn.
struct Line {
    item: Item,
    figure: Option<String>,
    x: u16,
    y: u16,
    columns: u16,
}

struct MenuView {
    headings: Vec<(u16, u16, String)>,
    lines: Vec<Line>,
    chosen: usize,
    prompt: String,
}

/// The width of a command's line that has room for a note and a figure.
const WIDE: u16 = 30;

impl View for MenuView {
    fn draw(&self, frame: &mut Frame<'_>) {
        for (x, y, heading) in &self.headings {
            frame.text(*x, *y, heading, theme::HEADING);
        }
        for (n, line) in self.lines.iter().enumerate() {
            line.draw(frame, n == self.chosen);
        }
        frame.prompt(&self.prompt);
    }
}

impl Line {
    fn draw(&self, frame: &mut Frame<'_>, chosen: bool) {
        let style = |style| if chosen { theme::chosen(style) } else { style };
        let (x, y) = (self.x, self.y);
        if chosen {
            frame.band(x, y, self.columns, theme::CHOSEN);
        }
        frame.text(x + 1, y, &self.item.key.to_string(), style(theme::KEY));
        frame.text(x + 3, y, "│", if chosen { theme::CHOSEN } else { theme::LINE });
        let room = self.columns.saturating_sub(6);
        frame.text(x + 5, y, &cut(&self.item.name, usize::from(room)), style(theme::NAME));
        let end = x + self.columns;
        let mut right = end;
        if let Some(figure) = &self.figure {
            let figure = cut(figure, usize::from(room / 2));
            right = end.saturating_sub(u16::try_from(width(&figure)).unwrap_or(0) + 1);
            frame.text(right, y, &figure, style(theme::FIGURE));
        }
        if self.columns >= WIDE {
            let at = x + 19;
            let room = usize::from(right.saturating_sub(at + 1));
            frame.text(at, y, &cut(&self.item.note, room), style(theme::WORDS));
        }
    }
}

impl MenuView {
    fn new(call: &Call, menu: MenuId, chosen: usize) -> Option<Self> {
        let menus = call.house.menus.load();
        let menu = menus.get(menu)?;
        let facts = call.facts();
        let offered: Vec<&Item> = menu.offered(&facts).collect();
        let mut view = Self { headings: Vec::new(), lines: Vec::new(), chosen, prompt: menu.prompt.clone() };
        let marks = marks(call, &menu.art);
        let (mut x, mut y, mut columns) = (2, 0, call.terminal.columns.saturating_sub(4).min(60));
        for group in &menu.groups {
            let items: Vec<&&Item> = offered.iter().filter(|item| item.group == group.mark).collect();
            if items.is_empty() {
                continue;
            }
            let at_mark = marks.iter().find(|(name, ..)| *name == group.mark);
            if let Some((_, mark_x, mark_y, mark_columns)) = at_mark {
                (x, y, columns) = (*mark_x, *mark_y, *mark_columns);
            }
            view.headings.push((x, y, group.title.clone()));
            y += if at_mark.is_some() { 2 } else { 1 };
            for item in items {
                view.add(call, item, x, y, columns);
                y += 1;
            }
        }
        if menu.groups.is_empty() {
            for item in offered {
                view.add(call, item, x, y, columns);
                y += 1;
            }
        }
        view.chosen = view.chosen.min(view.lines.len().saturating_sub(1));
        Some(view)
    }

    fn add(&mut self, call: &Call, item: &Item, x: u16, y: u16, columns: u16) {
        let figure = call.values.figure(&item.figure);
        self.lines.push(Line { item: item.clone(), figure, x, y, columns });
    }

    /// Moves the bar: up and down through the list, left and right to the nearest line of another column.
    fn step(&mut self, key: Key) {
        let last = self.lines.len().saturating_sub(1);
        let Some(here) = self.lines.get(self.chosen) else { return };
        let beside = |further: fn(u16, u16) -> bool| {
            self.lines
                .iter()
                .enumerate()
                .filter(|(_, line)| further(line.x, here.x))
                .min_by_key(|(_, line)| line.y.abs_diff(here.y))
                .map(|(n, _)| n)
        };
        self.chosen = match key {
            Key::Up => self.chosen.checked_sub(1).unwrap_or(last),
            Key::Down => {
                if self.chosen == last {
                    0
                } else {
                    self.chosen + 1
                }
            }
            Key::Left => beside(|a, b| a < b).unwrap_or(self.chosen),
            Key::Right => beside(|a, b| a > b).unwrap_or(self.chosen),
            Key::Home | Key::PageUp => 0,
            Key::End | Key::PageDown => last,
            _ => self.chosen,
        };
    }
}

/// The group marks of the art in body coordinates, if the art fits this terminal.
fn marks(call: &Call, art: &str) -> Vec<(String, u16, u16, u16)> {
    /// Rows below the body: rule, life, prompt, status.
    const FOOTER: u16 = 4;
    let gallery = call.gallery();
    let Some(art) = gallery.fit(art, Charset::Cp437, call.terminal.columns) else { return Vec::new() };
    // A group is a heading, a blank and some commands.
    let lowest = art.marks().iter().map(|mark| mark.y + 6).max().unwrap_or(0);
    if lowest + FOOTER > call.terminal.rows {
        return Vec::new();
    }
    art.marks()
        .iter()
        .filter(|mark| mark.y >= HEADER)
        .map(|mark| (mark.name.clone(), mark.x, mark.y - HEADER, mark.width))
        .collect()
}

/// Shows a menu until a command is chosen.
pub async fn choose(call: &mut Call, menu: MenuId, chosen: &mut usize) -> Result<Chosen, Leave> {
    if call.plain() {
        return Box::pin(choose_in_words(call, menu)).await;
    }
    let Some(mut view) = MenuView::new(call, menu, *chosen) else { return Ok(Chosen::Back) };
    loop {
        let key = call.key(&view).await?;
        *chosen = view.chosen;
        match key {
            Key::Char('/') => return Ok(Chosen::Pages),
            Key::Char('?') => Box::pin(notice(call, "keys", &help(&view))).await?,
            Key::Char(c) => {
                let key = c.to_ascii_uppercase();
                if let Some(n) = view.lines.iter().position(|line| line.item.key == key) {
                    *chosen = n;
                    return Ok(Chosen::Key(key));
                }
            }
            Key::Enter => {
                if let Some(line) = view.lines.get(view.chosen) {
                    return Ok(Chosen::Key(line.item.key));
                }
            }
            Key::Escape => return Ok(Chosen::Back),
            key => view.step(key),
        }
    }
}

fn help(view: &MenuView) -> String {
    let mut words =
        String::from("A letter runs its command. The arrows move the bar, Enter runs what it is on.\n\n");
    for line in &view.lines {
        words.push_str(&format!("  {}  {}\n", line.item.key, line.item.name));
    }
    words.push_str("\n  /  reads what the pager brought\n  Esc  goes back");
    words
}

async fn choose_in_words(call: &mut Call, menu: MenuId) -> Result<Chosen, Leave> {
    let (title, prompt, words) = {
        let menus = call.house.menus.load();
        let Some(menu) = menus.get(menu) else { return Ok(Chosen::Back) };
        let facts = call.facts();
        let mut words = String::new();
        for item in menu.offered(&facts) {
            words.push_str(&format!("  {}  {}", item.key, item.name));
            for aside in [Some(item.note.clone()), call.values.figure(&item.figure)].into_iter().flatten() {
                if !aside.is_empty() {
                    words.push_str(&format!(", {aside}"));
                }
            }
            words.push('\n');
        }
        (menu.title.clone(), menu.prompt.clone(), words)
    };
    let mut again = true;
    loop {
        if std::mem::take(&mut again) {
            call.say(&format!("\n{title}\n{words}")).await?;
        }
        let Some(answer) = call.ask(&prompt, LineInput::new(20)).await? else { return Ok(Chosen::Back) };
        match answer.trim().chars().next() {
            Some('?') => again = true,
            Some('/') => return Ok(Chosen::Pages),
            Some(c) => {
                let key = c.to_ascii_uppercase();
                let menus = call.house.menus.load_full();
                let facts = call.facts();
                if menus.get(menu).is_some_and(|menu| menu.offered(&facts).any(|item| item.key == key)) {
                    return Ok(Chosen::Key(key));
                }
                call.say("There is no such command here. ? shows them.").await?;
            }
            None => {}
        }
    }
}
