//! A caller's screen: the terminal, the theme, and what was drawn last. It takes views and words and gives bytes; who
//! sends them is not its business.

use std::sync::Arc;

use dialtone_domain::users::{CharsetChoice, Settings};
use dialtone_terminal::art::Art;
use dialtone_terminal::{
    Capabilities, Charset, Colors, Grid, Modes, PackedGrid, Palette, Pen, Wire, draw, pipe, text,
};

use super::body::Body;
use super::chrome::{self, Chrome, View};
use super::pager::{Page, Pager};
use super::{LineInput, Location, MciValues, Theme, Themes, styles};
use crate::lang::{Language, Languages};

/// The width of art for narrow screens, which is lower too.
const NARROW: u16 = 40;
/// The highest speed, in baud, at which 16 colours have to do.
const SLOW: u32 = 9600;

/// The screen of one call.
pub struct Screen {
    /// The terminal, as the caller wants it taken.
    pub terminal: Capabilities,
    /// Whether the board shows what is typed.
    pub echo: bool,
    /// What MCI codes stand for.
    pub values: MciValues,
    /// Where the caller is.
    pub location: Location,
    /// The line above the prompt, where a view has nothing better to say.
    pub tagline: String,
    /// What the pager has to tell.
    pub pager: Pager,
    /// The clock, as last shown.
    pub clock: String,
    /// How many are on line, as last shown.
    pub online: Option<usize>,
    /// Whether the caller is one of them.
    pub known: bool,
    /// The terminal as it was found out.
    found: Capabilities,
    /// The caller has asked for words alone, in this call.
    words: bool,
    /// What is switched on in the terminal.
    modes: Modes,
    /// The art sent last, and its words, while nothing else stands below it.
    backdrop: Option<(String, String)>,
    /// Where the body of the view last drawn lies.
    body: Body,
    /// The art that the screen was drawn with.
    themes: Arc<Themes>,
    /// The theme that the caller prefers to the board's.
    theme: Option<String>,
    /// The languages there are.
    languages: Arc<Languages>,
    /// The one that the caller reads.
    language: Arc<Language>,
    /// The one they have chosen.
    chosen: Option<String>,
    /// The locale that their terminal gave.
    locale: Option<Box<str>>,
    /// What is on the screen, if it was a view that was drawn there last.
    shown: Option<PackedGrid>,
    /// What is in the terminal's own status line, where the board has it.
    status: Option<Box<Grid>>,
    /// The screen holds something that no view drew.
    unknown: bool,
    /// Where the cursor was left.
    cursor: Option<(u16, u16)>,
}

impl Screen {
    /// The screen of a terminal that was found out to be like this; `echo` as [`Screen::echo`], `locale` as
    /// [`Languages::pick`]. Nothing is on it yet.
    pub fn new(
        found: Capabilities,
        echo: bool,
        board: &str,
        themes: Arc<Themes>,
        languages: Arc<Languages>,
        locale: Option<Box<str>>,
    ) -> Self {
        Self {
            language: Arc::clone(languages.pick(None, locale.as_deref())),
            languages,
            chosen: None,
            locale,
            terminal: preferred(&found, &Settings::default()),
            echo,
            values: MciValues::new(board),
            location: Location::default(),
            tagline: String::new(),
            pager: Pager::default(),
            clock: String::new(),
            online: None,
            known: false,
            body: Body { rows: found.rows.saturating_sub(10), ..Body::default() },
            found,
            words: false,
            modes: Modes::default(),
            backdrop: None,
            themes,
            theme: None,
            shown: None,
            status: None,
            unknown: true,
            cursor: None,
        }
    }

    /// Whether this terminal gets words alone: no cursor movement, one line after the other.
    pub fn plain(&self) -> bool {
        self.terminal.plain
    }

    /// Whether the terminal could lend its own status line.
    pub fn has_status_line(&self) -> bool {
        self.found.status_line
    }

