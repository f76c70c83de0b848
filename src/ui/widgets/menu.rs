//! A menu on screen: hotkeys and a lightbar, at the marks of its art or in plain columns.

use std::time::Duration;

use dialtone_terminal::text::width;
use dialtone_terminal::{Charset, Key};
use tokio::time::Instant;

use crate::ui::backdrop::Backdrop;
use crate::ui::body::cut;
use crate::ui::chrome::header_rows;
use crate::ui::keys::{Act, Keys, Meaning};
use crate::ui::{CallEvent, Canvas, Conversation, LineInput, Screen, View, Widget, styles};

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

/// A menu as one caller is shown it.
#[derive(Debug, Clone)]
pub struct MenuPage<'a> {
    /// What a caller reads at the top.
    pub title: &'a str,
    /// Its art.
    pub art: &'a str,
    /// What stands before the cursor.
    pub prompt: &'a str,
    /// Marks and titles of the groups of commands, in order.
    pub groups: Vec<(&'a str, &'a str)>,
    /// The commands that are shown, in order.
    pub commands: Vec<Command<'a>>,
    /// The keys of all commands that the caller may use, shown or not.
    pub keys: Vec<char>,
    /// How long the menu waits for a key.
    pub patience: Option<Duration>,
    /// The prompt alone, for those who know the keys.
    pub expert: bool,
}

/// One command of a menu.
#[derive(Debug, Clone, Copy)]
pub struct Command<'a> {
    /// Its key, upper case.
    pub key: char,
    /// The mark of the group it stands in.
    pub group: &'a str,
    /// The mark where it stands alone.
    pub mark: Option<&'a str>,
    /// What it is called.
    pub name: &'a str,
    /// A word or two.
    pub note: &'a str,
    /// A figure, with marks for values.
    pub figure: &'a str,
}

/// One command as it is drawn.
struct Line<'a> {
    key: char,
    name: &'a str,
    note: &'a str,
    figure: Option<Box<str>>,
    x: u16,
    y: u16,
    columns: u16,
}

struct MenuView<'a> {
    title: &'a str,
    prompt: &'a str,
    backdrop: Option<Backdrop>,
    headings: Vec<(u16, u16, &'a str)>,
    lines: Vec<Line<'a>>,
    chosen: usize,
    /// The prompt alone, for those who know the keys.
    expert: bool,
    /// The keys of all commands that the caller may use, shown or not.
    offered: Vec<char>,
    /// Whether a figure says who is on line.
    shows_callers: bool,
    /// How long the menu waits for a key.
    patience: Option<Duration>,
    /// When the last key came.
    heard: Instant,
    /// Rows of the body.
    rows: u16,
    /// What was answered in words.
    answer: Option<String>,
}

/// The least columns of a group that others stand beside.
const COLUMN: u16 = 38;
/// The width of a command's line that has room for a note and a figure.
const WIDE: u16 = 30;

impl View for MenuView<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        if self.expert {
            let keys: String = self.lines.iter().map(|line| line.key).collect();
            return frame.prompt(&format!("{} [{keys}] ? shows the menu: ", self.title));
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
        frame.prompt(self.prompt);
    }

    fn keys(&self) -> Keys {
        let moves = [Act::Up, Act::Down, Act::Left, Act::Right, Act::First, Act::Last];
        let pages = [Act::PageUp, Act::PageDown, Act::Choose, Act::Back, Act::Pages];
        let topic = |line: &Line<'_>| (line.key.to_string(), line.name.to_owned());
        let topics = self.lines.iter().map(topic).collect();
        Keys { topics, typing: self.expert, ..Keys::of(&[&moves[..], &pages[..]].concat()) }
    }

    fn bare(&self) -> bool {
        self.expert
    }

    fn shows_callers(&self) -> bool {
        !self.expert && self.shows_callers
    }
}

