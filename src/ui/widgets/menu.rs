//! A menu on screen: hotkeys and a lightbar, at the marks of its art or in plain columns.

use std::time::Duration;

use dialtone_terminal::text::width;
use dialtone_terminal::{Charset, Key};
use tokio::time::Instant;

use crate::menu::{Item, Menu};
use crate::ui::backdrop::Backdrop;
use crate::ui::body::cut;
use crate::ui::chrome::header_rows;
use crate::ui::keys::{Act, Keys, Meaning};
use crate::ui::{Call, CallEvent, Canvas, EndReason, LineInput, View, Widget, styles};

/// What the caller chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuOutcome {
    /// A command's key.
    Key(char),
    /// Out of this menu.
    Back,
    /// The pager.
    Pages,
    /// Nothing, for as long as the menu waits.
    Quiet,
    /// Nothing: art or menus are others than before.
    Reloaded,
}

/// One command as it is drawn.
struct Line<'a> {
    item: &'a Item,
    figure: Option<String>,
    x: u16,
    y: u16,
    columns: u16,
}

struct MenuView<'a> {
    menu: &'a Menu,
    backdrop: Option<Backdrop>,
    headings: Vec<(u16, u16, &'a str)>,
    lines: Vec<Line<'a>>,
    chosen: usize,
    /// The prompt alone, for those who know the keys.
    expert: bool,
    /// The keys of all commands that the caller may use, shown or not.
    offered: Vec<char>,
    /// How long the menu waits for a key.
    patience: Option<Duration>,
    /// When the last key came.
    heard: Instant,
    /// Rows of the body.
    rows: u16,
}

/// The least columns of a group that others stand beside.
const COLUMN: u16 = 38;
/// The width of a command's line that has room for a note and a figure.
const WIDE: u16 = 30;

impl View for MenuView<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        if self.expert {
            let keys: String = self.lines.iter().map(|line| line.item.key).collect();
            return frame.prompt(&format!("{} [{keys}] ? shows the menu: ", self.menu.title));
        }
        if let Some(backdrop) = &self.backdrop {
            backdrop.draw(frame);
        }
        // A menu that is taller than the screen is shown page by page, with the bar in sight.
        let top = self.top(frame.rows());
        for (x, y, heading) in &self.headings {
            if let Some(y) = y.checked_sub(top) {
                frame.text(*x, y, heading, styles::HEADING);
            }
        }
        for (n, line) in self.lines.iter().enumerate() {
            if let Some(y) = line.y.checked_sub(top) {
                line.draw(frame, y, n == self.chosen);
            }
        }
        frame.prompt(&self.menu.prompt);
    }

    fn keys(&self) -> Keys {
        let moves = [Act::Up, Act::Down, Act::Left, Act::Right, Act::First, Act::Last];
        let pages = [Act::PageUp, Act::PageDown, Act::Choose, Act::Back, Act::Pages];
        let topic = |line: &Line<'_>| (line.item.key.to_string(), line.item.name.clone());
        let topics = self.lines.iter().map(topic).collect();
        Keys { topics, typing: self.expert, ..Keys::of(&[&moves[..], &pages[..]].concat()) }
    }

    fn bare(&self) -> bool {
        self.expert
    }

    fn shows_callers(&self) -> bool {
        !self.expert && self.lines.iter().any(|line| line.item.figure.contains("|ON"))
    }
}