    /// The art and colours of this call.
    pub fn theme(&self) -> Arc<Theme> {
        self.themes.of(self.theme.as_deref())
    }

    /// The language that the caller reads.
    pub fn language(&self) -> &Arc<Language> {
        &self.language
    }

    /// The language that the board takes the caller to read, as long as they have chosen none.
    pub fn guessed_language(&self) -> &Language {
        self.languages.pick(None, self.locale.as_deref())
    }

    /// Where the body of the view last drawn lies: what a page is, and what a place on the screen belongs to.
    pub fn body(&self) -> Body {
        self.body
    }

    /// What is there now may be anything: the next view is drawn whole.
    pub fn forget(&mut self) {
        self.unknown = true;
    }

    /// Takes up art and words that the sysop has changed: what is on the screen is not what would be drawn now.
    pub fn renew(&mut self, themes: &Arc<Themes>, languages: &Arc<Languages>) {
        if !Arc::ptr_eq(&self.themes, themes) {
            self.themes = Arc::clone(themes);
            self.unknown = true;
        }
        if !Arc::ptr_eq(&self.languages, languages) {
            self.languages = Arc::clone(languages);
            self.speak();
        }
    }

    /// Takes up the language that the caller reads.
    fn speak(&mut self) {
        let language = self.languages.pick(self.chosen.as_deref(), self.locale.as_deref());
        self.unknown |= !Arc::ptr_eq(&self.language, language);
        self.language = Arc::clone(language);
    }

    /// The terminal has another size. Bring it into force with [`Self::tune`].
    pub fn resized(&mut self, columns: u16, rows: u16) {
        (self.found.columns, self.found.rows) = (columns, rows);
    }

    /// The terminal is another than was thought. Bring it into force with [`Self::tune`].
    pub fn found_out(&mut self, terminal: Capabilities, echo: bool) {
        (self.found, self.echo) = (terminal, echo);
    }

    /// Words alone from here on, or pictures again, whatever the settings say. Bring it into force with [`Self::tune`].
    pub fn ask_for_words(&mut self, words: bool) {
        self.words = words;
    }

    /// Brings the terminal in line with what the caller prefers.
    pub fn tune(&mut self, settings: &Settings) -> Vec<u8> {
        let mut terminal = preferred(&self.found, settings);
        terminal.plain |= self.words;
        self.unknown |= self.theme != settings.theme;
        self.theme.clone_from(&settings.theme);
        self.chosen.clone_from(&settings.language);
        self.speak();
        // Whoever plays at 300 baud does not want the whole screen for every setting: without colours of the theme's
        // own, more or fewer of them look the same.
        let colors =
            if self.palette(&self.theme()).is_some() { self.terminal.colors } else { terminal.colors };
        self.unknown |= terminal != Capabilities { colors, ..self.terminal.clone() };
        self.terminal = terminal;
        let mut bytes = Vec::new();
        self.switch_on(&mut bytes);
        bytes
    }

    /// Leaves the terminal as it was before the call.
    pub fn restore(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.modes.restore(&self.terminal, &mut bytes);
        bytes
    }

    /// Brings the screen up to date with the view. What was sent before may have been `dropped` on its way.
    pub fn show(&mut self, view: &dyn View, dropped: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        if dropped {
            self.unknown = true;
            // What was dropped may have ended a link.
            if self.wire().links {
                bytes.extend_from_slice(b"\x1b]8;;\x1b\\");
            }
        }
        let new = self.render(view);
        let shown = self.shown.take().filter(|_| !self.unknown);
        let old = shown.as_ref().map(PackedGrid::unpack);
        draw(old.as_ref(), &new, &self.wire(), &mut bytes);
        if self.unknown {
            self.status = None;
        }
        self.backdrop = None;
        self.unknown = false;
        self.cursor = new.cursor();
        self.shown = match shown {
            Some(shown) if bytes.is_empty() => Some(shown),
            _ => Some(PackedGrid::new(&new)),
        };
        bytes
    }

