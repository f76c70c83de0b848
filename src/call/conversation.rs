//! What a call says and asks: art in full, words line by line, a question answered on its own line, and the loop that
//! drives a widget.

use dialtone_terminal::Key;
use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::{Call, EndReason};
use crate::transport::Input;
use crate::ui::widgets::line::{LineInput, LineOutcome};
use crate::ui::{CallEvent, Conversation, Page, Screen, Widget};

impl Conversation for Call {
    type End = EndReason;

    fn screen(&self) -> &Screen {
        &self.screen
    }

    fn pauses(&self) -> bool {
        self.caller.settings().pauses
    }

    async fn say(&mut self, words: &str) -> Result<(), EndReason> {
        Ok(self.output.write(self.screen.say(words)).await?)
    }

    async fn prompt(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        Ok(self.output.write(self.screen.prompt(prompt, line)).await?)
    }

    async fn type_on(
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
            CallEvent::Reloaded | CallEvent::Tick | CallEvent::Fresh => {}
            CallEvent::Quiet => return Ok(None),
            CallEvent::Orders => Box::pin(self.obey()).await?,
            CallEvent::News(event) => {
                self.concerned(&event).await;
                self.tell(prompt, line).await?;
            }
            CallEvent::Warning => {
                let text = format!("still there? the line closes in {} seconds", self.idle.warning_seconds());
                self.screen.pager.take(Page { at: chrono::Utc::now(), text, target: None });
                self.tell(prompt, line).await?;
            }
        }
        Ok(Some(LineOutcome::Nothing))
    }

    fn last_keys(&mut self) -> Vec<Key> {
        let mut keys = Vec::new();
        while let Some(Some(input)) = self.input.next().now_or_never() {
            if let Input::Key(key) = input {
                keys.push(key);
            }
        }
        keys
    }

    async fn run<W: Widget>(&mut self, widget: &mut W) -> Result<W::Outcome, EndReason> {
        if self.plain() {
            return Box::pin(widget.in_plain_text(self)).await;
        }
        let mut size = None;
        loop {
            // What is typed ahead is answered in one drawing, so it is laid out for one only.
            if !self.typed_ahead() {
                size = Some(self.body_size());
                widget.fit(self.screen.terminal.columns, self.screen.body().rows);
            }
            let event = match self.event(&*widget, widget.quiet_at()).await {
                Ok(event) => event,
                Err(end) => {
                    widget.cut_off(self.last_keys());
                    return Err(end);
                }
            };
            // The header of another screen may have been of another height.
            if size.replace(self.body_size()) != size {
                widget.fit(self.screen.terminal.columns, self.screen.body().rows);
            }
            if let Some(outcome) = widget.take(event) {
                return Ok(outcome);
            }
        }
    }
}

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
            self.prompt(prompt, line).await?;
        }
        Ok(())
    }

    /// Unread pages in words, then the prompt again as it was.
    async fn tell(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        let pages = self.screen.pager.read();
        if pages.is_empty() {
            return Ok(());
        }
        self.output.write(self.screen.pages(&pages)).await?;
        self.prompt(prompt, line).await
    }

    fn body_size(&self) -> (u16, u16) {
        (self.screen.terminal.columns, self.screen.body().rows)
    }
}