impl Line<'_> {
    fn draw(&self, frame: &mut Canvas<'_>, y: u16, chosen: bool) {
        let style = |style| if chosen { styles::chosen(style) } else { style };
        let x = self.x;
        if chosen {
            frame.band(x, y, self.columns, styles::CHOSEN);
        }
        frame.text(x + 1, y, &self.item.key.to_string(), style(styles::KEY));
        frame.text(x + 3, y, "│", if chosen { styles::CHOSEN } else { styles::LINE });
        let room = self.columns.saturating_sub(6);
        frame.text(x + 5, y, &cut(&self.item.name, usize::from(room)), style(styles::NAME));
        let end = x + self.columns;
        let mut right = end;
        if let Some(figure) = &self.figure {
            let figure = cut(figure, usize::from(room / 2));
            right = end.saturating_sub(u16::try_from(width(&figure)).unwrap_or(0) + 1);
            frame.text(right, y, &figure, style(styles::FIGURE));
        }
        if self.columns >= WIDE {
            let at = x + 19;
            let room = usize::from(right.saturating_sub(at + 1));
            frame.text(at, y, &cut(&self.item.note, room), style(styles::WORDS));
        }
    }
}

impl<'a> MenuView<'a> {
    fn new(call: &Call, menu: &'a Menu, chosen: usize, heard: Instant) -> Self {
        let facts = call.facts();
        let patience = menu.quiet(&facts).map(|timed| Duration::from_secs(timed.after.into()));
        let keys = menu.offered(&facts).map(|item| item.key).collect();
        let mut offered: Vec<&'a Item> = menu.shown(&facts).collect();
        let marks = marks(call, &menu.art);
        // Art with no place for commands would only lie below them.
        let backdrop = if marks.is_empty() { None } else { Backdrop::new(call, &menu.art) };
        let expert = call.expert();
        let mut view = Self {
            menu,
            backdrop,
            headings: Vec::new(),
            lines: Vec::new(),
            chosen,
            expert,
            offered: keys,
            patience,
            heard,
            rows: call.screen.body().rows,
        };
        let all = offered.clone();
        if !marks.is_empty() {
            let own = |item: &Item| marks.iter().find(|(name, ..)| item.mark.as_deref() == Some(name));
            for (item, (_, x, y, columns)) in offered.iter().filter_map(|item| Some((*item, own(item)?))) {
                view.add(call, item, *x, *y, *columns);
            }
            offered.retain(|item| own(item).is_none());
            view.at_marks(call, &offered, &marks);
        }
        // The body of a screen with all there is round it.
        let rows = call.screen.terminal.rows.saturating_sub(10);
        if marks.is_empty() || view.lines.iter().any(|line| line.y >= rows) {
            view.backdrop = None;
            let rows = call.screen.body().rows;
            // Air between the groups only where all of them are seen with it.
            if view.in_columns(call, &all, 1) > rows {
                view.in_columns(call, &all, 0);
            }
        }
        view.chosen = view.chosen.min(view.lines.len().saturating_sub(1));
        view
    }

    /// Marks and titles of the groups, and of that which has neither: commands of a menu without groups.
    fn groups(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let groups = self.menu.groups.iter().map(|group| (group.mark.as_str(), group.title.as_str()));
        groups.chain(std::iter::once(("", "")))
    }