    fn render(&mut self, view: &dyn View) -> Grid {
        let theme = self.theme();
        let (mut grid, body) = chrome::draw(view, &self.chrome(&theme), &self.terminal);
        self.body = body;
        if let Some(palette) = self.palette(&theme) {
            palette.grid(&mut grid, self.terminal.colors);
        }
        grid
    }

    /// Brings the status line up to date on a screen that [`Self::show`] drew.
    pub fn show_status(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // Lines of words stay as they were said; a screen that is to be drawn whole will have it all.
        if self.plain() || self.unknown {
            return bytes;
        }
        let new = self.status_row();
        let (y, wire) = (self.terminal.rows.saturating_sub(1), self.wire());
        let Some(shown) = &mut self.shown else { return bytes };
        let old = shown.last_row();
        shown.set_last_row(&new);
        if self.terminal.charset == Charset::Petscii {
            let screen = |row: &Grid| {
                let mut grid = Grid::new(self.terminal.columns, self.terminal.rows);
                grid.blit(0, y, row);
                grid.set_cursor(self.cursor);
                grid
            };
            draw(Some(&screen(&old)), &screen(&new), &wire, &mut bytes);
        } else {
            draw::draw_row(&old, &new, y, self.cursor, &wire, &mut bytes);
        }
        bytes
    }

    /// Brings the terminal's own status line up to date: what goes into it, and what follows in a write of its own.
    /// None where it is as it should be.
    pub fn show_lent_status(&mut self) -> Option<[Vec<u8>; 2]> {
        let status = self.status_row();
        if self.status.as_deref() == Some(&status) {
            return None;
        }
        let mut bytes = Vec::new();
        draw::status_line(&status, &self.wire(), &mut bytes);
        // CTerm wants what follows in a write of its own, and the cursor sent where it was.
        let (x, y) = self.cursor.unwrap_or_default();
        self.status = Some(Box::new(status));
        Some([bytes, format!("\x1b[{};{}H", y + 1, x + 1).into_bytes()])
    }

    fn status_row(&self) -> Grid {
        let theme = self.theme();
        let mut row = chrome::status(&self.chrome(&theme), self.terminal.columns);
        if let Some(palette) = self.palette(&theme) {
            palette.grid(&mut row, self.terminal.colors);
        }
        row
    }

    /// Art in full, as its own bytes where the charset allows; none where it gets the words instead: terminals of plain
    /// words, and those too small for any of its pictures. A picture of a few is picked by `throw`.
    pub fn art(&mut self, name: &str, words: &str, throw: usize) -> Option<Vec<u8>> {
        if self.plain() {
            return None;
        }
        let theme = self.theme();
        let (columns, rows, charset) = (self.terminal.columns, self.terminal.rows, self.terminal.charset);
        // A screen too low for the wide picture may have room for a narrow one.
        let low = |art: &&Art| art.grid().rows() + 2 <= rows;
        let art = [columns, columns.min(NARROW)]
            .into_iter()
            .find_map(|columns| theme.pick(name, charset, columns, throw).filter(low))?;
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
        self.stand_behind(name, words);
        self.unknown = true;
        self.shown = None;
        Some(bytes)
    }

    /// Art, or its words, stand behind the question that is asked next.
    pub fn stand_behind(&mut self, art: &str, words: &str) {
        self.backdrop = Some((art.to_owned(), words.to_owned()));
    }

    /// The art behind the question that is being asked, and its words; it stands there no more.
    pub fn take_backdrop(&mut self) -> Option<(String, String)> {
        self.backdrop.take()
    }

    /// Clears the screen.
    pub fn clear(&mut self) -> Vec<u8> {
        self.unknown = true;
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
        bytes
    }

    /// Words on lines of their own.
    pub fn say(&mut self, words: &str) -> Vec<u8> {
        self.backdrop = None;
        self.unknown = true;
        let mut bytes = Vec::new();
        for row in self.wrapped(words) {
            self.terminal.charset.encode_str(&row, &mut bytes);
            self.terminal.charset.line_end(&mut bytes);
        }
        bytes
    }

