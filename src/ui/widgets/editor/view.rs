//! How the editor is drawn.

use dialtone_terminal::Key;

use super::{Command, Editor, KEYS, is_quote};
use crate::ui::keys::{self, Act, Keys};
use crate::ui::widgets::search::find;
use crate::ui::{Canvas, View, styles};

impl View for Editor<'_> {
    fn draw(&self, frame: &mut Canvas<'_>) {
        frame.rule(0, &self.editing.heading);
        let needle = self.search.as_ref().map(|search| search.needle()).unwrap_or_default();
        for (y, row) in (1..frame.rows()).zip(&self.shown) {
            let text = self.writing.characters(row);
            let quoted = is_quote(&self.writing.opening(row.paragraph));
            frame.text(2, y, &text, if quoted { styles::HEADING } else { styles::WORDS });
            if let Some((at, long)) = find(&text, &needle) {
                let found: String = text.chars().skip(at).take(long).collect();
                frame.text(2 + u16::try_from(at).unwrap_or(0), y, &found, styles::chosen(styles::FIGURE));
            }
        }
        frame.tagline(self.note, styles::FIGURE);
        if let Some(search) = &self.search {
            frame.prompt_input("find: ", &search.line, self.note);
        } else if !self.asking {
            let (row, column) = self.at;
            let cell = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
            frame.cursor(cell(2 + column), cell(1 + row.saturating_sub(self.top)));
        }
    }

    fn typing(&self) -> bool {
        !self.asking
    }

    fn keys(&self) -> Keys {
        if self.asking {
            let mut own = vec![("S", "save"), ("A", "abandon")];
            if !self.editing.quote.is_empty() {
                own.push(("Q", "quote"));
            }
            return Keys { own, acts: vec![(Act::Back, "go on")], ..Keys::default() };
        }
        if self.search.is_some() {
            return Keys { typing: true, ..Keys::default() };
        }
        let shown = [Command::Menu, Command::Save, Command::Cut, Command::Undo];
        let mut said: Vec<(&str, &str, Key)> = KEYS
            .iter()
            .filter(|binding| shown.contains(&binding.act))
            .filter_map(|binding| binding.keys.first().map(|key| (binding.label, binding.does, *key)))
            .collect();
        said.push(("F1", "keys", Key::F(1)));
        let (row, column) = self.at;
        let over = if self.writing.overwrite { "over " } else { "" };
        let moves = [Act::Up, Act::Down, Act::Left, Act::Right, Act::PageUp, Act::PageDown];
        let mut topics = keys::topics(KEYS);
        topics.push(("Home".to_owned(), "to the start of the line; Ctrl-A too".to_owned()));
        topics.push(("End".to_owned(), "to the end of the line; Ctrl-E too".to_owned()));
        let aside = format!("{over}{}:{}", row + 1, column + 1);
        Keys { typing: true, said, topics, aside, ..Keys::of(&moves) }
    }
}
