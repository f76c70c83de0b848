//! The caller's own settings over what was found out about the terminal.

use dialtone_domain::Caller;
use dialtone_domain::users::Settings;

use super::{Call, EndReason};
use crate::transport::WireSettings;

impl Call {
    /// The caller as they are now: what they prefer counts at once.
    pub async fn adopt(&mut self, caller: Caller) -> Result<(), EndReason> {
        self.caller = caller;
        self.tune().await
    }

    /// The caller prefers this from here on, in this call.
    pub async fn prefer(&mut self, settings: Settings) -> Result<(), EndReason> {
        // Whoever has just chosen between words and pictures means it, whatever they said at the door.
        if settings.words != self.caller.settings().words {
            self.screen.ask_for_words(false);
        }
        self.caller.prefer(settings);
        self.tune().await
    }

    /// Words alone from here on, or pictures again: what was asked for in this call.
    pub async fn ask_for_words(&mut self, words: bool) -> Result<(), EndReason> {
        self.screen.ask_for_words(words);
        self.tune().await
    }

    /// Leaves the terminal as it was before the call.
    pub async fn restore(&mut self) -> Result<(), EndReason> {
        let bytes = self.screen.restore();
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
        let bytes = self.screen.tune(self.caller.settings());
        if !bytes.is_empty() {
            self.output.write(bytes).await?;
        }
        let charset = self.screen.terminal.charset;
        let settings = WireSettings { charset, speed: self.caller.settings().speed };
        if settings != self.settings {
            self.settings = settings;
            self.output.tune(settings).await?;
        }
        Ok(())
    }
}