    /// Words as the lines they take.
    pub fn wrapped(&self, words: &str) -> Vec<String> {
        let columns = usize::from(self.terminal.columns).saturating_sub(1);
        words.split('\n').flat_map(|line| text::wrap(line, columns)).collect()
    }

    /// The prompt, with pipe codes for colour where there is any, and what is typed so far.
    pub fn prompt(&mut self, prompt: &str, line: &LineInput) -> Vec<u8> {
        self.unknown = true;
        let mut bytes = Vec::new();
        if self.plain() {
            let mut rows = self.wrapped(&pipe::strip(prompt));
            let last = rows.pop().unwrap_or_default();
            for row in rows {
                self.terminal.charset.encode_str(&row, &mut bytes);
                self.terminal.charset.line_end(&mut bytes);
            }
            self.terminal.charset.encode_str(&last, &mut bytes);
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
        bytes
    }

    /// What has changed at the end of a line that was so many characters long `before`.
    pub fn typed(&self, before: usize, line: &LineInput) -> Vec<u8> {
        let mut bytes = Vec::new();
        if self.echo {
            let shown: Vec<char> = line.shown(usize::MAX).0.chars().collect();
            for _ in shown.len()..before {
                self.terminal.charset.rub_out(&mut bytes);
            }
            let added: String = shown.iter().skip(before).collect();
            self.terminal.charset.encode_str(&added, &mut bytes);
        }
        bytes
    }

    /// The end of a line.
    pub fn line_end(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.terminal.charset.line_end(&mut bytes);
        bytes
    }

    /// Pages in words, the newest last.
    pub fn pages(&self, pages: &[Page]) -> Vec<u8> {
        let mut bytes = self.line_end();
        for page in pages.iter().rev() {
            self.terminal.charset.encode_str(&format!("» {}", page.text), &mut bytes);
            self.terminal.charset.line_end(&mut bytes);
        }
        bytes
    }

    /// Appends what switches on what the terminal has.
    fn switch_on(&mut self, bytes: &mut Vec<u8>) {
        self.modes.change(Modes::of(&self.terminal), bytes);
    }

    /// The theme's own colours, where the terminal can have them: a C64's ground is one for the whole screen.
    fn palette<'a>(&self, theme: &'a Theme) -> Option<&'a Palette> {
        let can = !self.plain() && !matches!(self.terminal.charset, Charset::Petscii | Charset::Atascii);
        theme.palette().filter(|_| can)
    }

    /// Puts the theme's own ground and ink in force, from the terminal's own.
    fn ground(&self, bytes: &mut Vec<u8>) {
        if let Some(palette) = self.palette(&self.theme()) {
            Pen::new(self.wire()).set(palette.base(self.terminal.colors), bytes);
        }
    }

    fn wire(&self) -> Wire {
        self.terminal.wire()
    }

    fn chrome<'a>(&'a self, theme: &'a Theme) -> Chrome<'a> {
        Chrome {
            theme,
            place: &self.location,
            values: &self.values,
            page: self.pager.newest().map(|page| page.text.as_str()),
            more: self.pager.more(),
            clock: &self.clock,
            online: self.online,
            known: self.known,
            tagline: &self.tagline,
            language: &self.language,
        }
    }
}