    /// The groups where the art has marks for them, those without a mark below the last.
    fn at_marks(&mut self, call: &Call, offered: &[&'a Item], marks: &[(String, u16, u16, u16)]) {
        let (mut x, mut y, mut columns) = (2, 0, call.screen.terminal.columns.saturating_sub(4).min(60));
        if let Some(backdrop) = &self.backdrop {
            y = backdrop.rows();
        }
        for (mark, title) in self.groups() {
            let items: Vec<&&'a Item> = offered.iter().filter(|item| item.group == mark).collect();
            if items.is_empty() {
                continue;
            }
            let at_mark = marks.iter().find(|(name, ..)| *name == mark);
            if let Some((_, mark_x, mark_y, mark_columns)) = at_mark {
                (x, y, columns) = (*mark_x, *mark_y, *mark_columns);
            }
            if !title.is_empty() {
                self.headings.push((x, y, title));
                y += if at_mark.is_some() { 2 } else { 1 };
            }
            for item in items {
                self.add(call, item, x, y, columns);
                y += 1;
            }
        }
    }

    /// The groups in as many columns as there is room for, each below the shortest, `air` rows apart. Returns the
    /// rows they take.
    fn in_columns(&mut self, call: &Call, offered: &[&'a Item], air: u16) -> u16 {
        self.headings.clear();
        self.lines.clear();
        let all = call.screen.terminal.columns.saturating_sub(2);
        let beside = if self.menu.groups.len() < 2 { 1 } else { (all / COLUMN).clamp(1, 3) };
        let columns = (all / beside).saturating_sub(2).min(60);
        let mut ends = vec![0u16; usize::from(beside)];
        for (mark, title) in self.groups() {
            let items: Vec<&&'a Item> = offered.iter().filter(|item| item.group == mark).collect();
            let shortest = ends.iter_mut().enumerate().min_by_key(|(_, end)| **end);
            let Some((n, end)) = shortest.filter(|_| !items.is_empty()) else { continue };
            let x = 2 + u16::try_from(n).unwrap_or(0) * (all / beside);
            if *end > 0 {
                *end += air;
            }
            if !title.is_empty() {
                self.headings.push((x, *end, title));
                *end += 1;
            }
            for item in items {
                self.add(call, item, x, *end, columns);
                *end += 1;
            }
        }
        ends.into_iter().max().unwrap_or(0)
    }

    fn add(&mut self, call: &Call, item: &'a Item, x: u16, y: u16, columns: u16) {
        let figure = call.screen.values.figure(&item.figure);
        self.lines.push(Line { item, figure, x, y, columns });
    }

    /// The first row of the page that the bar is on, in a body of `rows`.
    fn top(&self, rows: u16) -> u16 {
        let page = rows.max(1);
        self.lines.get(self.chosen).map_or(0, |line| line.y / page * page)
    }

    /// The command at a place of the body.
    fn hit(&self, column: u16, row: u16, rows: u16) -> Option<usize> {
        let y = row + self.top(rows);
        let there = |line: &Line<'_>| line.y == y && (line.x..line.x + line.columns).contains(&column);
        self.lines.iter().position(there).filter(|_| !self.expert)
    }

    /// Moves the bar: up and down through the list, left and right to the nearest line of another column.
    fn step(&mut self, act: Act) {
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
        self.chosen = match act {
            Act::Up => self.chosen.checked_sub(1).unwrap_or(last),
            Act::Down => {
                if self.chosen == last {
                    0
                } else {
                    self.chosen + 1
                }
            }
            Act::Left => beside(|a, b| a < b).unwrap_or(self.chosen),
            Act::Right => beside(|a, b| a > b).unwrap_or(self.chosen),
            Act::First | Act::PageUp => 0,
            Act::Last | Act::PageDown => last,
            _ => self.chosen,
        };
    }
}

/// The group marks of the art in body coordinates, if the art fits this terminal.
fn marks(call: &Call, art: &str) -> Vec<(String, u16, u16, u16)> {
    /// Rows below the body: rule, tagline, prompt, status.
    const FOOTER: u16 = 4;
    let theme = call.screen.theme();
    let Some(art) = theme.fit(art, Charset::Cp437, call.screen.terminal.columns) else { return Vec::new() };
    if art.grid().rows() + FOOTER > call.screen.terminal.rows + 1 {
        return Vec::new();
    }
    let header = header_rows(art);
    art.marks()
        .iter()
        .filter(|mark| mark.y >= header)
        .map(|mark| (mark.name.clone(), mark.x, mark.y - header, mark.width))
        .collect()
}

/// What a menu on screen is finished with.
enum Finished {
    With(MenuOutcome),
    /// What it shows may be out of date: it is to be made anew.
    Stale,
}

impl Widget for MenuView<'_> {
    type Outcome = Finished;

    fn fit(&mut self, _columns: u16, rows: u16) {
        self.rows = rows;
    }

    fn quiet_at(&self) -> Option<Instant> {
        self.patience.map(|patience| self.heard + patience)
    }

    fn take(&mut self, event: CallEvent) -> Option<Finished> {
        match event {
            CallEvent::Key(key) => {
                self.heard = Instant::now();
                self.press(key).map(Finished::With)
            }
            CallEvent::Reloaded => Some(Finished::With(MenuOutcome::Reloaded)),
            CallEvent::Quiet => Some(Finished::With(MenuOutcome::Quiet)),
            _ => Some(Finished::Stale),
        }
    }

    async fn in_plain_text(&mut self, call: &mut Call) -> Result<Finished, EndReason> {
        choose_in_words(call, self.menu).await.map(Finished::With)
    }
}

impl MenuView<'_> {
    fn press(&mut self, key: Key) -> Option<MenuOutcome> {
        if let Key::Click { column, row } = key
            && let Some(n) = self.hit(column, row, self.rows)
            && let Some(line) = self.lines.get(n)
        {
            self.chosen = n;
            return Some(MenuOutcome::Key(line.item.key));
        }
        if key == Key::Char('?') {
            self.expert = false;
        }
        if let Key::Char(c) = key {
            let key = c.to_ascii_uppercase();
            let line = self.lines.iter().position(|line| line.item.key == key);
            self.chosen = line.unwrap_or(self.chosen);
            if line.is_some() || self.offered.contains(&key) {
                return Some(MenuOutcome::Key(key));
            }
        }
        match self.keys().meaning(key) {
            Meaning::Act(Act::Pages) => return Some(MenuOutcome::Pages),
            Meaning::Act(Act::Back) => return Some(MenuOutcome::Back),
            Meaning::Act(Act::Choose) => {
                if let Some(line) = self.lines.get(self.chosen) {
                    return Some(MenuOutcome::Key(line.item.key));
                }
            }
            Meaning::Act(act) => self.step(act),
            Meaning::Own(_) | Meaning::Other(_) => {}
        }
        None
    }
}

