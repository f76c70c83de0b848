//! What a call says without a view: art in full, words line by line, a question answered on its own line.

use dialtone_terminal::art::Art;
use dialtone_terminal::text;
use dialtone_terminal::{Charset, Grid, Key, Pen, draw, pipe};
use tokio::time::Instant;

use super::Call;
use crate::ui::line::{LineInput, LineOutcome};
use crate::ui::pager::Page;
use crate::ui::styles;
use crate::ui::{CallEvent, EndReason};

/// The width of art for narrow screens, which is lower too.
const NARROW: u16 = 40;

impl Call {
    /// Sends art in full, as its own bytes where the charset allows; in letters where it has no blocks. Terminals
    /// of plain words, and those too narrow, get the words instead.
    pub async fn stream(&mut self, name: &str, words: &str) -> Result<(), EndReason> {
        let backdrop = Some((name.to_owned(), words.to_owned()));
        if self.plain() {
            self.say(words).await?;
            self.backdrop = backdrop;
            return Ok(());
        }
        self.renew_art();
        let theme = self.theme();
        let (columns, rows, charset) = (self.terminal.columns, self.terminal.rows, self.terminal.charset);
        let throw = rand::random_range(0..usize::from(u16::MAX));
        // A screen too low for the wide picture may have room for a narrow one.
        let low = |art: &&Art| art.grid().rows() + 2 <= rows;
        let art = [columns, columns.min(NARROW)]
            .into_iter()
            .find_map(|columns| theme.pick(name, charset, columns, throw).filter(low));
        let Some(art) = art else {
            self.clear().await?;
            return self.say(words).await;
        };
        let mut bytes = Vec::new();
        self.switch_on(&mut bytes);
        let value = |name: &str| self.values.get(name).map(str::to_owned);
        let palette = self.palette(&theme);
        let spare = columns - art.grid().columns();
        if palette.is_some() || spare > 1 || charset == Charset::Petscii {
            // The ground is the theme's, and not every terminal erases in colour; or the art stands in the middle; or
            // none of its sequences means anything there. The picture is drawn.
            let mut grid = Grid::new(columns, rows);
            grid.blit(spare / 2, 0, &art.fill(&value));
            grid.set_cursor(Some((0, art.grid().rows())));
            if let Some(palette) = palette {
                palette.grid(&mut grid, self.terminal.colors);
            }
            draw(None, &grid, &self.wire(), &mut bytes);
            self.ground(&mut bytes);
        } else {
            charset.clear(&mut bytes);
            art.stream(&self.wire(), &value, &mut bytes);
            bytes.extend_from_slice(b"\x1b[0m");
            charset.line_end(&mut bytes);
        }
        self.backdrop = backdrop;
        self.screen_unknown = true;
        self.shown = None;
        self.output.write(bytes).await?;
        Ok(())
    }

    /// Clears the screen.
    pub async fn clear(&mut self) -> Result<(), EndReason> {
        self.screen_unknown = true;
        let mut bytes = Vec::new();
        self.switch_on(&mut bytes);
        match self.palette(&self.theme()) {
            Some(_) => {
                bytes.extend_from_slice(b"\x1b[0m");
                self.ground(&mut bytes);
                bytes.extend_from_slice(b"\x1b[2J\x1b[H");
            }
            None => self.terminal.charset.clear(&mut bytes),
        }
        self.output.write(bytes).await?;
        Ok(())
    }

    /// Puts the theme's own ground and ink in force, from the terminal's own.
    fn ground(&self, bytes: &mut Vec<u8>) {
        if let Some(palette) = self.palette(&self.theme()) {
            Pen::new(self.wire()).set(palette.base(self.terminal.colors), bytes);
        }
    }

    /// Says words on lines of their own.
    pub async fn say(&mut self, words: &str) -> Result<(), EndReason> {
        self.backdrop = None;
        let mut bytes = Vec::new();
        let columns = usize::from(self.terminal.columns).saturating_sub(1);
        for line in words.split('\n') {
            for row in text::wrap(line, columns) {
                self.terminal.charset.encode_str(&row, &mut bytes);
                self.terminal.charset.line_end(&mut bytes);
            }
        }
        self.screen_unknown = true;
        self.output.write(bytes).await?;
        Ok(())
    }

    /// Says words that may be longer than the screen: a page at a time, for callers who want pauses.
    pub async fn say_long(&mut self, words: &str) -> Result<(), EndReason> {
        let columns = usize::from(self.terminal.columns).saturating_sub(1);
        let lines: Vec<String> = words.split('\n').flat_map(|line| text::wrap(line, columns)).collect();
        let page = usize::from(self.terminal.rows.saturating_sub(2)).max(4);
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
        self.screen_unknown = true;
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
                    LineOutcome::Changed => self.echo(before, line).await?,
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
                self.pager.take(Page { at: chrono::Utc::now(), text, thread: None });
                self.tell(prompt, line).await?;
            }
        }
        Ok(Some(LineOutcome::Nothing))
    }

    async fn end_line(&mut self) -> Result<(), EndReason> {
        let mut bytes = Vec::new();
        self.terminal.charset.line_end(&mut bytes);
        Ok(self.output.write(bytes).await?)
    }

    /// The window has another size, or is another: the art behind a question is sent again, and the question below it.
    async fn again(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        if self.plain() {
            return Ok(());
        }
        if let Some((art, words)) = self.backdrop.take() {
            self.stream(&art, &words).await?;
            self.write_prompt(prompt, line).await?;
        }
        Ok(())
    }

    /// The prompt, with pipe codes for colour where there is any, and what is typed so far.
    async fn write_prompt(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        let mut bytes = Vec::new();
        if self.plain() {
            self.terminal.charset.encode_str(&pipe::strip(prompt), &mut bytes);
        } else {
            let theme = self.theme();
            let painted = |style| match self.palette(&theme) {
                Some(palette) => palette.style(style, self.terminal.colors),
                None => style,
            };
            let mut pen = Pen::new(self.wire());
            pen.text("  ", painted(styles::WORDS), &mut bytes);
            for (style, run) in pipe::parse(prompt, styles::WORDS) {
                pen.text(&run, painted(style), &mut bytes);
            }
            pen.reset(&mut bytes);
            self.ground(&mut bytes);
        }
        if self.echo {
            self.terminal.charset.encode_str(&line.shown(usize::MAX).0, &mut bytes);
        }
        self.output.write(bytes).await?;
        Ok(())
    }

    async fn echo(&mut self, before: usize, line: &LineInput) -> Result<(), EndReason> {
        if !self.echo {
            return Ok(());
        }
        let shown: Vec<char> = line.shown(usize::MAX).0.chars().collect();
        let mut bytes = Vec::new();
        for _ in shown.len()..before {
            self.terminal.charset.rub_out(&mut bytes);
        }
        let added: String = shown.iter().skip(before).collect();
        self.terminal.charset.encode_str(&added, &mut bytes);
        self.output.write(bytes).await?;
        Ok(())
    }

    /// Unread pages in words, then the prompt again as it was.
    async fn tell(&mut self, prompt: &str, line: &LineInput) -> Result<(), EndReason> {
        let pages = self.pager.read();
        if pages.is_empty() {
            return Ok(());
        }
        let mut bytes = Vec::new();
        self.terminal.charset.line_end(&mut bytes);
        for page in pages.iter().rev() {
            self.terminal.charset.encode_str(&format!("» {}", page.text), &mut bytes);
            self.terminal.charset.line_end(&mut bytes);
        }
        self.output.write(bytes).await?;
        self.write_prompt(prompt, line).await
    }
}