/// The terminal as the caller wants it taken.
fn preferred(found: &Capabilities, settings: &Settings) -> Capabilities {
    let mut terminal = found.clone();
    match settings.charset {
        CharsetChoice::Auto => {}
        CharsetChoice::Cp437 => terminal.choose(Charset::Cp437),
        CharsetChoice::Utf8 => terminal.choose(Charset::Utf8),
        CharsetChoice::Ascii => terminal.choose(Charset::Ascii),
        CharsetChoice::Petscii => terminal.choose(Charset::Petscii),
    }
    terminal.plain |= settings.words;
    // More colours would take most of such a line for themselves.
    if settings.speed.is_some_and(|baud| baud <= SLOW) && terminal.colors != Colors::Mono {
        terminal.colors = Colors::Sixteen;
    }
    terminal.mouse &= settings.mouse;
    terminal.status_line &= settings.status_line && !terminal.plain;
    terminal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Canvas;
    use crate::ui::keys::Keys;
    use dialtone_terminal::{Hint, Probe};

    struct Words(&'static str);

    impl View for Words {
        fn draw(&self, frame: &mut Canvas<'_>) {
            frame.text(0, 0, self.0, styles::WORDS);
            frame.prompt("what now? ");
        }

        fn keys(&self) -> Keys {
            Keys::default()
        }
    }

    fn screen(columns: u16, rows: u16) -> Screen {
        let size = Some((columns, rows));
        let mut found = Probe::new(Hint { terminal_type: Some("xterm"), size, ..Hint::default() }).conclude();
        (found.columns, found.rows, found.plain) = (columns, rows, false);
        let (themes, (languages, _)) = (Themes::load("classic", None).unwrap(), Languages::load("en", None));
        Screen::new(found, true, "Dialtone", Arc::new(themes), Arc::new(languages), None)
    }

    fn said(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn only_what_has_changed_goes_out() {
        let mut screen = screen(80, 24);
        let whole = screen.show(&Words("one"), false);
        assert!(said(&whole).contains("one") && said(&whole).contains("\x1b[2J"));
        assert!(screen.show(&Words("one"), false).is_empty());
        let change = screen.show(&Words("two"), false);
        assert!(said(&change).contains("two") && change.len() < 40, "{:?}", said(&change));
        let dropped = screen.show(&Words("two"), true);
        assert_eq!(
            dropped.len(),
            screen.show(&Words("two"), true).len(),
            "nobody knows what is there: all of it"
        );
        assert!(dropped.len() > 500);
    }

    #[test]
    fn a_tick_changes_the_status_line_and_nothing_else() {
        let mut screen = screen(80, 24);
        screen.clock = "20:41".into();
        screen.show(&Words("one"), false);
        screen.clock = "20:42".into();
        let tick = screen.show_status();
        assert!(!tick.is_empty() && tick.len() < 40, "{:?}", said(&tick));
        assert!(screen.show_status().is_empty() && screen.show(&Words("one"), false).is_empty());
        screen.forget();
        screen.clock = "20:43".into();
        assert!(screen.show_status().is_empty(), "the next view is drawn whole, and has it");
        assert!(said(&screen.show(&Words("one"), false)).contains("20:43"));
    }

    #[test]
    fn what_is_said_below_a_view_is_not_drawn_over_as_if_it_were_known() {
        let mut screen = screen(80, 24);
        let whole = screen.show(&Words("one"), false).len();
        screen.say("hello");
        assert_eq!(screen.show(&Words("one"), false).len(), whole);
        screen.resized(40, 12);
        screen.tune(&Settings::default());
        assert!(said(&screen.show(&Words("one"), false)).contains("\x1b[2J"));
    }

    #[test]
    fn any_size_is_drawn_and_no_control_character_of_a_text_goes_out() {
        for (columns, rows) in [(0, 0), (1, 1), (1, 200), (300, 1), (20, 10), (39, 15), (255, 255)] {
            let mut screen = screen(columns, rows);
            let bytes = screen.show(&Words("\u{1b}[2Jboo\x07\r\n\u{9b}5m\x00"), false);
            assert!(!bytes.contains(&7) && !bytes.contains(&0), "{columns}x{rows}");
            assert_eq!(said(&bytes).matches("\x1b[2J").count(), 1, "{columns}x{rows}");
            screen.clock = "20:42".into();
            screen.show_status();
            screen.prompt("ask: ", &LineInput::new(20));
            screen.art("welcome", "words", 3);
        }
    }
}