/// Shows a menu until a command is chosen, or something else happens that the menus must know of.
pub async fn choose(call: &mut Call, menu: &Menu, chosen: &mut usize) -> Result<MenuOutcome, EndReason> {
    let mut view = MenuView::new(call, menu, *chosen, Instant::now());
    loop {
        let finished = call.run(&mut view).await?;
        *chosen = view.chosen;
        match finished {
            Finished::With(outcome) => return Ok(outcome),
            Finished::Stale => {
                call.refresh_clock();
                view = MenuView::new(call, menu, view.chosen, view.heard);
            }
        }
    }
}

async fn choose_in_words(call: &mut Call, menu: &Menu) -> Result<MenuOutcome, EndReason> {
    let facts = call.facts();
    let shown: Vec<&Item> = menu.shown(&facts).collect();
    let mut words = String::new();
    for (n, item) in (1..).zip(&shown) {
        words.push_str(&format!("{n:>3}. {}  {}", item.key, item.name));
        for aside in [Some(item.note.clone()), call.screen.values.figure(&item.figure)].into_iter().flatten()
        {
            if !aside.is_empty() {
                words.push_str(&format!(", {aside}"));
            }
        }
        words.push('\n');
    }
    let mut again = !call.expert();
    loop {
        if std::mem::take(&mut again) {
            call.say_long(&format!("\n{}\n{words}", menu.title)).await?;
        }
        let Some(answer) = call.ask(&menu.prompt, LineInput::new(20)).await? else {
            return Ok(MenuOutcome::Back);
        };
        let answer = answer.trim().to_uppercase();
        let Some(key) = answer.chars().next() else { continue };
        // A command may have a digit for its key; any other number is a place in the list.
        let number = answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).and_then(|n| shown.get(n));
        match (key, number) {
            ('?', _) => again = true,
            ('/', _) => return Ok(MenuOutcome::Pages),
            (key, _) if menu.offered(&call.facts()).any(|item| item.key == key) => {
                return Ok(MenuOutcome::Key(key));
            }
            (_, Some(item)) => return Ok(MenuOutcome::Key(item.key)),
            _ => call.say("There is no such command here. ? shows them.").await?,
        }
    }
}
