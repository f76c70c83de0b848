//! A caller who types what a test has written down, on a terminal of plain words: what widgets say to them is kept.

use std::collections::VecDeque;
use std::sync::Arc;

use dialtone_terminal::{Hint, Key, Probe};
use futures_util::FutureExt;
use tokio::time::Instant;

use super::line::{LineInput, LineOutcome};
use super::{Conversation, Screen, Themes, Widget};
use crate::lang::Languages;

/// Where the script waits for whoever wants to hear that nothing happens.
pub const PAUSE: char = '…';

/// The script is at its end: the caller has hung up.
#[derive(Debug, PartialEq, Eq)]
pub struct Gone;

/// The caller.
pub struct Script {
    /// Their terminal, of 80 columns and 40 rows.
    pub screen: Screen,
    /// What was said, and each question with what was typed behind it.
    pub said: Vec<String>,
    /// Whether long texts stop.
    pub pauses: bool,
    /// Keys that come only with the end of the line.
    pub last: Vec<Key>,
    keys: VecDeque<char>,
}

impl Script {
    /// A caller who types `keys`: a line feed is Enter, an escape Escape, `…` is [`PAUSE`].
    pub fn typing(keys: &str) -> Self {
        let found = Probe::new(Hint { size: Some((80, 40)), ..Hint::default() }).conclude();
        let (themes, (languages, _)) = (Themes::default(), Languages::load("en", None));
        let screen = Screen::new(found, true, "Dialtone", Arc::new(themes), Arc::new(languages), None);
        assert!(screen.plain(), "a terminal that has told nothing gets words");
        Self { screen, said: Vec::new(), pauses: false, last: Vec::new(), keys: keys.chars().collect() }
    }

    /// What comes of it: nothing in a script is waited for.
    pub fn wait<T>(conversation: impl Future<Output = T>) -> T {
        conversation.now_or_never().expect("a script never waits")
    }
}

impl Conversation for Script {
    type End = Gone;

    fn screen(&self) -> &Screen {
        &self.screen
    }

    fn pauses(&self) -> bool {
        self.pauses
    }

    async fn say(&mut self, words: &str) -> Result<(), Gone> {
        self.said.push(words.to_owned());
        Ok(())
    }

    async fn prompt(&mut self, prompt: &str, line: &LineInput) -> Result<(), Gone> {
        self.said.push(format!("{prompt}{}", line.text()));
        Ok(())
    }

    async fn type_on(
        &mut self,
        prompt: &str,
        line: &mut LineInput,
        quiet: Option<Instant>,
    ) -> Result<Option<LineOutcome>, Gone> {
        let typed = match self.keys.pop_front().ok_or(Gone)? {
            PAUSE if quiet.is_some() => return Ok(None),
            '\n' => line.press(Key::Enter),
            '\u{1b}' => line.press(Key::Escape),
            c => line.press(Key::Char(c)),
        };
        if let Some(said) = self.said.last_mut() {
            *said = format!("{prompt}{}", line.text());
        }
        Ok(Some(typed))
    }

    fn last_keys(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.last)
    }

    async fn run<W: Widget>(&mut self, widget: &mut W) -> Result<W::Outcome, Gone> {
        widget.in_plain_text(self).await
    }
}
