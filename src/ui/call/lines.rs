//! What a call says without a view: art in full, words line by line, a question answered on its own line.

use dialtone_terminal::Key;
use tokio::time::Instant;

use super::Call;
use crate::ui::line::{LineInput, LineOutcome};
use crate::ui::pager::Page;
use crate::ui::{CallEvent, EndReason};

impl Call {
    /// Sends art in full; where the terminal gets none, its words.
    pub async fn stream(&mut self, name: &str, words: &str) -> Result<(), EndReason> {
        self.screen.renew(&self.server.themes.load(), &self.server.languages.load());
        let throw = rand::random_range(0..usize::from(u16::MAX));
        match self.screen.art(name, words, throw) {
            Some(bytes) => self.output.write(bytes).await?,
            None if self.plain() => {
                self.say(words).await?;
                self.screen.stand_behind(name, words);
            }
            None => {
                self.clear().await?;
                self.say(words).await?;
            }
        }
        Ok(())
    }

    /// Clears the screen.
    pub async fn clear(&mut self) -> Result<(), EndReason> {
        Ok(self.output.write(self.screen.clear()).await?)
    }

    /// Says words on lines of their own.
    pub async fn say(&mut self, words: &str) -> Result<(), EndReason> {
        Ok(self.output.write(self.screen.say(words)).await?)
    }

    /// Says words that may be longer than the screen: a page at a time, for callers who want pauses.
    pub async fn say_long(&mut self, words: &str) -> Result<(), EndReason> {
        let lines = self.screen.wrapped(words);
        let page = usize::from(self.screen.terminal.rows.saturating_sub(2)).max(4);
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

    /// Asks for a line below whatever is on the screen. Events are told on a line of their own above it.
    pub async fn ask(&mut self, prompt: &str, mut line: LineInput) -> Result<Option<String>, EndReason> {
        self.prompt(prompt, &line).await?;
        loop {
            match self.type_on(prompt, &mut line, None).await? {
                Some(LineOutcome::Enter) => return Ok(Some(line.text())),
                Some(LineOutcome::Escape) => return Ok(None),
                _ => {}
            }
        }
    }

    /// Begins a line below whatever is on the screen.
    pub async fn prompt(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        self.write_prompt(prompt, line).await
    }

    /// Goes on with a line that was begun, by whatever happens next; none if nothing did until `quiet`.
    pub async fn type_on(
        &mut self,
        prompt: &str,
        line: &mut LineInput,
        quiet: Option<Instant>,
    ) -> Result<Option<LineOutcome>, EndReason> {
        let event = match self.waiting().await? {
            Some(event) => event,
            None => self.next_event(quiet).await?,
        };
        match event {
            // Only the end of the line changes: terminals without cursor movement show it right.
            CallEvent::Key(Key::Left | Key::Right | Key::Home | Key::End) => {}
            CallEvent::Key(key) => {
                let before = line.length();
                let typed = line.press(key);
                match typed {
                    LineOutcome::Enter | LineOutcome::Escape => self.end_line().await?,
                    LineOutcome::Changed => {
                        let bytes = self.screen.typed(before, line);
                        if !bytes.is_empty() {
                            self.output.write(bytes).await?;
                        }
                    }
                    LineOutcome::Nothing => {}
                }
                return Ok(Some(typed));
            }
            CallEvent::Terminal => {
                self.tune().await?;
                Box::pin(self.again(prompt, line)).await?;
            }
            // What was said already stays as it was said.
            CallEvent::Reloaded | CallEvent::Tick => {}
            CallEvent::Quiet => return Ok(None),
            CallEvent::Orders => Box::pin(self.obey()).await?,
            CallEvent::News(event) => {
                self.concerned(&event);
                self.tell(prompt, line).await?;
            }
            CallEvent::Warning => {
                let text = format!("still there? the line closes in {} seconds", self.idle.warning_seconds());
                self.screen.pager.take(Page { at: chrono::Utc::now(), text, thread: None });
                self.tell(prompt, line).await?;
            }
        }
        Ok(Some(LineOutcome::Nothing))
    }

    async fn end_line(&mut self) -> Result<(), EndReason> {
        Ok(self.output.write(self.screen.line_end()).await?)
    }

    /// The window has another size, or is another: the art behind a question is sent again, and the question below it.
    async fn again(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        if self.plain() {
            return Ok(());
        }
        if let Some((art, words)) = self.screen.take_backdrop() {
            self.stream(&art, &words).await?;
            self.write_prompt(prompt, line).await?;
        }
        Ok(())
    }

    async fn write_prompt(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        Ok(self.output.write(self.screen.prompt(prompt, line)).await?)
    }

    /// Unread pages in words, then the prompt again as it was.
    async fn tell(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        let pages = self.screen.pager.read();
        if pages.is_empty() {
            return Ok(());
        }
        self.output.write(self.screen.pages(&pages)).await?;
        self.write_prompt(prompt, line).await
    }
}
