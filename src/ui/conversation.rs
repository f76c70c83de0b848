//! Whom a widget talks to: a screen that it is shown on, or words line by line where there is no more than that.

use std::sync::Arc;

use dialtone_terminal::Key;
use tokio::time::Instant;

use super::widgets::line::{LineInput, LineOutcome};
use super::{Screen, Widget};
use crate::lang::Language;

/// A caller, as a widget knows them.
pub trait Conversation: Send {
    /// Why it is over before the widget is finished.
    type End: Send;

    /// Their screen.
    fn screen(&self) -> &Screen;

    /// The language that they read.
    fn language(&self) -> &Arc<Language> {
        self.screen().language()
    }

    /// Whether a long text stops at the end of each screen.
    fn pauses(&self) -> bool;

    /// Says words on lines of their own.
    fn say(&mut self, words: &str) -> impl Future<Output = Result<(), Self::End>> + Send;

    /// Begins a line below whatever is on the screen.
    fn prompt(
        &mut self,
        prompt: &str,
        line: &LineInput,
    ) -> impl Future<Output = Result<(), Self::End>> + Send;

    /// Goes on with a line that was begun, by whatever happens next; none if nothing did until `quiet`.
    fn type_on(
        &mut self,
        prompt: &str,
        line: &mut LineInput,
        quiet: Option<Instant>,
    ) -> impl Future<Output = Result<Option<LineOutcome>, Self::End>> + Send;

    /// Keys that came before the end and that nobody has answered.
    fn last_keys(&mut self) -> Vec<Key>;

    /// Lets the caller work with a widget until it is finished.
    fn run<W: Widget>(
        &mut self,
        widget: &mut W,
    ) -> impl Future<Output = Result<W::Outcome, Self::End>> + Send;

    /// Asks for a line below whatever is on the screen. Events are told on a line of their own above it.
    fn ask(
        &mut self,
        prompt: &str,
        mut line: LineInput,
    ) -> impl Future<Output = Result<Option<String>, Self::End>> + Send {
        async move {
            self.prompt(prompt, &line).await?;
            loop {
                match self.type_on(prompt, &mut line, None).await? {
                    Some(LineOutcome::Enter) => return Ok(Some(line.text())),
                    Some(LineOutcome::Escape) => return Ok(None),
                    _ => {}
                }
            }
        }
    }

    /// Says words that may be longer than the screen: a page at a time, for callers who want pauses.
    fn say_long(&mut self, words: &str) -> impl Future<Output = Result<(), Self::End>> + Send {
        async move {
            let lines = self.screen().wrapped(words);
            let page = usize::from(self.screen().terminal.rows.saturating_sub(2)).max(4);
            let mut pauses = self.pauses();
            let mut pages = lines.chunks(page).peekable();
            while let Some(lines) = pages.next() {
                self.say(&lines.join("\n")).await?;
                if pauses && pages.peek().is_some() {
                    let answer =
                        self.ask("More: Enter goes on, A all of it, S stops: ", LineInput::new(8)).await?;
                    match answer.map(|answer| answer.trim().to_ascii_uppercase()).as_deref() {
                        None | Some("S" | "Q" | "N") => break,
                        Some("A") => pauses = false,
                        Some(_) => {}
                    }
                }
            }
            Ok(())
        }
    }
}
