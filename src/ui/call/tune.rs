//! The caller's own settings over what was found out about the terminal.

use dialtone_domain::Caller;
use dialtone_domain::users::{CharsetChoice, Settings};
use dialtone_terminal::{Capabilities, Charset, Colors, Modes};

use super::Call;
use crate::transport::WireSettings;
use crate::ui::EndReason;

impl Call {
    /// The caller as they are now: what they prefer counts at once.
    pub async fn adopt(&mut self, caller: Caller) -> Result<(), EndReason> {
        self.caller = caller;
        self.tune().await
    }

    /// The caller prefers this from here on, in this call.
    pub async fn prefer(&mut self, settings: Settings) -> Result<(), EndReason> {
        // Whoever has just chosen between words and pictures means it, whatever they said at the door.
        if settings.words != self.caller.settings.words {
            self.words = false;
        }
        self.screen_unknown |= settings.theme != self.caller.settings.theme;
        self.caller.settings = settings;
        self.tune().await
    }

    /// Words alone from here on, or pictures again: what was asked for in this call.
    pub async fn ask_for_words(&mut self, words: bool) -> Result<(), EndReason> {
        self.words = words;
        self.tune().await
    }

    /// Appends what switches on what the terminal has.
    pub(super) fn switch_on(&mut self, bytes: &mut Vec<u8>) {
        self.modes.change(Modes::of(&self.terminal), bytes);
    }

    /// Leaves the terminal as it was before the call.
    pub async fn restore(&mut self) -> Result<(), EndReason> {
        let mut bytes = Vec::new();
        self.modes.restore(&self.terminal, &mut bytes);
        if !bytes.is_empty() {
            self.output.write(bytes).await?;
        }
        Ok(())
    }

    /// What is still to be said goes as fast as the line.
    pub async fn hurry(&mut self) -> Result<(), EndReason> {
        self.settings.speed = None;
        Ok(self.output.tune(self.settings).await?)
    }

    /// Brings terminal and wire in line with what the caller prefers.
    pub(super) async fn tune(&mut self) -> Result<(), EndReason> {
        let mut terminal = preferred(&self.found, &self.caller.settings);
        terminal.plain |= self.words;
        let settings = WireSettings { charset: terminal.charset, speed: self.caller.settings.speed };
        // Whoever plays at 300 baud does not want the whole screen for every setting: without colours of the theme's
        // own, more or fewer of them look the same.
        let colors =
            if self.palette(&self.theme()).is_some() { self.terminal.colors } else { terminal.colors };
        self.screen_unknown |= terminal != Capabilities { colors, ..self.terminal.clone() };
        self.terminal = terminal;
        let mut bytes = Vec::new();
        self.switch_on(&mut bytes);
        if !bytes.is_empty() {
            self.output.write(bytes).await?;
        }
        if settings != self.settings {
            self.settings = settings;
            self.output.tune(settings).await?;
        }
        Ok(())
    }
}

/// The highest speed, in baud, at which 16 colours have to do.
const SLOW: u32 = 9600;

/// The terminal as the caller wants it taken.
pub(super) fn preferred(found: &Capabilities, settings: &Settings) -> Capabilities {
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