impl Line<'_> {
    fn draw(&self, frame: &mut Canvas<'_>, y: u16, chosen: bool) {
        let style = |style| if chosen { styles::chosen(style) } else { style };
        let x = self.x;
        if chosen {
            frame.band(x, y, self.columns, styles::CHOSEN);
        }
        frame.text(x + 1, y, &self.key.to_string(), style(styles::KEY));
        frame.text(x + 3, y, "│", if chosen { styles::CHOSEN } else { styles::LINE });
        let room = self.columns.saturating_sub(6);
        frame.text(x + 5, y, &cut(self.name, usize::from(room)), style(styles::NAME));
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
            frame.text(at, y, &cut(self.note, room), style(styles::WORDS));
        }
    }
}

impl<'a> MenuView<'a> {
    fn new(screen: &Screen, page: MenuPage<'a>, chosen: usize, heard: Instant) -> Self {
        let MenuPage { title, art, prompt, mut groups, commands, keys, patience, expert } = page;
        let mut view = Self {
            title,
            prompt,
            backdrop: None,
            headings: Vec::new(),
            lines: Vec::with_capacity(commands.len()),
            chosen,
            expert,
            offered: keys,
            shows_callers: commands.iter().any(|command| command.figure.contains("|ON")),
            patience,
            heard,
            rows: screen.body().rows,
            answer: None,
        };
        // Commands of a menu without groups have neither mark nor title.
        groups.push(("", ""));
        if screen.plain() {
            for command in &commands {
                view.add(screen, command, 0, 0, 0);
            }
        } else {
            view.lay_out(screen, art, &groups, &commands);
        }
        view.chosen = view.chosen.min(view.lines.len().saturating_sub(1));
        view
    }

    /// At the marks of the art where it has any and all of it fits, and in columns elsewhere.
    fn lay_out(&mut self, screen: &Screen, art: &str, groups: &[(&'a str, &'a str)], all: &[Command<'a>]) {
        let marks = marks(screen, art);
        if !marks.is_empty() {
            // Art with no place for commands would only lie below them.
            self.backdrop = Backdrop::new(screen, art);
            let own = |command: &Command<'_>| marks.iter().find(|(name, ..)| command.mark == Some(name));
            for (command, (_, x, y, columns)) in all.iter().filter_map(|item| Some((item, own(item)?))) {
                self.add(screen, command, *x, *y, *columns);
            }
            let others: Vec<_> = all.iter().filter(|command| own(command).is_none()).collect();
            self.at_marks(screen, groups, &others, &marks);
        }
        // The body of a screen with all there is round it.
        let rows = screen.terminal.rows.saturating_sub(10);
        if marks.is_empty() || self.lines.iter().any(|line| line.y >= rows) {
            self.backdrop = None;
            // Air between the groups only where all of them are seen with it.
            if self.in_columns(screen, groups, all, 1) > self.rows {
                self.in_columns(screen, groups, all, 0);
            }
        }
    }

    /// The groups where the art has marks for them, those without a mark below the last.
    fn at_marks(
        &mut self,
        screen: &Screen,
        groups: &[(&'a str, &'a str)],
        offered: &[&Command<'a>],
        marks: &[(String, u16, u16, u16)],
    ) {
        let (mut x, mut y, mut columns) = (2, 0, screen.terminal.columns.saturating_sub(4).min(60));
        if let Some(backdrop) = &self.backdrop {
            y = backdrop.rows();
        }
        for (mark, title) in groups {
            let items: Vec<_> = offered.iter().filter(|item| item.group == *mark).collect();
            if items.is_empty() {
                continue;
            }
            let at_mark = marks.iter().find(|(name, ..)| name == mark);
            if let Some((_, mark_x, mark_y, mark_columns)) = at_mark {
                (x, y, columns) = (*mark_x, *mark_y, *mark_columns);
            }
            if !title.is_empty() {
                self.headings.push((x, y, title));
                y += if at_mark.is_some() { 2 } else { 1 };
            }
            for item in items {
                self.add(screen, item, x, y, columns);
                y += 1;
            }
        }
    }

    /// The groups in as many columns as there is room for, each below the shortest, `air` rows apart. Returns the
    /// rows they take.
    fn in_columns(
        &mut self,
        screen: &Screen,
        groups: &[(&'a str, &'a str)],
        offered: &[Command<'a>],
        air: u16,
    ) -> u16 {
        self.headings.clear();
        self.lines.clear();
        let all = screen.terminal.columns.saturating_sub(2);
        let beside = if groups.len() < 3 { 1 } else { (all / COLUMN).clamp(1, 3) };
        let columns = (all / beside).saturating_sub(2).min(60);
        let mut ends = vec![0u16; usize::from(beside)];
        for (mark, title) in groups {
            let items: Vec<_> = offered.iter().filter(|item| item.group == *mark).collect();
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
                self.add(screen, item, x, *end, columns);
                *end += 1;
            }
        }
        ends.into_iter().max().unwrap_or(0)
    }

    fn add(&mut self, screen: &Screen, command: &Command<'a>, x: u16, y: u16, columns: u16) {
        let Command { key, name, note, figure, .. } = *command;
        let figure = screen.values.figure(figure).map(String::into_boxed_str);
        self.lines.push(Line { key, name, note, figure, x, y, columns });
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
fn marks(screen: &Screen, art: &str) -> Vec<(String, u16, u16, u16)> {
    /// Rows below the body: rule, tagline, prompt, status.
    const FOOTER: u16 = 4;
    let theme = screen.theme();
    let Some(art) = theme.fit(art, Charset::Cp437, screen.terminal.columns) else { return Vec::new() };
    if art.grid().rows() + FOOTER > screen.terminal.rows + 1 {
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

    async fn in_plain_text<C: Conversation>(&mut self, call: &mut C) -> Result<Finished, C::End> {
        let again = match self.answer.take() {
            None => !self.expert,
            Some(answer) => match self.answered(&answer) {
                Answered::With(outcome) => return Ok(Finished::With(outcome)),
                Answered::Again => true,
                Answered::Nothing => false,
                Answered::Unknown => {
                    call.say("There is no such command here. ? shows them.").await?;
                    false
                }
            },
        };
        if again {
            call.say_long(&self.in_words()).await?;
        }
        self.answer = call.ask(self.prompt, LineInput::new(20)).await?;
        // What the caller may do by now decides what the answer means.
        Ok(if self.answer.is_some() { Finished::Stale } else { Finished::With(MenuOutcome::Back) })
    }
}

/// What an answer in words means.
enum Answered {
    With(MenuOutcome),
    /// The menu is to be said again.
    Again,
    Nothing,
    Unknown,
}

impl MenuView<'_> {
    fn in_words(&self) -> String {
        let mut words = format!("\n{}\n", self.title);
        for (n, line) in (1..).zip(&self.lines) {
            words.push_str(&format!("{n:>3}. {}  {}", line.key, line.name));
            for aside in [Some(line.note), line.figure.as_deref()].into_iter().flatten() {
                if !aside.is_empty() {
                    words.push_str(&format!(", {aside}"));
                }
            }
            words.push('\n');
        }
        words
    }

    fn answered(&self, answer: &str) -> Answered {
        let answer = answer.trim().to_uppercase();
        let Some(key) = answer.chars().next() else { return Answered::Nothing };
        // A command may have a digit for its key; any other number is a place in the list.
        let place = answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        match (key, place.and_then(|n| self.lines.get(n))) {
            ('?', _) => Answered::Again,
            ('/', _) => Answered::With(MenuOutcome::Pages),
            (key, _) if self.offered.contains(&key) => Answered::With(MenuOutcome::Key(key)),
            (_, Some(line)) => Answered::With(MenuOutcome::Key(line.key)),
            _ => Answered::Unknown,
        }
    }

    fn press(&mut self, key: Key) -> Option<MenuOutcome> {
        if let Key::Click { column, row } = key
            && let Some(n) = self.hit(column, row, self.rows)
            && let Some(line) = self.lines.get(n)
        {
            self.chosen = n;
            return Some(MenuOutcome::Key(line.key));
        }
        if key == Key::Char('?') {
            self.expert = false;
        }
        if let Key::Char(c) = key {
            let key = c.to_ascii_uppercase();
            let line = self.lines.iter().position(|line| line.key == key);
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
                    return Some(MenuOutcome::Key(line.key));
                }
            }
            Meaning::Act(act) => self.step(act),
            Meaning::Own(_) | Meaning::Other(_) => {}
        }
        None
    }
}

/// Shows a menu until a command is chosen, or something else happens that the menus must know of. `page` makes it, again
/// whenever what it shows may be out of date; `chosen` is where the bar is.
pub async fn choose<'a, C: Conversation>(
    call: &mut C,
    chosen: &mut usize,
    page: impl Fn(&mut C) -> MenuPage<'a>,
) -> Result<MenuOutcome, C::End> {
    let first = page(call);
    let mut view = MenuView::new(call.screen(), first, *chosen, Instant::now());
    loop {
        let finished = match view.answer {
            // A terminal that has turned out to have more than words gets its answer first.
            Some(_) => Box::pin(view.in_plain_text(call)).await?,
            None => call.run(&mut view).await?,
        };
        *chosen = view.chosen;
        match finished {
            Finished::With(outcome) => return Ok(outcome),
            Finished::Stale => {
                let anew = page(call);
                let MenuView { chosen, heard, answer, .. } = view;
                view = MenuView { answer, ..MenuView::new(call.screen(), anew, chosen, heard) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::script::Script;

    /// Commands of these keys; the last is not shown.
    fn page(keys: &str, expert: bool) -> MenuPage<'static> {
        let command = |key| Command {
            key,
            group: "",
            mark: None,
            name: match key {
                'M' => "Messages",
                '7' => "Lucky",
                _ => "Who's online",
            },
            note: if key == 'M' { "read and write" } else { "" },
            figure: if key == 'W' { "|ON here" } else { "" },
        };
        let shown = keys.len().saturating_sub(1);
        MenuPage {
            title: "main menu",
            art: "main",
            prompt: "what now? ",
            groups: Vec::new(),
            commands: keys.chars().take(shown).map(command).collect(),
            keys: keys.chars().collect(),
            patience: None,
            expert,
        }
    }

    fn chosen(script: &mut Script, expert: bool) -> Result<MenuOutcome, crate::ui::script::Gone> {
        script.screen.values.set("ON", 12);
        Script::wait(choose(script, &mut 0, |_| page("M7WX", expert)))
    }

    #[test]
    fn a_menu_in_words_takes_keys_and_places() {
        for (answer, key) in [("m", 'M'), ("3", 'W'), ("x", 'X'), ("7", '7'), ("1", 'M'), ("messages", 'M')] {
            let mut script = Script::typing(&format!("{answer}\n"));
            assert_eq!(chosen(&mut script, false), Ok(MenuOutcome::Key(key)), "{answer}");
            let menu = "\nmain menu\n  1. M  Messages, read and write\n  2. 7  Lucky\n  3. W  Who's online, 12 here\n";
            assert_eq!(script.said, [menu, &format!("what now? {answer}")], "{answer}");
        }
        assert_eq!(chosen(&mut Script::typing("/\n"), false), Ok(MenuOutcome::Pages));
        assert_eq!(chosen(&mut Script::typing("\u{1b}"), false), Ok(MenuOutcome::Back));
        assert!(chosen(&mut Script::typing("m"), false).is_err(), "the line drops before Enter");
    }

    #[test]
    fn an_expert_is_told_the_menu_when_they_ask() {
        let mut script = Script::typing("z\n\n?\nm\n");
        assert_eq!(chosen(&mut script, true), Ok(MenuOutcome::Key('M')));
        let said: Vec<&str> =
            script.said.iter().map(|said| said.lines().last().unwrap_or_default()).collect();
        let unknown = "There is no such command here. ? shows them.";
        assert_eq!(
            said,
            [
                "what now? z",
                unknown,
                "what now? ",
                "what now? ?",
                "  3. W  Who's online, 12 here",
                "what now? m"
            ]
        );
    }

    #[test]
    fn an_answer_in_words_means_what_the_caller_may_do_by_then() {
        let mut script = Script::typing("x\n");
        let made = std::cell::Cell::new(0);
        let grown = |_: &mut Script| {
            made.set(made.get() + 1);
            page(if made.get() == 1 { "M7" } else { "M7WX" }, true)
        };
        assert_eq!(Script::wait(choose(&mut script, &mut 0, grown)), Ok(MenuOutcome::Key('X')));
    }
}
